import { CHANGZHI_2020 } from './changzhi-2020.rules.js';
import { FUNDING_SOURCE_CODES, type FundingSource } from './funding-source.js';
import { cell, rank, type MatrixMoney } from './matrix.rules.js';
import { WORK_ITEM_CODES, isWorkItem, type CostArea } from './work-item.js';

const COLUMNS: Readonly<Record<string, MatrixMoney>> = {
  mof: { source: 'central-grant', programme: 'mof' },
  ndrc: { source: 'central-grant', programme: 'ndrc' },
  prov: { source: 'provincial-grant' },
  city: { source: 'city-grant' },
  cnty: { source: 'county-grant' },
  bond: { source: 'special-bond' },
  sale: { source: 'housing-sale-proceeds' },
  pool: { source: 'pooled-compound-funds' },
  cash: { source: 'resident-cash' },
  fund: { source: 'maintenance-fund' },
  inc: { source: 'common-area-income' },
  pfund: { source: 'provident-fund' },
  gift: { source: 'resident-donation' },
  unit: { source: 'affiliated-unit' },
  entp: { source: 'enterprise-donation' },
  soc: { source: 'social-capital' },
  water: { source: 'utility-operator', utility: 'water' },
  gas: { source: 'utility-operator', utility: 'gas' },
  heat: { source: 'utility-operator', utility: 'heat' },
  power: { source: 'utility-operator', utility: 'power' },
  tel: { source: 'telecom-operator' },
};

/** A allow, W warn, S stop; `-` is the area without a line. */
const TABLE = `
                                             mof   ndrc  prov  city  cnty  bond  sale  pool  cash  fund  inc   pfund gift  unit  entp  soc   water gas   heat  power tel
-                                public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     A     A     A     A     A
-                                in-building S     S     S     S     S     W     W     W     A     A     A     A     A     A     A     W     A     A     A     A     A
road                             public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
water-and-drainage               public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     A     S     S     S     S
power-supply                     public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     A     S
gas-supply                       public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     A     S     S     S
heating                          public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     A     S     S
telecom                          public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     A
greening                         public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
lighting                         public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
perimeter-wall                   public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
fire-safety                      public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
security                         public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
building-door                    public-area A     W     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
external-wall-insulation         public-area A     W     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
roof                             public-area A     W     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
illegal-structure-demolition     public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
adjacent-municipal               public-area A     A     A     A     A     A     A     A     W     S     W     S     A     A     A     A     S     S     S     S     S
overhead-line-duct               public-area A     A     A     A     A     A     A     A     S     S     S     S     S     W     W     W     W     W     W     W     W
overhead-line-cutover            public-area S     S     S     S     S     S     S     S     S     S     S     S     S     S     S     S     A     A     A     A     A
elderly-and-child-care           public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
accessibility                    public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
sanitation                       public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
convenience-market               public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
property-service-facility        public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
parking                          public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
charging                         public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
waste-sorting                    public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
fitness                          public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
roof-beautification              public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
smart-security                   public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
sponge                           public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
other-public-area-infrastructure public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
other-public-area-service        public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
other-public-area-quality        public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
preliminary-and-design           public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
supervision                      public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
tendering-and-cost-consulting    public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
contingency                      public-area A     A     A     A     A     A     A     A     A     A     A     S     A     A     A     A     S     S     S     S     S
indoor-water                     in-building S     S     S     S     S     W     W     W     A     A     A     A     A     A     A     W     A     S     S     S     S
indoor-power                     in-building S     S     S     S     S     W     W     W     A     A     A     A     A     A     A     W     S     S     S     A     S
indoor-gas                       in-building S     S     S     S     S     W     W     W     A     A     A     A     A     A     A     W     S     A     S     S     S
indoor-heating                   in-building S     S     S     S     S     W     W     W     A     A     A     A     A     A     A     W     S     S     A     S     S
indoor-telecom                   in-building S     S     S     S     S     W     W     W     A     A     A     A     A     A     A     W     S     S     S     S     A
indoor-lighting                  in-building S     S     S     S     S     W     W     W     A     A     A     A     A     A     A     W     S     S     S     S     S
doors-and-windows                in-building S     S     S     S     S     W     W     W     A     A     A     A     A     A     A     W     S     S     S     S     S
stairs                           in-building S     S     S     S     S     W     W     W     A     A     A     A     A     A     A     W     S     S     S     S     S
handrails                        in-building S     S     S     S     S     W     W     W     A     A     A     A     A     A     A     W     S     S     S     S     S
stairwell-painting               in-building S     S     S     S     S     W     W     W     A     A     A     A     A     A     A     W     S     S     S     S     S
elevator                         in-building W     W     W     W     W     W     W     W     A     A     A     A     A     A     A     W     S     S     S     S     S
other-in-building-infrastructure in-building S     S     S     S     S     W     W     W     A     A     A     A     A     A     A     W     S     S     S     S     S
other-in-building-quality        in-building S     S     S     S     S     W     W     W     A     A     A     A     A     A     A     W     S     S     S     S     S
preliminary-and-design           in-building S     S     S     S     S     W     W     W     A     A     A     A     A     A     A     W     S     S     S     S     S
supervision                      in-building S     S     S     S     S     W     W     W     A     A     A     A     A     A     A     W     S     S     S     S     S
tendering-and-cost-consulting    in-building S     S     S     S     S     W     W     W     A     A     A     A     A     A     A     W     S     S     S     S     S
contingency                      in-building S     S     S     S     S     W     W     W     A     A     A     A     A     A     A     W     S     S     S     S     S
`;

