import {
  type AllStreamResolvedEvent,
  type AppendExpectedRevision,
  BACKWARDS,
  END,
  type EventStoreDBClient,
  FORWARDS,
  jsonEvent,
  NO_STREAM as NO_STREAM_YET,
  type ReadPosition,
  START,
} from '@eventstore/db-client';
import { assertAppend } from '../codec.js';
import {
  type Appended,
  type EncodedEvent,
  EventStore,
  NO_STREAM,
  PositionBeyondHead,
  RevisionConflict,
  type StoredEvent,
  StoreUnavailable,
  type Subscription,
} from '../event-store.js';
import { type AttemptOptions, Attempts, withinTime } from './attempts.js';
import { Connection } from './connection.js';
import { parseConnection } from './connection-settings.js';
import { classify, isAnswer, isTooLarge } from './errors.js';
import { collect } from './reading.js';
import { assertWhole, DamagedStream, hides, isOurs, positionOf, safe, tampering, toStored } from './records.js';
import { type WakeOptions, WakeSubscription } from './wake-subscription.js';

export type KurrentDbOptions = AttemptOptions & WakeOptions;

const DEFAULTS: KurrentDbOptions = {
  attemptMs: 2_000,
  patienceMs: 6_000,
  circuit: { failures: 10, openMs: 500 },
  heartbeatMs: 5_000,
  longestPauseMs: 5_000,
};
/** Pages are never smaller: what the server keeps for itself between our events should not cost a round trip each. */
const SMALLEST_PAGE = 64;
const FIRST_LOOK = 4;

/** Below what docker-compose.yml gives the server (`--max-append-size`), with room for what it adds to each event. */
const LARGEST_APPEND_BYTES = 15_000_000;
/** The client sends each event of an append by itself; on a busy machine a thousand of them take a second and more. */
const MS_PER_EVENT = 4;
/** How long after the client's own deadline we stop believing that it keeps it. */
const LATEST_MS = 250;

/** How much of a log is unread in a page: all of it, or what came after the page's last record. */
type Page = { readonly events: AllStreamResolvedEvent[]; readonly full: boolean };

/**
 * The distributed store: EventStoreDB or KurrentDB through its own client, reduced to what was seen to hold
 * (docs/adr/0003-eventstoredb-adapter.md): plain calls, exact revisions, the leader's answers.
 */
export class KurrentDbEventStore extends EventStore {
  readonly shared = true;
  private readonly connection: Connection;
  private readonly attempts: Attempts;
  private readonly options: KurrentDbOptions;
  private readonly subscriptions = new Set<WakeSubscription>();
  private readonly damages = new Set<string>();
  /** The highest position any answer named: up to it nothing needs to be compared with the head. */
  private seen = 0;
  private closed = false;

  /** Connects when first used; a server that is down shows as StoreUnavailable, not as a crash at the start. */
  constructor(connectionString: string, options: Partial<KurrentDbOptions> = {}) {
    super();
    this.options = { ...DEFAULTS, ...options };
    this.connection = new Connection(parseConnection(connectionString));
    this.attempts = new Attempts(this.options, (silent) => this.connection.replace(silent));
  }

  async append(stream: string, events: readonly EncodedEvent[], expectedRevision: number): Promise<Appended> {
    assertAppend(stream, events, expectedRevision);
    assertFits(stream, events);
    const payload = events.map((event) =>
      jsonEvent({
        id: event.eventId,
        type: event.type,
        data: JSON.parse(event.data) as Record<string, unknown>,
        metadata: JSON.parse(event.metadata) as Record<string, unknown>,
      }),
    );
    const expected: AppendExpectedRevision = expectedRevision === NO_STREAM ? NO_STREAM_YET : BigInt(expectedRevision);
    try {
      const result = await this.attempt((client, attemptMs) => {
        const options = { ...this.connection.options, expectedRevision: expected, deadline: attemptMs };
        return withinTime(client.appendToStream(stream, payload, options), attemptMs + LATEST_MS);
      }, events.length * MS_PER_EVENT);
      const revision = safe(result.nextExpectedRevision);
      if (revision !== expectedRevision + events.length)
        throw this.damage(stream, `appended after revision ${expectedRevision}, the server counts ${revision}`);
      const position = this.noticed(await this.positionAt(stream, revision, result.position));
      return this.acknowledge(stream, { revision, position });
    } catch (error) {
      return this.afterRefusal(error, stream, events, expectedRevision);
    }
  }

