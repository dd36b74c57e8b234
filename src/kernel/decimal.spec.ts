import { DECIMAL_PATTERN, fromMillionths, millionths } from './decimal.js';

describe('a decimal as it may be sent (4-api.md)', () => {
  it.each(['0', '1', '10', '86.45', '0.000001', '0.5', '999999999999.999999'])('%s', (text) => {
    expect(text).toMatch(DECIMAL_PATTERN);
  });
  it.each([
    ...['', '-1', '+1', '1e3', '0x10', '.5', '1.', '01', '00', '1,5', ' 1', '1 ', '1\n', '１', 'x', '1x', 'x1', '0x'],
    ...['0.0000001', '1000000000000', '1.x', '0.-1'],
  ])('never %j', (text) => {
    expect(text).not.toMatch(DECIMAL_PATTERN);
    expect(() => millionths(text)).toThrow(new RangeError(`not a decimal of at most six places: ${text}`));
  });
});

describe('millionths', () => {
  it.each([
    ['0', 0n],
    ['86.45', 86_450_000n],
    ['0.000001', 1n],
    ['0.0035', 3_500n],
    ['12', 12_000_000n],
    ['999999999999.999999', 999_999_999_999_999_999n],
  ])('%s is %s', (text, value) => expect(millionths(text)).toBe(value));

  it.each([
    [86_450_000n, '86.45'],
    [86_400_000n, '86.40'],
    [86_000_000n, '86.00'],
    [86_456_000n, '86.456'],
    [1n, '0.000001'],
    [0n, '0.00'],
    // A country's floor area: more digits than a double, or decimal.js left to itself, can hold.
    [123_456_789_012_345_678_901_234_567n, '123456789012345678901.234567'],
  ])('%s is written %s', (value, text) => expect(fromMillionths(value)).toBe(text));
});
