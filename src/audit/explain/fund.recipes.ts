import {
  type Asked,
  beside,
  is,
  type Marks,
  measure,
  partAt,
  raw,
  ratioOf,
  type Recipe,
  sumOf,
  sumOfParts,
  term,
} from './recipe.js';

const MOVED = ['deposited', 'income', 'collected', 'drawn', 'returned'];
const WHOLE = raw('household_id IS NULL AND unit_id IS NULL');

/** A figure of a whole fund, of the movements the marks let through. */
export function fundFigure(name: string, fundId: string, marks: readonly Marks[] = []): Recipe | undefined {
  const own = [is('fund_id', fundId), ...marks];
  const of = (one: string, sign: 1 | -1) => term(one, sign, ...own, WHOLE, measure(one));
  if (name === 'balance') return sumOf(name, ...MOVED.map((one) => of(one, -1)));
  if (name === 'due') return sumOf(name, term('due', -1, ...own, measure('due')));
  if (name === 'drawn' || name === 'returned') return sumOf(name, of(name, 1));
  return MOVED.includes(name) || name === 'reserved' ? sumOf(name, of(name, -1)) : undefined;
}

export type HolderId = { readonly householdId?: unknown; readonly unitId?: unknown };
const holderMarks = ({ householdId, unitId }: HolderId): Marks[] =>
  typeof householdId === 'string'
    ? [is('household_id', householdId)]
    : [raw('household_id IS NULL'), is('unit_id', unitId as string)];

/** A figure of one sub-account. `basis` is the kind of deposit its first deposit is. */
export function accountRecipe(
  asked: Asked,
  fundId: string,
  holder: HolderId,
  basis: 'first' | 'establishment',
): Recipe | undefined {
  const { name } = asked;
  const own = [is('fund_id', fundId), ...holderMarks(holder)];
  const of = (one: string, sign: 1 | -1 = 1, ...more: Marks[]) => term(one, sign, ...own, measure(one), ...more);
  const collected = (sign: 1 | -1) => ({ ...of('due', sign, is('item', 'collection')), name: 'collection of dues' });
  switch (name) {
    case 'firstDeposit':
      return sumOf(name, of('deposited', 1, is('item', basis)));
    case 'deposits':
      return sumOf(name, of('deposited'));
    case 'income':
    case 'reserved':
      return sumOf(name, of(name));
    case 'collected':
      return sumOf(name, collected(1));
    case 'drawn':
      return sumOf(name, of('drawn', -1), of('due', -1), collected(1));
    case 'returned':
      return sumOf(name, of('returned', -1));
    case 'balance':
      return sumOf(name, of('deposited'), of('income'), of('drawn'), of('returned'));
    case 'dueFromHousehold':
      return sumOf(name, of('due', -1));
    case 'firstDepositRatio':
      return asked.row['state'] === 'closed'
        ? undefined
        : ratioOf(name, [beside(asked, 'balance')], [beside(asked, 'firstDeposit')]);
    case 'replenishmentTrigger':
      // A closed sub-account is asked for nothing.
      return sumOfParts(name, asked.row['state'] === 'closed' ? [] : [beside(asked, 'firstDeposit')], 'three tenths');
    case 'replenishmentDue':
      return sumOfParts(name, [beside(asked, 'replenishmentTrigger'), beside(asked, 'balance', -1)], 'not below zero');
    default:
      return undefined;
  }
}

/** One movement of a sub-account. */
export function entryRecipe({ name, row }: Asked, fundId: string, holder: HolderId): Recipe | undefined {
  const event = raw(
    'position = (SELECT e.position FROM log_v1_events e WHERE e.event_id = ?)',
    row['eventId'] as string,
  );
  const own = [is('fund_id', fundId), ...holderMarks(holder), event];
  if (name === 'amount') return sumOf(name, term('cash', 1, ...own, raw("book = 'cash' AND measure <> 'due'")));
  if (name === 'due') return sumOf(name, term('due', -1, ...own, measure('due')));
  return name === 'reserved' ? sumOf(name, term('reserved', 1, ...own, measure('reserved'))) : undefined;
}

