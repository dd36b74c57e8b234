import { fen } from '../kernel/money.js';
import { overview, type SchemeSplit } from './overview.projection.js';

const figures = (budget: string, committed: string, inKind: string) => ({
  ...{ budget: fen(budget), committed: fen(committed), inKind: fen(inKind), received: 0n, paid: 0n },
});
const scheme = (schemeId: string, areas: SchemeSplit['split']['areas']): SchemeSplit => ({
  ...{ schemeId, compoundId: 'c', planYear: 2026, projectCode: null },
  split: { areas, bySource: [], byLine: [] },
});
const COMPOUND = {
  ...{ compoundId: 'c', name: '演示小区', division: '140403', households: 1, areaMillionths: 0n, fundBalance: 0n },
};

describe('the overview', () => {
  it('adds up gaps that no surplus closes: neither of the other area nor of another scheme', () => {
    const schemes = [
      // Public: 130.00 for 100.00, no gap. In-building: 50.00 − 20.00 − 5.00 = 25.00 are missing.
      scheme('s1', {
        'public-area': figures('100.00', '130.00', '0.00'),
        'in-building': figures('50.00', '20.00', '5.00'),
      }),
      // Public: 10.00 − 9.99 = 0.01 is missing. In-building: nothing wanted, 70.00 promised.
      scheme('s2', {
        'public-area': figures('10.00', '9.99', '0.00'),
        'in-building': figures('0.00', '70.00', '0.00'),
      }),
    ];
    const { items, total } = overview([COMPOUND], schemes, 'project', (key) => key);
    expect(items.map(({ key, fundingGap }) => [key, fundingGap])).toEqual([
      ['s1', '25.00'],
      ['s2', '0.01'],
    ]);
    expect(total).toMatchObject({ budget: '160.00', committed: '229.99', inKind: '5.00', fundingGap: '25.01' });
  });
});
