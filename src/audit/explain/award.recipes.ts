import {
  type Asked,
  beside,
  is,
  isOneOf,
  measure,
  partAt,
  type Part,
  raw,
  ratioOf,
  type Recipe,
  sumOf,
  sumOfParts,
  term,
} from './recipe.js';

const OUTGOING = ['decomposed', 'allocated', 'disbursed', 'returned', 'lapsed'];
/** Sources whose references are no grants: an id is unique within its kind only. */
const OF_GRANTS = raw("source NOT IN ('special-bond', 'maintenance-fund', 'utility-operator')");

/** A figure of a grant; `family` is the grant and all that was made of it. */
export function grantRecipe(
  asked: Asked,
  grantId: string,
  family: (grantId: string) => readonly string[],
): Recipe | undefined {
  const { name, parts, row } = asked;
  const of = (one: string, id = grantId) => term(one, 1, is('grant_id', id), measure(one));
  const paid = (ids: readonly string[], sign: 1 | -1) =>
    term('paid', sign, isOneOf('reference', ids), measure('paid'), OF_GRANTS);
  if (parts.includes('children')) {
    const child = row['grantId'] as string;
    return sumOf(name, of('awarded', child), of('returned', child));
  }
  const unspent = ['awarded', 'decomposed', 'returned', 'lapsed'].map((one) => of(one));
  switch (name) {
    case 'awarded':
    case 'carriedOver':
      return sumOf(name, of(name));
    case 'paid':
      return sumOf(name, paid([grantId], -1));
    case 'paidWithChildren':
      return sumOf(name, paid(family(grantId), -1));
    case 'available':
      return sumOf(name, ...unspent, of('allocated'));
    case 'unspent':
      return sumOf(name, ...unspent, paid([grantId], 1));
    case 'executionRate':
      return ratioOf(name, [beside(asked, 'paidWithChildren')], [beside(asked, 'awarded')]);
    default:
      return OUTGOING.includes(name) ? sumOf(name, { ...of(name), sign: -1 }) : undefined;
  }
}

/** A figure of a bond that is a sum of postings or of other figures. */
export function bondRecipe(asked: Asked, bondId: string): Recipe | undefined {
  const { name, row } = asked;
  const of = (one: string, sign: 1 | -1) => term(one, sign, is('grant_id', `bond:${bondId}`), measure(one));
  const column = (list: string, field: string, sign: 1 | -1 = 1): Part[] =>
    (row[list] as object[]).map((_, index) =>
      partAt(asked, [...asked.parts.slice(0, -1), list, String(index), field], sign),
    );
  switch (name) {
    case 'principal':
      return asked.parts.includes('periods') ? undefined : sumOf(name, of('awarded', 1));
    case 'allocated':
    case 'disbursed':
      return sumOf(name, of(name, -1));
    case 'available':
      return sumOf(name, of('awarded', 1), of('allocated', 1));
    case 'interestPaid':
      return sumOf(name, of('interest', -1));
    case 'principalRepaid':
      return sumOf(name, of('repaid', -1));
    case 'paid':
      return sumOf(name, term('paid', -1, is('reference', bondId), is('source', 'special-bond'), measure('paid')));
    case 'totalInterest':
      return sumOfParts(name, column('periods', 'interest'));
    case 'totalDebtService':
      return sumOfParts(name, [...column('periods', 'interest'), ...column('periods', 'principal')]);
    case 'debtServiceCoverage':
      return ratioOf(
        name,
        [...column('revenue', 'income'), ...column('revenue', 'cost', -1)],
        [beside(asked, 'totalDebtService')],
      );
    case 'costRatio':
      return ratioOf(name, column('revenue', 'cost'), column('revenue', 'income'));
    default:
      return undefined;
  }
}
