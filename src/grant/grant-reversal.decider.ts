import type { Decision } from '../kernel/decider.js';
import { assertNotBefore, assertOpen, type Entry, type Known, type ReversedData } from '../kernel/facts.js';
import { fen, type Fen, yuan } from '../kernel/money.js';
import { Rejected } from '../kernel/rejection.js';
import { CHANGZHI_2020 } from '../policy/changzhi-2020.rules.js';
import { ceiling, type Check, judge } from '../policy/judgement.rules.js';
import { disbursable, withdrawable } from './allocation.decider.js';
import { availableOf, type GrantEvent, type GrantState } from './grant-state.decider.js';

export type ReversalCommand = {
  readonly type: 'ReverseEntry';
  readonly data: ReversedData;
  readonly known: Known;
  /** The other leg of the crossing is reversed already: this side follows and is never refused. */
  readonly follows?: boolean;
};

const REVERSIBLE: readonly GrantEvent['type'][] = [
  'GrantAwarded',
  'GrantAmended',
  'GrantDecomposed',
  'DecompositionReturned',
  'GrantAllocated',
  'GrantAllocationWithdrawn',
  'GrantDisbursed',
  'GrantDisbursementReturned',
  'GrantCarriedOver',
  'GrantLapsed',
  'GrantReturned',
];

/** 冲销 of a fact of a grant. */
export function reverse(state: GrantState, { data, known, follows }: ReversalCommand): Decision<GrantEvent> {
  const done = data.reverses.some(({ eventId }) => state.reversed.has(eventId));
  if (follows) return { events: done ? [] : [{ type: 'EntryReversed', data }] };
  for (const { type } of data.reverses)
    if (!REVERSIBLE.includes(type as GrantEvent['type'])) throw new Rejected('not-reversible');
  if (done) throw new Rejected('already-reversed');
  const standing = data.reverses.flatMap((entry) => dependents(state, entry, data.crossingId));
  if (standing.length > 0) throw new Rejected('dependent-entries', { eventIds: [...new Set(standing)].reverse() });
  assertOpen(data.occurredOn, known);
  for (const entry of data.reverses) assertNotBefore(data.occurredOn, entry.data.occurredOn);
  const checks = data.reverses.flatMap((entry) => checksOf(state, entry as unknown as GrantEvent));
  return { events: [{ type: 'EntryReversed', data }], ...judge(CHANGZHI_2020, checks, []) };
}

/**
 * What stands on an award is anything later; on an amendment later ones; on a lapse the returns out of it. A raise of a
 * child is no amendment but the other leg of a decomposition, and that is a ceiling only.
 */
function dependents(state: GrantState, { eventId, type }: Entry, crossingId: string | undefined): string[] {
  const at = state.entries.findIndex((one) => one.eventId === eventId);
  const later = state.entries
    .slice(at + 1)
    .filter((one) => one.type !== 'EntryReversed' && !state.reversed.has(one.eventId));
  switch (type) {
    case 'GrantAwarded':
      return later.map((one) => one.eventId);
    case 'GrantAmended':
      return crossingId === undefined
        ? later.filter((one) => one.type === 'GrantAmended').map((one) => one.eventId)
        : [];
    case 'GrantLapsed':
      return later.filter((one) => one.ofLapsed).map((one) => one.eventId);
    default:
      return [];
  }
}

function checksOf(state: GrantState, event: GrantEvent): Check[] {
  switch (event.type) {
    case 'GrantAmended':
      return [withinAvailable(state, fen(event.data.amount) - fen(event.data.previous))];
    case 'GrantAllocationWithdrawn':
    case 'DecompositionReturned':
      return [withinAvailable(state, fen(event.data.amount))];
    case 'GrantAllocated':
      return [withdrawable(state, event.data, event.data.costArea)];
    case 'GrantDisbursementReturned':
      return [disbursable(state, event.data.schemeId, event.data.amount, event.data.costArea)];
    default:
      return [];
  }
}

function withinAvailable(state: GrantState, less: Fen): Check {
  const available = availableOf(state);
  return less <= 0n
    ? { rule: 'R09', level: 'allow' }
    : ceiling('R09', less, available, { asked: yuan(less), available: yuan(available) });
}
