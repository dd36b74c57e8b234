import { stringify } from 'csv-stringify/sync';
import { yuan } from '../kernel/money.js';

/** A column that is called `fen` is shown in yuan. A cell a spreadsheet would run as a formula is told as text. */
export function* csvLines(header: readonly string[], rows: Iterable<object>): Generator<string> {
  yield stringify([header]);
  for (const row of rows) {
    const cells = Object.entries(row).map(([name, value]: [string, unknown]) =>
      name === 'fen' ? yuan(value as bigint) : harmless(value === null ? '' : String(value)),
    );
    yield stringify([cells]);
  }
}

const AMOUNT = /^-?\d+\.\d{2}$/;
const harmless = (text: string): string =>
  /^[=+\-@\t\r＝＋－＠]/.test(text) && !AMOUNT.test(text) ? `'${text}` : text;
