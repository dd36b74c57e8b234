import {
  type CommandTo,
  GIVERS,
  HOUSEHOLD_IDS,
  type HouseholdId,
  HOUSEHOLDS,
  type LineId,
  LINES,
  ofGiver,
  ofSender,
  SENDER_IDS,
} from './money-commands.js';
import { type Books, dates, max, nameOf, type No, refused, sum } from './money-oracle-book.js';
import { committedByOthers } from './money-oracle-promises.js';
import { isClosed, poolOf } from './money-oracle-rules.js';

/** 12 January 2026: construction started. */
export const STARTED = -20;

export function accept(books: Books, day: number): No {
  for (const _ of books.standing('acceptance')) return 'already-done';
  return dates(books, day, STARTED);
}

/** 竣工财务决算: once, and after the acceptance. */
export function approveFinalAccount(books: Books, day: number): No {
  if (isClosed(books)) return 'already-done';
  const [accepted] = books.standing('acceptance');
  return dates(books, day, accepted?.day) ?? refused('R07', accepted !== undefined);
}

/** What is left of each source in each area: of grants and bonds it is returned, of givers refunded. */
export function surplus(books: Books): string[] {
  const rows: string[] = [];
  for (const bearer of [...SENDER_IDS.map(ofSender), ...GIVERS.map(ofGiver)])
    for (const area of ['public-area', 'in-building'] as const) {
      const left = poolOf(books, bearer, area);
      const action = isSent(bearer) ? 'return' : 'refund';
      if (left > 0n) rows.push([nameOf(bearer), area, yuan(left), action].join(' '));
    }
  return rows.sort();
}
const isSent = ({ reference }: { reference: string | null }): boolean => reference !== null && reference !== 'water';
const yuan = (amount: bigint): string => {
  const digits = String(amount).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

/** What residents bear of a line: as stated, or in the building what others have not committed. */
function residentAmount(books: Books, line: LineId): bigint {
  const told: { amount: bigint; area: string; residents?: bigint } = LINES[line];
  if (told.residents !== undefined) return told.residents;
  return told.area === 'in-building' ? max(0n, told.amount - committedByOthers(books, line)) : 0n;
}

/** Largest remainders, ties to the smaller id: ids here are in their order. */
function apportioned(amount: bigint, weights: readonly bigint[]): bigint[] {
  const all = sum(weights);
  const shares = weights.map((weight, index) => ({
    index,
    share: (amount * weight) / all,
    rest: (amount * weight) % all,
  }));
  let over = amount - sum(shares.map(({ share }) => share));
  for (const one of [...shares].sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1)))
    if (over > 0n) {
      one.share += 1n;
      over -= 1n;
    }
  return shares.map(({ share }) => share);
}

/** What each household bears of a line: its part of what residents bear, and the adjustments it gave or took. */
export function shares(books: Books, line: LineId): Record<HouseholdId, bigint> {
  const isEqual = 'shared' in LINES[line];
  const weights = HOUSEHOLD_IDS.map((id) => (isEqual ? 1n : HOUSEHOLDS[id]));
  const parts = apportioned(residentAmount(books, line), weights);
  const own = Object.fromEntries(HOUSEHOLD_IDS.map((id, index) => [id, parts[index]!])) as Record<HouseholdId, bigint>;
  for (const one of books.standing('adjustment')) {
    if (one.line !== line) continue;
    own[one.household] -= one.amount;
    if (one.borneBy in HOUSEHOLDS) own[one.borneBy as HouseholdId] += one.amount;
  }
  return own;
}

/** A share never falls below zero. */
export function adjustShare(books: Books, { household, line, amount, day }: CommandTo<'adjust-share'>): No {
  return dates(books, day) ?? (amount > shares(books, line)[household] ? 'out-of-range' : undefined);
}
