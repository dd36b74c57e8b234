import { fen } from '../kernel/money.js';
import type { GrantEvent } from '../grant/grant-state.decider.js';
import { move, path, type Posting } from './posting.postings.js';

const own = (grantId: string): string => path('budget:grant', grantId);
const cash = (grantId: string): string => path('cash:grant', grantId);

/** What each fact of a grant moves: promises in the budget book, money in the cash book. */
export function grantPostings(event: GrantEvent): Posting[] {
  switch (event.type) {
    case 'GrantAwarded': {
      const { grantId, parentGrantId, source, amount } = event.data;
      return awarded(grantId, parentGrantId, source, fen(amount));
    }
    case 'GrantAmended': {
      const { grantId, parentGrantId, amount, previous } = event.data;
      return awarded(grantId, parentGrantId, 'amendment', fen(amount) - fen(previous));
    }
    case 'GrantDecomposed': {
      const { grantId, childGrantId, amount } = event.data;
      return move('budget', fen(amount), own(grantId), path('budget:in-transit', grantId, childGrantId), {
        from: { measure: 'decomposed', grantId },
      });
    }
    case 'GrantAllocated':
      return allocated(event.data, 1n);
    case 'GrantAllocationWithdrawn':
      return allocated(event.data, -1n);
    case 'GrantDisbursed':
    case 'GrantDisbursementReturned': {
      const { grantId, schemeId, amount } = event.data;
      const there = event.type === 'GrantDisbursed';
      const transit = there ? path('cash:in-transit', grantId, schemeId) : path('cash:in-transit', schemeId, grantId);
      const marks = { from: { measure: 'disbursed', grantId } } as const;
      return move('cash', there ? fen(amount) : -fen(amount), cash(grantId), transit, marks);
    }
    case 'GrantCarriedOver': {
      // The money stays where it is; that it was carried over is a figure, and a figure is a posting.
      const { grantId, amount } = event.data;
      return move('budget', fen(amount), own(grantId), own(grantId), { to: { measure: 'carriedOver', grantId } });
    }
    case 'GrantLapsed': {
      const { grantId, amount } = event.data;
      return move('budget', fen(amount), own(grantId), path('budget:lapsed', grantId), {
        from: { measure: 'lapsed', grantId },
      });
    }
    case 'GrantReturned': {
      const { grantId, parentGrantId, amount, fromLapsed } = event.data;
      const to =
        parentGrantId === undefined
          ? path('budget:outside', 'returned')
          : path('budget:in-transit', grantId, parentGrantId);
      const back = move('budget', fen(fromLapsed), path('budget:lapsed', grantId), own(grantId), {
        to: { measure: 'lapsed', grantId },
      });
      return [...back, ...move('budget', fen(amount), own(grantId), to, { from: { measure: 'returned', grantId } })];
    }
    case 'DecompositionReturned': {
      const { grantId, childGrantId, amount } = event.data;
      return move('budget', fen(amount), path('budget:in-transit', childGrantId, grantId), own(grantId), {
        to: { measure: 'decomposed', grantId },
      });
    }
    default:
      return [];
  }
}

function awarded(grantId: string, parent: string | undefined, origin: string, amount: bigint): Posting[] {
  const from = parent === undefined ? path('budget:outside', origin) : path('budget:in-transit', parent, grantId);
  return move('budget', amount, from, own(grantId), { to: { measure: 'awarded', grantId } });
}

type Allocated = Extract<GrantEvent, { type: 'GrantAllocated' }>['data'];

function allocated(
  { grantId, schemeId, source, costArea, lineId, amount, programme }: Omit<Allocated, 'override'>,
  sign: 1n | -1n,
): Posting[] {
  const to = { measure: 'committed', schemeId, source, reference: grantId, costArea, lineId, item: programme } as const;
  return move('budget', sign * fen(amount), own(grantId), path('budget:scheme', schemeId, source, grantId, costArea), {
    from: { measure: 'allocated', grantId },
    to,
  });
}
