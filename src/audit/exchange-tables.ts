import { FUNDING_SOURCES } from '../policy/funding-source.js';
import { WORK_ITEMS } from '../policy/work-item.js';

/**
 * What is handed to other systems, table by table: the mapping of GB/T 42940—2023《财经信息技术 财政预算管理软件审计数据接口》
 * as far as its table of contents tells. The standard's own elements and codes were not at hand: this is modelled on its
 * six groups and not conformance-tested.
 */
export const EXCHANGE_STANDARD = 'GB/T 42940-2023';
export const EXCHANGE_NOTICE = '仿照该标准的分组，未经符合性测试 / modelled on the standard, not conformance-tested';

export const EXCHANGE_GROUPS = [
  '基础信息类',
  '项目信息类',
  '预算信息类',
  '收入信息类',
  '支出信息类',
  '决算与报告类',
] as const;
export type ExchangeGroup = (typeof EXCHANGE_GROUPS)[number];

/** `money` is selected in fen and told in yuan. */
export type ExchangeColumn = {
  readonly zh: string;
  readonly sql: string;
  readonly type: 'text' | 'date' | 'integer' | 'money';
};
type Told = { readonly group: ExchangeGroup; readonly zh: string; readonly row: string };
/** Rows of the read models; the alias `p` has a position, a date and a division. */
type Stored = Told & {
  readonly from: string;
  readonly where?: string;
  readonly groupBy?: string;
  /** Rows with a second division on their other side. */
  readonly twoEnds: boolean;
  readonly columns: readonly ExchangeColumn[];
};
/** A catalogue: the same for everybody at any moment. */
type Listed = Told & { readonly list: readonly Readonly<Record<string, string>>[] };
export type ExchangeTable = Stored | Listed;

const text = (zh: string, sql: string): ExchangeColumn => ({ zh, sql, type: 'text' });
const money = (zh: string, sql: string): ExchangeColumn => ({ zh, sql, type: 'money' });
const EVENT = [
  { zh: '日志位置', sql: 'p.position', type: 'integer' },
  { zh: '发生日期', sql: 'p.occurred_on', type: 'date' },
] as const satisfies readonly ExchangeColumn[];
const OF_SCHEME = [
  text('方案编号', 'p.scheme_id'),
  text('资金来源代码', 'p.source'),
  text('来源编号', 'p.reference'),
  text('改造部位', 'p.cost_area'),
  text('预算行', 'p.line_id'),
];
const BOND = "substr(p.grant_id, length('bond:') + 1)";
const postings = { from: 'ledger_v1_postings p', twoEnds: true } as const;
const ordered = <Row extends { readonly zh: string; readonly en: string }>(all: Readonly<Record<string, Row>>) =>
  Object.entries(all).map(([code, { zh, en }]) => ({ 代码: code, 名称: zh, 英文名称: en }));

