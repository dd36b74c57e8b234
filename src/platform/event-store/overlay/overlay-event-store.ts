import { assertAppend } from '../codec.js';
import {
  type Appended,
  type EncodedEvent,
  EventStore,
  isAside,
  NO_STREAM,
  PositionBeyondHead,
  RevisionConflict,
  type StoredEvent,
  StoreUnavailable,
  type Subscription,
} from '../event-store.js';

/**
 * A log that begins as another one stood at a position and goes on in memory: what is appended here is seen here and
 * nowhere else, and ends with the object. What the other log gains meanwhile is not seen.
 */
export class OverlayEventStore extends EventStore {
  readonly shared = false;
  private readonly added: StoredEvent[] = [];
  private readonly streams = new Map<string, StoredEvent[]>();
  private readonly listeners = new Set<() => void>();
  private last: number;
  /** Appends take turns: between the look at the other log and the writing nobody else writes. */
  private turn: Promise<unknown> = Promise.resolve();
  private closed = false;

  constructor(
    private readonly below: EventStore,
    /** The position of the last event of the other log that belongs to this one. */
    private readonly base: number,
  ) {
    super();
    this.last = base;
  }

  append(stream: string, events: readonly EncodedEvent[], expectedRevision: number): Promise<Appended> {
    const done = this.turn.then(() => this.write(stream, events, expectedRevision));
    this.turn = done.catch(() => undefined);
    return done;
  }

  private async write(stream: string, events: readonly EncodedEvent[], expectedRevision: number): Promise<Appended> {
    assertAppend(stream, events, expectedRevision);
    this.assertOpen();
    if (!(await this.isAt(stream, expectedRevision)))
      return (await this.sameAgain(stream, events, expectedRevision)) ?? conflict(stream, expectedRevision);
    const own = this.streams.get(stream) ?? [];
    for (const [index, event] of events.entries()) {
      this.last += 1;
      const stored = { ...event, stream, revision: expectedRevision + 1 + index, position: this.last };
      own.push(stored);
      if (!isAside(stream)) this.added.push(stored);
    }
    this.streams.set(stream, own);
    for (const wake of this.listeners) {
      try {
        wake();
      } catch {
        // A listener's failure is its own: the events are there.
      }
    }
    return { revision: expectedRevision + events.length, position: this.last };
  }

  async readStream(stream: string, fromRevision: number, limit: number): Promise<readonly StoredEvent[]> {
    this.assertOpen();
    const below = await this.below.readStream(stream, fromRevision, limit);
    const page = below.filter(({ position }) => position <= this.base);
    const own = (this.streams.get(stream) ?? []).filter(({ revision }) => revision >= fromRevision);
    return [...page, ...own].slice(0, limit);
  }

  async readAll(afterPosition: number, limit: number): Promise<readonly StoredEvent[]> {
    const head = await this.head();
    if (afterPosition > head) throw new PositionBeyondHead(afterPosition, head);
    const below = afterPosition < this.base ? await this.below.readAll(afterPosition, limit) : [];
    const page = below.filter(({ position }) => position <= this.base);
    const own = this.added.filter(({ position }) => position > afterPosition);
    return [...page, ...own].slice(0, limit);
  }

  async subscribe(wake: () => void): Promise<Subscription> {
    this.listeners.add(wake);
    return { close: async () => void this.listeners.delete(wake) };
  }

  async head(): Promise<number> {
    this.assertOpen();
    return this.added.at(-1)?.position ?? this.base;
  }

  /** The other log stays open: it is not ours. */
  async close(): Promise<void> {
    this.closed = true;
    this.listeners.clear();
  }

  private assertOpen(): void {
    if (this.closed) throw new StoreUnavailable('the store is closed');
  }

  private async isAt(stream: string, revision: number): Promise<boolean> {
    const own = this.streams.get(stream);
    if (own) return own.at(-1)!.revision === revision;
    const [last, next] = await Promise.all([
      this.readStream(stream, Math.max(revision, 0), 1),
      this.readStream(stream, revision + 1, 1),
    ]);
    return next.length === 0 && (revision === NO_STREAM || last[0]?.revision === revision);
  }

  /** An append repeated: these very events are already there. */
  private async sameAgain(
    stream: string,
    events: readonly EncodedEvent[],
    expectedRevision: number,
  ): Promise<Appended | undefined> {
    const stored = await this.readStream(stream, expectedRevision + 1, events.length);
    const same =
      stored.length === events.length && stored.every(({ eventId }, index) => eventId === events[index]!.eventId);
    const last = stored.at(-1);
    return same && last ? { revision: last.revision, position: last.position } : undefined;
  }
}

function conflict(stream: string, expectedRevision: number): never {
  throw new RevisionConflict(stream, expectedRevision);
}
