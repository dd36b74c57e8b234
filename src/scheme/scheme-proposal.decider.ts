import { byCodePoint } from '../kernel/ids.js';
import { fen, type Fen, larger, smaller, total, yuan } from '../kernel/money.js';
import { rank } from '../policy/matrix.rules.js';
import { type Programme, PROGRAMMES, type RulePack } from '../policy/rule-pack.js';
import { type Obstacle, moneyId, needs, planScheme, type SchemePlan } from './scheme-plan.decider.js';
import type { BudgetLine, From, SchemeState } from './scheme-state.decider.js';

/**
 * Far above what moving money between other lines could save in ranks, and far below the engine's bound: of the plans
 * that fund the most, one that pays this line first is taken, and among those the one R04 prefers.
 */
const OTHER_LINES = 100_000;

/**
 * From what a payment may be made now: cash that has come, by the plan of the whole scheme, so that what only this line
 * could use is taken before what other lines need. Warned money is proposed only where the rest does not suffice. The
 * parts sum to less than `amount` where there is no more.
 */
export function* proposeFrom(
  state: SchemeState,
  pack: RulePack,
  lineId: string,
  amount: Fen,
): Generator<void, From[], void> {
  const without = yield* proposal(state, pack, lineId, amount, () => false);
  if (proposed(without) === amount) return without;
  return yield* proposal(state, pack, lineId, amount, ({ level }, line) => level === 'warn' && line.lineId === lineId);
}

export const proposed = (from: readonly From[]): Fen => total(from.map((part) => fen(part.amount)));

function* proposal(
  state: SchemeState,
  pack: RulePack,
  lineId: string,
  amount: Fen,
  accepts: (obstacle: Obstacle, line: BudgetLine) => boolean,
): Generator<void, From[], void> {
  const cash = [...state.pools.values()].map(({ received, paid, ...key }) => ({ ...key, amount: received - paid }));
  const money = cash.filter((pool) => pool.amount > 0n);
  const rankOf = ({ source }: (typeof money)[number], line: BudgetLine): number =>
    rank(pack, source, line.costArea) + (line.lineId === lineId ? 0 : OTHER_LINES);
  const planned = (need: (ofLine: Fen) => Fen, chosen?: ReadonlyMap<string, Programme>) =>
    planScheme(state, pack, {
      ...{ money, rankOf, accepts, ...(chosen ? { chosen } : {}) },
      lines: needs(state).map((one) => (one.line.lineId === lineId ? { ...one, need: need(one.need) } : one)),
    });
  // What pays a part of a line decides which central programme pays the rest of it (R11), so the whole line is planned first.
  const whole = yield* planned((need) => larger(need, amount));
  const programme = programmeFor(whole, lineId, amount);
  const { plan } = programme
    ? yield* planned(() => amount, new Map([[lineId, programme]]))
    : yield* planned(() => amount);
  const byId = new Map(money.map((pool) => [moneyId(pool), pool]));
  return plan.assignments
    .filter((one) => one.lineId === lineId)
    .map((one) => {
      const { source, reference } = byId.get(one.sourceId)!;
      return { source, reference, amount: yuan(one.amount) };
    })
    .sort((a, b) => byCodePoint(a.source, b.source) || byCodePoint(a.reference ?? '', b.reference ?? ''));
}

/**
 * Which central programme the payment is made from where both could: the one by which more of it can be paid now, or else
 * the one that pays the line in the plan of the whole scheme.
 */
function programmeFor({ request, plan }: SchemePlan, lineId: string, amount: Fen): Programme | undefined {
  const able = request.sources.filter(({ mayFund }) => mayFund.includes(lineId));
  const payable = (programme: Programme): Fen =>
    smaller(
      amount,
      total(able.filter((one) => (one.programme ?? programme) === programme).map((source) => source.amount)),
    );
  const most = PROGRAMMES.map(payable).reduce(larger);
  const fitting = PROGRAMMES.filter((programme) => payable(programme) === most);
  const paying = plan.assignments.filter((one) => one.lineId === lineId).map(({ sourceId }) => sourceId);
  const planned = able.find(({ id, programme }) => programme !== undefined && paying.includes(id))?.programme;
  return fitting.length === 1 ? fitting[0] : fitting.find((programme) => programme === planned);
}
