import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { planningAllApart, planningApart } from './funding-apart.engine.js';

// The engine is judged by code of its own: nothing here but the functions under test comes from `src`.

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 2_000);

type Source = { id: string; amount: bigint; mayFund: string[]; rank: number; programme?: string };
type Line = { id: string; amount: bigint };
type Request = { sources: Source[]; lines: Line[] };

function run<Result>(steps: Generator<void, Result, void>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
const planApart = (request: Request) => run(planningApart(request));
const sum = (items: { amount: bigint }[]): bigint => items.reduce((all, { amount }) => all + amount, 0n);
const smallest = (amounts: bigint[]): bigint => amounts.reduce((a, b) => (a < b ? a : b));

function requests(most: { sources: number; lines: number; amount: number }): fc.Arbitrary<Request> {
  const ids = Array.from({ length: most.lines }, (_, at) => `l${at}`);
  const source = fc.record({
    amount: fc.integer({ min: 0, max: most.amount * 2 }).map(BigInt),
    mayFund: fc.oneof(fc.constant(ids), fc.subarray(ids)),
    rank: fc.integer({ min: 0, max: 2 }),
    programme: fc.constantFrom('mof', 'ndrc', 'mof', 'ndrc', undefined),
  });
  // Often alike, so that lines are counted too which need not be told apart.
  const amount = fc.oneof(fc.constant(most.amount), fc.integer({ min: 0, max: most.amount }));
  return fc.record({
    lines: fc.tuple(...ids.map((id) => amount.map((n) => ({ id, amount: BigInt(n) })))),
    sources: fc
      .array(source, { maxLength: most.sources })
      .map((all) =>
        all.map(({ programme, ...rest }, at) => ({ id: `s${at}`, ...rest, ...(programme ? { programme } : {}) })),
      ),
  });
}
const tiny = requests({ sources: 3, lines: 2, amount: 3 });
const small = requests({ sources: 5, lines: 5, amount: 9 });
/** Exactly as much money of the two programmes as is needed, which takes the most plans. */
const tight: fc.Arbitrary<Request> = fc
  .record({
    amounts: fc.array(fc.constantFrom(4n, 9n, 13n), { minLength: 4, maxLength: 7 }),
    percent: fc.bigInt({ min: 0n, max: 100n }),
    without: fc.tuple(fc.nat(127), fc.nat(127)),
  })
  .map(({ amounts, percent, without }) => {
    const lines = amounts.map((amount, at) => ({ id: `l${at}`, amount }));
    const ids = lines.map(({ id }) => id);
    const part = (sum(lines) * percent) / 100n;
    // Most lines may be paid by either.
    const [some, others] = without.map((bits) => ids.filter((_, at) => ((bits & (bits >> 2)) >> at) % 2 === 0));
    return {
      lines,
      sources: [
        { id: 's0', amount: part, mayFund: some!, rank: 1, programme: 'mof' },
        { id: 's1', amount: sum(lines) - part, mayFund: others!, rank: 1, programme: 'ndrc' },
      ],
    };
  });
const check = (instances: fc.Arbitrary<Request>, holds: (request: Request) => void): void =>
  fc.assert(fc.property(instances, holds), { numRuns: RUNS });

/** The request once for every way to keep one of the two programmes from every line. */
function* everyChoice({ sources, lines }: Request): Generator<Request> {
  for (let choice = 0; choice < 2 ** lines.length; choice++) {
    const only = new Map(lines.map(({ id }, at) => [id, (choice >> at) % 2 === 0 ? 'mof' : 'ndrc']));
    const allowed = (programme: string | undefined, id: string) =>
      programme === undefined || only.get(id) === programme;
    yield {
      lines,
      sources: sources.map((source) => ({
        ...source,
        mayFund: source.mayFund.filter((id) => allowed(source.programme, id)),
      })),
    };
  }
}

/** The largest flow by the smallest cut: the need outside a set of lines, and all that may fund a line of the set. */
function mostFunded({ sources, lines }: Request): bigint {
  const cuts = Array.from({ length: 2 ** lines.length }, (_, subset) => {
    const [inside, outside] = [1, 0].map((bit) => lines.filter((_, at) => (subset >> at) % 2 === bit));
    const able = sources.filter(({ mayFund }) => inside!.some(({ id }) => mayFund.includes(id)));
    return sum(outside!) + sum(able);
  });
  return smallest(cuts);
}
const mostFundedApart = (request: Request): bigint =>
  -smallest([...everyChoice(request)].map((choice) => -mostFunded(choice)));

/** The amounts of the best of all plans there are, by pairs in order of source and line. */
function bestByTrying({ sources, lines }: Request): number[] {
  const pairs = sources.flatMap((source) =>
    lines.filter(({ id }) => source.mayFund.includes(id)).map((line) => ({ source, line })),
  );
  const left = new Map([...sources, ...lines].map((item) => [item as object, Number(item.amount)]));
  const amounts = pairs.map(() => 0);
  const scoreOf = (): number[] => [
    -amounts.reduce((all, amount) => all + amount, 0),
    amounts.reduce((all, amount, at) => all + amount * pairs[at]!.source.rank, 0),
    amounts.reduce((all, amount, at) => all + amount * pairs[at]!.source.mayFund.length, 0),
    ...amounts.map((amount) => -amount),
  ];
  let best = scoreOf();
  const isMixed = (): boolean =>
    lines.some(({ id }) => {
      const paying = pairs.filter(({ line }, at) => line.id === id && amounts[at]! > 0);
      return new Set(paying.flatMap(({ source }) => source.programme ?? [])).size > 1;
    });
  const fill = (at: number): void => {
    const pair = pairs[at];
    if (!pair) {
      const score = scoreOf();
      const differs = score.findIndex((value, index) => value !== best[index]);
      if (differs >= 0 && score[differs]! < best[differs]! && !isMixed()) best = score;
      return;
    }
    const [money, need] = [left.get(pair.source)!, left.get(pair.line)!];
    for (let amount = 0; amount <= Math.min(money, need); amount++) {
      amounts[at] = amount;
      left.set(pair.source, money - amount).set(pair.line, need - amount);
      fill(at + 1);
    }
    amounts[at] = 0;
    left.set(pair.source, money).set(pair.line, need);
  };
  fill(0);
  return best.slice(3).map((amount) => 0 - amount);
}

describe('planningApart, whatever is asked', () => {
  it('funds as much as can be funded with one programme kept from every line, and mixes none', () => {
    check(small, (request) => {
      const plan = planApart(request);
      expect(plan.funded).toBe(mostFundedApart(request));
      expect(plan.fundedAtMost).toBeUndefined();
      const programmes = request.lines.map(({ id }) => {
        const paying = plan.assignments.filter(({ lineId }) => lineId === id).map(({ sourceId }) => sourceId);
        return new Set(
          request.sources.flatMap((source) => (paying.includes(source.id) ? (source.programme ?? []) : [])),
        );
      });
      expect(programmes.every(({ size }) => size <= 1)).toBe(true);
    });
  });

  it('finds the best of all plans, the last criterion included', () => {
    check(tiny, (request) => {
      const { assignments } = planApart(request);
      const amounts = request.sources.flatMap(({ id, mayFund }) =>
        request.lines
          .filter((line) => mayFund.includes(line.id))
          .map(({ id: lineId }) =>
            Number(assignments.find((one) => one.sourceId === id && one.lineId === lineId)?.amount ?? 0n),
          ),
      );
      expect(amounts).toEqual(bestByTrying(request));
    });
  });

  it('certifies a shortage by lines that cannot be given more, and only a shortage', () => {
    check(small, (request) => {
      const { certificate, unfunded, funded } = planApart(request);
      expect(sum(request.lines) - funded).toBe(sum([...unfunded]));
      if (unfunded.length === 0) return expect(certificate).toBeUndefined();
      const lines = request.lines.filter(({ id }) => certificate!.lines.includes(id));
      const sources = request.sources.filter(({ mayFund }) => lines.some(({ id }) => mayFund.includes(id)));
      expect(certificate).toEqual({
        lines: lines.map(({ id }) => id),
        sources: sources.map(({ id }) => id),
        needed: sum(lines),
        available: mostFundedApart({ lines, sources }),
        short: sum([...unfunded]),
      });
      expect(certificate!.needed - certificate!.available).toBe(certificate!.short);
    });
  });

  it('funds as much with little effort, or says what may be missing', () => {
    fc.assert(
      fc.property(fc.oneof(small, tight), fc.constantFrom(0, 500, 2_000, 200_000), (request, left) => {
        const plan = run(planningApart(request, { left }));
        const most = mostFundedApart(request);
        if (plan.fundedAtMost === undefined) return expect(plan.funded).toBe(most);
        expect(plan.funded <= most && most <= plan.fundedAtMost).toBe(true);
        expect(plan.certificate).toBeUndefined();
      }),
      { numRuns: RUNS },
    );
  });

  it('finds a plan that funds everything exactly where there is one', () => {
    check(small, (request) => {
      const full = run(planningAllApart(request, { left: 500_000 }));
      const plan = planApart(request);
      expect(full).toEqual(plan.unfunded.length === 0 ? plan : undefined);
    });
  });

  it('does not depend on the order of the request', () => {
    check(small, ({ sources, lines }) => {
      const turned = { sources: sources.toReversed(), lines: lines.toReversed() };
      expect(planApart(turned)).toEqual(planApart({ sources, lines }));
    });
  });
});
