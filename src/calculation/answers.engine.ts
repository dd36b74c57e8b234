import type { BusinessDate } from '../kernel/dates.js';
import { millionths } from '../kernel/decimal.js';
import { fen, yuan } from '../kernel/money.js';
import { apportion, type Share } from './apportionment.engine.js';
import { debtService, type PaymentsPerYear, type Repayment } from './debt-service.engine.js';
import { splitDraw, type Ownership } from './draw-apportionment.engine.js';
import {
  COEFFICIENT_TABLES,
  elevatorShares,
  type CoefficientBasis,
  type CoefficientTable,
  type CoefficientTableId,
} from './elevator-shares.engine.js';
import { distributeByFactors } from './factor-distribution.engine.js';
import type { FundingPlan } from './funding-plan.engine.js';
import { calculateInterest, type InterestRule } from './interest.engine.js';
import { forecastReserve, fundingPlans, type Forecast } from './reserve-forecast.engine.js';

/**
 * The answer of each `/v1/calculations/*` route, body in, body out (4-api.md). Bodies are validated already: money is a
 * string of yuan, areas, weights and rates are decimal strings of at most six places, dates are real dates, lists are not
 * empty. What is left to refuse is refused by the engines, with {@link Rejected}.
 */

/** Money on the wire: yuan with two places. */
type Amount = string;
/** Areas, weights, coefficients and rates on the wire. */
type DecimalString = string;
type AmountOf = { readonly id: string; readonly amount: Amount };

const inYuan = (shares: readonly Share[]): AmountOf[] => shares.map(({ id, amount }) => ({ id, amount: yuan(amount) }));

export type ApportionmentBody = {
  readonly amount: Amount;
  readonly parts: readonly { readonly id: string; readonly weight: DecimalString }[];
};

/** POST /v1/calculations/apportionment */
export function answerApportionment({ amount, parts }: ApportionmentBody) {
  const weighed = parts.map(({ id, weight }) => ({ id, weight: millionths(weight) }));
  return { parts: inYuan(apportion(fen(amount), weighed)), rounding: 'largest-remainder', tieBreak: 'id' } as const;
}

export type DrawApportionmentBody = {
  readonly amount: Amount;
  readonly households: readonly {
    readonly id: string;
    readonly areaM2: DecimalString;
    readonly ownership: Ownership;
    readonly ownerDeposit?: Amount;
  }[];
  readonly sellerDeposit?: Amount;
};

/** POST /v1/calculations/draw-apportionment: `developer` is what the unsold flats bear, whoever has them. */
export function answerDrawApportionment({ amount, households, sellerDeposit }: DrawApportionmentBody) {
  const split = splitDraw(
    fen(amount),
    households.map(({ id, areaM2, ownership, ownerDeposit }) => ({
      id,
      areaMillionths: millionths(areaM2),
      ownership,
      ownerDeposit: fen(ownerDeposit ?? '0.00'),
    })),
    fen(sellerDeposit ?? '0.00'),
  );
  return { owners: inYuan(split.owners), seller: yuan(split.seller), developer: yuan(split.unsold) };
}

export type ElevatorSharesBody = {
  readonly amount: Amount;
  /** One of the two; a table brings its own basis, which `basis` overrides. */
  readonly table?: CoefficientTableId;
  readonly coefficients?: readonly { readonly floor: number; readonly coefficient: DecimalString }[];
  readonly basis?: CoefficientBasis;
  /** `areaM2` must be there where the basis is `coefficient-area`. */
  readonly households: readonly { readonly id: string; readonly floor: number; readonly areaM2?: DecimalString }[];
};

/** POST /v1/calculations/elevator-shares */
export function answerElevatorShares({ amount, table, coefficients, basis, households }: ElevatorSharesBody) {
  const rows = (coefficients ?? []).map(({ floor, coefficient }) => ({ floor, coefficient: millionths(coefficient) }));
  const chosen: CoefficientTable = table === undefined ? { basis: 'coefficient', rows } : COEFFICIENT_TABLES[table];
  const floors = households.map(({ id, floor, areaM2 }) =>
    areaM2 === undefined ? { id, floor } : { id, floor, areaMillionths: millionths(areaM2) },
  );
  const applied = basis === undefined ? chosen : { ...chosen, basis };
  return { shares: inYuan(elevatorShares(fen(amount), applied, floors)) };
}

