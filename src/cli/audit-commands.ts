import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { parse } from 'csv-parse/sync';
import type { KeptHead } from '../audit/log-check.js';
import type { KeptAccess } from '../audit/stretch-check.js';
import { differences, eventsInBundle, headsInBundle, replay, type Replayed } from '../audit/replay.js';
import { eventCatalogue } from '../event-catalogue.js';
import { isDate } from '../kernel/dates.js';
import { yuan } from '../kernel/money.js';
import { Settings } from '../platform/config/settings.js';
import { checkFully } from './full-check.js';
import { offline } from './offline.js';
import { replayLog } from './replay-log.js';

/** What a command says and how it ends: 0 all well, 1 something is wrong, 2 it could not be done. */
export type Terminal = {
  readonly environment: NodeJS.ProcessEnv;
  say(text: string): void;
  end(code: 0 | 1 | 2): void;
};

/** The auditor's commands. */
export function addAuditCommands(program: Command, terminal: Terminal): void {
  addBundle(program.command('audit').description('bundles, heads and keys for auditors'), terminal);
  addVerify(program, terminal);
  addReplay(program, terminal);
  program
    .command('rebuild')
    .description('throw the read models away and fill them again from the log; the service must be stopped')
    .action(() => rebuild(terminal));
}

/** Whoever holds the files needs no key; that the whole log left the house is recorded all the same. */
const AT_THE_TERMINAL = {
  caller: { subject: 'command-line', role: 'system', division: '*' },
  ...{ route: 'renewal audit bundle', subject: null, format: 'zip', requestId: 'command-line' },
} as const;

function addBundle(audit: Command, { environment, say }: Terminal): void {
  audit
    .command('bundle')
    .description('the whole log with its signed heads, tables and journals, to be checked without us')
    .option('--from <date>', 'first business date of the tables')
    .option('--to <date>', 'last business date of the tables and journals')
    .requiredOption('--out <file>', 'the zip file to write')
    .action(async ({ from = null, to = null, out }: { from?: string | null; to?: string | null; out: string }) => {
      assertPeriod(from, to);
      const head = await offline(environment, async ({ bundles, heads, filled, access }) => {
        const { size } = (await heads.current()) ?? { size: 0 };
        await access.note({ ...AT_THE_TERMINAL, rows: size });
        await bundles.pack({ from, to }, out, filled);
        return (await heads.heads()).at(-1)!;
      });
      say(`${out}: ${head.size} events, root ${head.rootHash}, signed with ${head.keyId}\n`);
    });
  audit
    .command('head')
    .description('the signed head over everything recorded, to be kept for a later check')
    .requiredOption('--out <file>', 'the file to write')
    .option('--leaves', 'with every leaf hash, to point at single events later')
    .action(async ({ out, leaves = false }: { out: string; leaves?: boolean }) => {
      const head = await offline(environment, async ({ heads }) => {
        const current = await heads.current();
        if (!current) throw new Error('nothing is recorded');
        return leaves ? { ...current, leafHashes: heads.leafHashes(current.size) } : current;
      });
      writeFileSync(out, `${JSON.stringify(head)}\n`);
      say(`${out}: ${head.size} events\n`);
    });
  audit
    .command('key')
    .description("the bureau's public key")
    .requiredOption('--out <file>', 'the file to write')
    .action(async ({ out }: { out: string }) => {
      const { publicPem, keyId } = await offline(environment, async ({ key }) => ({
        publicPem: key.publicPem(),
        keyId: key.keyId,
      }));
      writeFileSync(out, publicPem);
      say(`${out}: key ${keyId}\n`);
    });
}

