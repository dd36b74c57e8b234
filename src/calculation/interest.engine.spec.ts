import { rateTable, type RateTable } from './interest-rates.engine.js';
import {
  calculateInterest,
  settle,
  settlementPeriods,
  type DatedRule,
  type Flow,
  type InterestQuestion,
  type InterestRule,
} from './interest.engine.js';

const outOfRange = expect.objectContaining({ code: 'out-of-range' });
const flow = (occurredOn: string, amount: bigint): Flow => ({ occurredOn, amount });
/** Demand 0.35 %, term 1.30 %. */
const RATES = [{ from: '2020-01-01', demand: 3_500n, term: 13_000n }];
const ask = (rule: InterestRule, more: Partial<InterestQuestion>) =>
  calculateInterest({
    rules: [{ from: '2020-01-01', rule }],
    rates: RATES,
    dayBasis: null,
    openingBalance: 0n,
    flows: [],
    from: '2025-01-01',
    to: '2025-12-31',
    ...more,
  });
const rows = (answer: ReturnType<typeof ask>) =>
  answer.periods.map(({ from, to, opening, interest, closing }) => [from, to, opening, interest, closing]);

describe('the two-tier rule', () => {
  const year = (more: Partial<InterestQuestion>) => ask('two-tier-annual', more).interest;

  it('splits a receipt by day where the demand rate changes: 1,500.00 of 30 June 2025 earns 2.27', () => {
    // 92 days at 0.35 % and 92 at 0.25 %: 1,500 × 92 × 0.006 ÷ 365 = 2.2685.
    const rates = [...RATES, { from: '2025-10-01', demand: 2_500n, term: 13_000n }];
    expect(year({ rates, flows: [flow('2025-06-30', 150_000n)] })).toBe(227n);
  });

  it('follows the example: 8,000.00 → 104.00 → 8,104.00 → 105.35 and 2.65 → 9,712.00', () => {
    // 8,104.00 × 1.30 % = 105.352; 1,500.00 × 0.35 % × 184 ÷ 365 = 2.6466.
    const answer = ask('two-tier-annual', {
      openingBalance: 800_000n,
      flows: [flow('2026-06-30', 150_000n)],
      to: '2026-12-31',
    });
    expect(rows(answer)).toEqual([
      ['2025-01-01', '2025-12-31', 800_000n, 10_400n, 810_400n],
      ['2026-01-01', '2026-12-31', 810_400n, 10_535n + 265n, 971_200n],
    ]);
    expect(answer).toMatchObject({ interest: 21_200n, closingBalance: 971_200n });
  });

  it('pays the term rate in force on 1 January, whatever comes later or counts from mid-year', () => {
    const rates = [...RATES, { from: '2025-01-02', demand: 3_500n, term: 90_000n }];
    expect(year({ rates, openingBalance: 100_000n })).toBe(1_300n);
    expect(year({ rates, openingBalance: 100_000n, from: '2025-07-01' })).toBe(1_300n);
  });

  it('rounds twice a year, half-up: what was brought forward, and all receipts together', () => {
    // 0.50 × 1 % is half a fen → 0.01. 1.00 on 1 January: 364 days × 0.365 % ÷ 365 = 0.364 fen; five of them 1.82 → 0.02,
    // one by one they would be 0.00.
    const rates = [{ from: '2020-01-01', demand: 3_650n, term: 10_000n }];
    expect(year({ rates, openingBalance: 50n })).toBe(1n);
    expect(year({ rates, openingBalance: 49n })).toBe(0n);
    const fiveTimes = Array.from({ length: 5 }, () => flow('2025-01-01', 100n));
    expect(year({ rates, flows: fiveTimes })).toBe(2n);
    expect(year({ rates, openingBalance: 50n, flows: fiveTimes })).toBe(3n);
  });

  it('counts from the day after the receipt to 31 December inclusive, over 365 days or the basis given', () => {
    // 10,000.00 at 3.65 %: 1.00 a day.
    const rates = [{ from: '2020-01-01', demand: 36_500n, term: 0n }];
    const one = (on: string, more = {}) => year({ rates, flows: [flow(on, 1_000_000n)], ...more });
    expect(one('2025-12-31')).toBe(0n);
    expect(one('2025-12-30')).toBe(100n);
    expect(one('2025-01-01')).toBe(36_400n);
    expect(one('2024-01-01', { from: '2024-01-01', to: '2024-12-31' })).toBe(36_500n);
    expect(one('2025-12-30', { dayBasis: 365 * 2 })).toBe(50n);
  });

  it('draws the oldest money first, and money drawn in the year earns nothing', () => {
    // Term 1 %, demand 3.65 % (1 fen a day on 100.00). Opening 1,000.00; 100.00 on 1 November (60 days), 100.00 on
    // 1 December (30 days).
    const rates = [{ from: '2020-01-01', demand: 36_500n, term: 10_000n }];
    const receipts = [flow('2025-11-01', 10_000n), flow('2025-12-01', 10_000n)];
    const after = (...draws: Flow[]) => year({ rates, openingBalance: 100_000n, flows: [...draws, ...receipts] });
    expect(after()).toBe(1_000n + 60n + 30n);
    expect(after(flow('2025-12-15', -100_000n))).toBe(60n + 30n);
    expect(after(flow('2025-03-01', -40_000n), flow('2025-12-31', -60_000n))).toBe(60n + 30n);
    expect(after(flow('2025-12-15', -105_000n))).toBe(30n + 30n);
    expect(after(flow('2025-12-15', -110_000n))).toBe(30n);
    expect(after(flow('2025-12-15', -103_000n), flow('2025-12-16', -2_000n))).toBe(30n + 30n);
    expect(after(flow('2025-12-15', -109_000n), flow('2025-12-16', -2_000n))).toBe(27n);
    expect(after(flow('2025-12-31', -120_000n))).toBe(0n);
  });

  it('lets receipts of a day come before its draws, in whatever order they are listed', () => {
    const rates = [{ from: '2020-01-01', demand: 36_500n, term: 0n }];
    const flows = [flow('2025-12-01', -10_000n), flow('2025-12-01', 30_000n), flow('2025-12-01', -5_000n)];
    expect(year({ rates, flows })).toBe(45n);
    expect(year({ rates, flows: flows.toReversed() })).toBe(45n);
  });

  it('settles only on the days within, and carries what follows into the closing balance', () => {
    const answer = ask('two-tier-annual', {
      openingBalance: 100_000n,
      flows: [flow('2026-02-01', 5_000n), flow('2026-03-01', -1_000n)],
      from: '2025-06-01',
      to: '2026-12-30',
    });
    expect(rows(answer)).toEqual([['2025-06-01', '2025-12-31', 100_000n, 1_300n, 101_300n]]);
    expect(answer.closingBalance).toBe(105_300n);
    expect(ask('two-tier-annual', { openingBalance: 7n, to: '2025-12-30' })).toEqual({
      periods: [],
      interest: 0n,
      closingBalance: 7n,
    });
  });
});

