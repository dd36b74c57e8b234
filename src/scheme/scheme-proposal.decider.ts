import { byCodePoint } from '../kernel/ids.js';
import { fen, type Fen, total, yuan } from '../kernel/money.js';
import { rank } from '../policy/matrix.rules.js';
import type { RulePack } from '../policy/rule-pack.js';
import { type Obstacle, moneyId, needs, planScheme } from './scheme-plan.decider.js';
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
  const lines = needs(state).map(({ line, need }) => ({ line, need: line.lineId === lineId ? amount : need }));
  const { plan } = yield* planScheme(state, pack, {
    money,
    lines,
    rankOf: ({ source }, line) => rank(pack, source, line.costArea) + (line.lineId === lineId ? 0 : OTHER_LINES),
    accepts,
  });
  const byId = new Map(money.map((pool) => [moneyId(pool), pool]));
  return plan.assignments
    .filter((one) => one.lineId === lineId)
    .map((one) => {
      const { source, reference } = byId.get(one.sourceId)!;
      return { source, reference, amount: yuan(one.amount) };
    })
    .sort((a, b) => byCodePoint(a.source, b.source) || byCodePoint(a.reference ?? '', b.reference ?? ''));
}
