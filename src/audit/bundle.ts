import { createHash } from 'node:crypto';
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { canonicalJson } from '../kernel/canonical-json.js';
import type { Moment } from '../kernel/projection.js';
import { envelopeOf } from '../platform/event-store/chain.js';
import { type EventStore, HEADS_STREAM, isAside, type StoredEvent } from '../platform/event-store/event-store.js';
import { VERSION } from '../platform/operations/version.js';
import type { ProjectionRunner } from '../platform/projections/projection-runner.js';
import { README_TEXT } from './bundle-readme.js';
import { bundleTables, type Period } from './bundle-tables.js';
import { exchangeXml } from './exchange.js';
import { fiscalDataPackage } from './fiscal-data-package.js';
import { journal, JOURNAL_FORMATS } from './journals.js';
import { LedgerFile } from './ledger-file.js';
import { wholeLog } from './log-check.js';
import { leafHash } from './merkle-tree.js';
import { publicKeyOf, type SigningKey, signedText } from './signing-key.js';
import type { TreeHead } from './tree-heads.decider.js';

const VERIFIER = new URL('./verifier/verify.mjs', import.meta.url);
const PIECE = 1 << 16;
/** A zip without its 64-bit extension ends here. */
export const LARGEST_BUNDLE_BYTES = 0xffff_ffff;

export type BundleSource = {
  readonly store: EventStore;
  /** Any runner over the store: its read models are filled anew for the bundle, whatever its own tables hold. */
  readonly projections: ProjectionRunner;
  readonly key: SigningKey;
  /** A file of read models that was filled from this store just now, where there is one. */
  readonly filled?: string;
  /** Oldest first; the last is the one the bundle ends at. */
  readonly heads: readonly TreeHead[];
  readonly now: Date;
};
/** Writes every file of a bundle into an empty directory, the list of their hashes and its signature last. */
export async function writeBundle(source: BundleSource, period: Period, directory: string): Promise<void> {
  const head = source.heads.at(-1);
  if (!head) throw new Error('nothing is recorded, so there is nothing to bundle');
  const files = new Files(directory);
  const log = await writeLog(source.store, head, files);
  await writeHeads(source, files);
  await withReadModels(source, directory, (path) => {
    const moment: Moment = { asOf: period.to, recordedAt: null, position: log.position };
    return writeFigures(path, moment, period, files);
  });
  const { position: _, ...counts } = log;
  const manifest = {
    format: 'renewal-ledger-audit-bundle',
    formatVersion: 1,
    program: VERSION,
    createdAt: source.now.toISOString(),
    period,
    ...counts,
    heads: source.heads.length,
    head: { size: head.size, rootHash: head.rootHash, signedAt: head.signedAt, keyId: head.keyId },
    signedWith: source.key.keyId,
  };
  await files.write('manifest.json', [`${JSON.stringify(manifest, null, 2)}\n`]);
  await files.write('README.md', [README_TEXT]);
  await files.write('verify.mjs', [readFileSync(VERIFIER, 'utf8')]);
  const list = files.list();
  writeFileSync(join(directory, 'SHA256SUMS'), list);
  writeFileSync(join(directory, 'SHA256SUMS.sig'), source.key.sign(list));
}

