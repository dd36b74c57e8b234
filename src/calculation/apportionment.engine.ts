import { byCodePoint } from '../kernel/ids.js';
import { total, type Fen } from '../kernel/money.js';
import { Rejected } from '../kernel/rejection.js';
import { unrepeated } from './bounds.js';

/** Who takes part and how heavily. Only the proportions of the weights matter, so any common scale will do. */
export type Part = { readonly id: string; readonly weight: bigint };
export type Share = { readonly id: string; readonly amount: Fen };

/**
 * Splits an amount into shares that sum to it, to the fen (3-calculations.md §1, largest remainder): the exact share
 * amount × weight ÷ Σ weights is floored to the fen, and the fen left over go one each to the largest remainders, ties
 * to the smaller id by code point. A weight of 0 gets 0.00. Shares come in the order of the parts; the amounts do not
 * depend on that order.
 *
 * Weights are integers on one scale: millionths of a square metre, fen, or the numerators of exact fractions over a
 * common denominator.
 *
 * @param amount fen, not negative
 * @throws Rejected `repeated-id`; `zero-weights` where the weights, or the list, come to nothing
 */
export function apportion(amount: Fen, parts: readonly Part[]): Share[] {
  unrepeated(parts.map((part) => part.id));
  if (amount < 0n || parts.some((part) => part.weight < 0n)) throw new RangeError('nothing negative is apportioned');
  const weights = total(parts.map((part) => part.weight));
  if (weights === 0n) throw new Rejected('zero-weights');
  const shares = parts.map(({ id, weight }) => {
    const scaled = amount * weight;
    const floor = scaled / weights;
    return { id, amount: floor, remainder: scaled - floor * weights };
  });
  const left = Number(amount - total(shares.map((share) => share.amount)));
  // Each remainder is below one fen and they sum to the fen left over: who has none is never among the first.
  const largestFirst = shares.toSorted((a, b) => Number(b.remainder - a.remainder) || byCodePoint(a.id, b.id));
  for (const share of largestFirst.slice(0, left)) share.amount += 1n;
  return shares.map(({ id, amount: rounded }) => ({ id, amount: rounded }));
}

/** The same for a step of a larger split, where nobody may take part or nothing weigh: its own amount is 0.00 then. */
export function apportionOrNothing(amount: Fen, parts: readonly Part[]): Share[] {
  return amount === 0n ? parts.map(({ id }) => ({ id, amount: 0n })) : apportion(amount, parts);
}
