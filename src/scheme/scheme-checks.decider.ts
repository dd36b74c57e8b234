import { fen, larger, yuan } from '../kernel/money.js';
import { notFound } from '../kernel/rejection.js';
import { centralPlanContent } from '../policy/essential-kinds.rules.js';
import { FUNDING_SOURCES } from '../policy/funding-source.js';
import { ceiling, type Check, must } from '../policy/judgement.rules.js';
import { cell, type MatrixMoney } from '../policy/matrix.rules.js';
import type { RulePack } from '../policy/rule-pack.js';
import type { Utility } from '../policy/work-item.js';
import { isExempt } from './scheme-budget.decider.js';
import {
  amountIn,
  approved,
  type BudgetLine,
  linesOf,
  type PaymentStage,
  type Pledge,
  type PoolKey,
  poolOf,
  type SchemeState,
} from './scheme-state.decider.js';

export function lineNamed(state: SchemeState, lineId: string | undefined, pointer = '/lineId'): BudgetLine | undefined {
  if (lineId === undefined) return undefined;
  const line = linesOf(state).get(lineId);
  if (!line) throw notFound('line', pointer);
  return line;
}

/**
 * The matrix asks a warning once, where money is promised or arrives without a promise; a promise already asked for its
 * area, and for its line where it named one. What a line adds beyond its area is asked where the line is named.
 */
export function matrixChecks(
  state: SchemeState,
  pack: RulePack,
  key: PoolKey,
  line: BudgetLine | undefined,
  promised?: Pledge,
): Check[] {
  const money = moneyOf(state, key);
  const area = cell(pack, money, { costArea: key.costArea });
  const named = line && cell(pack, money, { costArea: line.costArea, workItem: line.workItem });
  const facts = {
    source: key.source,
    costArea: key.costArea,
    ...(line ? { lineId: line.lineId, workItem: line.workItem } : {}),
  };
  if (!named) {
    const covered = promised !== undefined || isPermitted(state, area.rule, key, null);
    return [{ rule: area.rule, level: area.level, quotation: area.quotation, facts, covered }];
  }
  const isAreasOwn = area.level === 'warn' && area.rule === named.rule;
  const covered =
    (promised !== undefined && (isAreasOwn || promised.lineId === line!.lineId)) ||
    isPermitted(state, named.rule, key, line!.lineId) ||
    (isAreasOwn && isPermitted(state, named.rule, key, null));
  return [{ rule: named.rule, level: named.level, quotation: named.quotation, facts, covered }];
}

export function moneyOf(state: SchemeState, { source, reference }: PoolKey): MatrixMoney {
  const award = reference === null ? undefined : state.awards.get(reference);
  const utility =
    FUNDING_SOURCES[source].reference === 'utility' ? ((reference ?? undefined) as Utility | undefined) : undefined;
  return { source, programme: award?.programme, mayFund: award?.mayFund, utility };
}

export const isPermitted = (state: SchemeState, rule: string, key: PoolKey, lineId: string | null): boolean =>
  state.permissions.some(
    (one) =>
      one.rule === rule &&
      one.source === key.source &&
      one.reference === key.reference &&
      one.costArea === key.costArea &&
      one.lineId === lineId,
  );

/** Σ in a pool may not fall below what it already paid. */
export function poolKeeps(state: SchemeState, key: PoolKey, less: bigint): Check {
  const { received, paid } = poolOf(state, key);
  const available = received - paid;
  const facts = {
    source: key.source,
    costArea: key.costArea,
    ...(key.reference === null ? {} : { reference: key.reference }),
  };
  return available < less
    ? must('R08', false, { ...facts, asked: yuan(less), available: yuan(available < 0n ? 0n : available) })
    : must('R08', true);
}

/** R19: central money goes only to a scheme of the central plan whose content passes R02; its warning passes here. */
export function inCentralPlan(state: SchemeState, pack: RulePack): Check {
  const lines = (approved(state) ?? state.revisions.at(-1))?.lines;
  const items = [...(lines?.values() ?? [])].map(({ workItem }) => workItem);
  const passes = state.scheme!.centralPlan && lines !== undefined && centralPlanContent(pack, items) !== 'stop';
  return must('R19', passes);
}

/** R06: 审核后实施. Preliminary work and design come before the approval and are measured on the latest revision. */
export const approvalGate = (state: SchemeState, line: BudgetLine, pack: RulePack): Check[] => [
  must('R06', isExempt(line, pack) || state.approvedRevision > 0, { missing: 'approval' }),
];

/** R10 of the line itself: everything paid on it, also by those who pay their own contractor, within its amount. */
export function withinLine(
  state: SchemeState,
  line: BudgetLine,
  asked: bigint,
  stage: PaymentStage | 'direct' | undefined,
): Check[] {
  const used = amountIn(state.paidOnLine, line.lineId) + amountIn(state.directOnLine, line.lineId);
  const available = fen(line.amount) - used;
  return [
    must('R10', state.finalAccountOn === undefined || stage === 'retention', { after: 'final-account' }),
    ceiling('R10', asked, available, {
      lineId: line.lineId,
      asked: yuan(asked),
      available: yuan(larger(available, 0n)),
    }),
  ];
}
