import { Decimal } from 'decimal.js';

/** Areas, weights, rates and coefficients as they are sent: at most six places, never signed. */
export const DECIMAL_PATTERN = /^(0|[1-9]\d{0,11})(\.\d{1,6})?$/;

/** Our own clone: the default precision of 20 digits loses fen on large pools. */
export const Exact = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_UP, toExpNeg: -60, toExpPos: 60 });

/** "86.45" → 86450000n: an area or weight as an integer of millionths, so that sums and comparisons are exact. */
export function millionths(value: string): bigint {
  if (!DECIMAL_PATTERN.test(value)) throw new RangeError(`not a decimal of at most six places: ${value}`);
  const [whole, places = ''] = value.split('.');
  return BigInt(whole + places.padEnd(6, '0'));
}

/** 86450000n → "86.45": no trailing zeros beyond `places`. */
export function fromMillionths(value: bigint, places = 2): string {
  const digits = value.toString().padStart(7, '0');
  const fraction = digits.slice(-6).replace(/0+$/, '').padEnd(places, '0');
  return fraction === '' ? digits.slice(0, -6) : `${digits.slice(0, -6)}.${fraction}`;
}
