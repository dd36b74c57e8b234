import { addDays, dateOf, dayNumber, yearOf, type BusinessDate } from '../kernel/dates.js';
import { byCodePoint } from '../kernel/ids.js';
import { halfUp, larger, smaller, total, type Fen } from '../kernel/money.js';
import { Rejected } from '../kernel/rejection.js';
import { answerable } from './bounds.js';
import { rateTable, type DatedRate, type RateTable } from './interest-rates.engine.js';

/** Both local practice, unverified (3-calculations.md §6). */
export type InterestRule = 'two-tier-annual' | 'quarterly-demand';
export type DatedRule = { readonly from: BusinessDate; readonly rule: InterestRule };

/** Money in (positive) or out (negative), in fen. */
export type Flow = { readonly occurredOn: BusinessDate; readonly amount: Fen };

/** The days one settlement covers, both included; it is posted after the close of `to`. */
export type SettlementPeriod = { readonly from: BusinessDate; readonly to: BusinessDate; readonly rule: InterestRule };

/** An exact amount of interest: numerator ÷ denominator fen. One denominator for all accounts of one settlement. */
export type ExactInterest = { readonly numerator: bigint; readonly denominator: bigint };

export type Settlement = { readonly interest: Fen; readonly exact: ExactInterest };

export type InterestPeriod = SettlementPeriod &
  Settlement & {
    readonly opening: Fen;
    /** opening + the period's flows + interest. */
    readonly closing: Fen;
  };

export const DEFAULT_DAY_BASIS: Readonly<Record<InterestRule, number>> = {
  'two-tier-annual': 365,
  'quarterly-demand': 360,
};

/** A calculation over more calendar years than these is a mistyped date, and its answer would be megabytes. */
export const MOST_INTEREST_YEARS = 200;

const RATE_SCALE = 1_000_000n;
const QUARTER_MONTHS = [3, 6, 9, 12] as const;

/**
 * The settlements whose day lies within from..to. "The first period begins on `from`"; each later one on the day after
 * the last. Two-tier: every 31 December. Quarterly: the 20th of March, June, September, December, and where the next
 * year has another rule, "the days after 20 December are settled by it on 31 December" (7-rulings.md §6).
 *
 * @param rules by date; the first may begin on any day, the others only on 1 January
 * @throws Rejected `out-of-range` for a later rule not on 1 January, or a year before the first rule
 */
export function settlementPeriods(
  rules: readonly DatedRule[],
  from: BusinessDate,
  to: BusinessDate,
): SettlementPeriod[] {
  if (rules.slice(1).some((rule) => !rule.from.endsWith('-01-01'))) throw new Rejected('out-of-range');
  const periods: SettlementPeriod[] = [];
  let last: BusinessDate | null = null;
  for (let year = yearOf(from); year <= yearOf(to); year++) {
    const rule = ruleOf(rules, year);
    if (rule === undefined) throw new Rejected('out-of-range');
    const days = settlementDays(year, rule, ruleOf(rules, year + 1) !== rule);
    for (const day of days.filter((each) => from <= each && each <= to)) {
      periods.push({ from: last === null ? from : addDays(last, 1), to: day, rule });
      last = day;
    }
  }
  return periods;
}

const ruleOf = (rules: readonly DatedRule[], year: number): InterestRule | undefined =>
  rules.findLast((rule) => yearOf(rule.from) <= year)?.rule;

function settlementDays(year: number, rule: InterestRule, isItsLastYear: boolean): BusinessDate[] {
  const yearEnd = dateOf(year, 12, 31);
  if (rule === 'two-tier-annual') return [yearEnd];
  const quarters = QUARTER_MONTHS.map((month) => dateOf(year, month, 20));
  return isItsLastYear ? [...quarters, yearEnd] : quarters;
}

/**
 * The interest of one settlement on one account: rounded as the rule says, and exact, as the weight by which a fund's
 * interest is spread over its sub-accounts.
 *
 * A negative balance earns by the letter of each rule: quarterly, its days count against the others; two-tier, there is
 * no money to earn anything, and the next receipt first fills the hole.
 *
 * @param opening fen at the start of `period.from`, interest of earlier settlements included
 * @param flows those within the period, in any order
 * @param dayBasis days of a year of the demand rate, {@link DEFAULT_DAY_BASIS} where nothing else is in force
 * @throws Rejected `out-of-range` where money earns on a day without a rate, or a flow lies outside the period
 */
export function settle(
  period: SettlementPeriod,
  dayBasis: number,
  rates: RateTable,
  opening: Fen,
  flows: readonly Flow[],
): Settlement {
  if (flows.some((flow) => flow.occurredOn < period.from || flow.occurredOn > period.to)) {
    throw new Rejected('out-of-range');
  }
  const denominator = RATE_SCALE * BigInt(dayBasis);
  const ordered = inOrder(flows);
  if (period.rule === 'quarterly-demand') {
    const numerator = quarterlyNumerator(period, rates, opening, ordered);
    return { interest: halfUp(numerator, denominator), exact: { numerator, denominator } };
  }
  const { broughtForward, received } = twoTierNumerators(period, rates, opening, ordered);
  return {
    // "Two roundings a year": the term rate is a whole year's, so its part has no days in it.
    interest: halfUp(broughtForward, RATE_SCALE) + halfUp(received, denominator),
    exact: { numerator: broughtForward * BigInt(dayBasis) + received, denominator },
  };
}

