import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { fromMillionths, millionths } from '../kernel/decimal.js';
import { byCodePoint, inScope } from '../kernel/ids.js';
import { echoed } from '../kernel/projection.js';
import { notFound } from '../kernel/rejection.js';
import { compoundsAt } from '../ledger/subjects-at.js';
import type { Question } from '../platform/http/routes.js';
import { paged } from '../platform/reads/paging.js';
import { ReadDesk } from '../platform/reads/read-desk.js';
import { type CompoundState, isDwelling } from './compound.decider.js';
import { compoundView } from './compound.projection.js';

export class GetCompounds extends Query<object> {
  constructor(readonly asked: Question) {
    super();
  }
}
export class GetCompound extends Query<object> {
  constructor(
    readonly compoundId: string,
    readonly asked: Question,
  ) {
    super();
  }
}
export class GetHouseholds extends Query<object> {
  constructor(
    readonly compoundId: string,
    readonly asked: Question,
  ) {
    super();
  }
}

/** A compound with the size its register gives it: registered households, or what was declared before there were any. */
function shown(compoundId: string, { compound, households }: CompoundState) {
  const area = [...households.values()].reduce((sum, { floorAreaM2 }) => sum + millionths(floorAreaM2), 0n);
  const registered = households.size > 0;
  return {
    compoundId,
    ...compound,
    households: registered ? [...households.values()].filter(isDwelling).length : (compound?.declared?.households ?? 0),
    floorAreaM2: registered ? fromMillionths(area) : (compound?.declared?.floorAreaM2 ?? '0.00'),
  };
}

async function compoundAt(reads: ReadDesk, compoundId: string, asked: Question) {
  const moment = await reads.moment(asked);
  const found = await reads.view(`compound-${compoundId}`, compoundView, moment);
  const sql = 'SELECT division FROM subjects_v1_compounds WHERE compound_id = ?';
  const row = reads.get<{ division: string }>(sql, compoundId);
  if (!found || !row || !inScope(asked.caller.division, row.division)) throw notFound('compound');
  return { state: found.row, revision: found.revision, moment };
}

@QueryHandler(GetCompound)
export class GetCompoundHandler implements IQueryHandler<GetCompound> {
  constructor(private readonly reads: ReadDesk) {}

  async execute({ compoundId, asked }: GetCompound): Promise<object> {
    const { state, revision, moment } = await compoundAt(this.reads, compoundId, asked);
    return { ...shown(compoundId, state), revision, ...echoed(moment) };
  }
}

@QueryHandler(GetHouseholds)
export class GetHouseholdsHandler implements IQueryHandler<GetHouseholds> {
  constructor(private readonly reads: ReadDesk) {}

  async execute({ compoundId, asked }: GetHouseholds): Promise<object> {
    const { state, revision, moment } = await compoundAt(this.reads, compoundId, asked);
    const { buildingNo } = asked.filters;
    const rows = [...state.households.values()]
      .filter((household) => buildingNo === undefined || household.buildingNo === buildingNo)
      .map(({ registeredBy: _, ...household }) => household)
      .sort((a, b) => byCodePoint(a.householdId, b.householdId));
    return { ...paged(rows, ({ householdId }) => householdId, asked), revision, ...echoed(moment) };
  }
}

@QueryHandler(GetCompounds)
export class GetCompoundsHandler implements IQueryHandler<GetCompounds> {
  constructor(private readonly reads: ReadDesk) {}

  async execute({ asked }: GetCompounds): Promise<object> {
    const moment = await this.reads.moment(asked);
    const { divisionCode = '', name } = asked.filters;
    const rows = compoundsAt(this.reads, moment, asked.caller.division)
      .filter((row) => row.division.startsWith(divisionCode) && (name === undefined || row.name.includes(name)))
      .sort((a, b) => byCodePoint(a.compoundId, b.compoundId));
    const { items, next, prev } = paged(rows, ({ compoundId }) => compoundId, asked);
    const full = await Promise.all(
      items.map(async ({ compoundId }) => {
        const found = (await this.reads.view(`compound-${compoundId}`, compoundView, moment))!;
        return { ...shown(compoundId, found.row), revision: found.revision };
      }),
    );
    return { items: full, next, prev, ...echoed(moment) };
  }
}
