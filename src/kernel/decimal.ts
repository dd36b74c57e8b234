import { Decimal } from 'decimal.js';

/** Areas, weights, rates and coefficients as they are sent: at most six places, never signed. */
export const DECIMAL_PATTERN = /^(0|[1-9]\d{0,11})(\.\d{1,6})?$/;

/** Our own clone: the default precision of 20 digits loses fen on large pools. */
const Exact = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_UP, toExpNeg: -60, toExpPos: 60 });

const MILLION = 1_000_000;

/** "86.45" → 86450000n: an area or weight as an integer of millionths, so that sums and comparisons are exact. */
export function millionths(value: string): bigint {
  if (!DECIMAL_PATTERN.test(value)) throw new RangeError(`not a decimal of at most six places: ${value}`);
  return BigInt(new Exact(value).times(MILLION).toFixed(0));
}

/** 86450000n → "86.45": at least two places, and no trailing zeros beyond them. */
export function fromMillionths(value: bigint): string {
  const exact = new Exact(value.toString()).div(MILLION);
  return exact.toFixed(Math.max(2, exact.decimalPlaces()));
}