  async readStream(stream: string, fromRevision: number, limit: number): Promise<readonly StoredEvent[]> {
    const page = await this.readPage(stream, fromRevision, limit);
    try {
      assertWhole(stream, fromRevision, page);
    } catch (error) {
      throw error instanceof DamagedStream ? this.remember(error) : error;
    }
    if (page.length === 0 && fromRevision === 0) await this.assertNotHidden(stream);
    for (const { position } of page) this.noticed(position);
    return page;
  }

  async readAll(afterPosition: number, limit: number): Promise<readonly StoredEvent[]> {
    const found: StoredEvent[] = [];
    let known = afterPosition;
    let from: ReadPosition = START;
    if (afterPosition > 0) from = { commit: BigInt(afterPosition), prepare: BigInt(afterPosition) };
    for (let more = true; more && found.length < limit;) {
      const page = await this.readLog(from, Math.max(SMALLEST_PAGE, limit - found.length), FORWARDS);
      for (const [index, { event }] of page.events.entries()) {
        // A page begins with the record at its position, which is the last one known.
        if (!event || (index === 0 && positionOf(event) === known)) continue;
        if (positionOf(event) <= known) throw new Error(`positions of the log do not grow after ${known}`);
        known = positionOf(event);
        this.look(event, found);
      }
      from = page.events.at(-1)?.event?.position ?? from;
      more = page.full;
    }
    if (found.length === 0) await this.assertWithinLog(afterPosition);
    for (const { position } of found) this.noticed(position);
    return found.slice(0, limit);
  }

  async head(): Promise<number> {
    // The last record is nearly always one of ours: the first look is short, for the head is asked for often.
    for (let from: ReadPosition = END, count = FIRST_LOOK; ; count = SMALLEST_PAGE) {
      const page: Page = await this.readLog(from, count, BACKWARDS);
      const last = page.events.find(({ event }) => event && isOurs(event))?.event;
      if (last) return this.noticed(positionOf(last));
      if (!page.full) return 0;
      from = page.events.at(-1)!.event!.position;
    }
  }

  async subscribe(wake: () => void): Promise<Subscription> {
    const subscription = new WakeSubscription(this.connection, wake, this.options);
    this.subscriptions.add(subscription);
    return {
      close: async () => {
        this.subscriptions.delete(subscription);
        await subscription.close();
      },
    };
  }

  override degraded(): readonly string[] {
    return [...this.damages];
  }

  /** Whether calls go through to the server at the moment. */
  get circuit(): 'closed' | 'open' | 'half-open' {
    return this.attempts.state;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.attempts.stop();
    for (const subscription of this.subscriptions) await subscription.close();
    this.connection.close();
  }

  private async attempt<T>(
    call: (client: EventStoreDBClient, attemptMs: number) => Promise<T>,
    extraMs = 0,
  ): Promise<T> {
    if (this.closed) throw new StoreUnavailable('the store is closed');
    return this.attempts.run(() => this.connection.client, call, extraMs);
  }

  /**
   * A conflict may be the echo of our own append: a try that was stored, whose answer was lost, and whose repetition the
   * server did not recognise. The ids tell.
   */
  private async afterRefusal(
    error: unknown,
    stream: string,
    events: readonly EncodedEvent[],
    expectedRevision: number,
  ): Promise<Appended> {
    if (error instanceof StoreUnavailable) throw error;
    switch (classify(error)) {
      case 'conflict': {
        const there = await this.readPage(stream, expectedRevision + 1, events.length);
        const ours = there.length === events.length && there.every((one, at) => one.eventId === events[at]!.eventId);
        const last = there.at(-1);
        if (!ours || !last) throw new RevisionConflict(stream, expectedRevision);
        return this.acknowledge(stream, { revision: last.revision, position: this.noticed(last.position) });
      }
      case 'deleted':
        throw this.damage(stream, 'it was deleted');
      case 'refused':
        if (isTooLarge(error)) throw new RangeError(`an append to ${stream} is too large`, { cause: error });
        throw new StoreUnavailable(`the event store refuses an append to ${stream}`, { cause: error });
      default:
        throw error;
    }
  }