describe('the quarterly rule', () => {
  const quarters = (more: Partial<InterestQuestion>) => ask('quarterly-demand', more);

  it('earns 8.76 on 20 March: 10,000.00 since the close of 20 December 2025, 1,000.00 more on the day itself', () => {
    // 89 × 10,000 + 11,000 = 901,000; × 0.35 % ÷ 360 = 8.7597.
    const answer = quarters({
      openingBalance: 1_000_000n,
      flows: [flow('2026-03-20', 100_000n)],
      from: '2025-12-21',
      to: '2026-03-20',
    });
    expect(rows(answer)).toEqual([['2025-12-21', '2026-03-20', 1_000_000n, 876n, 1_100_876n]]);
  });

  it('settles on the 20th of March, June, September and December and posts after the close', () => {
    // 3.6 %: 0.01 a day on 100.00. 79 days to 20 March; then 92, 92, 91 on what has grown.
    const rates = [{ from: '2020-01-01', demand: 36_000n, term: 0n }];
    const answer = quarters({ rates, openingBalance: 10_000n });
    expect(rows(answer)).toEqual([
      ['2025-01-01', '2025-03-20', 10_000n, 79n, 10_079n],
      ['2025-03-21', '2025-06-20', 10_079n, 93n, 10_172n],
      ['2025-06-21', '2025-09-20', 10_172n, 94n, 10_266n],
      ['2025-09-21', '2025-12-20', 10_266n, 93n, 10_359n],
    ]);
    expect(answer).toMatchObject({ interest: 359n, closingBalance: 10_359n });
  });

  it('counts a balance from the close of the day it changed, at that day’s rate, over 360 or the basis given', () => {
    // 100.00 in on 10 March: days 10 to 20 March, 11 of them; half of it out on 15 March: 5 × 1 + 6 × ½ = 8 fen.
    const rates = [
      { from: '2020-01-01', demand: 36_000n, term: 0n },
      { from: '2025-03-19', demand: 72_000n, term: 0n },
    ];
    const on = (flows: Flow[], more = {}) => quarters({ rates, flows, to: '2025-03-20', ...more }).interest;
    expect(on([flow('2025-03-10', 10_000n)])).toBe(9n + 2n * 2n);
    expect(on([flow('2025-03-10', 10_000n), flow('2025-03-15', -5_000n)])).toBe(5n + 2n + 2n);
    expect(on([flow('2025-03-10', 10_000n)], { dayBasis: 180 })).toBe(26n);
    expect(on([flow('2025-03-20', -10_000n), flow('2025-03-20', 10_000n)])).toBe(0n);
  });

  it('rounds once a quarter, half-up', () => {
    // 100.00 at 1.8 % is half a fen a day.
    const rates = [{ from: '2020-01-01', demand: 18_000n, term: 0n }];
    const flows = [flow('2025-03-20', 10_000n)];
    expect(quarters({ rates, flows, to: '2025-03-20' }).interest).toBe(1n);
    expect(quarters({ rates, flows: [flow('2025-03-20', 9_999n)], to: '2025-03-20' }).interest).toBe(0n);
  });
});

