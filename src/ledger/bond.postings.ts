import type { BondEvent } from '../bond/bond-state.decider.js';
import { fen } from '../kernel/money.js';
import { move, path, type Posting } from './posting.postings.js';

const mark = (bondId: string): string => `bond:${bondId}`;
const own = (bondId: string): string => path('budget:bond', bondId);

/** What each fact of a bond moves: proceeds promised and sent, and the service of the debt. */
export function bondPostings(event: BondEvent): Posting[] {
  switch (event.type) {
    case 'BondIssued': {
      const { bondId, principal } = event.data;
      return move('budget', fen(principal), path('budget:outside', 'special-bond'), own(bondId), {
        to: { measure: 'awarded', grantId: mark(bondId) },
      });
    }
    case 'BondProceedsAllocated':
      return allocated(event.data, 1n);
    case 'BondAllocationWithdrawn':
      return allocated(event.data, -1n);
    case 'BondProceedsDisbursed': {
      const { bondId, schemeId, amount } = event.data;
      const transit = path('cash:in-transit', 'bond', bondId, schemeId);
      return move('cash', fen(amount), path('cash:bond', bondId), transit, {
        from: { measure: 'disbursed', grantId: mark(bondId) },
      });
    }
    case 'BondDisbursementReturned': {
      const { bondId, schemeId, amount } = event.data;
      const transit = path('cash:in-transit', schemeId, 'bond', bondId);
      return move('cash', fen(amount), transit, path('cash:bond', bondId), {
        to: { measure: 'disbursed', grantId: mark(bondId) },
      });
    }
    case 'BondInterestPaid':
    case 'BondPrincipalRepaid': {
      const { bondId, amount, paidFrom, dueOn } = event.data;
      const measure = event.type === 'BondInterestPaid' ? 'interest' : 'repaid';
      return move('cash', fen(amount), path('cash:outside', paidFrom), path('cash:bond', bondId, measure), {
        from: { measure, grantId: mark(bondId), item: dueOn },
      });
    }
    default:
      return [];
  }
}

type Allocated = Extract<BondEvent, { type: 'BondProceedsAllocated' }>['data'];

function allocated(
  { bondId, schemeId, costArea, lineId, amount }: Omit<Allocated, 'override'>,
  sign: 1n | -1n,
): Posting[] {
  const to = { measure: 'committed', schemeId, source: 'special-bond', reference: bondId, costArea, lineId } as const;
  return move(
    'budget',
    sign * fen(amount),
    own(bondId),
    path('budget:scheme', schemeId, 'special-bond', bondId, costArea),
    {
      from: { measure: 'allocated', grantId: mark(bondId) },
      to,
    },
  );
}
