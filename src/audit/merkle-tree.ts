import { hash } from 'node:crypto';

/** The length of every hash of the tree, leaves included. */
export const LEAF_BYTES = 32;

/** SHA-256 of a leaf's bytes with the prefix 0x00 (RFC 9162 §2.1.1): a leaf can never be taken for a node. */
export const leafHash = (entry: string | Uint8Array): Buffer =>
  typeof entry === 'string'
    ? hash('sha256', `\0${entry}`, 'buffer')
    : hash('sha256', Buffer.concat([LEAF_PREFIX, entry]), 'buffer');

/** SHA-256 of two subtrees with the prefix 0x01. */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer =>
  hash('sha256', Buffer.concat([NODE_PREFIX, left, right]), 'buffer');

const LEAF_PREFIX = Buffer.of(0);
const NODE_PREFIX = Buffer.of(1);
export const EMPTY_ROOT: Buffer = hash('sha256', '', 'buffer');

/** The root of the complete subtree over leaves [index · 2^level, (index + 1) · 2^level). */
export type Subtree = (level: number, index: number) => Uint8Array;

/** The largest power of two below n. */
function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

const isPowerOfTwo = (n: number): boolean => Number.isInteger(Math.log2(n));

/** MTH over leaves [from, to) as the recursion of RFC 9162 §2.1.1 cuts them. */
function rangeRoot(subtree: Subtree, from: number, to: number): Uint8Array {
  const n = to - from;
  if (isPowerOfTwo(n) && from % n === 0) return subtree(Math.log2(n), from / n);
  const k = split(n);
  return nodeHash(rangeRoot(subtree, from, from + k), rangeRoot(subtree, from + k, to));
}

/** The root of the tree over the first `size` leaves. */
export const rootAt = (subtree: Subtree, size: number): Uint8Array =>
  size === 0 ? EMPTY_ROOT : rangeRoot(subtree, 0, size);

/** The path that proves leaf `index` is in the tree of `size` leaves (§2.1.3.1), from the leaf upwards. */
export function inclusionPath(subtree: Subtree, index: number, size: number): Uint8Array[] {
  if (index < 0 || index >= size) throw new RangeError(`no leaf ${index} in a tree of ${size}`);
  const path: Uint8Array[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + split(to - from);
    if (index < middle) {
      path.unshift(rangeRoot(subtree, middle, to));
      to = middle;
    } else {
      path.unshift(rangeRoot(subtree, from, middle));
      from = middle;
    }
  }
  return path;
}

/** The nodes that prove the first `first` leaves of the tree of `second` are the tree of `first` (§2.1.4.1). */
export function consistencyPath(subtree: Subtree, first: number, second: number): Uint8Array[] {
  if (first < 1 || first > second) throw new RangeError(`no proof from ${first} to ${second}`);
  const path: Uint8Array[] = [];
  let [from, to] = [0, second];
  let isWhole = true;
  while (first !== to) {
    const middle = from + split(to - from);
    if (first <= middle) {
      path.unshift(rangeRoot(subtree, middle, to));
      to = middle;
    } else {
      path.unshift(rangeRoot(subtree, from, middle));
      from = middle;
      isWhole = false;
    }
  }
  if (!isWhole) path.unshift(rangeRoot(subtree, from, to));
  return path;
}

/** The root an inclusion path leads to (§2.1.3.2); undefined where its length is not that of this leaf and size. */
export function rootOfInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
): Uint8Array | undefined {
  if (index < 0 || index >= size) return undefined;
  let [fn, sn] = [index, size - 1];
  let root = leaf;
  for (const node of path) {
    if (sn === 0) return undefined;
    if (fn % 2 === 1 || fn === sn) {
      root = nodeHash(node, root);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else root = nodeHash(root, node);
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 ? root : undefined;
}

const half = (n: number): number => Math.floor(n / 2);
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** True where the path proves that the tree with the second root begins with the tree with the first (§2.1.4.2). */
export function isConsistent(
  [first, firstRoot]: readonly [number, Uint8Array],
  [second, secondRoot]: readonly [number, Uint8Array],
  proof: readonly Uint8Array[],
): boolean {
  if (first < 1 || first > second) return false;
  if (first === second) return proof.length === 0 && same(firstRoot, secondRoot);
  const path = isPowerOfTwo(first) ? [firstRoot, ...proof] : [...proof];
  if (path.length === 0) return false;
  let [fn, sn] = [first - 1, second - 1];
  while (fn % 2 === 1) [fn, sn] = [half(fn), half(sn)];
  let [fr, sr] = [path[0]!, path[0]!];
  for (const node of path.slice(1)) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      fr = nodeHash(node, fr);
      sr = nodeHash(node, sr);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else sr = nodeHash(sr, node);
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && same(fr, firstRoot) && same(sr, secondRoot);
}

/** Grows a tree leaf by leaf and keeps only its right edge: a log of any length is checked in constant memory. */
export class GrowingTree {
  private readonly edge: { level: number; hash: Uint8Array }[] = [];
  size = 0;

  add(leaf: Uint8Array): void {
    let grown = { level: 0, hash: leaf };
    for (let last = this.edge.at(-1); last?.level === grown.level; last = this.edge.at(-1)) {
      this.edge.pop();
      grown = { level: grown.level + 1, hash: nodeHash(last.hash, grown.hash) };
    }
    this.edge.push(grown);
    this.size += 1;
  }

  root(): Uint8Array {
    if (this.edge.length === 0) return EMPTY_ROOT;
    return this.edge.map(({ hash }) => hash).reduceRight((right, left) => nodeHash(left, right));
  }
}
