import { canonicalJson } from './canonical-json.js';

describe('canonical JSON (RFC 8785)', () => {
  it('is one text whatever the order and the blanks', () => {
    const text = '{"a":[1,"x",null],"b":{"c":true,"é":1.5}}';
    expect(canonicalJson({ b: { é: 1.5, c: true }, a: [1, 'x', null] })).toBe(text);
    expect(canonicalJson(JSON.parse(' { "a": [ 1.0, "\\u0078", null ], "b": { "c": true, "é": 15e-1 } } '))).toBe(text);
  });
  it('is of JSON values only', () => {
    expect(() => canonicalJson(undefined)).toThrow(new TypeError('not a JSON value'));
  });
});
