import {
  BONDS,
  budgetLaw,
  CENTRAL_PLAN,
  ACCEPTANCE,
  REVIEW,
  OUTSIDE,
  WEIGHT,
  civilCode,
  FUND_IS_OWNERS,
  IN_BUILDING_COST,
  investmentRegulation,
  OPERATORS,
  OPINIONS,
  OPINIONS_FROM,
  OVERHEAD_LINES,
  OWNERS_VOTE,
  POOLED_FUNDS,
  propertyRegulation,
  PUBLIC_AREA_COST,
  quote,
  type Text,
} from './changzhi-2020.clauses.js';
import { type FundingSource, GOVERNMENT_SOURCES } from './funding-source.js';
import type {
  Bilingual,
  JudgedAs,
  Level,
  MatrixException,
  MatrixRow,
  Quotation,
  Rule,
  RuleId,
  RulePack,
  RuleParameters,
} from './rule-pack.js';

type Extra = {
  readonly verified?: false;
  readonly note?: Bilingual;
  readonly also?: readonly Text[];
  readonly ofSources?: readonly { readonly sources: readonly FundingSource[]; readonly quotation: Text }[];
  judgedAs?: JudgedAs;
};
const plain = ({ clause, clauseText, source }: Quotation): Quotation => ({ clause, clauseText, source });
function rule(id: RuleId, level: Level, zh: string, en: string, text: Text, extra: Extra = {}): Rule {
  const { verified = true, judgedAs = 'decision', also, note, ofSources } = extra;
  return {
    id,
    level,
    judgedAs,
    title: { zh, en },
    ...plain(text),
    effectiveFrom: text.from,
    effectiveTo: null,
    verified,
    ...(note && { note }),
    ...(also && { also: also.map(plain) }),
    ...(ofSources && {
      ofSources: ofSources.map(({ sources, quotation }) => ({ sources, quotation: plain(quotation) })),
    }),
  };
}

