import type { AllStreamResolvedEvent, ResolvedEvent } from '@eventstore/db-client';
import { canonicalJson } from '../../../kernel/canonical-json.js';
import { type StoredEvent, StoreUnavailable } from '../event-store.js';

type Recorded = NonNullable<(ResolvedEvent | AllStreamResolvedEvent)['event']>;

/** Somebody changed the log behind our back: what the server shows is not all that was written. Repeating does not help. */
export class DamagedStream extends StoreUnavailable {
  constructor(
    readonly stream: string,
    reason: string,
  ) {
    super(`stream ${stream} is damaged: ${reason}`);
    this.name = 'DamagedStream';
  }
}

/** The log belongs to the service; the server keeps its own streams and types behind a dollar sign. */
export const isOurs = (event: { streamId: string; type: string }): boolean =>
  !event.streamId.startsWith('$') && !event.type.startsWith('$');

/** A record of the server as the port wants it. Positions must be numbers we can compare and count with. */
export function toStored(event: Recorded): StoredEvent {
  return {
    eventId: event.id,
    type: event.type,
    data: text(event.data),
    metadata: event.metadata === undefined ? '{}' : text(event.metadata),
    stream: event.streamId,
    revision: safe(event.revision),
    position: positionOf(event),
  };
}

/** The commit position, which strictly grows over the events of a log written by appends alone. */
export function positionOf({ position }: { position?: { commit: bigint } | undefined }): number {
  if (!position) throw new Error('the server sent an event without position; version 22.6 or newer is needed');
  return safe(position.commit);
}

export function safe(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${value} is beyond what this program can count`);
  return number;
}

/** Our own events are canonical JSON; what is not ours is passed on as it is, for the codec to refuse with its position. */
function text(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  try {
    return canonicalJson(value);
  } catch {
    return String(value);
  }
}

/** What the server writes when somebody limits or deletes one of our streams, said in a sentence; else undefined. */
export function tampering(event: Recorded): string | undefined {
  const at = `at position ${positionOf(event)}`;
  if (event.type === '$streamDeleted' && !event.streamId.startsWith('$'))
    return `stream ${event.streamId} was deleted ${at}`;
  const metastream = /^\$\$(?<stream>[^$].*)$/s.exec(event.streamId);
  if (event.type === '$metadata' && metastream)
    return `metadata was set on stream ${metastream.groups!['stream']} ${at}`;
  return undefined;
}

/** True where a stream's metadata makes the server hide events of it. */
export function hides(metadata: unknown): boolean {
  if (typeof metadata !== 'object' || metadata === null) return false;
  return ['$tb', '$maxCount', '$maxAge'].some((limit) => limit in metadata);
}

/** A page of one stream must begin where it was asked to and have no gaps: the server leaves out hidden events silently. */
export function assertWhole(stream: string, fromRevision: number, page: readonly StoredEvent[]): void {
  page.forEach(({ revision }, index) => {
    if (revision !== fromRevision + index)
      throw new DamagedStream(stream, `revision ${fromRevision + index} is missing, the server shows ${revision}`);
  });
}
