import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { planFunding } from './funding-plan.engine.js';

// The engine is judged by code of its own: nothing here but the functions under test comes from `src`.

/** 100,000 by `PROPERTY_RUNS=100000 npm test -- funding-plan`. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 2_000);

type Source = { id: string; amount: bigint; mayFund: string[]; rank?: number | Record<string, number> };
type Request = { sources: Source[]; lines: { id: string; amount: bigint }[] };
type Plan = ReturnType<typeof planFunding>;

const codePoints = (text: string): number[] => [...text].map((character) => character.codePointAt(0)!);
function before(a: string, b: string): number {
  const [left, right] = [codePoints(a), codePoints(b)];
  const at = left.findIndex((point, index) => point !== right[index]);
  return at === -1 ? left.length - right.length : left[at]! - (right[at] ?? -1);
}
const sum = (amounts: bigint[]): bigint => amounts.reduce((a, b) => a + b, 0n);
const sorted = <T extends { id: string }>(items: T[]): T[] => [...items].sort((a, b) => before(a.id, b.id));

type Pair = { source: Source; line: { id: string; amount: bigint }; rank: number; degree: number };
/** The pairs in the order of the third criterion. */
const pairsOf = ({ sources, lines }: Request): Pair[] =>
  sorted(sources).flatMap((source) =>
    sorted(lines)
      .filter(({ id }) => source.mayFund.includes(id))
      .map((line) => ({
        source,
        line,
        rank: typeof source.rank === 'object' ? (source.rank[line.id] ?? 1) : (source.rank ?? 1),
        degree: new Set(source.mayFund).size,
      })),
  );
const amountsOf = (pairs: Pair[], plan: Plan): bigint[] =>
  pairs.map(
    ({ source, line }) =>
      plan.assignments.find(({ sourceId, lineId }) => sourceId === source.id && lineId === line.id)?.amount ?? 0n,
  );

function requests(most: { sources: number; lines: number; amount: number; rank: number }): fc.Arbitrary<Request> {
  const pool = ['b', 'a', 'a-1', 'Z', '10', '9', '\u{1F600}', '\uFF5E', 'c', 'd', 'e', 'f'];
  const amount = fc.integer({ min: 0, max: most.amount }).map(BigInt);
  const ids = (maxLength: number): fc.Arbitrary<string[]> => fc.shuffledSubarray(pool, { maxLength });
  const rank = fc.integer({ min: 0, max: most.rank });
  return ids(most.lines).chain((lineIds) => {
    const some = fc.subarray([...lineIds, ...lineIds.slice(0, 1)]);
    const source = fc.record(
      {
        amount,
        mayFund: some,
        rank: fc.oneof(
          rank,
          some.chain((ids) => ranksFor(ids, rank)),
        ),
      },
      { requiredKeys: ['amount', 'mayFund'] },
    );
    return fc.record({
      lines: fc.tuple(...lineIds.map((id) => amount.map((amount) => ({ id, amount })))),
      sources: ids(most.sources).chain((ids) => fc.tuple(...ids.map((id) => source.map((rest) => ({ id, ...rest }))))),
    }) as fc.Arbitrary<Request>;
  });
}
const ranksFor = (ids: string[], rank: fc.Arbitrary<number>): fc.Arbitrary<Record<string, number>> =>
  fc.tuple(...ids.map(() => rank)).map((ranks) => Object.fromEntries(ids.map((id, at) => [id, ranks[at]!])));

const tiny = requests({ sources: 3, lines: 3, amount: 3, rank: 2 });
const small = requests({ sources: 6, lines: 6, amount: 12, rank: 3 });
const wide = requests({ sources: 8, lines: 8, amount: 2 ** 46, rank: 1_000_000 });
const check = (instances: fc.Arbitrary<Request>, holds: (request: Request) => void): void =>
  fc.assert(fc.property(instances, holds), { numRuns: RUNS });

