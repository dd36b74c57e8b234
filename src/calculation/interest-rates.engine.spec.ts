import fc from 'fast-check';
import { dayNumber } from '../kernel/dates.js';
import { rateTable, type RateTable } from './interest-rates.engine.js';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 1_000);
const outOfRange = expect.objectContaining({ code: 'out-of-range' });
const demandOver = (table: RateTable, first: string, last: string) =>
  table.demandOver(dayNumber(first), dayNumber(last));

describe('rateTable', () => {
  let table: RateTable;
  beforeAll(() => {
    table = rateTable([
      { from: '2025-10-01', demand: 2_500n, term: 11_000n },
      { from: '2025-01-01', demand: 3_500n, term: 13_000n },
    ]);
  });

  it('knows the term rate in force on a day', () => {
    expect(table.termOn('2025-01-01')).toBe(13_000n);
    expect(table.termOn('2025-09-30')).toBe(13_000n);
    expect(table.termOn('2025-10-01')).toBe(11_000n);
    expect(table.termOn('2099-01-01')).toBe(11_000n);
    expect(() => table.termOn('2024-12-31')).toThrow(outOfRange);
    expect(() => rateTable([]).termOn('2025-01-01')).toThrow(outOfRange);
  });

  it('sums the demand rate day by day, both days included', () => {
    expect(demandOver(table, '2025-09-30', '2025-09-30')).toBe(3_500n);
    expect(demandOver(table, '2025-09-29', '2025-10-03')).toBe(2n * 3_500n + 3n * 2_500n);
    expect(demandOver(table, '2025-10-01', '2025-10-31')).toBe(31n * 2_500n);
    expect(demandOver(table, '2025-10-01', '2025-09-30')).toBe(0n);
    expect(demandOver(table, '2024-10-02', '2024-10-01')).toBe(0n);
    expect(() => demandOver(table, '2024-12-31', '2025-01-01')).toThrow(outOfRange);
  });

  it('lets the later in the list win where two begin on one day', () => {
    const corrected = rateTable([
      { from: '2025-01-01', demand: 1n, term: 1n },
      { from: '2025-01-05', demand: 10n, term: 10n },
      { from: '2025-01-05', demand: 100n, term: 100n },
      { from: '2025-01-05', demand: 7n, term: 7n },
    ]);
    expect(corrected.termOn('2025-01-05')).toBe(7n);
    expect(demandOver(corrected, '2025-01-01', '2025-01-10')).toBe(4n * 1n + 6n * 7n);
    expect(
      demandOver(
        rateTable([...Array(2)].map((_, k) => ({ from: '2025-01-01', demand: BigInt(k), term: 0n }))),
        '2025-01-01',
        '2025-01-02',
      ),
    ).toBe(2n);
  });

  it('agrees with a walk over the days', () => {
    const day = fc.integer({ min: 0, max: 40 });
    const date = (offset: number) => new Date(Date.UTC(2025, 0, 1 + offset)).toISOString().slice(0, 10);
    fc.assert(
      fc.property(fc.uniqueArray(day, { minLength: 1, maxLength: 6 }), day, day, (starts, first, last) => {
        const rates = starts.map((start) => ({ from: date(start), demand: BigInt(1 + start * start), term: 0n }));
        fc.pre(first > last || Math.min(...starts) <= first);
        let sum = 0n;
        for (let each = first; each <= last; each++) {
          const latest = Math.max(...starts.filter((start) => start <= each));
          sum += BigInt(1 + latest * latest);
        }
        expect(demandOver(rateTable(rates), date(first), date(last))).toBe(sum);
      }),
      { numRuns },
    );
  });
});
