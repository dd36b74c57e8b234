export const COST_AREAS = ['public-area', 'in-building'] as const;
/** 公共区域 or 楼体内: what decides which source may pay. */
export type CostArea = (typeof COST_AREAS)[number];

export const WORK_CLASSES = ['infrastructure', 'service', 'quality', 'fee'] as const;
export type WorkClass = (typeof WORK_CLASSES)[number];
export const WORK_CLASS_LABELS: Readonly<Record<WorkClass, { readonly zh: string; readonly en: string }>> = {
  infrastructure: { zh: '基础设施', en: 'Infrastructure' },
  service: { zh: '服务设施', en: 'Services' },
  quality: { zh: '品质提升', en: 'Quality' },
  fee: { zh: '费用', en: 'Fees' },
};

export const ESSENTIAL_KINDS = ['water', 'power', 'road', 'gas'] as const;
/** 水、电、路、气. */
export type EssentialKind = (typeof ESSENTIAL_KINDS)[number];

export const UTILITIES = ['water', 'gas', 'heat', 'power'] as const;
/** 供水、供气、供热、供电. */
export type Utility = (typeof UTILITIES)[number];

export const ASSET_OWNERS = ['owners', 'operator', 'household'] as const;
export type AssetOwner = (typeof ASSET_OWNERS)[number];

/**
 * Whose the finished work is by default. `pipe`: pipes and cables, common only where the owners own them. Not to be
 * confused with the cost area: this one decides whether the maintenance fund may pay.
 */
export type CommonPartDefault = 'building' | 'compound' | 'pipe' | 'none';

export type WorkItemLine = {
  readonly zh: string;
  readonly en: string;
  /** null: a fee, whose budget line states its own. */
  readonly costArea: CostArea | null;
  readonly workClass: WorkClass;
  readonly essential: EssentialKind | null;
  readonly commonPart: CommonPartDefault;
  /** The kind of utility operator whose own works these are. */
  readonly operatorKind: Utility | null;
  /** True where these are a telecom operator's own works. */
  readonly telecom: boolean;
  readonly descriptionRequired: boolean;
};

type More = Partial<Omit<WorkItemLine, 'zh' | 'en' | 'costArea' | 'workClass'>>;
const inClass =
  (costArea: CostArea | null, workClass: WorkClass) =>
  (zh: string, en: string, more: More = {}): WorkItemLine => ({
    zh,
    en,
    costArea,
    workClass,
    essential: null,
    commonPart: 'none',
    operatorKind: null,
    telecom: false,
    descriptionRequired: false,
    ...more,
  });
const publicInfra = inClass('public-area', 'infrastructure');
const publicService = inClass('public-area', 'service');
const publicQuality = inClass('public-area', 'quality');
const indoorInfra = inClass('in-building', 'infrastructure');
const indoorQuality = inClass('in-building', 'quality');
const fee = inClass(null, 'fee');

const OF_BUILDING: More = { commonPart: 'building' };
const OF_COMPOUND: More = { commonPart: 'compound' };
const DESCRIBED: More = { descriptionRequired: true };
const WATER_PIPE: More = { essential: 'water', commonPart: 'pipe', operatorKind: 'water' };
const POWER_LINE: More = { essential: 'power', commonPart: 'pipe', operatorKind: 'power' };
const GAS_PIPE: More = { essential: 'gas', commonPart: 'pipe', operatorKind: 'gas' };
const HEAT_PIPE: More = { commonPart: 'pipe', operatorKind: 'heat' };
const TELECOM_LINE: More = { commonPart: 'pipe', telecom: true };

