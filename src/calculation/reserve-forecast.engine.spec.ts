import fc from 'fast-check';
import {
  cashFlow,
  forecastReserve,
  fundingPlans,
  LONGEST_LIFE,
  MOST_COMPONENTS,
  type Component,
  type Forecast,
} from './reserve-forecast.engine.js';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 1_000);
const outOfRange = expect.objectContaining({ code: 'out-of-range' });

const component = (id: string, cost: bigint, usefulLife: number, remainingLife: number): Component => ({
  id,
  cost,
  usefulLife,
  remainingLife,
});
const forecast = (more: Partial<Forecast>): Forecast => ({
  openingBalance: 0n,
  firstYear: 2026,
  years: 1,
  contribution: 0n,
  inflation: 0n,
  interestRate: 0n,
  floor: 0n,
  components: [],
  firstYearDraws: 0n,
  ...more,
});
const column = <K extends 'open' | 'interest' | 'expenditure' | 'close' | 'fullyFundedBalance' | 'fundedRatio'>(
  key: K,
  more: Partial<Forecast>,
) => forecastReserve(forecast(more)).years.map((row) => row[key]);

describe('the fully funded balance', () => {
  it('follows the published component of 3,000.00 with three years, two of them left, at 2.5 %', () => {
    // Year 3: replaced at the end of year 2's count, so 1/3 worn again: 3,000 × 1.025³ ÷ 3 = 1,076.890625.
    expect(
      column('fullyFundedBalance', { years: 7, inflation: 25_000n, components: [component('a', 300_000n, 3, 2)] }),
    ).toEqual([100_000n, 205_000n, 315_188n, 107_689n, 220_763n, 339_422n, 115_969n]);
  });

  it('is 100,000.00 for the published roof and paint, and 70,000.00 funds 0.7000 of it', () => {
    // 100,000 × 12/20 + 60,000 × 4/6.
    const components = [component('roof', 10_000_000n, 20, 8), component('paint', 6_000_000n, 6, 2)];
    expect(forecastReserve(forecast({ openingBalance: 7_000_000n, components })).years[0]).toMatchObject({
      fullyFundedBalance: 10_000_000n,
      fundedRatio: '0.7000',
    });
  });

  it('is 15,500.00 for the published thirty gutters', () => {
    const components = Array.from({ length: 30 }, (_, left) => component(`g${left}`, 100_000n, 30, left));
    expect(column('fullyFundedBalance', { components })).toEqual([1_550_000n]);
    expect(forecastReserve(forecast({ components })).componentMethodContribution).toBe(100_000n);
  });

  it('counts a new component as nothing worn, with no ratio of nothing', () => {
    const years = forecastReserve(forecast({ years: 3, components: [component('a', 600n, 2, 2)] })).years;
    expect(years.map((row) => [row.fullyFundedBalance, row.fundedRatio, row.expenditure])).toEqual([
      [0n, null, 0n],
      [300n, '0.0000', 0n],
      [600n, '0.0000', 600n],
    ]);
  });

  it('is summed exactly before it is rounded', () => {
    // A third of a fen and a sixth of a fen are half a fen; apart they would be 0.
    const components = [component('a', 1n, 3, 2), component('b', 1n, 6, 5)];
    expect(column('fullyFundedBalance', { components })).toEqual([1n]);
  });
});

