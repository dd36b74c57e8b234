import fc from 'fast-check';
import { debtService, MOST_PERIODS, type Bond } from './debt-service.engine.js';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 1_000);

const bond = (terms: Partial<Bond>): Bond => ({
  principal: 100_000n,
  couponRate: 30_000n,
  termYears: 1,
  valueDate: '2025-06-15',
  paymentsPerYear: 1,
  repayment: 'bullet',
  income: null,
  cost: null,
  ...terms,
});
const outOfRange = expect.objectContaining({ code: 'out-of-range' });

describe('debtService', () => {
  it('gives the published interest a year: 94.00万 on 5,000.00万 at 1.88 %, 140.70万 on 7,000.00万 at 2.01 %', () => {
    const a = debtService(bond({ principal: 5_000_000_000n, couponRate: 18_800n, termYears: 10 }));
    expect(a.periods.map((period) => period.interest)).toEqual(Array.from({ length: 10 }, () => 94_000_000n));
    const b = debtService(bond({ principal: 7_000_000_000n, couponRate: 20_100n }));
    expect(b.totalInterest).toBe(140_700_000n);
  });

  it('repays a bullet at the end, and shows what is outstanding after each payment', () => {
    // 1,000.00 at 3 %, half-yearly: 15.00 each time.
    expect(debtService(bond({ paymentsPerYear: 2, termYears: 2 }))).toMatchObject({
      periods: [
        { dueOn: '2025-12-15', interest: 1_500n, principal: 0n, outstanding: 100_000n },
        { dueOn: '2026-06-15', interest: 1_500n, principal: 0n, outstanding: 100_000n },
        { dueOn: '2026-12-15', interest: 1_500n, principal: 0n, outstanding: 100_000n },
        { dueOn: '2027-06-15', interest: 1_500n, principal: 100_000n, outstanding: 0n },
      ],
      totalInterest: 6_000n,
      totalDebtService: 106_000n,
    });
  });

  it('repays equal principal rounded down, the rest at the end, interest on what is outstanding', () => {
    // 1,000.00 ÷ 3 = 333.33, 333.33, 333.34; interest 3 % of 1,000.00, 666.67, 333.34 = 30.00, 20.00(01), 10.00(02).
    expect(debtService(bond({ termYears: 3, repayment: 'equal-principal' })).periods).toEqual([
      { dueOn: '2026-06-15', interest: 3_000n, principal: 33_333n, outstanding: 66_667n },
      { dueOn: '2027-06-15', interest: 2_000n, principal: 33_333n, outstanding: 33_334n },
      { dueOn: '2028-06-15', interest: 1_000n, principal: 33_334n, outstanding: 0n },
    ]);
  });

  it('rounds each period half-up', () => {
    // 0.50 at 12 % a year, monthly: exactly half a fen a month, so 0.01 twelve times.
    const monthly = debtService(bond({ principal: 50n, couponRate: 120_000n, paymentsPerYear: 12 }));
    expect(monthly.totalInterest).toBe(12n);
    expect(debtService(bond({ principal: 49n, couponRate: 120_000n, paymentsPerYear: 12 })).totalInterest).toBe(0n);
  });

  it('clamps a due day to the month’s last, each counted from the value date', () => {
    const due = (terms: Partial<Bond>) => debtService(bond(terms)).periods.map((period) => period.dueOn);
    expect(due({ valueDate: '2027-10-31', paymentsPerYear: 4 })).toEqual([
      '2028-01-31',
      '2028-04-30',
      '2028-07-31',
      '2028-10-31',
    ]);
    expect(due({ valueDate: '2024-02-29', termYears: 4 })).toEqual([
      '2025-02-28',
      '2026-02-28',
      '2027-02-28',
      '2028-02-29',
    ]);
    expect(due({ valueDate: '2025-11-30', paymentsPerYear: 12 }).slice(0, 5)).toEqual([
      '2025-12-30',
      '2026-01-30',
      '2026-02-28',
      '2026-03-30',
      '2026-04-30',
    ]);
  });

  it('compares the project’s net income with the whole debt service', () => {
    // 1,000.00 for a year at 3 % = 1,030.00 to serve.
    const carried = (income: bigint | null, cost: bigint | null) => debtService(bond({ income, cost }));
    expect(carried(123_600n, 0n)).toMatchObject({ debtServiceCoverage: '1.2000', costRatio: '0.0000' });
    expect(carried(123_600n, 20_600n)).toMatchObject({ debtServiceCoverage: '1.0000', costRatio: '0.1667' });
    expect(carried(100n, 10_400n)).toMatchObject({ debtServiceCoverage: '-0.1000', costRatio: '104.0000' });
    expect(carried(1n, null)).toMatchObject({ costRatio: '0.0000' });
    expect(carried(123_600n, null)).toMatchObject({ debtServiceCoverage: '1.2000', costRatio: '0.0000' });
  });

  it('knows no ratio without income, nor of nothing', () => {
    const unknown = { debtServiceCoverage: null, costRatio: null, coverageIsLow: false };
    expect(debtService(bond({}))).toMatchObject(unknown);
    expect(debtService(bond({ cost: 100n }))).toMatchObject(unknown);
    expect(debtService(bond({ income: 0n, cost: 100n }))).toMatchObject({
      debtServiceCoverage: '-0.0010',
      costRatio: null,
      coverageIsLow: true,
    });
    expect(debtService(bond({ principal: 0n, income: 100n, cost: 200n }))).toMatchObject({
      debtServiceCoverage: null,
      costRatio: '2.0000',
      coverageIsLow: false,
    });
  });

  it('warns below 1.1 by the exact figures, not by the ratio shown', () => {
    // 1,030.00 × 1.1 = 1,133.00; a fen less still shows 1.1000.
    expect(debtService(bond({ income: 113_300n }))).toMatchObject({
      debtServiceCoverage: '1.1000',
      coverageIsLow: false,
    });
    expect(debtService(bond({ income: 113_299n }))).toMatchObject({
      debtServiceCoverage: '1.1000',
      coverageIsLow: true,
    });
  });

  it('says no to a term without payments, one beyond the calendar, and answers too large', () => {
    expect(() => debtService(bond({ termYears: 0 }))).toThrow(outOfRange);
    expect(() => debtService(bond({ termYears: 1, valueDate: '9999-01-01' }))).toThrow(outOfRange);
    expect(debtService(bond({ termYears: 1, valueDate: '9998-12-31' })).periods[0]!.dueOn).toBe('9999-12-31');
    expect(debtService(bond({ termYears: MOST_PERIODS / 12, paymentsPerYear: 12 })).periods).toHaveLength(MOST_PERIODS);
    expect(() => debtService(bond({ termYears: MOST_PERIODS / 12 + 1, paymentsPerYear: 12 }))).toThrow(
      expect.objectContaining({ code: 'too-many' }),
    );
    const largest = 999_999_999_999_999n;
    expect(debtService(bond({ principal: largest, couponRate: 0n })).totalDebtService).toBe(largest);
    expect(() => debtService(bond({ principal: largest, couponRate: 1n }))).toThrow(outOfRange);
    expect(() => debtService(bond({ principal: largest, couponRate: 900_000n, termYears: 2 }))).toThrow(outOfRange);
  });

  it('repays the principal to the fen, with interest on what is outstanding, on the days of the calendar', () => {
    const bonds = fc.record<Bond>({
      principal: fc.oneof(fc.bigInt(0n, 200n), fc.bigInt(0n, 10n ** 12n)),
      couponRate: fc.bigInt(0n, 200_000n),
      termYears: fc.integer({ min: 1, max: 30 }),
      valueDate: fc
        .date({ min: new Date('2000-01-01'), max: new Date('2060-12-31'), noInvalidDate: true })
        .map((date) => date.toISOString().slice(0, 10)),
      paymentsPerYear: fc.constantFrom(1, 2, 4, 12),
      repayment: fc.constantFrom('bullet', 'equal-principal'),
      income: fc.constant(null),
      cost: fc.constant(null),
    });
    fc.assert(
      fc.property(bonds, (given) => {
        const { periods, totalInterest, totalDebtService } = debtService(given);
        let [left, interest] = [given.principal, 0n];
        const right = periods.map((period, index) => {
          // |interest × payments × 10^6 − outstanding × rate| ≤ half of payments × 10^6, upwards at the half.
          const scale = BigInt(given.paymentsPerYear) * 1_000_000n;
          const over = 2n * (period.interest * scale - left * given.couponRate);
          left -= period.principal;
          interest += period.interest;
          const owed = period.outstanding === left && -scale < over && over <= scale;
          return owed && period.dueOn === dueOn(given, index + 1);
        });
        expect(right).toEqual(Array.from({ length: given.termYears * given.paymentsPerYear }, () => true));
        expect([left, totalInterest, totalDebtService]).toEqual([0n, interest, interest + given.principal]);
      }),
      { numRuns },
    );
  });
});

/** By the calendar itself: the last day of the month where the month is too short. */
function dueOn({ valueDate, paymentsPerYear }: Bond, k: number): string {
  const [year, month, day] = valueDate.split('-').map(Number) as [number, number, number];
  const wanted = new Date(Date.UTC(year, month - 1 + (k * 12) / paymentsPerYear, 1));
  const last = new Date(Date.UTC(wanted.getUTCFullYear(), wanted.getUTCMonth() + 1, 0)).getUTCDate();
  wanted.setUTCDate(Math.min(day, last));
  return wanted.toISOString().slice(0, 10);
}
