import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { byCodePoint, inScope } from '../kernel/ids.js';
import { yuan } from '../kernel/money.js';
import { echoed, type Moment } from '../kernel/projection.js';
import { notFound } from '../kernel/rejection.js';
import { type SchemeAt, schemesAt } from '../ledger/subjects-at.js';
import type { Question } from '../platform/http/routes.js';
import { byNumber, paged } from '../platform/reads/paging.js';
import { ReadDesk } from '../platform/reads/read-desk.js';
import { type SchemeView, schemeView, shownContract, shownPledge } from './scheme.projection.js';

export type SchemeList = 'revisions' | 'contracts' | 'pledges' | 'contributions' | 'payments';

export class GetScheme extends Query<object> {
  constructor(
    readonly schemeId: string,
    readonly asked: Question,
  ) {
    super();
  }
}
export class GetSchemeList extends Query<object> {
  constructor(
    readonly schemeId: string,
    readonly list: SchemeList,
    readonly asked: Question,
  ) {
    super();
  }
}
export class GetSchemes extends Query<object> {
  constructor(readonly asked: Question) {
    super();
  }
}
export class GetContractsByNo extends Query<object> {
  constructor(readonly asked: Question) {
    super();
  }
}

type Viewed = { readonly view: SchemeView; readonly revision: number; readonly moment: Moment };

async function viewOf(reads: ReadDesk, schemeId: string, asked: Question): Promise<Viewed> {
  const moment = await reads.moment(asked);
  const found = await reads.view(`scheme-${schemeId}`, schemeView, moment);
  const division = reads.get<{ division: string }>(
    'SELECT division FROM subjects_v1_schemes WHERE scheme_id = ?',
    schemeId,
  );
  if (!found || !division || !inScope(asked.caller.division, division.division)) throw notFound('scheme');
  return { view: found.row, revision: found.revision, moment };
}

/** A scheme as it is recorded, with its stage and the dates of its life. */
export const shownScheme = (schemeId: string, { scheme, stage, dates, approvedRevision, revisions }: SchemeView) => ({
  schemeId,
  ...scheme,
  state: scheme ? stage : null,
  ...dates,
  budgetRevision: revisions.at(-1)?.budgetRevision ?? null,
  approvedRevision,
});

@QueryHandler(GetScheme)
export class GetSchemeHandler implements IQueryHandler<GetScheme> {
  constructor(private readonly reads: ReadDesk) {}

  async execute({ schemeId, asked }: GetScheme): Promise<object> {
    const { view, revision, moment } = await viewOf(this.reads, schemeId, asked);
    return { ...shownScheme(schemeId, view), revision, ...echoed(moment) };
  }
}

const LISTS: Readonly<Record<SchemeList, (view: SchemeView) => { key: string; row: object }[]>> = {
  revisions: ({ revisions }) => revisions.map((row) => ({ key: String(row.budgetRevision), row })),
  contracts: ({ contracts }) =>
    [...contracts.values()].map((row) => ({ key: row.contractNo, row: shownContract(row) })),
  pledges: ({ pledges }) => [...pledges.values()].map((row) => ({ key: row.pledgeId, row: shownPledge(row) })),
  contributions: ({ contributions }) =>
    [...contributions.values()].map((row) => ({
      key: row.contributionId,
      row: { ...row, refunded: yuan(row.refunded) },
    })),
  payments: ({ payments }) =>
    [...payments.values()].map((row) => ({ key: row.paymentId, row: { ...row, refunded: yuan(row.refunded) } })),
};

/** A filter is named as the field it asks for. */
const says = (row: object, name: string, value: string): boolean =>
  String((row as Record<string, unknown>)[name]) === value;

@QueryHandler(GetSchemeList)
export class GetSchemeListHandler implements IQueryHandler<GetSchemeList> {
  constructor(private readonly reads: ReadDesk) {}

  async execute({ schemeId, list, asked }: GetSchemeList): Promise<object> {
    const { view, revision, moment } = await viewOf(this.reads, schemeId, asked);
    const compare = list === 'revisions' ? byNumber : byCodePoint;
    const rows = LISTS[list](view)
      .filter(({ row }) => Object.entries(asked.filters).every(([name, value]) => says(row, name, value)))
      .sort((a, b) => compare(a.key, b.key));
    const { items, next, prev } = paged(rows, ({ key }) => key, asked, compare);
    return { items: items.map(({ row }) => row), next, prev, revision, ...echoed(moment) };
  }
}

/** Schemes a caller may see, as they were at the moment, by id. */
function visibleSchemes(reads: ReadDesk, { caller, filters }: Question, moment: Moment): SchemeAt[] {
  const { divisionCode = '', compoundId, planYear, projectCode } = filters;
  return schemesAt(reads, moment, caller.division)
    .filter(
      (row) =>
        row.division.startsWith(divisionCode) &&
        (compoundId === undefined || row.compoundId === compoundId) &&
        (planYear === undefined || String(row.planYear) === planYear) &&
        (projectCode === undefined || row.projectCode === projectCode),
    )
    .sort((a, b) => byCodePoint(a.schemeId, b.schemeId));
}

@QueryHandler(GetSchemes)
export class GetSchemesHandler implements IQueryHandler<GetSchemes> {
  constructor(private readonly reads: ReadDesk) {}

  async execute({ asked }: GetSchemes): Promise<object> {
    const moment = await this.reads.moment(asked);
    const { state, planStage, centralPlan } = asked.filters;
    let rows = visibleSchemes(this.reads, asked, moment);
    const told = Object.entries({ state, planStage, centralPlan }).filter(([, value]) => value !== undefined);
    if (told.length > 0) {
      const shown = await Promise.all(rows.map(({ schemeId }) => this.shown(schemeId, moment)));
      rows = rows.filter((_, index) => told.every(([name, value]) => says(shown[index]!, name, value!)));
    }
    const { items, next, prev } = paged(rows, ({ schemeId }) => schemeId, asked);
    return {
      items: await Promise.all(items.map(({ schemeId }) => this.shown(schemeId, moment))),
      next,
      prev,
      ...echoed(moment),
    };
  }

  private async shown(schemeId: string, moment: Moment) {
    const found = (await this.reads.view(`scheme-${schemeId}`, schemeView, moment))!;
    return { ...shownScheme(schemeId, found.row), revision: found.revision };
  }
}

@QueryHandler(GetContractsByNo)
export class GetContractsByNoHandler implements IQueryHandler<GetContractsByNo> {
  constructor(private readonly reads: ReadDesk) {}

  async execute({ asked }: GetContractsByNo): Promise<object> {
    const moment = await this.reads.moment(asked);
    const { contractNo, ...filters } = asked.filters;
    const rows: { schemeId: string; contractNo: string }[] = [];
    for (const { schemeId } of visibleSchemes(this.reads, { ...asked, filters }, moment)) {
      const found = (await this.reads.view(`scheme-${schemeId}`, schemeView, moment))!;
      for (const contract of found.row.contracts.values())
        if (contractNo === undefined || contract.contractNo === contractNo)
          rows.push({ schemeId, ...shownContract(contract) });
    }
    return { ...paged(rows, (row) => `${row.schemeId}/${row.contractNo}`, asked), ...echoed(moment) };
  }
}
