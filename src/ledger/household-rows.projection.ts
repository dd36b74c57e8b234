import { type Fen, larger, yuan } from '../kernel/money.js';
import { committed, type Sum } from './cost-split.projection.js';
import { inOrder, type Shares, sumOf } from '../scheme/household-shares.projection.js';

export type HouseholdCash = ReadonlyMap<string, { readonly pledged: Fen; readonly paid: Fen }>;
export type ShareRow = {
  readonly householdId: string;
  readonly share: Fen;
  readonly pledged: Fen;
  readonly paid: Fen;
  readonly outstanding: Fen;
  readonly overdue: Fen;
};
const COLUMNS = ['share', 'pledged', 'paid', 'outstanding', 'overdue'] as const;
type Column = (typeof COLUMNS)[number];

/** What each household bears and has paid; `due` are the lines whose day has passed. */
export function shareRows({ shares }: Shares, cash: HouseholdCash, due: ReadonlySet<string>): ShareRow[] {
  return inOrder(new Set([...shares.keys(), ...cash.keys()])).map((householdId) => {
    const own = shares.get(householdId) ?? new Map<string, Fen>();
    const { pledged, paid } = cash.get(householdId) ?? { pledged: 0n, paid: 0n };
    const share = sumOf(own);
    const dueNow = [...own].reduce((sum, [lineId, amount]) => (due.has(lineId) ? sum + amount : sum), 0n);
    return { householdId, share, pledged, paid, outstanding: share - paid, overdue: larger(dueNow - paid, 0n) };
  });
}

export const shownShares = (row: Readonly<Record<Column, Fen>>) =>
  Object.fromEntries(COLUMNS.map((name) => [name, yuan(row[name])])) as Record<Column, string>;

/** The same columns over all households, summed in fen. */
export const sharesTotal = (rows: readonly ShareRow[]) =>
  shownShares(
    Object.fromEntries(COLUMNS.map((name) => [name, rows.reduce((sum, row) => sum + row[name], 0n)])) as Record<
      Column,
      Fen
    >,
  );

/**
 * By source: whatever is committed on a line by all but the residents' own cash and gifts. A gift in kind lowers nothing:
 * it is no commitment, and a pledge it fulfils is none any more.
 */
export function committedByOthers(sums: readonly Sum[]): Map<string, Fen> {
  const lines = new Map<string, Fen>();
  const ofOthers = sums.filter(({ source }) => source !== 'resident-cash' && source !== 'resident-donation');
  for (const [, { key, amount }] of committed(ofOthers))
    if (key.lineId !== null) lines.set(key.lineId, (lines.get(key.lineId) ?? 0n) + amount);
  return lines;
}