describe('settlementPeriods', () => {
  const days = (rules: DatedRule[], from: string, to: string) =>
    settlementPeriods(rules, from, to).map((period) => `${period.from} ${period.to} ${period.rule[0]}`);

  it('settles the days after 20 December on the 31st when it leaves the quarterly rule, and begins it on 1 January', () => {
    const rules: DatedRule[] = [
      { from: '2023-05-01', rule: 'two-tier-annual' },
      { from: '2024-01-01', rule: 'quarterly-demand' },
      { from: '2025-01-01', rule: 'two-tier-annual' },
    ];
    expect(days(rules, '2023-05-01', '2025-12-31')).toEqual([
      '2023-05-01 2023-12-31 t',
      '2024-01-01 2024-03-20 q',
      '2024-03-21 2024-06-20 q',
      '2024-06-21 2024-09-20 q',
      '2024-09-21 2024-12-20 q',
      '2024-12-21 2024-12-31 q',
      '2025-01-01 2025-12-31 t',
    ]);
    expect(days(rules, '2024-12-21', '2024-12-30')).toEqual([]);
    expect(days(rules, '2024-12-20', '2024-12-20')).toEqual(['2024-12-20 2024-12-20 q']);
  });

  it('keeps the rhythm where the same rule is confirmed, and over the year’s end', () => {
    const rules: DatedRule[] = [
      { from: '2024-01-01', rule: 'quarterly-demand' },
      { from: '2025-01-01', rule: 'quarterly-demand' },
    ];
    expect(days(rules, '2024-12-01', '2025-03-20')).toEqual(['2024-12-01 2024-12-20 q', '2024-12-21 2025-03-20 q']);
  });

  it('says no to a rule that changes on another day, and to a year before the first rule', () => {
    const changed: DatedRule[] = [
      { from: '2024-01-01', rule: 'quarterly-demand' },
      { from: '2025-01-02', rule: 'two-tier-annual' },
    ];
    expect(() => settlementPeriods(changed, '2024-01-01', '2024-12-31')).toThrow(outOfRange);
    expect(() => settlementPeriods(changed.slice(0, 1), '2023-12-31', '2024-12-31')).toThrow(outOfRange);
  });
});

