import type { SqlValue } from '../platform/sqlite.js';

/** Postings that count in a figure, with the sign they count with. */
export type Term = {
  readonly name: string;
  readonly sign: 1 | -1;
  readonly sql: string;
  readonly values: readonly SqlValue[];
};
/**
 * How a figure is made: a sum of postings; or larger(0, sum); or commitments, where each pledge counts as the larger of
 * what is still promised and what came.
 */
export type Recipe = {
  readonly rule: 'sum' | 'not below zero' | 'commitments' | 'gap';
  readonly arithmetic: string;
  readonly terms: readonly Term[];
};
type Body = Readonly<Record<string, unknown>>;
type Marks = { readonly sql: string; readonly values: readonly SqlValue[] };

const term = (name: string, sign: 1 | -1, ...marks: readonly Marks[]): Term => ({
  name,
  sign,
  sql: marks.map(({ sql }) => sql).join(' AND '),
  values: marks.flatMap(({ values }) => values),
});
const is = (column: string, value: SqlValue): Marks =>
  value === null ? { sql: `${column} IS NULL`, values: [] } : { sql: `${column} = ?`, values: [value] };
const measure = (name: string): Marks => is('measure', name);

/** The recipe of the figure a pointer names in the answer of a path; undefined where it is no sum of postings. */
export function recipeOf(path: string, parts: readonly string[], body: Body): Recipe | undefined {
  const [, subject, id = '', view] = /^\/v1\/([a-z-]+)(?:\/([^/?]+))?(?:\/([a-z-]+))?/.exec(path) ?? [];
  const name = parts.at(-1)!;
  if (view === 'cost-split' && (subject === 'schemes' || subject === 'compounds')) {
    const schemes = subject === 'schemes' ? [decodeURIComponent(id)] : (body['schemes'] as string[]);
    return splitRecipe(schemes, parts, body);
  }
  if (view === 'household-shares' && parts[0] === 'items') return shareRecipe(decodeURIComponent(id), parts, body);
  if ((subject === 'grants' || subject === 'bonds') && id !== '' && parts.length === 1)
    return awardRecipe(subject, decodeURIComponent(id), name, body);
  if (subject === 'maintenance-funds' && view === undefined && parts.length === 1)
    return fundRecipe(decodeURIComponent(id), name);
  if (subject === 'ledger' && name === 'balance') {
    const account = body['account'] ?? (at(body, parts.slice(0, -1)) as { account?: string } | undefined)?.account;
    return typeof account === 'string' ? sumOf('balance', term('postings', 1, is('account', account))) : undefined;
  }
  return undefined;
}

