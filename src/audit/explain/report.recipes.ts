import { columnOf, FUNDING_COLUMNS } from '../../reports/funding-columns.rules.js';
import { FUNDING_SOURCES, type FundingSource } from '../../policy/funding-source.js';
import type { Programme } from '../../policy/rule-pack.js';
import { grantRecipe } from './award.recipes.js';
import {
  type Asked,
  beside,
  downColumn,
  is,
  isOneOf,
  type Marks,
  type Part,
  ratioOf,
  type Recipe,
  sumOfParts,
} from './recipe.js';
import { type MeasuredScheme, splitFigure } from './split.recipes.js';

type Row = Readonly<Record<string, unknown>>;
const OF_GRANT = ['awarded', 'decomposed', 'carriedOver', 'lapsed', 'returned', 'available'];
const OF_SCHEME: Readonly<Record<string, string>> = { allocated: 'committed', received: 'received', paid: 'paid' };

/** 指标执行台账: each figure stands in one row, and the total counts what crosses the list. */
export function executionRecipe(
  asked: Asked,
  measured: (schemeId: string) => MeasuredScheme,
  parentOf: (grantId: string) => string | null,
): Recipe | undefined {
  const { name, parts, row } = asked;
  if (parts[0] === 'total') return executionTotal(asked, parentOf);
  const isGrant = row['row'] === 'grant';
  if (name === 'executionRate')
    return isGrant ? undefined : ratioOf(name, [beside(asked, 'paid')], [beside(asked, 'allocated')]);
  if (isGrant !== OF_GRANT.includes(name)) return sumOfParts(`${name} (told in the other kind of row)`, []);
  if (isGrant) return grantRecipe(asked, row['grantId'] as string, (id) => [id]);
  const marks = [is('reference', row['grantId'] as string), isOneOf('source', GRANT_SOURCES)];
  const figure = OF_SCHEME[name];
  return figure === undefined ? undefined : splitFigure(figure, [measured(row['schemeId'] as string)], marks);
}

const GRANT_SOURCES = Object.entries(FUNDING_SOURCES).flatMap(([code, { route }]) => (route === 'grant' ? [code] : []));

function executionTotal(asked: Asked, parentOf: (grantId: string) => string | null): Recipe | undefined {
  const { name, body } = asked;
  const listed = new Set((body['items'] as Row[]).map(({ grantId }) => grantId as string));
  const isChild = (row: Row): boolean => {
    const parent = row['row'] === 'grant' ? parentOf(row['grantId'] as string) : null;
    return parent !== null && listed.has(parent) && isListedGrant(body, parent);
  };
  const negative = (parts: readonly Part[]): Part[] => parts.map((part) => ({ ...part, sign: -1 }));
  const column = (one: string, takes?: (row: Row) => boolean) => downColumn(asked, 'items', one, takes);
  switch (name) {
    case 'awarded':
    case 'returned':
      return sumOfParts(
        name,
        column(name, (row) => !isChild(row)),
      );
    case 'decomposed':
      return sumOfParts(name, [
        ...column(name),
        ...negative(column('awarded', isChild)),
        ...column('returned', isChild),
      ]);
    case 'executionRate':
      return ratioOf(name, [beside(asked, 'paid')], [beside(asked, 'awarded')]);
    default:
      return sumOfParts(name, column(name));
  }
}

const isListedGrant = (body: Row, grantId: string): boolean =>
  (body['items'] as Row[]).some((row) => row['row'] === 'grant' && row['grantId'] === grantId);

const OF_SPLIT: Readonly<Record<string, string>> = { totalInvestment: 'budget' };

/** 资金筹措与到位表: a scheme’s split by the columns of the form. */
export function fundingRecipe(
  asked: Asked,
  measured: (schemeId: string) => MeasuredScheme,
  programmes: ReadonlyMap<string, Programme | undefined>,
): Recipe | undefined {
  const { name, parts, body } = asked;
  const field = parts.slice(parts[0] === 'total' ? 1 : 2).join('/');
  if (parts[0] === 'total' && field !== 'compounds' && field !== 'schemes')
    return SIZES.includes(field) ? undefined : sumOfParts(name, downColumn(asked, 'items', field));
  const row = (body['items'] as Row[] | undefined)?.[Number(parts[1])];
  if (!row || parts[0] !== 'items') return undefined;
  const scheme = [measured(row['schemeId'] as string)];
  if (field.startsWith('sources/')) {
    const marks = columnMarks(parts[3]!, programmes);
    return marks === undefined ? sumOfParts(name, []) : splitFigure(name, scheme, marks);
  }
  return splitFigure(OF_SPLIT[name] ?? name, scheme, []);
}

const SIZES = ['buildings', 'households', 'floorAreaM2'];

/** The sources of a column of the form; 中央 money is told apart by programme. Undefined where the column has none. */
function columnMarks(code: string, programmes: ReadonlyMap<string, Programme | undefined>): Marks[] | undefined {
  const { sources } = FUNDING_COLUMNS.find((one) => one.code === code)!;
  if (sources.length > 0) return [isOneOf('source', sources)];
  const grants = [...programmes].flatMap(([grantId, programme]) =>
    columnOf('central-grant' satisfies FundingSource, programme) === code ? [grantId] : [],
  );
  return code.startsWith('central-') ? [is('source', 'central-grant'), isOneOf('reference', grants)] : undefined;
}
