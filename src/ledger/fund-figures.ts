import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { BusinessDate } from '../kernel/dates.js';
import type { Fen } from '../kernel/money.js';
import type { Moment } from '../kernel/projection.js';
import type { AccountTotals, DrawShareRow } from '../maintenance-fund/maintenance-fund.projection.js';
import type { DepositKind } from '../maintenance-fund/maintenance-fund-state.decider.js';
import { ReadDesk, type Reading, within } from '../platform/reads/read-desk.js';
import type { Measure } from './posting.postings.js';
import type { SqlValue } from '../platform/sqlite.js';

/** Figures of a whole fund: each is what came in, or went out, by its name; `due` is what the fund has advanced. */
export type FundTotals = {
  readonly deposited: Fen;
  readonly income: Fen;
  readonly collected: Fen;
  readonly drawn: Fen;
  readonly returned: Fen;
  readonly reserved: Fen;
  readonly balance: Fen;
};
/** One sub-account, summed by measure and by what the movement belongs to. */
export type AccountSum = {
  readonly householdId: string | null;
  readonly unitId: string | null;
  readonly measure: string;
  readonly item: string | null;
  readonly amount: Fen;
};
export type EntryRow = {
  readonly eventId: string;
  readonly type: string;
  readonly occurredOn: string;
  readonly recordedAt: string;
  readonly amount: Fen;
  readonly due: Fen;
  readonly reserved: Fen;
};

export type AccountDayRow = {
  readonly on: BusinessDate;
  readonly balance: Fen;
  readonly first: Fen;
  readonly establishment: Fen;
};

const WHOLE = 'household_id IS NULL AND unit_id IS NULL';
const CACHED_FUNDS = 200;

const movements = (condition: string): string =>
  `SELECT household_id AS householdId, unit_id AS unitId, measure, item, sum(amount) AS amount,
      min(occurred_on) AS firstOn
    FROM ledger_v1_postings WHERE ${condition} AND NOT (${WHOLE}) GROUP BY household_id, unit_id, measure, item`;
const KEPT_UNTIL =
  'SELECT max(last_position) AS position, max(last_on) AS "on" FROM ledger_v1_sub_accounts WHERE fund_id = ?';
const KEPT = `(SELECT nullif(household_id, '') AS householdId, nullif(unit_id, '') AS unitId, measure, item, amount,
    first_on AS firstOn FROM ledger_v1_sub_accounts WHERE fund_id = ?)`;

const column = (name: string, test: string): string => `sum(CASE WHEN ${test} THEN amount ELSE 0 END) AS ${name}`;
const measured = (measure: Measure, item?: string): string =>
  `measure = '${measure}'${item === undefined ? '' : ` AND item = '${item}'`}`;
const TOTALS = [
  'householdId, unitId',
  column('deposited', measured('deposited')),
  column('first', measured('deposited', 'first')),
  column('establishment', measured('deposited', 'establishment')),
  `min(CASE WHEN ${measured('deposited', 'first')} THEN firstOn END) AS firstOn`,
  ...(['income', 'drawn', 'returned', 'due', 'reserved'] as const).map((measure) => column(measure, measured(measure))),
  column('collected', measured('due', 'collection')),
].join(', ');

/** Balances of maintenance funds, from the postings and nothing else. */
@Injectable()
export class FundFigures {
  private readonly known = new LRUCache<string, { position: number; totals: readonly AccountTotals[] }>({
    max: CACHED_FUNDS,
  });

  constructor(@Inject(ReadDesk) private readonly reads: Reading) {}

  /** The division of a fund; undefined where none was ever opened. */
  divisionOf(fundId: string): string | undefined {
    const sql = 'SELECT division FROM subjects_v1_streams WHERE stream = ?';
    return this.reads.get<{ division: string }>(sql, `maintenanceFund-${fundId}`)?.division;
  }

