import { rateTable } from '../calculation/interest-rates.engine.js';
import {
  DEFAULT_DAY_BASIS,
  MOST_INTEREST_YEARS,
  settle,
  type Settlement,
  type SettlementPeriod,
  settlementPeriods,
} from '../calculation/interest.engine.js';
import type { Share } from '../calculation/apportionment.engine.js';
import { addDays, type BusinessDate, yearOf } from '../kernel/dates.js';
import type { Decision } from '../kernel/decider.js';
import { assertNotBefore, assertOpen, type Noted } from '../kernel/facts.js';
import { type Fen, larger } from '../kernel/money.js';
import { Rejected } from '../kernel/rejection.js';
import { incomeEvents, openAccounts, spread } from './maintenance-fund-deposit.decider.js';
import type { FundEvent, FundKnown, FundState, Pot, PotFlow } from './maintenance-fund-state.decider.js';

export type InterestCommand = {
  readonly known: FundKnown;
  readonly type: 'SettleInterest';
  readonly data: { settledOn: BusinessDate } & Noted;
};

/** Shares one command may write: a fund that was never settled for decades is settled in several. */
const MOST_SHARES = 200_000;

/**
 * Interest by the fund's rule up to a settlement day. "Each skipped settlement is an event of its own day" (7-rulings.md
 * §6), and capitalised before the next.
 */
export function settleInterest(state: FundState, { data, known }: InterestCommand): Decision<FundEvent> {
  const { settledOn, ...noted } = data;
  assertNotBefore(settledOn, state.fund!.openedOn);
  const pending = pendingSettlements(state, settledOn);
  assertOpen(pending[0]!.to, known);
  const rates = state.rateTable ?? rateTable([]);
  const fund = new Running(state.net);
  const accounts = new Map(openAccounts(state).map(({ key, pot }) => [key, new Running(pot)]));
  const events: FundEvent[] = [];
  for (const period of pending) {
    const dayBasis = dayBasisOn(state, period);
    const settlementOf = (pot: Running): Settlement => settle(period, dayBasis, rates, pot.opening, pot.within(period));
    // A fund that was short on most days owes its bank nothing: interest is not taken.
    const interest = larger(settlementOf(fund).interest, 0n);
    const weights = interest === 0n ? [] : [...accounts].map(([key, pot]) => weightOf(key, settlementOf(pot)));
    const shares = spread(interest, weights, state, known);
    const { from, to, rule } = period;
    const told = { ...noted, kind: 'interest' as const, occurredOn: to, settlement: { from, to, rule, dayBasis } };
    events.push(...incomeEvents(state, told, shares));
    for (const pot of [fund, ...accounts.values()]) pot.close(period);
    capitalise(fund, accounts, shares);
  }
  return { events };
}

/** "The weight of each is the unrounded interest the rule gives on its own flows (negative counts 0)." */
const weightOf = (id: string, { exact }: Settlement) => ({ id, weight: larger(exact.numerator, 0n) });

function capitalise(fund: Running, accounts: Map<string, Running>, shares: readonly Share[]): void {
  for (const { id, amount } of shares) {
    fund.opening += amount;
    const account = accounts.get(id);
    if (account) account.opening += amount;
    else accounts.set(id, Running.from(amount));
  }
}

function pendingSettlements(state: FundState, settledOn: BusinessDate): SettlementPeriod[] {
  const { fund, rules, settledThrough, accounts } = state;
  if (yearOf(settledOn) - yearOf(fund!.openedOn) >= MOST_INTEREST_YEARS) throw new Rejected('too-many');
  const periods = settlementPeriods(rules, fund!.openedOn, settledOn);
  if (periods.at(-1)?.to !== settledOn) throw new Rejected('not-a-settlement-date');
  if (settledThrough === null) return bounded(periods, accounts.size);
  if (settledOn <= settledThrough) throw new Rejected('already-done', { facts: { through: settledThrough } });
  const next = addDays(settledThrough, 1);
  const pending = periods.filter(({ to }) => to > settledThrough);
  // No day earns twice, whatever the rules say now of days that are settled.
  return bounded([{ ...pending[0]!, from: next }, ...pending.slice(1)], accounts.size);
}

function bounded(pending: SettlementPeriod[], accounts: number): SettlementPeriod[] {
  if (pending.length * accounts > MOST_SHARES) throw new Rejected('too-many');
  return pending;
}

/** "Those in force on the settlement day"; "`dayBasis` once given stays", also under another rule. */
const dayBasisOn = ({ dayBases }: FundState, { to, rule }: SettlementPeriod): number =>
  dayBases.findLast(({ from }) => from <= to)?.dayBasis ?? DEFAULT_DAY_BASIS[rule];

/** A pot on its way through several settlements that are not recorded yet. */
class Running {
  opening: Fen;
  private readonly flows: readonly PotFlow[];
  private next = 0;

  constructor({ settled, later }: Pick<Pot, 'settled' | 'later'>) {
    this.opening = settled;
    this.flows = later.toSorted((a, b) => (a.occurredOn < b.occurredOn ? -1 : a.occurredOn > b.occurredOn ? 1 : 0));
  }

  static from(opening: Fen): Running {
    return new Running({ settled: opening, later: [] });
  }

  /** What counts at the close of the period's last day. */
  within({ to }: SettlementPeriod): PotFlow[] {
    return this.flows
      .slice(this.next, this.endOf(to))
      .filter(({ occurredOn, afterClose }) => occurredOn < to || !afterClose);
  }

  close({ to }: SettlementPeriod): void {
    const end = this.endOf(to);
    for (; this.next < end; this.next++) this.opening += this.flows[this.next]!.amount;
  }

  private endOf(to: BusinessDate): number {
    let end = this.next;
    while (end < this.flows.length && this.flows[end]!.occurredOn <= to) end++;
    return end;
  }
}
