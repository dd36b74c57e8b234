import { stringify } from 'csv-stringify/sync';
import writeXlsxFile from 'write-excel-file/node';
import { fen, total, wan, yuan } from '../../kernel/money.js';
import type { EdgeRequest } from './routes.js';

type Flat = Record<string, string>;
type Rows = ((body: never) => readonly object[]) | undefined;

const AMOUNT = /^-?\d+\.\d{2}$/;
/** Names whose two decimal places are square metres, a rate or part of a number on paper, not money. */
const NOT_MONEY = /(M2|㎡\)|Rate|Id|No|号)$/;
const TOTAL = '合计';
const NOTE = '备注';
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
  const shown = unit === 'wan' ? withNote(rows, rows.map(inWan)) : rows;
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

const isMoney = (name: string, value: string): boolean => AMOUNT.test(value) && !NOT_MONEY.test(name);
const inWan = (row: Flat): Flat =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, isMoney(name, value) ? wan(fen(value)) : value]),
  );

/** A total is summed in fen and then scaled (3-calculations.md §11): what its rows, scaled alone, miss is its note. */
function withNote(rows: readonly Flat[], shown: readonly Flat[]): readonly Flat[] {
  const all = rows.at(-1) ?? {};
  const [first = ''] = Object.keys(all);
  if (all[first] !== TOTAL) return shown;
  const sum = (of: readonly Flat[], name: string) =>
    total(of.slice(0, -1).map(({ [name]: value = '' }) => (AMOUNT.test(value) ? fen(value) : 0n)));
  const missing = Object.entries(all).flatMap(([name, value]) => {
    if (!isMoney(name, value) || sum(rows, name) !== fen(value)) return [];
    const difference = fen(shown.at(-1)![name]!) - sum(shown, name);
    return difference === 0n ? [] : [`${name} ${yuan(difference)}`];
  });
  const place = Object.keys(all).find((name) => name === NOTE) ?? Object.keys(all).find((name) => all[name] === '');
  if (missing.length === 0 || place === undefined) return shown;
  const note = `按万元四舍五入，合计减各行之和：${missing.join('、')}`;
  return [...shown.slice(0, -1), { ...shown.at(-1)!, [place]: note }];
}

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
