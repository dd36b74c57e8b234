import { fen, total, yuan } from '../kernel/money.js';
import type { DataOf, FundEvent, Holder, HolderAmount } from '../maintenance-fund/maintenance-fund-state.decider.js';
import { type Book, type Marks, type Measure, move, path, type Posting } from './posting.postings.js';

/** A unit's id may be a household's too, so units have a branch of their own. */
const holder = ({ householdId, unitId }: Holder): string[] =>
  unitId === undefined ? [householdId!] : ['unit', unitId];
const subAccount = (fundId: string, one: Holder): string => path('cash:fund', fundId, ...holder(one));
const dueAccount = (fundId: string, one: Holder): string => path('cash:fund', fundId, 'due', ...holder(one));
const outside = (fundId: string, what: string): string => path('cash:outside', 'fund', fundId, what);
const reserve = (fundId: string, one: Holder): string => path('commitment:fund', fundId, ...holder(one));
const drawAccount = (fundId: string, drawId: string): string => path('commitment:draw', fundId, drawId);

/**
 * What each fact of a maintenance fund moves. A household's leg and the leg of the whole are marked apart (the whole names
 * no household), so that the figures of a fund need no sum over its households. A due is money the fund advanced: its
 * account stands below zero until it is collected, and Σ `cash:fund:<id>:*` is the money there is.
 */
export function maintenanceFundPostings(event: FundEvent): Posting[] {
  switch (event.type) {
    case 'DepositReceived': {
      const { compoundId, kind, entries } = event.data;
      return inward(compoundId, { measure: 'deposited', item: kind }, entries);
    }
    case 'IncomeCredited': {
      const { compoundId, kind, shares } = event.data;
      return inward(compoundId, { measure: 'income', item: kind }, shares);
    }
    case 'SubAccountClosed': {
      const { compoundId, householdId, amount } = event.data;
      const gone = { householdId, amount: yuan(-fen(amount)) };
      return amount === '0.00' ? [] : inward(compoundId, { measure: 'returned', item: 'closure' }, [gone]);
    }
    case 'DrawApproved':
      return reserved(event.data, 'approval', 1n);
    case 'DrawRejected':
      return reserved(event.data, 'rejection', -1n);
    case 'DrawPaid':
      return paid(event.data);
    case 'DrawRefunded':
      return refunded(event.data);
    case 'DueCollected': {
      const { compoundId: fundId, drawId, amount } = event.data;
      const whole = { measure: 'collected', fundId, reference: drawId } as const;
      return [
        due(fundId, event.data, fen(amount), 'collection', drawId),
        { book: 'cash', account: outside(fundId, 'collected'), amount: -fen(amount), marks: whole },
      ];
    }
    default:
      return [];
  }
}

type Counted = { readonly measure: Measure; readonly item: string };

/** Money between the world outside and the sub-accounts; negative where it leaves. */
function inward(fundId: string, { measure, item }: Counted, shares: readonly HolderAmount[]): Posting[] {
  if (shares.length === 0) return [];
  const legs = shares.map((share) =>
    own('cash', subAccount(fundId, share), fen(share.amount), fundId, share, { measure, item }),
  );
  const amount = -total(legs.map((leg) => leg.amount));
  return [...legs, { book: 'cash', account: outside(fundId, measure), amount, marks: { measure, item, fundId } }];
}

/** A leg of one sub-account. */
const own = (
  book: Book,
  account: string,
  amount: bigint,
  fundId: string,
  { householdId, unitId }: Holder,
  marks: Marks,
): Posting => ({
  book,
  account,
  amount,
  marks: { ...marks, fundId, ...(unitId === undefined ? { householdId } : { unitId }) },
});

const due = (fundId: string, one: Holder, amount: bigint, item: string, drawId: string): Posting =>
  own('cash', dueAccount(fundId, one), amount, fundId, one, { measure: 'due', item, reference: drawId });

type Reserving = Pick<DataOf<'DrawApproved'>, 'compoundId' | 'drawId' | 'shares' | 'schemeId' | 'costArea'>;

/** Of the commitment book: what is set aside of each sub-account, and what the draw promises its scheme. */
function reserved(data: Reserving, item: string, sign: 1n | -1n): Posting[] {
  const { compoundId: fundId, drawId, shares, schemeId } = data;
  if (shares.length === 0) return [];
  const legs = setAside(fundId, drawId, shares, item, sign);
  return schemeId === undefined ? legs : [...legs, ...promised(data, sign * sumOf(shares))];
}

function setAside(
  fundId: string,
  drawId: string,
  shares: readonly HolderAmount[],
  item: string,
  sign: 1n | -1n,
): Posting[] {
  const marks = { measure: 'reserved', item, reference: drawId } as const;
  const legs = shares.map((share) =>
    own('commitment', reserve(fundId, share), sign * fen(share.amount), fundId, share, marks),
  );
  const amount = -sign * sumOf(shares);
  return [...legs, { book: 'commitment', account: drawAccount(fundId, drawId), amount, marks: { ...marks, fundId } }];
}

/** "Maintenance-fund draws approved for the scheme" are committed there; what is freed or comes back no longer is. */
function promised(
  { drawId, schemeId, costArea }: Pick<Reserving, 'drawId' | 'schemeId' | 'costArea'>,
  amount: bigint,
): Posting[] {
  const source = 'maintenance-fund';
  const to = path('commitment:scheme', schemeId, source, drawId, costArea);
  return move('commitment', amount, path('commitment:owners', schemeId, drawId), to, {
    to: { measure: 'committed', schemeId: schemeId!, source, reference: drawId, costArea },
  });
}

const sumOf = (shares: readonly { readonly amount: string }[]): bigint =>
  total(shares.map(({ amount }) => fen(amount)));

/** The sub-account bears what it covers, the fund advances the rest; the reservation is used up. */
function paid({ compoundId: fundId, drawId, schemeId, shares }: DataOf<'DrawPaid'>): Posting[] {
  const marks = { measure: 'drawn', item: 'payment', reference: drawId } as const;
  const legs = shares.flatMap((share) => [
    ...(share.covered === '0.00'
      ? []
      : [own('cash', subAccount(fundId, share), -fen(share.covered), fundId, share, marks)]),
    ...(share.due === '0.00' ? [] : [due(fundId, share, -fen(share.due), 'payment', drawId)]),
  ]);
  const to = schemeId === undefined ? outside(fundId, 'drawn') : path('cash:in-transit', drawId, schemeId);
  return [
    ...legs,
    { book: 'cash', account: to, amount: sumOf(shares), marks: { ...marks, fundId } },
    ...setAside(fundId, drawId, shares, 'payment', -1n),
  ];
}

function refunded(data: DataOf<'DrawRefunded'>): Posting[] {
  const { compoundId: fundId, drawId, schemeId, shares } = data;
  const marks = { measure: 'drawn', item: 'refund', reference: drawId } as const;
  const legs = shares.flatMap((share) => [
    ...(share.credited === '0.00'
      ? []
      : [own('cash', subAccount(fundId, share), fen(share.credited), fundId, share, marks)]),
    ...(share.due === '0.00' ? [] : [due(fundId, share, fen(share.due), 'refund', drawId)]),
  ]);
  const from = schemeId === undefined ? outside(fundId, 'drawn') : path('cash:in-transit', schemeId, drawId);
  return [
    ...legs,
    { book: 'cash', account: from, amount: -sumOf(shares), marks: { ...marks, fundId } },
    ...(schemeId === undefined ? [] : promised(data, -sumOf(shares))),
  ];
}
