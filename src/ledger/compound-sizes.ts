import type { Moment } from '../kernel/projection.js';
import { type Reading, within } from '../platform/reads/read-desk.js';

export type CompoundSizeAt = {
  readonly households: number;
  readonly areaMillionths: bigint;
  /** Of the events that say so. */
  readonly positions: readonly number[];
};
type Row = { compoundId: string; position: bigint; declared: bigint; households: bigint; area: bigint };
type Growing = CompoundSizeAt & { readonly declared: boolean };

/** Households registered by a moment and their floor area, or what was declared where none were; by compound. */
export function compoundSizes(reads: Reading, moment: Moment): Map<string, CompoundSizeAt> {
  const at = within(moment);
  const sizes = new Map<string, Growing>();
  const sql = `SELECT compound_id AS compoundId, position, declared, households, area_millionths AS area FROM subjects_v1_sizes
    WHERE ${at.sql} ORDER BY position, leg`;
  for (const one of reads.exact<Row>(sql, ...at.values)) {
    const before = sizes.get(one.compoundId);
    const declared = one.declared === 1n;
    // A later declaration replaces an earlier one; the first household on the register replaces both.
    if (declared && before && !before.declared) continue;
    const start = declared || !before || before.declared ? NOTHING : before;
    sizes.set(one.compoundId, {
      households: start.households + Number(one.households),
      areaMillionths: start.areaMillionths + one.area,
      positions: [...start.positions, Number(one.position)],
      declared,
    });
  }
  return sizes;
}

const NOTHING: CompoundSizeAt = { households: 0, areaMillionths: 0n, positions: [] };
