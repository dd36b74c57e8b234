import { yuan } from '../kernel/money.js';
import {
  EXCHANGE_GROUPS,
  EXCHANGE_NOTICE,
  EXCHANGE_STANDARD,
  EXCHANGE_TABLES,
  type ExchangeTable,
} from './exchange-tables.js';
import { conditions, type LedgerFile, type Selection } from './ledger-file.js';

type Cells = readonly (readonly [name: string, value: string])[];

/** Rows of one table at a moment, in order; amounts in yuan. */
function* rowsOf(file: LedgerFile, table: ExchangeTable, selection: Selection): Generator<Cells> {
  if ('list' in table) {
    for (const row of table.list) yield Object.entries(row);
    return;
  }
  const { columns, from, where = '1', groupBy, twoEnds } = table;
  const at = conditions(selection, 'p.', twoEnds);
  const selected = columns.map(({ sql }, index) => `${sql} AS c${index}`).join(', ');
  const grouped = groupBy === undefined ? 'ORDER BY p.position' : `GROUP BY ${groupBy} ORDER BY 1, 2`;
  const sql = `SELECT ${selected} FROM ${from} WHERE ${where} AND ${at.sql} ${grouped}`;
  for (const row of file.rows<object>(sql, at.values)) {
    const values = Object.values(row) as (string | bigint | null)[];
    yield columns.flatMap(({ zh, type }, index) => {
      const value = values[index]!;
      return value === null ? [] : [[zh, type === 'money' ? yuan(value as bigint) : String(value)] as const];
    });
  }
}

/** The whole ledger as one XML document, grouped as the standard groups its data. */
export function* exchangeXml(file: LedgerFile, selection: Selection): Generator<string> {
  const { position, asOf, recordedAt } = selection.moment;
  const head = [
    ['标准', EXCHANGE_STANDARD],
    ['说明', EXCHANGE_NOTICE],
    ['金额单位', '人民币元'],
    ['日志位置', String(position)],
    ['业务日期', asOf ?? ''],
    ['已知时点', recordedAt ?? ''],
    ['区划', selection.division],
  ] as const;
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<财政预算管理审计数据${attributes(head)}>\n`;
  for (const group of EXCHANGE_GROUPS) {
    yield `  <${group}>\n`;
    for (const table of EXCHANGE_TABLES.filter((one) => one.group === group)) {
      yield `    <${table.zh}表>\n`;
      for (const cells of rowsOf(file, table, selection)) yield `      <${table.row}${attributes(cells)}/>\n`;
      yield `    </${table.zh}表>\n`;
    }
    yield `  </${group}>\n`;
  }
  yield '</财政预算管理审计数据>\n';
}

const attributes = (cells: Cells): string => cells.map(([name, value]) => ` ${name}="${escaped(value)}"`).join('');

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};
/** XML 1.0 has no place for other control characters, lone surrogates and the last two code points. */
const escaped = (value: string): string =>
  value
    .replace(/[&<>"\t\n\r]/g, (character) => ENTITIES[character]!)
    // oxlint-disable-next-line no-control-regex
    .replace(/[\u0000-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd');
