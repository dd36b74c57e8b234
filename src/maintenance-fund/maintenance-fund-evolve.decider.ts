import { rateTable } from '../calculation/interest-rates.engine.js';
import type { BusinessDate } from '../kernel/dates.js';
import { millionths } from '../kernel/decimal.js';
import { type Fen, fen } from '../kernel/money.js';
import { flow, pour, settleThrough } from './maintenance-fund-pots.decider.js';
import { remember, revert } from './maintenance-fund-revert.decider.js';
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

/** Folds one fact in place. */
export function evolve(state: FundState, event: FundEvent): FundState {
  switch (event.type) {
    case 'MaintenanceFundOpened':
      open(state, event.data);
      break;
    case 'RatesChanged':
      changeRates(state, event.data);
      break;
    case 'DepositReceived':
      deposit(state, event.data);
      break;
    case 'IncomeCredited':
      credit(state, event.data, event.eventId);
      break;
    case 'SubAccountTransferred': {
      const { householdId, ownership, ownerUnitId, registered } = event.data;
      const unit = ownerUnitId === undefined ? {} : { ownerUnitId };
      state.titles.set(householdId, { ownership, ...unit, registered });
      break;
    }
    case 'SubAccountClosed': {
      const account = accountOf(state, householdKey(event.data.householdId));
      flow(state, account, event.data.occurredOn, -fen(event.data.amount));
      account.closedBy = event.eventId ?? '';
      break;
    }
    case 'ComponentsSurveyed':
      break;
    case 'EntryReversed':
      for (const entry of event.data.reverses) {
        revert(state, entry as unknown as FundEvent, event.data.occurredOn);
        remember(state, entry, event.data.only);
      }
      break;
    default:
      evolveDraw(state, event);
  }
  return state;
}

function open(state: FundState, data: DataOf<'MaintenanceFundOpened'>): void {
  const { compoundId, divisionCode, openedOn, policyId } = data;
  state.fund = { compoundId, divisionCode, openedOn, ...(policyId === undefined ? {} : { policyId }) };
  state.rules.push({ from: openedOn, rule: data.interestRule });
  changeRates(state, { ...data, from: openedOn, interestRule: undefined });
}

type Rates = Omit<DataOf<'RatesChanged'>, 'interestRule' | 'depositRates' | 'interestRates' | 'dayBasis'> & {
  readonly [Name in 'interestRule' | 'depositRates' | 'interestRates' | 'dayBasis']?:
    DataOf<'RatesChanged'>[Name] | undefined;
};

function changeRates(state: FundState, { from, depositRates, interestRule, interestRates, dayBasis }: Rates): void {
  state.depositRates.push(...(depositRates ?? []));
  for (const { from: day, demand, term } of interestRates ?? [])
    state.interestRates.push({ from: day, demand: millionths(demand), term: millionths(term) });
  if (interestRates) state.rateTable = rateTable(state.interestRates);
  if (interestRule !== undefined) inOrder(state.rules, { from, rule: interestRule });
  if (dayBasis !== undefined) inOrder(state.dayBases, { from, dayBasis });
}

/** By date; of two from one day the later recorded stands last and counts. */
export function inOrder<One extends { readonly from: BusinessDate }>(list: One[], one: One): void {
  let at = list.length;
  while (at > 0 && list[at - 1]!.from > one.from) at--;
  list.splice(at, 0, one);
}

function deposit(state: FundState, { occurredOn, entries }: DataOf<'DepositReceived'>): void {
  for (const entry of entries) {
    const amount = fen(entry.amount);
    flow(state, accountOf(state, keyOf(entry)), occurredOn, amount);
    const { householdId, unitId } = entry;
    if (householdId === undefined) continue;
    const flat = accountOf(state, householdKey(householdId));
    if (unitId === undefined) flat.ownerDeposits += amount;
    else flat.sellerDeposits.set(unitId, (flat.sellerDeposits.get(unitId) ?? 0n) + amount);
  }
}

