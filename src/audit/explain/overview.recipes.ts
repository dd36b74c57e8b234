import type { Grouping } from '../../ledger/overview.projection.js';
import { fromMillionths } from '../../kernel/decimal.js';
import { WORK_ITEMS } from '../../policy/work-item.js';
import {
  type Asked,
  beside,
  is,
  isOneOf,
  measure,
  type Marks,
  type Part,
  raw,
  ratioOf,
  type Recipe,
  sumOf,
  sumOfParts,
  term,
} from './recipe.js';
import { type MeasuredScheme, splitFigure } from './split.recipes.js';

export type OverviewScheme = MeasuredScheme & {
  readonly compoundId: string;
  readonly planYear: number;
  readonly projectCode: string | null;
  /** Sources with some figure, and items of its lines. */
  readonly sources: ReadonlySet<string>;
  readonly workItems: ReadonlySet<string>;
};
export type OverviewCompound = {
  readonly compoundId: string;
  readonly name: string;
  readonly division: string;
  readonly households: number;
  readonly areaMillionths: bigint;
  readonly positions: readonly number[];
};
export type Region = { readonly compounds: readonly OverviewCompound[]; readonly schemes: readonly OverviewScheme[] };

/** A figure of the overview: of every scheme a row counts, as its own split has it. */
export function overviewRecipe(asked: Asked, region: Region): Recipe | undefined {
  const { name, parts, row, body } = asked;
  const isTotal = parts[0] === 'total';
  const groupBy = body['groupBy'] as Grouping;
  const key = String(row['key']);
  const schemes = isTotal ? region.schemes : region.schemes.filter((one) => keyed(one, groupBy, region).has(key));
  const compounds = isTotal ? region.compounds : inRow(region, schemes, groupBy, key);
  switch (name) {
    case 'arrivalRate':
      return ratioOf(name, [beside(asked, 'received')], [beside(asked, 'budget')]);
    case 'executionRate':
      return ratioOf(name, [beside(asked, 'paid')], [beside(asked, 'received')]);
    case 'compounds':
      return sumOfParts(
        name,
        compounds.map(({ compoundId }) => listed(`/v1/compounds/${compoundId}`)),
        'count',
      );
    case 'schemes':
      return sumOfParts(
        name,
        schemes.map(({ schemeId }) => listed(`/v1/schemes/${schemeId}`)),
        'count',
      );
    case 'households':
    case 'floorAreaM2':
      return sizeRecipe(name, compounds);
    case 'fundBalance': {
      const ids = compounds.map(({ compoundId }) => compoundId);
      const whole = raw("household_id IS NULL AND unit_id IS NULL AND book = 'cash'");
      return sumOf(name, term('fund movements', -1, isOneOf('fund_id', ids), whole));
    }
    default:
      return isTotal ? splitFigure(name, schemes, []) : moneyOf(name, schemes, groupBy, key);
  }
}

const listed = (path: string): Part => ({ name: path, sign: 1, value: 1, figure: null });

type Sizes = Pick<OverviewCompound, 'households' | 'areaMillionths' | 'positions'>;

/** How large compounds are: what no posting tells. */
export const sizeRecipe = (name: 'households' | 'floorAreaM2', compounds: readonly Sizes[]): Recipe =>
  name === 'households'
    ? sized(compounds, 'Σ households registered, or declared where none are', (all) =>
        all.reduce((sum, one) => sum + one.households, 0),
      )
    : sized(compounds, 'Σ floor area of the households, or as declared', (all) =>
        fromMillionths(all.reduce((sum, one) => sum + one.areaMillionths, 0n)),
      );

const sized = (
  compounds: readonly Sizes[],
  arithmetic: string,
  computed: (all: readonly Sizes[]) => string | number,
): Recipe => ({
  ...{ kind: 'given', arithmetic, computed: computed(compounds) },
  positions: compounds.flatMap(({ positions }) => positions),
});

/** Sources have no budget, work classes no receipts: what does not divide is left at zero. */
function moneyOf(name: string, schemes: readonly OverviewScheme[], groupBy: Grouping, key: string): Recipe | undefined {
  const divides =
    groupBy === 'source'
      ? ['committed', 'received', 'inKind', 'paid'].includes(name)
      : groupBy !== 'work-class' || name === 'budget' || name === 'paid';
  if (!divides) return sumOfParts(`${name} (not told apart by ${groupBy})`, []);
  return splitFigure(name, schemes, marksOf(schemes, groupBy, key));
}

function marksOf(schemes: readonly OverviewScheme[], groupBy: Grouping, key: string): Marks[] {
  if (groupBy === 'source') return [is('source', key)];
  if (groupBy !== 'work-class') return [];
  const items = Object.entries(WORK_ITEMS).flatMap(([code, { workClass }]) => (workClass === key ? [code] : []));
  const measured = schemes.flatMap(({ schemeId, revision }) =>
    revision === null ? [] : [[schemeId, revision] as const],
  );
  if (measured.length === 0) return [raw('0')];
  const places = `(VALUES ${measured.map(() => '(?, ?)').join(', ')})`;
  const lines = `SELECT scheme_id, line_id FROM subjects_v1_lines WHERE (scheme_id, revision) IN ${places}`;
  const of = isOneOf('work_item', items);
  return [{ sql: `(scheme_id, line_id) IN (${lines} AND ${of.sql})`, values: [...measured.flat(), ...of.values] }];
}

/** The rows a scheme counts in. */
function keyed(scheme: OverviewScheme, groupBy: Grouping, { compounds }: Region): ReadonlySet<string> {
  switch (groupBy) {
    case 'county':
      return new Set([compounds.find(({ compoundId }) => compoundId === scheme.compoundId)!.division]);
    case 'year':
      return new Set([String(scheme.planYear)]);
    case 'compound':
      return new Set([scheme.compoundId]);
    case 'project':
      return new Set([scheme.projectCode ?? scheme.schemeId]);
    case 'source':
      return scheme.sources;
    case 'work-class':
      return new Set([...scheme.workItems].map((item) => WORK_ITEMS[item as keyof typeof WORK_ITEMS].workClass));
  }
}

function inRow({ compounds }: Region, schemes: readonly OverviewScheme[], groupBy: Grouping, key: string) {
  if (groupBy === 'county') return compounds.filter(({ division }) => division === key);
  if (groupBy === 'compound') return compounds.filter(({ compoundId }) => compoundId === key);
  const ids = new Set(schemes.map(({ compoundId }) => compoundId));
  return compounds.filter(({ compoundId }) => ids.has(compoundId));
}

/** A figure over the households' own postings at a scheme. */
export const householdFigure = (name: string, schemeId: string, household: Marks): Recipe =>
  sumOf(name, term(name, 1, is('scheme_id', schemeId), household, measure(name === 'paid' ? 'received' : 'pledged')));
