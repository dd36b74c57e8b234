import type { Fen } from '../kernel/money.js';
import type { Moment } from '../kernel/projection.js';
import { type Reading, within } from '../platform/reads/read-desk.js';
import { orClose, type Database, openReadOnly, type SqlValue, type Statement } from '../platform/sqlite.js';
import { FundBooks, inBooks, type Leg, type TitleRow } from './fund-books.js';
import type { Balances, JournalEntry } from './journals.js';

/** No business date is later. */
const LAST_DAY = '9999-12-31';

/** Which postings: those of a moment, and of one division and what crosses its border. `*` is everything. */
export type Selection = { readonly moment: Moment; readonly division: string };

type Row = Leg & {
  readonly position: bigint;
  readonly occurredOn: string;
  readonly eventId: string;
  readonly type: string;
};

/**
 * The postings in a file of read models, read through a connection of its own: a snapshot that may be walked for as long
 * as it takes, row by row, while the service goes on writing.
 */
export class LedgerFile implements Reading {
  private readonly database: Database;
  /**
   * Statements somebody walks along. The library's iterator does not keep its statement from being collected, and would
   * go on reading where it stood.
   */
  private readonly walked = new Set<Statement>();

  constructor(path: string) {
    this.database = openReadOnly(path);
    orClose(this.database, (database) => database.exec('BEGIN'));
  }

  close(): void {
    this.database.close();
  }

  /** Events with their postings, by date and then by position, as journals are kept. */
  *entries(selection: Selection): Generator<JournalEntry> {
    const { sql, values } = conditions(selection, 'p.');
    const rows = this.rows<Row>(
      `SELECT p.position AS position, p.occurred_on AS occurredOn, p.book AS book, p.account AS account,
         p.amount AS amount, p.measure AS measure, p.item AS item, p.fund_id AS fundId,
         p.household_id AS householdId, p.unit_id AS unitId, e.event_id AS eventId, e.type AS type
       FROM ledger_v1_postings p JOIN log_v1_events e ON e.position = p.position
       WHERE ${sql} ORDER BY p.occurred_on, p.position, p.leg`,
      values,
    );
    const booksOf = this.fundBooks(selection);
    let entry: (Omit<JournalEntry, 'postings'> & { legs: Leg[] }) | undefined;
    const told = ({ legs, ...rest }: NonNullable<typeof entry>): JournalEntry => ({
      ...rest,
      postings: inBooks(legs, booksOf),
    });
    for (const { position, occurredOn, eventId, type, ...leg } of rows) {
      if (entry?.position !== Number(position)) {
        if (entry) yield told(entry);
        entry = { position: Number(position), occurredOn, eventId, type, legs: [] };
      }
      entry.legs.push(leg);
    }
    if (entry) yield told(entry);
  }

  /** The books of each fund as they were at the moment; of a flat registered after it, as it was registered. */
  private fundBooks({ moment }: Selection): (fundId: string) => FundBooks {
    const known = new Map<string, FundBooks>();
    const asOf = moment.asOf ?? LAST_DAY;
    // What the register told later comes first, so that what it told by the day stands over it.
    const sql = `SELECT household_id AS householdId, ownership, owner_unit_id AS ownerUnitId,
        registered_ownership AS registeredOwnership, registered_unit_id AS registeredUnitId
      FROM fund_v2_titles WHERE compound_id = ? AND position <= ? AND (occurred_on <= ? OR registered_ownership IS NULL)
      ORDER BY occurred_on > ? DESC, position`;
    return (fundId) => {
      const books = known.get(fundId) ?? new FundBooks(this.rows<TitleRow>(sql, [fundId, moment.position, asOf, asOf]));
      known.set(fundId, books);
      return books;
    };
  }

  /** Balances of every account that ever moved; undefined where nothing did. */
  balances(selection: Selection): Balances | undefined {
    const { sql, values } = conditions(selection);
    const accounts = [
      ...this.rows<{ account: string; balance: Fen; first: string; last: string }>(
        `SELECT account, sum(amount) AS balance, min(occurred_on) AS first, max(occurred_on) AS last
         FROM ledger_v1_postings WHERE ${sql} GROUP BY account ORDER BY account`,
        values,
      ),
    ];
    if (accounts.length === 0) return undefined;
    const first = accounts.reduce((least, one) => (one.first < least ? one.first : least), accounts[0]!.first);
    const last = accounts.reduce((most, one) => (one.last > most ? one.last : most), accounts[0]!.last);
    return { accounts: accounts.map(({ account, balance }) => ({ account, balance })), first, last };
  }

  /** How many postings there are. */
  count(selection: Selection): number {
    const { sql, values } = conditions(selection);
    const [row] = [
      ...this.rows<{ found: bigint }>(`SELECT count(*) AS found FROM ledger_v1_postings WHERE ${sql}`, values),
    ];
    return Number(row!.found);
  }

  all<Row>(sql: string, ...values: SqlValue[]): Row[] {
    return this.database.prepare(sql).all(...values) as Row[];
  }

  get<Row>(sql: string, ...values: SqlValue[]): Row | undefined {
    return this.database.prepare(sql).get(...values) as Row | undefined;
  }

  exact<Row>(sql: string, ...values: SqlValue[]): Row[] {
    return [...this.rows<Row>(sql, values)];
  }

  sum(sql: string, ...values: SqlValue[]): Fen {
    return this.exact<{ amount: Fen }>(sql, ...values)[0]!.amount;
  }

  /** Rows of any query, one at a time; integers come as BigInt. */
  *rows<Found>(sql: string, values: readonly SqlValue[] = []): Generator<Found> {
    const statement = this.database.prepare(sql);
    statement.setReadBigInts(true);
    this.walked.add(statement);
    try {
      yield* statement.iterate(...values) as IterableIterator<Found>;
    } finally {
      this.walked.delete(statement);
    }
  }
}

/** SQL of a selection; `twoEnds` where a row has the division of its other side too. */
export function conditions(
  { moment, division }: Selection,
  alias = '',
  twoEnds = true,
): { sql: string; values: SqlValue[] } {
  const at = within(moment, alias);
  if (division === '*') return at;
  if (!twoEnds) return { sql: `${at.sql} AND ${alias}division LIKE ?`, values: [...at.values, `${division}%`] };
  return {
    sql: `${at.sql} AND (${alias}division LIKE ? OR ${alias}other_end LIKE ?)`,
    values: [...at.values, `${division}%`, `${division}%`],
  };
}