const sumOf = (name: string, ...terms: Term[]): Recipe => ({
  rule: 'sum',
  arithmetic: `${name} = ${terms.map(({ sign, name: one }) => `${sign === 1 ? '+' : '−'} Σ ${one}`).join(' ')}`,
  terms,
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

const AREAS: Readonly<Record<string, string>> = { publicArea: 'public-area', inBuilding: 'in-building' };

function splitRecipe(schemes: readonly string[], parts: readonly string[], body: Body): Recipe | undefined {
  const name = parts.at(-1)!;
  const row = at(body, parts.slice(0, -1)) as Record<string, string | null> | undefined;
  if (!row) return undefined;
  const own: Marks = { sql: `scheme_id IN (${schemes.map(() => '?').join(', ')})`, values: schemes };
  const marks = [own];
  if (parts[0] === 'byLine') {
    marks.push(is('line_id', row['lineId']!));
    if (row['schemeId'] !== undefined) marks.push(is('scheme_id', row['schemeId']));
  } else if (parts[0] === 'bySource')
    marks.push(is('source', row['source']!), is('reference', row['reference']!), is('cost_area', row['costArea']!));
  else if (AREAS[parts[0]!] !== undefined) marks.push(is('cost_area', AREAS[parts[0]!]!));
  else if (parts[0] !== 'total') return undefined;
  const revision = body['budgetRevision'];
  const budget = term(
    'budget',
    1,
    ...marks,
    measure('budget'),
    ...(typeof revision === 'number' ? [is('item', String(revision))] : []),
  );
  const committed = ['committed', 'pledged', 'received', 'inKind'].map((one) => term(one, 1, ...marks, measure(one)));
  // Schemes on different revisions are explained one by one.
  if (typeof revision !== 'number' && (name === 'budget' || name === 'fundingGap')) return undefined;
  switch (name) {
    case 'budget':
      return sumOf(name, budget);
    case 'contracted':
    case 'settled':
    case 'received':
    case 'inKind':
      return sumOf(name, term(name, 1, ...marks, measure(name)));
    case 'paid':
      return sumOf(name, term('paid', -1, ...marks, measure('paid')));
    case 'available':
      return sumOf(
        name,
        term('received', 1, ...marks, measure('received')),
        term('paid', 1, ...marks, measure('paid')),
      );
    case 'committed':
      return { rule: 'commitments', arithmetic: COMMITTED, terms: committed };
    case 'fundingGap':
      return {
        rule: 'gap',
        arithmetic: 'fundingGap = larger(0, budget − committed − inKind), each area by itself',
        terms: [budget, ...committed],
      };
    default:
      return undefined;
  }
}

const COMMITTED =
  'committed = Σ allocations and approved draws + Σ per pledge larger(pledged − inKind on it, cash on it) + Σ cash without a pledge';

function shareRecipe(schemeId: string, parts: readonly string[], body: Body): Recipe | undefined {
  const row = at(body, parts.slice(0, -1)) as { householdId?: string } | undefined;
  const name = parts.at(-1)!;
  if (!row?.householdId || (name !== 'paid' && name !== 'pledged')) return undefined;
  const marks = [is('scheme_id', schemeId), is('household_id', row.householdId)];
  return sumOf(name, term(name, 1, ...marks, measure(name === 'paid' ? 'received' : 'pledged')));
}

const OUTGOING = ['decomposed', 'allocated', 'disbursed', 'returned', 'lapsed'];

function awardRecipe(subject: string, id: string, name: string, body: Body): Recipe | undefined {
  const own = is('grant_id', subject === 'bonds' ? `bond:${id}` : id);
  const out = (one: string): Term => term(one, 1, own, measure(one));
  const source = body['source'];
  const paid = [is('reference', id), ...(typeof source === 'string' ? [is('source', source)] : []), measure('paid')];
  if (name === 'awarded' || name === 'principal') return sumOf(name, term('awarded', 1, own, measure('awarded')));
  if (OUTGOING.includes(name)) return sumOf(name, term(name, -1, own, measure(name)));
  if (name === 'carriedOver') return sumOf(name, out(name));
  if (name === 'paid') return sumOf(name, term('paid', -1, ...paid));
  const unspent = ['awarded', 'decomposed', 'returned', 'lapsed'].map(out);
  if (name === 'available') return sumOf(name, ...unspent, out('allocated'));
  if (name === 'unspent') return sumOf(name, ...unspent, term('paid', 1, ...paid));
  return undefined;
}

const FUND = ['deposited', 'income', 'collected', 'drawn', 'returned'];

function fundRecipe(id: string, name: string): Recipe | undefined {
  const whole: Marks = { sql: 'household_id IS NULL AND unit_id IS NULL', values: [] };
  const of = (one: string, sign: 1 | -1): Term => term(one, sign, is('fund_id', id), whole, measure(one));
  if (name === 'balance') return sumOf(name, ...FUND.map((one) => of(one, -1)));
  if (name === 'due') return sumOf(name, term('due', -1, is('fund_id', id), measure('due')));
  if (name === 'drawn' || name === 'returned') return sumOf(name, of(name, 1));
  return FUND.includes(name) || name === 'reserved' ? sumOf(name, of(name, -1)) : undefined;
}