describe('the cash flow', () => {
  it('replaces a component when its life is over and every useful life after', () => {
    const components = [component('a', 100n, 3, 1), component('b', 7n, 1, 0), component('c', 1_000n, 20, 20)];
    expect(column('expenditure', { years: 8, components })).toEqual([7n, 107n, 7n, 7n, 107n, 7n, 7n, 107n]);
  });

  it('inflates costs year by year, sums them exactly and rounds once', () => {
    // 0.02 × 1.1² = 0.0242, twice = 0.0484 → 0.05, not 0.04; the first year's draws come on top.
    const components = [component('a', 2n, 9, 2), component('b', 2n, 9, 2)];
    expect(column('expenditure', { years: 3, inflation: 100_000n, components, firstYearDraws: 11n })).toEqual([
      11n,
      0n,
      5n,
    ]);
  });

  it('earns on the opening balance and half of what moves, half-up, and nothing on a base at or below 0.00', () => {
    // Base 1,000.00 + (200.00 − 100.00) ÷ 2 = 1,050.00 at 2 % = 21.00.
    const one = (openingBalance: bigint, contribution: bigint, cost: bigint, interestRate = 20_000n) => {
      const components = [component('a', cost, 1, 0)];
      return forecastReserve(forecast({ openingBalance, contribution, interestRate, components })).years[0]!;
    };
    expect(one(100_000n, 20_000n, 10_000n)).toMatchObject({ interest: 2_100n, close: 112_100n, expenditure: 10_000n });
    // Base 12.5 fen at 4 % is half a fen; 12 fen are 0.48.
    expect([one(12n, 1n, 0n, 40_000n).interest, one(12n, 0n, 0n, 40_000n).interest]).toEqual([1n, 0n]);
    expect(one(100n, 0n, 200n, 900_000n)).toMatchObject({ interest: 0n, close: -100n });
    expect(one(100n, 0n, 300n, 900_000n)).toMatchObject({ interest: 0n, close: -200n });
    expect(one(100n, 0n, 198n, 900_000n)).toMatchObject({ interest: 1n, close: -97n });
  });

  it('carries each close into the next year, names the first year below 0.00 and the lowest close', () => {
    const components = [component('a', 500n, 2, 1)];
    const answer = forecastReserve(forecast({ years: 5, openingBalance: 300n, contribution: 200n, components }));
    expect(answer.years.map((row) => [row.year, row.open, row.contribution, row.close])).toEqual([
      [2026, 300n, 200n, 500n],
      [2027, 500n, 200n, 200n],
      [2028, 200n, 200n, 400n],
      [2029, 400n, 200n, 100n],
      [2030, 100n, 200n, 300n],
    ]);
    expect(answer).toMatchObject({ firstNegativeYear: null, lowest: { year: 2029, balance: 100n } });
    const short = forecastReserve(forecast({ years: 5, openingBalance: 300n, contribution: 50n, components }));
    expect(short).toMatchObject({ firstNegativeYear: 2027, lowest: { year: 2029, balance: -500n } });
  });

  it('takes the first of the lowest years, and 0.00 is not negative', () => {
    expect(forecastReserve(forecast({ years: 4 }))).toMatchObject({
      firstNegativeYear: null,
      lowest: { year: 2026, balance: 0n },
    });
    expect(forecastReserve(forecast({ years: 4, firstYearDraws: 1n }))).toMatchObject({
      firstNegativeYear: 2026,
      lowest: { year: 2026, balance: -1n },
    });
  });
});

describe('the component method', () => {
  it('is Σ cost ÷ useful life, exact, then half-up', () => {
    const contribution = (...components: Component[]) =>
      forecastReserve(forecast({ components })).componentMethodContribution;
    expect(contribution(component('roof', 10_000_000n, 20, 8), component('paint', 6_000_000n, 6, 2))).toBe(1_500_000n);
    expect(contribution(component('a', 1n, 3, 0), component('b', 1n, 6, 0))).toBe(1n);
    expect(contribution(component('a', 1n, 3, 0))).toBe(0n);
    expect(contribution()).toBe(0n);
  });
});