/** The figures of a bundle come from the log alone: read models that may have been meddled with are not asked. */
async function withReadModels(
  { filled, projections }: BundleSource,
  directory: string,
  use: (path: string) => Promise<void>,
): Promise<void> {
  if (filled !== undefined) return use(filled);
  const scratch = mkdtempSync(`${directory}-work-`);
  try {
    const path = join(scratch, 'read-models.db');
    const fresh = projections.fresh(path);
    await fresh.catchUp();
    await use(path);
    await fresh.stop();
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** events.ndjson and what goes with it, up to the head and no further. */
async function writeLog(store: EventStore, head: TreeHead, files: Files) {
  const leaves: string[] = [];
  const streams = new Set<string>();
  let position = 0;
  async function* lines(): AsyncGenerator<string> {
    for await (const stored of untilHead(store, head)) {
      const line = envelopeOf(stored);
      leaves.push(leafHash(line).toString('hex'));
      streams.add(stored.stream);
      position = stored.position;
      yield `${line}\n`;
    }
  }
  await files.write('events.ndjson', lines());
  if (leaves.length !== head.size) throw new Error(`the head counts ${head.size} events, the log has ${leaves.length}`);
  await files.write(
    'leaf-hashes.txt',
    leaves.map((leaf) => `${leaf}\n`),
  );
  return { events: leaves.length, streams: streams.size, position };
}

async function* untilHead(store: EventStore, { size }: TreeHead): AsyncGenerator<StoredEvent> {
  let count = 0;
  for await (const stored of wholeLog(store)) {
    if (isAside(stored.stream)) continue;
    yield stored;
    count += 1;
    if (count === size) return;
  }
}

/** The heads as events of their own chain; the newest also as the signed bytes and the bare signature, for openssl. */
async function writeHeads({ store, key, heads }: BundleSource, files: Files): Promise<void> {
  async function* lines(): AsyncGenerator<string> {
    for (let from = 0; from < heads.length; from += 1_000)
      for (const stored of await store.readStream(HEADS_STREAM, from, Math.min(1_000, heads.length - from)))
        yield `${envelopeOf(stored)}\n`;
  }
  await files.write('heads.ndjson', lines());
  const head = heads.at(-1)!;
  await files.write('head.json', [signedText(head)]);
  await files.write('head.sig', [Buffer.from(head.signature, 'base64')]);
  await files.write('earlier-head.json', [`${canonicalJson(head)}\n`]);
  const keys = new Map(heads.map((one) => [one.keyId, pem(one)]));
  keys.set(key.keyId, key.publicPem());
  for (const [keyId, text] of keys) await files.write(`keys/${keyId}.pem`, [text]);
}

const pem = ({ publicKey }: TreeHead): string =>
  publicKeyOf(publicKey).export({ type: 'spki', format: 'pem' }) as string;

async function writeFigures(path: string, moment: Moment, period: Period, files: Files): Promise<void> {
  const file = new LedgerFile(path);
  try {
    for (const { name, lines } of bundleTables(file, moment, period)) await files.write(`tables/${name}.csv`, lines);
    const selection = { moment, division: '*' };
    for (const format of JOURNAL_FORMATS)
      await files.write(
        `journals/renewal.${format}`,
        journal(format, file.entries(selection), file.balances(selection)),
      );
    await files.write('exports/gbt42940.xml', exchangeXml(file, selection));
    for (const { name, lines } of fiscalDataPackage(file, selection))
      await files.write(`exports/fiscal-data-package/${name}`, lines);
  } finally {
    file.close();
  }
}

type Pieces = Iterable<string | Buffer> | AsyncIterable<string | Buffer>;

/** Files written in pieces and hashed on the way. */
class Files {
  private readonly hashes = new Map<string, string>();

  constructor(private readonly directory: string) {}

  async write(name: string, pieces: Pieces): Promise<void> {
    const path = join(this.directory, name);
    mkdirSync(dirname(path), { recursive: true });
    const hash = createHash('sha256');
    await pipeline(Readable.from(larger(pieces, hash)), createWriteStream(path, { mode: 0o600 }));
    this.hashes.set(name, hash.digest('hex'));
  }

  /** As `sha256sum -c` reads it. */
  list(): string {
    const names = [...this.hashes.keys()].sort();
    return names.map((name) => `${this.hashes.get(name)}  ${name}\n`).join('');
  }
}

/** Many lines to a write. */
async function* larger(pieces: Pieces, hash: { update(piece: string | Buffer): unknown }): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let length = 0;
  for await (const piece of pieces) {
    const bytes = Buffer.from(piece as string);
    hash.update(bytes);
    waiting.push(bytes);
    length += bytes.length;
    if (length < PIECE) continue;
    yield Buffer.concat(waiting);
    [waiting, length] = [[], 0];
  }
  if (length > 0) yield Buffer.concat(waiting);
}