/** Negative where `a` is the better plan: larger funded, then smaller ranks, then smaller degrees, then first amounts. */
function compare(pairs: Pair[], a: number[], b: number[]): number {
  const scores = [a, b].map((amounts) => [
    -amounts.reduce((total, amount) => total + amount, 0),
    amounts.reduce((total, amount, at) => total + amount * pairs[at]!.rank, 0),
    amounts.reduce((total, amount, at) => total + amount * pairs[at]!.degree, 0),
    ...amounts.map((amount) => -amount),
  ]) as [number[], number[]];
  const at = scores[0].findIndex((score, index) => score !== scores[1][index]);
  return at === -1 ? 0 : scores[0][at]! - scores[1][at]!;
}

/** The best of all plans there are. */
function bestByTrying(request: Request): number[] {
  const pairs = pairsOf(request);
  const left = new Map([...request.sources, ...request.lines].map((item) => [item, Number(item.amount)] as const));
  let best = pairs.map(() => 0);
  const amounts = [...best];
  const fill = (at: number): void => {
    if (at === pairs.length) {
      if (compare(pairs, amounts, best) < 0) best = [...amounts];
      return;
    }
    const { source, line } = pairs[at]!;
    const [money, need] = [left.get(source)!, left.get(line)!];
    for (let amount = 0; amount <= Math.min(money, need); amount++) {
      amounts[at] = amount;
      left.set(source, money - amount).set(line, need - amount);
      fill(at + 1);
    }
    amounts[at] = 0;
    left.set(source, money).set(line, need);
  };
  fill(0);
  return best;
}

/**
 * True where no cycle of the residual network makes the plan better; each criterion outweighs all that follow on any
 * cycle. A flow without such a cycle is the best there is.
 */
function cannotBeImproved(request: Request, plan: Plan): boolean {
  const pairs = pairsOf(request);
  const count = BigInt(pairs.length);
  type Arc = { from: unknown; to: unknown; cost: bigint };
  const arcs: Arc[] = [];
  const add = (from: unknown, to: unknown, cost: bigint, amount: bigint): void => {
    arcs.push({ from, to, cost });
    if (amount > 0n) arcs.push({ from: to, to: from, cost: -cost });
  };
  amountsOf(pairs, plan).forEach((amount, at) => {
    const { source, line, rank, degree } = pairs[at]!;
    const second = (BigInt(rank) << (count + 40n)) + (BigInt(degree) << (count + 10n));
    add(source, line, second - (1n << (count + 90n)) - (1n << (count - 1n - BigInt(at))), amount);
  });
  const unusedOf = new Map(plan.unused.map(({ sourceId, amount }) => [sourceId, amount]));
  const unfundedOf = new Map(plan.unfunded.map(({ lineId, amount }) => [lineId, amount]));
  for (const source of request.sources) add(source, 'rest', 0n, unusedOf.get(source.id) ?? 0n);
  for (const line of request.lines) add('rest', line, 0n, unfundedOf.get(line.id) ?? 0n);

  const distance = new Map<unknown, bigint>();
  const rounds = request.sources.length + request.lines.length + 1;
  for (let round = 0; round <= rounds; round++) {
    let changed = false;
    for (const { from, to, cost } of arcs) {
      const reached = (distance.get(from) ?? 0n) + cost;
      if (reached >= (distance.get(to) ?? 0n)) continue;
      distance.set(to, reached);
      changed = true;
    }
    if (!changed) return true;
  }
  return false;
}