describe('the required contribution', () => {
  const required = (more: Partial<Forecast>) => forecastReserve(forecast(more)).requiredContribution;

  it('is the smallest that keeps every close at the floor, whatever was given', () => {
    // 900.00 due in the third year: 300.00 a year, 333.34 with a floor of 100.02 (1,000.02 ÷ 3).
    const components = [component('a', 90_000n, 9, 2)];
    expect(required({ years: 5, components, contribution: 7n })).toBe(30_000n);
    expect(required({ years: 5, components, openingBalance: 30_000n })).toBe(20_000n);
    expect(required({ years: 5, components, openingBalance: 90_000n })).toBe(0n);
    expect(required({ years: 5, components, floor: 10_001n })).toBe(33_334n);
    // A floor of 100.01 already binds in the first year only if it is larger than a year's contribution.
    expect(required({ years: 5, components, floor: 40_000n })).toBe(43_334n);
    expect(required({ years: 1, floor: 40_000n })).toBe(40_000n);
    expect(required({ years: 2 })).toBe(0n);
  });

  it('counts the interest it brings itself', () => {
    // One year at 10 %: c + 0.1 × (c − 1,000.00) ÷ 2 … base ≤ 0 until c > 1,000.00, so 1,000.00 it is. With 200.00 there:
    // base = 200 + (c − 1,000) ÷ 2 > 0 for c > 600; 200 + c + 0.1·base ≥ 1,000 → 1.05 c ≥ 830 → c = 790.48 (790.476…).
    const components = [component('a', 100_000n, 9, 0)];
    expect(required({ components, interestRate: 100_000n })).toBe(100_000n);
    expect(required({ components, interestRate: 100_000n, openingBalance: 20_000n })).toBe(79_048n);
  });

  it('does what a search from 0.00 upwards finds', () => {
    const small = fc.record({
      openingBalance: fc.bigInt(0n, 40n),
      years: fc.integer({ min: 1, max: 6 }),
      inflation: fc.bigInt(0n, 300_000n),
      interestRate: fc.bigInt(0n, 900_000n),
      floor: fc.bigInt(0n, 20n),
      firstYearDraws: fc.constantFrom(0n, 0n, 9n),
      components: components(20n, 5),
    });
    fc.assert(
      fc.property(small, (given) => {
        let contribution = 0n;
        while (plainly(forecast({ ...given, contribution })).some((row) => row.close < given.floor)) contribution++;
        expect(required(given)).toBe(contribution);
      }),
      { numRuns },
    );
  });

  it('closes each year at least a fen higher for a fen more, which is what makes the search exact', () => {
    fc.assert(
      fc.property(
        fc.record({ openingBalance: fc.bigInt(0n, 10n ** 9n), interestRate: fc.bigInt(0n, 999_999n) }),
        fc.array(fc.bigInt(0n, 10n ** 9n), { minLength: 1, maxLength: 12 }),
        fc.bigInt(0n, 10n ** 9n),
        (start, expenditures, contribution) => {
          const [less, more] = [
            cashFlow(start, expenditures, contribution),
            cashFlow(start, expenditures, contribution + 1n),
          ];
          expect(less.every(({ close }, t) => more[t]!.close > close)).toBe(true);
        },
      ),
      { numRuns },
    );
  });
});

describe('the plans', () => {
  it('keep every close at 0.00, or the funded ratio from the second year on', () => {
    // Two years, then 100.00 falls due; fully funded at the starts: 33.33, 66.67, 100.00, 33.33. Baseline 100.00 ÷ 3.
    // Full: 66.67 after the first year; 100.00 after two asks 50.00 a year; 33.33 after three (less 100.00) asks 44.45.
    const given = forecast({ years: 4, components: [component('a', 10_000n, 3, 2)] });
    expect(forecastReserve(given).years.map((row) => row.fullyFundedBalance)).toEqual([
      3_333n,
      6_667n,
      10_000n,
      3_333n,
    ]);
    expect(fundingPlans(given, 700_000n)).toEqual({ baseline: 3_334n, threshold: 4_667n, full: 6_667n });
    // 0.7 × 66.67 = 46.669, so 46.67; at the threshold 0.5 it is 33.335 → 33.34, but 50.00 after two years is less.
    expect(fundingPlans(given, 500_000n).threshold).toBe(3_889n);
  });

  it('let years pass that have nothing worn, and ask nothing of the first', () => {
    // Worn at the start of the years: 0, 1/2, all (replaced), 1/2: year 1 asks 1.00 of 2.00, year 2 2.00, after two.
    const given = forecast({ years: 4, firstYearDraws: 5n, components: [component('a', 200n, 2, 2)] });
    expect(fundingPlans(given, 0n)).toEqual({ baseline: 69n, threshold: 69n, full: 105n });
    const once = forecast({ years: 1, firstYearDraws: 5n, components: [component('a', 200n, 2, 1)] });
    expect(fundingPlans(once, 700_000n)).toEqual({ baseline: 5n, threshold: 0n, full: 0n });
    const yearly = forecast({ years: 3, firstYearDraws: 50n, components: [component('a', 0n, 1, 0)] });
    expect(fundingPlans(yearly, 700_000n)).toEqual({ baseline: 50n, threshold: 0n, full: 0n });
    // A quarter of a fen worn is 0.00: the first close may stay below it. Half a fen is 0.01, a thousand times 10.00: of c
    // a year the second close is 2c − 20.00 + 50 % of 1.5c − 20.00; 14.55 gives 10.01, 14.54 gives 9.99.
    const components = [component('a', 1n, 4, 4)];
    const late = forecast({ years: 3, firstYearDraws: 2_000n, interestRate: 500_000n, components });
    expect(fundingPlans(late, 1_000_000_000n).threshold).toBe(1_455n);
  });

  it('are the smallest that do', () => {
    const small = fc.record({
      openingBalance: fc.bigInt(0n, 40n),
      years: fc.integer({ min: 1, max: 6 }),
      inflation: fc.bigInt(0n, 300_000n),
      interestRate: fc.bigInt(0n, 900_000n),
      components: components(20n, 5),
    });
    fc.assert(
      fc.property(small, fc.bigInt(0n, 1_000_000n), (given, threshold) => {
        const smallest = (fine: (rows: Row[]) => boolean) => {
          let contribution = 0n;
          while (!fine(plainly(forecast({ ...given, contribution })))) contribution++;
          return contribution;
        };
        const funded = (share: bigint) => (rows: Row[]) =>
          rows.slice(1).every((row) => row.funded === 0n || row.open * 1_000_000n >= share * row.funded);
        expect(fundingPlans(forecast(given), threshold)).toEqual({
          baseline: smallest((rows) => rows.every((row) => row.close >= 0n)),
          threshold: smallest(funded(threshold)),
          full: smallest(funded(1_000_000n)),
        });
      }),
      { numRuns },
    );
  });
});

