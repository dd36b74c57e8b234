/** Who said it, when we knew it, what it answers to and how it hangs in the chain. Written once, hashed, never changed. */
export type EventMetadata = {
  readonly commandId: string;
  readonly fingerprint: string;
  readonly actor: { readonly subject: string; readonly role: string; readonly division: string };
  readonly recordedAt: string;
  readonly correlationId: string;
  readonly causationId: string;
  readonly schemaVersion: number;
  readonly policyId?: string;
  /** Ids of the rules the decision was tried against. */
  readonly rules?: readonly string[];
  /** By rule, the words of the cell that let it pass, where the pack changed the cell. */
  readonly quotations?: Readonly<Record<string, { clause: string; clauseText: string; source: string }>>;
  readonly previousHash: string | null;
  readonly hash: string;
};

/**
 * What an adapter stores. `data` and `metadata` are canonical JSON texts (RFC 8785) made by the codec and come back byte
 * for byte: a store keeps the text, or the value and writes its canonical text again when it is read.
 */
export type EncodedEvent = {
  readonly eventId: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
};
export type StoredEvent = EncodedEvent & {
  readonly stream: string;
  /** From 0 within the stream, without gaps. */
  readonly revision: number;
  /** Grows over the whole store; need not be dense. */
  readonly position: number;
};

export type Appended = { readonly revision: number; readonly position: number };

/** The revision of a stream nobody has written to. */
export const NO_STREAM = -1;

/** The stream of the signed tree heads. */
export const HEADS_STREAM = 'audit-heads';

/** The stream of who read personal or bulk data. */
export const ACCESS_STREAM = 'access-log';

/**
 * These streams speak about the log and its readers, so they stand outside its tree, its contents page and its figures:
 * no answer changes by them, and nobody has to wait for them.
 */
export const isAside = (stream: string): boolean => stream === HEADS_STREAM || stream === ACCESS_STREAM;

/** Somebody else appended since we read: load what is new and decide again. */
export class RevisionConflict extends Error {
  constructor(
    readonly stream: string,
    readonly expectedRevision: number,
  ) {
    super(`${stream} is not at revision ${expectedRevision}`);
    this.name = 'RevisionConflict';
  }
}

/** The store cannot answer now. Whether an append happened is unknown: repeat it with the same ids and revision. */
export class StoreUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreUnavailable';
  }
}

/** Somebody has read further than the log goes: the log lost its end, or this is another log. Never waited out. */
export class PositionBeyondHead extends Error {
  constructor(
    readonly position: number,
    readonly head: number,
  ) {
    super(`position ${position} lies beyond the end of the log, which is at ${head}`);
    this.name = 'PositionBeyondHead';
  }
}

export type Subscription = { close(): Promise<void> };

/** The port. An abstract class, because Nest can inject one without a string token. */
export abstract class EventStore {
  /** True where other processes may append: a cached state is then brought up to date before it decides. */
  abstract readonly shared: boolean;
  /** The greatest position an append of this process was answered with; 0 before the first. */
  private acknowledged = 0;

  /**
   * Appends all events or none, durably, at exactly `expectedRevision` (NO_STREAM for a new stream). The same event ids
   * at the same revision again answer as the first time: so an id stands for one text, and who decides anew must make
   * new ids. Throws RevisionConflict or StoreUnavailable. Never empty.
   */
  abstract append(stream: string, events: readonly EncodedEvent[], expectedRevision: number): Promise<Appended>;

  /** Up to `limit` events of one stream from a revision on, in order; empty where there is nothing (more). */
  abstract readStream(stream: string, fromRevision: number, limit: number): Promise<readonly StoredEvent[]>;

  /**
   * Up to `limit` events of all streams after a position, in the store's order, none of the store's own. The position is
   * 0 or one this store named: a number between two of its positions may be refused as StoreUnavailable. Throws
   * PositionBeyondHead where the log ends before that position.
   */
  abstract readAll(afterPosition: number, limit: number): Promise<readonly StoredEvent[]>;

  /** Calls `wake` whenever there may be events after what was read; reading them stays with the caller. */
  abstract subscribe(wake: () => void): Promise<Subscription>;

  /** The position of the last event, 0 where there is none. */
  abstract head(): Promise<number>;

  /** Up to here a read shows this process its own writes. */
  get lastAcknowledged(): number {
    return this.acknowledged;
  }

  /** Every adapter says so of each append it answers. */
  protected acknowledge(stream: string, appended: Appended): Appended {
    if (!isAside(stream)) this.acknowledged = Math.max(this.acknowledged, appended.position);
    return appended;
  }

  /** What somebody did to the log behind our back, one sentence each; nothing where it is whole. */
  degraded(): readonly string[] {
    return [];
  }

  abstract close(): Promise<void>;
}
