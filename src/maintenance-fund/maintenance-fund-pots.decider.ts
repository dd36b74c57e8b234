import type { BusinessDate } from '../kernel/dates.js';
import type { Fen } from '../kernel/money.js';
import type { Account, FundState, Pot } from './maintenance-fund-state.decider.js';

/** What was still open to the next settlement is now behind it, in every pot. */
export function settleThrough(state: FundState, day: BusinessDate): void {
  if (state.settledThrough !== null && day <= state.settledThrough) return;
  state.settledThrough = day;
  settlePot(state.net, day);
  for (const { pot } of state.accounts.values()) settlePot(pot, day);
}

function settlePot(pot: Pot, day: BusinessDate): void {
  if (pot.later.length === 0) return;
  const kept = pot.later.filter((one) => one.occurredOn > day);
  for (const one of pot.later) {
    if (one.occurredOn > day) continue;
    pot.settled += one.amount;
    pot.earlier.push(one);
  }
  pot.later.splice(0, pot.later.length, ...kept);
}

/** The day of a flow; one `afterClose` counts from the day after, where its day is a settlement day. */
export type When = { readonly on: BusinessDate; readonly afterClose?: boolean };

/** Money of a sub-account, which is money of the fund as well. */
export function flow(state: FundState, account: Account, when: When | BusinessDate, amount: Fen): void {
  pour(state, account.pot, when, amount);
  pour(state, state.net, when, amount);
}

/** A flow dated into settled time changes no settled interest: it only counts as brought forward from then on. */
export function pour({ settledThrough }: FundState, pot: Pot, when: When | BusinessDate, amount: Fen): void {
  if (amount === 0n) return;
  const { on: occurredOn, afterClose = false }: When = typeof when === 'string' ? { on: when } : when;
  const one = afterClose ? { occurredOn, amount, afterClose } : { occurredOn, amount };
  pot.balance += amount;
  if (settledThrough !== null && occurredOn <= settledThrough) {
    pot.settled += amount;
    pot.earlier.push(one);
  } else pot.later.push(one);
}

/** The last settlements are gone: their days are open again, in every pot. */
export function unsettle(state: FundState, through: BusinessDate | null): void {
  state.settledThrough = through;
  unsettlePot(state.net, through);
  for (const { pot } of state.accounts.values()) unsettlePot(pot, through);
}

function unsettlePot(pot: Pot, through: BusinessDate | null): void {
  const kept = pot.earlier.filter((one) => through !== null && one.occurredOn <= through);
  for (const one of pot.earlier) {
    if (through !== null && one.occurredOn <= through) continue;
    pot.settled -= one.amount;
    pot.later.push(one);
  }
  pot.earlier.splice(0, pot.earlier.length, ...kept);
}
