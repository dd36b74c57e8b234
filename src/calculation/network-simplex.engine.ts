import type { Network } from './funding-network.engine.js';

/** A cheapest flow and the proof that it is one: every arc has `reduced` cost ≥ 0, and 0 where it carries flow. */
export type Optimum = {
  /** Fen on every arc of the network. */
  readonly flows: Float64Array;
  /** Per node; the reduced cost of an arc is its cost + potential of its tail − potential of its head. */
  readonly potentials: Float64Array;
};

const NONE = -1;
/** Arc inspections between two yields: a few milliseconds of work. A pivot weighs as much as so many of them. */
const WORK_PER_YIELD = 400_000;
const WORK_OF_PIVOT = 100;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Primal network simplex over a strongly feasible spanning tree (Cunningham's rule, so degenerate pivots cannot cycle).
 * The network has no directed cycle, hence no unbounded pivot. Yields now and then so a caller may do other things.
 */
export function* cheapestFlow(network: Network): Generator<void, Optimum, void> {
  const tree = new SpanningTree(network);
  const pricing = new Pricing(network, tree);
  let work = 0;
  for (let entering = pricing.next(); entering !== NONE; entering = pricing.next()) {
    work += pricing.inspected + WORK_OF_PIVOT + tree.pivot(entering);
    if (work < WORK_PER_YIELD) continue;
    work = 0;
    yield;
  }
  return { flows: tree.flows, potentials: tree.allPotentials() };
}

/**
 * Block search: the most negative reduced cost of the first block of arcs that has one, starting where it stopped. The
 * arcs of a block lie far apart: neighbours are pairs of one source whose ranks often resemble each other, and a block
 * of such offers little choice (ten times slower where 2 sources meet 45,000 lines).
 */
class Pricing {
  /** Arcs inspected by the last call of `next`. */
  inspected = 0;
  private cursor = 0;
  private readonly blockSize: number;
  /** Has no common divisor with the number of arcs, so that steps of it meet every arc once. */
  private readonly stride: number;

  constructor(
    private readonly network: Network,
    private readonly tree: SpanningTree,
  ) {
    const count = network.costs.length;
    this.blockSize = Math.max(16, Math.ceil(Math.sqrt(count)));
    this.stride = Math.floor(count * GOLDEN);
    while (commonDivisor(this.stride, count) > 1) this.stride++;
  }

  next(): number {
    const { tails, heads, costs } = this.network;
    const { potentials, base, offset } = this.tree;
    const stride = this.stride;
    const count = costs.length;
    let [best, bestArc, arc, left] = [0, NONE, this.cursor, this.blockSize];
    let inspected = 0;
    for (; inspected < count; inspected++) {
      const [tail, head] = [tails[arc]!, heads[arc]!];
      const rise = potentials[base[head]!]! + offset[head]! - potentials[base[tail]!]! - offset[tail]!;
      const reduced = costs[arc]! - rise;
      if (reduced < best) [best, bestArc] = [reduced, arc];
      arc += stride;
      if (arc >= count) arc -= count;
      if (--left > 0) continue;
      if (bestArc !== NONE) break;
      left = this.blockSize;
    }
    this.cursor = arc;
    this.inspected = inspected;
    return bestArc;
  }
}

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));

/** Where a pivot cuts the tree: the arc above `node` leaves, and the entering arc is fastened at `fasten`. */
type Cut = { readonly node: number; readonly fasten: number; readonly amount: number };

/**
 * The basis: a tree rooted at the network's root, with the flow on its arcs (all other arcs carry nothing).
 *
 * Leaves are not in the lists of children, and their potential and depth are derived from their parent: where a few
 * sources meet thousands of lines nearly all nodes are leaves, and a pivot must not cost their number.
 */
class SpanningTree {
  readonly flows: Float64Array;
  /** The potential of a node is `potentials[base] + offset`: of an inner node its own, of a leaf its parent's + arc. */
  readonly potentials: Float64Array;
  readonly base: Int32Array;
  readonly offset: Float64Array;
  private readonly root: number;
  private readonly parent: Int32Array;
  /** The arc between a node and its parent, whether it points up to the parent, and the node's potential over it. */
  private readonly arcAbove: Int32Array;
  private readonly pointsUp: Uint8Array;
  private readonly rise: Float64Array;
  /** Of inner nodes only. */
  private readonly depth: Int32Array;
  /** How many children there are, and the lists of those that are inner nodes. */
  private readonly children: Int32Array;
  private readonly firstInner: Int32Array;
  private readonly nextInner: Int32Array;
  private readonly previousInner: Int32Array;

  /** The first basis funds nothing: every source keeps its money, every line is unfunded. */
  constructor(private readonly network: Network) {
    const root = (this.root = network.sources + network.lines);
    const ofNodes = (): Int32Array => new Int32Array(root + 1).fill(NONE);
    this.flows = new Float64Array(network.costs.length);
    const ofMoney = (): Float64Array => new Float64Array(root + 1);
    [this.potentials, this.offset, this.rise] = [ofMoney(), ofMoney(), ofMoney()];
    [this.parent, this.arcAbove, this.base] = [ofNodes(), ofNodes(), ofNodes()];
    [this.firstInner, this.nextInner, this.previousInner] = [ofNodes(), ofNodes(), ofNodes()];
    [this.depth, this.children] = [new Int32Array(root + 1), new Int32Array(root + 1)];
    this.pointsUp = new Uint8Array(root + 1);
    this.base[root] = root;
    for (let node = 0; node < root; node++) {
      this.flows[network.pairs + node] = network.amounts[node]!;
      this.hang(node, root, network.pairs + node);
    }
  }

  allPotentials(): Float64Array {
    return this.potentials.map((_, node) => this.potentials[this.base[node]!]! + this.offset[node]!);
  }

