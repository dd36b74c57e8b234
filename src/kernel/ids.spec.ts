import { byCodePoint, canonicalParts, deterministicId, DIVISION_CODE_PATTERN, ID_PATTERN, inScope } from './ids.js';

describe('an id a caller may choose (4-api.md)', () => {
  it.each(['a', '9', 'h01', 'Line-1', 'a.b_c-D', 'x'.repeat(64)])('%s', (id) => expect(id).toMatch(ID_PATTERN));
  it.each(['', '-a', '.a', '_a', ' a', 'a ', 'a b', 'a/b', 'a:b', '区', '小a', 'a小', 'x'.repeat(65)])(
    'never %j',
    (id) => expect(id).not.toMatch(ID_PATTERN),
  );
});

describe('a division code: two, four or six digits', () => {
  it.each(['14', '1404', '140403'])('%s', (code) => expect(code).toMatch(DIVISION_CODE_PATTERN));
  it.each(['', '1', '140', '14040', '1404031', '14040312', '1x', 'x4', '14xx', '*', ' 14', '14 ', '１４', 'xx'])(
    'never %j',
    (code) => expect(code).not.toMatch(DIVISION_CODE_PATTERN),
  );
});

describe('deterministicId', () => {
  it.each([
    // Python: uuid.uuid5(uuid.UUID('6f0a3c4e-7d0e-5b7a-9a44-3f1f5a0a2c11'), '5:clerk|5:key-1')
    [['clerk', 'key-1'], '63b09498-6520-5dfa-badb-f330896c02a2'],
    // '6:clerkk|4:ey-1': the same letters, parted elsewhere
    [['clerkk', 'ey-1'], 'f7744553-d1ee-5fdc-91b3-69b63fc9f7c2'],
    // ''
    [[], 'aaea544c-a872-5a9c-80cf-8faabea4bf45'],
  ])('%j', (parts, id) => expect(deterministicId(...parts)).toBe(id));
});

describe('the order of ids', () => {
  const signs = (left: string, right: string) => [byCodePoint(left, right), byCodePoint(right, left)].map(Math.sign);

  it.each([
    ['a', 'b'],
    ['a', 'aa'],
    ['', 'a'],
    ['B', 'a'],
    ['h10', 'h9'],
    ['ab', 'b'],
    ['az', 'ba'],
    // UTF-16 would put U+1F3E0 (D83C DFE0) before U+FF21.
    ['Ａ', '🏠'],
    ['xＡ', 'x🏠'],
    // Two that share their high surrogate: U+1F3E0 and U+1F3E1.
    ['🏠', '🏡'],
    ['🏠z', '🏡a'],
  ])('%j before %j', (left, right) => expect(signs(left, right)).toEqual([-1, 1]));
  it.each(['', 'h01', '🏠'])('%j is in no order with itself', (id) => expect(byCodePoint(id, id)).toBe(0));
});

describe('a division scope is a prefix', () => {
  it.each([
    ['*', '140403', true],
    ['14', '140403', true],
    ['1404', '140403', true],
    ['140403', '140403', true],
    ['140404', '140403', false],
    ['140403', '1404', false],
    ['04', '140403', false],
  ])('%s sees %s: %s', (scope, division, sees) => expect(inScope(scope, division)).toBe(sees));
});

describe('a path of ids', () => {
  it('is parted by colons, without what is absent', () => {
    expect(canonicalParts(['special-bond', 'b-1', null, undefined, 'public-area'])).toBe(
      'special-bond:b-1:public-area',
    );
    expect(canonicalParts([])).toBe('');
    expect(canonicalParts(['', 'a', null])).toBe(':a');
  });
  it('begins with its branch, where there is one', () => {
    expect(canonicalParts(['s1', null, '合同'], 'cash:scheme')).toBe('cash:scheme:s1:%E5%90%88%E5%90%8C');
    expect(canonicalParts(['', 's1'], 'cash:scheme')).toBe('cash:scheme::s1');
    expect(canonicalParts([undefined], 'cash:scheme')).toBe('cash:scheme');
  });
  it('never takes a colon or a blank of a part for its own', () => {
    expect(canonicalParts(['合同:1', 'a b', '', 'c'])).toBe('%E5%90%88%E5%90%8C%3A1:a%20b::c');
  });
});
