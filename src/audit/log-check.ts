import { ACCESS_STREAM, HEADS_STREAM, type EventStore, type StoredEvent } from '../platform/event-store/event-store.js';
import { GrowingTree, LEAF_BYTES } from './merkle-tree.js';
import { isSigned } from './signing-key.js';
import {
  type End,
  type Finding,
  inOrder,
  joinFindings,
  type KeptAccess,
  type Stretch,
  StretchCheck,
} from './stretch-check.js';
import type { TreeHead } from './tree-heads.decider.js';

export type Checked = {
  readonly events: number;
  readonly streams: number;
  readonly heads: number;
  readonly rootHash: string;
  /** Lines of the access log, and the hash of the last: whoever keeps them can tell later whether it was cut. */
  readonly accessLines: number;
  readonly accessHash: string | null;
  /** The one at the lowest position, then the others. */
  readonly findings: readonly Finding[];
};

/** A head somebody holds from before; with its leaves a change is pointed at, without them it lies before the head. */
export type KeptHead = Pick<TreeHead, 'size' | 'rootHash'> & { readonly leafHashes?: readonly string[] };
export type Kept = { readonly heads?: readonly KeptHead[]; readonly access?: KeptAccess };

/** Small enough that a page is gone before the collector has to carry it on. */
const PAGE = 500;

/** The leaves of a stretch, one behind the other, and the position of each. */
export type Leaves = { readonly hashes: Uint8Array; readonly positions: Float64Array };

/** In memory of their own, so that they can be handed to another thread. */
export function leavesOf(hashes: readonly Uint8Array[], positions: readonly number[]): Leaves {
  const all = new Uint8Array(hashes.length * LEAF_BYTES);
  hashes.forEach((hash, index) => all.set(hash, index * LEAF_BYTES));
  return { hashes: all, positions: Float64Array.from(positions) };
}

/**
 * Follows a log in its order and checks everything that can be checked without trusting whoever keeps it: each event's
 * hash, each stream's chain, the tree's root at every signed head, and the signatures. It is the log's beginning that is
 * added event by event; stretches that were checked by somebody else follow it.
 */
export class LogCheck {
  private readonly tree = new GrowingTree();
  private readonly roots = new Map<number, { root: string; position: number }>();
  private beginning: StretchCheck | undefined;
  private readonly ends = new Map<string, End>();
  private readonly findings: Finding[] = [];
  private leaves: (readonly string[])[];
  private position = 0;
  private counted = 0;

  /** `kept` is an earlier head somebody holds: its possession stands for its signature. */
  constructor(
    private readonly heads: readonly TreeHead[] = [],
    private readonly kept: Kept = {},
    /** Without it only the chain of each stream is checked, and no root is told. */
    withTree = true,
  ) {
    for (const { size } of [...heads, ...(kept.heads ?? [])]) this.roots.set(size, { root: '', position: 0 });
    this.leaves = (kept.heads ?? []).flatMap((head) => (head.leafHashes ? [provenLeaves(head)] : []));
    const leaf = (hash: Uint8Array, position: number): void => this.grow(hash, position);
    this.beginning = new StretchCheck(withTree ? leaf : undefined, kept.access);
  }

  add(stored: StoredEvent): void {
    this.beginning!.add(stored);
  }

  /** Joins the stretch that comes next; nothing is added any more. */
  follow(stretch: Stretch, leaves?: Leaves): void {
    this.endBeginning();
    this.join(stretch);
    leaves?.positions.forEach((position, index) =>
      this.grow(leaves.hashes.subarray(index * LEAF_BYTES, (index + 1) * LEAF_BYTES), position),
    );
  }