  /** Brings `entering` (reduced cost < 0) into the basis; answers how many nodes it had to revisit. */
  pivot(entering: number): number {
    const [tail, head] = [this.network.tails[entering]!, this.network.heads[entering]!];
    const apex = this.apex(tail, head);
    const { node, fasten, amount } = this.cut(tail, head, apex);
    if (amount > 0) this.push(entering, apex, amount);
    this.rehang(fasten, node, entering);
    return this.revalue(fasten);
  }

  /** The node where the tree paths of `a` and `b` to the root meet. */
  private apex(a: number, b: number): number {
    while (a !== b) {
      if (this.depthOf(a) >= this.depthOf(b)) a = this.parent[a]!;
      else b = this.parent[b]!;
    }
    return a;
  }

  private depthOf(node: number): number {
    const base = this.base[node]!;
    return base === node ? this.depth[node]! : this.depth[base]! + 1;
  }

  /**
   * The arc that limits the flow around the cycle. Among several the last one met when the cycle is walked from its
   * apex in the direction of the entering arc: that keeps every empty arc of the tree pointing up.
   */
  private cut(tail: number, head: number, apex: number): Cut {
    const { parent, arcAbove, pointsUp, flows } = this;
    let [amount, node, fasten] = [Infinity, NONE, NONE];
    for (let at = tail; at !== apex; at = parent[at]!) {
      if (pointsUp[at] === 1 && flows[arcAbove[at]!]! < amount) {
        [amount, node, fasten] = [flows[arcAbove[at]!]!, at, tail];
      }
    }
    for (let at = head; at !== apex; at = parent[at]!) {
      if (pointsUp[at] === 0 && flows[arcAbove[at]!]! <= amount) {
        [amount, node, fasten] = [flows[arcAbove[at]!]!, at, head];
      }
    }
    return { node, fasten, amount };
  }

  private push(entering: number, apex: number, amount: number): void {
    const { parent, arcAbove, pointsUp, flows } = this;
    flows[entering]! += amount;
    for (let at = this.network.tails[entering]!; at !== apex; at = parent[at]!) {
      flows[arcAbove[at]!]! += pointsUp[at] === 1 ? -amount : amount;
    }
    for (let at = this.network.heads[entering]!; at !== apex; at = parent[at]!) {
      flows[arcAbove[at]!]! += pointsUp[at] === 1 ? amount : -amount;
    }
  }

  /** Turns the path from `fasten` up to `cutNode` round, so that `fasten` hangs on the entering arc. */
  private rehang(fasten: number, cutNode: number, entering: number): void {
    const { tails, heads } = this.network;
    let node = fasten;
    let arc = entering;
    let above = tails[entering] === fasten ? heads[entering]! : tails[entering]!;
    for (;;) {
      const [oldParent, oldArc] = [this.parent[node]!, this.arcAbove[node]!];
      this.unhang(node, oldParent);
      this.hang(node, above, arc);
      if (node === cutNode) return;
      [above, node, arc] = [node, oldParent, oldArc];
    }
  }

  /** New depths and potentials of the inner nodes of the subtree of `top`; answers their number. */
  private revalue(top: number): number {
    const { parent, depth, firstInner, nextInner, potentials, rise } = this;
    if (this.children[top] === 0) return 0;
    let touched = 0;
    for (let node = top; ;) {
      const above = parent[node]!;
      depth[node] = depth[above]! + 1;
      potentials[node] = potentials[above]! + rise[node]!;
      touched++;
      if (firstInner[node] !== NONE) {
        node = firstInner[node]!;
        continue;
      }
      while (node !== top && nextInner[node] === NONE) node = parent[node]!;
      if (node === top) return touched;
      node = nextInner[node]!;
    }
  }

  private hang(node: number, parent: number, arc: number): void {
    const up = this.network.tails[arc] === node;
    this.parent[node] = parent;
    this.arcAbove[node] = arc;
    this.pointsUp[node] = up ? 1 : 0;
    this.rise[node] = up ? -this.network.costs[arc]! : this.network.costs[arc]!;
    if (this.children[parent]!++ === 0 && parent !== this.root) this.becomeInner(parent);
    if (this.children[node]! > 0) this.list(node);
    else this.deriveFromParent(node);
  }

  private unhang(node: number, parent: number): void {
    if (this.children[node]! > 0) this.unlist(node);
    // The root is never left without: a path turned round hangs in its new place before its last node is taken down.
    if (--this.children[parent]! > 0) return;
    this.unlist(parent);
    this.deriveFromParent(parent);
  }

  /** Of the path being turned round the values are stale here; `revalue` sets them when it hangs in its new place. */
  private becomeInner(node: number): void {
    const parent = this.parent[node]!;
    this.base[node] = node;
    this.offset[node] = 0;
    this.depth[node] = this.depth[parent]! + 1;
    this.potentials[node] = this.potentials[parent]! + this.rise[node]!;
    this.list(node);
  }

  private deriveFromParent(leaf: number): void {
    this.base[leaf] = this.parent[leaf]!;
    this.offset[leaf] = this.rise[leaf]!;
  }

  private list(node: number): void {
    const parent = this.parent[node]!;
    const first = this.firstInner[parent]!;
    this.previousInner[node] = NONE;
    this.nextInner[node] = first;
    if (first !== NONE) this.previousInner[first] = node;
    this.firstInner[parent] = node;
  }

  private unlist(node: number): void {
    const [previous, next] = [this.previousInner[node]!, this.nextInner[node]!];
    if (previous === NONE) this.firstInner[this.parent[node]!] = next;
    else this.nextInner[previous] = next;
    if (next !== NONE) this.previousInner[next] = previous;
  }
}