const RULES: Readonly<Record<RuleId, Rule>> = {
  R01a: rule(
    'R01a',
    'warn',
    '重点改造对象：城市或县城中建成于2000年以前的小区',
    'The weight is on compounds built before 2000 in a city or county town',
    WEIGHT,
  ),
  R01b: rule(
    'R01b',
    'stop',
    '棚户区、拆除新建、居民自建住房区域和城中村不在改造范畴',
    'Shanty-town plans, demolition and rebuilding, self-built housing and urban villages are outside',
    OUTSIDE,
  ),
  R02: rule(
    'R02',
    'stop',
    '中央补助计划项目须改造水、电、路、气中至少两项，或加装电梯',
    'Central plan: at least two kinds of water, power, road and gas, or none of them and an elevator',
    CENTRAL_PLAN,
    {
      note: {
        zh: '仅改造其中一项并加装电梯的情形，原文未明确：提示。',
        en: 'The text does not say what holds for exactly one kind together with an elevator: a warning.',
      },
    },
  ),
  R03: rule('R03', 'stop', '楼体内改造费用由居民承担', 'Residents bear the in-building cost', IN_BUILDING_COST, {
    judgedAs: 'matrix',
    also: [PUBLIC_AREA_COST, OPERATORS],
  }),
  R04: rule(
    'R04',
    'allow',
    '公共区域改造费用的筹措顺序',
    "The text's order for the public-area cost",
    PUBLIC_AREA_COST,
    {
      judgedAs: 'rank',
      also: [IN_BUILDING_COST],
    },
  ),
  R05: rule(
    'R05',
    'stop',
    '架空线路：管沟由政府承担，入地割接由运营商承担',
    'Overhead lines: the duct by government, the cutover by the operator',
    OVERHEAD_LINES,
    { judgedAs: 'matrix' },
  ),
  R06: rule(
    'R06',
    'stop',
    '方案须公示、征求意见并经审核后实施',
    'Published, consulted and approved before it is carried out',
    REVIEW,
  ),
  R07: rule(
    'R07',
    'stop',
    '综合验收须由有关部门、专业单位、街道社区和居民代表参加',
    'Joint acceptance by departments, specialist units, street and community, and residents',
    ACCEPTANCE,
  ),
  R08: rule('R08', 'stop', '专款专用', 'Money is spent on what it was received for', FUND_IS_OWNERS, {
    also: [PUBLIC_AREA_COST],
    ofSources: [{ sources: GOVERNMENT_SOURCES, quotation: POOLED_FUNDS }],
    note: {
      zh: '维修资金依物业管理条例；财政资金依实施意见（五），专项管理、分账核算的通知原文未读。',
      en: 'For the maintenance fund the regulation; for grants the opinions (5): the notices on separate accounts were not read.',
    },
  }),
  R09: rule(
    'R09',
    'stop',
    '分解、分配、上缴、结余之和不超过下达指标，拨付不超过分配',
    'A grant gives no more than was awarded, and pays out no more than was allocated',
    PUBLIC_AREA_COST,
    {
      verified: false,
      note: {
        zh: '指标管理的规定原文未读；所引条文仅为资金来源的依据。',
        en: 'The rules of budget quotas were not read; the sentence quoted only founds the source.',
      },
    },
  ),
  R10: rule(
    'R10',
    'stop',
    '合同不超预算，支付不超合同与审定金额',
    'Contracts stay within the budget, payments within contract and audit',
    investmentRegulation('第二十三条', '政府投资项目建设投资原则上不得超过经核定的投资概算。'),
    {
      also: [
        investmentRegulation(
          '第十二条',
          '经投资主管部门或者其他有关部门核定的投资概算是控制政府投资项目总投资的依据。',
        ),
        investmentRegulation('第二十二条', '政府投资项目不得由施工单位垫资建设。'),
      ],
    },
  ),
  R11: rule(
    'R11',
    'stop',
    '中央财政补助与中央预算内投资不得重复支持同一内容',
    'The two programmes of central money never pay the same line',
    POOLED_FUNDS,
    {
      verified: false,
      note: {
        zh: '不得重复支持的规定见于各地通知摘录，原文未读；所引条文仅为统筹使用资金的依据。',
        en: 'The ban stands in excerpts of notices that were not read in full; the sentence quoted is only on pooling money.',
      },
    },
  ),
  R12: rule(
    'R12',
    'allow',
    '专项转移支付不得要求下级配套',
    'No compulsory local matching for special transfers',
    budgetLaw(
      '第十六条',
      '上级政府在安排专项转移支付时，不得要求下级政府承担配套资金。但是，按照国务院的规定应当由上下级政府共同承担的事项除外。',
    ),
    { judgedAs: 'shown' },
  ),
  R13: rule(
    'R13',
    'stop',
    '结转资金下一年度继续使用，连续两年未用完的作为结余',
    'Unspent money is carried over once and then lapses',
    budgetLaw(
      '第四十二条',
      '各级政府上一年预算的结转资金，应当在下一年用于结转项目的支出；连续两年未用完的结转资金，应当作为结余资金管理。',
    ),
    {
      also: [
        quote(
          '预算法实施条例 第五十条',
          '连续两年未用完的结转资金，是指预算安排项目的支出在下一年度终了时仍未用完的资金。',
          '中华人民共和国预算法实施条例',
          '2020-10-01',
        ),
      ],
    },
  ),
  R14: rule(
    'R14',
    'stop',
    '维修资金仅用于保修期满后的共有部分',
    'The maintenance fund pays for common parts out of warranty only',
    civilCode('第二百八十一条', '经业主共同决定，可以用于电梯、屋顶、外墙、无障碍设施等共有部分的维修、更新和改造。'),
    { also: [FUND_IS_OWNERS] },
  ),
  R15: rule('R15', 'stop', '使用维修资金须经业主共同决定', 'The owners decide on the use of the fund', OWNERS_VOTE, {
    also: [
      civilCode(
        '第二百八十一条 第二款',
        '紧急情况下需要维修建筑物及其附属设施的，业主大会或者业主委员会可以依法申请使用建筑物及其附属设施的维修资金。',
      ),
    ],
    note: {
      zh: '加装电梯适用第七项（四分之三）待核实；2021年以前适用165号令双三分之二，原文未读。',
      en: 'That elevators fall under item 7 (three quarters) is unverified; order 165, two thirds of all before 2021, was not read.',
    },
  }),
  R16: rule(
    'R16',
    'warn',
    '余额不足首期百分之三十的应当续筹',
    'Below 30 % of the first deposit replenishment is due',
    quote(
      '河南省物业管理条例 第六十八条',
      '专项维修资金余额不足首期筹集金额百分之三十的，业主应当按照相关规定以及业主大会的决定续筹专项维修资金。',
      '河南省物业管理条例',
      '2018-01-01',
    ),
    {
      judgedAs: 'finding',
      verified: false,
      note: {
        zh: '外省条例示例；山西省规定未查到，165号令第十七条未读，施行日期待核实。',
        en: "Another province's rule as an example; Shanxi's was not found, order 165 article 17 was not read, the date is unconfirmed.",
      },
    },
  ),
  R17: rule(
    'R17',
    'stop',
    '列支不得使分户账为负，不足部分由资金垫付、住户补交',
    'A draw never makes a sub-account negative: the fund advances what the household owes',
    civilCode(
      '第二百八十三条',
      '建筑物及其附属设施的费用分摊、收益分配等事项，有约定的，按照约定；没有约定或者约定不明确的，按照业主专有部分面积所占比例确定。',
    ),
    {
      verified: false,
      note: {
        zh: '条文只规定分摊；垫付与补交为实务做法，165号令未读。',
        en: 'The article only founds the shares; advancing and collecting is practice, and order 165 was not read.',
      },
    },
  ),
  R18: rule(
    'R18',
    'stop',
    '财政资金和债券不得用于日常运行费用和债券利息',
    "Grants and bonds never pay running costs or a bond's own interest",
    PUBLIC_AREA_COST,
    {
      also: [BONDS, FUND_IS_OWNERS],
      note: {
        zh: '实施意见只为改造费用安排资金；预算法第三十五条另有规定。',
        en: 'The opinions give money for the cost of renovation only; article 35 of the budget law is to be quoted too.',
      },
    },
  ),
  R19: rule(
    'R19',
    'stop',
    '中央补助资金仅用于纳入中央补助支持计划且内容合格的项目',
    'Central money goes only to schemes in the central plan whose content qualifies',
    CENTRAL_PLAN,
  ),
  R20: rule(
    'R20',
    'warn',
    '补建、续筹须经四分之三同意，使用公共收益须经过半数同意',
    'A levy needs three quarters of the owners, common-area income more than half',
    OWNERS_VOTE,
    {
      judgedAs: 'finding',
      also: [
        civilCode(
          '第二百八十二条',
          '建设单位、物业服务企业或者其他管理人等利用业主的共有部分产生的收入，在扣除合理成本之后，属于业主共有。',
        ),
        propertyRegulation('第五十四条', '业主所得收益应当主要用于补充专项维修资金，也可以按照业主大会的决定使用。'),
      ],
    },
  ),
  R21: rule(
    'R21',
    'stop',
    '涉及历史文化街区、历史建筑的应落实保护修缮要求',
    'In a historic quarter or building the approval names the heritage opinion',
    quote('主要任务（三）组织项目实施', '改造项目涉及历史文化街区、历史建筑的，应严格落实相关保护修缮要求。'),
  ),
};

