import type { EventSchema } from '../../kernel/decider.js';
import { shanghaiDate } from '../../kernel/dates.js';
import { deterministicId } from '../../kernel/ids.js';
import type { Clock } from '../clock.js';
import type { Caller } from '../commands/invocation.js';
import { chained } from '../event-store/chain.js';
import {
  ACCESS_STREAM,
  type EncodedEvent,
  type EventMetadata,
  type EventStore,
  NO_STREAM,
  RevisionConflict,
} from '../event-store/event-store.js';

/** Who saw what, and how much of it; nothing of what they saw. */
export type Disclosure = {
  readonly caller: Caller;
  /** The route as it is declared, without what a caller wrote into it. */
  readonly route: string;
  /** The compound, scheme, grant or stream whose rows they were; null where they were of no one thing. */
  readonly subject: string | null;
  readonly format: string;
  /** Null where an answer is begun whose length nobody knows yet. */
  readonly rows: number | null;
  readonly requestId: string;
};

export const ROWS_DISCLOSED = 'RowsDisclosed';
/** What the catalogue of events says of the stream `access-log`. */
export const accessFacts = {
  category: 'access',
  events: {
    [ROWS_DISCLOSED]: {
      version: 1,
      says: 'Rows of households, or of the log in bulk, were shown or exported to somebody.',
    } satisfies EventSchema,
  },
} as const;

type End = { readonly revision: number; readonly hash: string | null };
type Waiting = { readonly disclosure: Disclosure; readonly resolve: () => void; readonly reject: (e: unknown) => void };

const LARGEST_GROUP = 200;
const PAGE = 2_000;
/** More conflicts in a row than any number of replicas makes. */
const LARGEST_RETRY = 50;

/**
 * Who read personal or bulk data: a stream of its own through the one port, each line chained to the one before, outside
 * the tree and the positions of the ledger. A line is durable before its answer is sent: no record, no rows.
 */
export class AccessLog {
  private queue: Waiting[] = [];
  private writing = false;
  private end: End | undefined;
  /** Where the newest line this process wrote stands. */
  private newest = 0;

  constructor(
    private readonly store: EventStore,
    private readonly clock: Clock,
    /** The end of the stream as far as it is projected; what came later is read from there on. */
    private readonly projected: () => End | undefined,
  ) {}

  /** Up to here a reader of the access log must see, to see what this process recorded. */
  get lastPosition(): number {
    return this.newest;
  }

  /** Resolves when the line is durable; lines that arrive meanwhile share the next append. */
  note(disclosure: Disclosure): Promise<void> {
    return new Promise((resolve, reject) => {
      this.queue.push({ disclosure, resolve, reject });
      if (!this.writing) void this.write();
    });
  }

  private async write(): Promise<void> {
    this.writing = true;
    while (this.queue.length > 0) {
      const group = this.queue.splice(0, LARGEST_GROUP);
      try {
        await this.append(group.map(({ disclosure }) => disclosure));
        for (const { resolve } of group) resolve();
      } catch (error) {
        // Whether it was written is unknown: whoever asks again is recorded again, which hides nothing.
        for (const { reject } of group) reject(error);
      }
    }
    this.writing = false;
  }

  private async append(disclosures: readonly Disclosure[]): Promise<void> {
    for (let attempt = 0; attempt < LARGEST_RETRY; attempt++) {
      const before = this.end ?? (await this.findEnd());
      // Until the append is answered nobody knows where the stream ends.
      this.end = undefined;
      const { encoded, hash } = this.link(disclosures, before);
      try {
        const { revision, position } = await this.store.append(ACCESS_STREAM, encoded, before.revision);
        this.end = { revision, hash };
        this.newest = position;
        return;
      } catch (error) {
        if (!(error instanceof RevisionConflict)) throw error;
      }
    }
    throw new RevisionConflict(ACCESS_STREAM, NO_STREAM);
  }

  private async findEnd(): Promise<End> {
    let end = this.projected() ?? { revision: NO_STREAM, hash: null };
    for (;;) {
      const page = await this.store.readStream(ACCESS_STREAM, end.revision + 1, PAGE);
      const last = page.at(-1);
      if (!last) return end;
      end = { revision: last.revision, hash: (JSON.parse(last.metadata) as EventMetadata).hash };
    }
  }

  private link(disclosures: readonly Disclosure[], { revision, hash }: End) {
    const now = this.clock.now();
    const encoded: EncodedEvent[] = [];
    let previous = hash;
    for (const [index, { caller, ...line }] of disclosures.entries()) {
      const at = revision + 1 + index;
      const eventId = deterministicId('access', String(at), previous ?? '', line.requestId, now.toISOString());
      const data = { ...line, occurredOn: shanghaiDate(now.getTime()) };
      const { subject, role, division } = caller;
      const metadata = {
        ...{ commandId: eventId, fingerprint: eventId, correlationId: eventId, causationId: eventId },
        ...{ actor: { subject, role, division }, recordedAt: now.toISOString() },
        schemaVersion: accessFacts.events[ROWS_DISCLOSED].version,
      };
      const event = chained(ACCESS_STREAM, at, { eventId, type: ROWS_DISCLOSED, data, metadata }, previous);
      previous = event.hash;
      encoded.push({ eventId, type: event.type, data: event.data, metadata: event.metadata });
    }
    return { encoded, hash: previous };
  }
}