  finish(): Checked {
    this.endBeginning();
    for (const head of this.heads)
      if (!isSigned(head)) {
        const { position } = this.roots.get(head.size)!;
        const detail = `the head of ${head.size} is not signed by its key`;
        this.findings.push({ position, stream: HEADS_STREAM, code: 'head-unsigned', detail });
      }
    for (const head of [...this.heads, ...(this.kept.heads ?? [])]) this.checkHead(head);
    this.checkAccessEnd();
    return {
      events: this.counted,
      streams: this.ends.size,
      heads: this.heads.length,
      rootHash: this.rootHash(),
      accessLines: this.accessLines,
      accessHash: this.ends.get(ACCESS_STREAM)?.hash ?? null,
      findings: inOrder(this.findings),
    };
  }

  private grow(leaf: Uint8Array, position: number): void {
    this.compare(leaf, position);
    this.tree.add(leaf);
    if (this.roots.has(this.tree.size)) this.roots.set(this.tree.size, { root: this.rootHash(), position });
  }

  /** The first leaf that is not the one kept; behind a removed event no other is. */
  private compare(leaf: Uint8Array, position: number): void {
    const index = this.tree.size;
    this.leaves = this.leaves.filter((kept) => {
      if (index >= kept.length || kept[index] === Buffer.from(leaf).toString('hex')) return true;
      const detail = `event ${index + 1} of the log is not the one that was signed`;
      this.findings.push({ position, stream: HEADS_STREAM, code: 'leaf-differs', detail });
      return false;
    });
  }

  private endBeginning(): void {
    if (this.beginning) this.join(this.beginning.finish());
    this.beginning = undefined;
  }

  private join(stretch: Stretch): void {
    // As many as there are streams may be broken, which is more than one call takes.
    for (const found of joinFindings(this.ends, this.position, stretch)) this.findings.push(found);
    this.findings.push(...stretch.findings);
    for (const [stream, end] of stretch.ends) this.ends.set(stream, end);
    this.counted += stretch.events;
    if (stretch.beginnings.length > 0) this.position = stretch.lastPosition;
  }

  private get accessLines(): number {
    return (this.ends.get(ACCESS_STREAM)?.revision ?? -1) + 1;
  }

  /** No head is signed over the access log: that its end was cut off shows to who kept an earlier end of it. */
  private checkAccessEnd(): void {
    const { lines } = this.kept.access ?? { lines: 0 };
    if (this.accessLines >= lines) return;
    const detail = `the access log had ${lines} lines, ${this.accessLines} are here`;
    this.findings.push({ position: this.position + 1, stream: ACCESS_STREAM, code: 'access-log-cut', detail });
  }

  private checkHead({ size, rootHash }: Pick<TreeHead, 'size' | 'rootHash'>): void {
    const at = this.roots.get(size)!;
    if (at.root === '') {
      const detail = `${size} events were signed, ${this.counted} are here`;
      this.findings.push({ position: this.position + 1, stream: HEADS_STREAM, code: 'head-beyond-log', detail });
    } else if (at.root !== rootHash) {
      const detail = `the first ${size} events are not those that were signed`;
      this.findings.push({ position: at.position, stream: HEADS_STREAM, code: 'root-differs', detail });
    }
  }

  private rootHash(): string {
    return Buffer.from(this.tree.root()).toString('hex');
  }
}

/** The leaves of a kept head. Throws where they do not lead to its root: then they point at nothing. */
function provenLeaves({ size, rootHash, leafHashes = [] }: KeptHead): readonly string[] {
  const tree = new GrowingTree();
  for (const leaf of leafHashes) tree.add(Buffer.from(leaf, 'hex'));
  if (tree.size !== size || Buffer.from(tree.root()).toString('hex') !== rootHash)
    throw new Error('the leaves of the kept head are not those of its root');
  return leafHashes;
}

/** Every event of a store behind one position and up to another, in order, a page at a time. */
export async function* pagesOf(
  store: EventStore,
  after = 0,
  upTo = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<readonly StoredEvent[]> {
  for (let behind = after; ;) {
    const page = await store.readAll(behind, PAGE);
    const last = page.at(-1)?.position ?? upTo;
    yield last <= upTo ? page : page.filter(({ position }) => position <= upTo);
    if (page.length < PAGE || last >= upTo) return;
    behind = last;
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
