import { yuan } from '../kernel/money.js';
import type { Moment } from '../kernel/projection.js';
import { shownLine, shownSplit } from '../ledger/cost-split.projection.js';
import { FundFigures } from '../ledger/fund-figures.js';
import { SchemeFigures } from '../ledger/scheme-figures.js';
import { within } from '../platform/reads/read-desk.js';
import type { SqlValue } from '../platform/sqlite.js';
import { csvLines } from './csv-lines.js';
import type { LedgerFile } from './ledger-file.js';

/** Business dates of the tables, and of the journals' end. The log is always whole: a chain with a beginning left out proves nothing. */
export type Period = { readonly from: string | null; readonly to: string | null };
export type Table = { readonly name: string; readonly lines: Iterable<string> };

/** Tables for people: every event, every posting of the period, and at its end the trial balance, splits and funds. */
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
  yield { name: 'cost-splits', lines: csv(SPLIT, splitRows(file, moment)) };
  yield { name: 'maintenance-funds', lines: csv(['compoundId', ...FUND, 'due'], fundRows(file, moment)) };
}

const SPLIT = [
  ...['schemeId', 'compoundId', 'row', 'source', 'reference', 'lineId', 'workItem', 'costArea', 'budget', 'contracted'],
  ...['committed', 'received', 'inKind', 'paid', 'settled', 'available', 'fundingGap'],
];

/** Every scheme's split, as its screen shows it: a row for each area, each source and each line. */
function* splitRows(file: LedgerFile, moment: Moment): Generator<object> {
  const figures = new SchemeFigures(file);
  for (const { schemeId, compoundId } of figures.schemesIn('*', moment)) {
    const { split } = figures.splitOf(schemeId, moment);
    const { publicArea, inBuilding, total, bySource } = shownSplit(split);
    const rows: object[] = [
      { row: 'public-area', ...publicArea },
      { row: 'in-building', ...inBuilding },
      { row: 'total', ...total },
      ...bySource.map((one) => ({ row: 'source', ...one })),
      ...split.byLine.map((one) => ({ row: 'line', ...shownLine(one) })),
    ];
    for (const row of rows) yield inColumns(SPLIT, { schemeId, compoundId, ...row });
  }
}

const FUND = ['deposited', 'income', 'collected', 'drawn', 'returned', 'balance', 'reserved'] as const;
const FUND_STREAM = 'maintenanceFund-';

/** Every maintenance fund's figures, as its screen shows them. */
function* fundRows(file: LedgerFile, moment: Moment): Generator<object> {
  const figures = new FundFigures(file);
  const sql = `SELECT DISTINCT stream FROM log_v1_events WHERE stream LIKE '${FUND_STREAM}%' AND position <= ? ORDER BY stream`;
  for (const { stream } of file.all<{ stream: string }>(sql, moment.position)) {
    const compoundId = stream.slice(FUND_STREAM.length);
    const totals = figures.totals(compoundId, moment);
    const shown = Object.fromEntries(FUND.map((name) => [name, yuan(totals[name])]));
    yield { compoundId, ...shown, due: yuan(figures.due(compoundId, moment)) };
  }
}

const inColumns = (columns: readonly string[], row: object): object =>
  Object.fromEntries(columns.map((name) => [name, (row as Record<string, unknown>)[name] ?? null]));

/** With a byte order mark, for spreadsheets. */
function* csv(header: readonly string[], rows: Iterable<object>): Generator<string> {
  yield '\ufeff';
  yield* csvLines(header, rows);
}
