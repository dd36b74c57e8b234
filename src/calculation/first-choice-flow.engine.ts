import type { Network } from './funding-network.engine.js';
import type { Optimum } from './network-simplex.engine.js';

const NONE = -1;
/** Arc inspections between two yields: a few milliseconds of work. */
const WORK_PER_YIELD = 400_000;

/**
 * Of all cheapest flows, the one whose amounts on the pairs, read in order, are lexicographically the greatest.
 * Rewrites `optimum.flows`. Yields now and then so a caller may do other things.
 *
 * A flow is cheapest exactly when it uses only arcs of reduced cost 0, so the cheapest flows are all flows of that
 * smaller network. Take its pairs in order and make each as large as the earlier ones allow: the pair i → j grows along
 * residual paths from j back to i. When none is left, let W be what j still reaches. No arc leaves W and none but the
 * pair itself brings flow into W; what W needs from outside is fixed, so with the pair at that amount every other arc
 * into W is empty for good. The network therefore falls into two that no longer concern each other, the pair is
 * settled, and a pair between two parts is settled too. So at most (number of nodes − 1) pairs ever need a search.
 */
export function* firstChoiceFlow(network: Network, optimum: Optimum): Generator<void, void, void> {
  const residual = new Residual(network, optimum);
  let work = 0;
  for (let pair = 0; pair < network.pairs; pair++) {
    if (!residual.isOpen(pair)) continue;
    for (;;) {
      const found = residual.reach(pair);
      work += residual.inspected;
      if (work >= WORK_PER_YIELD) {
        work = 0;
        yield;
      }
      if (!found) break;
      residual.grow(pair);
    }
    residual.split(pair);
  }
}

/** The network of the arcs with reduced cost 0, its flow, and the parts it has fallen into. */
class Residual {
  /** Arcs inspected by the last call of `reach`. */
  inspected = 0;
  private readonly flows: Float64Array;
  private readonly usable: Uint8Array;
  /** Arcs by tail; those that came to lie between two parts are swept behind `outEnd`. */
  private readonly out: Int32Array;
  private readonly outStart: Int32Array;
  private readonly outEnd: Int32Array;
  /** Arcs by head; those that carry flow come first, up to `inEnd`. `place` is where an arc stands. */
  private readonly into: Int32Array;
  private readonly inStart: Int32Array;
  private readonly inEnd: Int32Array;
  private readonly place: Int32Array;
  private readonly part: Int32Array;
  private parts = 1;
  /** The search: which search saw a node last, by which arc it got there, and the nodes in the order seen. */
  private readonly seenIn: Int32Array;
  private readonly cameBy: Int32Array;
  private readonly queue: Int32Array;
  private queued = 0;
  private search = 0;
  /** The source the search is for, the open arc by which it sends money to a node, and how many such arcs it has. */
  private goal = NONE;
  private readonly fromGoal: Int32Array;
  private outlets = 0;
  /** Where the search met the head of such an arc. */
  private end = NONE;

  constructor(
    private readonly network: Network,
    optimum: Optimum,
  ) {
    const nodes = network.sources + network.lines + 1;
    this.flows = optimum.flows;
    this.usable = usableArcs(network, optimum.potentials);
    const byTail = groupArcs(network.tails, this.usable, nodes);
    const byHead = groupArcs(network.heads, this.usable, nodes);
    [this.out, this.outStart, this.outEnd] = [byTail.arcs, byTail.start, byTail.start.slice(1)];
    [this.into, this.inStart, this.inEnd] = [byHead.arcs, byHead.start, byHead.start.slice(0, nodes)];
    this.place = new Int32Array(network.costs.length);
    this.into.forEach((arc, at) => (this.place[arc] = at));
    this.flows.forEach((flow, arc) => flow > 0 && this.nowCarries(arc));
    this.part = new Int32Array(nodes);
    this.seenIn = new Int32Array(nodes);
    this.cameBy = new Int32Array(nodes);
    this.queue = new Int32Array(nodes);
    this.fromGoal = new Int32Array(nodes).fill(NONE);
  }

  /** True where the amount of the pair is not settled yet. */
  isOpen(pair: number): boolean {
    const { tails, heads } = this.network;
    return this.usable[pair] === 1 && this.part[tails[pair]!] === this.part[heads[pair]!];
  }

  /**
   * Looks, breadth first, for a residual path from the head of `pair` to its tail that does not use `pair`. The tail is
   * a source: the only way back to it is against an arc on which it sends money, so the search ends at such an arc's
   * head. Where it sends money nowhere else there is no path, and the source alone is the part that falls off.
   */
  reach(pair: number): boolean {
    const { tails, heads } = this.network;
    if (this.goal !== tails[pair]) this.aimAt(tails[pair]!);
    this.search++;
    this.inspected = 1;
    this.queued = 0;
    this.end = NONE;
    if (this.outlets === (this.fromGoal[heads[pair]!] === NONE ? 0 : 1)) {
      this.see(this.goal, NONE);
      return false;
    }
    this.see(heads[pair]!, NONE);
    for (let at = 0; at < this.queued; at++) {
      this.stepBack(this.queue[at]!, pair);
      this.stepForward(this.queue[at]!);
      if (this.end !== NONE) return true;
    }
    return false;
  }

