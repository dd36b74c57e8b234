import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { forecastInYuan, plansInYuan } from '../calculation/answers.engine.js';
import { sampling, type Sensitivity } from '../calculation/forecast-sensitivity.engine.js';
import { type Component, type Forecast } from '../calculation/reserve-forecast.engine.js';
import { type BusinessDate, dateOf, yearOf } from '../kernel/dates.js';
import { millionths } from '../kernel/decimal.js';
import { fen, yuan } from '../kernel/money.js';
import { echoed, type Moment } from '../kernel/projection.js';
import { Problem } from '../platform/http/problem.js';
import type { Question } from '../platform/http/routes.js';
import { ReadDesk } from '../platform/reads/read-desk.js';
import { Slices } from '../platform/slices.js';
import { type FundAt, FundViews } from './maintenance-fund-views.js';
import type { FundView } from './maintenance-fund.projection.js';
import type { ComponentData } from './maintenance-fund-state.decider.js';

/** What a forecast may be asked; whatever is left out has its default. */
export type ForecastQuestion = {
  readonly years?: number;
  readonly inflation?: string;
  readonly interestRate?: string;
  readonly contribution?: string;
  readonly floor?: string;
  readonly threshold?: string;
  readonly runs?: number;
  readonly seed?: number;
  /** Instead of the last survey's. */
  readonly components?: readonly ComponentData[];
};

export class GetForecast extends Query<object> {
  constructor(
    readonly compoundId: string,
    readonly question: ForecastQuestion,
    readonly asked: Question,
  ) {
    super();
  }
}
export class GetStatement extends Query<object> {
  constructor(
    readonly compoundId: string,
    readonly asked: Question,
  ) {
    super();
  }
}

const DEFAULT_YEARS = 30;
const DEFAULT_THRESHOLD = '0.7';

@QueryHandler(GetForecast)
export class GetForecastHandler implements IQueryHandler<GetForecast> {
  constructor(
    private readonly funds: FundViews,
    private readonly reads: ReadDesk,
    private readonly slices: Slices,
  ) {}

  async execute({ compoundId, question, asked }: GetForecast): Promise<object> {
    const at = await this.funds.at(compoundId, asked);
    const { moment, view, revision } = at;
    const startsOn = this.funds.dayOf(moment);
    const forecast = this.forecast(compoundId, question, at, startsOn);
    const { threshold = DEFAULT_THRESHOLD, runs, seed = 0 } = question;
    // Ten thousand runs take seconds: others are answered in between.
    const sampled = runs === undefined ? undefined : await this.slices.run(sampling(forecast, runs, BigInt(seed)));
    return {
      compoundId,
      startsOn,
      openingBalance: yuan(forecast.openingBalance),
      approvedUnpaid: yuan(forecast.firstYearDraws),
      surveyedOn: question.components ? null : (view.survey?.surveyedOn ?? null),
      components: forecast.components.map((one) => ({ ...one, cost: yuan(one.cost) })),
      ...forecastInYuan(forecast),
      plans: plansInYuan(forecast, threshold),
      ...(sampled ? { sensitivity: sensitivityInYuan(sampled, seed) } : {}),
      actual: await this.actual(compoundId, view, asked),
      revision,
      ...echoed(moment),
    };
  }

  /** "A forecast starts from the audited balance at a position and date and says so" (3-calculations.md §8). */
  private forecast(
    compoundId: string,
    question: ForecastQuestion,
    { view, moment }: FundAt,
    startsOn: BusinessDate,
  ): Forecast {
    const { balance, reserved } = this.funds.figures.totals(compoundId, moment);
    const firstYear = startsOn.endsWith('-01-01') ? yearOf(startsOn) : yearOf(startsOn) + 1;
    return {
      openingBalance: balance,
      firstYear,
      years: question.years ?? DEFAULT_YEARS,
      contribution: fen(question.contribution ?? '0.00'),
      inflation: millionths(question.inflation ?? '0'),
      interestRate: millionths(question.interestRate ?? '0'),
      floor: fen(question.floor ?? '0.00'),
      components: question.components?.map((one) => aged(one, 0)) ?? surveyed(view, firstYear),
      firstYearDraws: reserved,
    };
  }

