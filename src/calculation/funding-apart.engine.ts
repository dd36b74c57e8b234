import { byCodePoint } from '../kernel/ids.js';
import { type Fen, total } from '../kernel/money.js';
import { type FundingPlan, type FundingPlanRequest, type FundingSource, planning } from './funding-plan.engine.js';

/** A source that belongs to a programme: two programmes never fund the same line (R11). */
type ApartSource = FundingSource & {
  readonly programme?: string | undefined;
  /** Lines it may fund beside another programme. */
  readonly mayMix?: ReadonlySet<string> | undefined;
};

/** Which programme alone may fund a line, where that is chosen. */
type Choices = ReadonlyMap<string, string>;

export type ApartRequest = {
  readonly sources: readonly ApartSource[];
  readonly lines: FundingPlanRequest['lines'];
  /** Lines for which the programme is chosen already. */
  readonly chosen?: Choices | undefined;
};

export type ApartPlan = FundingPlan & {
  /**
   * Only where the search was given up before it was known that nothing funds more: no plan funds more than this. Such a
   * plan can be carried out, and has no certificate.
   */
  readonly fundedAtMost?: Fen;
};

/** How much work may still be done, in pairs of a source and a line; several searches may share one. */
export type Effort = { left: number };

/** A second or so of work in slices: five thousand plans of a scheme with twenty lines, sixty of the largest seen. */
const MOST_EFFORT = 500_000;
/** With less than this left, what matters most is looked for alone: whether anything funds more. */
const LAST_EFFORT = 250_000;
/** What a plan costs beside its pairs. */
const EFFORT_OF_PLAN = 50;

/**
 * The best plan in which no line is funded by two programmes, by the same criteria as `planFunding`. No network of pairs
 * can say "either the one or the other", so it is searched for: a plan made without that condition bounds all plans with
 * it; where it gives no line money of two programmes it is the best itself; else one such line is given to each programme
 * in turn. Depth first, the better bound first, and what cannot beat the best plan found is left.
 *
 * The number of lines decides how many plans that takes, twice as many for each in the worst case. With the last of
 * `effort` no other preference is looked for than the funded total; after it the best plan found is answered, with the
 * bound on all others where that says less than that nothing funds more.
 */
export function* planningApart(
  request: ApartRequest,
  effort: Effort = { left: MOST_EFFORT },
): Generator<void, ApartPlan, void> {
  return (yield* search(request, effort, undefined))!;
}

/** The best plan that leaves nothing unfunded; none where there is none, or none was found with this effort. */
export const planningAllApart = (
  request: ApartRequest,
  effort: Effort,
): Generator<void, FundingPlan | undefined, void> =>
  search(request, effort, total(request.lines.map(({ amount }) => amount)));

type Tried = { readonly chosen: Choices; readonly plan: FundingPlan; readonly score: Score };

function* search(
  request: ApartRequest,
  effort: Effort,
  atLeast: Fen | undefined,
): Generator<void, ApartPlan | undefined, void> {
  const scoreOf = scoring(request);
  const pairs = request.sources.reduce((sum, { mayFund }) => sum + mayFund.length, 0);
  const attempt = function* (chosen: Choices): Generator<void, Tried, void> {
    effort.left -= EFFORT_OF_PLAN + pairs;
    const plan = yield* planning(kept(request, chosen));
    return { chosen, plan, score: scoreOf(plan) };
  };
  const shapeOf = shapes(request);
  const seen = new Set<string>();
  let best: Tried | undefined;
  const open = [yield* attempt(request.chosen ?? new Map())];
  for (let tried = open.pop(); tried; tried = open.pop()) {
    const isLast = effort.left < LAST_EFFORT;
    if (best ? compare(tried, best, isLast) >= 0 : tried.plan.funded < (atLeast ?? 0n)) continue;
    const mixed = mixedLine(request, tried.plan);
    if (!mixed) {
      best = tried;
      continue;
    }
    // A first plan is always looked for to the end, unless only a full one is of use: that takes two plans a line at most.
    if (effort.left <= 0 && (best || atLeast !== undefined)) return best && bounded(best.plan, [tried, ...open]);
    const children: Tried[] = [];
    for (const programme of mixed.programmes) {
      const chosen = new Map(tried.chosen).set(mixed.lineId, programme);
      const shape = shapeOf(chosen);
      // As much as below the one seen already, and no more, is funded below this one.
      if (isLast && best && seen.has(shape)) continue;
      seen.add(shape);
      children.push(yield* attempt(chosen));
    }
    open.push(...children.sort((a, b) => compare(b, a)));
  }
  return best?.plan;
}

