import {
  absolute,
  AMOUNT_PATTERN,
  fen,
  halfUp,
  larger,
  LARGEST_AMOUNT,
  ratio,
  SIGNED_AMOUNT_PATTERN,
  smaller,
  total,
  wan,
  yuan,
} from './money.js';

describe('an amount as it may be sent (4-api.md)', () => {
  const amounts = ['0.00', '0.01', '7.05', '10.00', '3200500.25', '9999999999999.99'];
  /** "a JSON number, 1e3, 0x10, full-width digits, spaces, -0 are refused" */
  const never = [
    ...['1e3', '0x10', '１.００', ' 1.00', '1.00 ', '1.00\n', '+1.00', '1,000.00', 'x0.00', '0.00x', '', '.00', 'NaN'],
    ...['1', '1.', '1.0', '1.000', '00.00', '01.00', '1x.00', '0.xx', '1.0x', '10000000000000.00'],
  ];

  it.each(amounts)('%s', (amount) => {
    expect(amount).toMatch(AMOUNT_PATTERN);
    expect(amount).toMatch(SIGNED_AMOUNT_PATTERN);
    expect(`-${amount}`).not.toMatch(AMOUNT_PATTERN);
    expect(`-${amount}`).toMatch(SIGNED_AMOUNT_PATTERN);
  });
  it.each(never)('never %j', (text) => {
    expect(text).not.toMatch(AMOUNT_PATTERN);
    expect(text).not.toMatch(SIGNED_AMOUNT_PATTERN);
    expect(`-${text}`).not.toMatch(SIGNED_AMOUNT_PATTERN);
    expect(() => fen(text.startsWith('1000000000000') ? '' : text)).toThrow(RangeError);
  });
  it('is at most 9 999 999 999 999.99', () => expect(yuan(LARGEST_AMOUNT)).toBe('9999999999999.99'));
});

describe('yuan in text, fen inside', () => {
  it.each([
    ['0.00', 0n],
    ['0.01', 1n],
    ['0.10', 10n],
    ['1.00', 100n],
    ['12.34', 1_234n],
    ['-0.01', -1n],
    ['-0.99', -99n],
    ['-12.34', -1_234n],
    // The longest that are read digit by digit, and the first that are not.
    ['9999999999999.99', 999_999_999_999_999n],
    ['10000000000000.00', 1_000_000_000_000_000n],
    ['-999999999999.99', -99_999_999_999_999n],
    ['-9999999999999.99', -999_999_999_999_999n],
    // A sum may pass the largest amount, and 2^53 fen.
    ['90071992547409.93', 9_007_199_254_740_993n],
    ['-123456789012345678.90', -12_345_678_901_234_567_890n],
  ])('%s is %s fen', (text, amount) => {
    expect(fen(text)).toBe(amount);
    expect(yuan(amount)).toBe(text);
  });
  it('says what it could not read', () => {
    expect(() => fen('12.3')).toThrow('not an amount in yuan with two places: 12.3');
    expect(() => fen('x12.34')).toThrow(RangeError);
    expect(() => fen('12.34x')).toThrow(RangeError);
    expect(() => fen('007.00')).toThrow(RangeError);
  });
});

describe('sums and comparisons', () => {
  it('tell the larger, the smaller, the size and the sum', () => {
    expect([larger(1n, 2n), larger(2n, 1n), larger(-2n, -1n), larger(3n, 3n)]).toEqual([2n, 2n, -1n, 3n]);
    expect([smaller(1n, 2n), smaller(2n, 1n), smaller(-2n, -1n), smaller(3n, 3n)]).toEqual([1n, 1n, -2n, 3n]);
    expect([absolute(5n), absolute(-5n), absolute(0n)]).toEqual([5n, 5n, 0n]);
    expect([total([]), total([1n, -3n, 10n]), total(new Set([4n, 5n]))]).toEqual([0n, 8n, 9n]);
  });
});

describe('half-up by magnitude', () => {
  it.each([
    // 4 ÷ 8 = 0.5, 3 ÷ 8 = 0.375, 12 ÷ 8 = 1.5, 11 ÷ 8 = 1.375
    [4n, 8n, 1n],
    [3n, 8n, 0n],
    [12n, 8n, 2n],
    [11n, 8n, 1n],
    [7n, 1n, 7n],
    [0n, 3n, 0n],
    // 5 ÷ 3 = 1.67, 4 ÷ 3 = 1.33: an odd divisor has no half
    [5n, 3n, 2n],
    [4n, 3n, 1n],
  ])('%s ÷ %s → %s, whatever the signs', (numerator, denominator, expected) => {
    expect(halfUp(numerator, denominator)).toBe(expected);
    expect(halfUp(-numerator, denominator)).toBe(-expected);
    expect(halfUp(numerator, -denominator)).toBe(-expected);
    expect(halfUp(-numerator, -denominator)).toBe(expected);
  });
  it('is exact beyond doubles: (2^70 + 1) ÷ 2', () => expect(halfUp(2n ** 70n + 1n, 2n)).toBe(2n ** 69n + 1n));
  it('does not divide by nothing', () => {
    expect(() => halfUp(1n, 0n)).toThrow(new RangeError('division by zero'));
  });
});

describe('a ratio', () => {
  it.each([
    // 3-calculations.md §8: 70,000.00 of 100,000.00
    [7_000_000n, 10_000_000n, '0.7000'],
    [1n, 3n, '0.3333'],
    [2n, 3n, '0.6667'],
    [1n, 1n, '1.0000'],
    [25n, 2n, '12.5000'],
    [0n, 5n, '0.0000'],
    // 0.00005 is a half of the last place, 0.000049 is not
    [5n, 100_000n, '0.0001'],
    [49n, 1_000_000n, '0.0000'],
    [-1n, 3n, '-0.3333'],
    [-5n, 100_000n, '-0.0001'],
    [-49n, 1_000_000n, '0.0000'],
    [7n, -2n, '-3.5000'],
  ])('%s of %s is %s', (part, whole, expected) => expect(ratio(part, whole)).toBe(expected));
  it('of nothing is null', () => expect(ratio(1n, 0n)).toBeNull());
});

describe('万元, for display', () => {
  it.each([
    // 3-calculations.md §11: 214,411,282.60 yuan; 1,233.49万 stands for 12,334,900.00 at best
    ['214411282.60', '21441.13'],
    ['12334900.00', '1233.49'],
    ['49.99', '0.00'],
    ['50.00', '0.01'],
    ['-50.00', '-0.01'],
    ['0.00', '0.00'],
  ])('%s yuan are %s', (amount, expected) => expect(wan(fen(amount))).toBe(expected));
});
