import { FLAT_IDS, FLATS, type FlatId, HOLDER_IDS, type HolderId, UNSOLD } from './fund-commands.js';
import { sum } from './money-oracle-book.js';

export type Share = { amount: bigint; paid: bigint; released: bigint; refunded: bigint; due: bigint };
export type DrawBook = {
  id: string;
  /** Absent: all. */
  scope?: readonly FlatId[];
  amount: bigint;
  toScheme: boolean;
  state: 'proposed' | 'approved' | 'paid' | 'rejected';
  shares: Map<HolderId, Share>;
};
export type Moved = { readonly holder: HolderId; readonly amount: bigint; readonly due: bigint };
export type FundEntry = { readonly n: number; reversed: boolean } & (
  | { is: 'credit'; moved: readonly Moved[] }
  | { is: 'closure'; moved: readonly Moved[]; flat: FlatId }
  | { is: 'payment'; draw: DrawBook; moved: readonly Moved[] }
  | { is: 'refund'; draw: DrawBook; moved: readonly Moved[] }
  | { is: 'collection'; draw: DrawBook; moved: readonly Moved[] }
  | { is: 'return'; draw: DrawBook; moved: readonly Moved[] }
  | { is: 'spending'; draw: DrawBook; amount: bigint }
  | { is: 'decision' }
  | { is: 'reversal' }
);
export type FundEntryOf<Is extends FundEntry['is']> = Extract<FundEntry, { is: Is }>;

/** Sub-accounts, what households owe, and the draws: the oracle's own sums. */
export class FundBooks {
  readonly balance = new Map<HolderId, bigint>(HOLDER_IDS.map((id) => [id, 0n]));
  readonly closed = new Set<HolderId>();
  readonly draws: DrawBook[] = [];
  readonly entries: FundEntry[] = [];

  due(holder: HolderId): bigint {
    return sum(this.draws.map(({ shares }) => shares.get(holder)?.due ?? 0n));
  }

  reserved(holder: HolderId): bigint {
    return sum(this.draws.map(({ shares }) => unpaid(shares.get(holder))));
  }

  /** What the fund has and nobody has set aside: Σ sub-accounts − Σ due − Σ reserved. */
  free(): bigint {
    return this.net() - sum(HOLDER_IDS.map((id) => this.reserved(id)));
  }

  net(): bigint {
    return sum(this.balance.values()) - sum(HOLDER_IDS.map((id) => this.due(id)));
  }

  /** Of a draw at its scheme: what arrived, less what was spent there and what came back. */
  pool(draw: DrawBook): bigint {
    let left = 0n;
    if (!draw.toScheme) return left;
    for (const entry of this.entries) {
      if (entry.reversed || !('draw' in entry) || entry.draw !== draw) continue;
      if (entry.is === 'payment') left += sum(entry.moved.map(({ amount, due }) => amount + due));
      if (entry.is === 'return') left -= sum(entry.moved.map(({ amount, due }) => amount + due));
      if (entry.is === 'spending') left -= entry.amount;
    }
    return left;
  }

  spent(): bigint {
    return sum(this.entries.map((entry) => (entry.is === 'spending' && !entry.reversed ? entry.amount : 0n)));
  }

  openFlats(of: readonly FlatId[] | undefined = FLAT_IDS): FlatId[] {
    return of.filter((flat) => !this.closed.has(flat));
  }
}

export const unpaid = (share: Share | undefined): bigint =>
  share === undefined ? 0n : share.amount - share.paid - share.released;
export const refundable = ({ paid, refunded }: Share): bigint => paid - refunded;
export const paidOf = ({ shares }: DrawBook): bigint => sum([...shares.values()].map(({ paid }) => paid));
export const unpaidOf = ({ shares }: DrawBook): bigint => sum([...shares.values()].map(unpaid));
export const refundableOf = ({ shares }: DrawBook): bigint => sum([...shares.values()].map(refundable));

/** Rounded down, then one fen each to the largest remainders, ties to the smaller id (3-calculations.md §1). */
export function apportion<Id extends string>(amount: bigint, weights: ReadonlyMap<Id, bigint>): Map<Id, bigint> {
  const all = sum(weights.values());
  if (all === 0n) return new Map();
  const parts = [...weights].map(([id, weight]) => ({
    id,
    share: (amount * weight) / all,
    rest: (amount * weight) % all,
  }));
  let over = amount - sum(parts.map(({ share }) => share));
  for (const part of [...parts].sort((a, b) => (a.rest === b.rest ? (a.id < b.id ? -1 : 1) : a.rest > b.rest ? -1 : 1)))
    if (over > 0n) {
      part.share += 1n;
      over -= 1n;
    }
  return new Map(parts.map(({ id, share }) => [id, share]));
}

export const byArea = (flats: readonly FlatId[]): Map<FlatId, bigint> =>
  new Map(flats.map((flat) => [flat, FLATS[flat]]));

/** 165号令 art. 20: between sold and unsold by area, then among the sold; what falls on the unsold its owner bears. */
export function sharesOf(amount: bigint, flats: readonly FlatId[]): Map<HolderId, bigint> {
  const [sold, unsold] = [flats.filter((flat) => flat !== UNSOLD), flats.filter((flat) => flat === UNSOLD)];
  const area = (some: readonly FlatId[]) => sum(some.map((flat) => FLATS[flat]));
  const parts = apportion(
    amount,
    new Map([
      ['commodity', area(sold)],
      ['unsold', area(unsold)],
    ]),
  );
  const shares = new Map<HolderId, bigint>(apportion(parts.get('commodity') ?? 0n, byArea(sold)));
  const rest = parts.get('unsold') ?? 0n;
  if (rest > 0n) shares.set('u2', rest);
  return shares;
}