function addVerify(program: Command, { environment, say, end }: Terminal): void {
  program
    .command('verify')
    .description('the chain, the tree, the heads, and the read models against a fresh rebuild')
    .option('--full', 'everything; there is no smaller check', true)
    .option('--head <file>', 'a head kept from before')
    .option('--access-log <file>', 'an answer of GET /v1/audit/access-log kept from before')
    .action(async ({ head, accessLog }: { head?: string; accessLog?: string }) => {
      const read = <Value>(path: string) => JSON.parse(readFileSync(path, 'utf8')) as Value;
      const kept = {
        heads: head === undefined ? [] : [read<KeptHead>(head)],
        ...(accessLog === undefined ? {} : { access: read<KeptAccess>(accessLog) }),
      };
      const { events, heads, accessLines, findings } = await offline(environment, (log) => checkFully(log, kept));
      for (const { position, code, detail } of findings)
        say(`WRONG: ${position === undefined ? '' : `position ${position}: `}${detail} [${code}]\n`);
      if (findings.length === 0)
        say(`OK: ${events} events, ${heads} signed heads, ${accessLines} lines of access, read models as rebuilt\n`);
      end(findings.length === 0 ? 0 : 1);
    });
}

/** A misspelt date must not show wrong money. */
function assertPeriod(from: string | null, to: string | null): void {
  for (const date of [from, to]) if (date !== null && !isDate(date)) throw new Error(`${date} is not a date`);
  if (from !== null && to !== null && to < from) throw new Error(`${to} is before ${from}`);
}

type Replaying = { readonly bundle?: string; readonly asOf?: string; readonly diff?: string };

function addReplay(program: Command, { environment, say, end }: Terminal): void {
  program
    .command('replay')
    .description('balances at any date, from a bundle or from the store; with --diff only what differs')
    .option('--bundle <file>', 'a bundle; without it the store of DATA_DIR')
    .option('--as-of <date>', 'business date')
    .option('--diff <file>', 'a reported trial balance: CSV with book, account, balance')
    .action(async ({ bundle, asOf, diff }: Replaying) => {
      assertPeriod(null, asOf ?? null);
      const replayed = await replayFrom(bundle, asOf ?? null, environment);
      const { findings } = replayed.checked;
      for (const { position, detail } of findings) say(`WRONG: position ${position}: ${detail}\n`);
      const different = diff === undefined ? 0 : sayDifferences(replayed, diff, say);
      if (diff === undefined) sayBalances(replayed, say);
      end(findings.length + different === 0 ? 0 : 1);
    });
}

async function replayFrom(
  bundle: string | undefined,
  asOf: string | null,
  environment: NodeJS.ProcessEnv,
): Promise<Replayed> {
  if (bundle === undefined) return replayLog(Settings.from(environment), asOf);
  return replay(eventsInBundle(bundle), eventCatalogue(), asOf, await headsInBundle(bundle));
}

function sayBalances({ balances }: Replayed, say: Terminal['say']): void {
  say('book,account,balance\n');
  for (const key of [...balances.keys()].sort()) say(`${key.replace('\t', ',')},${yuan(balances.get(key)!)}\n`);
}

function sayDifferences(replayed: Replayed, path: string, say: Terminal['say']): number {
  type Row = { book: string; account: string; balance: string };
  const rows = parse(readFileSync(path), { columns: true, bom: true, skip_empty_lines: true }) as Row[];
  const found = differences(rows, replayed);
  if (found.length > 0) say('book,account,reported,replayed\n');
  for (const { book, account, reported, replayed: ours } of found)
    say(`${book},${account},${yuan(reported)},${yuan(ours)}\n`);
  return found.length;
}

async function rebuild({ environment, say }: Terminal): Promise<void> {
  const { dataDir } = Settings.from(environment);
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(dataDir, `read-models.db${suffix}`), { force: true });
  const statuses = await offline(environment, async ({ projections }) => {
    const anew = projections.fresh(join(dataDir, 'read-models.db'));
    await anew.catchUp();
    const found = await anew.statuses();
    await anew.stop();
    return found;
  });
  for (const { name, position, stateHash, status } of statuses) say(`${name} ${status} at ${position} ${stateHash}\n`);
}