const A = 'allow';
const W = 'warn';
const S = 'stop';

const ELEVATOR_MAY: MatrixException = { workItem: 'elevator', costArea: 'in-building', level: W };
const ADJACENT_ASKS: MatrixException = { workItem: 'adjacent-municipal', level: W };
const ADJACENT_STOPS: MatrixException = { workItem: 'adjacent-municipal', level: S };
/** 中央预算内投资 is said to exclude the body of the building (a Hebei wording): a warning until it is read. */
const ofNdrc = (workItem: 'roof' | 'external-wall-insulation' | 'building-door'): MatrixException => ({
  workItem,
  programme: 'ndrc',
  level: W,
  verified: false,
});
const BODY_OF_BUILDING = [ofNdrc('roof'), ofNdrc('external-wall-insulation'), ofNdrc('building-door')];

type Levels = readonly [publicArea: Level, inBuilding: Level, duct: Level, cutover: Level];
type Ranks = readonly [publicArea: number, inBuilding: number];
const row = (levels: Levels, ranks: Ranks, ...exceptions: readonly MatrixException[]): MatrixRow => ({
  'public-area': levels[0],
  'in-building': levels[1],
  'overhead-line-duct': levels[2],
  'overhead-line-cutover': levels[3],
  rank: { 'public-area': ranks[0], 'in-building': ranks[1] },
  exceptions,
});

