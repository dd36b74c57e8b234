import canonicalizeUntyped from 'canonicalize';

const serialize = canonicalizeUntyped as unknown as (value: unknown) => string | undefined;

/** RFC 8785: the one text of a JSON value, so that a hash of it means the value and nothing about how it was written. */
export function canonicalJson(value: unknown): string {
  const text = serialize(value);
  if (text === undefined) throw new TypeError('not a JSON value');
  return text;
}
