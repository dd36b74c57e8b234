import { fen } from '../kernel/money.js';
import type { FundingSource } from '../policy/funding-source.js';
import type { PoolKey, SchemeEvent } from '../scheme/scheme-state.decider.js';
import { type Marks, move, moves, path, type Posting, UNMARKED } from './posting.postings.js';

const poolAccount = (schemeId: string, { source, reference, costArea }: PoolKey): string =>
  path('cash:scheme', schemeId, source, reference, costArea);

/** Ids are unique within their kind only: a bond on its way is told from a grant of the same id. */
const kindOf = (source: FundingSource): string[] => (source === 'special-bond' ? ['bond'] : []);

/** What each fact of a scheme moves. Facts that move nothing give nothing. */
export function schemePostings(event: SchemeEvent): Posting[] {
  switch (event.type) {
    case 'BudgetRevised':
      return budget(event.data);
    case 'ContractAwarded':
    case 'ContractChanged':
      return contracts(event.data);
    case 'ContractSettled': {
      const { schemeId, contractNo, lines } = event.data;
      return moves(lines, ({ lineId, audited }) =>
        move(
          'commitment',
          fen(audited),
          path('commitment:audit', schemeId, contractNo),
          path('commitment:settled', schemeId, contractNo, lineId),
          {
            to: { measure: 'settled', schemeId, lineId, item: contractNo },
          },
        ),
      );
    }
    case 'FundingPledged':
      return pledged(event.data, 1n);
    case 'PledgeWithdrawn':
      return pledged(event.data, -1n);
    case 'ContributionReceived':
      return contributed(event.data);
    case 'ContributionRefunded':
      return refunded(event.data);
    case 'GrantFundsReceived':
    case 'BondFundsReceived':
    case 'MaintenanceFundsReceived': {
      const { schemeId, source, reference, costArea, amount } = event.data;
      return move(
        'cash',
        fen(amount),
        path('cash:in-transit', ...kindOf(source), reference, schemeId),
        poolAccount(schemeId, event.data),
        {
          to: { measure: 'received', schemeId, source, reference, costArea },
        },
      );
    }
    case 'FundsReturned': {
      const { schemeId, source, reference, costArea, amount } = event.data;
      return move(
        'cash',
        fen(amount),
        poolAccount(schemeId, event.data),
        path('cash:in-transit', schemeId, ...kindOf(source), reference),
        {
          from: { measure: 'received', schemeId, source, reference, costArea },
        },
      );
    }
    default:
      return paid(event);
  }
}

type Data<Type extends SchemeEvent['type']> = Extract<SchemeEvent, { type: Type }>['data'];

function budget({ schemeId, budgetRevision, lines }: Data<'BudgetRevised'>): Posting[] {
  const item = String(budgetRevision);
  return moves(lines, ({ lineId, amount, costArea }) =>
    move(
      'budget',
      fen(amount),
      path('budget:plan', schemeId, item),
      path('budget:scheme', schemeId, 'revision', item, lineId),
      {
        to: { measure: 'budget', schemeId, costArea, lineId, item },
      },
    ),
  );
}

function contracts({ schemeId, contractNo, lines }: Data<'ContractAwarded' | 'ContractChanged'>): Posting[] {
  const contractor = path('commitment:contractor', schemeId, contractNo);
  return moves(lines, ({ lineId, amount }) =>
    move('commitment', fen(amount), contractor, path('commitment:contract', schemeId, contractNo, lineId), {
      to: { measure: 'contracted', schemeId, lineId, item: contractNo },
    }),
  );
}

type Promised = PoolKey & {
  schemeId: string;
  pledgeId: string;
  amount: string;
  lineId?: string;
  payer?: { householdId?: string };
};

function pledged(
  { schemeId, pledgeId, source, reference, costArea, lineId, amount, payer }: Promised,
  sign: 1n | -1n,
): Posting[] {
  const to = {
    measure: 'pledged',
    schemeId,
    source,
    reference,
    costArea,
    lineId,
    item: pledgeId,
    householdId: payer?.householdId,
  } as const;
  return move(
    'commitment',
    sign * fen(amount),
    path('commitment:pledger', source),
    path('commitment:pledge', schemeId, pledgeId),
    { to },
  );
}

function contributed(data: Data<'ContributionReceived'>): Posting[] {
  const { schemeId, source, reference, costArea, lineId, pledgeId, payer, amount } = data;
  const marks = { schemeId, source, reference, costArea, lineId, item: pledgeId, householdId: payer?.householdId };
  if (data.form === 'goods' || data.form === 'labour')
    return move(
      'in-kind',
      fen(amount),
      path('in-kind:outside', source),
      path('in-kind:scheme', schemeId, source, reference, costArea),
      {
        to: { measure: 'inKind', ...marks },
      },
    );
  const pool = poolAccount(schemeId, data);
  const arrived = move('cash', fen(amount), path('cash:outside', source), pool, {
    to: { measure: 'received', ...marks },
  });
  if (data.form === 'cash') return arrived;
  // Paid to the contractor by the giver: it arrives and is spent in one fact.
  const spent = move('cash', fen(amount), pool, path('cash:paid', schemeId, lineId), {
    from: { measure: 'paid', ...marks },
  });
  return [...arrived, ...spent];
}

function refunded(data: Data<'ContributionRefunded'>): Posting[] {
  const { schemeId, source, reference, costArea, pledgeId, householdId, amount, form, lineId } = data;
  const marks = { schemeId, source, reference, costArea, lineId, item: pledgeId, householdId };
  if (form === 'cash')
    return move('cash', fen(amount), poolAccount(schemeId, data), path('cash:outside', source), {
      from: { measure: 'received', ...marks },
    });
  return move(
    'in-kind',
    fen(amount),
    path('in-kind:scheme', schemeId, source, reference, costArea),
    path('in-kind:outside', source),
    {
      from: { measure: 'inKind', ...marks },
    },
  );
}

function paid(event: SchemeEvent): Posting[] {
  switch (event.type) {
    case 'PaymentMade':
      return spend(event.data, event.data.from, 1n);
    case 'PaymentRefunded':
      return spend(event.data, event.data.to, -1n);
    case 'FundsSubstituted': {
      const { amount, from, to } = event.data;
      return [...spend(event.data, [{ ...from, amount }], -1n), ...spend(event.data, [{ ...to, amount }], 1n)];
    }
    default:
      return [];
  }
}

type Spent = Pick<Data<'PaymentMade'>, 'schemeId' | 'lineId' | 'costArea'>;
type Parts = Data<'PaymentMade'>['from'];

function spend({ schemeId, lineId, costArea }: Spent, parts: Parts, sign: 1n | -1n): Posting[] {
  const postings: Posting[] = [];
  let whole = 0n;
  for (const { source, reference, amount } of parts) {
    const account = poolAccount(schemeId, { source, reference, costArea });
    const borne = sign * fen(amount);
    const marks: Marks = { measure: 'paid', schemeId, source, reference, costArea, lineId };
    postings.push({ book: 'cash', account, amount: -borne, marks });
    whole += borne;
  }
  postings.push({ book: 'cash', account: path('cash:paid', schemeId, lineId), amount: whole, marks: UNMARKED });
  return postings;
}