  /** Of the movements from `from` on, or of all. */
  totals(fundId: string, moment: Moment, from: BusinessDate | null = null): FundTotals {
    const at = within(moment);
    const since = from === null ? { sql: '', values: [] } : { sql: ' AND occurred_on >= ?', values: [from] };
    const sql = `SELECT measure, sum(amount) AS amount FROM ledger_v1_postings
      WHERE fund_id = ? AND ${WHOLE} AND ${at.sql}${since.sql} GROUP BY measure`;
    const rows = this.reads.exact<{ measure: string; amount: Fen }>(sql, fundId, ...at.values, ...since.values);
    const of = (measure: string): Fen => rows.find((row) => row.measure === measure)?.amount ?? 0n;
    const cash = ['deposited', 'income', 'collected', 'drawn', 'returned'].reduce((sum, name) => sum + of(name), 0n);
    return {
      deposited: -of('deposited'),
      income: -of('income'),
      collected: -of('collected'),
      drawn: of('drawn'),
      returned: of('returned'),
      reserved: -of('reserved'),
      balance: -cash,
    };
  }

  /** What households and units owe. */
  due(fundId: string, moment: Moment): Fen {
    const at = within(moment);
    const sql = `SELECT coalesce(sum(amount), 0) AS amount FROM ledger_v1_postings
      WHERE fund_id = ? AND measure = 'due' AND ${at.sql}`;
    return -this.reads.sum(sql, fundId, ...at.values);
  }

  /**
   * Every sub-account. Where nothing was recorded or happened after the moment, from where its postings are kept added up;
   * at any other moment from the postings themselves.
   */
  accounts(fundId: string, moment: Moment): readonly AccountTotals[] {
    const last = 'SELECT max(position) AS position FROM log_v1_events WHERE stream = ? AND position <= ?';
    const stream = `maintenanceFund-${fundId}`;
    const position = this.reads.get<{ position: number | null }>(last, stream, moment.position)!.position ?? 0;
    const key = `${fundId} ${moment.asOf}`;
    const known = this.known.get(key);
    if (known?.position === position) return known.totals;
    const kept = this.reads.get<{ position: number | null; on: string | null }>(KEPT_UNTIL, fundId)!;
    const isKept = (kept.position ?? 0) <= moment.position && (moment.asOf === null || (kept.on ?? '') <= moment.asOf);
    const totals = isKept ? this.exact(KEPT, [fundId]) : this.summed('fund_id = ?', [fundId], moment);
    // What is asked of the past does not take the place of the present.
    if (!known || known.position < position) this.known.set(key, { position, totals });
    return totals;
  }

  account(fundId: string, holder: { householdId: string } | { unitId: string }, moment: Moment): AccountTotals[] {
    return 'householdId' in holder
      ? this.summed('fund_id = ? AND household_id = ?', [fundId, holder.householdId], moment)
      : this.summed('fund_id = ? AND household_id IS NULL AND unit_id = ?', [fundId, holder.unitId], moment);
  }

  private summed(condition: string, values: SqlValue[], moment: Moment): AccountTotals[] {
    const at = within(moment);
    return this.exact(`(${movements(`${condition} AND ${at.sql}`)})`, [...values, ...at.values]);
  }

  private exact(source: string, values: SqlValue[]): AccountTotals[] {
    return this.reads.exact<AccountTotals>(`SELECT ${TOTALS} FROM ${source} GROUP BY householdId, unitId`, ...values);
  }

  /** What each sub-account's movements come to, by measure and by what they belong to. */
  movements(fundId: string, moment: Moment): AccountSum[] {
    const at = within(moment);
    return this.reads.exact<AccountSum>(movements(`fund_id = ? AND ${at.sql}`), fundId, ...at.values);
  }

  /** What each day moved on a household's sub-account, and what of it was first or establishment deposit. */
  days(fundId: string, householdId: string, moment: Moment): AccountDayRow[] {
    const at = within(moment);
    const of = (kind: DepositKind): string =>
      `sum(CASE WHEN measure = 'deposited' AND item = '${kind}' THEN amount ELSE 0 END) AS ${kind}`;
    const sql = `SELECT occurred_on AS "on", sum(amount) AS balance, ${of('first')}, ${of('establishment')}
      FROM ledger_v1_postings
      WHERE fund_id = ? AND household_id = ? AND measure IN ('deposited', 'income', 'drawn', 'returned') AND ${at.sql}
      GROUP BY occurred_on ORDER BY occurred_on`;
    return this.reads.exact<AccountDayRow>(sql, fundId, householdId, ...at.values);
  }