  /** Forecast then, actual since: the closes of all years gone by at the present or at the instant asked for. */
  private async actual(compoundId: string, { opened }: FundView, asked: Question) {
    if (!opened) return [];
    const now = await this.reads.moment({ ...asked, asOf: null });
    const [first, last] = [yearOf(opened.openedOn), yearOf(this.funds.dayOf(now)) - 1];
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => {
      const moment: Moment = { ...now, asOf: dateOf(first + index, 12, 31) };
      return { year: first + index, close: yuan(this.funds.figures.totals(compoundId, moment).balance) };
    });
  }
}

/** "Their remaining life shortened by the years since (not below 0)": firstYear − the year of the survey. */
function surveyed({ survey }: FundView, firstYear: number): Component[] {
  const years = survey === undefined ? 0 : Math.max(0, firstYear - yearOf(survey.surveyedOn));
  return (survey?.components ?? []).map((one) => aged(one, years));
}

const aged = ({ id, cost, usefulLife, remainingLife }: ComponentData, years: number): Component => ({
  id,
  cost: fen(cost),
  usefulLife,
  remainingLife: years === 0 ? remainingLife : Math.max(0, remainingLife - years),
});

function sensitivityInYuan({ runs, neverNegative, close }: Sensitivity, seed: number) {
  const shown = close.map(({ year, p10, p50, p90 }) => ({ year, p10: yuan(p10), p50: yuan(p50), p90: yuan(p90) }));
  return { runs, seed, neverNegative, close: shown };
}

@QueryHandler(GetStatement)
export class GetStatementHandler implements IQueryHandler<GetStatement> {
  constructor(private readonly funds: FundViews) {}

  /** 年度公示: opening + deposits + income + collected − drawn − returned = closing. */
  async execute({ compoundId, asked }: GetStatement): Promise<object> {
    const { view, revision, moment } = await this.funds.at(compoundId, asked);
    if (asked.filters['year'] === undefined)
      throw new Problem('invalid-parameter', { errors: [{ parameter: 'year', code: 'invalidParameter' }] });
    const year = Number(asked.filters['year']);
    const [first, last, before] = [dateOf(year, 1, 1), dateOf(year, 12, 31), dateOf(year - 1, 12, 31)];
    const bounded = (day: BusinessDate): Moment => ({
      ...moment,
      asOf: moment.asOf !== null && moment.asOf < day ? moment.asOf : day,
    });
    const { figures } = this.funds;
    const inYear = figures.totals(compoundId, bounded(last), first);
    const moved = figures.drawsMoved(compoundId, bounded(last), first);
    const published = [...view.draws.values()].filter(({ drawId }) => moved.has(drawId));
    const draws = published.flatMap(({ drawId, purpose, workItem, schemeId = null }) => {
      const shares = this.funds.drawShares(compoundId, drawId, bounded(last), first);
      const split = shares
        .map(({ householdId, unitId, paid, refunded }) => ({
          ...(householdId === null ? { unitId } : { householdId }),
          amount: paid - refunded,
        }))
        .filter(({ amount }) => amount !== 0n);
      const drawn = shares.reduce((sum, { paid, refunded }) => sum + paid - refunded, 0n);
      const isMoved = shares.some(({ paid, refunded }) => paid !== 0n || refunded !== 0n);
      const shown = split.map((share) => ({ ...share, amount: yuan(share.amount) }));
      const mayBeSeen = asked.caller.role !== 'viewer';
      const row = { drawId, purpose, workItem, schemeId, drawn: yuan(drawn), ...(mayBeSeen ? { split: shown } : {}) };
      return isMoved ? [row] : [];
    });
    return {
      compoundId,
      year,
      opening: yuan(figures.totals(compoundId, bounded(before)).balance),
      deposits: yuan(inYear.deposited),
      income: yuan(inYear.income),
      collected: yuan(inYear.collected),
      drawn: yuan(inYear.drawn),
      returned: yuan(inYear.returned),
      closing: yuan(figures.totals(compoundId, bounded(last)).balance),
      draws,
      revision,
      ...echoed(moment),
    };
  }
}
