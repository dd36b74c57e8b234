import { halfUp, larger, ratio, total, type Fen } from '../kernel/money.js';
import { Rejected } from '../kernel/rejection.js';
import { answerable, unrepeated } from './bounds.js';

/** A part of the building that wears out: current cost in fen, lives in whole years. */
export type Component = {
  readonly id: string;
  readonly cost: Fen;
  readonly usefulLife: number;
  readonly remainingLife: number;
};

export type Forecast = {
  readonly openingBalance: Fen;
  readonly firstYear: number;
  /** 1–50. */
  readonly years: number;
  /** A year, in fen. */
  readonly contribution: Fen;
  /** Millionths a year. */
  readonly inflation: bigint;
  readonly interestRate: bigint;
  /** What every year's close must keep, for the required contribution. */
  readonly floor: Fen;
  readonly components: readonly Component[];
  /** Spent in the first year on top of the components: draws approved and not yet paid. */
  readonly firstYearDraws: Fen;
};

export type ForecastYear = {
  readonly year: number;
  readonly open: Fen;
  readonly contribution: Fen;
  readonly interest: Fen;
  readonly expenditure: Fen;
  readonly close: Fen;
  /** At the start of the year. */
  readonly fullyFundedBalance: Fen;
  /** open ÷ fully funded balance; null where nothing has worn yet. */
  readonly fundedRatio: string | null;
};

export type ForecastAnswer = {
  readonly years: readonly ForecastYear[];
  readonly firstNegativeYear: number | null;
  readonly lowest: { readonly year: number; readonly balance: Fen };
  readonly requiredContribution: Fen;
  readonly componentMethodContribution: Fen;
};

/** The smallest constant yearly contribution under each aim of the CAI's method. */
export type FundingPlans = { readonly baseline: Fen; readonly threshold: Fen; readonly full: Fen };

/** (1 + inflation)^t as exact fractions, from t = 0. */
type CostGrowth = readonly { readonly numerator: bigint; readonly denominator: bigint }[];

const ONE = 1_000_000n;
export const MOST_YEARS = 50;
export const LONGEST_LIFE = 1_000;
export const MOST_COMPONENTS = 2_000;

/**
 * A cash-flow forecast of the reserve (3-calculations.md §8, CAI method).
 *
 * @throws Rejected `repeated-id` (components); `too-many` above {@link MOST_COMPONENTS}; `out-of-range` for a remaining
 *   life above the useful life, a life above {@link LONGEST_LIFE}, years outside 1–50, or any figure above the largest
 *   amount
 */
export function forecastReserve(forecast: Forecast): ForecastAnswer {
  const { firstYear, contribution, components } = forecast;
  const ahead = lookAhead(forecast);
  const rows = cashFlow(forecast, ahead.expenditures, contribution).map((flow, t): ForecastYear => {
    const fullyFundedBalance = answerable(ahead.fullyFunded[t]!);
    const { open, interest, expenditure, close } = flow;
    return {
      year: firstYear + t,
      open,
      contribution,
      interest,
      expenditure: answerable(expenditure),
      close: answerable(close),
      fullyFundedBalance,
      fundedRatio: ratio(open, fullyFundedBalance),
    };
  });
  const lowest = rows.reduce((low, row) => (row.close < low.close ? row : low));
  return {
    years: rows,
    firstNegativeYear: rows.find((row) => row.close < 0n)?.year ?? null,
    lowest: { year: lowest.year, balance: lowest.close },
    requiredContribution: answerable(
      smallestContribution(
        forecast,
        ahead.expenditures,
        rows.map(() => forecast.floor),
      ),
    ),
    componentMethodContribution: answerable(componentMethod(components)),
  };
}

/**
 * The smallest contributions that keep every close at or above 0.00 (baseline), the funded ratio at or above `threshold`
 * (millionths) from the second year on, and the same at 1 (full funding). "The threshold is judged on fen (open ≥
 * threshold × fully funded), years with 0.00 fully funded pass" (7-rulings.md §6).
 *
 * @throws Rejected as {@link forecastReserve}
 */
export function fundingPlans(forecast: Forecast, threshold: bigint): FundingPlans {
  const { expenditures, fullyFunded } = lookAhead(forecast);
  const funded = (share: bigint): Fen => {
    // The open of a year is the close of the year before.
    const needed = fullyFunded.slice(1).map((balance) => (balance === 0n ? null : ceilDiv(balance * share, ONE)));
    return answerable(smallestContribution(forecast, expenditures, needed));
  };
  return {
    baseline: answerable(
      smallestContribution(
        forecast,
        expenditures,
        expenditures.map(() => 0n),
      ),
    ),
    threshold: funded(threshold),
    full: funded(ONE),
  };
}

/** @throws Rejected as {@link forecastReserve} says of what is given */
export function checkForecast({ components, years }: Pick<Forecast, 'components' | 'years'>): void {
  unrepeated(components.map((component) => component.id));
  if (components.length > MOST_COMPONENTS) throw new Rejected('too-many');
  for (const { id, usefulLife, remainingLife } of components) {
    const fits = 0 <= remainingLife && remainingLife <= usefulLife && 1 <= usefulLife && usefulLife <= LONGEST_LIFE;
    if (!fits) throw new Rejected('out-of-range', { facts: { id } });
  }
  if (years < 1 || years > MOST_YEARS) throw new Rejected('out-of-range');
}

