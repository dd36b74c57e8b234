import type { ContributionForm, FundingSource } from '../policy/funding-source.js';
import type { CostArea, Utility, WorkItem } from '../policy/work-item.js';

/** How far a scheme has come. `failed`: under construction, and its first joint acceptance did not pass. */
export const STAGES = [
  'drafted',
  'budgeted',
  'published',
  'consulted',
  'approved',
  'building',
  'failed',
  'accepted',
  'settled',
  'handed-over',
] as const;
export type Stage = (typeof STAGES)[number];

/** Grants by their short names; those of a county are awarded there, the others in the city and passed down. */
export type GrantKind = 'mof' | 'ndrc' | 'provincial' | 'city' | 'county' | 'proceeds' | 'pooled';
type GrantRow = {
  readonly source: FundingSource;
  readonly award: object;
  readonly prefix: string;
  readonly ofCounty?: true;
};
export const POOLED_WORKS: readonly WorkItem[] = ['lighting', 'greening', 'fitness', 'waste-sorting', 'accessibility'];
export const GRANTS: Readonly<Record<GrantKind, GrantRow>> = {
  mof: { source: 'central-grant', award: { level: 'central', programme: 'mof' }, prefix: '演示财综' },
  ndrc: { source: 'central-grant', award: { level: 'central', programme: 'ndrc' }, prefix: '演示发改投资' },
  provincial: { source: 'provincial-grant', award: { level: 'provincial' }, prefix: '演示晋财综' },
  city: { source: 'city-grant', award: { level: 'city' }, prefix: '演示长财建' },
  county: { source: 'county-grant', award: { level: 'county' }, prefix: '演示县财建', ofCounty: true },
  proceeds: {
    source: 'housing-sale-proceeds',
    award: { source: 'housing-sale-proceeds' },
    prefix: '演示房改',
    ofCounty: true,
  },
  pooled: {
    source: 'pooled-compound-funds',
    award: {
      source: 'pooled-compound-funds',
      programmeName: '演示：照明绿化与无障碍统筹资金',
      mayFund: [...POOLED_WORKS],
    },
    prefix: '演示统筹',
  },
};

export type Rates = readonly (readonly [item: WorkItem, yuanPerM2: number])[];
const BASIC: Rates = [
  ['road', 78],
  ['water-and-drainage', 92],
  ['gas-supply', 26],
  ['power-supply', 34],
  ['lighting', 9],
  ['security', 12],
  ['fire-safety', 18],
  ['perimeter-wall', 10],
  ['supervision', 8],
  ['preliminary-and-design', 14],
  ['indoor-water', 24],
  ['stairwell-painting', 16],
];
const IMPROVED: Rates = [
  ...BASIC,
  ['external-wall-insulation', 118],
  ['roof', 46],
  ['greening', 15],
  ['parking', 22],
  ['accessibility', 9],
  ['waste-sorting', 5],
  ['doors-and-windows', 36],
];
/** What the works cost, in yuan per square metre of floor; about 519 in the published case of Luzhou (facts.md §3). */
export const PLANS = {
  basic: BASIC,
  improved: IMPROVED,
  full: [
    ...IMPROVED,
    ['heating', 38],
    ['elderly-and-child-care', 24],
    ['charging', 8],
    ['smart-security', 12],
    ['fitness', 6],
    ['indoor-power', 28],
  ],
  overhead: [...BASIC, ['overhead-line-duct', 22], ['overhead-line-cutover', 13], ['telecom', 9]],
  elevator: [
    ['lighting', 9],
    ['accessibility', 14],
    ['preliminary-and-design', 12],
    ['elevator', 410],
    ['handrails', 6],
  ],
  narrow: [
    ['road', 85],
    ['greening', 20],
    ['preliminary-and-design', 9],
    ['stairwell-painting', 18],
  ],
} as const satisfies Record<string, Rates>;
export type Plan = keyof typeof PLANS;

