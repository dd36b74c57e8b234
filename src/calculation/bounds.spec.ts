import { answerable, unrepeated } from './bounds.js';

describe('answerable', () => {
  it('lets an amount through up to 9 999 999 999 999.99 either way', () => {
    expect(answerable(999_999_999_999_999n)).toBe(999_999_999_999_999n);
    expect(answerable(-999_999_999_999_999n)).toBe(-999_999_999_999_999n);
    for (const amount of [1_000_000_000_000_000n, -1_000_000_000_000_000n]) {
      expect(() => answerable(amount)).toThrow(expect.objectContaining({ code: 'out-of-range' }));
    }
  });
});

describe('unrepeated', () => {
  it('names the first id that comes again', () => {
    expect(() => unrepeated(['a', 'b', 'A'])).not.toThrow();
    expect(() => unrepeated(['a', 'b', 'b', 'a'])).toThrow(
      expect.objectContaining({ code: 'repeated-id', details: { facts: { id: 'b' } } }),
    );
  });
});
