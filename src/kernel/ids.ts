import { v5 as uuidV5 } from 'uuid';

/** Ids a caller may choose. */
export const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
export const DIVISION_CODE_PATTERN = /^\d{2}(\d{2}){0,2}$/;

const NAMESPACE = '6f0a3c4e-7d0e-5b7a-9a44-3f1f5a0a2c11';

/**
 * UUIDv5 of its parts: the same parts give the same id on every replica and after every crash, which is what makes a
 * repeated append harmless.
 */
export const deterministicId = (...parts: readonly string[]): string =>
  uuidV5(parts.map((part) => `${part.length}:${part}`).join('|'), NAMESPACE);

/** Unicode code point order, the order of every list of ids and every tie-break; UTF-16 order differs beyond the BMP. */
export function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const [left, right] = [a.codePointAt(index)!, b.codePointAt(index)!];
    if (left !== right) return left - right;
  }
  return a.length - b.length;
}

/** True where a caller whose scope is `scope` may see `divisionCode`: a scope is a prefix, `*` is everything. */
export const inScope = (scope: string, divisionCode: string): boolean =>
  scope === '*' || divisionCode.startsWith(scope);

/** The last part that was no plain id: the lines of one contract name it again and again. */
let lastEncoded = { part: '', text: '' };

function plain(part: string): string {
  if (ID_PATTERN.test(part)) return part;
  if (part !== lastEncoded.part) lastEncoded = { part, text: encodeURIComponent(part) };
  return lastEncoded.text;
}

/**
 * A colon path of ids below a branch, where there is one; parts that are absent are left out, parts that are no plain
 * ids are percent-encoded. It is made anew each time: to look it up in a memory as large as a city's costs more.
 */
export function canonicalParts(parts: readonly (string | null | undefined)[], branch?: string): string {
  let path = branch;
  for (const part of parts)
    if (part !== null && part !== undefined) path = path === undefined ? plain(part) : `${path}:${plain(part)}`;
  return path ?? '';
}