function lookAhead(forecast: Forecast): { expenditures: Fen[]; fullyFunded: Fen[] } {
  checkForecast(forecast);
  const { components, years, firstYearDraws } = forecast;
  const growth = Array.from({ length: years }, (_, t) => ({
    numerator: (ONE + forecast.inflation) ** BigInt(t),
    denominator: ONE ** BigInt(t),
  }));
  const expenditures = replacementCosts(components, years).map(
    (cost, t) => halfUp(cost * growth[t]!.numerator, growth[t]!.denominator) + (t === 0 ? firstYearDraws : 0n),
  );
  return { expenditures, fullyFunded: fullyFundedBalances(components, growth) };
}

/** "A component is replaced in year t = RUL, then every UL years": the current costs of what each year replaces. */
export function replacementCosts(components: readonly Component[], years: number): Fen[] {
  const costs = Array.from({ length: years }, () => 0n);
  for (const { cost, usefulLife, remainingLife } of components) {
    for (let t = remainingLife; t < years; t += usefulLife) costs[t]! += cost;
  }
  return costs;
}

/** The years left at the start of year t; 0 where it is due in the year. */
const lifeLeft = ({ usefulLife, remainingLife }: Component, t: number): number =>
  t <= remainingLife ? remainingLife - t : usefulLife - 1 - ((t - remainingLife - 1) % usefulLife);

/** Σ cost_t × (UL − RUL_t) ÷ UL at the start of each year, exact, then half-up. */
function fullyFundedBalances(components: readonly Component[], growth: CostGrowth): Fen[] {
  const lives = new Map<number, Component[]>();
  for (const component of components) {
    const sameLife = lives.get(component.usefulLife);
    if (sameLife === undefined) lives.set(component.usefulLife, [component]);
    else sameLife.push(component);
  }
  const common = [...lives.keys()].map(BigInt).reduce(leastCommonMultiple, 1n);
  return growth.map(({ numerator, denominator }, t) => {
    let worn = 0n;
    for (const [usefulLife, sameLife] of lives) {
      const years = total(sameLife.map((each) => each.cost * BigInt(usefulLife - lifeLeft(each, t))));
      worn += years * (common / BigInt(usefulLife));
    }
    return halfUp(worn * numerator, common * denominator);
  });
}

type YearFlow = { readonly open: Fen; readonly interest: Fen; readonly expenditure: Fen; readonly close: Fen };

/** The balance from year to year, in fen; nothing here is bounded, so that a search may look beyond the largest amount. */
export function cashFlow(
  { openingBalance, interestRate }: Pick<Forecast, 'openingBalance' | 'interestRate'>,
  expenditures: readonly Fen[],
  contribution: Fen,
): YearFlow[] {
  let open = openingBalance;
  return expenditures.map((expenditure) => {
    // base = open + (contribution − expenditure) ÷ 2, kept doubled: half a fen is not rounded away before the rate.
    const doubledBase = 2n * open + contribution - expenditure;
    const interest = doubledBase <= 0n ? 0n : halfUp(doubledBase * interestRate, 2n * ONE);
    const flow = { open, interest, expenditure, close: open + contribution + interest - expenditure };
    open = flow.close;
    return flow;
  });
}

/**
 * The smallest contribution ≥ 0 whose closes reach `needed` (null: nothing is asked of that year; years beyond the list
 * neither). Found by bisection over fen, which is exact because a close never falls when the contribution rises: the
 * interest is a half-up of a growing base and 0 below it, so with one fen more in, each year closes at least one higher.
 */
function smallestContribution(forecast: Forecast, expenditures: readonly Fen[], needed: readonly (Fen | null)[]): Fen {
  const horizon = expenditures.slice(0, needed.length);
  const suffices = (contribution: Fen): boolean =>
    cashFlow(forecast, horizon, contribution).every(({ close }, t) => needed[t] === null || close >= needed[t]!);
  let [low, high] = [0n, withoutInterest(forecast.openingBalance, horizon, needed)];
  while (low < high) {
    const middle = (low + high) / 2n;
    if (suffices(middle)) high = middle;
    else low = middle + 1n;
  }
  return low;
}

/** Enough even if nothing earned interest, and interest is never negative: where the search may begin. */
function withoutInterest(opening: Fen, expenditures: readonly Fen[], needed: readonly (Fen | null)[]): Fen {
  let [spent, enough] = [0n, 0n];
  expenditures.forEach((expenditure, t) => {
    spent += expenditure;
    const least = needed[t];
    if (least == null) return;
    enough = larger(enough, ceilDiv(larger(least + spent - opening, 0n), BigInt(t + 1)));
  });
  return enough;
}

/** Σ cost ÷ UL, exact, then half-up. */
function componentMethod(components: readonly Component[]): Fen {
  const common = components.map(({ usefulLife }) => BigInt(usefulLife)).reduce(leastCommonMultiple, 1n);
  return halfUp(total(components.map(({ cost, usefulLife }) => cost * (common / BigInt(usefulLife)))), common);
}

const ceilDiv = (numerator: bigint, denominator: bigint): bigint => (numerator + denominator - 1n) / denominator;

function leastCommonMultiple(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return (a / x) * b;
}
