import { chained } from '../../dist/platform/event-store/chain.js';
import { SqliteEventStore } from '../../dist/platform/event-store/sqlite/sqlite-event-store.js';
import { randomHistory } from '../support/random-history.mjs';

const AT_ONCE = 512;

/** Writes a made-up history into a new store, chained as the service would chain it. Answers how much there is. */
export async function recordHistory(path, events, seed, shape) {
  const store = new SqliteEventStore(path);
  const ends = new Map();
  let waiting = [];
  let number = 0;
  for (const { eventId, stream, type, data } of randomHistory(seed, events, shape)) {
    number += 1;
    const end = ends.get(stream) ?? { revision: -1, hash: null };
    const metadata = {
      ...{ commandId: eventId, fingerprint: eventId, correlationId: eventId, causationId: eventId, schemaVersion: 1 },
      actor: { subject: 'clerk', role: 'recorder', division: '1404' },
      recordedAt: new Date(Date.UTC(2026, 4, 1) + number * 1_000).toISOString(),
    };
    const link = chained(stream, end.revision + 1, { eventId, type, data, metadata }, end.hash);
    ends.set(stream, { revision: end.revision + 1, hash: link.hash });
    waiting.push(store.append(stream, [link], end.revision));
    if (waiting.length === AT_ONCE) {
      await Promise.all(waiting);
      waiting = [];
    }
  }
  await Promise.all(waiting);
  await store.close();
  return { events: number, streams: ends.size };
}
