import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { BalanceFold, replay, type Replayed, replayStretch, StretchJoin } from '../../src/audit/replay.js';
import type { TreeHead } from '../../src/audit/tree-heads.decider.js';
import { eventCatalogue } from '../../src/event-catalogue.js';
import { yuan } from '../../src/kernel/money.js';
import type { StoredEvent } from '../../src/platform/event-store/event-store.js';
import { SqliteEventStore } from '../../src/platform/event-store/sqlite/sqlite-event-store.js';
import { openDatabase } from '../../src/platform/sqlite.js';
import { isBuilt, ROOT } from '../support/built.js';
import { chainedHistory, recordHistory } from './random-history.js';

const CATALOGUE = eventCatalogue();
const EVENTS = 300;
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 100);
const LOG: readonly StoredEvent[] = [...chainedHistory(1, EVENTS)].map(({ stream, revision, event }, index) => ({
  ...event,
  ...{ stream, revision, position: index + 1 },
}));
async function* pages(events: readonly StoredEvent[]): AsyncGenerator<readonly StoredEvent[]> {
  yield events;
}
const whole = (log: readonly StoredEvent[], heads: readonly TreeHead[] = [], asOf: string | null = null) =>
  replay(pages(log), CATALOGUE, asOf, heads);

async function inStretches(
  log: readonly StoredEvent[],
  cuts: readonly number[],
  heads: readonly TreeHead[] = [],
  asOf: string | null = null,
): Promise<Replayed> {
  const ends = [...cuts].sort((a, b) => a - b);
  const parts = [0, ...ends].map((from, index) => log.slice(from, ends[index]));
  const threads = [0, 1].map(() => new BalanceFold(CATALOGUE, asOf));
  const join = new StretchJoin(heads);
  // As two threads may come to take them, and answer in another order.
  const taken = parts.map((part, index) => ({ part, index, fold: threads[part.length % threads.length]! }));
  for (const { part, index, fold } of taken.reverse())
    join.add(index, await replayStretch(pages(part), fold, heads.length > 0));
  return join.finish(threads.map((fold) => fold.finish()));
}

/** Nobody signed it: what is wrong with it must be found by either way alike. */
const head = (size: number, rootHash: string): TreeHead => ({
  ...{ size, rootHash, signedAt: '', keyId: '', signature: '', publicKey: '' },
});

const forged = (log: readonly StoredEvent[], index: number, change: Partial<StoredEvent>): StoredEvent[] =>
  log.map((stored, at) => (at === index ? { ...stored, ...change } : stored));
const ATTACKS: Record<string, (log: readonly StoredEvent[], index: number) => StoredEvent[]> = {
  none: (log) => [...log],
  changed: (log, index) =>
    forged(log, index, { data: log[index]!.data.replace('"occurredOn":"20', '"occurredOn":"19') }),
  removed: (log, index) => log.filter((_, at) => at !== index),
  twice: (log, index) => [...log.slice(0, index), log[index]!, ...log.slice(index)],
  unsealed: (log, index) => forged(log, index, { metadata: '{"schemaVersion":1}' }),
  relinked: (log, index) =>
    forged(log, index, {
      metadata: log[index]!.metadata.replace(/"previousHash":[^,]+/, `"previousHash":"${'0'.repeat(64)}"`),
    }),
};

