import { join } from 'node:path';
import { SqliteEventStore } from '../../src/platform/event-store/sqlite/sqlite-event-store.js';
import { chained } from '../../src/platform/event-store/chain.js';
import type { EncodedEvent, EventStore } from '../../src/platform/event-store/event-store.js';
import { randomHistory } from '../support/random-history.mjs';
import type { TestService } from '../support/service.js';

/** CI asks for 20,000; the other programs take their time over them. */
const EVENTS = Number(process.env['EXPORT_EVENTS'] ?? 3_000);
const AT_ONCE = 500;

type Link = { readonly stream: string; readonly revision: number; readonly event: EncodedEvent };

/** A made-up history, each event chained to the one before it in its stream as the decider runner would. */
export function* chainedHistory(seed: number, count: number): Generator<Link> {
  const ends = new Map<string, { revision: number; hash: string }>();
  let number = 0;
  for (const { eventId, stream, type, data } of randomHistory(seed, count)) {
    number += 1;
    const end = ends.get(stream);
    const revision = (end?.revision ?? -1) + 1;
    const metadata = {
      commandId: eventId,
      fingerprint: eventId,
      actor: { subject: 'clerk', role: 'recorder', division: '1404' },
      recordedAt: new Date(Date.UTC(2026, 4, 1) + number * 1_000).toISOString(),
      correlationId: eventId,
      causationId: eventId,
      schemaVersion: 1,
    };
    const link = chained(stream, revision, { eventId, type, data, metadata }, end?.hash ?? null);
    ends.set(stream, { revision, hash: link.hash });
    yield { stream, revision, event: link };
  }
}

/** Puts it into a store, many appends to a commit. */
export async function recordHistory(store: EventStore, seed: number, count: number): Promise<void> {
  let waiting: Promise<unknown>[] = [];
  for (const { stream, revision, event } of chainedHistory(seed, count)) {
    waiting.push(store.append(stream, [event], revision - 1));
    if (waiting.length === AT_ONCE) {
      await Promise.all(waiting);
      waiting = [];
    }
  }
  await Promise.all(waiting);
}

/** Written while the service rests, so that nobody answers to the events while they are made. */
export const tellRandomHistory = (service: TestService): Promise<void> =>
  service.restart(async () => {
    const store = new SqliteEventStore(join(service.directory, 'events.db'));
    await recordHistory(store, Number(process.env['SEED'] ?? 1), EVENTS);
    await store.close();
  });
