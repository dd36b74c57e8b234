import { BOND, type CommandTo, NEXT_YEAR_END, YEAR_END } from './money-commands.js';
import { type Books, dates, type Entry, type No, refused } from './money-oracle-book.js';
import { freeOf, grantOf } from './money-oracle-rules.js';

const FISCAL_YEAR = 2026;

/** R13: the year, and that it was not done yet, come before the dates; too early and nothing there come last. */
export function closeYear(books: Books, { do: what, grant, year, day }: CommandTo<'carry-over' | 'lapse'>): No {
  const book = grantOf(books, grant);
  if (!book.exists) return 'grant-not-found';
  const isLapse = what === 'lapse';
  if (year !== FISCAL_YEAR + (isLapse ? 1 : 0)) return refused('R13', false);
  for (const entry of books.standing(what)) if (entry.grant === grant) return 'already-done';
  const amount = isLapse ? freeOf(book) : unspent(books, grant);
  return dates(books, day, book.since) ?? refused('R13', day >= (isLapse ? NEXT_YEAR_END : YEAR_END) && amount > 0n);
}

/** What of an award was neither passed down, returned, lapsed nor paid at its own schemes by 31 December. */
export function unspent(books: Books, grant: string): bigint {
  const { awarded, decomposed, returned, lapsed } = grantOf(books, grant);
  return awarded - decomposed - returned - lapsed - paidThrough(books, grant, YEAR_END);
}

/** What came out of a grant by a day: payments, less refunds, with what it took over and what others took over from it. */
export function paidThrough(books: Books, grant: string, day: number): bigint {
  let amount = 0n;
  for (const entry of books.entries) {
    const moved = movedBy(entry, grant);
    if (entry.day <= day) amount += moved;
    if (entry.reversedOn !== undefined && entry.reversedOn <= day) amount -= moved;
  }
  return amount;
}

function movedBy(entry: Entry, grant: string): bigint {
  const of = (parts: readonly { reference: string | null; amount: bigint }[]) =>
    parts.reduce((all, { reference, amount }) => (reference === grant ? all + amount : all), 0n);
  switch (entry.is) {
    case 'payment':
      return of(entry.payment.from);
    case 'payment-refund':
      return -of(entry.to);
    case 'substitution':
      return of([{ ...entry.to, amount: entry.amount }]) - of([{ ...entry.from, amount: entry.amount }]);
    default:
      return 0n;
  }
}

const INSTALMENTS = BigInt(BOND.dueOn.length);
/** Equal instalments rounded down, the last with the rest; interest half-yearly on what is outstanding, half-up. */
export function dueOn(of: 'interest' | 'principal', period: number): bigint {
  const instalment = BOND.amount / INSTALMENTS;
  const outstanding = BOND.amount - instalment * BigInt(period);
  if (of === 'principal') return period === BOND.dueOn.length - 1 ? outstanding : instalment;
  const whole = 1_000_000n * BigInt(BOND.paymentsPerYear);
  return (2n * outstanding * BOND.couponMillionths + whole) / (2n * whole);
}

/** What is still due of a period, by what was paid on it. */
export function stillDue(books: Books, of: 'interest' | 'principal', day: string): bigint {
  const period = (BOND.dueOn as readonly string[]).indexOf(day);
  if (period < 0 || grantOf(books, 'bond').awarded === 0n) return 0n;
  let left = dueOn(of, period);
  for (const entry of books.standing('service')) if (entry.of === of && entry.dueOn === day) left -= entry.amount;
  return left;
}

export const serve = (books: Books, { of, dueOn: day, amount, day: on }: CommandTo<'serve'>): No =>
  amount > stillDue(books, of, day) ? 'schedule-mismatch' : dates(books, on, grantOf(books, 'bond').since);