export type FactorDistributionBody = {
  readonly amount: Amount;
  readonly factors: readonly {
    readonly name: string;
    readonly weight: DecimalString;
    /** Default true. */
    readonly applyCoefficient?: boolean;
  }[];
  readonly recipients: readonly {
    readonly id: string;
    readonly coefficient: DecimalString;
    /** One for each factor, by its name. */
    readonly values: Readonly<Record<string, DecimalString>>;
  }[];
};

/** POST /v1/calculations/factor-distribution */
export function answerFactorDistribution({ amount, factors, recipients }: FactorDistributionBody) {
  const shares = distributeByFactors(
    fen(amount),
    factors.map(({ name, weight, applyCoefficient }) => ({
      name,
      weight: millionths(weight),
      applyCoefficient: applyCoefficient ?? true,
    })),
    recipients.map(({ id, coefficient, values }) => ({
      id,
      coefficient: millionths(coefficient),
      values: factors.map(({ name }) => millionths(ownValue(values, name))),
    })),
  );
  return { shares: shares.map(({ id, share, amount: own }) => ({ id, share, amount: yuan(own) })) };
}

/** A factor may be called `constructor`: only what the body itself says counts. */
function ownValue(values: Readonly<Record<string, DecimalString>>, name: string): DecimalString {
  if (!Object.hasOwn(values, name)) throw new RangeError(`no value of ${name}`);
  return values[name]!;
}

/** POST /v1/calculations/funding-plan; also for the plan of a scheme. */
export function answerFundingPlan({ funded, assignments, unfunded, unused, certificate }: FundingPlan) {
  const plan = {
    funded: yuan(funded),
    assignments: assignments.map(({ amount, ...pair }) => ({ ...pair, amount: yuan(amount) })),
    unfunded: unfunded.map(({ lineId, amount }) => ({ lineId, amount: yuan(amount) })),
    unused: unused.map(({ sourceId, amount }) => ({ sourceId, amount: yuan(amount) })),
  };
  if (!certificate) return plan;
  const { lines, sources, needed, available, short } = certificate;
  return {
    ...plan,
    certificate: { lines, sources, needed: yuan(needed), available: yuan(available), short: yuan(short) },
  };
}

export type ReserveForecastBody = {
  readonly openingBalance: Amount;
  readonly firstYear: number;
  readonly years: number;
  readonly contribution: Amount;
  readonly inflation: DecimalString;
  readonly interestRate: DecimalString;
  /** Default 0.00. */
  readonly floor?: Amount;
  readonly components: readonly {
    readonly id: string;
    readonly name: string;
    readonly cost: Amount;
    readonly usefulLife: number;
    readonly remainingLife: number;
  }[];
};

/** "`threshold=0.7`" where nothing else is asked for (4-api.md, GET …/forecast). */
const DEFAULT_THRESHOLD = '0.7';

/** POST /v1/calculations/reserve-forecast; `plans` is added to the contract's fields, as GET …/forecast has it. */
export function answerReserveForecast(body: ReserveForecastBody) {
  const forecast: Forecast = {
    openingBalance: fen(body.openingBalance),
    firstYear: body.firstYear,
    years: body.years,
    contribution: fen(body.contribution),
    inflation: millionths(body.inflation),
    interestRate: millionths(body.interestRate),
    floor: fen(body.floor ?? '0.00'),
    components: body.components.map(({ id, cost, usefulLife, remainingLife }) => ({
      id,
      cost: fen(cost),
      usefulLife,
      remainingLife,
    })),
    firstYearDraws: 0n,
  };
  return { ...forecastInYuan(forecast), plans: plansInYuan(forecast, DEFAULT_THRESHOLD) };
}