  /** An old answer of the server may come without the position: then the event itself knows it. */
  private async positionAt(stream: string, revision: number, told: { commit: bigint } | undefined): Promise<number> {
    if (told) return safe(told.commit);
    const [event] = await this.readPage(stream, revision, 1);
    if (!event) throw this.damage(stream, `revision ${revision} was acknowledged and is not there`);
    return event.position;
  }

  private async readPage(stream: string, fromRevision: number, limit: number): Promise<StoredEvent[]> {
    try {
      const page = await this.attempt((client, attemptMs) =>
        collect(
          client.readStream(stream, {
            ...this.connection.options,
            fromRevision: BigInt(fromRevision),
            maxCount: limit,
            direction: FORWARDS,
          }),
          attemptMs,
        ),
      );
      return page.flatMap(({ event }) => (event ? [toStored(event)] : []));
    } catch (error) {
      return this.withoutStream(error, stream);
    }
  }

  private withoutStream(error: unknown, stream: string): [] {
    if (error instanceof StoreUnavailable) throw error;
    const failure = classify(error);
    if (failure === 'missing') return [];
    if (failure === 'deleted') throw this.damage(stream, 'it was deleted');
    if (failure === 'refused')
      throw new StoreUnavailable(`the event store refuses to show ${stream}`, { cause: error });
    throw error;
  }

  /** Nothing where a stream would begin: nobody wrote there, or somebody hid it. Its metadata tells. */
  private async assertNotHidden(stream: string): Promise<void> {
    try {
      const [last] = await this.attempt((client, attemptMs) =>
        collect(
          client.readStream(`$$${stream}`, {
            ...this.connection.options,
            fromRevision: END,
            maxCount: 1,
            direction: BACKWARDS,
          }),
          attemptMs,
        ),
      );
      if (hides(last?.event?.data)) throw this.damage(stream, 'its metadata hides what it holds');
    } catch (error) {
      this.withoutStream(error, stream);
    }
  }

  /**
   * A page of the whole log, the server's own records included: the client cannot filter reads, and this way the records
   * that tell of tampering are seen. `full` where there may be more behind it.
   */
  private async readLog(
    from: ReadPosition,
    count: number,
    direction: typeof FORWARDS | typeof BACKWARDS,
  ): Promise<Page> {
    // A read forwards starts at the record of the position itself, so it may bring one that is known.
    const maxCount = count + 1;
    const request = { ...this.connection.options, fromPosition: from, maxCount, direction };
    try {
      const events = await this.attempt((client, silenceMs) =>
        collect(client.readAll(request), silenceMs).catch(finalAnswer),
      );
      return { events, full: events.length >= maxCount };
    } catch (error) {
      if (error instanceof StoreUnavailable || classify(error) !== 'refused') throw error;
      throw new StoreUnavailable('the event store refuses to show its log', { cause: error });
    }
  }

  private look(event: NonNullable<AllStreamResolvedEvent['event']>, found: StoredEvent[]): void {
    const harm = tampering(event);
    if (harm !== undefined) this.damages.add(harm);
    if (isOurs(event)) found.push(toStored(event));
  }

  private async assertWithinLog(position: number): Promise<void> {
    if (position <= this.seen) return;
    const head = await this.head();
    if (position > head) throw new PositionBeyondHead(position, head);
  }

  private noticed(position: number): number {
    this.seen = Math.max(this.seen, position);
    return position;
  }

  private damage(stream: string, reason: string): DamagedStream {
    return this.remember(new DamagedStream(stream, reason));
  }

  private remember(damage: DamagedStream): DamagedStream {
    this.damages.add(damage.message);
    return damage;
  }
}

/**
 * A read repeats nothing but itself, so what the server failed at once it will fail at again: a position that is none of
 * its own comes back as an unknown error. Such a caller must not use up the patience meant for a server that is away.
 */
function finalAnswer(error: unknown): never {
  throw isAnswer(error) ? new StoreUnavailable('the event store cannot read from there', { cause: error }) : error;
}

/** What is beyond the server's limit is cut off in the connection, which looks like a server that is away. */
function assertFits(stream: string, events: readonly EncodedEvent[]): void {
  const bytes = events.reduce(
    (sum, { data, metadata }) => sum + Buffer.byteLength(data) + Buffer.byteLength(metadata),
    0,
  );
  if (bytes > LARGEST_APPEND_BYTES) throw new RangeError(`an append to ${stream} of ${bytes} bytes is too large`);
}
