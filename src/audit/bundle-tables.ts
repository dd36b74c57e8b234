import { stringify } from 'csv-stringify/sync';
import { yuan } from '../kernel/money.js';
import type { Moment } from '../kernel/projection.js';
import { within } from '../platform/reads/read-desk.js';
import type { SqlValue } from '../platform/sqlite.js';
import type { LedgerFile } from './ledger-file.js';

/** Business dates of the tables, and of the journals' end. The log is always whole: a chain with a beginning left out proves nothing. */
export type Period = { readonly from: string | null; readonly to: string | null };
export type Table = { readonly name: string; readonly lines: Iterable<string> };

/** Tables for people: every event, every posting of the period, and the trial balance at its end. */
export function* bundleTables(file: LedgerFile, moment: Moment, { from }: Period): Generator<Table> {
  const upTo = { sql: 'e.position <= ?', values: [moment.position] };
  yield {
    name: 'events',
    lines: csv(
      ['event', 'position', 'eventId', 'stream', 'revision', 'type', 'occurredOn', 'recordedAt', 'leafHash'],
      file.rows(
        `SELECT t.leaf + 1, e.position, e.event_id, e.stream, e.revision, e.type, e.occurred_on, e.recorded_at, t.hash
         FROM log_v1_events e JOIN tree_v1_leaves t ON t.position = e.position WHERE ${upTo.sql} ORDER BY e.position`,
        upTo.values,
      ),
    ),
  };
  const at = within(moment, 'p.');
  const since: { sql: string; values: SqlValue[] } =
    from === null ? { sql: '1', values: [] } : { sql: 'p.occurred_on >= ?', values: [from] };
  yield {
    name: 'postings',
    lines: csv(
      ['position', 'leg', 'eventId', 'occurredOn', 'book', 'account', 'amount', 'measure', 'scheme', 'grant', 'source'],
      file.rows(
        `SELECT p.position, p.leg, e.event_id, p.occurred_on, p.book, p.account, p.amount AS fen, p.measure, p.scheme_id,
           p.grant_id, p.source
         FROM ledger_v1_postings p JOIN log_v1_events e ON e.position = p.position
         WHERE ${at.sql} AND ${since.sql} ORDER BY p.position, p.leg`,
        [...at.values, ...since.values],
      ),
    ),
  };
  yield {
    name: 'trial-balance',
    lines: csv(
      ['book', 'account', 'balance'],
      file.rows(
        `SELECT p.book, p.account, sum(p.amount) AS fen FROM ledger_v1_postings p WHERE ${at.sql}
         GROUP BY p.book, p.account HAVING sum(p.amount) <> 0 ORDER BY p.book, p.account`,
        at.values,
      ),
    ),
  };
}

/** A column that is called `fen` is shown in yuan. A cell a spreadsheet would run as a formula is told as text. */
function* csv(header: readonly string[], rows: Iterable<object>): Generator<string> {
  yield `\ufeff${stringify([header])}`;
  for (const row of rows) {
    const cells = Object.entries(row).map(([name, value]: [string, unknown]) =>
      name === 'fen' ? yuan(value as bigint) : harmless(value === null ? '' : String(value)),
    );
    yield stringify([cells]);
  }
}

const harmless = (text: string): string => (/^[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text);
