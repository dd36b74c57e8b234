import { disbursable, withdrawable } from '../grant/allocation.decider.js';
import type { Decision } from '../kernel/decider.js';
import { assertNotBefore, assertOpen, type Entry, type Known, type ReversedData } from '../kernel/facts.js';
import { fen, yuan } from '../kernel/money.js';
import { Rejected } from '../kernel/rejection.js';
import { CHANGZHI_2020 } from '../policy/changzhi-2020.rules.js';
import { ceiling, type Check, judge } from '../policy/judgement.rules.js';
import { availableOf, type BondEvent, type BondState } from './bond-state.decider.js';

export type ReversalCommand = {
  readonly type: 'ReverseEntry';
  readonly data: ReversedData;
  readonly known: Known;
  /** The other leg of the crossing is reversed already: this side follows and is never refused. */
  readonly follows?: boolean;
};

const IRREVERSIBLE: readonly string[] = ['BondRevenueForecast', 'EntryReversed', 'CommandRefused'];

/** 冲销 of a fact of a bond. */
export function reverse(state: BondState, { data, known, follows }: ReversalCommand): Decision<BondEvent> {
  const done = data.reverses.some(({ eventId }) => state.reversed.has(eventId));
  if (follows) return { events: done ? [] : [{ type: 'EntryReversed', data }] };
  if (data.reverses.some(({ type }) => IRREVERSIBLE.includes(type))) throw new Rejected('not-reversible');
  if (done) throw new Rejected('already-reversed');
  const standing = data.reverses.flatMap((entry) => dependents(state, entry));
  if (standing.length > 0) throw new Rejected('dependent-entries', { eventIds: standing.reverse() });
  assertOpen(data.occurredOn, known);
  for (const entry of data.reverses) assertNotBefore(data.occurredOn, entry.data.occurredOn);
  const checks = data.reverses.flatMap((entry) => checksOf(state, entry as unknown as BondEvent));
  return { events: [{ type: 'EntryReversed', data }], ...judge(CHANGZHI_2020, checks, []) };
}

/** On an issue stands anything later. */
function dependents(state: BondState, { eventId, type }: Entry): string[] {
  if (type !== 'BondIssued') return [];
  const at = state.entries.findIndex((one) => one.eventId === eventId);
  return state.entries
    .slice(at + 1)
    .filter((one) => one.type !== 'EntryReversed' && !state.reversed.has(one.eventId))
    .map((one) => one.eventId);
}

function checksOf(state: BondState, event: BondEvent): Check[] {
  switch (event.type) {
    case 'BondProceedsAllocated':
      return [withdrawable(state, event.data, event.data.costArea)];
    case 'BondAllocationWithdrawn': {
      const available = availableOf(state);
      return [
        ceiling('R09', fen(event.data.amount), available, { asked: event.data.amount, available: yuan(available) }),
      ];
    }
    case 'BondDisbursementReturned':
      return [disbursable(state, event.data.schemeId, event.data.amount, event.data.costArea)];
    default:
      return [];
  }
}