/** A figure's sign is its own: what left a grant, or was paid, is told as it is on every screen, above zero. */
export const EXCHANGE_TABLES: readonly ExchangeTable[] = [
  { group: '基础信息类', zh: '资金来源', row: '来源', list: ordered(FUNDING_SOURCES) },
  { group: '基础信息类', zh: '改造内容', row: '内容', list: ordered(WORK_ITEMS) },
  {
    ...{ group: '基础信息类', zh: '小区', row: '小区', from: 'subjects_v1_compounds p', twoEnds: false },
    columns: [text('小区编号', 'p.compound_id'), text('名称', 'p.name'), text('区划代码', 'p.division')],
  },
  {
    ...{ group: '项目信息类', zh: '改造方案', row: '方案', from: 'subjects_v1_schemes p', twoEnds: false },
    columns: [
      text('方案编号', 'p.scheme_id'),
      text('投资项目代码', 'p.project_code'),
      text('名称', 'p.title'),
      { zh: '计划年度', sql: 'p.plan_year', type: 'integer' },
      text('小区编号', 'p.compound_id'),
      text('区划代码', 'p.division'),
      text('政策', 'p.policy_id'),
    ],
  },
  {
    ...{ group: '预算信息类', zh: '预算行', row: '行', ...postings, where: "p.measure = 'budget'" },
    columns: [
      ...EVENT,
      text('方案编号', 'p.scheme_id'),
      text('预算版次', 'p.item'),
      text('预算行', 'p.line_id'),
      text('改造部位', 'p.cost_area'),
      money('金额', 'p.amount'),
    ],
  },
  {
    ...{ group: '预算信息类', zh: '指标', row: '变动', ...postings },
    where:
      "p.grant_id NOT LIKE 'bond:%' AND p.measure IN ('awarded', 'carriedOver', 'decomposed', 'allocated', 'lapsed', 'returned')",
    columns: [
      ...EVENT,
      text('指标编号', 'p.grant_id'),
      text('事项', 'p.measure'),
      money('金额', "CASE WHEN p.measure IN ('awarded', 'carriedOver') THEN p.amount ELSE -p.amount END"),
    ],
  },
  {
    ...{ group: '预算信息类', zh: '专项债券', row: '变动', ...postings },
    where: "p.grant_id LIKE 'bond:%' AND p.measure IN ('awarded', 'allocated')",
    columns: [
      ...EVENT,
      text('债券编号', BOND),
      text('事项', 'p.measure'),
      money('金额', "CASE p.measure WHEN 'awarded' THEN p.amount ELSE -p.amount END"),
    ],
  },
  {
    ...{ group: '收入信息类', zh: '到位资金', row: '到位', ...postings },
    where: "p.scheme_id IS NOT NULL AND p.measure IN ('received', 'inKind')",
    columns: [...EVENT, ...OF_SCHEME, text('事项', 'p.measure'), money('金额', 'p.amount')],
  },
  {
    ...{ group: '收入信息类', zh: '维修资金收入', row: '收入', ...postings },
    where: `p.fund_id IS NOT NULL AND p.household_id IS NULL AND p.unit_id IS NULL
      AND p.measure IN ('deposited', 'income', 'collected')`,
    columns: [...EVENT, text('小区编号', 'p.fund_id'), text('事项', 'p.measure'), money('金额', '-p.amount')],
  },
  {
    ...{ group: '支出信息类', zh: '合同', row: '合同额', ...postings, where: "p.measure = 'contracted'" },
    columns: [
      ...EVENT,
      text('方案编号', 'p.scheme_id'),
      text('合同号', 'p.item'),
      text('预算行', 'p.line_id'),
      money('金额', 'p.amount'),
    ],
  },
  {
    ...{ group: '支出信息类', zh: '支付', row: '支付', ...postings, where: "p.measure = 'paid'" },
    columns: [...EVENT, ...OF_SCHEME, money('金额', '-p.amount')],
  },
  {
    ...{ group: '支出信息类', zh: '维修资金支出', row: '支出', ...postings },
    where: `p.fund_id IS NOT NULL AND p.household_id IS NULL AND p.unit_id IS NULL AND p.book = 'cash'
      AND p.measure IN ('drawn', 'returned')`,
    columns: [
      ...EVENT,
      text('小区编号', 'p.fund_id'),
      text('列支编号', 'p.reference'),
      text('事项', 'p.measure'),
      money('金额', 'p.amount'),
    ],
  },
  {
    ...{
      group: '支出信息类',
      zh: '债券还本付息',
      row: '偿付',
      ...postings,
      where: "p.measure IN ('interest', 'repaid')",
    },
    columns: [...EVENT, text('债券编号', BOND), text('事项', 'p.measure'), money('金额', '-p.amount')],
  },
  {
    ...{ group: '决算与报告类', zh: '审定额', row: '审定', ...postings, where: "p.measure = 'settled'" },
    columns: [
      ...EVENT,
      text('方案编号', 'p.scheme_id'),
      text('合同号', 'p.item'),
      text('预算行', 'p.line_id'),
      money('金额', 'p.amount'),
    ],
  },
  {
    ...{ group: '决算与报告类', zh: '试算平衡', row: '科目', ...postings },
    groupBy: 'p.book, p.account HAVING sum(p.amount) <> 0',
    columns: [text('账簿', 'p.book'), text('科目', 'p.account'), money('余额', 'sum(p.amount)')],
  },
];
