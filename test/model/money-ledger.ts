import type { ReversedData } from '../../src/kernel/facts.js';
import type { Household } from '../../src/compound/compound.decider.js';
import { split, type Split, type Sum } from '../../src/ledger/cost-split.projection.js';
import { committedByOthers } from '../../src/ledger/household-rows.projection.js';
import { postingsOf } from '../../src/ledger/ledger.read-model.js';
import { assertBalanced, type Posting } from '../../src/ledger/posting.postings.js';
import type { RecordedEvent } from '../../src/platform/event-store/codec.js';
import { householdShares, type Shares } from '../../src/scheme/household-shares.projection.js';
import type { SchemeEvent } from '../../src/scheme/scheme-state.decider.js';
import { BUDGET, FLATS } from './money-told.js';

type Adjusted = Extract<SchemeEvent, { type: 'ShareAdjusted' }>['data'];
type Paid = { readonly on: string; readonly reference: string; readonly amount: bigint };

/** Every posting of every event, summed as the projections sum them. */
export class MoneyLedger {
  readonly balances = new Map<string, bigint>();
  private readonly sums = new Map<string, Sum>();
  private readonly paid: Paid[] = [];
  /** By household: what it promised, and what came from it. */
  readonly ofHouseholds = new Map<string, bigint>();
  private readonly adjusted = new Map<string, Adjusted>();

  post(event: RecordedEvent): void {
    for (const posting of assertBalanced(postingsOf(event))) this.add(posting, event.data.occurredOn);
    if (event.type === 'ShareAdjusted') this.adjusted.set(event.eventId, event.data as unknown as Adjusted);
    if (event.type !== 'EntryReversed') return;
    for (const { eventId } of (event.data as unknown as ReversedData).reverses) this.adjusted.delete(eventId);
  }

  private add(posting: Posting, on: string): void {
    const { account, amount, marks } = posting;
    const { measure, schemeId, reference, householdId } = marks;
    this.balances.set(account, (this.balances.get(account) ?? 0n) + amount);
    if (schemeId === undefined || measure === undefined) return;
    if (householdId !== undefined) {
      const whose = `${householdId}|${measure}`;
      this.ofHouseholds.set(whose, (this.ofHouseholds.get(whose) ?? 0n) + amount);
    }
    if (measure === 'paid' && reference) this.paid.push({ on, reference, amount: -amount });
    const { source = null, costArea = null, lineId = null, item = null } = marks;
    const key = { measure, source, reference: reference ?? null, costArea, lineId, item };
    const id = Object.values(key).join('|');
    this.sums.set(id, { ...key, amount: (this.sums.get(id)?.amount ?? 0n) + amount });
  }

  /** Net payments out of a grant that happened by a day. */
  paidThrough(grant: string, day: string): bigint {
    return this.paid.reduce(
      (all, { on, reference, amount }) => (reference === grant && on <= day ? all + amount : all),
      0n,
    );
  }

  split(): Split {
    return split([...this.sums.values()], { revision: 1, approved: true, lines: BUDGET });
  }

  shares(): Shares {
    const lines = BUDGET;
    const households: readonly Household[] = FLATS;
    const others = committedByOthers([...this.sums.values()]);
    return householdShares({ lines, households, adjustments: [...this.adjusted.values()], committedByOthers: others });
  }
}