/** public-area, in-building, overhead-line-duct, overhead-line-cutover; then the two ranks of R04. */
const MATRIX: Readonly<Record<FundingSource, MatrixRow>> = {
  'central-grant': row([A, S, A, S], [1, 2], ELEVATOR_MAY, ...BODY_OF_BUILDING),
  'provincial-grant': row([A, S, A, S], [1, 2], ELEVATOR_MAY),
  'city-grant': row([A, S, A, S], [2, 2], ELEVATOR_MAY),
  'county-grant': row([A, S, A, S], [2, 2], ELEVATOR_MAY),
  'special-bond': row([A, W, A, S], [3, 2]),
  'housing-sale-proceeds': row([A, W, A, S], [3, 2]),
  'pooled-compound-funds': row([A, W, A, S], [3, 2]),
  'resident-cash': row([A, A, S, S], [5, 1], ADJACENT_ASKS),
  'maintenance-fund': row([A, A, S, S], [5, 1], ADJACENT_STOPS),
  'common-area-income': row([A, A, S, S], [5, 1], ADJACENT_ASKS),
  'provident-fund': row([S, A, S, S], [5, 1]),
  'resident-donation': row([A, A, S, S], [7, 1]),
  'affiliated-unit': row([A, A, W, S], [6, 2]),
  'enterprise-donation': row([A, A, W, S], [7, 2]),
  'social-capital': row([A, W, W, S], [8, 2]),
  'utility-operator': row([A, A, W, A], [4, 2]),
  'telecom-operator': row([A, A, W, A], [4, 2]),
};

const PARAMETERS: RuleParameters = {
  builtBeforeYear: 2000,
  localitiesInScope: ['city', 'county-town'],
  centralPlanMinimumKinds: 2,
  essentialKinds: ['water', 'power', 'road', 'gas'],
  centralPlanAlternative: 'elevator',
  exemptFromApproval: ['preliminary-and-design'],
  acceptanceParties: ['departments', 'specialist-units', 'street-community', 'residents'],
  specialAcceptances: [
    { workItem: 'elevator', level: S },
    { workItem: 'external-wall-insulation', level: W },
    { workItem: 'overhead-line-duct', level: W },
    { workItem: 'overhead-line-cutover', level: W },
  ],
  voteParticipation: [2, 3],
  useMajority: [1, 2],
  raiseMajority: [3, 4],
  raiseMajorityItems: ['elevator'],
  voteOldRule: { until: '2020-12-31', share: [2, 3] },
  voteFrom: '2021-01-01',
  replenishmentShare: [30, 100],
  coverageWarnBelow: '1.1',
  directFundsRegistrationDays: 3,
  grantAllocationDays: 30,
};

/** 长治市城镇老旧小区改造工作实施意见 as data. */
export const CHANGZHI_2020: RulePack = {
  id: 'changzhi-2020',
  name: { zh: OPINIONS, en: 'Changzhi opinions on the renovation of old urban residential compounds' },
  basedOn: null,
  effectiveFrom: OPINIONS_FROM,
  rules: RULES,
  matrix: MATRIX,
  parameters: PARAMETERS,
};