/** What a plan says became of every amount of the request, and of its own rules. */
function account({ sources, lines }: Request, plan: Plan): object {
  const of = <T extends { amount: bigint }>(items: readonly T[], mine: (item: T) => boolean): bigint =>
    sum(items.filter(mine).map(({ amount }) => amount));
  const keys = plan.assignments.map(({ sourceId, lineId }) => ({ id: sourceId, lineId }));
  return {
    sources: sources.map(
      ({ id }) =>
        of(plan.assignments, (item) => item.sourceId === id) + of(plan.unused, (item) => item.sourceId === id),
    ),
    lines: lines.map(
      ({ id }) => of(plan.assignments, (item) => item.lineId === id) + of(plan.unfunded, (item) => item.lineId === id),
    ),
    funded: of(plan.assignments, () => true),
    positive: [...plan.assignments, ...plan.unfunded, ...plan.unused].every(({ amount }) => amount > 0n),
    allowed: keys.every(({ id, lineId }) =>
      sources.some((source) => source.id === id && source.mayFund.includes(lineId)),
    ),
    inOrder: keys.every(
      (key, at) => at === 0 || (before(keys[at - 1]!.id, key.id) || before(keys[at - 1]!.lineId, key.lineId)) < 0,
    ),
  };
}

describe('planFunding, whatever is asked', () => {
  it('conserves every fen and spends it only where it may be spent', () => {
    check(wide, (request) => {
      const plan = planFunding(request);
      expect(account(request, plan)).toEqual({
        sources: request.sources.map(({ amount }) => amount),
        lines: request.lines.map(({ amount }) => amount),
        funded: plan.funded,
        positive: true,
        allowed: true,
        inOrder: true,
      });
    });
  });

  it('finds the best of all plans, the third criterion included', () => {
    check(tiny, (request) => {
      expect(amountsOf(pairsOf(request), planFunding(request)).map(Number)).toEqual(bestByTrying(request));
    });
  });

  it('leaves nothing to improve in larger requests, the third criterion included', () => {
    check(fc.oneof(small, wide), (request) => {
      expect(cannotBeImproved(request, planFunding(request))).toBe(true);
    });
  });

  it('does not depend on the order of the request', () => {
    const shuffles = small.chain((request) =>
      fc.record({
        request: fc.constant(request),
        sources: fc.shuffledSubarray(request.sources, { minLength: request.sources.length }),
        lines: fc.shuffledSubarray(request.lines, { minLength: request.lines.length }),
      }),
    );
    const property = fc.property(shuffles, ({ request, sources, lines }) => {
      const reversed = sources.map((source) => ({ ...source, mayFund: source.mayFund.toReversed() }));
      expect(planFunding({ sources: reversed, lines })).toEqual(planFunding(request));
    });
    fc.assert(property, { numRuns: RUNS });
  });

  it('certifies a shortage by the one smallest set of lines, and only a shortage', () => {
    check(small, (request) => {
      const { certificate, unfunded } = planFunding(request);
      const lines = sorted(request.lines);
      let [most, smallest] = [0n, new Set<string>()];
      for (let subset = 1; subset < 2 ** lines.length; subset++) {
        const chosen = lines.filter((_, at) => (subset >> at) % 2 === 1);
        const ids = chosen.map(({ id }) => id);
        const helpers = request.sources.filter(({ mayFund }) => mayFund.some((id) => ids.includes(id)));
        const short = sum(chosen.map(({ amount }) => amount)) - sum(helpers.map(({ amount }) => amount));
        if (short > most) [most, smallest] = [short, new Set(ids)];
        else if (short === most && most > 0n) smallest = new Set(ids.filter((id) => smallest.has(id)));
      }
      expect(sum(unfunded.map(({ amount }) => amount))).toBe(most);
      if (most === 0n) return expect(certificate).toBeUndefined();
      const chosen = lines.filter(({ id }) => smallest.has(id));
      const helpers = sorted(request.sources).filter(({ mayFund }) => mayFund.some((id) => smallest.has(id)));
      expect(certificate).toEqual({
        lines: chosen.map(({ id }) => id),
        sources: helpers.map(({ id }) => id),
        needed: sum(chosen.map(({ amount }) => amount)),
        available: sum(helpers.map(({ amount }) => amount)),
        short: most,
      });
    });
  });
});
