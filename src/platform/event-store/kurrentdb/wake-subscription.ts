import { type AllStreamSubscription, END, streamNameFilter } from '@eventstore/db-client';
import type { Subscription } from '../event-store.js';
import type { Connection } from './connection.js';

export type WakeOptions = {
  /** A wake at least this often, whatever the server says: a subscription can fall silent without any error. */
  readonly heartbeatMs: number;
  readonly longestPauseMs: number;
};

const FIRST_PAUSE_MS = 50;
const NO_DOLLAR_FIRST = '^[^$]';
/** How many foreign records the server looks at before it says how far it is. */
const SEARCH_WINDOW = 1_024;

/**
 * A catch-up subscription from the end of the log that says "there may be something new" and nothing else: what there is,
 * each reader reads from its own checkpoint. So a lost, doubled or late delivery loses nothing. It never resumes by
 * itself in the client; here it is opened again with growing pauses, and every opening wakes.
 */
export class WakeSubscription implements Subscription {
  private current: AllStreamSubscription | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly heartbeat: NodeJS.Timeout;
  private failures = 0;
  private closed = false;

  constructor(
    private readonly connection: Connection,
    private readonly wake: () => void,
    private readonly options: WakeOptions,
  ) {
    this.heartbeat = setInterval(() => this.call(), options.heartbeatMs);
    this.heartbeat.unref();
    this.open();
  }

  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.heartbeat);
    clearTimeout(this.timer);
    this.drop();
  }

  private open(): void {
    const subscription = this.connection.client.subscribeToAll({
      ...this.connection.options,
      fromPosition: END,
      filter: streamNameFilter({ regex: NO_DOLLAR_FIRST, checkpointInterval: 32, maxSearchWindow: SEARCH_WINDOW }),
    });
    this.current = subscription;
    let over = false;
    const again = () => {
      if (over) return;
      over = true;
      this.reopen(subscription);
    };
    // Not confirmed in time is as good as refused.
    const unconfirmed = setTimeout(again, this.options.longestPauseMs);
    unconfirmed.unref();
    subscription.on('confirmation', () => {
      clearTimeout(unconfirmed);
      this.failures = 0;
      // What was appended while nobody listened is found by reading.
      this.call();
    });
    subscription.on('data', () => this.call());
    subscription.on('error', again);
    subscription.on('end', again);
    subscription.on('close', again);
  }

  private reopen(failed: AllStreamSubscription): void {
    if (this.closed || failed !== this.current) return;
    this.drop();
    const pause = Math.min(this.options.longestPauseMs, FIRST_PAUSE_MS * 2 ** this.failures++);
    this.timer = setTimeout(() => this.open(), pause * (0.5 + Math.random() / 2));
    this.timer.unref();
  }

  private drop(): void {
    const subscription = this.current;
    this.current = undefined;
    subscription?.unsubscribe().catch(() => undefined);
  }

  /** A listener that throws is the listener's affair. */
  private call(): void {
    if (this.closed) return;
    try {
      this.wake();
    } catch {
      return;
    }
  }
}
