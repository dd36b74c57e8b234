import { Injectable } from '@nestjs/common';
import { EventCatalogue, type RecordedEvent } from '../event-store/codec.js';
import { EventStore, StoreUnavailable, type Subscription } from '../event-store/event-store.js';
import { ProjectionRunner } from '../projections/projection-runner.js';
import type { Outcome } from './decider-runner.js';

/**
 * What must follow from an event on another stream. `follow` issues commands with ids made from the event's, so that
 * doing it twice, or on two replicas, does it once. Where what follows exists already there is nothing to do.
 */
export type Follower = {
  readonly types: readonly string[];
  readonly follow: (event: RecordedEvent) => Promise<Outcome | undefined>;
};

const NAME = 'process-managers';
const PAGE = 500;
const PAUSE_AFTER_FAILURE_MS = 500;
const REMEMBERED = 10_000;
/** How long a request waits for the other side of a crossing before it answers that the money is in transit. */
const CROSSING_WAIT_MS = 2_000;
const LATE = Symbol('not recorded in time');

/** Follows the log and finishes what a crash left half done; ordinary commands are finished by their own request. */
@Injectable()
export class ProcessRunner {
  private readonly followers = new Map<string, Follower[]>();
  private readonly done = new Set<string>();
  private subscription: Subscription | undefined;
  private position = 0;
  private running: Promise<void> | undefined;
  private retry: NodeJS.Timeout | undefined;
  /** Where the managers stand and why, while something other than an absent store holds them up. */
  private stuck: string | undefined;
  private again = false;
  private stopped = false;

  constructor(
    private readonly store: EventStore,
    private readonly catalogue: EventCatalogue,
    private readonly projections: ProjectionRunner,
  ) {}

  register(follower: Follower): void {
    for (const type of follower.types) this.followers.set(type, [...(this.followers.get(type) ?? []), follower]);
  }

  async start(): Promise<void> {
    this.position = this.projections.checkpointOf(NAME);
    this.subscription = await this.store.subscribe(() => this.wake());
    try {
      await this.catchUp();
    } catch (error) {
      // What cannot follow now is tried again and again, and seen at the readiness: no reason for nobody to read.
      if (!this.store.shared && error instanceof StoreUnavailable) throw error;
      this.again = false;
      this.wake();
    }
  }

  degraded(): readonly string[] {
    return this.stuck === undefined ? [] : [this.stuck];
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.retry);
    await this.subscription?.close();
    await this.running?.catch(() => undefined);
  }

  /** What follows from one event, now: the request that recorded it waits for this. Undefined: nothing follows. */
  async follow(event: RecordedEvent): Promise<Outcome | undefined> {
    const outcome = await this.followAll(event);
    if (this.followers.has(event.type)) this.remember(event.eventId);
    return outcome;
  }

  /** As `follow`, giving up the wait (not the work) after `timeoutMs`. */
  private async followWithin(event: RecordedEvent, timeoutMs: number): Promise<Outcome | typeof LATE | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<typeof LATE>((resolve) => (timer = setTimeout(() => resolve(LATE), timeoutMs)));
    try {
      return await Promise.race([this.follow(event).catch((): typeof LATE => LATE), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** The other legs of a command whose money crosses: all of them, or undefined where one is not recorded in time. */
  async cross({ events }: Outcome): Promise<Outcome | undefined> {
    const followed = await Promise.all(events.map((event) => this.followWithin(event, CROSSING_WAIT_MS)));
    // One sum of money may be told by several events: what follows, follows from the first of them.
    const legs = followed.filter((leg): leg is Outcome => leg !== undefined && leg !== LATE);
    const last = legs.at(-1);
    if (!last || followed.includes(LATE)) return undefined;
    const position = Math.max(...legs.map((leg) => leg.position));
    return { ...last, position, events: legs.flatMap((leg) => leg.events) };
  }

  /** Resolves when everything in the log so far has been followed. */
  catchUp(): Promise<void> {
    this.again = true;
    this.running ??= this.run();
    return this.running;
  }

  private async run(): Promise<void> {
    try {
      while (this.again && !this.stopped) await this.followPages();
    } finally {
      // In the same breath as the last look at `again`: a wake in between would wait for one that is over.
      this.running = undefined;
    }
  }

  private async followPages(): Promise<void> {
    this.again = false;
    for (let full = true; full;) {
      const page = await this.store.readAll(this.position, PAGE);
      full = page.length === PAGE;
      for (const stored of page) {
        if (this.stopped) return;
        if (this.followers.has(stored.type) && !this.done.delete(stored.eventId)) {
          // An event this version cannot read stops the managers here, as it stops the read models it concerns.
          await this.followAll(this.catalogue.decode(stored));
        }
        this.position = stored.position;
      }
      this.stuck = undefined;
      if (page.length > 0) this.projections.setCheckpoint(NAME, this.position);
    }
  }

  /** An event may concern several followers; at most one of them records the other leg. */
  private async followAll(event: RecordedEvent): Promise<Outcome | undefined> {
    let outcome: Outcome | undefined;
    for (const { follow } of this.followers.get(event.type) ?? []) outcome = (await follow(event)) ?? outcome;
    return outcome;
  }

  private remember(eventId: string): void {
    this.done.add(eventId);
    if (this.done.size > REMEMBERED) this.done.delete(this.done.values().next().value!);
  }

  private wake(): void {
    if (this.stopped) return;
    this.catchUp().catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      this.stuck = error instanceof StoreUnavailable ? undefined : `${NAME} after position ${this.position}: ${reason}`;
      // However many wakes there were, there is one next try.
      this.retry ??= setTimeout(() => {
        this.retry = undefined;
        this.wake();
      }, PAUSE_AFTER_FAILURE_MS).unref();
    });
  }
}