type More = {
  readonly area?: CostArea;
  readonly item?: WorkItem;
  readonly form?: ContributionForm;
  readonly utility?: Utility;
};
/** Who gives how many per cent of what: of its area's budget, or of the one line it names. */
export type MoneyRow = readonly [from: GrantKind | FundingSource, percent: number, more?: More];
const INSIDE: More = { area: 'in-building' };
const own = (utility: Utility, item: WorkItem, form: ContributionForm = 'cash'): More => ({ utility, item, form });
export const MIXES = {
  central: [
    ['mof', 52],
    ['provincial', 13],
    ['city', 12],
    ['county', 19],
    ['utility-operator', 45, own('heat', 'heating')],
    ['resident-cash', 3],
    ['resident-cash', 90, INSIDE],
  ],
  ndrc: [
    ['ndrc', 44],
    ['city', 10],
    ['county', 17],
    ['utility-operator', 60, own('gas', 'gas-supply', 'direct-payment')],
    ['utility-operator', 50, own('water', 'water-and-drainage')],
    ['resident-cash', 70, INSIDE],
  ],
  local: [
    ['provincial', 25],
    ['city', 22],
    ['county', 24],
    ['common-area-income', 2],
    ['affiliated-unit', 7],
    ['social-capital', 60, { item: 'parking', form: 'direct-payment' }],
    ['resident-cash', 60, INSIDE],
  ],
  proceeds: [
    ['proceeds', 42],
    ['pooled', 5],
    ['county', 31],
    ['resident-donation', 1],
    ['utility-operator', 40, own('power', 'power-supply')],
    ['resident-cash', 75, INSIDE],
  ],
  overhead: [
    ['mof', 42],
    ['county', 26],
    ['telecom-operator', 100, { item: 'overhead-line-cutover', form: 'direct-payment' }],
    ['telecom-operator', 70, { item: 'telecom' }],
    ['resident-cash', 85, INSIDE],
  ],
  gifts: [
    ['provincial', 44],
    ['county', 38],
    ['enterprise-donation', 5],
    ['enterprise-donation', 60, { item: 'fitness', form: 'goods' }],
    ['affiliated-unit', 30, { item: 'lighting', form: 'goods' }],
    ['resident-donation', 20, { item: 'greening', form: 'labour' }],
    ['resident-donation', 10, { item: 'waste-sorting', form: 'goods' }],
    ['social-capital', 4],
    ['resident-cash', 82, INSIDE],
  ],
  elevator: [
    ['county', 40],
    ['affiliated-unit', 12, INSIDE],
    ['resident-cash', 70, INSIDE],
  ],
} as const satisfies Record<string, readonly MoneyRow[]>;
export type Mix = keyof typeof MIXES;

