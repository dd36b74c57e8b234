import { type ApartPlan, type ApartRequest, planningApart } from '../calculation/funding-apart.engine.js';
import { canonicalParts } from '../kernel/ids.js';
import { type Fen, fen, larger } from '../kernel/money.js';
import type { Check } from '../policy/judgement.rules.js';
import { rank } from '../policy/matrix.rules.js';
import type { Programme, Quotation, RuleId, RulePack } from '../policy/rule-pack.js';
import { inCentralPlan, matrixChecks, moneyOf } from './scheme-checks.decider.js';
import { programmesApart } from './scheme-payment.decider.js';
import { amountIn, type BudgetLine, linesOf, type PoolKey, type SchemeState } from './scheme-state.decider.js';

/**
 * Money a plan may use: what one source and reference hold or have promised for one cost area and have not paid. A gift
 * in kind covers cost as it is and is never paid out; one that names a line is for that line.
 */
export type PlanMoney = PoolKey & { readonly amount: Fen; readonly inKind?: boolean; readonly onlyLine?: string };

/** What keeps money from a line. A warning may be set aside by a second person, a stop may not. */
export type Obstacle = { readonly rule: RuleId; readonly level: 'warn' | 'stop'; readonly quotation: Quotation };

export type SchemePlan = {
  readonly request: ApartRequest;
  readonly plan: ApartPlan;
  /** By source id, then line id: every pair that is not allowed, or that R11 rules out beside the rest of this plan. */
  readonly obstacles: ReadonlyMap<string, ReadonlyMap<string, Obstacle>>;
};

export const moneyId = ({ source, reference, costArea, inKind, onlyLine }: PlanMoney): string =>
  canonicalParts([source, reference, costArea, inKind === true ? 'in-kind' : null, onlyLine]);

/** What is still to be paid on each line that exists, in the order of the budget. */
export const needs = (state: SchemeState): { readonly line: BudgetLine; readonly need: Fen }[] =>
  [...linesOf(state).values()].map((line) => {
    const paid = amountIn(state.paidOnLine, line.lineId) + amountIn(state.directOnLine, line.lineId);
    return { line, need: larger(fen(line.amount) - paid, 0n) };
  });

/** The rules of a payment by this money on this line, as far as they do not depend on how much it is. */
export function obstacleOf(
  state: SchemeState,
  pack: RulePack,
  money: PlanMoney,
  line: BudgetLine,
): Obstacle | undefined {
  const asked = { source: money.source, reference: money.reference, costArea: line.costArea };
  const checks: Check[] = [
    ...(money.source === 'central-grant' ? [inCentralPlan(state, pack)] : []),
    ...matrixChecks(state, pack, asked, line),
    ...programmesApart(state, line, [money]),
    // 专款专用: what came or was promised for one area does not pay the other, and a gift for a line is that line's.
    { rule: 'R08', level: isElsewhere(money, line) ? 'stop' : 'allow' },
  ];
  const found =
    checks.find(({ level }) => level === 'stop') ?? checks.find(({ level, covered }) => level === 'warn' && !covered);
  if (!found || found.level === 'allow') return undefined;
  return { rule: found.rule, level: found.level, quotation: found.quotation ?? pack.rules[found.rule] };
}

const isElsewhere = ({ costArea, onlyLine }: PlanMoney, line: BudgetLine): boolean =>
  costArea !== line.costArea || (onlyLine !== undefined && onlyLine !== line.lineId);

type Wanted = {
  readonly money: readonly PlanMoney[];
  readonly lines: readonly { readonly line: BudgetLine; readonly need: Fen }[];
  /** R04 unless the caller has reasons of its own. */
  readonly rankOf?: (money: PlanMoney, line: BudgetLine) => number;
  /** Warnings that somebody is ready to answer for. */
  readonly accepts?: (obstacle: Obstacle, line: BudgetLine) => boolean;
  /** By line id: the only central programme that is to pay it. */
  readonly chosen?: ReadonlyMap<string, Programme>;
};

/**
 * Who pays for what on a scheme, by the rules of its own pack. Yields as the engine does. R11 is no matter of single pairs:
 * what one central programme has paid already keeps the other from the line, and of what is still to be paid the engine
 * finds out which of the two had better pay which line.
 */
export function* planScheme(
  state: SchemeState,
  pack: RulePack,
  { money, lines, rankOf, accepts = () => false, chosen }: Wanted,
): Generator<void, SchemePlan, void> {
  const obstacles: Obstacles = new Map(money.map((one) => [moneyId(one), new Map<string, Obstacle>()]));
  for (const one of money) {
    for (const { line } of lines) {
      const obstacle = obstacleOf(state, pack, one, line);
      if (obstacle && !accepts(obstacle, line)) obstacles.get(moneyId(one))!.set(line.lineId, obstacle);
    }
    yield;
  }
  const byArea = ({ source }: PlanMoney, { costArea }: BudgetLine): number => rank(pack, source, costArea);
  const request: ApartRequest = {
    chosen,
    sources: money.map((one) => {
      const id = moneyId(one);
      const may = lines.filter(({ line }) => !obstacles.get(id)!.has(line.lineId)).map(({ line }) => line);
      const ranks = Object.fromEntries(may.map((line) => [line.lineId, (rankOf ?? byArea)(one, line)]));
      const programme = one.source === 'central-grant' ? moneyOf(state, one).programme : undefined;
      return { id, amount: one.amount, mayFund: may.map(({ lineId }) => lineId), rank: ranks, programme };
    }),
    lines: lines.map(({ line, need }) => ({ id: line.lineId, amount: need })),
  };
  const plan = yield* planningApart(request);
  keptApart(request, plan, obstacles, { rule: 'R11', level: 'stop', quotation: pack.rules.R11 });
  return { request, plan, obstacles };
}

type Obstacles = Map<string, Map<string, Obstacle>>;

/** What the plan gives a line of one programme keeps the other's money from it. */
function keptApart({ sources }: ApartRequest, { assignments }: ApartPlan, obstacles: Obstacles, r11: Obstacle): void {
  const programmeOf = new Map(sources.map(({ id, programme }) => [id, programme]));
  const paidBy = new Map<string, string>();
  for (const { sourceId, lineId } of assignments) {
    const programme = programmeOf.get(sourceId);
    if (programme !== undefined) paidBy.set(lineId, programme);
  }
  for (const { id, programme, mayFund } of sources) {
    if (programme === undefined) continue;
    for (const lineId of mayFund) {
      const other = paidBy.get(lineId);
      if (other !== undefined && other !== programme) obstacles.get(id)!.set(lineId, r11);
    }
  }
}
