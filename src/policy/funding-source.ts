/** Who bears the money in the end: the policy's matrix and its ranks speak of payers, not of bank accounts. */
export type Payer = 'government' | 'resident' | 'society' | 'operator';

/** The stream, and so the commands, by which money of a source is recorded; any other way is `wrong-route`. */
export type FundingRoute = 'grant' | 'bond' | 'contribution' | 'maintenance-fund' | 'provident-fund';

export type ContributionForm = 'cash' | 'goods' | 'labour' | 'direct-payment';

/** What `reference` names for money of a source; null where sending one is a fault. */
export type ReferenceKind = 'grant' | 'bond' | 'draw' | 'utility';

/** Operators pay for what is theirs: `utility` for its own kind of pipe, `telecom` for its own lines. */
export type OperatorWorks = 'utility' | 'telecom';

export type FundingSourceLine = {
  readonly zh: string;
  readonly en: string;
  readonly payer: Payer;
  readonly route: FundingRoute;
  readonly forms: readonly ContributionForm[];
  readonly reference: ReferenceKind | null;
  readonly ownWorksOnly: OperatorWorks | null;
};

const CASH = ['cash'] as const;
const CASH_OR_DIRECT = ['cash', 'direct-payment'] as const;
const GIFTS_OF_UNITS = ['cash', 'goods', 'direct-payment'] as const;

type More = Partial<Omit<FundingSourceLine, 'zh' | 'en' | 'payer'>>;
const by =
  (payer: Payer, defaults: Pick<FundingSourceLine, 'route' | 'forms' | 'reference'>) =>
  (zh: string, en: string, more: More = {}): FundingSourceLine => ({
    zh,
    en,
    payer,
    ownWorksOnly: null,
    ...defaults,
    ...more,
  });
const government = by('government', { route: 'grant', forms: CASH, reference: 'grant' });
const resident = by('resident', { route: 'contribution', forms: CASH, reference: null });
const society = by('society', { route: 'contribution', forms: CASH_OR_DIRECT, reference: null });
const operator = by('operator', { route: 'contribution', forms: CASH_OR_DIRECT, reference: null });

const OF_DRAW: More = { route: 'maintenance-fund', reference: 'draw' };
const RESIDENTS_GIFT: More = { forms: ['cash', 'goods', 'labour'] };
const OWN_PIPES: More = { reference: 'utility', ownWorksOnly: 'utility' };

const LINES = {
  'central-grant': government('中央补助资金', 'Central grant'),
  'provincial-grant': government('省级补助资金', 'Provincial grant'),
  'city-grant': government('市级财政资金', 'City grant'),
  'county-grant': government('县（区）财政资金', 'County grant'),
  'special-bond': government('地方政府专项债券', 'Special bond', { route: 'bond', reference: 'bond' }),
  'housing-sale-proceeds': government('国有住房出售收入存量资金', 'Proceeds of state housing sales'),
  'pooled-compound-funds': government('统筹涉及住宅小区的各类资金', 'Pooled funds for residential compounds'),
  'resident-cash': resident('居民直接出资', "Residents' cash"),
  'maintenance-fund': resident('住宅专项维修资金', 'Maintenance fund', OF_DRAW),
  'common-area-income': resident('让渡小区公共收益', 'Common-area income'),
  'provident-fund': resident('住房公积金提取', 'Provident fund withdrawal', { route: 'provident-fund' }),
  'resident-donation': resident('居民个人捐资捐物、投工投劳', 'Gifts and labour of residents', RESIDENTS_GIFT),
  'affiliated-unit': society('小区相关联单位投资', 'Affiliated unit', { forms: GIFTS_OF_UNITS }),
  'enterprise-donation': society('企业捐助', 'Enterprise donation', { forms: GIFTS_OF_UNITS }),
  'social-capital': society('社会资本', 'Social capital'),
  'utility-operator': operator('供水、供气、供热、供电专业经营单位', 'Utility operator', OWN_PIPES),
  'telecom-operator': operator('通信（含广电）运营商', 'Telecom operator', { ownWorksOnly: 'telecom' }),
} satisfies Record<string, FundingSourceLine>;

export type FundingSource = keyof typeof LINES;

/** Every source the policy names, one line each. A new one is a line here and a row in each base rule pack. */
export const FUNDING_SOURCES: Readonly<Record<FundingSource, FundingSourceLine>> = LINES;

/** The codes in the order of the catalogue. */
export const FUNDING_SOURCE_CODES = Object.keys(LINES) as readonly FundingSource[];

/** True where `code` is a source of the catalogue. */
export const isFundingSource = (code: string): code is FundingSource => Object.hasOwn(LINES, code);

export const GOVERNMENT_SOURCES = (Object.keys(FUNDING_SOURCES) as FundingSource[]).filter(
  (source) => FUNDING_SOURCES[source].payer === 'government',
);
