import { envelopeOf, hashOf, sealOf } from '../platform/event-store/chain.js';
import { ACCESS_STREAM, isAside, type StoredEvent } from '../platform/event-store/event-store.js';
import { leafHash } from './merkle-tree.js';

const CODES = [
  'position-order',
  'revision-gap',
  'not-json',
  'link-broken',
  'hash-differs',
  'access-log-differs',
  'access-log-cut',
  'leaf-differs',
  'root-differs',
  'head-unsigned',
  'head-beyond-log',
] as const;

/** What is wrong in a log, and where it shows first. */
export type Finding = {
  readonly position: number;
  readonly code: (typeof CODES)[number];
  readonly detail: string;
  readonly eventId?: string;
  readonly stream?: string;
};

/** At most so many are listed; one is enough to trust nothing. */
const MOST_FINDINGS = 100;

/** By position, at one position always in the same order. */
export const inOrder = (findings: readonly Finding[]): Finding[] =>
  [...findings]
    .sort((a, b) => a.position - b.position || CODES.indexOf(a.code) - CODES.indexOf(b.code))
    .slice(0, MOST_FINDINGS);

/** The access log as somebody saw it before. */
export type KeptAccess = { readonly lines: number; readonly lastHash: string | null };

/** The last event of a stream so far. */
export type End = { readonly revision: number; readonly hash: string | null };
const NOTHING: End = { revision: -1, hash: null };

type Place = Pick<StoredEvent, 'position' | 'eventId' | 'stream'>;
/** The first event of a stream within a stretch, and what it says stands before it; undefined where it says nothing. */
type Beginning = Place & { readonly revision: number; readonly previousHash: string | null | undefined };

/** What a stretch of the log, checked by itself, leaves to be joined to what stands before it. */
export type Stretch = {
  readonly beginnings: readonly Beginning[];
  readonly ends: ReadonlyMap<string, End>;
  /** Without the streams aside. */
  readonly events: number;
  readonly lastPosition: number;
  readonly findings: readonly Finding[];
};

/**
 * Follows a stretch of a log in its order and checks each event's hash and each stream's chain. What stands before the
 * first event of a stream may lie outside, so what that one says of it is only noted, for `joinFindings`. Memory grows
 * with the number of streams only.
 */
export class StretchCheck {
  private readonly beginnings: Beginning[] = [];
  private readonly ends = new Map<string, { revision: number; hash: string | null }>();
  private readonly findings: Finding[] = [];
  private lastPosition = 0;
  private events = 0;

  constructor(
    /** Takes the leaf of each event of the tree, in order; without it none is computed. */
    private readonly leaf?: (hash: Uint8Array, position: number) => void,
    private readonly keptAccess?: KeptAccess,
  ) {}

  add(stored: StoredEvent): void {
    if (stored.position <= this.lastPosition) this.push(disordered(stored));
    this.lastPosition = stored.position;
    this.link(stored);
    if (isAside(stored.stream)) return;
    this.events += 1;
    this.leaf?.(leafHash(envelopeOf(stored)), stored.position);
  }

  finish(): Stretch {
    const { beginnings, ends, events, lastPosition, findings } = this;
    return { beginnings, ends, events, lastPosition, findings };
  }

  private link(stored: StoredEvent): void {
    const { position, eventId, stream, revision, metadata } = stored;
    const seal = sealIn(metadata);
    const own = seal && provenHash(stored, seal);
    const told = own ?? (seal && toldHash(metadata, seal));
    if (!seal || told === undefined) this.found(stored, 'not-json', 'the metadata carry no hash');
    else if (own === undefined) this.found(stored, 'hash-differs', 'the event is not what its hash says');
    const end = this.ends.get(stream);
    if (!end) {
      const previousHash = told === undefined ? undefined : previousIn(metadata, seal!);
      this.beginnings.push({ position, eventId, stream, revision, previousHash });
      this.ends.set(stream, { revision, hash: told ?? '' });
    } else {
      if (revision !== end.revision + 1) this.push(gap(stored, end));
      if (told !== undefined && previousIn(metadata, seal!) !== end.hash) this.push(broken(stored));
      end.revision = revision;
      end.hash = told ?? '';
    }
    const isKept = stream === ACCESS_STREAM && revision + 1 === this.keptAccess?.lines;
    if (isKept && told !== this.keptAccess?.lastHash)
      this.found(stored, 'access-log-differs', 'the access log up to here is not the one that was kept');
  }

