import { hash } from 'node:crypto';
import { hashOf, storedEnvelope } from '../platform/event-store/chain.js';
import {
  ACCESS_STREAM,
  HEADS_STREAM,
  type EventStore,
  isAside,
  type StoredEvent,
} from '../platform/event-store/event-store.js';
import { GrowingTree, leafHash } from './merkle-tree.js';
import { isSigned } from './signing-key.js';
import type { TreeHead } from './tree-heads.decider.js';

/** What is wrong in a log, and where it shows first. */
export type Finding = {
  readonly position: number;
  readonly code:
    | 'not-json'
    | 'hash-differs'
    | 'link-broken'
    | 'revision-gap'
    | 'position-order'
    | 'root-differs'
    | 'head-unsigned'
    | 'head-beyond-log'
    | 'access-log-differs'
    | 'access-log-cut';
  readonly detail: string;
  readonly eventId?: string;
  readonly stream?: string;
};
export type Checked = {
  readonly events: number;
  readonly streams: number;
  readonly heads: number;
  readonly rootHash: string;
  /** Lines of the access log, and the hash of the last: whoever keeps them can tell later whether it was cut. */
  readonly accessLines: number;
  readonly accessHash: string | null;
  /** The one at the lowest position, then the others; at most MOST_FINDINGS. */
  readonly findings: readonly Finding[];
};

/** The access log as somebody saw it before. */
export type KeptAccess = { readonly lines: number; readonly lastHash: string | null };
export type Kept = { readonly heads?: readonly Pick<TreeHead, 'size' | 'rootHash'>[]; readonly access?: KeptAccess };

const MOST_FINDINGS = 100;
/** Small enough that a page is gone before the collector has to carry it on. */
const PAGE = 500;
/** Of a canonical text: inside a string the quotes would be escaped. */
const HASH = ',"hash":"';
const HASH_LENGTH = 64;
const PREVIOUS = '"previousHash":';
const HEXADECIMAL = /^[0-9a-f]{64}$/;

/**
 * Follows a log in its order and checks everything that can be checked without trusting whoever keeps it: each event's
 * hash, each stream's chain, the tree's root at every signed head, and the signatures. Memory grows with the number of
 * streams only.
 */
export class LogCheck {
  private readonly tree = new GrowingTree();
  private readonly ends = new Map<string, { revision: number; hash: string | null }>();
  private readonly findings: Finding[] = [];
  private readonly roots = new Map<number, { root: string; position: number }>();
  private position = 0;
  private counted = 0;

  /** `kept` is an earlier head somebody holds: its possession stands for its signature. */
  constructor(
    private readonly heads: readonly TreeHead[] = [],
    private readonly kept: Kept = {},
    /** Without it only the chain of each stream is checked, and no root is told. */
    private readonly withTree = true,
  ) {
    for (const { size } of [...heads, ...(kept.heads ?? [])]) this.roots.set(size, { root: '', position: 0 });
  }

  add(stored: StoredEvent): void {
    if (stored.position <= this.position) this.found(stored, 'position-order', 'positions do not grow');
    this.position = stored.position;
    this.link(stored);
    if (isAside(stored.stream)) return;
    this.counted += 1;
    if (!this.withTree) return;
    this.tree.add(leafHash(storedEnvelope(stored)));
    if (this.roots.has(this.tree.size))
      this.roots.set(this.tree.size, { root: this.rootHash(), position: stored.position });
  }

  finish(): Checked {
    for (const head of this.heads)
      if (!isSigned(head)) {
        const detail = `the head of ${head.size} is not signed by its key`;
        this.push({
          position: this.roots.get(head.size)!.position,
          stream: HEADS_STREAM,
          code: 'head-unsigned',
          detail,
        });
      }
    for (const head of [...this.heads, ...(this.kept.heads ?? [])]) this.checkHead(head);
    this.checkAccessEnd();
    const findings = [...this.findings].sort((a, b) => a.position - b.position);
    return {
      events: this.counted,
      streams: this.ends.size,
      heads: this.heads.length,
      rootHash: this.rootHash(),
      accessLines: this.accessLines,
      accessHash: this.ends.get(ACCESS_STREAM)?.hash ?? null,
      findings,
    };
  }

