import { Injectable } from '@nestjs/common';
import { compoundView } from '../compound/compound.projection.js';
import type { CompoundData, CompoundState, Household, Ownership } from '../compound/compound.decider.js';
import type { BusinessDate } from '../kernel/dates.js';
import { byCodePoint, inScope } from '../kernel/ids.js';
import { dayOfMoment, isWithin, type Moment, type View } from '../kernel/projection.js';
import { notFound } from '../kernel/rejection.js';
import { FundFigures } from '../ledger/fund-figures.js';
import { Clock } from '../platform/clock.js';
import type { Question } from '../platform/http/routes.js';
import { ReadDesk } from '../platform/reads/read-desk.js';
import { bookOf, flatsOfUnits, type FundBook } from './chart-of-accounts.js';
import {
  type AccountRow,
  type AccountTotals,
  accountRow,
  type Asked,
  type DrawShareRow,
  fundView,
  type FundView,
  requiredFirstDeposit,
  triggerOf,
} from './maintenance-fund.projection.js';
import {
  flatOf,
  type FundEvent,
  type Holder,
  holderOf,
  householdKey,
  keyOf,
  packOfFund,
} from './maintenance-fund-state.decider.js';

export type FundAt = { readonly view: FundView; readonly revision: number; readonly moment: Moment };
export type SubAccount = {
  readonly key: string;
  readonly holder: Holder;
  readonly flat: Household | undefined;
  /** What a unit owns or sold. */
  readonly flats: readonly Ownership[];
  readonly row: AccountRow;
  readonly asked: Asked;
};
export const bookOfAccount = ({ flat, flats }: Pick<SubAccount, 'flat' | 'flats'>): FundBook =>
  bookOf(flat ? [flat.ownership] : flats);
type Fact = { position: number; occurredOn: string; eventId: string; type: string; data: string };

/** A fund's facts and sub-accounts at a moment, for its read routes. */
@Injectable()
export class FundViews {
  constructor(
    private readonly reads: ReadDesk,
    readonly figures: FundFigures,
    private readonly clock: Clock,
  ) {}

  /** The fund at the moment asked for; 404 where none was ever opened, or outside the caller's division. */
  async at(compoundId: string, asked: Question): Promise<FundAt> {
    const moment = await this.reads.moment(asked);
    const division = this.figures.divisionOf(compoundId);
    if (division === undefined || !inScope(asked.caller.division, division)) throw notFound('maintenance-fund');
    const sql = 'SELECT max(revision) AS revision FROM log_v1_events WHERE stream = ?';
    const { revision } = this.reads.get<{ revision: number }>(sql, `maintenanceFund-${compoundId}`)!;
    return { view: this.view(compoundId, moment), revision, moment };
  }

  view(compoundId: string, moment: Moment): FundView {
    return this.fold(compoundId, fundView, moment);
  }

  /** Any view of a fund that needs no share of it. */
  fold<Row>(compoundId: string, view: View<Row, FundEvent>, moment: Moment): Row {
    const sql = `SELECT position, occurred_on AS occurredOn, event_id AS eventId, type, data FROM fund_v2_facts
      WHERE fund_id = ? AND position <= ? ORDER BY position`;
    let row = view.initial(compoundId);
    for (const { position, eventId, type, data } of this.reads.all<Fact>(sql, compoundId, moment.position)) {
      const event = { type, eventId, position, data: JSON.parse(data) as { occurredOn: string } };
      if (isWithin(moment, event)) row = view.project(row, event as unknown as FundEvent);
    }
    return row;
  }

  /** The pack of a fund, whatever the moment. */
  policyOf(compoundId: string): string {
    const sql = "SELECT data FROM fund_v2_facts WHERE fund_id = ? AND type = 'MaintenanceFundOpened'";
    const opened = this.reads.get<{ data: string }>(sql, compoundId);
    return packOfFund(opened && (JSON.parse(opened.data) as { policyId?: string })).id;
  }