/** Says the same of choices that differ only in which of several like lines they were made for. */
function shapes({ sources, lines }: ApartRequest): (chosen: Choices) => string {
  const kindOf = new Map(
    lines.map(({ id, amount }) => [
      id,
      `${amount}:${sources.map(({ mayFund, mayMix }) => (mayFund.includes(id) ? (mayMix?.has(id) ? 2 : 1) : 0)).join('')}`,
    ]),
  );
  return (chosen) =>
    [...chosen]
      .map(([lineId, programme]) => `${kindOf.get(lineId)} ${programme}`)
      .sort()
      .join('|');
}

/** The best plan found, with what the open ones still leave possible. */
function bounded(plan: FundingPlan, open: readonly Tried[]): ApartPlan {
  const most = open.reduce((bound, { plan: { funded } }) => (funded > bound ? funded : bound), plan.funded);
  if (most === plan.funded) return plan;
  const { certificate: _, ...unproven } = plan;
  return { ...unproven, fundedAtMost: most };
}

/** The request with every other programme kept from the lines of one. */
const kept = ({ sources, lines }: ApartRequest, chosen: Choices): FundingPlanRequest => ({
  lines,
  sources: sources.map((source) => {
    const { programme, mayMix } = source;
    if (programme === undefined || chosen.size === 0) return source;
    const elsewhere = [...chosen].filter(([lineId, only]) => only !== programme && !mayMix?.has(lineId));
    return { ...source, keptFrom: new Set(elsewhere.map(([lineId]) => lineId)) };
  }),
});

/** The line on which two programmes hold each other up most, and all that might have it instead. */
function mixedLine(
  { sources }: ApartRequest,
  { assignments }: FundingPlan,
): { readonly lineId: string; readonly programmes: readonly string[] } | undefined {
  const byId = new Map(sources.map((source) => [source.id, source]));
  const given = new Map<string, Map<string, Fen>>();
  for (const { sourceId, lineId, amount } of assignments) {
    const { programme, mayMix } = byId.get(sourceId)!;
    if (programme === undefined || mayMix?.has(lineId)) continue;
    const ofLine = given.get(lineId) ?? new Map<string, Fen>();
    given.set(lineId, ofLine.set(programme, (ofLine.get(programme) ?? 0n) + amount));
  }
  let [found, most]: [string | undefined, Fen] = [undefined, 0n];
  for (const [lineId, ofLine] of given) {
    // What would have to move if the line were the other's: the smaller part.
    const moved = total(ofLine.values()) - [...ofLine.values()].reduce((a, b) => (a > b ? a : b));
    if (moved > most || (moved === most && moved > 0n && byCodePoint(lineId, found!) < 0))
      [found, most] = [lineId, moved];
  }
  if (found === undefined) return undefined;
  const lineId = found;
  const programmes = sources.flatMap(({ programme, mayFund }) =>
    programme !== undefined && mayFund.includes(lineId) ? [programme] : [],
  );
  return { lineId, programmes: [...new Set(programmes)].sort(byCodePoint) };
}

/** Σ fen × rank and Σ fen × number of lines the source may fund. */
type Score = { readonly ranks: bigint; readonly degrees: bigint };

function scoring({ sources }: ApartRequest): (plan: FundingPlan) => Score {
  const byId = new Map(
    sources.map(({ id, rank, mayFund }) => [id, { rank: rank ?? 1, degree: BigInt(new Set(mayFund).size) }]),
  );
  return ({ assignments }) => {
    let [ranks, degrees] = [0n, 0n];
    for (const { sourceId, lineId, amount } of assignments) {
      const { rank, degree } = byId.get(sourceId)!;
      ranks += amount * BigInt(typeof rank === 'number' ? rank : (rank[lineId] ?? 1));
      degrees += amount * degree;
    }
    return { ranks, degrees };
  };
}

/** Negative where `a` is the better plan (3-calculations.md §5); 0 only where they are the same, or fund the same. */
function compare(a: Tried, b: Tried, byFundedOnly = false): number {
  const byFunded = order(b.plan.funded, a.plan.funded);
  if (byFunded !== 0 || byFundedOnly) return byFunded;
  return (
    order(a.score.ranks, b.score.ranks) ||
    order(a.score.degrees, b.score.degrees) ||
    firstChoice(a.plan.assignments, b.plan.assignments)
  );
}

const order = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** At the first pair where they differ, the plan that gives it more comes first; a pair not listed gets nothing. */
function firstChoice(a: FundingPlan['assignments'], b: FundingPlan['assignments']): number {
  const at = a.findIndex(({ sourceId, lineId, amount }, index) => {
    const other = b[index];
    return other?.sourceId !== sourceId || other.lineId !== lineId || other.amount !== amount;
  });
  const [mine, other] = at === -1 ? [undefined, b[a.length]] : [a[at], b[at]];
  if (!mine || !other) return mine ? -1 : other ? 1 : 0;
  const earlier = byCodePoint(mine.sourceId, other.sourceId) || byCodePoint(mine.lineId, other.lineId);
  return earlier || order(other.amount, mine.amount);
}
