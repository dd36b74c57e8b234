import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { inScope } from '../kernel/ids.js';
import { fen, yuan } from '../kernel/money.js';
import { dayOfMoment, echoed, type Moment } from '../kernel/projection.js';
import { notFound, Rejected } from '../kernel/rejection.js';
import { Clock } from '../platform/clock.js';
import type { Question } from '../platform/http/routes.js';
import { ReadDesk } from '../platform/reads/read-desk.js';
import { Slices } from '../platform/slices.js';
import { DIVISIONS } from '../policy/divisions.js';
import { WORK_CLASS_LABELS, type WorkClass } from '../policy/work-item.js';
import { compoundSizes } from './compound-sizes.js';
import { mergedSplit, shownLine, shownSplit } from './cost-split.projection.js';
import { type CompoundSize, type Grouping, overview, type SchemeSplit, sourceLabel } from './overview.projection.js';
import { FundFigures } from './fund-figures.js';
import { sharesTotal, shownShares } from './household-rows.projection.js';
import { HouseholdShares } from './household-shares.js';
import { SchemeFigures, type SchemeRow } from './scheme-figures.js';
import { compoundsAt, type SchemeAt } from './subjects-at.js';

export class GetSchemeSplit extends Query<object> {
  constructor(
    readonly schemeId: string,
    readonly asked: Question,
  ) {
    super();
  }
}

@QueryHandler(GetSchemeSplit)
export class GetSchemeSplitHandler implements IQueryHandler<GetSchemeSplit> {
  constructor(
    private readonly reads: ReadDesk,
    private readonly figures: SchemeFigures,
  ) {}

  async execute({ schemeId, asked }: GetSchemeSplit): Promise<object> {
    const moment = await this.reads.moment(asked);
    const scheme = visible(this.figures.scheme(schemeId), asked);
    const { split, measured } = this.figures.splitOf(schemeId, moment);
    return {
      schemeId,
      compoundId: scheme.compoundId,
      ...shownSplit(split),
      byLine: split.byLine.map(shownLine),
      ...{ budgetRevision: measured.revision, approved: measured.approved, policyId: scheme.policyId },
      ...echoed(moment),
    };
  }
}

export function visible(scheme: SchemeRow | undefined, { caller }: Question): SchemeRow {
  if (!scheme || !inScope(caller.division, scheme.division)) throw notFound('scheme');
  return scheme;
}

export class GetCompoundSplit extends Query<object> {
  constructor(
    readonly compoundId: string,
    readonly asked: Question,
  ) {
    super();
  }
}

@QueryHandler(GetCompoundSplit)
export class GetCompoundSplitHandler implements IQueryHandler<GetCompoundSplit> {
  constructor(
    private readonly reads: ReadDesk,
    private readonly figures: SchemeFigures,
  ) {}

  async execute({ compoundId, asked }: GetCompoundSplit): Promise<object> {
    const moment = await this.reads.moment(asked);
    const sql = 'SELECT division FROM subjects_v1_compounds WHERE compound_id = ?';
    const compound = this.reads.get<{ division: string }>(sql, compoundId);
    if (!compound || !inScope(asked.caller.division, compound.division)) throw notFound('compound');
    const schemes = this.figures
      .schemesOf(compoundId)
      .filter(
        ({ position, occurredOn }) =>
          position <= moment.position && (moment.asOf === null || occurredOn <= moment.asOf),
      );
    const parts = schemes.map((scheme) => ({ scheme, ...this.figures.splitOf(scheme.schemeId, moment) }));
    const merged = shownSplit(mergedSplit(parts.map(({ split }) => split)));
    const gaps = parts.map(({ split }) => shownSplit(split));
    const revisions = new Set(parts.map(({ measured }) => measured.revision));
    const policies = new Set(schemes.map(({ policyId }) => policyId));
    return {
      compoundId,
      ...merged,
      // Each scheme's gap stands for itself: money of one does not close another's.
      ...Object.fromEntries(
        (['publicArea', 'inBuilding', 'total'] as const).map((name) => [
          name,
          { ...merged[name], fundingGap: yuan(gaps.reduce((sum, one) => sum + fen(one[name].fundingGap), 0n)) },
        ]),
      ),
      byLine: parts.flatMap(({ scheme, split }) =>
        split.byLine.map((line) => ({ schemeId: scheme.schemeId, ...shownLine(line) })),
      ),
      schemes: schemes.map(({ schemeId }) => schemeId),
      budgetRevision: revisions.size === 1 ? [...revisions][0]! : null,
      approved: parts.length > 0 && parts.every(({ measured }) => measured.approved),
      policyId: policies.size === 1 ? [...policies][0]! : null,
      ...echoed(moment),
    };
  }
}

