import { fen, type Fen, smaller, total, yuan } from '../kernel/money.js';
import { Rejected } from '../kernel/rejection.js';
import { centralPlanContent } from '../policy/essential-kinds.rules.js';
import { ceiling, type Check, must } from '../policy/judgement.rules.js';
import { cell, type MatrixMoney } from '../policy/matrix.rules.js';
import type { RulePack } from '../policy/rule-pack.js';
import type { CostArea, WorkItem } from '../policy/work-item.js';

/** What a grant or a bond must know of the scheme it sends money to, as its handler read it. */
export type SchemeFacts = {
  readonly schemeId: string;
  readonly divisionCode: string;
  readonly pack: RulePack;
  readonly centralPlan: boolean;
  /** Of the approved revision, before the first approval the latest; null where there is none. */
  readonly workItems: readonly WorkItem[] | null;
  readonly line?: { readonly lineId: string; readonly workItem: WorkItem; readonly costArea: CostArea };
  /** True where the other central programme has marked or paid the line (R11). */
  readonly otherProgramme: boolean;
};
export type ToSchemeCommand = { schemeId: string; amount: string; costArea?: CostArea; lineId?: string };

export type Sent = { allocated: Fen; disbursed: Fen; marked: Map<string, Fen> };
/** Money promised and sent to schemes, as grants and bonds both keep it. */
export type Sending = {
  allocated: Fen;
  /** By scheme and cost area. */
  readonly sent: Map<string, Sent>;
  /** Warnings set aside by a second person when money was allocated. */
  readonly permitted: { schemeId: string; costArea: CostArea; rule: string; lineId: string | null }[];
};
type ToScheme = {
  readonly schemeId: string;
  readonly costArea: CostArea;
  readonly amount: string;
  readonly lineId?: string;
};

export const initialSending = (): Sending => ({ allocated: 0n, sent: new Map(), permitted: [] });

export const sentTo = (state: Sending, schemeId: string, costArea: CostArea): Sent =>
  state.sent.get(`${schemeId}|${costArea}`) ?? { allocated: 0n, disbursed: 0n, marked: new Map() };

/** The entry of a scheme and area, made where there is none: for folding, not for deciding. */
export function sentOf(state: Sending, { schemeId, costArea }: Omit<ToScheme, 'amount'>): Sent {
  const key = `${schemeId}|${costArea}`;
  let to = state.sent.get(key);
  if (!to) state.sent.set(key, (to = { allocated: 0n, disbursed: 0n, marked: new Map() }));
  return to;
}

/** Folds an allocation (1) or its withdrawal (−1). */
export function allot(state: Sending, data: ToScheme, sign: 1n | -1n): void {
  const amount = fen(data.amount) * sign;
  const to = sentOf(state, data);
  to.allocated += amount;
  state.allocated += amount;
  if (data.lineId !== undefined) to.marked.set(data.lineId, (to.marked.get(data.lineId) ?? 0n) + amount);
}

/** The allocation of a warned cell, allowed by a second person, covers what follows of it. */
export function permit(
  state: Sending,
  { schemeId, costArea, lineId = null }: Omit<ToScheme, 'lineId' | 'amount'> & { lineId?: string | null },
  rules: readonly string[],
): void {
  for (const rule of rules) state.permitted.push({ schemeId, costArea, rule, lineId });
}

/** What goes with the money to its scheme: the warnings set aside for it. */
export function permittedFor(
  state: Sending,
  schemeId: string,
  costArea: CostArea,
): { permitted?: { rule: string; lineId: string | null }[] } {
  const permitted = state.permitted
    .filter((one) => one.schemeId === schemeId && one.costArea === costArea)
    .map(({ rule, lineId }) => ({ rule, lineId }));
  return permitted.length > 0 ? { permitted } : {};
}

export function assertDivision(own: string, { divisionCode }: SchemeFacts): void {
  if (!divisionCode.startsWith(own)) throw new Rejected('wrong-division');
}

export function areaOf(stated: CostArea | undefined, { line }: SchemeFacts): CostArea {
  if (stated !== undefined && line && line.costArea !== stated) throw new Rejected('cost-area-mismatch');
  return stated ?? line?.costArea ?? 'public-area';
}

/** R19, the matrix and R11 of an allocation, as known at this moment. */
export function allocationChecks(state: Sending, money: MatrixMoney, scheme: SchemeFacts, costArea: CostArea): Check[] {
  const { pack, line } = scheme;
  const answered = cell(pack, money, { costArea, workItem: line?.workItem });
  const areasOwn = cell(pack, money, { costArea }).level === 'warn';
  const covered = state.permitted.some(
    (one) =>
      one.schemeId === scheme.schemeId &&
      one.costArea === costArea &&
      one.rule === answered.rule &&
      (one.lineId === (line?.lineId ?? null) || (areasOwn && one.lineId === null)),
  );
  const facts = { source: money.source, costArea, ...(line ? { lineId: line.lineId, workItem: line.workItem } : {}) };
  const central = money.source === 'central-grant';
  return [
    ...(central ? [inCentralPlan(scheme)] : []),
    { rule: answered.rule, level: answered.level, quotation: answered.quotation, facts, covered },
    must('R11', !(central && scheme.otherProgramme), line && { lineId: line.lineId }),
  ];
}

/** No revision at all refuses, a warning of R02 passes. */
const inCentralPlan = ({ centralPlan, workItems, pack }: SchemeFacts): Check =>
  must('R19', centralPlan && workItems !== null && centralPlanContent(pack, workItems) !== 'stop');

/** R09: a withdrawal takes what is not sent; without a line it may not leave more marked than allocated. */
export function withdrawable(state: Sending, { schemeId, amount, lineId }: ToSchemeCommand, costArea: CostArea): Check {
  const { allocated, disbursed, marked } = sentTo(state, schemeId, costArea);
  const free = lineId === undefined ? allocated - total(marked.values()) : (marked.get(lineId) ?? 0n);
  const available = smaller(free, allocated - disbursed);
  return ceiling('R09', fen(amount), available, { asked: amount, available: yuan(available) });
}

/** R09: disbursed to a scheme ≤ allocated to it. */
export function disbursable(state: Sending, schemeId: string, amount: string, costArea: CostArea): Check {
  const { allocated, disbursed } = sentTo(state, schemeId, costArea);
  const available = allocated - disbursed;
  return ceiling('R09', fen(amount), available, { asked: amount, available: yuan(available), costArea });
}