/** A figure of a draw, of all its shares or of one. */
export function drawFigure(name: string, fundId: string, drawId: string, marks: readonly Marks[]): Recipe | undefined {
  const own = [is('reference', drawId), is('fund_id', fundId), ...marks];
  const of = (one: string, item: string, sign: 1 | -1) => ({
    ...term(one, sign, ...own, measure(one), is('item', item)),
    name: `${one} (${item})`,
  });
  const HELD = raw('(household_id IS NOT NULL OR unit_id IS NOT NULL)');
  switch (name) {
    case 'amount':
      return sumOf(name, of('reserved', 'approval', 1));
    case 'paid':
      return sumOf(
        name,
        ...['drawn', 'due'].map((one) => ({
          ...of(one, 'payment', -1),
          sql: `${of(one, 'payment', -1).sql} AND ${HELD.sql}`,
        })),
      );
    case 'refunded':
      return sumOf(
        name,
        ...['drawn', 'due'].map((one) => ({
          ...of(one, 'refund', 1),
          sql: `${of(one, 'refund', 1).sql} AND ${HELD.sql}`,
        })),
      );
    case 'due':
      return sumOf(name, term('due', -1, ...own, measure('due')));
    case 'reserved':
      return sumOf(name, term('reserved', 1, ...own, measure('reserved'), HELD));
    case 'drawn':
      return sumOf(
        name,
        ...['drawn', 'due'].map((one) =>
          term(one, -1, ...own, HELD, measure(one), raw("item IN ('payment', 'refund')")),
        ),
      );
    default:
      return undefined;
  }
}

export const drawRecipe = ({ name, parts, row }: Asked, fundId: string, drawId: string): Recipe | undefined =>
  parts.includes('shares')
    ? drawFigure(name, fundId, drawId, holderMarks(row))
    : name === 'amount'
      ? undefined
      : drawFigure(name, fundId, drawId, []);

/** 年度公示: the balances at both ends of the year, and what moved in it. */
export function statementRecipe({ name, parts, row, body }: Asked, fundId: string): Recipe | undefined {
  const year = body['year'] as number;
  const [before, since, until] = [
    raw('occurred_on < ?', `${year}-01-01`),
    raw('occurred_on >= ?', `${year}-01-01`),
    raw('occurred_on <= ?', `${year}-12-31`),
  ];
  if (parts[0] === 'draws') {
    const drawId = (body['draws'] as { drawId: string }[])[Number(parts[1])]!.drawId;
    const held = parts.includes('split') ? holderMarks(row) : [];
    return drawFigure('drawn', fundId, drawId, [...held, since, until]);
  }
  if (name === 'opening') return named(fundFigure('balance', fundId, [before]), name);
  if (name === 'closing') return named(fundFigure('balance', fundId, [until]), name);
  return named(fundFigure(name === 'deposits' ? 'deposited' : name, fundId, [since, until]), name);
}

/** What a forecast starts from is the fund's; what comes after is its own calculation (3-calculations.md §8). */
export function forecastRecipe(asked: Asked, fundId: string): Recipe | undefined {
  const { name, parts, row, moment } = asked;
  const [list, place] = parts;
  if (parts.length === 1 && name === 'openingBalance') return named(fundFigure('balance', fundId), name);
  if (parts.length === 1 && name === 'approvedUnpaid') return named(fundFigure('reserved', fundId), name);
  if (list === 'years' && name === 'open')
    return place === '0'
      ? named(fundFigure('balance', fundId), name)
      : sumOfParts(name, [partAt(asked, [list, String(Number(place) - 1), 'close'])]);
  if (list === 'years' && name === 'close')
    return sumOfParts(name, [
      ...['open', 'contribution', 'interest'].map((one) => beside(asked, one)),
      beside(asked, 'expenditure', -1),
    ]);
  // Told as it is known now, whatever moment the forecast is of: then its postings are not all the moment's.
  if (list !== 'actual' || moment.asOf !== null || moment.recordedAt !== null) return undefined;
  return named(fundFigure('balance', fundId, [raw('occurred_on <= ?', `${String(row['year'])}-12-31`)]), name);
}

const named = (recipe: Recipe | undefined, name: string): Recipe | undefined =>
  recipe && { ...recipe, arithmetic: recipe.arithmetic.replace(/^\w+/, name) };
