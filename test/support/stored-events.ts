import { canonicalJson } from '../../src/kernel/canonical-json.js';
import { deterministicId } from '../../src/kernel/ids.js';
import type { EncodedEvent, EventStore, StoredEvent } from '../../src/platform/event-store/event-store.js';

let run = 0;

/** A name nobody used before, also on a server that keeps what earlier runs wrote. */
export const freshName = (subject: string): string => `${subject}-${process.pid}.${Date.now().toString(36)}.${++run}`;

/** An event as the codec makes them: canonical texts and an id that follows from what it says. */
export function event(type: string, data: object, seed = ''): EncodedEvent {
  const text = canonicalJson(data);
  const metadata = canonicalJson({ commandId: seed, recordedAt: '2026-03-01T08:00:00.000Z' });
  return { eventId: deterministicId(type, text, seed), type, data: text, metadata };
}

/** `count` events that belong to `owner` alone. */
export const someEvents = (owner: string, count: number): EncodedEvent[] =>
  Array.from({ length: count }, (_, index) => event('PaymentMade', { amount: '100.00', index }, owner));

/** Every event after a position, read in pages. */
export async function readEverything(store: EventStore, after: number, page = 100): Promise<StoredEvent[]> {
  const all: StoredEvent[] = [];
  for (let position = after; ;) {
    const events = await store.readAll(position, page);
    if (events.length === 0) return all;
    all.push(...events);
    position = events.at(-1)!.position;
  }
}

/** Waits until `reached` says yes; fails by the test's own time limit. */
export async function eventually(reached: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await reached())) await new Promise((resolve) => setTimeout(resolve, 10));
}
