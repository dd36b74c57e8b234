import type { Decision } from '../kernel/decider.js';
import { assertNotBefore, assertOpen, type Entry, type Known, type ReversedData } from '../kernel/facts.js';
import { type Fen, fen, larger, total, yuan } from '../kernel/money.js';
import { notFound, Rejected } from '../kernel/rejection.js';
import { ceiling, type Check, judge } from '../policy/judgement.rules.js';
import { sumOf } from './maintenance-fund-deposit.decider.js';
import {
  type DataOf,
  type FundEvent,
  type FundState,
  type HolderAmount,
  holderOf,
  keyOf,
  packOfFund,
} from './maintenance-fund-state.decider.js';

export type ReversalCommand = {
  readonly type: 'ReverseEntry';
  readonly data: ReversedData & { readonly only?: readonly string[] };
  readonly known: Known;
  /** The other leg of the crossing is reversed already: this side follows and is never refused. */
  readonly follows?: boolean;
};

/** "DrawApproved is not reversible (reject instead); a closure is" (7-rulings.md §6). */
const REVERSIBLE: readonly FundEvent['type'][] = [
  'DepositReceived',
  'IncomeCredited',
  'DrawPaid',
  'DrawRefunded',
  'DueCollected',
  'SubAccountClosed',
];

/** 冲销 of a fact of a fund: once only, nothing standing on it, and no sub-account or fund overdrawn after it. */
export function reverse(state: FundState, { data, known, follows }: ReversalCommand): Decision<FundEvent> {
  const events = (entries: readonly Entry[]): FundEvent[] => [
    { type: 'EntryReversed', data: { ...data, reverses: entries } },
  ];
  if (follows)
    return { events: data.reverses.some(({ eventId }) => state.reversed.has(eventId)) ? [] : events(data.reverses) };
  for (const { type } of data.reverses)
    if (!REVERSIBLE.includes(type as FundEvent['type'])) throw new Rejected('not-reversible');
  const entries = data.only === undefined ? data.reverses : only(data.reverses, data.only);
  assertStanding(state, entries, data.only);
  assertOpen(data.occurredOn, known);
  for (const entry of data.reverses) assertNotBefore(data.occurredOn, entry.data.occurredOn);
  const told = entries as unknown as readonly FundEvent[];
  const tried = judge(packOfFund(state.fund), covered(state, told), []);
  return { events: events(entries), ...tried };
}

/** Of a deposit over many households these only, as entries that hold nothing else. */
function only(entries: readonly Entry[], households: readonly string[]): Entry[] {
  if (entries.some(({ type }) => type !== 'DepositReceived')) throw new Rejected('not-reversible');
  const wanted = new Set(households);
  const parts = entries.map((entry) => {
    const data = entry.data as DataOf<'DepositReceived'>;
    const some = data.entries.filter(({ householdId }) => householdId !== undefined && wanted.has(householdId));
    return { ...entry, data: { ...data, entries: some, amount: sumOf(some) } };
  });
  const found = new Set(parts.flatMap(({ data }) => data.entries.map(({ householdId }) => householdId)));
  households.forEach((id, index) => {
    if (!found.has(id)) throw notFound('household', `/only/${index}`);
  });
  return parts.filter(({ data }) => data.entries.length > 0);
}

function assertStanding(state: FundState, entries: readonly Entry[], households: readonly string[] | undefined): void {
  const isReversed = ({ eventId }: Entry): boolean => {
    const before = state.reversed.get(eventId);
    if (before === undefined || before === 'all' || households === undefined) return before !== undefined;
    return households.some((id) => before.has(id));
  };
  if (entries.some(isReversed)) throw new Rejected('already-reversed');
  const own = new Set(entries.map(({ eventId }) => eventId));
  const dependents = entries
    .flatMap((entry) => dependentsOf(state, entry as unknown as FundEvent))
    .filter((eventId) => !own.has(eventId));
  if (dependents.length > 0) throw new Rejected('dependent-entries', { eventIds: [...new Set(dependents)].reverse() });
}

/** What stands on a fact: on a payment refunds and collections, on a settlement later ones; a closure on its account. */
function dependentsOf(state: FundState, event: FundEvent): string[] {
  switch (event.type) {
    case 'DrawPaid':
      return [...closures(state, event.data.shares), ...ofDraw(state, event, ['DrawRefunded', 'DueCollected'])];
    case 'DueCollected': {
      const refunds = ofDraw(state, event, ['DrawRefunded']);
      return [...closures(state, [event.data]), ...refunds];
    }
    case 'DrawRefunded':
      return closures(state, event.data.shares);
    case 'DepositReceived':
      return closures(state, event.data.entries);
    case 'IncomeCredited': {
      const at = state.settlements.findIndex(({ eventId }) => eventId === event.eventId);
      const later = at < 0 ? [] : state.settlements.slice(at + 1).map(({ eventId }) => eventId);
      return [...closures(state, event.data.shares), ...later];
    }
    default:
      return [];
  }
}

type OfDraw = Extract<FundEvent, { type: 'DrawPaid' | 'DueCollected' }>;

/** Later facts of the same draw, of these types, that were not reversed. */
function ofDraw(state: FundState, { eventId, data }: OfDraw, types: readonly FundEvent['type'][]): string[] {
  const { events } = state.draws.get(data.drawId)!;
  const from = events.findIndex((one) => one.eventId === eventId);
  return events.slice(from + 1).flatMap((one) => (types.includes(one.type) ? [one.eventId] : []));
}

const closures = (state: FundState, shares: readonly Omit<HolderAmount, 'amount'>[]): string[] =>
  shares.flatMap((share) => {
    const closedBy = state.accounts.get(keyOf(share))?.closedBy;
    return closedBy === undefined ? [] : [closedBy];
  });

/** R17: what leaves again is still there, on every sub-account and in the fund beside what is reserved. */
function covered(state: FundState, events: readonly FundEvent[]): Check[] {
  const fromAccounts = new Map<string, Fen>();
  let fromFund = 0n;
  for (const event of events) {
    for (const share of takenBack(event)) {
      const key = keyOf(share);
      fromAccounts.set(key, (fromAccounts.get(key) ?? 0n) + fen(share.amount));
    }
    fromFund += leaving(event);
  }
  const checks = [...fromAccounts].map(([key, amount]) => {
    const available = larger(state.accounts.get(key)?.pot.balance ?? 0n, 0n);
    const { householdId, unitId } = holderOf(key);
    const whose = householdId === undefined ? { unitId: unitId! } : { householdId };
    return ceiling('R17', amount, available, { ...whose, asked: yuan(amount), available: yuan(available) });
  });
  const free = larger(state.net.balance - state.reserved, 0n);
  return [...checks, ceiling('R17', fromFund, free, { asked: yuan(fromFund), available: yuan(free) })];
}

function takenBack(event: FundEvent): readonly HolderAmount[] {
  switch (event.type) {
    case 'DepositReceived':
      return event.data.entries;
    case 'IncomeCredited':
      return event.data.shares;
    case 'DrawRefunded':
      return event.data.shares.map((share) => ({ ...share, amount: share.credited }));
    default:
      return [];
  }
}

function leaving(event: FundEvent): Fen {
  switch (event.type) {
    case 'DepositReceived':
      return total(event.data.entries.map(({ amount }) => fen(amount)));
    case 'IncomeCredited':
    case 'DrawRefunded':
      return total(event.data.shares.map(({ amount }) => fen(amount)));
    case 'DueCollected':
      return fen(event.data.amount);
    default:
      return 0n;
  }
}
