import { stringify } from 'csv-stringify/sync';
import writeXlsxFile from 'write-excel-file/node';
import { fen, wan } from '../../kernel/money.js';
import type { EdgeRequest } from './routes.js';

type Flat = Record<string, string>;
type Rows = ((body: never) => readonly object[]) | undefined;

const AMOUNT = /^-?\d+\.\d{2}$/;
/** Names whose two decimal places are square metres, not money. */
const NOT_MONEY = /(M2|㎡\))$/;
const NUMBER = /^-?\d+(\.\d+)?$/;
const BYTE_ORDER_MARK = '\ufeff';

/** The answer in the format asked for. Flat forms are for people's spreadsheets; JSON is the contract. */
export async function flatAnswer(
  body: object,
  request: EdgeRequest,
  rowsOf: Rows,
): Promise<{ content: string | Buffer; type: string }> {
  const { format = 'json', unit = 'yuan' } = request.query as { format?: string; unit?: string };
  if (format === 'json') return { content: JSON.stringify(body), type: 'application/json; charset=utf-8' };
  const rows = (rowsOf ? rowsOf(body as never) : defaultRows(body)).map((row) => flatten(row));
  if (format === 'ndjson')
    return {
      content: rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
      type: 'application/x-ndjson; charset=utf-8',
    };
  const shown = unit === 'wan' ? rows.map(inWan) : rows;
  const columns = [...new Set(shown.flatMap((row) => Object.keys(row)))];
  if (format === 'csv') return { content: csv(shown, columns), type: 'text/csv; charset=utf-8' };
  return {
    content: await xlsx(shown, columns),
    type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  };
}

const defaultRows = (body: object): readonly object[] =>
  'items' in body && Array.isArray(body.items) ? (body.items as object[]) : [body];

/** `{publicArea:{budget}}` → `{"publicArea.budget"}`; lists inside a row stay JSON. */
function flatten(row: object, prefix = ''): Flat {
  const flat: Flat = {};
  for (const [name, value] of Object.entries(row)) {
    if (value !== null && typeof value === 'object' && !Array.isArray(value))
      Object.assign(flat, flatten(value as object, `${prefix}${name}.`));
    else
      flat[prefix + name] =
        value === null || value === undefined ? '' : Array.isArray(value) ? JSON.stringify(value) : String(value);
  }
  return flat;
}

const inWan = (row: Flat): Flat =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      AMOUNT.test(value) && !NOT_MONEY.test(name) ? wan(fen(value)) : value,
    ]),
  );

const csv = (rows: readonly Flat[], columns: string[]): string =>
  BYTE_ORDER_MARK +
  stringify(
    rows.map((row) => columns.map((column) => harmless(row[column] ?? ''))),
    { header: true, columns: columns.map((key) => ({ key, header: key })), record_delimiter: 'windows' },
  );

async function xlsx(rows: readonly Flat[], columns: string[]): Promise<Buffer> {
  const text = (value: string) => ({ value, type: String }) as const;
  const data = [columns.map(text), ...rows.map((row) => columns.map((column) => text(harmless(row[column] ?? ''))))];
  return (await writeXlsxFile(data)).toBuffer() as Promise<Buffer>;
}

/** A cell that a spreadsheet would run as a formula is shown as text; a negative number is a number. */
const harmless = (value: string): string =>
  /^[=+\-@\t\r＝＋－＠]/.test(value) && !NUMBER.test(value) ? `'${value}` : value;
