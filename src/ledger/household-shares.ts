import { Injectable } from '@nestjs/common';
import { compoundView } from '../compound/compound.projection.js';
import type { BusinessDate } from '../kernel/dates.js';
import type { Fen } from '../kernel/money.js';
import type { Moment } from '../kernel/projection.js';
import { ReadDesk, within } from '../platform/reads/read-desk.js';
import { householdShares, type Shares } from '../scheme/household-shares.projection.js';
import { schemeView } from '../scheme/scheme.projection.js';
import type { BudgetLine } from '../scheme/scheme-state.decider.js';
import { committedByOthers, type HouseholdCash, type ShareRow, shareRows } from './household-rows.projection.js';
import { SchemeFigures } from './scheme-figures.js';

/** What every household of a scheme bears, for its projection and for the decision that lowers a share. */
@Injectable()
export class HouseholdShares {
  constructor(
    private readonly reads: ReadDesk,
    private readonly figures: SchemeFigures,
  ) {}

  async at(
    { schemeId, compoundId }: { schemeId: string; compoundId: string },
    moment: Moment,
  ): Promise<{ shares: Shares; lines: readonly BudgetLine[] }> {
    const view = (await this.reads.view(`scheme-${schemeId}`, schemeView, moment))!.row;
    const compound = (await this.reads.view(`compound-${compoundId}`, compoundView, moment))!.row;
    const revision =
      view.revisions.find(({ budgetRevision }) => budgetRevision === view.approvedRevision) ?? view.revisions.at(-1);
    const lines = revision?.lines ?? [];
    const households = [...compound.households.values()];
    const others = committedByOthers(this.figures.sums(schemeId, moment));
    return {
      shares: householdShares({ lines, households, adjustments: view.adjustments, committedByOthers: others }),
      lines,
    };
  }

  /** A row for each household: its share, and what it promised and paid; overdue are lines due before `today`. */
  async rows(
    scheme: { schemeId: string; compoundId: string },
    moment: Moment,
    today: BusinessDate,
  ): Promise<{ rows: readonly ShareRow[]; shares: Shares }> {
    const { shares, lines } = await this.at(scheme, moment);
    const due = new Set(lines.filter(({ dueOn }) => dueOn !== undefined && dueOn < today).map(({ lineId }) => lineId));
    return { rows: shareRows(shares, this.cash(scheme.schemeId, moment), due), shares };
  }

  private cash(schemeId: string, moment: Moment): HouseholdCash {
    const at = within(moment);
    const sql = `SELECT household_id AS householdId, measure, sum(amount) AS amount FROM ledger_v1_postings
      WHERE scheme_id = ? AND household_id IS NOT NULL AND measure IN ('pledged', 'received') AND ${at.sql}
      GROUP BY household_id, measure`;
    type Row = { householdId: string; measure: string; amount: Fen };
    const found = new Map<string, { pledged: Fen; paid: Fen }>();
    for (const { householdId, measure, amount } of this.reads.exact<Row>(sql, schemeId, ...at.values)) {
      const own = found.get(householdId) ?? { pledged: 0n, paid: 0n };
      found.set(householdId, measure === 'pledged' ? { ...own, pledged: amount } : { ...own, paid: amount });
    }
    return found;
  }

  /** What one household bears of one line now, in fen. */
  async borne(schemeId: string, { householdId, lineId }: { householdId: string; lineId: string }): Promise<Fen> {
    const moment = await this.reads.moment({ asOf: null, recordedAt: null, minPosition: null, waitSeconds: 1 });
    const scheme = this.figures.scheme(schemeId);
    if (!scheme) return 0n;
    const { shares } = await this.at(scheme, moment);
    return shares.shares.get(householdId)?.get(lineId) ?? 0n;
  }
}
