import { apportion, type Share } from '../calculation/apportionment.engine.js';
import type { Decision } from '../kernel/decider.js';
import { assertNotBefore, type Noted } from '../kernel/facts.js';
import { type Fen, fen, larger, smaller, total, yuan } from '../kernel/money.js';
import { notFound, Rejected } from '../kernel/rejection.js';
import { ceiling, judge } from '../policy/judgement.rules.js';
import type { RulePack } from '../policy/rule-pack.js';
import type { CostArea } from '../policy/work-item.js';
import { assertDated, flatNamed, sumOf, unitsOf } from './maintenance-fund-deposit.decider.js';
import { drawNamed, ofDraw } from './maintenance-fund-draw.decider.js';
import {
  accountOf,
  type Draw,
  type DrawShare,
  type FundEvent,
  type FundKnown,
  type FundState,
  type Holder,
  holderOf,
  householdKey,
  inParts,
  isClosed,
  keyOf,
  refundableOf,
  type RefundedShare,
  unpaidOf,
} from './maintenance-fund-state.decider.js';

export type DrawPaymentCommand = { readonly known: FundKnown; readonly pack: RulePack } & (
  | {
      readonly type: 'PayDraw';
      readonly data: {
        drawId: string;
        payee?: string;
        schemeId?: string;
        amount?: string;
        costArea?: CostArea;
      } & Noted;
    }
  | { readonly type: 'RefundDraw'; readonly data: { drawId: string; amount: string; reason: string } & Noted }
  | {
      readonly type: 'CollectDue';
      readonly data: Holder & { drawId: string; amount: string; voucherNo: string } & Noted;
    }
);
/** Money on its way back from the scheme a draw was paid to: recorded, whatever the rules would say. */
export type ReturnCommand = {
  readonly type: 'ReceiveReturn';
  readonly data: { drawId: string; amount: string; reason: string; crossingId: string } & Noted;
};
type Of<Type extends DrawPaymentCommand['type']> = Extract<DrawPaymentCommand, { type: Type }>;
type Decide = Decision<FundEvent>;

/** "Covered = min(share, sub-account) and the remainder becomes due" (7-rulings.md §4). */
export function payDraw(state: FundState, { data, known, pack }: Of<'PayDraw'>, granted: readonly string[]): Decide {
  const draw = drawNamed(state, data.drawId);
  assertDestination(draw, data);
  if (draw.state === 'proposed') throw new Rejected('not-yet');
  if (draw.state !== 'approved') throw new Rejected('already-done');
  assertDated(state, data.occurredOn, known);
  assertNotBefore(data.occurredOn, draw.approvedOn);
  const unpaid = sumIn(draw, unpaidOf);
  const amount = data.amount === undefined ? unpaid : fen(data.amount);
  const tried = judge(
    pack,
    [ceiling('R17', amount, unpaid, { asked: yuan(amount), available: yuan(unpaid) })],
    granted,
  );
  const shares = divided(draw, amount, unpaidOf).map(({ id, amount: own }) => {
    const covered = smaller(own, larger(accountOf(state, id).pot.balance, 0n));
    return { ...holderOf(id), amount: yuan(own), covered: yuan(covered), due: yuan(own - covered) };
  });
  const { amount: _, ...told } = data;
  return {
    events: inParts(shares, sumOf).map((part) => ({
      type: 'DrawPaid',
      data: { ...told, ...ofDraw(state, draw), ...part },
    })),
    ...tried,
  };
}

/** Money for a scheme goes through its books, or nobody could follow it there; other money never does. */
function assertDestination(draw: Draw, { schemeId, costArea }: Of<'PayDraw'>['data']): void {
  if (schemeId !== draw.schemeId) throw new Rejected('wrong-route');
  if (costArea !== undefined && costArea !== draw.costArea) throw new Rejected('cost-area-mismatch');
}

const sumIn = ({ shares }: Draw, left: (share: DrawShare) => Fen): Fen => total([...shares.values()].map(left));

