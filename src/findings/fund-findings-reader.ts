import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { CompoundState, Ownership } from '../compound/compound.decider.js';
import { compoundView } from '../compound/compound.projection.js';
import type { BusinessDate } from '../kernel/dates.js';
import { type Fen, larger } from '../kernel/money.js';
import type { Moment } from '../kernel/projection.js';
import { fundView, triggerOf } from '../maintenance-fund/maintenance-fund.projection.js';
import { FundViews, type SubAccount } from '../maintenance-fund/maintenance-fund-views.js';
import { ReadDesk } from '../platform/reads/read-desk.js';
import type { RulePack } from '../policy/rule-pack.js';
import type { Day, Raised } from './finding.projection.js';
import { votedDraws, voteAreasDiffer } from './fund-findings.projection.js';
import { incomeUndecided, leviesUndecided, receiptsToDecide } from './owners-decision.projection.js';
import { type HouseholdAccount, notEstablished, replenishmentDue } from './replenishment.projection.js';

const CACHED_FUNDS = 1_000;
export type Wanted = { readonly householdId: string; readonly amount: Fen };
type Answer = { readonly state: string; readonly raised: readonly Raised[] };

/** What stands against a maintenance fund. A fund nobody wrote to since is not looked through again. */
@Injectable()
export class FundFindings {
  private readonly answers = new LRUCache<string, Answer>({ max: CACHED_FUNDS });

  constructor(
    private readonly reads: ReadDesk,
    private readonly funds: FundViews,
  ) {}

  policyOf(compoundId: string): string {
    return this.funds.policyOf(compoundId);
  }

  async of(compoundId: string, moment: Moment, day: Day): Promise<readonly Raised[]> {
    const key = `${compoundId} ${moment.asOf}`;
    const streams = [`maintenanceFund-${compoundId}`, `compound-${compoundId}`];
    const state = [...streams.map((stream) => this.lastOf(stream, moment)), day.today, day.pack.id].join(' ');
    const known = this.answers.get(key);
    if (known?.state === state) return known.raised;
    const raised = await this.look(compoundId, moment, day);
    this.answers.set(key, { state, raised });
    return raised;
  }

  /** What each household is asked for: to replenish, and as a first deposit. */
  async asked(compoundId: string, moment: Moment, pack: RulePack): Promise<{ replenish: Wanted[]; deposit: Wanted[] }> {
    const view = this.funds.fold(compoundId, fundView, moment);
    const { below, without } = standing(await this.funds.subAccounts(compoundId, { view, moment }), pack);
    const wanted = ({ holder }: SubAccount, amount: Fen): Wanted => ({ householdId: holder.householdId!, amount });
    return {
      replenish: below.map((one) => wanted(one, larger(trigger(one, pack) - one.row.balance, 0n))),
      deposit: without.map((one) => wanted(one, one.asked.requiredFirstDeposit)),
    };
  }

  private lastOf(stream: string, { position }: Moment): number | null {
    const sql = 'SELECT max(position) AS last FROM log_v1_events WHERE stream = ? AND position <= ?';
    return this.reads.get<{ last: number | null }>(sql, stream, position)!.last;
  }

  private async look(compoundId: string, moment: Moment, day: Day): Promise<Raised[]> {
    const compound = (await this.reads.view(`compound-${compoundId}`, compoundView, moment))?.row;
    const receipts = this.funds.fold(compoundId, receiptsToDecide, moment);
    const draws = this.funds.fold(compoundId, votedDraws, moment);
    return [
      ...(await this.ofHouseholds(compoundId, compound, moment, day)),
      ...leviesUndecided(compoundId, receipts, day),
      ...incomeUndecided(compoundId, receipts, day),
      ...voteAreasDiffer(compoundId, draws, compound?.households.values() ?? []),
    ];
  }

  /** R16, of every household whose sub-account is open. */
  private async ofHouseholds(
    compoundId: string,
    compound: CompoundState | undefined,
    moment: Moment,
    { pack }: Day,
  ): Promise<Raised[]> {
    const view = this.funds.fold(compoundId, fundView, moment);
    if (!view.opened) return [];
    const { openedOn } = view.opened;
    const rows = await this.funds.subAccounts(compoundId, { view, moment });
    const registered = this.registered(compound);
    const account = (one: SubAccount): HouseholdAccount => {
      const { row, asked } = one;
      const householdId = one.holder.householdId!;
      // Until it was sold it was the unit's to deposit for.
      const sold = view.titles.get(householdId);
      const wasUnsold = sold !== undefined && !isSold(sold.registered.ownership) && isSold(sold.ownership);
      const on = wasUnsold ? sold.occurredOn : (registered.get(householdId) ?? openedOn);
      return {
        requiredFirstDeposit: asked.requiredFirstDeposit,
        trigger: trigger(one, pack),
        balance: row.balance,
        firstDeposit: row.firstDeposit,
        start: on > openedOn ? on : openedOn,
        days: this.funds.figures.days(compoundId, householdId, moment),
      };
    };
    const { below, without } = standing(rows, pack);
    return [
      ...replenishmentDue(compoundId, below.map(account), pack.parameters.replenishmentShare),
      ...notEstablished(compoundId, without.map(account)),
    ];
  }

  /** The day each household was put on the register. */
  private registered(compound: CompoundState | undefined): Map<string, BusinessDate> {
    const days = new Map<string, BusinessDate>();
    const sql = 'SELECT occurred_on AS "on" FROM log_v1_events WHERE event_id = ?';
    const dayOf = (eventId: string): BusinessDate => {
      const known = days.get(eventId) ?? this.reads.get<{ on: BusinessDate }>(sql, eventId)!.on;
      days.set(eventId, known);
      return known;
    };
    const households = [...(compound?.households.values() ?? [])];
    return new Map(
      households.flatMap(({ householdId, registeredBy }) =>
        registeredBy === undefined ? [] : [[householdId, dayOf(registeredBy)] as const],
      ),
    );
  }
}

/** Households R16 asks for money: whose balance is below the trigger, and who never made a deposit it is taken of. */
function standing(rows: readonly SubAccount[], pack: RulePack): { below: SubAccount[]; without: SubAccount[] } {
  const units = new Set(rows.filter(({ row }) => row.firstDeposit > 0n).flatMap(({ holder }) => holder.unitId ?? []));
  // A flat that is not sold yet is its unit's, whose deposit stands for it.
  const isOfUnit = ({ flat }: SubAccount): boolean =>
    flat?.ownerUnitId !== undefined && !isSold(flat.ownership) && units.has(flat.ownerUnitId);
  const open = rows.filter(({ holder, asked }) => holder.householdId !== undefined && !asked.isClosed);
  return {
    below: open.filter((one) => one.row.balance < trigger(one, pack)),
    without: open.filter((one) => one.row.firstDeposit === 0n && !isOfUnit(one)),
  };
}

/** Under the pack that is asked about, which need not be the fund's own. */
const trigger = ({ row }: SubAccount, { parameters }: RulePack): Fen =>
  triggerOf(row.firstDeposit, parameters.replenishmentShare);

const isSold = (ownership: Ownership): boolean => ownership === 'commodity' || ownership === 'sold-public-housing';