function credit(state: FundState, data: DataOf<'IncomeCredited'>, eventId: string | undefined): void {
  if (data.settlement) {
    settleThrough(state, data.settlement.to);
    state.settlements.push({ eventId: eventId ?? '', to: data.settlement.to });
  }
  const afterClose = data.settlement !== undefined;
  for (const share of data.shares)
    flow(state, accountOf(state, keyOf(share)), { on: data.occurredOn, afterClose }, fen(share.amount));
}

type DrawEvent = Extract<
  FundEvent,
  { type: 'DrawProposed' | 'DrawApproved' | 'DrawRejected' | 'DrawPaid' | 'DrawRefunded' | 'DueCollected' }
>;

function evolveDraw(state: FundState, event: DrawEvent): void {
  if (event.type === 'DrawProposed') {
    const { occurredOn, ...data } = event.data;
    const made = { proposedOn: occurredOn, state: 'proposed' as const, shares: new Map(), events: [] };
    state.draws.set(data.drawId, { ...data, ...made });
    return;
  }
  const draw = state.draws.get(event.data.drawId)!;
  draw.events.push({ eventId: event.eventId ?? '', type: event.type });
  switch (event.type) {
    case 'DrawApproved':
      approve(state, draw, event.data);
      break;
    case 'DrawRejected':
      for (const share of event.data.shares) reserve(state, draw, keyOf(share), -fen(share.amount));
      settleState(draw);
      break;
    case 'DrawPaid':
      pay(state, draw, event.data);
      break;
    case 'DrawRefunded':
      for (const share of event.data.shares) refund(state, draw, event.data.occurredOn, share);
      break;
    case 'DueCollected':
      settleDue(state, draw, keyOf(event.data), event.data.occurredOn, fen(event.data.amount));
      break;
  }
}

function approve(state: FundState, draw: Draw, { occurredOn, shares }: DataOf<'DrawApproved'>): void {
  draw.state = 'approved';
  draw.approvedOn = occurredOn;
  for (const share of shares) {
    const amount = fen(share.amount);
    draw.shares.set(keyOf(share), { amount, paid: 0n, released: 0n, refunded: 0n, due: 0n });
    accountOf(state, keyOf(share)).reserved += amount;
    state.reserved += amount;
  }
}

/** Only ever lowered after the approval: by a payment, or by a rejection, which releases the share. */
function reserve(state: FundState, draw: Draw, key: string, amount: Fen): void {
  accountOf(state, key).reserved += amount;
  state.reserved += amount;
  draw.shares.get(key)!.released -= amount;
}

function pay(state: FundState, draw: Draw, { occurredOn, shares }: DataOf<'DrawPaid'>): void {
  draw.paidOn = draw.paidOn === undefined || occurredOn < draw.paidOn ? occurredOn : draw.paidOn;
  for (const share of shares) {
    const [amount, covered, due] = [fen(share.amount), fen(share.covered), fen(share.due)];
    const account = accountOf(state, keyOf(share));
    const own = draw.shares.get(keyOf(share))!;
    own.paid += amount;
    own.due += due;
    account.reserved -= amount;
    state.reserved -= amount;
    flow(state, account, occurredOn, -covered);
    account.due += due;
    // The fund advances what the sub-account does not cover (R17).
    pour(state, state.net, occurredOn, -due);
  }
  settleState(draw);
}

function refund(state: FundState, draw: Draw, on: BusinessDate, share: DataOf<'DrawRefunded'>['shares'][number]): void {
  const key = keyOf(share);
  draw.shares.get(key)!.refunded += fen(share.amount);
  settleDue(state, draw, key, on, fen(share.due));
  flow(state, accountOf(state, key), on, fen(share.credited));
}

function settleDue(state: FundState, draw: Draw, key: string, on: BusinessDate, amount: Fen): void {
  draw.shares.get(key)!.due -= amount;
  accountOf(state, key).due -= amount;
  pour(state, state.net, on, amount);
}
