import { apportion } from '../calculation/apportionment.engine.js';
import {
  COEFFICIENT_TABLES,
  type CoefficientTable,
  type CoefficientTableId,
  floorWeights,
} from '../calculation/elevator-shares.engine.js';
import { Rejected } from '../kernel/rejection.js';
import type { Household } from '../compound/compound.decider.js';
import { millionths } from '../kernel/decimal.js';
import { byCodePoint } from '../kernel/ids.js';
import { type Fen, fen, larger, total } from '../kernel/money.js';
import type { BudgetLine, Scope } from './scheme-state.decider.js';

type Adjustment = {
  readonly householdId: string;
  readonly lineId: string;
  readonly amount: string;
  readonly borneBy: { readonly householdId?: string; readonly source?: string };
};
export type Bearing = {
  readonly lines: readonly BudgetLine[];
  readonly households: readonly Household[];
  readonly adjustments: readonly Adjustment[];
  /** What others than households have committed on a line, in fen. */
  readonly committedByOthers: ReadonlyMap<string, Fen>;
};
export type Shares = {
  /** By household, then by line. */
  readonly shares: ReadonlyMap<string, ReadonlyMap<string, Fen>>;
  readonly residentAmount: Fen;
  readonly borneByOthers: Fen;
  readonly unassigned: Fen;
};

/**
 * What each household bears (3-calculations.md §10): every line's resident amount over the households of its scope by
 * its method, then the adjustments, each borne by somebody named. To the fen: shares, what others bear and what has
 * nobody sum to the resident amount.
 */
export function householdShares({ lines, households, adjustments, committedByOthers }: Bearing): Shares {
  const shares = new Map<string, Map<string, Fen>>(households.map(({ householdId }) => [householdId, new Map()]));
  const add = (householdId: string, lineId: string, amount: Fen) => {
    const own = shares.get(householdId) ?? new Map<string, Fen>();
    shares.set(householdId, own.set(lineId, (own.get(lineId) ?? 0n) + amount));
  };
  let residentAmount = 0n;
  let unassigned = 0n;
  for (const line of lines) {
    const amount = residentAmountOf(line, committedByOthers.get(line.lineId) ?? 0n);
    residentAmount += amount;
    const parts = apportionLine(line, amount, households);
    if (parts === null) unassigned += amount;
    else for (const { id, amount: share } of parts) add(id, line.lineId, share);
  }
  let borneByOthers = 0n;
  for (const { householdId, lineId, amount, borneBy } of adjustments) {
    add(householdId, lineId, -fen(amount));
    if (borneBy.householdId === undefined) borneByOthers += fen(amount);
    else add(borneBy.householdId, lineId, fen(amount));
  }
  return { shares, residentAmount, borneByOthers, unassigned };
}

/** Stated, or: in-building lines in full less what others have committed on them; public-area lines nothing. */
export function residentAmountOf({ residentAmount, costArea, amount }: BudgetLine, committedByOthers: Fen): Fen {
  if (residentAmount !== undefined) return fen(residentAmount);
  return costArea === 'in-building' ? larger(fen(amount) - committedByOthers, 0n) : 0n;
}

function apportionLine(
  line: BudgetLine,
  amount: Fen,
  households: readonly Household[],
): { id: string; amount: Fen }[] | null {
  const inLine = households.filter((household) => isInScope(line.scope, household));
  const parts = weights(line, inLine);
  return parts.every(({ weight }) => weight === 0n) ? null : apportion(amount, parts);
}

export function isInScope(scope: Scope, { householdId, buildingNo, entranceNo }: Household): boolean {
  if ('all' in scope) return true;
  if ('buildings' in scope) return scope.buildings.includes(buildingNo);
  if ('households' in scope) return scope.households.includes(householdId);
  return scope.entrances.some((one) => one.buildingNo === buildingNo && one.entranceNo === entranceNo);
}

function weights(
  { shareMethod, coefficients, agreedWeights }: BudgetLine,
  households: readonly Household[],
): { id: string; weight: bigint }[] {
  const byHousehold = (weight: (household: Household) => bigint) =>
    households.map((household) => ({ id: household.householdId, weight: weight(household) }));
  switch (shareMethod) {
    case 'area':
      return byHousehold(({ floorAreaM2 }) => millionths(floorAreaM2));
    case 'equal':
      return byHousehold(() => 1n);
    case 'agreed': {
      const agreed = new Map(agreedWeights?.map(({ householdId, weight }) => [householdId, millionths(weight)]));
      return byHousehold(({ householdId }) => agreed.get(householdId) ?? 0n);
    }
    case 'floor-coefficient': {
      const table = tableOf(coefficients!);
      return byHousehold((household) => floorWeight(table, household));
    }
  }
}

function tableOf(coefficients: NonNullable<BudgetLine['coefficients']>): CoefficientTable {
  if (typeof coefficients === 'string') return COEFFICIENT_TABLES[coefficients as CoefficientTableId];
  const rows = coefficients.rows.map(({ floor, coefficient }) => ({ floor, coefficient: millionths(coefficient) }));
  return { basis: coefficients.basis, rows };
}

/** A household on a floor the table does not know (a garage below ground) bears nothing of the line. */
function floorWeight(table: CoefficientTable, { householdId, floor, floorAreaM2 }: Household): bigint {
  try {
    return floorWeights(table, [{ id: householdId, floor, areaMillionths: millionths(floorAreaM2) }])[0]!.weight;
  } catch (error) {
    if (error instanceof Rejected) return 0n;
    throw error;
  }
}

export const sumOf = (own: ReadonlyMap<string, Fen>): Fen => total(own.values());
export const inOrder = (ids: Iterable<string>): string[] => [...ids].sort(byCodePoint);