  /** What a draw did to each sub-account, from `from` on or in all; one row a sub-account, as thousands have a share. */
  draw(fundId: string, drawId: string, moment: Moment, from: BusinessDate | null = null): DrawShareRow[] {
    const at = within(moment);
    const since = from === null ? { sql: '', values: [] } : { sql: ' AND occurred_on >= ?', values: [from] };
    const of = (item: string, ...measures: readonly string[]): string =>
      `sum(CASE WHEN item = '${item}' AND measure IN ('${measures.join("', '")}') THEN amount ELSE 0 END)`;
    const sql = `SELECT household_id AS householdId, unit_id AS unitId, ${of('approval', 'reserved')} AS amount,
        -${of('payment', 'drawn', 'due')} AS paid, ${of('refund', 'drawn', 'due')} AS refunded,
        -${of('rejection', 'reserved')} AS released, -sum(CASE WHEN measure = 'due' THEN amount ELSE 0 END) AS due
      FROM ledger_v1_postings WHERE fund_id = ? AND reference = ? AND ${at.sql}${since.sql} AND NOT (${WHOLE})
      GROUP BY household_id, unit_id`;
    return this.reads.exact<DrawShareRow>(sql, fundId, drawId, ...at.values, ...since.values);
  }

  /** Draws that moved money from `from` on. */
  drawsMoved(fundId: string, moment: Moment, from: BusinessDate): Set<string> {
    const at = within(moment);
    const sql = `SELECT DISTINCT reference AS drawId FROM ledger_v1_postings
      WHERE fund_id = ? AND measure = 'drawn' AND ${WHOLE} AND ${at.sql} AND occurred_on >= ?`;
    return new Set(this.reads.all<{ drawId: string }>(sql, fundId, ...at.values, from).map(({ drawId }) => drawId));
  }

  /** The movements of one sub-account by date, one row an event. */
  entries(fundId: string, holder: { householdId: string } | { unitId: string }, moment: Moment): EntryRow[] {
    const at = within(moment, 'p.');
    const [condition, id] =
      'householdId' in holder
        ? ['p.household_id = ?', holder.householdId]
        : ['p.household_id IS NULL AND p.unit_id = ?', holder.unitId];
    const of = (test: string, sign = '') => `sum(CASE WHEN ${test} THEN ${sign}p.amount ELSE 0 END)`;
    const sql = `SELECT e.event_id AS eventId, e.type AS type, p.occurred_on AS occurredOn, e.recorded_at AS recordedAt,
        ${of("p.book = 'cash' AND p.measure <> 'due'")} AS amount, ${of("p.measure = 'due'", '-')} AS due,
        ${of("p.measure = 'reserved'")} AS reserved
      FROM ledger_v1_postings p JOIN log_v1_events e ON e.position = p.position
      WHERE p.fund_id = ? AND ${condition} AND ${at.sql}
      GROUP BY p.position ORDER BY p.occurred_on, p.position`;
    return this.reads.exact<EntryRow>(sql, fundId, id!, ...at.values);
  }

  /** Every fund's balance, by compound. */
  balances(moment: Moment): Map<string, Fen> {
    const at = within(moment);
    const sql = `SELECT fund_id AS fundId, -sum(amount) AS balance FROM ledger_v1_postings
      WHERE fund_id IS NOT NULL AND ${WHOLE} AND book = 'cash' AND ${at.sql} GROUP BY fund_id`;
    const rows = this.reads.exact<{ fundId: string; balance: Fen }>(sql, ...at.values);
    return new Map(rows.map(({ fundId, balance }) => [fundId, balance]));
  }
}