describe('settle', () => {
  const twoTier = { from: '2025-01-01', to: '2025-12-31', rule: 'two-tier-annual' } as const;
  const quarter = { from: '2025-01-01', to: '2025-03-20', rule: 'quarterly-demand' } as const;
  let rates: RateTable;
  beforeAll(() => {
    rates = rateTable([{ from: '2020-01-01', demand: 36_500n, term: 10_000n }]);
  });

  it('tells the exact interest over one denominator, beside the rounded', () => {
    // 0.50 × 1 % = 0.5 fen; 0.50 of 30 December: 50 × 0.0365 ÷ 365 = 0.005 fen. Over 10^6 × 365: 0.505 × 365,000,000.
    expect(settle(twoTier, 365, rates, 50n, [flow('2025-12-30', 50n)])).toEqual({
      interest: 1n,
      exact: { numerator: 184_325_000n, denominator: 365_000_000n },
    });
    // 50 fen on 79 days: 50 × 79 × 0.0365 ÷ 360.
    expect(settle(quarter, 360, rates, 50n, [])).toEqual({
      interest: 0n,
      exact: { numerator: 50n * 79n * 36_500n, denominator: 360_000_000n },
    });
  });

  it('takes the last fen as it takes the others', () => {
    const numerator = (opening: bigint, ...flows: Flow[]) =>
      settle(twoTier, 365, rates, opening, flows).exact.numerator;
    const day = 36_500n;
    expect(numerator(0n, flow('2025-12-30', 1n))).toBe(day);
    expect(numerator(0n, flow('2025-12-29', -1n), flow('2025-12-29', 1n), flow('2025-12-30', 7n))).toBe(7n * day);
    expect(numerator(3n, flow('2025-12-30', 2n), flow('2025-12-31', -4n))).toBe(day);
    expect(numerator(3n, flow('2025-12-31', -3n))).toBe(0n);
    const oneByOne = [flow('2025-12-30', -1n), flow('2025-12-31', -1n)];
    expect(numerator(0n, flow('2025-12-29', 2n), flow('2025-12-30', 5n), ...oneByOne)).toBe(5n * day);
    expect(numerator(1n)).toBe(10_000n * 365n);
  });

  it('lets the next receipt fill a negative balance under the two-tier rule; nothing missing earns or costs', () => {
    const exact = (opening: bigint, ...flows: Flow[]) => settle(twoTier, 365, rates, opening, flows).interest;
    // 10,000.00 earns 1.00 a day by demand.
    expect(exact(-1_000_000n)).toBe(0n);
    expect(exact(-400_000n, flow('2025-12-21', 1_000_000n))).toBe(600n);
    expect(exact(-400_000n, flow('2025-12-21', 300_000n), flow('2025-12-30', 1_000_000n))).toBe(90n);
    expect(exact(0n, flow('2025-12-01', -1_000_000n), flow('2025-12-21', 1_500_000n))).toBe(500n);
    expect(exact(300_000n, flow('2025-12-01', -1_300_000n), flow('2025-12-21', 1_500_000n))).toBe(500n);
  });

  it('counts the days of a negative balance against the others under the quarterly rule', () => {
    const both = settle(quarter, 365, rates, 0n, [flow('2025-03-18', -1_000_000n), flow('2025-03-20', 1_500_000n)]);
    // 2 days of −10,000.00, one of 5,000.00.
    expect(both.interest).toBe(-150n);
    expect(both.exact.numerator).toBe(-1_500_000n * 36_500n);
  });

  it('takes only flows of its own days', () => {
    for (const period of [twoTier, quarter]) {
      expect(() => settle(period, 365, rates, 0n, [flow('2024-12-31', 1n)])).toThrow(outOfRange);
      expect(() => settle(period, 365, rates, 0n, [flow('2026-01-01', 1n)])).toThrow(outOfRange);
      expect(() => settle(period, 365, rates, 0n, [flow(period.from, 1n), flow(period.to, 1n)])).not.toThrow();
    }
  });

  it('needs a rate only where money earns', () => {
    const late = rateTable([{ from: '2025-03-01', demand: 36_500n, term: 10_000n }]);
    expect(settle(twoTier, 365, late, 0n, [flow('2025-02-28', 1_000_000n)]).interest).toBe(30_600n);
    expect(() => settle(twoTier, 365, late, 0n, [flow('2025-02-27', 1_000_000n)])).toThrow(outOfRange);
    expect(() => settle(twoTier, 365, late, 1n, [])).toThrow(outOfRange);
    expect(settle(twoTier, 365, late, 1n, [flow('2025-01-05', -1n)]).interest).toBe(0n);
    expect(settle(twoTier, 365, late, 0n, [flow('2025-01-05', 5n), flow('2025-01-09', -5n)]).interest).toBe(0n);
    expect(settle(quarter, 365, late, 0n, [flow('2025-03-01', 1_000_000n)]).interest).toBe(2_000n);
    expect(() => settle(quarter, 365, late, 0n, [flow('2025-02-28', 1_000_000n)])).toThrow(outOfRange);
    expect(() => settle(quarter, 365, late, 1n, [])).toThrow(outOfRange);
  });
});

