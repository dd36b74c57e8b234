import { type Fen, yuan } from '../../kernel/money.js';
import type { ShareRow } from '../../ledger/household-rows.projection.js';
import type { Shares } from '../../scheme/household-shares.projection.js';
import { householdFigure } from './overview.recipes.js';
import { type Asked, beside, downColumn, is, type Part, raw, type Recipe, sumOfParts } from './recipe.js';

export type Bearing = {
  readonly rows: readonly ShareRow[];
  readonly shares: Shares;
  /** Lines whose day has passed. */
  readonly due: ReadonlySet<string>;
  /** Of the events the shares follow from: the register, the budget, the adjustments. */
  readonly positions: readonly number[];
};

const APPORTIONED =
  'each line’s resident amount over the households of its scope by its method (largest remainder), then the adjustments (3-calculations.md §10)';

/** A figure of what households bear: of one, of all, or of what nobody or somebody else bears. */
export function shareRecipe(
  asked: Asked,
  schemeId: string,
  { rows, shares, due, positions }: Bearing,
): Recipe | undefined {
  const { name, parts, row } = asked;
  const given = (computed: Fen, of: readonly Part[] = []): Recipe => ({
    ...{ kind: 'given', arithmetic: `${name}: ${APPORTIONED}`, computed: yuan(computed), parts: of, positions },
  });
  if (parts.length === 1) {
    if (name === 'residentAmount' || name === 'borneByOthers' || name === 'unassigned') return given(shares[name]);
    return undefined;
  }
  const isTotal = parts[0] === 'total';
  if (name === 'paid' || name === 'pledged') {
    const household = isTotal ? raw('household_id IS NOT NULL') : is('household_id', row['householdId'] as string);
    return householdFigure(name, schemeId, household);
  }
  if (isTotal) return sumOfParts(name, downColumn(asked, 'items', name));
  const own = [...(shares.shares.get(row['householdId'] as string) ?? [])];
  const lines = (takes: (lineId: string) => boolean): Part[] =>
    own.flatMap(([lineId, amount]) =>
      takes(lineId) ? [{ name: `line ${lineId}`, sign: 1, value: yuan(amount), figure: null } as const] : [],
    );
  if (name === 'outstanding') return sumOfParts(name, [beside(asked, 'share'), beside(asked, 'paid', -1)]);
  if (name === 'overdue')
    return sumOfParts(name, [...lines((lineId) => due.has(lineId)), beside(asked, 'paid', -1)], 'not below zero');
  const found = rows.find(({ householdId }) => householdId === row['householdId']);
  return name === 'share' && found
    ? given(
        found.share,
        lines(() => true),
      )
    : undefined;
}
