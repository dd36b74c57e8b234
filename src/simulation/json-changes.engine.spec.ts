import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { changesOf } from './json-changes.engine.js';

/** Any JSON value in which nothing is null, as null and absent are the same here. */
const withoutNull = fc
  .jsonValue()
  .map((value): unknown => JSON.parse(JSON.stringify(value), (_, inner: unknown) => inner ?? 'null'));

describe('What differs between two answers', () => {
  it('is told by pointer, with the difference of amounts', () => {
    const before = { total: { paid: '1.00', gap: '-0.50' }, lines: [{ id: 'a' }], position: 1, name: null, 'a/b': 1 };
    const after = { total: { paid: '0.25', gap: '-0.50' }, lines: [{ id: 'a' }, { id: 'b' }], position: 9, 'a/b': '1' };
    expect(changesOf(before, after)).toEqual([
      { pointer: '/total/paid', before: '1.00', after: '0.25', difference: '-0.75' },
      { pointer: '/lines/1', before: null, after: { id: 'b' } },
      { pointer: '/a~1b', before: 1, after: '1' },
    ]);
  });

  it('is the whole answer where there was none', () => {
    expect(changesOf(null, { a: 1 })).toEqual([{ pointer: '', before: null, after: { a: 1 } }]);
    expect(changesOf([], {})).toEqual([{ pointer: '', before: [], after: {} }]);
  });

  it('is nothing between a value that is null and one that is not there', () => {
    expect(changesOf({ a: null, b: [null] }, { b: [] })).toEqual([]);
    expect(changesOf({ b: [] }, { b: [null], a: null })).toEqual([]);
  });

  it('is nothing between equals in whatever order of members, and something between unequals', () =>
    fc.assert(
      fc.property(withoutNull, withoutNull, (a, b) => {
        expect(changesOf(a, structuredClone(a))).toEqual([]);
        expect(changesOf({ a }, { a: b }).length > 0).toBe(!isDeepStrictEqual(a, b));
      }),
    ));
});
