import { type Fen, total, yuan } from '../kernel/money.js';
import type { Moment } from '../kernel/projection.js';
import { ReadDesk, within } from '../platform/reads/read-desk.js';
import type { SqlValue } from '../platform/sqlite.js';
import { BOOKS } from './posting.postings.js';

/** Balances of all accounts that are not at zero; each book sums to zero, or something is badly wrong. */
export function trialBalance(reads: ReadDesk, moment: Moment, scope: { sql: string; values: SqlValue[] }) {
  const at = within(moment);
  const sql = `SELECT book, account, sum(amount) AS balance FROM ledger_v1_postings WHERE ${at.sql} AND ${scope.sql}
    GROUP BY book, account HAVING sum(amount) <> 0 ORDER BY book, account`;
  const rows = reads.exact<{ book: string; account: string; balance: Fen }>(sql, ...at.values, ...scope.values);
  return BOOKS.map((book) => {
    const accounts = rows.filter((row) => row.book === book);
    return {
      book,
      accounts: accounts.map(({ account, balance }) => ({ account, balance: yuan(balance) })),
      sum: yuan(total(accounts.map(({ balance }) => balance))),
    };
  });
}
