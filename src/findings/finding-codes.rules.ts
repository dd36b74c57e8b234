import type { RuleId } from '../policy/rule-pack.js';

export const SEVERITIES = ['serious', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

type FindingLine = {
  readonly zh: string;
  readonly en: string;
  readonly severity: Severity;
  readonly rule: RuleId;
  /** Which of the rule's further sentences is quoted; absent: the rule's own. */
  readonly also?: number;
};

const LINES = {
  'idle-funds': { zh: '资金闲置', en: 'Idle funds', severity: 'warning', rule: 'R08' },
  'grant-not-allocated': {
    zh: '指标未及时分解分配',
    en: 'Grant not allocated in time',
    severity: 'warning',
    rule: 'R09',
  },
  'direct-funds-not-registered': {
    zh: '直达资金未及时录入监控系统',
    en: 'Direct funds not registered in time',
    severity: 'warning',
    rule: 'R09',
  },
  'pledge-unpaid-after-acceptance': {
    zh: '验收后认缴仍未到位',
    en: 'Pledge unpaid after acceptance',
    severity: 'warning',
    rule: 'R04',
  },
  'paid-above-settlement': {
    zh: '支付超过审定金额',
    en: 'Paid above the settlement',
    severity: 'serious',
    rule: 'R10',
  },
  'payment-above-contract-or-budget': {
    zh: '支付超过合同或预算',
    en: 'Paid above contract or budget',
    severity: 'serious',
    rule: 'R10',
  },
  'settlement-late': { zh: '工程结算滞后', en: 'Contract settlement late', severity: 'warning', rule: 'R10' },
  'carry-over-due': { zh: '应办理结转', en: 'Carry-over due', severity: 'warning', rule: 'R13' },
  'carry-over-differs': {
    zh: '结转金额与支付记录不符',
    en: 'Carry-over differs from the payments',
    severity: 'serious',
    rule: 'R13',
  },
  'lapse-due': { zh: '应作为结余资金', en: 'Lapse due', severity: 'warning', rule: 'R13', also: 0 },
  'gap-at-construction-start': {
    zh: '开工时资金未落实',
    en: 'Construction started with a funding gap',
    severity: 'serious',
    rule: 'R04',
  },
  'central-plan-content': {
    zh: '中央补助计划项目改造内容不符',
    en: 'Content of a central-plan scheme falls short',
    severity: 'serious',
    rule: 'R02',
  },
  'approved-above-first': {
    zh: '批准总额超过首次批准',
    en: 'Approved total above the first approval',
    severity: 'warning',
    rule: 'R10',
  },
  'no-maintenance-fund': { zh: '未建立维修资金', en: 'No maintenance fund', severity: 'warning', rule: 'R16' },
  'management-missing': {
    zh: '验收后未移交管理',
    en: 'Not handed over after acceptance',
    severity: 'warning',
    rule: 'R07',
  },
  'archive-missing': { zh: '移交后无档案编号', en: 'No archive number after handover', severity: 'info', rule: 'R07' },
  'coverage-below': {
    zh: '专项债券偿债覆盖倍数偏低',
    en: 'Debt-service coverage of a bond is low',
    severity: 'warning',
    rule: 'R18',
    also: 0,
  },
  'eligibility-changed': {
    zh: '更正后改造对象条件改变',
    en: 'Eligibility changed by a correction',
    severity: 'warning',
    rule: 'R01a',
  },
  'replenishment-due': { zh: '应当续筹', en: 'Replenishment due', severity: 'warning', rule: 'R16' },
  'fund-not-established': {
    zh: '未交存首期或补建资金',
    en: 'No first or establishment deposit',
    severity: 'warning',
    rule: 'R16',
  },
  'levy-without-decision': {
    zh: '补建、续筹未见业主决定',
    en: 'Levy without a decision of the owners',
    severity: 'warning',
    rule: 'R20',
  },
  'income-without-decision': {
    zh: '使用公共收益未见业主决定',
    en: 'Common-area income without a decision of the owners',
    severity: 'warning',
    rule: 'R20',
  },
  'vote-area-differs': {
    zh: '表决面积与列支范围不符',
    en: 'Area of a vote differs from the scope of its draw',
    severity: 'warning',
    rule: 'R15',
  },
} as const satisfies Record<string, FindingLine>;

export type FindingCode = keyof typeof LINES;

/** Every finding there is, one line each: how serious, and the rule whose words it quotes. */
export const FINDINGS: Readonly<Record<FindingCode, FindingLine>> = LINES;
export const FINDING_CODES = Object.keys(LINES) as readonly FindingCode[];

/**
 * Days that no clause of the pack states: the practice of the bureau, kept here as data. The days of grants and of direct
 * funds are the pack's own parameters.
 */
export const FINDING_PARAMETERS = {
  /** Money at a scheme that nobody has paid out for longer is idle (资金闲置). */
  idleDays: 90,
  /** From the acceptance to the settlement of its contracts (工程结算). */
  settlementDays: 90,
  /** From the acceptance to the handover: 验收合格后移交物业服务企业. */
  handoverDays: 30,
} as const;
