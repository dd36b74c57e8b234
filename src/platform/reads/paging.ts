import { byCodePoint } from '../../kernel/ids.js';
import { Problem } from '../http/problem.js';

type Cursor = { readonly key: string; readonly back: boolean };
export type Page<Item> = {
  readonly items: readonly Item[];
  readonly next: string | null;
  readonly prev: string | null;
};

const encode = (cursor: Cursor): string =>
  Buffer.from(JSON.stringify([cursor.key, cursor.back ? 1 : 0])).toString('base64url');

function decode(text: string): Cursor {
  try {
    const [key, back] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as [unknown, unknown];
    if (typeof key === 'string' && (back === 0 || back === 1)) return { key, back: back === 1 };
  } catch {
    // Told below, as every cursor that is not ours.
  }
  throw new Problem('invalid-parameter', { errors: [{ parameter: 'cursor', code: 'invalidParameter' }] });
}

/** One page of items that are in the order of their keys, by code point or, where they are given as such, by number. */
export function paged<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  { limit, cursor }: { readonly limit: number; readonly cursor: string | null },
  compare: (a: string, b: string) => number = byCodePoint,
): Page<Item> {
  const at = cursor === null ? undefined : decode(cursor);
  const after = at ? firstAfter(items, keyOf, at, compare) : 0;
  const from = at?.back ? Math.max(0, after - limit) : after;
  const to = at?.back ? after : Math.min(items.length, from + limit);
  const shown = items.slice(from, to);
  return {
    items: shown,
    next: to < items.length && shown.length > 0 ? encode({ key: keyOf(shown.at(-1)!), back: false }) : null,
    prev: from > 0 && shown.length > 0 ? encode({ key: keyOf(shown[0]!), back: true }) : null,
  };
}

/** Going on: the first key beyond the cursor's; going back: the first not before it. */
function firstAfter<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  { key, back }: Cursor,
  compare: (a: string, b: string) => number,
): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const order = compare(keyOf(items[middle]!), key);
    if (back ? order < 0 : order <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

export const byNumber = (a: string, b: string): number => Number(a) - Number(b);
