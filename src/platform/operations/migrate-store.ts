import { hashOf } from '../event-store/chain.js';
import type { EventCatalogue } from '../event-store/codec.js';
import {
  type Appended,
  type EventMetadata,
  EventStore,
  type StoredEvent,
  type Subscription,
} from '../event-store/event-store.js';
import { ProjectionRunner } from '../projections/projection-runner.js';
import type { ReadModel } from '../projections/read-model.js';

const PAGE = 1_000;
/** Neighbours of one stream travel together; larger appends gain nothing and take longer to repeat. */
const LARGEST_APPEND = 200;
const LARGEST_APPEND_BYTES = 1_000_000;
const TOLD_EVERY = 10_000;

export type Migrated = { readonly found: number; readonly copied: number };
export type Compared = { readonly events: number; readonly findings: readonly string[] };
type Given = {
  readonly from: EventStore;
  readonly to: EventStore;
  readonly catalogue: EventCatalogue;
  /** Fresh read models, for each side its own. */
  readonly models: () => readonly ReadModel[];
  readonly say?: (text: string) => void;
};

/** The copy and the original are not the same log; going on would make it worse. */
export class NotACopy extends Error {}

/**
 * Copies a log to another store, event by event in the store's order, with ids, texts, metadata and hashes as they are.
 * What the target holds already must be the beginning of the source: so a run that was interrupted is simply repeated,
 * and nothing is ever written behind something else. Positions belong to a store and differ; everything that compares
 * the two counts events instead.
 */
export class StoreMigration {
  private readonly say: (text: string) => void;

  constructor(private readonly given: Given) {
    this.say = given.say ?? (() => undefined);
  }

  async copy(): Promise<Migrated> {
    const source = eventsOf(this.given.from);
    let found = 0;
    for await (const there of eventsOf(this.given.to)) {
      const { value: here } = await source.next();
      found += 1;
      const difference = here ? differs(here, there) : 'the source ends before it';
      if (difference !== undefined) throw new NotACopy(`event ${found} of the target: ${difference}`);
    }
    if (found > 0) this.say(`${found} events are there already\n`);
    let copied = 0;
    let group: StoredEvent[] = [];
    for await (const event of source) {
      if (group.length > 0 && !travelsWith(group, event)) copied += await this.send(group, copied);
      group = group.length > 0 && travelsWith(group, event) ? [...group, event] : [event];
    }
    if (group.length > 0) copied += await this.send(group, copied);
    return { found, copied };
  }

  /** Every event on both sides, the hash of each, and every read model filled from either side. */
  async compare(): Promise<Compared> {
    const findings: string[] = [];
    const target = eventsOf(this.given.to);
    let events = 0;
    for await (const here of eventsOf(this.given.from)) {
      events += 1;
      const { value: there } = await target.next();
      const difference = there ? (differs(here, there) ?? brokenHash(there)) : 'the target ends before it';
      if (difference !== undefined) findings.push(`event ${events} (${here.stream} ${here.revision}): ${difference}`);
      if (!there || findings.length >= 100) return { events, findings };
    }
    if (!(await target.next()).done) findings.push(`the target goes on after ${events} events`);
    const [ours, theirs] = [await this.readModels(this.given.from), await this.readModels(this.given.to)];
    for (const [name, state] of ours)
      if (theirs.get(name) !== state) findings.push(`read model ${name}: ${state} became ${theirs.get(name)}`);
    return { events, findings };
  }

  private async send(group: readonly StoredEvent[], before: number): Promise<number> {
    const [first] = group as readonly [StoredEvent];
    await this.given.to.append(
      first.stream,
      group.map(({ eventId, type, data, metadata }) => ({ eventId, type, data, metadata })),
      first.revision - 1,
    );
    const after = before + group.length;
    if (Math.floor(after / TOLD_EVERY) > Math.floor(before / TOLD_EVERY)) this.say(`${after} events copied\n`);
    return group.length;
  }

  /** State and status of each read model, filled from events numbered 1, 2, 3 … whatever their positions are. */
  private async readModels(store: EventStore): Promise<Map<string, string>> {
    const runner = new ProjectionRunner(':memory:', new NumberedLog(store), this.given.catalogue, this.given.models());
    try {
      await runner.catchUp();
      const statuses = await runner.statuses();
      return new Map(statuses.map(({ name, status, stateHash }) => [name, `${status} ${stateHash}`]));
    } finally {
      await runner.stop();
    }
  }
}

async function* eventsOf(store: EventStore): AsyncGenerator<StoredEvent, undefined> {
  for (let position = 0; ;) {
    const page = await store.readAll(position, PAGE);
    yield* page;
    if (page.length < PAGE) return;
    position = page.at(-1)!.position;
  }
}

function travelsWith(group: readonly StoredEvent[], event: StoredEvent): boolean {
  const bytes = group.reduce((sum, { data, metadata }) => sum + data.length + metadata.length, 0);
  return (
    group[0]!.stream === event.stream &&
    group.length < LARGEST_APPEND &&
    // A letter may take three bytes.
    3 * (bytes + event.data.length + event.metadata.length) < LARGEST_APPEND_BYTES
  );
}

const SAME = ['eventId', 'stream', 'revision', 'type', 'data', 'metadata'] as const;

function differs(one: StoredEvent, other: StoredEvent): string | undefined {
  const field = SAME.find((name) => one[name] !== other[name]);
  return field === undefined ? undefined : `its ${field} differs`;
}

function brokenHash(event: StoredEvent): string | undefined {
  return hashOf(event) === (JSON.parse(event.metadata) as EventMetadata).hash ? undefined : 'its hash is wrong';
}

/** A log whose positions are the numbers of its events, to be read once from the beginning to the end. */
class NumberedLog extends EventStore {
  readonly shared = false;
  private last = { number: 0, position: 0 };

  constructor(private readonly store: EventStore) {
    super();
  }

  async readAll(after: number, limit: number): Promise<readonly StoredEvent[]> {
    if (after !== this.last.number) throw new RangeError(`read up to ${this.last.number}, asked for ${after}`);
    const page = await this.store.readAll(this.last.position, limit);
    const numbered = page.map((event, index) => ({ ...event, position: after + 1 + index }));
    this.last = { number: after + page.length, position: page.at(-1)?.position ?? this.last.position };
    return numbered;
  }

  async head(): Promise<number> {
    return this.last.number;
  }
  readStream(stream: string, fromRevision: number, limit: number): Promise<readonly StoredEvent[]> {
    return this.store.readStream(stream, fromRevision, limit);
  }
  append(): Promise<Appended> {
    throw new Error('a numbered log is only read');
  }
  async subscribe(): Promise<Subscription> {
    return { close: async () => undefined };
  }
  async close(): Promise<void> {
    // The store belongs to whoever opened it.
  }
}