  /** Notes where the source `goal` sends its money. */
  private aimAt(goal: number): void {
    const { out, outStart, outEnd, flows, fromGoal, part } = this;
    const heads = this.network.heads;
    if (this.goal !== NONE) {
      for (let at = outStart[this.goal]!; at < outStart[this.goal + 1]!; at++) fromGoal[heads[out[at]!]!] = NONE;
    }
    this.goal = goal;
    this.outlets = 0;
    for (let at = outStart[goal]!; at < outEnd[goal]!; at++) {
      const arc = out[at]!;
      if (flows[arc] === 0 || part[heads[arc]!] !== part[goal]) continue;
      fromGoal[heads[arc]!] = arc;
      this.outlets++;
    }
  }

  /** Against the arcs that bring flow to `node`, for it may come from elsewhere; settled arcs are swept away. */
  private stepBack(node: number, pair: number): void {
    const { into, inStart, inEnd, part } = this;
    const tails = this.network.tails;
    for (let at = inStart[node]!; at < inEnd[node]! && this.end === NONE; this.inspected++) {
      const arc = into[at]!;
      const from = tails[arc]!;
      if (part[from] === part[node]) {
        if (arc !== pair) this.see(from, arc);
        at++;
      } else {
        this.swapInto(arc, --inEnd[node]!);
      }
    }
  }

  /** Along the arcs out of `node`, which have no upper bound; those into another part are swept away for good. */
  private stepForward(node: number): void {
    const { out, outStart, outEnd, part } = this;
    const heads = this.network.heads;
    for (let at = outStart[node]!; at < outEnd[node]! && this.end === NONE; this.inspected++) {
      const arc = out[at]!;
      const to = heads[arc]!;
      if (part[to] === part[node]) {
        this.see(to, arc);
        at++;
      } else {
        const last = --outEnd[node]!;
        out[at] = out[last]!;
        out[last] = arc;
      }
    }
  }

  private see(node: number, arc: number): void {
    if (this.seenIn[node] === this.search) return;
    this.seenIn[node] = this.search;
    this.cameBy[node] = arc;
    this.queue[this.queued++] = node;
    if (arc !== NONE && this.fromGoal[node] !== NONE) this.end = node;
  }

  /** Moves as much as the path just found can bear onto `pair`. */
  grow(pair: number): void {
    const { flows, cameBy, end } = this;
    const { tails, heads } = this.network;
    const last = this.fromGoal[end]!;
    let amount = flows[last]!;
    for (let node = end; cameBy[node] !== NONE;) {
      const arc = cameBy[node]!;
      const forward = heads[arc] === node;
      if (!forward) amount = Math.min(amount, flows[arc]!);
      node = forward ? tails[arc]! : heads[arc]!;
    }
    this.change(last, -amount);
    for (let node = end; cameBy[node] !== NONE;) {
      const arc = cameBy[node]!;
      const forward = heads[arc] === node;
      this.change(arc, forward ? amount : -amount);
      node = forward ? tails[arc]! : heads[arc]!;
    }
    this.change(pair, amount);
  }

  /** What the last, vain search for `pair` saw becomes a part of its own, and the pair is settled. */
  split(pair: number): void {
    const part = this.parts++;
    for (let at = 0; at < this.queued; at++) this.part[this.queue[at]!] = part;
    const head = this.network.heads[pair]!;
    if (this.fromGoal[head] === NONE) return;
    this.fromGoal[head] = NONE;
    this.outlets--;
  }

  private change(arc: number, by: number): void {
    const before = this.flows[arc]!;
    this.flows[arc] = before + by;
    if (before > 0 && before + by > 0) return;
    if (before === 0) this.nowCarries(arc);
    else this.nowEmpty(arc);
    const { tails, heads } = this.network;
    if (tails[arc] !== this.goal) return;
    this.fromGoal[heads[arc]!] = before === 0 ? arc : NONE;
    this.outlets += before === 0 ? 1 : -1;
  }

  private nowCarries(arc: number): void {
    this.swapInto(arc, this.inEnd[this.network.heads[arc]!]!++);
  }

  private nowEmpty(arc: number): void {
    this.swapInto(arc, --this.inEnd[this.network.heads[arc]!]!);
  }

  private swapInto(arc: number, to: number): void {
    const { into, place } = this;
    const [from, other] = [place[arc]!, into[to]!];
    [into[from], into[to]] = [other, arc];
    [place[other], place[arc]] = [from, to];
  }
}

function usableArcs(network: Network, potentials: Float64Array): Uint8Array {
  const { tails, heads, costs } = network;
  const usable = new Uint8Array(costs.length);
  for (let arc = 0; arc < usable.length; arc++) {
    usable[arc] = costs[arc]! + potentials[tails[arc]!]! - potentials[heads[arc]!]! === 0 ? 1 : 0;
  }
  return usable;
}

/** The usable arcs of node v at `arcs[start[v]] … arcs[start[v + 1] − 1]`. */
function groupArcs(ends: Int32Array, usable: Uint8Array, nodes: number): { arcs: Int32Array; start: Int32Array } {
  const start = new Int32Array(nodes + 1);
  for (let arc = 0; arc < ends.length; arc++) if (usable[arc] === 1) start[ends[arc]! + 1]!++;
  for (let node = 0; node < nodes; node++) start[node + 1]! += start[node]!;
  const next = start.slice();
  const arcs = new Int32Array(start[nodes]!);
  for (let arc = 0; arc < ends.length; arc++) if (usable[arc] === 1) arcs[next[ends[arc]!]!++] = arc;
  return { arcs, start };
}
