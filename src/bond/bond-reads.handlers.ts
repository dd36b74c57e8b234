import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { byCodePoint, inScope } from '../kernel/ids.js';
import { type Fen, fen, total, yuan } from '../kernel/money.js';
import { echoed, type Moment, type View } from '../kernel/projection.js';
import { notFound } from '../kernel/rejection.js';
import { AwardFigures } from '../ledger/award-figures.js';
import type { Question } from '../platform/http/routes.js';
import { paged } from '../platform/reads/paging.js';
import { ReadDesk } from '../platform/reads/read-desk.js';
import { type BondData, type BondEvent, type RevenueYear, scheduleOf } from './bond-state.decider.js';

export class GetBonds extends Query<object> {
  constructor(readonly asked: Question) {
    super();
  }
}
export class GetBond extends Query<object> {
  constructor(
    readonly bondId: string,
    readonly asked: Question,
  ) {
    super();
  }
}

type Row = { bond?: BondData; years: readonly RevenueYear[] };
const bondView: View<Row, BondEvent> = {
  initial: () => ({ years: [] }),
  project: (row, event) => {
    if (event.type === 'BondIssued') row.bond = event.data;
    if (event.type === 'BondRevenueForecast') row.years = event.data.years;
    return row;
  },
};

abstract class BondReads {
  constructor(
    protected readonly reads: ReadDesk,
    private readonly figures: AwardFigures,
  ) {}

  /** Bonds are readable in every scope they are issued in or allocated to. */
  protected isVisible(bondId: string, division: string): boolean {
    const sql = 'SELECT division FROM subjects_v1_grant_scopes WHERE grant_id = ?';
    return this.reads
      .all<{ division: string }>(sql, `bond:${bondId}`)
      .some((scope) => inScope(division, scope.division));
  }

  protected async shown(bondId: string, moment: Moment) {
    const found = (await this.reads.view(`bond-${bondId}`, bondView, moment))!;
    const { bond, years } = found.row;
    const figures = this.figures.of(`bond:${bondId}`, moment);
    const of = (measure: Parameters<typeof figures.get>[0]): Fen => figures.get(measure) ?? 0n;
    const income = years.length === 0 ? null : total(years.map((year) => fen(year.income)));
    const cost = years.length === 0 ? null : total(years.map((year) => fen(year.cost)));
    const service = bond ? scheduleOf(bond, income, cost) : undefined;
    return {
      bondId,
      ...bond,
      principal: yuan(of('awarded')),
      allocated: yuan(-of('allocated')),
      disbursed: yuan(-of('disbursed')),
      available: yuan(of('awarded') + of('allocated')),
      paid: yuan(this.figures.paid('special-bond', bondId, moment)),
      interestPaid: yuan(-of('interest')),
      principalRepaid: yuan(-of('repaid')),
      revenue: years,
      periods: (service?.periods ?? []).map((period) => ({
        dueOn: period.dueOn,
        interest: yuan(period.interest),
        principal: yuan(period.principal),
        outstanding: yuan(period.outstanding),
      })),
      totalInterest: yuan(service?.totalInterest ?? 0n),
      totalDebtService: yuan(service?.totalDebtService ?? 0n),
      debtServiceCoverage: service?.debtServiceCoverage ?? null,
      costRatio: service?.costRatio ?? null,
      coverageIsLow: service?.coverageIsLow ?? false,
      revision: found.revision,
    };
  }
}

@QueryHandler(GetBond)
export class GetBondHandler extends BondReads implements IQueryHandler<GetBond> {
  constructor(reads: ReadDesk, figures: AwardFigures) {
    super(reads, figures);
  }

  async execute({ bondId, asked }: GetBond): Promise<object> {
    const moment = await this.reads.moment(asked);
    if (!this.isVisible(bondId, asked.caller.division)) throw notFound('bond');
    return { ...(await this.shown(bondId, moment)), ...echoed(moment) };
  }
}

@QueryHandler(GetBonds)
export class GetBondsHandler extends BondReads implements IQueryHandler<GetBonds> {
  constructor(reads: ReadDesk, figures: AwardFigures) {
    super(reads, figures);
  }

  async execute({ asked }: GetBonds): Promise<object> {
    const moment = await this.reads.moment(asked);
    const { divisionCode = '' } = asked.filters;
    const rows = this.reads
      .all<{ stream: string; division: string }>(
        "SELECT stream, division FROM subjects_v1_streams WHERE stream LIKE 'bond-%'",
      )
      .map(({ stream, division }) => ({ bondId: stream.slice('bond-'.length), division }))
      .filter((row) => row.division.startsWith(divisionCode) && this.isVisible(row.bondId, asked.caller.division))
      .sort((a, b) => byCodePoint(a.bondId, b.bondId));
    const { items, next, prev } = paged(rows, ({ bondId }) => bondId, asked);
    return {
      items: await Promise.all(items.map(({ bondId }) => this.shown(bondId, moment))),
      next,
      prev,
      ...echoed(moment),
    };
  }
}
