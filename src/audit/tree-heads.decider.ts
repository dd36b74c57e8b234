import type { BusinessDate } from '../kernel/dates.js';
import type { Decider, Override } from '../kernel/decider.js';

/** A signed head: how many events there are, and the one hash that stands for all of them in their order. */
export type TreeHead = {
  readonly size: number;
  /** Hex. */
  readonly rootHash: string;
  readonly signedAt: string;
  /** SHA-256 of the public key's SPKI, hex. */
  readonly keyId: string;
  /** Ed25519 over the canonical JSON of the four fields above, base64. */
  readonly signature: string;
  /** SPKI in base64: the keys of former years are kept where nobody can lose them. */
  readonly publicKey: string;
};

export type TreeHeadEvent = {
  readonly type: 'TreeHeadSigned';
  readonly data: TreeHead & { readonly occurredOn: BusinessDate; readonly override?: Override };
};
export type SignTreeHead = { readonly type: 'SignTreeHead'; readonly data: TreeHeadEvent['data'] };
/** Ascending in size. */
export type TreeHeadsState = { readonly heads: TreeHead[] };

/** The stream `audit-heads`. A head of a size that is signed already says nothing new, unless the key is another. */
export const treeHeadsDecider: Decider<TreeHeadsState, SignTreeHead, TreeHeadEvent> = {
  category: 'audit',
  subject: 'event',
  initial: () => ({ heads: [] }),
  divisionOf: () => undefined,
  events: {
    TreeHeadSigned: { version: 1, says: 'The Merkle tree over the log was signed at a size.' },
  },
  decide: ({ heads }, { data }) => {
    const last = heads.at(-1);
    const isKnown =
      last !== undefined && (data.size < last.size || (data.size === last.size && data.keyId === last.keyId));
    return { events: isKnown ? [] : [{ type: 'TreeHeadSigned', data }] };
  },
  evolve: (state, { data }) => {
    const { size, rootHash, signedAt, keyId, signature, publicKey } = data;
    state.heads.push({ size, rootHash, signedAt, keyId, signature, publicKey });
    return state;
  },
};

/** The id part of the stream `audit-heads`. */
export const HEADS_ID = 'heads';