export class GetHouseholdShares extends Query<object> {
  constructor(
    readonly schemeId: string,
    readonly asked: Question,
  ) {
    super();
  }
}

@QueryHandler(GetHouseholdShares)
export class GetHouseholdSharesHandler implements IQueryHandler<GetHouseholdShares> {
  constructor(
    private readonly reads: ReadDesk,
    private readonly figures: SchemeFigures,
    private readonly shares: HouseholdShares,
    private readonly clock: Clock,
  ) {}

  async execute({ schemeId, asked }: GetHouseholdShares): Promise<object> {
    const moment = await this.reads.moment(asked);
    const scheme = visible(this.figures.scheme(schemeId), asked);
    const today = dayOfMoment(moment, this.clock.now());
    const { rows, shares } = await this.shares.rows(scheme, moment, today);
    return {
      schemeId,
      items: rows.map((row) => ({ householdId: row.householdId, ...shownShares(row) })),
      total: sharesTotal(rows),
      residentAmount: yuan(shares.residentAmount),
      borneByOthers: yuan(shares.borneByOthers),
      unassigned: yuan(shares.unassigned),
      ...echoed(moment),
    };
  }
}

export class GetOverview extends Query<object> {
  constructor(readonly asked: Question) {
    super();
  }
}

@QueryHandler(GetOverview)
export class GetOverviewHandler implements IQueryHandler<GetOverview> {
  constructor(
    private readonly reads: ReadDesk,
    private readonly figures: SchemeFigures,
    private readonly funds: FundFigures,
    private readonly slices: Slices,
  ) {}

  async execute({ asked }: GetOverview): Promise<object> {
    const moment = await this.reads.moment(asked);
    const scope = asked.caller.division === '*' ? '' : asked.caller.division;
    const divisionCode = asked.filters['divisionCode'] ?? scope;
    if (!inScope(asked.caller.division, divisionCode) && !scope.startsWith(divisionCode))
      throw new Rejected('outside-division');
    const within_ = divisionCode.length >= scope.length ? divisionCode : scope;
    const compounds = this.compounds(within_, asked.caller.division, moment);
    const known = new Set(compounds.map(({ compoundId }) => compoundId));
    const visible = this.figures
      .schemesIn(asked.caller.division, moment)
      .filter(({ compoundId }) => known.has(compoundId));
    // Thousands of schemes take seconds, in which others are answered.
    const schemes = await this.reads.steadily(moment, () => this.slices.run(this.splits(visible, moment)));
    const groupBy = (asked.filters['groupBy'] ?? 'county') as Grouping;
    const names = new Map(compounds.map(({ compoundId, name }) => [compoundId, name]));
    const labels: Partial<Record<Grouping, (key: string) => string | undefined>> = {
      county: (key) => DIVISIONS[key]?.[asked.language],
      compound: (key) => names.get(key),
      source: (key) => sourceLabel(key, asked.language),
      'work-class': (key) => WORK_CLASS_LABELS[key as WorkClass][asked.language],
    };
    const label = (key: string) => labels[groupBy]?.(key) ?? key;
    return { divisionCode: within_, ...overview(compounds, schemes, groupBy, label), ...echoed(moment) };
  }

  private *splits(schemes: readonly SchemeAt[], moment: Moment): Generator<void, SchemeSplit[], void> {
    const found: SchemeSplit[] = [];
    const lasts = this.figures.lasts();
    for (const scheme of schemes) {
      const { split } = this.figures.splitOf(scheme.schemeId, moment, lasts.get(scheme.schemeId));
      found.push({ ...scheme, split });
      yield;
    }
    return found;
  }

  /** Compounds that existed, with the households registered by then, or declared where none were. */
  private compounds(divisionCode: string, scope: string, moment: Moment): CompoundSize[] {
    const found = compoundsAt(this.reads, moment, scope).filter(({ division }) => division.startsWith(divisionCode));
    const sizes = compoundSizes(this.reads, moment);
    const balances = this.funds.balances(moment);
    return found.map((one) => ({
      ...one,
      fundBalance: balances.get(one.compoundId) ?? 0n,
      households: sizes.get(one.compoundId)?.households ?? 0,
      areaMillionths: sizes.get(one.compoundId)?.areaMillionths ?? 0n,
    }));
  }
}
