import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { compoundView } from '../compound/compound.projection.js';
import { inScope } from '../kernel/ids.js';
import { yuan } from '../kernel/money.js';
import { dayOfMoment, echoed } from '../kernel/projection.js';
import { notFound } from '../kernel/rejection.js';
import { HouseholdShares } from '../ledger/household-shares.js';
import { SchemeFigures } from '../ledger/scheme-figures.js';
import { Clock } from '../platform/clock.js';
import { Problem } from '../platform/http/problem.js';
import type { Question } from '../platform/http/routes.js';
import { ReadDesk } from '../platform/reads/read-desk.js';
import { fundingAndArrival } from './funding-and-arrival.projection.js';
import { grantExecution } from './grant-execution.projection.js';
import { householdNotice } from './household-notice.projection.js';
import { ReportReader } from './report-reader.js';

export class GetGrantExecution extends Query<object> {
  constructor(readonly asked: Question) {
    super();
  }
}
export class GetFundingAndArrival extends Query<object> {
  constructor(readonly asked: Question) {
    super();
  }
}
export class GetHouseholdNotice extends Query<object> {
  constructor(readonly asked: Question) {
    super();
  }
}

@QueryHandler(GetGrantExecution)
export class GetGrantExecutionHandler implements IQueryHandler<GetGrantExecution> {
  constructor(
    private readonly reads: ReadDesk,
    private readonly report: ReportReader,
  ) {}

  async execute({ asked }: GetGrantExecution): Promise<object> {
    const moment = await this.reads.moment(asked);
    const rows = await this.reads.steadily(moment, async () => {
      const grants = await this.report.grants(asked, moment);
      return grantExecution(grants, await this.report.grantsAtSchemes(asked, moment));
    });
    return { title: '指标执行台账', ...rows, ...echoed(moment) };
  }
}

@QueryHandler(GetFundingAndArrival)
export class GetFundingAndArrivalHandler implements IQueryHandler<GetFundingAndArrival> {
  constructor(
    private readonly reads: ReadDesk,
    private readonly report: ReportReader,
  ) {}

  async execute({ asked }: GetFundingAndArrival): Promise<object> {
    const moment = await this.reads.moment(asked);
    const cases = await this.reads.steadily(moment, () => this.report.schemes(asked, moment));
    return { title: '资金筹措与到位表', ...fundingAndArrival(cases), ...echoed(moment) };
  }
}

@QueryHandler(GetHouseholdNotice)
export class GetHouseholdNoticeHandler implements IQueryHandler<GetHouseholdNotice> {
  constructor(
    private readonly reads: ReadDesk,
    private readonly figures: SchemeFigures,
    private readonly shares: HouseholdShares,
    private readonly clock: Clock,
  ) {}

  async execute({ asked }: GetHouseholdNotice): Promise<object> {
    const { schemeId } = asked.filters;
    if (schemeId === undefined)
      throw new Problem('invalid-parameter', { errors: [{ parameter: 'schemeId', code: 'invalidParameter' }] });
    const moment = await this.reads.moment(asked);
    const scheme = this.figures.scheme(schemeId);
    if (!scheme || !inScope(asked.caller.division, scheme.division)) throw notFound('scheme');
    const today = dayOfMoment(moment, this.clock.now());
    const { rows, shares } = await this.shares.rows(scheme, moment, today);
    const compound = await this.reads.view(`compound-${scheme.compoundId}`, compoundView, moment);
    return {
      title: '分户出资公示表',
      ...{ schemeId, compoundId: scheme.compoundId, compoundName: compound?.row.compound?.name ?? null },
      ...householdNotice(rows, compound?.row.households ?? new Map()),
      residentAmount: yuan(shares.residentAmount),
      borneByOthers: yuan(shares.borneByOthers),
      unassigned: yuan(shares.unassigned),
      ...echoed(moment),
    };
  }
}