/** An amount over what is left of each share, to the fen, in the order of the ids, without zeros. */
function divided({ shares }: Draw, amount: Fen, left: (share: DrawShare) => Fen): Share[] {
  const weights = [...shares].map(([id, share]) => ({ id, weight: left(share) }));
  return apportion(amount, weights).filter((share) => share.amount > 0n);
}

/** A refund "lowers that draw's own due first, then the sub-account"; money at a scheme comes back from there. */
export function refundDraw(state: FundState, { data, known, pack }: Of<'RefundDraw'>): Decide {
  const draw = drawNamed(state, data.drawId);
  if (draw.schemeId !== undefined) throw new Rejected('wrong-route');
  assertPaid(draw);
  const left = sumIn(draw, refundableOf);
  if (left === 0n) throw new Rejected('already-done');
  const amount = fen(data.amount);
  const shares = amount <= left ? refundedShares(divided(draw, amount, refundableOf), draw) : [];
  assertNoneClosed(state, shares);
  assertDated(state, data.occurredOn, known);
  assertNotBefore(data.occurredOn, draw.paidOn);
  const tried = judge(pack, [ceiling('R17', amount, left, { asked: data.amount, available: yuan(left) })], []);
  return { events: refundEvents(state, draw, data, shares), ...tried };
}

function assertPaid(draw: Draw): void {
  if (draw.paidOn !== undefined) return;
  throw new Rejected(draw.state === 'rejected' ? 'already-done' : 'not-yet');
}

const refundedShares = (shares: readonly Share[], { shares: own }: Draw): RefundedShare[] =>
  shares.map(({ id, amount }) => {
    const due = smaller(amount, own.get(id)!.due);
    return { ...holderOf(id), amount: yuan(amount), credited: yuan(amount - due), due: yuan(due) };
  });

/** "A refund … that would credit a closed one: `dependent-entries` (reverse the closure first)" (7-rulings.md §7). */
function assertNoneClosed(state: FundState, shares: readonly Holder[]): void {
  const eventIds = shares.flatMap((share) => {
    const closedBy = state.accounts.get(keyOf(share))?.closedBy;
    return closedBy === undefined ? [] : [closedBy];
  });
  if (eventIds.length > 0) throw new Rejected('dependent-entries', { eventIds });
}

const refundEvents = (
  state: FundState,
  draw: Draw,
  told: { reason: string; crossingId?: string } & Noted,
  shares: readonly RefundedShare[],
): FundEvent[] =>
  inParts(shares, sumOf).map((part) => ({ type: 'DrawRefunded', data: { ...told, ...ofDraw(state, draw), ...part } }));

/** The other leg of a return: never refused. A sub-account closed meanwhile takes part only where no open one can. */
export function receiveReturn(state: FundState, { data }: ReturnCommand): Decide {
  const draw = drawNamed(state, data.drawId);
  const amount = fen(data.amount);
  const open = new Map([...draw.shares].filter(([key]) => !isClosed(state, key)));
  const takers = total([...open.values()].map(refundableOf)) >= amount ? { ...draw, shares: open } : draw;
  return { events: refundEvents(state, draw, data, refundedShares(divided(takers, amount, refundableOf), draw)) };
}

/** What a household or a unit owes for a draw, collected. */
export function collectDue(state: FundState, { data, known, pack }: Of<'CollectDue'>): Decide {
  const draw = drawNamed(state, data.drawId);
  const { householdId, unitId } = data;
  if (householdId !== undefined) flatNamed(state, known, householdId, '/householdId');
  else if (!unitsOf(state, known).has(unitId!)) throw notFound('unit', '/unitId');
  if (householdId !== undefined && isClosed(state, householdKey(householdId))) throw new Rejected('already-done');
  assertPaid(draw);
  const due = draw.shares.get(keyOf(data))?.due ?? 0n;
  if (due === 0n) throw new Rejected('already-done');
  assertDated(state, data.occurredOn, known);
  assertNotBefore(data.occurredOn, draw.paidOn);
  const facts = { asked: data.amount, available: yuan(due) };
  const tried = judge(pack, [ceiling('R17', fen(data.amount), due, facts)], []);
  return { events: [{ type: 'DueCollected', data: { ...data, compoundId: state.fund!.compoundId } }], ...tried };
}