export type CompoundRow = {
  readonly id: string;
  readonly county: string;
  readonly name: string;
  readonly builtYear: number;
  /** Each building as floors × entrances, two flats on a landing. */
  readonly buildings: string;
  /** Households one by one on the register, or only declared. */
  readonly register: 'registered' | 'declared';
  readonly plan: Plan;
  readonly mix: Mix;
  readonly planYear: number;
  readonly stage: Stage;
  readonly heritage?: true;
};
const R = 'registered';
const D = 'declared';
type Tuple = readonly [
  id: string,
  county: string,
  place: string,
  builtYear: number,
  buildings: string,
  register: 'registered' | 'declared',
  plan: Plan,
  mix: Mix,
  planYear: number,
  stage: Stage,
  heritage?: true,
];
const ROWS: readonly Tuple[] = [
  ['lz-01', '140403', '府前里', 1984, '3x2 3x2', R, 'basic', 'central', 2023, 'handed-over'],
  ['lz-02', '140403', '槐荫里', 1991, '6x4 6x4 6x3', D, 'full', 'central', 2024, 'settled'],
  ['lz-03', '140403', '机床厂东院', 1988, '6x3 6x3 5x3 5x3', D, 'improved', 'ndrc', 2024, 'accepted'],
  ['lz-04', '140403', '潞阳门', 1979, '3x2 3x2', R, 'basic', 'proceeds', 2025, 'building', true],
  ['lz-05', '140403', '英雄南路', 1995, '6x5 6x5 6x4 6x4', D, 'full', 'gifts', 2025, 'building'],
  ['lz-06', '140403', '延安中路', 1993, '6x3 6x3', D, 'overhead', 'overhead', 2025, 'failed'],
  ['lz-07', '140403', '紫金西街', 1997, '6x4 6x4', D, 'improved', 'central', 2026, 'consulted'],
  ['lz-08', '140403', '太行公园北', 2003, '6x3 6x3', D, 'basic', 'local', 2026, 'approved'],
  ['sd-01', '140404', '韩店老街', 1986, '5x3 5x3', D, 'basic', 'central', 2023, 'settled'],
  ['sd-02', '140404', '光明路', 1992, '5x2', R, 'improved', 'local', 2024, 'building'],
  ['sd-03', '140404', '黎都里', 1998, '6x3 6x3', D, 'overhead', 'overhead', 2025, 'approved'],
  ['tl-01', '140405', '麟绛里', 1989, '5x4 5x4', D, 'basic', 'ndrc', 2024, 'accepted'],
  ['tl-02', '140405', '羿神路', 1996, '6x2 6x2', D, 'improved', 'proceeds', 2025, 'building'],
  ['lc-01', '140406', '潞华里', 1985, '4x3 4x3', D, 'improved', 'gifts', 2024, 'handed-over'],
  ['lc-02', '140406', '中华东街', 1994, '6x1 6x1', R, 'elevator', 'elevator', 2025, 'accepted'],
  ['lc-03', '140406', '化肥厂家属院', 1990, '5x4 5x4 5x4', D, 'full', 'ndrc', 2026, 'published'],
  ['xy-01', '140423', '古韩里', 1983, '5x3 5x3', D, 'improved', 'central', 2024, 'building'],
  ['xy-02', '140423', '太平街', 1999, '6x2 6x2', D, 'basic', 'local', 2026, 'budgeted'],
  ['ps-01', '140425', '青羊里', 1987, '4x2', R, 'basic', 'central', 2025, 'building'],
  ['ps-02', '140425', '兴华路', 1995, '5x2', D, 'basic', 'proceeds', 2026, 'drafted'],
  ['li-01', '140426', '黎侯里', 1982, '4x3 4x3', D, 'improved', 'gifts', 2025, 'building'],
  ['li-02', '140426', '桥北', 1996, '5x3', D, 'narrow', 'central', 2026, 'consulted'],
  ['hg-01', '140427', '龙泉里', 1988, '5x3 5x2', D, 'basic', 'ndrc', 2025, 'building'],
  ['hg-02', '140427', '新建南路', 1994, '6x2', D, 'improved', 'local', 2026, 'approved'],
  ['zz-01', '140428', '丹朱里', 1990, '5x4 5x3', D, 'improved', 'central', 2024, 'accepted'],
  ['zz-02', '140428', '漳源路', 1997, '4x2', R, 'basic', 'local', 2025, 'building'],
  ['wx-01', '140429', '丰州里', 1985, '4x3 4x2', D, 'basic', 'gifts', 2025, 'failed'],
  ['qx-01', '140430', '铜鞮里', 1992, '5x3', D, 'overhead', 'overhead', 2024, 'building'],
  ['qy-01', '140431', '沁河里', 1989, '5x2 4x2', D, 'basic', 'central', 2025, 'approved'],
  ['qy-02', '140431', '胜利路', 1998, '6x2', D, 'improved', 'proceeds', 2026, 'published'],
];

/** Marked as invented in both languages, wherever the name is shown. */
const nameOf = (place: string): string => `演示·${place}小区 (demo)`;

export const COMPOUNDS: readonly CompoundRow[] = ROWS.map(
  ([id, county, place, builtYear, buildings, register, plan, mix, planYear, stage, heritage]) => ({
    ...{ id, county, builtYear, buildings, register, plan, mix, planYear, stage },
    name: nameOf(place),
    ...(heritage ? { heritage } : {}),
  }),
);

/** On the register, and outside the policy: an urban village (R01b). */
export const OUTSIDE = { id: 'lz-99', county: '140403', name: nameOf('城中村') } as const;
