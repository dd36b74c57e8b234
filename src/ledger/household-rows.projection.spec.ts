import { fen } from '../kernel/money.js';
import type { Sum } from './cost-split.projection.js';
import { committedByOthers } from './household-rows.projection.js';

const sum = (measure: Sum['measure'], amount: string, fields: Partial<Sum> = {}): Sum => ({
  ...{ measure, amount: fen(amount), source: 'enterprise-donation', reference: null },
  ...{ costArea: 'in-building', lineId: 'stairs', item: 'g', ...fields },
});

// 3-calculations.md §10: a default resident amount is the line less what others have committed on it.
describe('What others have committed on a line', () => {
  const of = (...sums: Sum[]) => committedByOthers(sums).get('stairs') ?? 0n;

  it('is what they promised, and of a promise kept in cash the cash', () => {
    expect(of(sum('pledged', '30.00'))).toBe(3_000n);
    expect(of(sum('pledged', '30.00'), sum('received', '40.00'))).toBe(4_000n);
  });

  it('is none of what came in kind: a promise kept by goods lowers nothing any more', () => {
    expect(of(sum('pledged', '30.00'), sum('inKind', '12.00'))).toBe(1_800n);
    expect(of(sum('pledged', '30.00'), sum('inKind', '30.00'))).toBe(0n);
    expect(of(sum('inKind', '12.00', { item: null }))).toBe(0n);
  });

  it('counts neither the cash nor the gifts of residents', () => {
    expect(of(sum('pledged', '30.00', { source: 'resident-cash' }))).toBe(0n);
    expect(of(sum('received', '30.00', { source: 'resident-donation', item: null }))).toBe(0n);
  });
});
