import { COST_AREAS } from '../../policy/work-item.js';
import { at, type Asked, is, type Marks, measure, raw, type Recipe, sumOf, term } from './recipe.js';

/** A scheme and the budget revision it is measured on. */
export type MeasuredScheme = { readonly schemeId: string; readonly revision: number | null };

const AREAS: Readonly<Record<string, string>> = { publicArea: COST_AREAS[0], inBuilding: COST_AREAS[1] };
const COMMITTED =
  'committed = Σ allocations and approved draws + Σ per pledge larger(pledged − inKind on it, cash on it) + Σ cash without a pledge';
const GAP = 'fundingGap = larger(0, budget − committed − inKind), each area of each scheme by itself';

/** A figure of schemes' splits, of the postings the marks let through. */
export function splitFigure(
  name: string,
  schemes: readonly MeasuredScheme[],
  marks: readonly Marks[],
): Recipe | undefined {
  const own = [
    among(
      'scheme_id',
      schemes.map(({ schemeId }) => schemeId),
    ),
    ...marks,
  ];
  const of = (one: string, sign: 1 | -1 = 1) => term(one, sign, ...own, measure(one));
  const inForce = schemes.flatMap(({ schemeId, revision }) =>
    revision === null ? [] : [[schemeId, String(revision)]],
  );
  const budget = term('budget', 1, ...own, measure('budget'), revisions(inForce as [string, string][]));
  const promised = ['committed', 'pledged', 'received', 'inKind'].map((one) => of(one));
  switch (name) {
    case 'budget':
      return sumOf(name, budget);
    case 'contracted':
    case 'settled':
    case 'received':
    case 'inKind':
      return sumOf(name, of(name));
    case 'paid':
      return sumOf(name, of('paid', -1));
    case 'available':
      return sumOf(name, of('received'), of('paid'));
    case 'committed':
      return { kind: 'postings', rule: 'commitments', arithmetic: COMMITTED, terms: promised };
    case 'fundingGap':
      return { kind: 'postings', rule: 'gap', arithmetic: GAP, terms: [budget, ...promised] };
    default:
      return undefined;
  }
}

const among = (column: string, values: readonly string[]): Marks => ({
  sql: `${column} IN (${values.map(() => '?').join(', ')})`,
  values,
});

const revisions = (inForce: readonly [string, string][]): Marks =>
  inForce.length === 0
    ? raw('0')
    : { sql: `(scheme_id, item) IN (VALUES ${inForce.map(() => '(?, ?)').join(', ')})`, values: inForce.flat() };

/** A figure of a cost split, of one scheme or of all schemes of a compound. */
export function splitRecipe({ parts, body, row, name }: Asked, schemes: readonly MeasuredScheme[]): Recipe | undefined {
  if (parts[0] === 'total') return splitFigure(name, schemes, []);
  if (AREAS[parts[0]!] !== undefined) return splitFigure(name, schemes, [is('cost_area', AREAS[parts[0]!]!)]);
  const found = at(body, parts.slice(0, 2)) as Record<string, string | null> | undefined;
  if (!found) return undefined;
  if (parts[0] === 'bySource') return splitFigure(name, schemes, sourceMarks(row as Record<string, string | null>));
  if (parts[0] !== 'byLine') return undefined;
  const own = found['schemeId'];
  const named = own === undefined ? schemes : schemes.filter(({ schemeId }) => schemeId === own);
  return splitFigure(name, named, [is('line_id', found['lineId']!)]);
}

const sourceMarks = ({ source, reference, costArea }: Readonly<Record<string, string | null>>): Marks[] => [
  is('source', source!),
  is('reference', reference!),
  is('cost_area', costArea!),
];
