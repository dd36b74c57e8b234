import { type FundingPlan, type FundingPlanRequest, planning } from '../calculation/funding-plan.engine.js';
import { canonicalParts } from '../kernel/ids.js';
import { type Fen, fen, larger, total } from '../kernel/money.js';
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
  readonly request: FundingPlanRequest;
  readonly plan: FundingPlan;
  /** By source id, then line id: every pair that is not allowed. */
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
};

/** Who pays for what on a scheme, by the rules of its own pack. Yields as the engine does. */
export function* planScheme(
  state: SchemeState,
  pack: RulePack,
  { money, lines, rankOf, accepts = () => false }: Wanted,
): Generator<void, SchemePlan, void> {
  const obstacles = new Map(money.map((one) => [moneyId(one), new Map<string, Obstacle>()]));
  for (const one of money) {
    for (const { line } of lines) {
      const obstacle = obstacleOf(state, pack, one, line);
      if (obstacle && !accepts(obstacle, line)) obstacles.get(moneyId(one))!.set(line.lineId, obstacle);
    }
    yield;
  }
  for (;;) {
    const request = requestOf(pack, { money, lines, ...(rankOf ? { rankOf } : {}) }, obstacles);
    const plan = yield* planning(request);
    if (!keepApart(state, pack, money, plan, obstacles)) return { request, plan, obstacles };
  }
}

type Obstacles = Map<string, Map<string, Obstacle>>;

function requestOf(pack: RulePack, { money, lines, rankOf }: Wanted, obstacles: Obstacles): FundingPlanRequest {
  const byArea = ({ source }: PlanMoney, { costArea }: BudgetLine): number => rank(pack, source, costArea);
  return {
    sources: money.map((one) => {
      const id = moneyId(one);
      const may = lines.filter(({ line }) => !obstacles.get(id)!.has(line.lineId)).map(({ line }) => line);
      const ranks = Object.fromEntries(may.map((line) => [line.lineId, (rankOf ?? byArea)(one, line)]));
      return { id, amount: one.amount, mayFund: may.map(({ lineId }) => lineId), rank: ranks };
    }),
    lines: lines.map(({ line, need }) => ({ id: line.lineId, amount: need })),
  };
}

/**
 * R11 in a plan: no network of pairs can say "either the one programme or the other", so where a plan gives a line money
 * of both, the one that gives less is barred from it and the plan is made again. Answers whether anything was barred.
 */
function keepApart(
  state: SchemeState,
  pack: RulePack,
  money: readonly PlanMoney[],
  { assignments }: FundingPlan,
  obstacles: Obstacles,
): boolean {
  const programmeOf = new Map(
    money.flatMap((one): [string, Programme][] => {
      const programme = one.source === 'central-grant' ? moneyOf(state, one).programme : undefined;
      return programme === undefined ? [] : [[moneyId(one), programme]];
    }),
  );
  const given = (lineId: string, programme: Programme): Fen =>
    total(
      assignments
        .filter((one) => one.lineId === lineId && programmeOf.get(one.sourceId) === programme)
        .map(({ amount }) => amount),
    );
  for (const lineId of new Set(assignments.map((one) => one.lineId))) {
    const [mof, ndrc] = [given(lineId, 'mof'), given(lineId, 'ndrc')];
    if (mof === 0n || ndrc === 0n) continue;
    const less: Programme = mof < ndrc ? 'mof' : 'ndrc';
    for (const [id, programme] of programmeOf)
      if (programme === less) obstacles.get(id)!.set(lineId, { rule: 'R11', level: 'stop', quotation: pack.rules.R11 });
    return true;
  }
  return false;
}