/** By date; "on one day receipts come first". */
const inOrder = (flows: readonly Flow[]): Flow[] =>
  flows.toSorted((a, b) => byCodePoint(a.occurredOn, b.occurredOn) || Number(b.amount - a.amount));

/** "Σ end-of-day balance × that day's demand rate", in fen × millionths × days. */
function quarterlyNumerator(period: SettlementPeriod, rates: RateTable, opening: Fen, flows: readonly Flow[]): bigint {
  let [balance, since, sum] = [opening, dayNumber(period.from), 0n];
  const earnUpTo = (day: number): void => {
    // Days without money need no rate: a fund may be opened before its first one.
    if (balance !== 0n) sum += balance * rates.demandOver(since, day - 1);
    since = day;
  };
  for (const flow of flows) {
    earnUpTo(dayNumber(flow.occurredOn));
    balance += flow.amount;
  }
  earnUpTo(dayNumber(period.to) + 1);
  return sum;
}

type Lot = { readonly receivedOn: BusinessDate; left: Fen };

/** The brought-forward part in fen × millionths, the received part in fen × millionths × days. */
function twoTierNumerators(period: SettlementPeriod, rates: RateTable, opening: Fen, flows: readonly Flow[]) {
  const { broughtForward, lots } = moneyLeft(opening, flows);
  const yearEnd = dayNumber(period.to);
  const received = lots
    .filter((lot) => lot.left > 0n)
    .map((lot) => lot.left * rates.demandOver(dayNumber(lot.receivedOn) + 1, yearEnd));
  const term = broughtForward === 0n ? 0n : rates.termOn(dateOf(yearOf(period.to), 1, 1));
  return { broughtForward: broughtForward * term, received: total(received) };
}

/** "Draws take the oldest money first": what is left at the end of the year of the opening money and of each receipt. */
function moneyLeft(opening: Fen, flows: readonly Flow[]): { broughtForward: Fen; lots: Lot[] } {
  const lots: Lot[] = [];
  let [broughtForward, missing, oldest] = [larger(opening, 0n), larger(-opening, 0n), 0];
  for (const { occurredOn, amount } of flows) {
    if (amount > 0n) {
      const filled = smaller(missing, amount);
      missing -= filled;
      lots.push({ receivedOn: occurredOn, left: amount - filled });
      continue;
    }
    let wanted = -amount;
    const fromOpening = smaller(wanted, broughtForward);
    broughtForward -= fromOpening;
    wanted -= fromOpening;
    for (; oldest < lots.length; oldest++) {
      const lot = lots[oldest]!;
      const taken = smaller(wanted, lot.left);
      lot.left -= taken;
      wanted -= taken;
      if (lot.left > 0n) break;
    }
    missing += wanted;
  }
  return { broughtForward, lots };
}

export type InterestQuestion = {
  readonly rules: readonly DatedRule[];
  readonly rates: readonly DatedRate[];
  /** Null: the default of the rule. */
  readonly dayBasis: number | null;
  /** Fen at the start of `from`; counts as brought forward. */
  readonly openingBalance: Fen;
  readonly flows: readonly Flow[];
  readonly from: BusinessDate;
  readonly to: BusinessDate;
};

export type InterestAnswer = {
  readonly periods: readonly InterestPeriod[];
  readonly interest: Fen;
  /** opening + all flows + interest, those after the last settlement day included. */
  readonly closingBalance: Fen;
};

/**
 * The interest of one account over from..to, capitalised at each settlement within them.
 *
 * @throws Rejected `out-of-range`: a flow outside the dates, a negative balance at the end of a day, money on a day
 *   without a rate, an answer above the largest amount, `from` after `to`; `too-many` above {@link MOST_INTEREST_YEARS}
 */
export function calculateInterest(question: InterestQuestion): InterestAnswer {
  const { from, to } = question;
  const flows = inOrder(question.flows);
  if (from > to || flows.some((flow) => flow.occurredOn < from || flow.occurredOn > to)) {
    throw new Rejected('out-of-range');
  }
  if (yearOf(to) - yearOf(from) >= MOST_INTEREST_YEARS) throw new Rejected('too-many');
  const rates = rateTable(question.rates);
  const periods: InterestPeriod[] = [];
  let [balance, next] = [question.openingBalance, 0];
  for (const period of settlementPeriods(question.rules, from, to)) {
    const start = next;
    while (next < flows.length && flows[next]!.occurredOn <= period.to) next++;
    const own = flows.slice(start, next);
    const opening = balance;
    balance = neverNegative(opening, own);
    const settled = settle(period, question.dayBasis ?? DEFAULT_DAY_BASIS[period.rule], rates, opening, own);
    balance += settled.interest;
    periods.push({ ...period, ...settled, opening, closing: answerable(balance) });
  }
  return {
    periods,
    interest: answerable(total(periods.map((period) => period.interest))),
    closingBalance: answerable(neverNegative(balance, flows.slice(next))),
  };
}

/** The balance after the flows, which are in order: with receipts first, no balance inside a day is below its last. */
function neverNegative(opening: Fen, flows: readonly Flow[]): Fen {
  let balance = opening;
  for (const flow of flows) {
    balance += flow.amount;
    if (balance < 0n) throw new Rejected('out-of-range');
  }
  return balance;
}