describe('forecastReserve', () => {
  it('agrees with the formulas written out component by component', () => {
    const given = fc.record({
      openingBalance: fc.bigInt(0n, 10n ** 10n),
      contribution: fc.bigInt(0n, 10n ** 9n),
      years: fc.integer({ min: 1, max: 30 }),
      inflation: fc.bigInt(0n, 150_000n),
      interestRate: fc.bigInt(0n, 150_000n),
      firstYearDraws: fc.bigInt(0n, 10n ** 6n),
      components: components(10n ** 9n, 40),
    });
    fc.assert(
      fc.property(given, (more) => {
        const answer = forecastReserve(forecast(more));
        const rows = plainly(forecast(more));
        const got = answer.years.map(({ year, open, interest, expenditure, close, fullyFundedBalance: funded }) => ({
          year,
          open,
          interest,
          expenditure,
          close,
          funded,
        }));
        expect(got).toEqual(rows);
        const least = rows.map((row) => row.close).sort((a, b) => (a < b ? -1 : 1))[0]!;
        expect(answer.lowest).toEqual({ year: rows.find((row) => row.close === least)!.year, balance: least });
        expect(answer.firstNegativeYear).toBe(rows.find((row) => row.close < 0n)?.year ?? null);
      }),
      { numRuns },
    );
  });

  it('says no to what cannot be', () => {
    const no = (more: Partial<Forecast>) => expect(() => forecastReserve(forecast(more))).toThrow(outOfRange);
    no({ components: [component('a', 1n, 5, 6)] });
    no({ components: [component('a', 1n, 0, 0)] });
    no({ components: [component('a', 1n, 5, -1)] });
    no({ components: [component('a', 1n, LONGEST_LIFE + 1, 0)] });
    no({ years: 0 });
    no({ years: 51 });
    expect(column('expenditure', { years: 50, components: [component('a', 1n, LONGEST_LIFE, 49)] })[49]).toBe(1n);
    expect(() => forecastReserve(forecast({ components: [component('a', 1n, 5, 6)] }))).toThrow(
      expect.objectContaining({ details: { facts: { id: 'a' } } }),
    );
    const twice = [component('a', 1n, 5, 5), component('a', 1n, 5, 6)];
    expect(() => forecastReserve(forecast({ components: twice }))).toThrow(
      expect.objectContaining({ code: 'repeated-id' }),
    );
    const many = (count: number) => Array.from({ length: count }, (_, k) => component(`c${k}`, 1n, 1 + (k % 1000), 0));
    expect(column('expenditure', { components: many(MOST_COMPONENTS) })).toEqual([BigInt(MOST_COMPONENTS)]);
    expect(() => forecastReserve(forecast({ components: many(MOST_COMPONENTS + 1) }))).toThrow(
      expect.objectContaining({ code: 'too-many' }),
    );
  });

  it('says no to an answer above the largest amount', () => {
    const largest = 999_999_999_999_999n;
    const no = (more: Partial<Forecast>) => expect(() => forecastReserve(forecast(more))).toThrow(outOfRange);
    expect(column('close', { openingBalance: largest })).toEqual([largest]);
    no({ openingBalance: largest, contribution: 1n });
    // Each of these by one figure alone: an expenditure, a close, a fully funded balance, the component method's
    // contribution, the required one.
    no({ openingBalance: largest, firstYearDraws: largest, components: [component('a', 1n, 1, 0)] });
    no({ years: 2, components: [component('a', largest, 1, 0)] });
    no({ components: ['a', 'b'].map((id) => component(id, largest, 10, 1)) });
    no({ components: ['a', 'b'].map((id) => component(id, largest, 1, 1)) });
    no({ floor: largest, firstYearDraws: 1n });

    // After a year that spends almost all, 0.01 is fully funded: the plans ask for the largest amount or a fen more.
    const plans = (firstYearDraws: bigint, threshold: bigint) =>
      fundingPlans(forecast({ years: 2, firstYearDraws, components: [component('a', 2n, 2, 2)] }), threshold);
    expect(plans(largest - 1n, 0n)).toEqual({ baseline: largest - 1n, threshold: largest - 1n, full: largest });
    expect(() => plans(largest - 1n, 2_000_000n)).toThrow(outOfRange);
    expect(() => plans(largest, 0n)).toThrow(outOfRange);
    expect(() => fundingPlans(forecast({ firstYearDraws: largest + 1n }), 0n)).toThrow(outOfRange);
  });
});

