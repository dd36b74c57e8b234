import { byCodePoint } from '../kernel/ids.js';
import { addDays } from '../kernel/dates.js';
import { type Fen, yuan } from '../kernel/money.js';
import { CHART_OF_ACCOUNTS } from '../maintenance-fund/chart-of-accounts.js';
import type { JournalLine } from './fund-books.js';

export const JOURNAL_FORMATS = ['hledger', 'ledger', 'beancount'] as const;
export type JournalFormat = (typeof JOURNAL_FORMATS)[number];

/** One event's postings. Entries come in the order of their dates, then of their positions. */
export type JournalEntry = {
  readonly occurredOn: string;
  readonly position: number;
  readonly eventId: string;
  readonly type: string;
  readonly postings: readonly JournalLine[];
};
/** What our own trial balance says at the end, zeros included: the journal asserts it to the program that reads it. */
export type Balances = {
  readonly accounts: readonly { readonly account: string; readonly balance: Fen }[];
  readonly first: string;
  readonly last: string;
};

/** The journal in the language of one of the three programs, in pieces. */
export function journal(
  format: JournalFormat,
  entries: Iterable<JournalEntry>,
  balances: Balances | undefined,
): Generator<string> {
  return format === 'beancount' ? beancount(entries, balances) : plainText(format, entries, balances);
}

/** How the two books of a maintenance fund are told apart in a journal. */
const CHART = [
  `Postings of a maintenance fund carry \`book\` (commodity or sold-public-housing) and \`gl\`, an account of ${CHART_OF_ACCOUNTS.document}`,
  ...(CHART_OF_ACCOUNTS.verified ? [] : ['(not verified against the document itself):']),
  ...CHART_OF_ACCOUNTS.accounts.map(({ code, zh, en }) => `  ${code} ${zh} ${en}`),
]
  .map((line) => `; ${line}\n`)
  .join('');
const HEADERS = {
  // hledger balances to the digits a commodity is declared with.
  hledger: `; Renewal Ledger, for hledger. Amounts in yuan.\n${CHART}commodity CNY 1000.00\n\n`,
  ledger: `; Renewal Ledger, for ledger. Amounts in yuan.\n${CHART}commodity CNY\n    format CNY 1000.00\n\n`,
} as const;

function* plainText(
  format: keyof typeof HEADERS,
  entries: Iterable<JournalEntry>,
  balances: Balances | undefined,
): Generator<string> {
  yield HEADERS[format];
  for (const { occurredOn, position, eventId, type, postings } of entries) {
    const lines = postings.map(
      ({ account, amount, ...marks }) =>
        `    ${account}  CNY ${yuan(amount)}\n${tags(marks, '    ; ', (text) => text)}`,
    );
    yield `${occurredOn} * (${position}) ${type}  ; event ${eventId}\n${lines.join('')}\n`;
  }
  if (!balances) return;
  // Nothing moves; each account must stand where our trial balance says.
  yield `${balances.last} * Balances asserted\n`;
  for (const { account, balance } of balances.accounts) yield `    ${account}  CNY 0.00 = CNY ${yuan(balance)}\n`;
}

/** One tag a line, which all three programs keep with the posting above it. */
function tags(
  { fundBook, generalLedger }: Pick<JournalLine, 'fundBook' | 'generalLedger'>,
  indent: string,
  quoted: (text: string) => string,
): string {
  const told = [
    ['book', fundBook],
    ['gl', generalLedger],
  ] as const;
  return told.map(([name, text]) => (text === undefined ? '' : `${indent}${name}: ${quoted(text)}\n`)).join('');
}

function* beancount(entries: Iterable<JournalEntry>, balances: Balances | undefined): Generator<string> {
  yield `option "title" "Renewal Ledger"\noption "operating_currency" "CNY"\n${CHART}\n`;
  for (const { account } of balances?.accounts ?? [])
    yield `${balances!.first} open ${beancountAccount(account)} CNY\n  path: "${account}"\n`;
  yield '\n';
  for (const { occurredOn, position, eventId, type, postings } of entries) {
    const lines = postings.map(
      ({ account, amount, ...marks }) =>
        `  ${beancountAccount(account)}  ${yuan(amount)} CNY\n${tags(marks, '    ', (text) => `"${text}"`)}`,
    );
    yield `${occurredOn} * "${type}"\n  event: "${eventId}"\n  position: ${position}\n${lines.join('')}\n`;
  }
  if (!balances) return;
  // A balance holds at the beginning of its day, counts the accounts below it, and would forgive half a fen.
  const day = addDays(balances.last, 1);
  for (const [account, balance] of withSubaccounts(balances))
    yield `${day} balance ${beancountAccount(account)}  ${yuan(balance)} ~ 0.00 CNY\n`;
}

/** Each account with everything below it, as beancount adds them up. */
function withSubaccounts({ accounts }: Balances): [string, Fen][] {
  const sums = new Map<string, Fen>(accounts.map(({ account }) => [account, 0n]));
  for (const { account, balance } of accounts) {
    const parts = account.split(':');
    for (let length = 1; length <= parts.length; length++) {
      const above = parts.slice(0, length).join(':');
      const sum = sums.get(above);
      if (sum !== undefined) sums.set(above, sum + balance);
    }
  }
  return [...sums].sort(([a], [b]) => byCodePoint(a, b));
}

/**
 * beancount knows five roots, and parts that begin with a capital or a digit and hold letters, digits and hyphens. A
 * part that is not such gets an X before it and `-hh` for what it may not hold, so that two accounts never become one.
 */
export const beancountAccount = (account: string): string =>
  `Assets:${account.split(':').map(beancountPart).join(':')}`;

const beancountPart = (part: string): string =>
  /^[A-WYZ0-9][A-Za-z0-9]*$/.test(part)
    ? part
    : `X${[...Buffer.from(part)].map((byte) => (isAlphanumeric(byte) ? String.fromCharCode(byte) : `-${byte.toString(16).padStart(2, '0')}`)).join('')}`;

const isAlphanumeric = (byte: number): boolean => /^[A-Za-z0-9]$/.test(String.fromCharCode(byte));