  private found(place: Place, code: Finding['code'], detail: string): void {
    this.push(finding(place, code, detail));
  }

  private push(found: Finding): void {
    if (this.findings.length < MOST_FINDINGS) this.findings.push(found);
  }
}

/** Where a stretch does not go on from the ends, and the last position, of all that stands before it. */
export function joinFindings(ends: ReadonlyMap<string, End>, lastPosition: number, { beginnings }: Stretch): Finding[] {
  const links = beginnings.flatMap((first) => {
    const end = ends.get(first.stream) ?? NOTHING;
    return [
      ...(first.revision === end.revision + 1 ? [] : [gap(first, end)]),
      ...(first.previousHash === undefined || first.previousHash === end.hash ? [] : [broken(first)]),
    ];
  });
  const [first] = beginnings;
  return first && first.position <= lastPosition ? [disordered(first), ...links] : links;
}

const finding = ({ position, eventId, stream }: Place, code: Finding['code'], detail: string): Finding => ({
  ...{ position, eventId, stream, code, detail },
});
const disordered = (at: Place): Finding => finding(at, 'position-order', 'positions do not grow');
const gap = (at: Place & { revision: number }, end: End): Finding =>
  finding(at, 'revision-gap', `revision ${at.revision} stands where ${end.revision + 1} must`);
const broken = (at: Place): Finding =>
  finding(at, 'link-broken', 'previousHash is not the hash of the event before it');

/** Of a canonical text: inside a string the quotes would be escaped. */
const HASH = ',"hash":"';
const HASH_LENGTH = 64;
/** In canonical order it comes soon after the hash. */
const PREVIOUS = ',"previousHash":';
const HEXADECIMAL = /^[0-9a-f]{64}$/;

/** Where the hash and the one before it stand in the text of the metadata. */
type Seal = { readonly hash: number; readonly previous: number };

/** Found in the text, which costs a tenth of parsing it; undefined where there is none. */
function sealIn(metadata: string): Seal | undefined {
  const at = metadata.indexOf(HASH);
  const hash = at + HASH.length;
  const behind = hash + HASH_LENGTH + 1;
  if (at < 0 || metadata[behind - 1] !== '"') return undefined;
  const after = metadata.indexOf(PREVIOUS, behind);
  const previous = after < 0 ? metadata.indexOf(PREVIOUS) : after;
  return previous < 0 ? undefined : { hash, previous: previous + PREVIOUS.length };
}

function toldHash(metadata: string, seal: Seal): string | undefined {
  const told = metadata.slice(seal.hash, seal.hash + HASH_LENGTH);
  return HEXADECIMAL.test(told) ? told : undefined;
}

function previousIn(metadata: string, { previous }: Seal): string | null {
  return metadata.startsWith('null', previous) ? null : metadata.slice(previous + 1, previous + 1 + HASH_LENGTH);
}

/**
 * The hash an event carries, where it is the event's own. The stored texts are canonical, so it is over them as they
 * stand; where a store wrote them anew, over their meaning.
 */
function provenHash(stored: StoredEvent, seal: Seal): string | undefined {
  const { metadata } = stored;
  const unsigned = metadata.slice(0, seal.hash - HASH.length) + metadata.slice(seal.hash + HASH_LENGTH + 1);
  const own = sealOf(stored, unsigned);
  if (metadata.startsWith(own, seal.hash)) return own;
  try {
    const meant = hashOf(stored);
    return metadata.startsWith(meant, seal.hash) ? meant : undefined;
  } catch {
    return undefined;
  }
}