  private link(stored: StoredEvent): void {
    let end = this.ends.get(stored.stream);
    if (!end) this.ends.set(stored.stream, (end = { revision: -1, hash: null }));
    const revision = end.revision + 1;
    if (stored.revision !== revision)
      this.found(stored, 'revision-gap', `revision ${stored.revision} stands where ${revision} must`);
    const told = toldHash(stored.metadata);
    const previous = stored.metadata.indexOf(PREVIOUS);
    if (told === undefined || previous < 0) this.found(stored, 'not-json', 'the metadata carry no hash');
    else {
      if (!stored.metadata.startsWith(end.hash === null ? 'null' : `"${end.hash}"`, previous + PREVIOUS.length))
        this.found(stored, 'link-broken', 'previousHash is not the hash of the event before it');
      if (!isItsHash(stored, told)) this.found(stored, 'hash-differs', 'the event is not what its hash says');
    }
    const { access } = this.kept;
    const isKept = stored.stream === ACCESS_STREAM && stored.revision + 1 === access?.lines;
    if (isKept && told !== access.lastHash)
      this.found(stored, 'access-log-differs', 'the access log up to here is not the one that was kept');
    end.revision = stored.revision;
    end.hash = told ?? '';
  }

  private get accessLines(): number {
    return (this.ends.get(ACCESS_STREAM)?.revision ?? -1) + 1;
  }

  /** No head is signed over the access log: that its end was cut off shows to who kept an earlier end of it. */
  private checkAccessEnd(): void {
    const { lines } = this.kept.access ?? { lines: 0 };
    if (this.accessLines >= lines) return;
    const detail = `the access log had ${lines} lines, ${this.accessLines} are here`;
    this.push({ position: this.position + 1, stream: ACCESS_STREAM, code: 'access-log-cut', detail });
  }

  private checkHead({ size, rootHash }: Pick<TreeHead, 'size' | 'rootHash'>): void {
    const at = this.roots.get(size)!;
    if (at.root === '') {
      const detail = `${size} events were signed, ${this.counted} are here`;
      this.push({ position: this.position + 1, stream: HEADS_STREAM, code: 'head-beyond-log', detail });
    } else if (at.root !== rootHash) {
      const detail = `the first ${size} events are not those that were signed`;
      this.push({ position: at.position, stream: HEADS_STREAM, code: 'root-differs', detail });
    }
  }

  private rootHash(): string {
    return Buffer.from(this.tree.root()).toString('hex');
  }

  private found({ position, eventId, stream }: StoredEvent, code: Finding['code'], detail: string): void {
    this.push({ position, eventId, stream, code, detail });
  }

  private push(finding: Finding): void {
    if (this.findings.length < MOST_FINDINGS) this.findings.push(finding);
  }
}

/** The hash the metadata carry; undefined where they carry none. */
function toldHash(metadata: string): string | undefined {
  const from = metadata.indexOf(HASH) + HASH.length;
  const told = from < HASH.length ? '' : metadata.slice(from, from + HASH_LENGTH);
  return HEXADECIMAL.test(told) && metadata[from + HASH_LENGTH] === '"' ? told : undefined;
}

/** The stored texts are canonical, so the hash is over them as they stand; where a store wrote them anew, over their meaning. */
function isItsHash(stored: StoredEvent, told: string): boolean {
  const { metadata, stream, revision, type, eventId, position, data } = stored;
  const at = metadata.indexOf(HASH);
  const unsigned = metadata.slice(0, at) + metadata.slice(at + HASH.length + HASH_LENGTH + 1);
  const text = storedEnvelope({ stream, revision, type, eventId, position, data, metadata: unsigned });
  if (hash('sha256', text) === told) return true;
  try {
    return hashOf(stored) === told;
  } catch {
    return false;
  }
}

/** Every event of a store, in order, a page at a time. */
export async function* pagesOf(store: EventStore): AsyncGenerator<readonly StoredEvent[]> {
  for (let after = 0; ;) {
    const page = await store.readAll(after, PAGE);
    yield page;
    if (page.length < PAGE) return;
    after = page.at(-1)!.position;
  }
}

/** Every event of a store, in order. */
export async function* wholeLog(store: EventStore): AsyncGenerator<StoredEvent> {
  for await (const page of pagesOf(store)) yield* page;
}

/** The heads a store holds, in order. */
export async function headsOf(store: EventStore): Promise<TreeHead[]> {
  const heads: TreeHead[] = [];
  for (let from = 0; ; from += PAGE) {
    const page = await store.readStream(HEADS_STREAM, from, PAGE);
    for (const { data } of page) heads.push(JSON.parse(data) as TreeHead);
    if (page.length < PAGE) return heads;
  }
}

/** Checks a store from its first event to its last. */
export async function checkLog(store: EventStore, heads: readonly TreeHead[], kept: Kept = {}): Promise<Checked> {
  const check = new LogCheck(heads, kept);
  for await (const page of pagesOf(store)) for (const stored of page) check.add(stored);
  return check.finish();
}
