import { parseStrictJson } from './strict-json.js';

const parse = (text: string): unknown => parseStrictJson(new TextEncoder().encode(text));
const code = (text: string): string => {
  try {
    parse(text);
    return 'accepted';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('a body is JSON in the strict sense', () => {
  it('gives back the value of an ordinary text', () =>
    expect(parse('{"a":[1,{"b":"x:y\\"{"}],"c":null}')).toEqual({ a: [1, { b: 'x:y"{' }], c: null }));

  it('refuses a key written twice, at any depth and however it is spelt', () => {
    expect(code('{"a":1,"a":1}')).toBe('duplicate-key');
    expect(code('{"x":[{"a":1,"\\u0061":2}]}')).toBe('duplicate-key');
    expect(code('{"__proto__":1,"__proto__":2}')).toBe('duplicate-key');
    expect(code('{"x":{"a":1},"y":{"a":1}}')).toBe('accepted');
  });

  it('takes 32 levels and refuses the 33rd, and does not fall over at 50,000', () => {
    expect(code('['.repeat(32) + ']'.repeat(32))).toBe('accepted');
    expect(code('['.repeat(33) + ']'.repeat(33))).toBe('too-deep');
    expect(code('['.repeat(50_000))).toBe('too-deep');
    expect(code(`["${'['.repeat(100)}"]`)).toBe('accepted');
  });

  it('refuses half characters, broken UTF-8 and what is no JSON', () => {
    expect(code('{"a":"\\ud800"}')).toBe('malformed-json');
    expect(code('{"a":"\\ud83d\\ude00"}')).toBe('accepted');
    expect(() => parseStrictJson(new Uint8Array([0x22, 0xff, 0x22]))).toThrow('malformed-json');
    expect(code('')).toBe('malformed-json');
    expect(code("{'a':1}")).toBe('malformed-json');
    expect(code('{"a":1}x')).toBe('malformed-json');
    expect(code('\ufeff{}')).toBe('malformed-json');
  });
});
