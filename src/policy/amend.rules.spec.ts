import { amend, type CellChange } from './amend.rules.js';
import { CHANGZHI_2020 } from './changzhi-2020.rules.js';
import { cell } from './matrix.rules.js';
import { validateRulePack } from './policies.rules.js';

const quotation = { clause: '第三条', clauseText: '县级财政可以承担楼道粉刷费用。', source: '某县实施细则' };
const amended = (...cells: readonly CellChange[]) =>
  amend(CHANGZHI_2020, {
    id: 'some-county-2023',
    name: { zh: '某县', en: 'Some county' },
    effectiveFrom: '2023-01-01',
    cells,
    parameters: { builtBeforeYear: 2005 },
  });
const countyMoney = { source: 'county-grant' } as const;
const painting = { costArea: 'in-building', workItem: 'stairwell-painting' } as const;

describe("A county's own pack", () => {
  it('is sound, says what it is based on and keeps every other rule and parameter', () => {
    const pack = amended({ source: 'county-grant', costArea: 'in-building', level: 'warn', verified: true, quotation });
    expect(validateRulePack(pack)).toEqual([]);
    expect(pack.basedOn).toBe('changzhi-2020');
    expect(pack.rules).toEqual(CHANGZHI_2020.rules);
    expect(pack.parameters).toEqual({ ...CHANGZHI_2020.parameters, builtBeforeYear: 2005 });
  });

  it('answers a changed item with its own clause and leaves the base as it was', () => {
    const pack = amended({
      source: 'county-grant',
      workItem: 'stairwell-painting',
      level: 'allow',
      verified: false,
      quotation,
    });
    expect(cell(pack, countyMoney, painting)).toEqual({ level: 'allow', rule: 'R03', verified: false, quotation });
    expect(cell(pack, { source: 'city-grant' }, painting).level).toBe('stop');
    expect(cell(CHANGZHI_2020, countyMoney, painting)).toEqual({ level: 'stop', rule: 'R03', verified: true });
  });

  it('changes a whole area without touching what is said of single items', () => {
    const pack = amended({
      source: 'county-grant',
      costArea: 'in-building',
      level: 'allow',
      verified: true,
      quotation,
    });
    expect(cell(pack, countyMoney, painting)).toEqual({ level: 'allow', rule: 'R03', verified: true, quotation });
    expect(cell(pack, countyMoney, { costArea: 'in-building' }).level).toBe('allow');
    expect(cell(pack, countyMoney, { costArea: 'in-building', workItem: 'elevator' }).level).toBe('warn');
    expect(cell(pack, countyMoney, { costArea: 'public-area', workItem: 'overhead-line-cutover' }).level).toBe('stop');
  });

  it('replaces an exception of its base, also without naming the area', () => {
    const pack = amended({ source: 'county-grant', workItem: 'elevator', level: 'allow', verified: true, quotation });
    expect(cell(pack, countyMoney, { costArea: 'in-building', workItem: 'elevator' }).level).toBe('allow');
    expect(pack.matrix['county-grant'].exceptions).toHaveLength(1);
    expect(CHANGZHI_2020.matrix['county-grant'].exceptions).toHaveLength(1);
  });

  it('may answer otherwise on overhead lines and let an operator pay beyond its own works', () => {
    const pack = amended(
      { source: 'county-grant', workItem: 'overhead-line-cutover', level: 'warn', verified: true, quotation },
      { source: 'utility-operator', workItem: 'adjacent-municipal', level: 'allow', verified: true, quotation },
    );
    const cutover = { costArea: 'public-area', workItem: 'overhead-line-cutover' } as const;
    expect(cell(pack, countyMoney, cutover)).toEqual({ level: 'warn', rule: 'R05', verified: true, quotation });
    const adjacent = { costArea: 'public-area', workItem: 'adjacent-municipal' } as const;
    expect(cell(pack, { source: 'utility-operator', utility: 'water' }, adjacent).level).toBe('allow');
  });
});
