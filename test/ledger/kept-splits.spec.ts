import { wholeLog } from '../../src/audit/log-check.js';
import { eventCatalogue } from '../../src/event-catalogue.js';
import { SchemeFigures } from '../../src/ledger/scheme-figures.js';
import type { EncodedEvent, StoredEvent } from '../../src/platform/event-store/event-store.js';
import { SqliteEventStore } from '../../src/platform/event-store/sqlite/sqlite-event-store.js';
import { ProjectionRunner } from '../../src/platform/projections/projection-runner.js';
import type { Reading } from '../../src/platform/reads/read-desk.js';
import { readModels } from '../../src/service.js';
import { chainedHistory } from '../audit/random-history.js';
import { TestService } from '../support/service.js';

type Appending = { readonly stream: string; readonly revision: number; readonly event: EncodedEvent };

/** The log of the demonstration city: facts of every kind, on grants, bonds, funds and schemes, reversals among them. */
async function demoCity(): Promise<Appending[]> {
  const service = await TestService.open(undefined, { SEED_DEMO: 'always', EVENT_STORE: 'sqlite' });
  const log: StoredEvent[] = [];
  for await (const stored of wholeLog(service.inner.store)) log.push(stored);
  await service.close();
  return log.map(({ stream, revision, position: _, ...event }) => ({ stream, revision, event }));
}

/**
 * Appends event after event, and asks after each for every scheme it names: one that keeps what it computed, and one that
 * never did. Answers the schemes and positions where they differ, and how many were asked for.
 */
async function compare(log: readonly Appending[]): Promise<{ asked: number; differ: string[] }> {
  const store = new SqliteEventStore(':memory:');
  const runner = new ProjectionRunner(':memory:', store, eventCatalogue(), readModels());
  const reads = runner as unknown as Reading;
  const kept = new SchemeFigures(reads);
  const schemes: string[] = [];
  const differ: string[] = [];
  let asked = 0;
  for (const { stream, revision, event } of log) {
    const { position } = await store.append(stream, [event], revision - 1);
    await runner.catchUp();
    if (event.type === 'SchemeDrafted') schemes.push(stream.slice('scheme-'.length));
    const { occurredOn } = JSON.parse(event.data) as { occurredOn: string };
    const text = stream + event.data;
    for (const schemeId of schemes.filter((one) => text.includes(one)))
      for (const [asOf, at] of [
        [null, position],
        [occurredOn, position],
        ['9999-12-31', position],
        [null, Math.max(1, position - 3)],
      ] as const) {
        asked += 1;
        const moment = { asOf, recordedAt: null, position: at };
        const [ours, fresh] = [kept, new SchemeFigures(reads)].map((one) => one.splitOf(schemeId, moment));
        if (show(ours) !== show(fresh)) differ.push(`${schemeId} at ${position}, asked for ${asOf} ${at}`);
      }
  }
  await runner.stop();
  await store.close();
  return { asked, differ };
}

const show = (found: unknown): string =>
  JSON.stringify(found, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));

describe('splits that are kept', () => {
  it('are those of the demonstration city after each of its events', async () => {
    const { asked, differ } = await compare(await demoCity());
    expect(differ).toEqual([]);
    expect(asked).toBeGreaterThan(2_000);
  }, 120_000);

  it('are those of a made-up city, whose days go to and fro', async () => {
    const { asked, differ } = await compare([...chainedHistory(1, 400)]);
    expect(differ).toEqual([]);
    expect(asked).toBeGreaterThan(1_000);
  });
});
