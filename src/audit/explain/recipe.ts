import type { Moment } from '../../kernel/projection.js';
import type { SqlValue } from '../../platform/sqlite.js';

/** Postings that count in a figure, with the sign they count with. */
export type Term = {
  readonly name: string;
  readonly sign: 1 | -1;
  readonly sql: string;
  readonly values: readonly SqlValue[];
};
/** A figure that counts in another; `figure` opens it in its turn, where it has an address. */
export type Part = {
  readonly name: string;
  readonly sign: 1 | -1;
  readonly value: string | number;
  readonly figure: string | null;
};
export type PostingRule = 'sum' | 'commitments' | 'gap' | 'not below zero' | 'without its sign';
/**
 * How a figure is made: of postings (their sum, as it is, not below zero or without its sign; commitments, where each
 * pledge counts as the larger of what is still promised and what came; or the gap of each area of each scheme); of other
 * figures; or as a fact or a calculation that
 * `computed` and the events at `positions` tell.
 */
export type Recipe = { readonly arithmetic: string } & (
  | { readonly kind: 'postings'; readonly rule: PostingRule; readonly terms: readonly Term[] }
  | {
      readonly kind: 'parts';
      readonly rule: 'sum' | 'count' | 'not below zero' | 'three tenths';
      readonly parts: readonly Part[];
    }
  | { readonly kind: 'parts'; readonly rule: 'ratio'; readonly parts: readonly Part[]; readonly under: readonly Part[] }
  | {
      readonly kind: 'given';
      readonly computed: string | number | null;
      readonly parts?: readonly Part[];
      readonly positions: readonly number[];
    }
);
type Body = Readonly<Record<string, unknown>>;
/** A figure somebody asks about: where it stands, and in which answer. */
export type Asked = {
  readonly path: string;
  /** The path without `/v1/` and its query, in decoded segments. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  /** Of the pointer. */
  readonly parts: readonly string[];
  readonly name: string;
  readonly body: Body;
  /** What the figure stands in. */
  readonly row: Readonly<Record<string, unknown>>;
  readonly moment: Moment;
  readonly division: string;
};
export type Marks = { readonly sql: string; readonly values: readonly SqlValue[] };

export const term = (name: string, sign: 1 | -1, ...marks: readonly Marks[]): Term => ({
  name,
  sign,
  sql: marks.map(({ sql }) => sql).join(' AND '),
  values: marks.flatMap(({ values }) => values),
});
export const is = (column: string, value: SqlValue): Marks =>
  value === null ? { sql: `${column} IS NULL`, values: [] } : { sql: `${column} = ?`, values: [value] };
export const isOneOf = (column: string, values: readonly SqlValue[]): Marks => ({
  sql: `${column} IN (${values.map(() => '?').join(', ')})`,
  values,
});
export const raw = (sql: string, ...values: SqlValue[]): Marks => ({ sql, values });
export const measure = (name: string): Marks => is('measure', name);

const summed = (terms: readonly Term[]): string =>
  terms.map(({ sign, name: one }) => `${sign === 1 ? '+' : '−'} Σ ${one}`).join(' ');

export const sumOf = (name: string, ...terms: Term[]): Recipe => ({
  ...{ kind: 'postings', rule: 'sum', terms },
  arithmetic: `${name} = ${summed(terms)}`,
});
export const notBelowZero = (name: string, ...terms: Term[]): Recipe => ({
  ...{ kind: 'postings', rule: 'not below zero', terms },
  arithmetic: `${name} = larger(0, ${summed(terms)})`,
});
export const withoutSign = (name: string, ...terms: Term[]): Recipe => ({
  ...{ kind: 'postings', rule: 'without its sign', terms },
  arithmetic: `${name} = | ${summed(terms)} |`,
});

/** What a JSON pointer's parts lead to. */
export function at(body: unknown, parts: readonly string[]): unknown {
  let found = body;
  for (const part of parts) {
    if (found === null || typeof found !== 'object' || !Object.hasOwn(found, part)) return undefined;
    found = (found as Record<string, unknown>)[part];
  }
  return found;
}

/** A figure of the same answer as a part of another. */
export function partAt({ path, body }: Asked, parts: readonly string[], sign: 1 | -1 = 1): Part {
  const pointer = parts.map((one) => `/${one.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return { name: pointer, sign, value: at(body, parts) as string | number, figure: `${path}#${pointer}` };
}

/** A field beside the figure. */
export const beside = (asked: Asked, name: string, sign: 1 | -1 = 1): Part =>
  partAt(asked, [...asked.parts.slice(0, -1), name], sign);

const told = (parts: readonly Part[]): string =>
  parts.length === 0 ? '0' : parts.map(({ sign, name }) => `${sign === 1 ? '+' : '−'} ${name}`).join(' ');

export const sumOfParts = (
  name: string,
  parts: readonly Part[],
  rule: 'sum' | 'count' | 'not below zero' | 'three tenths' = 'sum',
): Recipe => ({
  ...{ kind: 'parts', rule, parts },
  arithmetic: `${name} = ${{ sum: told(parts), count: `number of rows: ${parts.length}`, 'not below zero': `larger(0, ${told(parts)})`, 'three tenths': `3/10 × (${told(parts)}), half-up` }[rule]}`,
});

/** Figures divided by figures, four places; null where the lower one is zero. */
export const ratioOf = (name: string, parts: readonly Part[], under: readonly Part[]): Recipe => ({
  ...{ kind: 'parts', rule: 'ratio', parts, under },
  arithmetic: `${name} = (${told(parts)}) ÷ (${told(under)}), four places, half-up`,
});

/** The same field of every row of a list. */
export const downColumn = (
  asked: Asked,
  list: string,
  name: string,
  takes: (row: Body) => boolean = () => true,
): Part[] =>
  (asked.body[list] as Body[]).flatMap((row, index) =>
    takes(row) ? [partAt(asked, [list, String(index), ...name.split('/')])] : [],
  );
