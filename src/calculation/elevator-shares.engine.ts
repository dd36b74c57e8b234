import type { Fen } from '../kernel/money.js';
import { Rejected } from '../kernel/rejection.js';
import { apportion, type Part, type Share } from './apportionment.engine.js';
import { unrepeated } from './bounds.js';

export type CoefficientBasis = 'coefficient' | 'coefficient-area';

/** The coefficient of one floor, in millionths. */
export type CoefficientRow = { readonly floor: number; readonly coefficient: bigint };

/** What a floor weighs, and whether the flat's area counts too. */
export type CoefficientTable = {
  readonly basis: CoefficientBasis;
  readonly rows: readonly CoefficientRow[];
  /** Above the last row each floor weighs so much more, in millionths; absent: the table ends with its rows. */
  readonly stepAbove?: bigint;
};

const TENTH = 100_000n;

/** The published tables (3-calculations.md §3). No local rule was read that gives a basement a coefficient. */
export const COEFFICIENT_TABLES = {
  'guangzhou-2016': {
    basis: 'coefficient',
    rows: [
      { floor: 1, coefficient: 0n },
      { floor: 2, coefficient: 5n * TENTH },
      { floor: 3, coefficient: 10n * TENTH },
    ],
    stepAbove: TENTH,
  },
  'guangzhou-lijiang-xincun': {
    basis: 'coefficient-area',
    rows: [
      { floor: 1, coefficient: 0n },
      { floor: 2, coefficient: 0n },
      { floor: 3, coefficient: 7n * TENTH },
    ],
    stepAbove: TENTH,
  },
} as const satisfies Record<string, CoefficientTable>;

export type CoefficientTableId = keyof typeof COEFFICIENT_TABLES;

export type FloorHousehold = {
  readonly id: string;
  readonly floor: number;
  /** Millionths of a square metre; must be there where the basis is `coefficient-area`. */
  readonly areaMillionths?: bigint;
};

/**
 * The weight of each household of an elevator line, in the order given: the coefficient of its floor (millionths), or
 * coefficient × area (millionths of millionths).
 *
 * @throws Rejected `repeated-id` for a floor twice in the table; `out-of-range` for a floor it has no coefficient for
 */
export function floorWeights(table: CoefficientTable, households: readonly FloorHousehold[]): Part[] {
  unrepeated(table.rows.map((row) => String(row.floor)));
  const coefficients = new Map(table.rows.map((row) => [row.floor, row.coefficient]));
  const highest = Math.max(...coefficients.keys());
  return households.map(({ id, floor, areaMillionths }) => {
    const known = coefficients.get(floor) ?? extended(table, floor, highest, coefficients.get(highest));
    if (known === undefined) throw new Rejected('out-of-range', { facts: { id, floor: String(floor) } });
    if (table.basis === 'coefficient') return { id, weight: known };
    if (areaMillionths === undefined) throw new RangeError(`no area for ${id}`);
    return { id, weight: known * areaMillionths };
  });
}

function extended(table: CoefficientTable, floor: number, highest: number, top: bigint | undefined) {
  if (table.stepAbove === undefined || top === undefined || floor < highest) return undefined;
  return top + table.stepAbove * BigInt(floor - highest);
}

/**
 * The shares of an elevator, which sum to the amount (largest remainder, ties by id), in the order given.
 *
 * @param amount fen
 * @throws Rejected `repeated-id`, `out-of-range`, `zero-weights`
 */
export const elevatorShares = (amount: Fen, table: CoefficientTable, households: readonly FloorHousehold[]): Share[] =>
  apportion(amount, floorWeights(table, households));