describe('calculateInterest', () => {
  it('says no to flows outside the dates, dates the wrong way round and a negative balance at the end of a day', () => {
    const no = (more: Partial<InterestQuestion>) =>
      expect(() => ask('quarterly-demand', { openingBalance: 100n, ...more })).toThrow(outOfRange);
    no({ flows: [flow('2024-12-31', 1n)] });
    no({ flows: [flow('2026-01-01', 1n)] });
    // Before the first settlement day too.
    no({ flows: [flow('2024-12-31', 1n)], to: '2025-01-31' });
    no({ flows: [flow('2025-02-01', 1n)], to: '2025-01-31' });
    no({ from: '2026-01-01' });
    no({ flows: [flow('2025-01-01', -101n)] });
    no({ flows: [flow('2025-02-01', -101n), flow('2025-02-02', 101n)] });
    no({ flows: [flow('2025-12-31', -110n)] });
    no({ rates: [{ from: '2025-01-02', demand: 0n, term: 0n }] });
    expect(
      ask('quarterly-demand', { flows: [flow('2025-02-01', -101n), flow('2025-02-01', 101n)] }).closingBalance,
    ).toBe(0n);
    expect(
      ask('two-tier-annual', { from: '2025-12-31', openingBalance: 100n, flows: [flow('2025-12-31', -100n)] }),
    ).toEqual(expect.objectContaining({ closingBalance: 0n }));
  });

  it('says no to more years than anybody means', () => {
    expect(ask('two-tier-annual', { from: '2025-12-31', to: '2224-01-01' }).periods).toHaveLength(199);
    expect(() => ask('two-tier-annual', { from: '2025-12-31', to: '2225-01-01' })).toThrow(
      expect.objectContaining({ code: 'too-many' }),
    );
  });

  it('lets interest credited pay for a draw of the day after', () => {
    const flows = [flow('2026-01-01', -101_300n)];
    expect(ask('two-tier-annual', { openingBalance: 100_000n, flows, to: '2026-01-01' }).closingBalance).toBe(0n);
    expect(() =>
      ask('two-tier-annual', { openingBalance: 100_000n, flows: [flow('2025-12-31', -101_300n)], to: '2026-01-01' }),
    ).toThrow(outOfRange);
  });

  it('says no to an answer above the largest amount', () => {
    const largest = 999_999_999_999_999n;
    const rates = [{ from: '2020-01-01', demand: 0n, term: 0n }];
    expect(ask('two-tier-annual', { rates, openingBalance: largest }).closingBalance).toBe(largest);
    expect(() => ask('two-tier-annual', { openingBalance: largest })).toThrow(outOfRange);
    expect(() => ask('two-tier-annual', { rates, openingBalance: largest, flows: [flow('2025-12-31', 1n)] })).toThrow(
      outOfRange,
    );
    // The close of a year on the way, though the end is small; and the interest of all years, though no balance is.
    const drawn = [flow('2026-01-01', -largest)];
    expect(() => ask('two-tier-annual', { openingBalance: largest, flows: drawn, to: '2026-01-01' })).toThrow(
      outOfRange,
    );
    const half = {
      rates: [{ from: '2020-01-01', demand: 0n, term: 999_999n }],
      openingBalance: largest / 2n,
      to: '2027-12-31',
    };
    const kept = ['2026-06-30', '2027-06-30'].map((on) => flow(on, -(largest / 2n + 10_000_000_000n)));
    expect(ask('two-tier-annual', { ...half, flows: kept.slice(0, 1), to: '2026-12-31' }).interest).toBeLessThan(
      largest,
    );
    expect(() => ask('two-tier-annual', { ...half, flows: kept })).toThrow(outOfRange);
    const tail = { rates, openingBalance: largest, to: '2025-12-30', flows: [flow('2025-12-30', 1n)] };
    expect(() => ask('two-tier-annual', tail)).toThrow(outOfRange);
  });
});