  /** The day an answer at a moment is about. */
  dayOf(moment: Pick<Moment, 'asOf' | 'recordedAt'>): BusinessDate {
    return dayOfMoment(moment, this.clock.now());
  }

  /** Every sub-account in the order of the ids, household before unit; one holder's only, where it is named. */
  async subAccounts(
    compoundId: string,
    { view, moment }: Pick<FundAt, 'view' | 'moment'>,
    only?: string,
  ): Promise<SubAccount[]> {
    const named = only === undefined ? undefined : [{ householdId: only }, { unitId: only }];
    const sums = named
      ? named.flatMap((holder) => this.figures.account(compoundId, holder, moment))
      : this.figures.accounts(compoundId, moment);
    const byKey = new Map(sums.map((one) => [accountKey(one), one]));
    const compound = await this.compound(compoundId, moment, byKey.keys());
    const flats = [...compound.households.values()].map((household) => flatOf({ titles: view.titles }, household));
    const units = flatsOfUnits(flats, [...compound.households.values(), ...view.titles.values()]);
    const owners = new Set(flats.flatMap(({ ownerUnitId }) => ownerUnitId ?? []));
    const keys = new Set([
      ...flats.map(({ householdId }) => householdKey(householdId)),
      ...[...owners].map((unitId) => keyOf({ unitId })),
      ...byKey.keys(),
    ]);
    const known = new Map(flats.map((flat) => [householdKey(flat.householdId), flat]));
    const wanted = only === undefined ? [...keys] : [...keys].filter((key) => key.slice(0, -2) === only);
    return wanted.sort(byCodePoint).map((key) => {
      const holder = holderOf(key);
      const row = accountRow(byKey.get(key));
      const asked = this.asked(known.get(key), row, view, compound.compound, moment);
      return { key, holder, flat: known.get(key), flats: units.get(holder.unitId ?? '') ?? [], row, asked };
    });
  }

  private asked(
    flat: Household | undefined,
    row: AccountRow,
    view: FundView,
    compound: CompoundData | undefined,
    moment: Moment,
  ): Asked {
    const isClosed = flat !== undefined && view.closed.has(flat.householdId);
    const on = row.firstDepositOn ?? this.dayOf(moment);
    const required = flat ? requiredFirstDeposit(flat, compound?.buildings ?? [], view.depositRates, on) : 0n;
    const trigger = isClosed ? 0n : triggerOf(row.firstDeposit, packOfFund(view.opened).parameters.replenishmentShare);
    return { requiredFirstDeposit: required, trigger, isClosed };
  }

  /** The register at the moment; of sub-accounts older than their flat's registration, as it was registered later. */
  private async compound(compoundId: string, moment: Moment, keys: Iterable<string>): Promise<CompoundState> {
    const stream = `compound-${compoundId}`;
    const state = (await this.reads.view(stream, compoundView, moment))!.row;
    if (moment.asOf === null) return state;
    const missing = [...keys].filter((key) => key.endsWith(' h') && !state.households.has(key.slice(0, -2)));
    if (missing.length === 0 && state.compound) return state;
    const later = (await this.reads.view(stream, compoundView, { ...moment, asOf: null }))!.row;
    state.compound ??= later.compound!;
    for (const key of missing) {
      const household = later.households.get(key.slice(0, -2));
      if (household) state.households.set(household.householdId, household);
    }
    return state;
  }

  /** What a draw did to each sub-account, in the order of the ids. */
  drawShares(compoundId: string, drawId: string, moment: Moment, from: BusinessDate | null = null): DrawShareRow[] {
    return this.figures.draw(compoundId, drawId, moment, from).sort(byHolder);
  }
}

/** By id, household before unit where ids tie. */
const byHolder = (a: DrawShareRow, b: DrawShareRow): number =>
  byCodePoint(a.householdId ?? a.unitId!, b.householdId ?? b.unitId!) ||
  Number(a.householdId === null) - Number(b.householdId === null);

export const accountKey = ({ householdId, unitId }: Pick<AccountTotals, 'householdId' | 'unitId'>): string =>
  unitId === null ? householdKey(householdId!) : keyOf({ unitId });