const LEVEL: Readonly<Record<string, string>> = { A: 'allow', W: 'warn', S: 'stop' };
const UNVERIFIED = ['roof ndrc', 'external-wall-insulation ndrc', 'building-door ndrc'];

const [columnLine = '', ...rowLines] = TABLE.split('\n').filter((line) => line.trim() !== '');
const columns = columnLine.trim().split(/\s+/);
const rows = rowLines.map((line) => {
  const [item = '', area = '', ...letters] = line.trim().split(/\s+/);
  return { item, area: area as CostArea, letters };
});

describe('The matrix of who may pay for what', () => {
  it('is written out here for every source and every work item', () => {
    expect(columns).toEqual(Object.keys(COLUMNS));
    expect(new Set(Object.values(COLUMNS).map(({ source }) => source))).toEqual(new Set(FUNDING_SOURCE_CODES));
    const items = rows.map(({ item }) => item).filter((item) => item !== '-');
    expect(new Set(items)).toEqual(new Set(WORK_ITEM_CODES));
    expect(rows.every(({ letters }) => letters.length === columns.length)).toBe(true);
  });

  it.each(rows)('answers every source for $item in the $area', ({ item, area, letters }) => {
    const workItem = isWorkItem(item) ? item : undefined;
    const answers = columns.map((name) => cell(CHANGZHI_2020, COLUMNS[name]!, { costArea: area, workItem }));
    expect(answers).toEqual(
      columns.map((name, index) => ({
        level: LEVEL[letters[index]!],
        rule: item.startsWith('overhead-line-') ? 'R05' : 'R03',
        verified: !UNVERIFIED.includes(`${item} ${name}`),
      })),
    );
  });

  it('asks of central money which programme it is before it warns of the body of the building', () => {
    const target = { costArea: 'public-area', workItem: 'roof' } as const;
    expect(cell(CHANGZHI_2020, { source: 'central-grant' }, target).level).toBe('allow');
  });
});

describe('Pooled funds', () => {
  const pooled = { source: 'pooled-compound-funds', mayFund: ['road', 'overhead-line-cutover', 'elevator'] } as const;

  it('pay for what their own award names', () => {
    expect(cell(CHANGZHI_2020, pooled, { costArea: 'public-area', workItem: 'road' }).level).toBe('allow');
    expect(cell(CHANGZHI_2020, pooled, { costArea: 'in-building', workItem: 'elevator' }).level).toBe('warn');
  });

  it('stop by R08 outside it, also where the matrix only warns and for the duct', () => {
    const quotation = {
      clause: '主要任务（五）落实改造资金',
      clauseText: '统筹涉及住宅小区的各类资金用于城镇老旧小区改造，提高资金使用效率。',
      source: '长治市城镇老旧小区改造工作实施意见',
    };
    const stop = { level: 'stop', rule: 'R08', verified: true, quotation };
    expect(cell(CHANGZHI_2020, pooled, { costArea: 'public-area', workItem: 'lighting' })).toEqual(stop);
    expect(cell(CHANGZHI_2020, pooled, { costArea: 'in-building', workItem: 'stairs' })).toEqual(stop);
    expect(cell(CHANGZHI_2020, pooled, { costArea: 'public-area', workItem: 'overhead-line-duct' })).toEqual(stop);
  });

  it('cannot be named for the cutover of overhead lines: R05 comes first', () => {
    const target = { costArea: 'public-area', workItem: 'overhead-line-cutover' } as const;
    expect(cell(CHANGZHI_2020, pooled, target)).toEqual({ level: 'stop', rule: 'R05', verified: true });
  });

  it('answer for the area alone where no line is named', () => {
    expect(cell(CHANGZHI_2020, { ...pooled, mayFund: [] }, { costArea: 'public-area' }).level).toBe('allow');
  });
});

describe('A utility operator that does not say which', () => {
  it('is stopped on every line but the overhead ones', () => {
    const money = { source: 'utility-operator' } as const;
    expect(cell(CHANGZHI_2020, money, { costArea: 'public-area', workItem: 'heating' }).level).toBe('stop');
    expect(cell(CHANGZHI_2020, money, { costArea: 'public-area', workItem: 'road' }).level).toBe('stop');
    expect(cell(CHANGZHI_2020, money, { costArea: 'public-area', workItem: 'overhead-line-cutover' }).level).toBe(
      'allow',
    );
  });
});

describe('The order of payers', () => {
  const RANKS: readonly (readonly [FundingSource, number, number])[] = [
    ['central-grant', 1, 2],
    ['provincial-grant', 1, 2],
    ['city-grant', 2, 2],
    ['county-grant', 2, 2],
    ['special-bond', 3, 2],
    ['housing-sale-proceeds', 3, 2],
    ['pooled-compound-funds', 3, 2],
    ['utility-operator', 4, 2],
    ['telecom-operator', 4, 2],
    ['resident-cash', 5, 1],
    ['maintenance-fund', 5, 1],
    ['common-area-income', 5, 1],
    ['provident-fund', 5, 1],
    ['affiliated-unit', 6, 2],
    ['resident-donation', 7, 1],
    ['enterprise-donation', 7, 2],
    ['social-capital', 8, 2],
  ];

  it('names every source once', () => {
    expect(RANKS.map(([source]) => source).toSorted()).toEqual([...FUNDING_SOURCE_CODES].toSorted());
  });

  it.each(RANKS)('puts %s at %i in the public area and at %i in the building', (source, inPublic, inBuilding) => {
    expect(rank(CHANGZHI_2020, source, 'public-area')).toBe(inPublic);
    expect(rank(CHANGZHI_2020, source, 'in-building')).toBe(inBuilding);
  });
});
