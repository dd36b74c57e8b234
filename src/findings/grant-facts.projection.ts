import { evolve, type GrantEvent, type GrantState, initialGrant } from '../grant/grant-state.decider.js';
import type { BusinessDate } from '../kernel/dates.js';
import { fen, type Fen } from '../kernel/money.js';
import type { View } from '../kernel/projection.js';
import type { DatedAmount } from './finding.projection.js';

type CarriedOver = DatedAmount & { readonly eventId: string; readonly readPosition: number };
type Sent = DatedAmount & { readonly eventId: string; readonly schemeId: string; readonly voucherNo: string };

/** A grant as it is recorded, with the dates its deadlines run from. */
export type GrantFacts = {
  state: GrantState;
  /** What was awarded, and what each amendment added. */
  awards: (DatedAmount & { readonly eventId: string })[];
  carriedOver: CarriedOver | null;
  sent: Sent[];
};

export const grantFacts: View<GrantFacts, GrantEvent> = {
  initial: () => ({ state: initialGrant(), awards: [], carriedOver: null, sent: [] }),
  project: (row, event) => {
    row.state = evolve(row.state, event);
    if (event.type === 'EntryReversed') for (const { eventId } of event.data.reverses) takeBack(row, eventId);
    else add(row, event);
    return row;
  },
};

function add(row: GrantFacts, event: GrantEvent): void {
  const { eventId = '' } = event;
  const on: BusinessDate = event.data.occurredOn;
  switch (event.type) {
    case 'GrantAwarded':
      row.awards.push({ eventId, on, amount: fen(event.data.amount) });
      break;
    case 'GrantAmended': {
      const more: Fen = fen(event.data.amount) - fen(event.data.previous);
      if (more > 0n) row.awards.push({ eventId, on, amount: more });
      break;
    }
    case 'GrantCarriedOver': {
      const { amount, readPosition } = event.data;
      row.carriedOver = { eventId, on, amount: fen(amount), readPosition };
      break;
    }
    case 'GrantDisbursed': {
      const { schemeId, amount, voucherNo } = event.data;
      row.sent.push({ eventId, on, schemeId, amount: fen(amount), voucherNo });
      break;
    }
  }
}

function takeBack(row: GrantFacts, reversed: string): void {
  row.awards = row.awards.filter(({ eventId }) => eventId !== reversed);
  row.sent = row.sent.filter(({ eventId }) => eventId !== reversed);
  if (row.carriedOver?.eventId === reversed) row.carriedOver = null;
}
