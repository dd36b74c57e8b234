import { hash } from 'node:crypto';
import { canonicalJson } from '../../kernel/canonical-json.js';
import { assertStorable } from './codec.js';
import type { EncodedEvent, EventMetadata, StoredEvent } from './event-store.js';

export type Unhashed = {
  readonly eventId: string;
  readonly type: string;
  readonly data: object;
  readonly metadata: Omit<EventMetadata, 'hash' | 'previousHash'>;
};

/**
 * The canonical envelope (RFC 8785) of an event: everything about it, and through `previousHash` everything before it
 * in its stream. Its keys stand in canonical order, so the texts of data and metadata can be put in as they are stored.
 */
const envelope = (
  stream: string,
  revision: number,
  event: { eventId: string; type: string },
  data: string,
  metadata: string,
) =>
  `{"data":${data},"eventId":${JSON.stringify(event.eventId)},"metadata":${metadata},"revision":${revision},"stream":${JSON.stringify(stream)},"type":${JSON.stringify(event.type)}}`;

const sha256 = (text: string): string => hash('sha256', text);

/** Encodes an event and links it to the one before it. */
export function chained(
  stream: string,
  revision: number,
  event: Unhashed,
  previousHash: string | null,
): EncodedEvent & { hash: string } {
  const data = canonicalJson(event.data);
  const unsigned = { ...event.metadata, previousHash };
  const own = sha256(envelope(stream, revision, event, data, canonicalJson(unsigned)));
  const metadata = canonicalJson({ ...unsigned, hash: own });
  return { ...assertStorable({ eventId: event.eventId, type: event.type, data, metadata }), hash: own };
}

/**
 * The whole canonical envelope of a stored event, its own hash included: the leaf of the Merkle tree, and the line of an
 * audit bundle.
 */
export const envelopeOf = (stored: StoredEvent, metadata: string = stored.metadata): string =>
  envelope(stored.stream, stored.revision, stored, stored.data, metadata);

/** The hash a stored event should carry, computed from what is stored. */
export function hashOf(stored: StoredEvent): string {
  const { hash: _, ...unsigned } = JSON.parse(stored.metadata) as EventMetadata;
  const data = canonicalJson(JSON.parse(stored.data));
  return sha256(envelopeOf({ ...stored, data }, canonicalJson(unsigned)));
}