function components(most: bigint, longest: number): fc.Arbitrary<Component[]> {
  return fc
    .array(
      fc
        .tuple(fc.bigInt(0n, most), fc.integer({ min: 1, max: longest }))
        .chain(([cost, usefulLife]) =>
          fc.integer({ min: 0, max: usefulLife }).map((remainingLife) => ({ cost, usefulLife, remainingLife })),
        ),
      { maxLength: 5 },
    )
    .map((list) => list.map((each, index) => ({ id: `c${index}`, ...each })));
}

type Row = { year: number; open: bigint; interest: bigint; expenditure: bigint; close: bigint; funded: bigint };

/** The formulas of the design as they stand: a clock for each component, fractions added one by one, no search. */
function plainly(given: Forecast): Row[] {
  const clocks = given.components.map((each) => ({
    ...each,
    left: each.remainingLife,
    used: each.usefulLife - each.remainingLife,
  }));
  const rows: Row[] = [];
  let open = given.openingBalance;
  for (let t = 0; t < given.years; t++) {
    const growth: Fraction = [(1_000_000n + given.inflation) ** BigInt(t), 1_000_000n ** BigInt(t)];
    let [worn, due]: [Fraction, Fraction] = [
      [0n, 1n],
      [0n, 1n],
    ];
    for (const clock of clocks) {
      const cost: Fraction = [clock.cost * growth[0], growth[1]];
      worn = plus(worn, [cost[0] * BigInt(clock.used), cost[1] * BigInt(clock.usefulLife)]);
      if (clock.left === 0) {
        due = plus(due, cost);
        [clock.left, clock.used] = [clock.usefulLife, 0];
      }
      clock.left -= 1;
      clock.used += 1;
    }
    const expenditure = rounded(due) + (t === 0 ? given.firstYearDraws : 0n);
    const base: Fraction = [2n * open + given.contribution - expenditure, 2n];
    const interest = base[0] > 0n ? rounded([base[0] * given.interestRate, 2_000_000n]) : 0n;
    const close = open + given.contribution + interest - expenditure;
    rows.push({ year: given.firstYear + t, open, interest, expenditure, close, funded: rounded(worn) });
    open = close;
  }
  return rows;
}

type Fraction = [bigint, bigint];
const plus = ([a, b]: Fraction, [c, d]: Fraction): Fraction => [a * d + c * b, b * d];
/** Half-up of what is never negative. */
const rounded = ([n, d]: Fraction): bigint => n / d + ((n % d) * 2n >= d ? 1n : 0n);
