/**
 * Money is an integer number of fen. It enters and leaves as a decimal string of yuan with exactly two places; nothing
 * in between rounds unless it says so by name. BigInt, because a country's sums pass 2^53.
 */
export type Fen = bigint;

/** What a caller may send (4-api.md): checked before anything parses it, so `1e3`, `0x10` and `-0.00` never get in. */
export const AMOUNT_PATTERN = /^(0|[1-9]\d{0,12})\.\d{2}$/;
export const SIGNED_AMOUNT_PATTERN = /^-?(0|[1-9]\d{0,12})\.\d{2}$/;

/** 9 999 999 999 999.99 yuan, the largest single amount. */
export const LARGEST_AMOUNT: Fen = 999_999_999_999_999n;

const STORED = /^-?(0|[1-9]\d*)\.\d{2}$/;

/** Of an amount whose fen, fifteen digits at most, are still exact in a number. */
const MOST_SAFE_LENGTH = 16;
const [MINUS, ZERO] = ['-', '0'].map((sign) => sign.charCodeAt(0)) as [number, number];

/** "12.34" → 1234n. Throws on anything that is not a stored amount: a programmer's error, never a caller's. */
export function fen(amount: string): Fen {
  if (!STORED.test(amount)) throw new RangeError(`not an amount in yuan with two places: ${amount}`);
  if (amount.length > MOST_SAFE_LENGTH) return BigInt(amount.replace('.', ''));
  const isNegative = amount.charCodeAt(0) === MINUS;
  let sum = 0;
  for (let index = isNegative ? 1 : 0; index < amount.length; index++) {
    const digit = amount.charCodeAt(index) - ZERO;
    if (digit >= 0) sum = sum * 10 + digit;
  }
  return BigInt(isNegative ? -sum : sum);
}

/** 1234n → "12.34". */
export function yuan(amount: Fen): string {
  const digits = absolute(amount).toString().padStart(3, '0');
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

export const absolute = (amount: bigint): bigint => (amount < 0n ? -amount : amount);
export const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
export const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const total = (amounts: Iterable<Fen>): Fen => {
  let sum = 0n;
  for (const amount of amounts) sum += amount;
  return sum;
};

/** numerator ÷ denominator to the nearest integer, halves away from zero (half-up by magnitude). */
export function halfUp(numerator: bigint, denominator: bigint): bigint {
  if (denominator === 0n) throw new RangeError('division by zero');
  const negative = numerator < 0n !== denominator < 0n;
  const [n, d] = [absolute(numerator), absolute(denominator)];
  const rounded = (2n * n + d) / (2n * d);
  return negative ? -rounded : rounded;
}

/** numerator ÷ denominator as a decimal string of four places, half-up; null where there is nothing to divide by. */
export function ratio(numerator: bigint, denominator: bigint): string | null {
  if (denominator === 0n) return null;
  const scaled = halfUp(numerator * 10_000n, denominator);
  const digits = absolute(scaled).toString().padStart(5, '0');
  return `${scaled < 0n ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`;
}

/** Fen as 万元 with two places, half-up: for display only, summed in fen before it is scaled. */
export const wan = (amount: Fen): string => yuan(halfUp(amount, 10_000n));
