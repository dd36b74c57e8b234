import type { EventSchema } from '../../kernel/decider.js';
import { type EncodedEvent, type EventMetadata, NO_STREAM, type StoredEvent } from './event-store.js';

/** An event as the program sees it: parsed, and its data in the newest version of its type. */
export type RecordedEvent = {
  readonly eventId: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
  readonly type: string;
  readonly data: { readonly occurredOn: string } & Readonly<Record<string, unknown>>;
  readonly metadata: EventMetadata;
};

/** An event this version of the program cannot read: its projection stops and says where. */
export class UnreadableEvent extends Error {
  constructor(
    readonly position: number,
    reason: string,
  ) {
    super(`event at position ${position} cannot be read: ${reason}`);
    this.name = 'UnreadableEvent';
  }
}

/** Every event type the program knows, put together by the application from its deciders. */
export class EventCatalogue {
  constructor(readonly schemas: ReadonlyMap<string, EventSchema>) {}

  version(type: string): number {
    const schema = this.schemas.get(type);
    if (!schema) throw new TypeError(`no decider declares events of type ${type}`);
    return schema.version;
  }

  /** What an event says, for whoever asks nothing of its metadata: the same data `decode` gives. */
  data(stored: StoredEvent): RecordedEvent['data'] {
    return this.lifted(stored, versionOf(stored));
  }

  /** Parses a stored event and lifts old data to the newest version. Throws UnreadableEvent, never guesses. */
  decode(stored: StoredEvent): RecordedEvent {
    const metadata = parse(stored, stored.metadata) as EventMetadata;
    const data = this.lifted(stored, metadata.schemaVersion);
    const { eventId, stream, revision, position, type } = stored;
    return { eventId, stream, revision, position, type, data, metadata };
  }

  private lifted(stored: StoredEvent, version: number): RecordedEvent['data'] {
    const schema = this.schemas.get(stored.type);
    if (!schema) throw new UnreadableEvent(stored.position, `unknown type ${stored.type}`);
    if (!Number.isInteger(version) || version < 1 || version > schema.version)
      throw new UnreadableEvent(stored.position, `${stored.type} has version ${version}, known is ${schema.version}`);
    let data = parse(stored, stored.data) as object;
    if (version < schema.version) for (const lift of (schema.upcasters ?? []).slice(version - 1)) data = lift(data);
    return data as RecordedEvent['data'];
  }
}

const VERSION = '"schemaVersion":';
/** Read from the text, where it is the last member of canonical metadata; parsed where a store wrote them anew. */
function versionOf(stored: StoredEvent): number {
  const { metadata } = stored;
  const version = Number(metadata.slice(metadata.lastIndexOf(VERSION) + VERSION.length, -1));
  return Number.isNaN(version) ? (parse(stored, metadata) as EventMetadata).schemaVersion : version;
}

function parse(stored: StoredEvent, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UnreadableEvent(stored.position, 'not JSON');
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TYPE = /^[A-Z][A-Za-z]+$/;

/** Guards what goes to any store: some clients hang or die on an empty type or a malformed id. */
export function assertStorable(event: EncodedEvent): EncodedEvent {
  if (!UUID.test(event.eventId)) throw new TypeError(`not an event id: ${event.eventId}`);
  if (!TYPE.test(event.type)) throw new TypeError(`not an event type: ${event.type}`);
  return event;
}

/** Guards an append before it reaches any store: what one store refuses and another forgives must not depend on it. */
export function assertAppend(stream: string, events: readonly EncodedEvent[], expectedRevision: number): void {
  if (events.length === 0) throw new RangeError('an append of no events');
  if (!Number.isSafeInteger(expectedRevision) || expectedRevision < NO_STREAM)
    throw new RangeError(`not a revision: ${expectedRevision}`);
  if (stream === '' || stream.startsWith('$') || /\p{Surrogate}/u.test(stream))
    throw new TypeError(`not a stream name: ${JSON.stringify(stream)}`);
  events.forEach(assertStorable);
}
