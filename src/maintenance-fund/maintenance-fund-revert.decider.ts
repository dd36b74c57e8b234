import type { BusinessDate } from '../kernel/dates.js';
import type { Entry } from '../kernel/facts.js';
import { fen } from '../kernel/money.js';
import { flow, pour, unsettle } from './maintenance-fund-pots.decider.js';
import {
  accountOf,
  type DataOf,
  type Draw,
  type FundEvent,
  type FundState,
  householdKey,
  keyOf,
  settleState,
} from './maintenance-fund-state.decider.js';

/** What was reversed is not reversed again; of a deposit, the households named. */
export function remember(state: FundState, { eventId }: Entry, only: readonly string[] | undefined): void {
  const before = state.reversed.get(eventId);
  if (only === undefined) state.reversed.set(eventId, 'all');
  else if (before !== 'all') state.reversed.set(eventId, new Set([...(before ?? []), ...only]));
  for (const { events } of state.draws.values()) {
    const at = events.findIndex((one) => one.eventId === eventId);
    if (at >= 0) events.splice(at, 1);
  }
}

/** Takes a fact back: "a reversal acts on its own day" (7-rulings.md §6), and after the close of a settlement. */
export function revert(state: FundState, event: FundEvent, on: BusinessDate): void {
  const when = { on, afterClose: true };
  switch (event.type) {
    case 'DepositReceived':
      for (const entry of event.data.entries) {
        const amount = fen(entry.amount);
        flow(state, accountOf(state, keyOf(entry)), when, -amount);
        const { householdId, unitId } = entry;
        if (householdId === undefined) continue;
        const flat = accountOf(state, householdKey(householdId));
        if (unitId === undefined) flat.ownerDeposits -= amount;
        else flat.sellerDeposits.set(unitId, (flat.sellerDeposits.get(unitId) ?? 0n) - amount);
      }
      break;
    case 'IncomeCredited':
      reopen(state, event);
      for (const share of event.data.shares) flow(state, accountOf(state, keyOf(share)), when, -fen(share.amount));
      break;
    case 'SubAccountClosed': {
      const account = accountOf(state, householdKey(event.data.householdId));
      delete account.closedBy;
      flow(state, account, when, fen(event.data.amount));
      break;
    }
    case 'DrawPaid':
      unpay(state, state.draws.get(event.data.drawId)!, event.data, on);
      break;
    case 'DrawRefunded':
      unrefund(state, state.draws.get(event.data.drawId)!, event.data, on);
      break;
    case 'DueCollected':
      owe(state, state.draws.get(event.data.drawId)!, keyOf(event.data), fen(event.data.amount), on);
      break;
  }
}

/** A settlement that was reversed may be settled again. */
function reopen(state: FundState, { eventId, data }: { eventId?: string; data: DataOf<'IncomeCredited'> }): void {
  if (!data.settlement) return;
  const left = state.settlements.filter((one) => one.eventId !== eventId);
  state.settlements.splice(0, state.settlements.length, ...left);
  unsettle(state, left.at(-1)?.to ?? null);
}

/** "Reversing a payment returns the draw to approved and reserved" (7-rulings.md §4). */
function unpay(state: FundState, draw: Draw, { shares }: DataOf<'DrawPaid'>, on: BusinessDate): void {
  for (const share of shares) {
    const [amount, covered, due] = [fen(share.amount), fen(share.covered), fen(share.due)];
    const account = accountOf(state, keyOf(share));
    draw.shares.get(keyOf(share))!.paid -= amount;
    account.reserved += amount;
    state.reserved += amount;
    flow(state, account, { on, afterClose: true }, covered);
    owe(state, draw, keyOf(share), -due, on);
  }
  draw.state = 'approved';
  settleState(draw);
  if ([...draw.shares.values()].every(({ paid }) => paid === 0n)) delete draw.paidOn;
}

function unrefund(state: FundState, draw: Draw, { shares }: DataOf<'DrawRefunded'>, on: BusinessDate): void {
  for (const share of shares) {
    draw.shares.get(keyOf(share))!.refunded -= fen(share.amount);
    owe(state, draw, keyOf(share), fen(share.due), on);
    flow(state, accountOf(state, keyOf(share)), { on, afterClose: true }, -fen(share.credited));
  }
}

function owe(state: FundState, draw: Draw, key: string, amount: bigint, on: BusinessDate): void {
  draw.shares.get(key)!.due += amount;
  accountOf(state, key).due += amount;
  pour(state, state.net, { on, afterClose: true }, -amount);
}