const LINES = {
  road: publicInfra('小区内道路', 'Roads in the compound', { essential: 'road', commonPart: 'compound' }),
  'water-and-drainage': publicInfra('供排水', 'Water supply and drainage', WATER_PIPE),
  'power-supply': publicInfra('供电', 'Power supply', POWER_LINE),
  'gas-supply': publicInfra('供气', 'Gas supply', GAS_PIPE),
  heating: publicInfra('供热', 'Heating', HEAT_PIPE),
  telecom: publicInfra('通信', 'Telecom', TELECOM_LINE),
  greening: publicInfra('绿化', 'Greening', OF_COMPOUND),
  lighting: publicInfra('照明', 'Lighting', OF_COMPOUND),
  'perimeter-wall': publicInfra('围墙', 'Perimeter wall', OF_COMPOUND),
  'fire-safety': publicInfra('消防', 'Fire safety', OF_COMPOUND),
  security: publicInfra('安防', 'Security', OF_COMPOUND),
  'building-door': publicInfra('楼宇门', 'Building doors', OF_BUILDING),
  'external-wall-insulation': publicInfra('外墙保温', 'External wall insulation', OF_BUILDING),
  roof: publicInfra('建筑屋面', 'Roof', OF_BUILDING),
  'illegal-structure-demolition': publicInfra('拆除违法建设', 'Demolition of illegal structures'),
  'adjacent-municipal': publicInfra('与小区直接相关的市政基础设施提升', 'Adjacent municipal infrastructure'),
  'overhead-line-duct': publicInfra('架空线路管沟', 'Ducts for overhead lines'),
  'overhead-line-cutover': publicInfra('架空线路入地割接', 'Cutover of overhead lines', { telecom: true }),
  'elderly-and-child-care': publicService('养老抚幼', 'Elderly and child care'),
  accessibility: publicService('无障碍服务设施', 'Accessibility', OF_COMPOUND),
  sanitation: publicService('环卫设施', 'Sanitation'),
  'convenience-market': publicService('便民市场', 'Convenience market'),
  'property-service-facility': publicService('物业管理设施', 'Property service facility', OF_COMPOUND),
  parking: publicQuality('补建停车位', 'Parking', OF_COMPOUND),
  charging: publicQuality('充电桩', 'Charging posts'),
  'waste-sorting': publicQuality('垃圾分类设施', 'Waste sorting', OF_COMPOUND),
  fitness: publicQuality('体育健身设施', 'Fitness', OF_COMPOUND),
  'roof-beautification': publicQuality('屋顶美化', 'Roof beautification', OF_BUILDING),
  'smart-security': publicQuality('智能安防', 'Smart security', OF_COMPOUND),
  sponge: publicQuality('海绵化改造', 'Sponge works', OF_COMPOUND),
  'indoor-water': indoorInfra('楼内水', 'Water in the building', WATER_PIPE),
  'indoor-power': indoorInfra('楼内电', 'Power in the building', POWER_LINE),
  'indoor-gas': indoorInfra('楼内气', 'Gas in the building', GAS_PIPE),
  'indoor-heating': indoorInfra('楼内暖', 'Heating in the building', HEAT_PIPE),
  'indoor-telecom': indoorInfra('楼内通信', 'Telecom in the building', TELECOM_LINE),
  'indoor-lighting': indoorInfra('楼内照明', 'Lighting in the building', OF_BUILDING),
  'doors-and-windows': indoorQuality('门窗', 'Doors and windows'),
  stairs: indoorQuality('楼梯', 'Stairs', OF_BUILDING),
  handrails: indoorQuality('扶手', 'Handrails', OF_BUILDING),
  'stairwell-painting': indoorQuality('楼道粉刷', 'Stairwell painting', OF_BUILDING),
  elevator: indoorQuality('加装电梯', 'Elevator', OF_BUILDING),
  'preliminary-and-design': fee('前期及设计', 'Preliminary works and design'),
  supervision: fee('监理', 'Supervision'),
  'tendering-and-cost-consulting': fee('招标及造价咨询', 'Tendering and cost consulting'),
  contingency: fee('预备费', 'Contingency'),
  'other-public-area-infrastructure': publicInfra('其他公共区域基础设施', 'Other public infrastructure', DESCRIBED),
  'other-public-area-service': publicService('其他公共区域服务设施', 'Other public service', DESCRIBED),
  'other-public-area-quality': publicQuality('其他公共区域品质提升', 'Other public quality', DESCRIBED),
  'other-in-building-infrastructure': indoorInfra('其他楼体内基础设施', 'Other in-building infrastructure', DESCRIBED),
  'other-in-building-quality': indoorQuality('其他楼体内品质提升', 'Other in-building quality', DESCRIBED),
} satisfies Record<string, WorkItemLine>;

export type WorkItem = keyof typeof LINES;

/** 改造内容, one line each. The text's lists end in 等: what they do not name is an `other-…` with a description. */
export const WORK_ITEMS: Readonly<Record<WorkItem, WorkItemLine>> = LINES;

/** The codes in the order of the catalogue. */
export const WORK_ITEM_CODES = Object.keys(LINES) as readonly WorkItem[];

/** True where `code` is an item of the catalogue. */
export const isWorkItem = (code: string): code is WorkItem => Object.hasOwn(LINES, code);

/** What a budget line or a draw says of itself; an absent field leaves the item's default. */
export type OwnershipStatement = {
  readonly commonPart?: boolean | undefined;
  readonly assetOwner?: AssetOwner | undefined;
};

/**
 * Whether the work is a common part, so that the maintenance fund may pay (民法典 第二百八十一条: 共有部分).
 *
 * @returns `'refused'` where the statement itself contradicts R14: somebody else's asset, or a pipe said to be common
 * without `assetOwner: owners`. Only `true` lets the fund pay.
 */
export function isCommonPart(item: WorkItem, stated: OwnershipStatement = {}): boolean | 'refused' {
  const { commonPart, assetOwner } = stated;
  if (assetOwner === 'operator' || assetOwner === 'household') return 'refused';
  const byDefault = WORK_ITEMS[item].commonPart;
  if (byDefault !== 'pipe') return commonPart ?? byDefault !== 'none';
  if (assetOwner === 'owners') return commonPart ?? true;
  return commonPart === true ? 'refused' : false;
}
