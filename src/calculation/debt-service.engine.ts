import { addMonths, yearOf, type BusinessDate } from '../kernel/dates.js';
import { halfUp, ratio, total, type Fen } from '../kernel/money.js';
import { Rejected } from '../kernel/rejection.js';
import { answerable } from './bounds.js';

export type Repayment = 'bullet' | 'equal-principal';
export type PaymentsPerYear = 1 | 2 | 4 | 12;

export type Bond = {
  readonly principal: Fen;
  /** Millionths; 1.88 % is 18800n. */
  readonly couponRate: bigint;
  readonly termYears: number;
  readonly valueDate: BusinessDate;
  readonly paymentsPerYear: PaymentsPerYear;
  readonly repayment: Repayment;
  /** Project income and cost over the whole term; null where no forecast was given. */
  readonly income: Fen | null;
  readonly cost: Fen | null;
};

/** One day of payment; `outstanding` is what is still owed after it. */
export type DebtServicePeriod = {
  readonly dueOn: BusinessDate;
  readonly interest: Fen;
  readonly principal: Fen;
  readonly outstanding: Fen;
};

export type DebtService = {
  readonly periods: readonly DebtServicePeriod[];
  readonly totalInterest: Fen;
  /** Σ (principal + interest). */
  readonly totalDebtService: Fen;
  /** (income − cost) ÷ total debt service; null without income, or where nothing is to be served. */
  readonly debtServiceCoverage: string | null;
  /** cost ÷ income; null without income. */
  readonly costRatio: string | null;
  /** True below 1.1 (practice, unverified), judged on the exact figures and not on the ratio shown. */
  readonly coverageIsLow: boolean;
};

/** A hundred years of monthly payments. */
export const MOST_PERIODS = 1_200;
const LAST_YEAR = 9999;
const RATE_SCALE = 1_000_000n;

/**
 * The schedule of a special bond and how well its project carries it (3-calculations.md §9). Interest of a period =
 * principal outstanding × rate ÷ payments a year, half-up; `bullet` repays at the end, `equal-principal` repays P ÷ n
 * rounded down each time and the rest at the end. Due days are counted from the value date, clamped to the month's last.
 *
 * @throws Rejected `too-many` above {@link MOST_PERIODS}; `out-of-range` where a total is above the largest amount, or
 *   the term is not positive or ends after the year 9999
 */
export function debtService(bond: Bond): DebtService {
  const count = bond.termYears * bond.paymentsPerYear;
  if (count > MOST_PERIODS) throw new Rejected('too-many');
  if (count < 1 || yearOf(bond.valueDate) + bond.termYears > LAST_YEAR) throw new Rejected('out-of-range');
  const periods = schedule(bond, count);
  const totalInterest = total(periods.map((period) => period.interest));
  const totalDebtService = answerable(totalInterest + bond.principal);
  return { periods, totalInterest, totalDebtService, ...coverage(bond, totalDebtService) };
}

function schedule(bond: Bond, count: number): DebtServicePeriod[] {
  const instalment = bond.repayment === 'bullet' ? 0n : bond.principal / BigInt(count);
  const periods: DebtServicePeriod[] = [];
  let outstanding = bond.principal;
  for (let k = 1; k <= count; k++) {
    const interest = halfUp(outstanding * bond.couponRate, RATE_SCALE * BigInt(bond.paymentsPerYear));
    const principal = k === count ? outstanding : instalment;
    outstanding -= principal;
    // Each from the value date itself: from the day before, 31 January would stay on the 28th after February.
    const dueOn = addMonths(bond.valueDate, (k * 12) / bond.paymentsPerYear);
    periods.push({ dueOn, interest, principal, outstanding });
  }
  return periods;
}

function coverage({ income, cost }: Bond, service: Fen) {
  if (income === null) return { debtServiceCoverage: null, costRatio: null, coverageIsLow: false };
  const net = income - (cost ?? 0n);
  return {
    debtServiceCoverage: ratio(net, service),
    costRatio: ratio(cost ?? 0n, income),
    coverageIsLow: service > 0n && net * 10n < service * 11n,
  };
}
