import { type Fen, total } from '../kernel/money.js';

/**
 * Why a plan is short: these lines need `needed`, and all sources that may fund any of them can give them `available`, so
 * `short` = needed − available cannot be funded by any plan. `available` is all these sources have, less only where they
 * may not all pay the same line (`funding-apart.engine.ts`). Ids in the order of the request read.
 */
export type Certificate = {
  readonly lines: readonly string[];
  readonly sources: readonly string[];
  readonly needed: Fen;
  readonly available: Fen;
  readonly short: Fen;
};

/** What the certificate is drawn from; `mayFund` holds indices of lines. */
type Eligibility = {
  readonly sources: readonly { readonly id: string; readonly amount: Fen; readonly mayFund: readonly number[] }[];
  readonly lines: readonly { readonly id: string; readonly amount: Fen }[];
};
type Outcome = {
  readonly assignments: readonly { readonly sourceId: string; readonly lineId: string }[];
  readonly unfunded: readonly { readonly lineId: string; readonly amount: Fen }[];
};

/**
 * The certificate of a plan that funds as much as can be funded: among the sets of lines that maximise needed −
 * available, the one contained in all others. It is what can still reach an unfunded line in the residual network (an
 * unfunded line; a line whose money could move, at one or more removes, to an unfunded line), so it does not depend on
 * which of the largest plans is given (3-calculations.md §5).
 *
 * It also holds where sources are kept apart line by line. Those named pay nothing outside these lines, so a better way
 * to pay these lines alone would, put in place of this one, make the whole plan better; there is none. What the sources
 * have beyond `available` is what being apart costs.
 */
export function shortage({ sources, lines }: Eligibility, { assignments, unfunded }: Outcome): Certificate {
  const lineIndex = new Map(lines.map(({ id }, index) => [id, index]));
  const sourceIndex = new Map(sources.map(({ id }, index) => [id, index]));
  const fundedBy: number[][] = sources.map(() => []);
  for (const { sourceId, lineId } of assignments) fundedBy[sourceIndex.get(sourceId)!]!.push(lineIndex.get(lineId)!);
  const mayBeFundedBy: number[][] = lines.map(() => []);
  sources.forEach(({ mayFund }, source) => mayFund.forEach((line) => mayBeFundedBy[line]!.push(source)));

  const tight = new Set(unfunded.map(({ lineId }) => lineIndex.get(lineId)!));
  const helpers = new Set<number>();
  // A set hands out what is added while it is walked.
  for (const line of tight) {
    for (const source of mayBeFundedBy[line]!) {
      if (helpers.has(source)) continue;
      helpers.add(source);
      for (const other of fundedBy[source]!) tight.add(other);
    }
  }
  const tightLines = lines.filter((_, index) => tight.has(index));
  const helpingSources = sources.filter((_, index) => helpers.has(index));
  const needed = total(tightLines.map(({ amount }) => amount));
  const short = total(unfunded.map(({ amount }) => amount));
  return {
    lines: tightLines.map(({ id }) => id),
    sources: helpingSources.map(({ id }) => id),
    needed,
    available: needed - short,
    short,
  };
}
