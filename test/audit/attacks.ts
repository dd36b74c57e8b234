import { createHash } from 'node:crypto';
import { GrowingTree, leafHash } from '../../src/audit/merkle-tree.js';
import type { SigningKey } from '../../src/audit/signing-key.js';
import { canonicalJson } from '../../src/kernel/canonical-json.js';
import { bytes, type BundleFiles, text } from './verifying.js';

type Envelope = {
  stream: string;
  revision: number;
  eventId: string;
  type: string;
  data: Record<string, unknown>;
  metadata: Record<string, unknown> & { hash?: string; previousHash: string | null };
};
export type Random = () => number;

/** What somebody may do to a log; each answers the lines it leaves and the first position (from 1) that is wrong. */
export type Attack = (lines: readonly string[], random: Random, within: number) => { lines: string[]; wrongAt: number };

const below = (random: Random, n: number): number => Math.floor(random() * n);
const parsed = (line: string): Envelope => JSON.parse(line) as Envelope;
const replaced = (lines: readonly string[], at: number, line: string): string[] =>
  lines.map((one, index) => (index === at ? line : one));

function rehashed(event: Envelope, previousHash: string | null): Envelope {
  const { hash: _, ...unsigned } = { ...event.metadata, previousHash };
  const hash = createHash('sha256')
    .update(canonicalJson({ ...event, metadata: unsigned }))
    .digest('hex');
  return { ...event, metadata: { ...unsigned, hash } };
}

/** Changes one event and makes its stream hang together again after it. */
function rewritten(lines: readonly string[], at: number): string[] {
  const { stream } = parsed(lines[at]!);
  let previous = parsed(lines[at]!).metadata.previousHash;
  return lines.map((line, index) => {
    const event = parsed(line);
    if (index < at || event.stream !== stream) return line;
    const data = index === at ? { ...event.data, occurredOn: '2020-02-02' } : event.data;
    const anew = rehashed({ ...event, data }, previous);
    previous = anew.metadata.hash!;
    return canonicalJson(anew);
  });
}

export const ATTACKS: Readonly<Record<string, Attack>> = {
  'wrong event': (lines, random, within) => {
    const at = below(random, within);
    const event = parsed(lines[at]!);
    return {
      lines: replaced(lines, at, canonicalJson({ ...event, data: { ...event.data, amount: '1.00' } })),
      wrongAt: at + 1,
    };
  },
  'metadata only': (lines, random, within) => {
    const at = below(random, within);
    const event = parsed(lines[at]!);
    const metadata = { ...event.metadata, recordedAt: '2020-02-02T00:00:00.000Z' };
    return { lines: replaced(lines, at, canonicalJson({ ...event, metadata })), wrongAt: at + 1 };
  },
  removed: (lines, random, within) => {
    const at = below(random, within);
    return { lines: lines.filter((_, index) => index !== at), wrongAt: at + 1 };
  },
  inserted: (lines, random, within) => {
    const at = below(random, within);
    const model = parsed(lines[below(random, lines.length)]!);
    const forged = { ...model, stream: `scheme-F${at}`, revision: 0, eventId: model.eventId.replace(/.$/, 'f') };
    return {
      lines: [...lines.slice(0, at), canonicalJson(rehashed(forged, null)), ...lines.slice(at)],
      wrongAt: at + 1,
    };
  },
  swapped: (lines, random, within) => {
    const first = below(random, within - 1);
    const second = first + 1 + below(random, within - first - 1);
    const swapped = replaced(replaced(lines, first, lines[second]!), second, lines[first]!);
    return { lines: swapped, wrongAt: first + 1 };
  },
  'cut tail': (lines, random, within) => {
    const kept = 1 + below(random, within - 1);
    return { lines: lines.slice(0, kept), wrongAt: kept + 1 };
  },
  'rewritten and rehashed': (lines, random, within) => {
    const at = below(random, within);
    return { lines: rewritten(lines, at), wrongAt: at + 1 };
  },
};

const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
const linesOf = (content: Uint8Array): string[] => text(content).split('\n').filter(Boolean);
const joined = (lines: readonly string[]): Uint8Array => bytes(lines.map((line) => `${line}\n`).join(''));

/** The bundle with other events: an outsider can at most list the files anew. */
export function withEvents(files: BundleFiles, lines: readonly string[]): BundleFiles {
  return relisted({ ...files, 'events.ndjson': joined(lines) }, undefined);
}

/** As somebody would who holds the bureau's key: leaves, heads, counts and signatures all made to fit. */
export function madeToFit(files: BundleFiles, lines: readonly string[], key: SigningKey): BundleFiles {
  const leaves = lines.map((line) => leafHash(line));
  const sizes = linesOf(files['heads.ndjson']!).map((line) => parsed(line).data['size'] as number);
  const kept = [...new Set([...sizes.filter((size) => size < lines.length), lines.length])];
  let previous: string | null = null;
  const heads = kept.map((size, revision) => {
    const tree = new GrowingTree();
    for (const leaf of leaves.slice(0, size)) tree.add(leaf);
    const model = parsed(linesOf(files['heads.ndjson']!)[0]!);
    const head = key.head(size, Buffer.from(tree.root()).toString('hex'), '2026-05-02T00:00:00.000Z');
    const event = rehashed({ ...model, revision, data: { ...model.data, ...head } }, previous);
    previous = event.metadata.hash!;
    return canonicalJson(event);
  });
  const manifest = { ...(JSON.parse(text(files['manifest.json']!)) as object), events: lines.length };
  const made = {
    ...files,
    'events.ndjson': joined(lines),
    'leaf-hashes.txt': joined(leaves.map((leaf) => leaf.toString('hex'))),
    'heads.ndjson': joined(heads),
    'manifest.json': bytes(JSON.stringify(manifest)),
  };
  return relisted(made, key);
}

function relisted(files: BundleFiles, key: SigningKey | undefined): BundleFiles {
  const { SHA256SUMS: _, 'SHA256SUMS.sig': signature, ...listed } = files;
  const names = Object.keys(listed)
    .filter((name) => !name.endsWith('/'))
    .sort();
  const list = bytes(names.map((name) => `${sha256(listed[name]!)}  ${name}\n`).join(''));
  return { ...listed, SHA256SUMS: list, 'SHA256SUMS.sig': key ? key.sign(list) : signature! };
}