/** A forecast as it is sent; also for the forecast of a fund. */
export function forecastInYuan(forecast: Forecast) {
  const answer = forecastReserve(forecast);
  return {
    years: answer.years.map((row) => ({
      year: row.year,
      open: yuan(row.open),
      contribution: yuan(row.contribution),
      interest: yuan(row.interest),
      expenditure: yuan(row.expenditure),
      close: yuan(row.close),
      fullyFundedBalance: yuan(row.fullyFundedBalance),
      fundedRatio: row.fundedRatio,
    })),
    firstNegativeYear: answer.firstNegativeYear,
    lowest: { year: answer.lowest.year, balance: yuan(answer.lowest.balance) },
    requiredContribution: yuan(answer.requiredContribution),
    componentMethodContribution: yuan(answer.componentMethodContribution),
  };
}

/** The plans as they are sent; `threshold` is a funded ratio. */
export function plansInYuan(forecast: Forecast, threshold: DecimalString) {
  const plans = fundingPlans(forecast, millionths(threshold));
  return {
    baseline: { contribution: yuan(plans.baseline) },
    threshold: { contribution: yuan(plans.threshold) },
    full: { contribution: yuan(plans.full) },
  };
}

export type DebtServiceBody = {
  readonly principal: Amount;
  readonly couponRate: DecimalString;
  readonly termYears: number;
  readonly valueDate: BusinessDate;
  readonly paymentsPerYear: PaymentsPerYear;
  readonly repayment: Repayment;
  /** Totals over the term. */
  readonly income?: Amount;
  readonly cost?: Amount;
};

/** POST /v1/calculations/debt-service; `warnings` is added: coverage below 1.1 warns (3-calculations.md §9). */
export function answerDebtService(body: DebtServiceBody) {
  const { principal, couponRate, income, cost, ...terms } = body;
  const answer = debtService({
    ...terms,
    principal: fen(principal),
    couponRate: millionths(couponRate),
    income: income === undefined ? null : fen(income),
    cost: cost === undefined ? null : fen(cost),
  });
  return {
    periods: answer.periods.map((period) => ({
      dueOn: period.dueOn,
      interest: yuan(period.interest),
      principal: yuan(period.principal),
      outstanding: yuan(period.outstanding),
    })),
    totalInterest: yuan(answer.totalInterest),
    totalDebtService: yuan(answer.totalDebtService),
    debtServiceCoverage: answer.debtServiceCoverage,
    costRatio: answer.costRatio,
    warnings: answer.coverageIsLow ? [{ code: 'coverage-below-threshold', threshold: '1.1000', verified: false }] : [],
  };
}

export type InterestBody = {
  readonly rule: InterestRule;
  readonly rates: readonly {
    readonly from: BusinessDate;
    readonly demand: DecimalString;
    readonly term: DecimalString;
  }[];
  /** Default: the rule's, 365 or 360. */
  readonly dayBasis?: number;
  readonly openingBalance: Amount;
  /** Signed. */
  readonly flows: readonly { readonly occurredOn: BusinessDate; readonly amount: Amount }[];
  readonly from: BusinessDate;
  readonly to: BusinessDate;
};

/** POST /v1/calculations/interest */
export function answerInterest(body: InterestBody) {
  const answer = calculateInterest({
    rules: [{ from: body.from, rule: body.rule }],
    rates: body.rates.map(({ from, demand, term }) => ({ from, demand: millionths(demand), term: millionths(term) })),
    dayBasis: body.dayBasis ?? null,
    openingBalance: fen(body.openingBalance),
    flows: body.flows.map(({ occurredOn, amount }) => ({ occurredOn, amount: fen(amount) })),
    from: body.from,
    to: body.to,
  });
  return {
    periods: answer.periods.map(({ from, to, opening, interest, closing }) => ({
      from,
      to,
      opening: yuan(opening),
      interest: yuan(interest),
      closing: yuan(closing),
    })),
    interest: yuan(answer.interest),
    closingBalance: yuan(answer.closingBalance),
  };
}
