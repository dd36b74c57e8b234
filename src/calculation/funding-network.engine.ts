/**
 * The funding plan as one network without capacities: an arc for every pair a source may fund, an arc from every source
 * to the root for what it keeps, and an arc from the root to every line for what nobody funds. Sources send exactly
 * their amount and lines receive exactly theirs, so every flow is a plan and every plan is a flow.
 *
 * Nodes: sources 0 … n−1, lines n … n+m−1, root n+m. Arcs: pairs in the order of (source id, line id), then the n
 * "unused" arcs, then the m "unfunded" arcs. Every number is an integer below 2^53, so doubles are exact.
 */
export type Network = {
  readonly sources: number;
  readonly lines: number;
  /** How many of the arcs are pairs; they come first, in the order the third criterion compares them. */
  readonly pairs: number;
  readonly tails: Int32Array;
  readonly heads: Int32Array;
  readonly costs: Float64Array;
  /** Fen: of a source what it has, of a line what it needs. */
  readonly amounts: Float64Array;
};

/** One source as the network sees it: what it has, how many lines it may fund, and the pairs worth an arc. */
export type Supply = {
  readonly amount: number;
  readonly degree: number;
  /** Indices of lines, ascending, and the rank of each. */
  readonly lines: readonly number[];
  readonly ranks: readonly number[];
};

/**
 * Builds the network whose cheapest flow is, in this order, of the largest funded total, of the smallest Σ fen × rank
 * and of the smallest Σ fen × degree (3-calculations.md §5). Amounts must be positive.
 *
 * One number per arc carries all three, because a flow is optimal exactly when no simple cycle of its residual network
 * improves it, and on a simple cycle each criterion is bounded:
 * - degree: a source on the cycle is entered by one arc and left by another. Between two pairs its degree cancels, so
 *   it is charged (as −degree) on the "unused" arc alone; the root is passed once, hence the cycle's sum is within
 *   ± the largest degree. A rank weighs one more than that.
 * - rank: at most min(n, m) + 1 pairs of a cycle gain flow and as many lose it, which bounds the weighted sum of ranks;
 *   a fen left unfunded weighs more than both together.
 * With ranks up to 1,000,000 and n × m up to 90,000 every sum along a path stays below 10^12.
 */
export function fundingNetwork(supplies: readonly Supply[], needs: readonly number[]): Network {
  const [sources, lines] = [supplies.length, needs.length];
  const root = sources + lines;
  let [pairs, largestDegree, largestRank] = [0, 0, 0];
  for (const supply of supplies) {
    pairs += supply.lines.length;
    largestDegree = Math.max(largestDegree, supply.degree);
    for (const rank of supply.ranks) largestRank = Math.max(largestRank, rank);
  }
  const rankWeight = largestDegree + 1;
  const unfundedCost = (Math.min(sources, lines) + 1) * largestRank * rankWeight + rankWeight;

  const tails = new Int32Array(pairs + root);
  const heads = new Int32Array(pairs + root);
  const costs = new Float64Array(pairs + root);
  const amounts = new Float64Array(root);
  let arc = 0;
  const add = (tail: number, head: number, cost: number): void => {
    [tails[arc], heads[arc], costs[arc]] = [tail, head, cost];
    arc++;
  };
  supplies.forEach((supply, source) => {
    amounts[source] = supply.amount;
    supply.lines.forEach((line, at) => add(source, sources + line, supply.ranks[at]! * rankWeight));
  });
  supplies.forEach((supply, source) => add(source, root, -supply.degree));
  needs.forEach((need, line) => {
    amounts[sources + line] = need;
    add(root, sources + line, unfundedCost);
  });
  return { sources, lines, pairs, tails, heads, costs, amounts };
}
