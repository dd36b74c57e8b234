import type { FundBooks, FundEntry, FundEntryOf, Moved } from './fund-oracle-book.js';
import { type No, refused, sum } from './money-oracle-book.js';

/** 冲销 in the fund: once, nothing standing on it, and neither a sub-account nor the fund overdrawn after it. */
export function judgeReversal(books: FundBooks, n: number): No {
  const entry = books.entries.find((one) => one.n === n);
  if (!entry) return 'entry-not-found';
  if (entry.is === 'reversal' || entry.is === 'decision') return 'not-reversible';
  if (entry.reversed) return 'already-reversed';
  // Of what crossed to the scheme the scheme speaks first: its money may be gone.
  if (entry.is === 'payment' && entry.draw.toScheme && ceilings(books, entry)) return ceilings(books, entry);
  if ((entry.is === 'payment' || entry.is === 'collection') && hasFollowers(books, entry)) return 'dependent-entries';
  if ('moved' in entry && touchesClosed(books, entry)) return 'dependent-entries';
  return ceilings(books, entry);
}

/** "While collections or refunds stand", of what was paid by then; a later part is reversed on its own. */
const hasFollowers = (books: FundBooks, entry: FundEntryOf<'payment' | 'collection'>): boolean =>
  books.entries
    .slice(books.entries.indexOf(entry))
    .some(
      (one) =>
        !one.reversed &&
        (one.is === 'refund' || one.is === 'return' || (one.is === 'collection' && entry.is === 'payment')) &&
        one.draw === entry.draw,
    );

/** A closed sub-account is neither credited nor debited: its closure is reversed first. */
const touchesClosed = (books: FundBooks, entry: FundEntry & { moved: readonly Moved[] }): boolean =>
  entry.is !== 'closure' &&
  entry.moved.some(({ holder, amount, due }) => books.closed.has(holder) && (amount > 0n || due > 0n));

function ceilings(books: FundBooks, entry: FundEntry): No {
  if (!('moved' in entry)) return undefined;
  const all = sum(entry.moved.map(({ amount, due }) => amount + due));
  switch (entry.is) {
    case 'credit':
    case 'refund':
    case 'return': {
      const covers = entry.moved.every(({ holder, amount }) => amount <= books.balance.get(holder)!);
      return refused('R17', covers && all <= books.free());
    }
    case 'collection':
      return refused('R17', all <= books.free());
    case 'payment':
      return entry.draw.toScheme ? refused('R08', all <= books.pool(entry.draw)) : undefined;
    default:
      return undefined;
  }
}

export function takeBack(books: FundBooks, entry: FundEntry): void {
  entry.reversed = true;
  if (!('moved' in entry)) return;
  for (const { holder, amount, due } of entry.moved) {
    const inwards = entry.is === 'payment' || entry.is === 'closure' ? amount : -amount;
    books.balance.set(holder, books.balance.get(holder)! + (entry.is === 'collection' ? 0n : inwards));
    const share = 'draw' in entry ? entry.draw.shares.get(holder)! : undefined;
    if (!share) continue;
    if (entry.is === 'payment') {
      share.paid -= amount + due;
      share.due -= due;
    } else {
      share.due += due;
      if (entry.is !== 'collection') share.refunded -= amount + due;
    }
  }
  if (entry.is === 'closure') books.closed.delete(entry.flat);
  if (entry.is === 'payment') entry.draw.state = 'approved';
}
