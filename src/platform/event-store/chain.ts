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

/** What JSON would escape, and lone surrogates with it: all but these. */
const ESCAPED = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;
const quoted = (text: string): string => (ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`);

type Named = Pick<StoredEvent, 'stream' | 'revision' | 'eventId' | 'type'>;

/**
 * The canonical envelope (RFC 8785) of an event: everything about it, and through `previousHash` everything before it
 * in its stream. Its keys stand in canonical order, so the texts of data and metadata can be put in as they are stored.
 * In two parts: the first may hold Chinese, which the second, seldom, then has not to be copied with.
 */
const envelope = ({ stream, revision, eventId, type }: Named, data: string, metadata: string) =>
  [
    `{"data":${data}`,
    `,"eventId":${quoted(eventId)},"metadata":${metadata},"revision":${revision},"stream":${quoted(stream)},"type":${quoted(type)}}`,
  ] as const;

/** Grows to the largest envelope; what a hash is taken of is written here first. */
let room = Buffer.allocUnsafe(65_536);
const MOST_BYTES_A_UNIT = 3;

function sha256([first, second]: ReturnType<typeof envelope>): string {
  const most = (first.length + second.length) * MOST_BYTES_A_UNIT;
  if (room.length < most) room = Buffer.allocUnsafe(most);
  const length = room.write(first);
  return hash('sha256', room.subarray(0, length + room.write(second, length)));
}

/** Encodes an event and links it to the one before it. */
export function chained(
  stream: string,
  revision: number,
  event: Unhashed,
  previousHash: string | null,
): EncodedEvent & { hash: string } {
  const data = canonicalJson(event.data);
  const unsigned = { ...event.metadata, previousHash };
  const { eventId, type } = event;
  const own = sha256(envelope({ stream, revision, eventId, type }, data, canonicalJson(unsigned)));
  const metadata = canonicalJson({ ...unsigned, hash: own });
  return { ...assertStorable({ eventId, type, data, metadata }), hash: own };
}

/**
 * The whole canonical envelope of a stored event, its own hash included: the leaf of the Merkle tree, and the line of an
 * audit bundle.
 */
export const envelopeOf = (stored: StoredEvent): string => envelope(stored, stored.data, stored.metadata).join('');

/** The hash of a stored event, as its texts stand; `unsigned` are its metadata without the hash they carry. */
export const sealOf = (stored: StoredEvent, unsigned: string): string =>
  sha256(envelope(stored, stored.data, unsigned));

/** The hash a stored event should carry, computed from what its texts mean. */
export function hashOf(stored: StoredEvent): string {
  const { hash: _, ...unsigned } = JSON.parse(stored.metadata) as EventMetadata;
  return sha256(envelope(stored, canonicalJson(JSON.parse(stored.data)), canonicalJson(unsigned)));
}
