import type { Override } from '../kernel/decider.js';
import type { Identified, Noted, ReversedData } from '../kernel/facts.js';
import { fen, type Fen } from '../kernel/money.js';
import type { FundingSource } from '../policy/funding-source.js';
import type { Programme } from '../policy/rule-pack.js';
import type { CostArea, WorkItem } from '../policy/work-item.js';
import { allot, initialSending, permit, type Sending, sentOf } from './allocation.decider.js';

export const GRANT_LEVELS = ['central', 'provincial', 'city', 'county'] as const;
export const GRANT_SOURCES = ['housing-sale-proceeds', 'pooled-compound-funds'] as const;

/** An award as it was made; a child inherits all of it but the document, the division and the amount. */
export type Award = {
  readonly grantId: string;
  readonly source: FundingSource;
  readonly programme?: Programme;
  readonly programmeName?: string;
  readonly mayFund?: readonly WorkItem[];
  readonly amount: string;
  readonly fiscalYear: number;
  readonly budgetSubject?: string;
  readonly budgetBook: 'general' | 'government-fund';
  readonly divisionCode: string;
  readonly directFunds: boolean;
  readonly parentGrantId?: string;
};
type ToScheme = {
  readonly grantId: string;
  readonly source: FundingSource;
  readonly schemeId: string;
  readonly amount: string;
  readonly costArea: CostArea;
};
type Told<Type extends string, Data> = {
  readonly type: Type;
  readonly data: Data & Noted & { readonly override?: Override };
};

// Events are the storage format: a type or field never changes its name or meaning, it is only joined by others.
export type GrantEvent = Identified &
  (
    | Told<'GrantAwarded', Award & { readonly crossingId?: string }>
    | Told<
        'GrantAmended',
        {
          grantId: string;
          amount: string;
          previous: string;
          reason?: string;
          parentGrantId?: string;
          crossingId?: string;
        }
      >
    | Told<
        'GrantDecomposed',
        { grantId: string; childGrantId: string; divisionCode: string; amount: string; inherits: Award }
      >
    | Told<'GrantAllocated', ToScheme & { lineId?: string; programme?: Programme }>
    | Told<'GrantAllocationWithdrawn', ToScheme & { lineId?: string; programme?: Programme; reason: string }>
    | Told<
        'GrantDisbursed',
        ToScheme & {
          voucherNo: string;
          programme?: Programme;
          mayFund?: readonly WorkItem[];
          permitted?: readonly { rule: string; lineId: string | null }[];
        }
      >
    | Told<'GrantDisbursementReturned', ToScheme & { reason: string; crossingId: string }>
    | Told<'GrantCarriedOver', { grantId: string; fiscalYear: number; amount: string; readPosition: number }>
    | Told<'GrantLapsed', { grantId: string; fiscalYear: number; amount: string }>
    | Told<'GrantReturned', { grantId: string; amount: string; fromLapsed: string; parentGrantId?: string }>
    | Told<'DirectFundsRegistered', { grantId: string; systemNo: string }>
    | Told<'DecompositionReturned', { grantId: string; childGrantId: string; amount: string; crossingId: string }>
    | Told<'EntryReversed', ReversedData>
  );

export type GrantState = Sending & {
  award?: Award & { readonly awardedOn: string };
  awarded: Fen;
  decomposed: Fen;
  returned: Fen;
  lapsed: Fen;
  carriedOverOn?: string;
  lapsedOn?: string;
  registered: boolean;
  readonly reversed: Set<string>;
  /** Money events in their order, for what stands on them; `ofLapsed`: a return that took lapsed money. */
  readonly entries: { readonly eventId: string; readonly type: string; readonly ofLapsed: boolean }[];
  readonly children: Map<string, { divisionCode: string; amount: Fen }>;
};
export const initialGrant = (): GrantState => ({
  awarded: 0n,
  decomposed: 0n,
  ...initialSending(),
  returned: 0n,
  lapsed: 0n,
  registered: false,
  children: new Map(),
  reversed: new Set(),
  entries: [],
});

/** R09: what is awarded and neither passed down, allocated, returned nor lapsed. */
export const availableOf = ({ awarded, decomposed, allocated, returned, lapsed }: GrantState): Fen =>
  awarded - decomposed - allocated - returned - lapsed;

/** Folds one fact into what the next decision needs. Owns the state and changes it. */
export function evolve(state: GrantState, event: GrantEvent): GrantState {
  const ofLapsed = event.type === 'GrantReturned' && fen(event.data.fromLapsed) > 0n;
  state.entries.push({ eventId: event.eventId ?? '', type: event.type, ofLapsed });
  if (event.type === 'EntryReversed') {
    for (const entry of event.data.reverses) {
      state.reversed.add(entry.eventId);
      apply(state, entry as unknown as GrantEvent, -1n);
    }
    return state;
  }
  return apply(state, event, 1n);
}

/** A fact forwards, or (−1) taken back. */
function apply(state: GrantState, event: GrantEvent, sign: 1n | -1n): GrantState {
  const { data } = event;
  switch (event.type) {
    case 'GrantAwarded':
      if (sign === 1n) state.award = { ...event.data, awardedOn: data.occurredOn };
      state.awarded += sign * fen(event.data.amount);
      break;
    case 'GrantAmended':
      state.awarded += sign * (fen(event.data.amount) - fen(event.data.previous));
      break;
    case 'GrantDecomposed':
    case 'DecompositionReturned': {
      const { childGrantId, amount } = event.data;
      const change = event.type === 'GrantDecomposed' ? sign * fen(amount) : -sign * fen(amount);
      const before = state.children.get(childGrantId);
      const divisionCode = before?.divisionCode ?? (event.type === 'GrantDecomposed' ? event.data.divisionCode : '');
      state.children.set(childGrantId, { divisionCode, amount: (before?.amount ?? 0n) + change });
      state.decomposed += change;
      break;
    }
    case 'GrantAllocated':
      allot(state, event.data, sign);
      if (sign === 1n) permit(state, event.data, data.override?.rules ?? []);
      break;
    case 'GrantAllocationWithdrawn':
      allot(state, event.data, sign === 1n ? -1n : 1n);
      break;
    case 'GrantDisbursed':
      sentOf(state, event.data).disbursed += sign * fen(event.data.amount);
      break;
    case 'GrantDisbursementReturned':
      sentOf(state, event.data).disbursed -= sign * fen(event.data.amount);
      break;
    case 'GrantCarriedOver':
      if (sign === 1n) state.carriedOverOn = data.occurredOn;
      else delete state.carriedOverOn;
      break;
    case 'GrantLapsed':
      state.lapsed += sign * fen(event.data.amount);
      if (sign === 1n) state.lapsedOn = data.occurredOn;
      else delete state.lapsedOn;
      break;
    case 'GrantReturned':
      state.returned += sign * fen(event.data.amount);
      state.lapsed -= sign * fen(event.data.fromLapsed);
      break;
    case 'DirectFundsRegistered':
      state.registered = true;
      break;
  }
  return state;
}