describe('a log replayed in stretches', () => {
  const cuts = fc.array(fc.nat(EVENTS), { maxLength: 4 });
  const attack = fc.tuple(fc.constantFrom(...Object.keys(ATTACKS)), fc.nat(EVENTS - 1));

  it('is what it is as a whole, wherever it is cut and whatever was done to it', () =>
    fc.assert(
      fc.asyncProperty(cuts, attack, fc.constantFrom(null, '2026-03-01'), async (ends, [kind, index], asOf) => {
        const log = ATTACKS[kind]!(LOG, index);
        const heads = [head(40, 'a'), head(EVENTS, 'b'), head(EVENTS + 9, 'c')];
        const expected = await whole(log, heads, asOf);
        expect(await inStretches(log, ends, heads, asOf)).toEqual(expected);
        expect(await inStretches(log, ends, [], asOf)).toEqual(await whole(log, [], asOf));
        // What is removed at the end of a stream only a head tells.
        if (kind === 'removed') return;
        expect(expected.checked.findings.some(({ code }) => !/^(head|root)-/.test(code))).toBe(kind !== 'none');
      }),
      // The last stretch is empty, and where the log ends is still known.
      { numRuns: RUNS, examples: [[[EVENTS - 1], ['removed', 0], null]] },
    ));

  it('has the root of the whole', async () => {
    const { rootHash } = (await whole(LOG, [head(EVENTS, '')])).checked;
    const { checked } = await inStretches(LOG, [1, 77, 256], [head(EVENTS, rootHash)]);
    expect(checked).toMatchObject({ rootHash, events: EVENTS, findings: [{ code: 'head-unsigned' }] });
  });

  it('moves money, so that there is something to add up', async () => {
    const { balances } = await whole(LOG);
    expect(balances.size).toBeGreaterThan(100);
    expect([...balances.values()].reduce((sum, balance) => sum + balance, 0n)).toBe(0n);
  });
});

/** `renewal replay` in as many threads as there are cores, which only what is built can start. */
(isBuilt() ? describe : describe.skip)('the command on a large log (skipped where dist/ is not built)', () => {
  const directory = mkdtempSync(join(tmpdir(), 'renewal-threads-'));
  const LARGE = 27_000;
  const command = (): Promise<{ code: number; said: string }> =>
    new Promise((resolve) => {
      const words = ['--disable-warning=ExperimentalWarning', join(ROOT, 'dist/cli/renewal.js'), 'replay'];
      const options = { env: { DATA_DIR: directory }, maxBuffer: 1e9 };
      execFile(process.execPath, words, options, (error, said, errors) =>
        resolve({ code: error ? Number(error.code) : 0, said: said + errors }),
      );
    });
  const change = (sql: string): void => {
    const database = openDatabase(join(directory, 'events.db'), 'full');
    database.exec(sql);
    database.close();
  };

  beforeAll(async () => {
    const store = new SqliteEventStore(join(directory, 'events.db'));
    await recordHistory(store, 1, LARGE);
    await store.close();
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('says what one thread says', async () => {
    const log = [...chainedHistory(1, LARGE)].map(({ stream, revision, event }, index) => ({
      ...event,
      ...{ stream, revision, position: index + 1 },
    }));
    const { balances } = await whole(log);
    const rows = [...balances.keys()].sort().map((key) => `${key.replace('\t', ',')},${yuan(balances.get(key)!)}\n`);
    expect(await command()).toEqual({ code: 0, said: `book,account,balance\n${rows.join('')}` });
  });

  it('ends without a word where its reader has read enough', async () => {
    const line = `"$0" --disable-warning=ExperimentalWarning "$1" replay | head -1; echo "\${PIPESTATUS[0]}"`;
    const words = ['--norc', '-c', line, process.execPath, join(ROOT, 'dist/cli/renewal.js')];
    const heard = await new Promise((resolve) =>
      execFile('bash', words, { env: { DATA_DIR: directory } }, (_, said, errors) => resolve({ said, errors })),
    );
    expect(heard).toEqual({ said: 'book,account,balance\n141\n', errors: '' });
  });

  it('names the position of what was changed, whichever thread read it', async () => {
    change(`UPDATE events SET data = replace(data, '"occurredOn":"20', '"occurredOn":"19') WHERE position = 26500`);
    const { code, said } = await command();
    expect(code).toBe(1);
    expect(said).toContain('WRONG: position 26500: the event is not what its hash says');
  });

  it('ends where a thread cannot read an event', async () => {
    change("UPDATE events SET type = 'NobodyKnowsIt' WHERE position = 25500");
    expect(await command()).toEqual({
      code: 2,
      said: 'event at position 25500 cannot be read: unknown type NobodyKnowsIt\n',
    });
  });
});
