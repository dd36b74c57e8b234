import { type FlatId, type FundCommand, type FundCommandTo, type HolderId } from './fund-commands.js';
import {
  apportion,
  byArea,
  type DrawBook,
  type FundBooks,
  type FundEntry,
  type Moved,
  paidOf,
  refundable,
  refundableOf,
  sharesOf,
  unpaid,
  unpaidOf,
} from './fund-oracle-book.js';
import { judgeReversal, takeBack } from './fund-oracle-reversal.js';
import { OK, type Verdict } from './money-commands.js';
import { min, type No, refused, sum } from './money-oracle-book.js';

/** What happens to a command on the fund: written, or refused with the code and the rule. */
export function decideFund(books: FundBooks, command: FundCommand): Verdict {
  const no = judged(books, command);
  if (no !== undefined) return no;
  write(books, command);
  return OK;
}

const drawOf = (books: FundBooks, { draw: id }: { draw: string }): DrawBook | undefined =>
  books.draws.find((one) => one.id === id);

function judged(books: FundBooks, command: FundCommand): No {
  switch (command.do) {
    case 'deposit':
      return command.entries.some(({ holder }) => books.closed.has(holder)) ? 'already-done' : undefined;
    case 'income':
      return weightsOf(books, command).size === 0 ? 'zero-weights' : undefined;
    case 'propose':
      return propose(books, command);
    case 'close-account':
      return closeAccount(books, command.flat);
    case 'reverse':
      return judgeReversal(books, command.entry);
    default: {
      const draw = drawOf(books, command);
      return draw === undefined ? 'draw-not-found' : onDraw(books, command, draw);
    }
  }
}

/** A scope that names a closed sub-account, or in which nobody is left. */
const isScopeGone = (books: FundBooks, scope: readonly FlatId[] | undefined): boolean =>
  scope?.some((flat) => books.closed.has(flat)) || books.openFlats(scope).length === 0;

function propose(books: FundBooks, { scope, vote, isPipe }: FundCommandTo<'propose'>): No {
  if (isScopeGone(books, scope)) return 'already-done';
  return refused('R14', !isPipe) ?? refused('R15', vote === 'carries' || vote === 'emergency');
}

function closeAccount(books: FundBooks, flat: FlatId): No {
  if (books.closed.has(flat)) return 'already-done';
  if (books.due(flat) > 0n || books.reserved(flat) > 0n) return 'dependent-entries';
  return refused('R17', books.balance.get(flat)! <= books.free());
}

type OnDraw = FundCommandTo<'approve' | 'reject' | 'pay' | 'refund' | 'collect' | 'spend' | 'return'>;

function onDraw(books: FundBooks, command: OnDraw, draw: DrawBook): No {
  switch (command.do) {
    case 'approve':
      if (draw.state !== 'proposed' || isScopeGone(books, draw.scope)) return 'already-done';
      return refused('R17', draw.amount <= books.free());
    case 'reject':
      return draw.state === 'proposed' || draw.state === 'approved' ? undefined : 'already-done';
    case 'pay':
      if (draw.state !== 'approved') return draw.state === 'proposed' ? 'not-yet' : 'already-done';
      return refused('R17', command.amount <= unpaidOf(draw));
    case 'refund': {
      if (draw.toScheme) return 'wrong-route';
      if (paidOf(draw) === 0n) return neverPaid(draw);
      if (refundableOf(draw) === 0n) return 'already-done';
      if (command.amount > refundableOf(draw)) return refused('R17', false);
      return refundsOf(draw, command.amount).some(({ holder, amount }) => amount > 0n && books.closed.has(holder))
        ? 'dependent-entries'
        : undefined;
    }
    case 'collect': {
      if (books.closed.has(command.holder)) return 'already-done';
      if (paidOf(draw) === 0n) return neverPaid(draw);
      const due = draw.shares.get(command.holder)?.due ?? 0n;
      return due === 0n ? 'already-done' : refused('R17', command.amount <= due);
    }
    case 'spend':
    case 'return':
      return refused('R08', command.amount <= books.pool(draw));
  }
}

/** Before any payment there is nothing to give back yet; of a rejected draw there never will be. */
const neverPaid = ({ state }: DrawBook): No => (state === 'rejected' ? 'already-done' : 'not-yet');

/** A refund is split by what is not yet refunded of each share; it lowers that draw's own due first. */
export function refundsOf(draw: DrawBook, amount: bigint, holders = [...draw.shares.keys()]): Moved[] {
  const weights = new Map(holders.map((holder) => [holder, refundable(draw.shares.get(holder)!)]));
  return [...apportion(amount, weights)].map(([holder, part]) => {
    const due = min(part, draw.shares.get(holder)!.due);
    return { holder, due, amount: part - due };
  });
}

/** Money from a scheme is never refused: it goes to those whose account is open, and beyond their part to all. */
function returnsOf(books: FundBooks, draw: DrawBook, amount: bigint): Moved[] {
  const open = [...draw.shares.keys()].filter((holder) => !books.closed.has(holder));
  const theirs = sum(open.map((holder) => refundable(draw.shares.get(holder)!)));
  return refundsOf(draw, amount, theirs >= amount ? open : undefined);
}

/** Covered is what the sub-account has; the fund advances the rest and the household owes it. */
function paymentsOf(books: FundBooks, draw: DrawBook, amount: bigint): Moved[] {
  const weights = new Map([...draw.shares].map(([holder, share]) => [holder, unpaid(share)]));
  return [...apportion(amount, weights)].map(([holder, part]) => {
    const covered = min(part, books.balance.get(holder)!);
    return { holder, amount: covered, due: part - covered };
  });
}

const credit = (books: FundBooks, holder: HolderId, amount: bigint) =>
  void books.balance.set(holder, books.balance.get(holder)! + amount);

function write(books: FundBooks, command: FundCommand): void {
  const enter = (entry: object) => void books.entries.push({ ...entry, n: command.n, reversed: false } as FundEntry);
  switch (command.do) {
    case 'deposit': {
      const moved = command.entries.map(({ holder, amount }) => ({ holder, amount, due: 0n }));
      for (const { holder, amount } of moved) credit(books, holder, amount);
      return enter({ is: 'credit', moved });
    }
    case 'income': {
      const moved = incomeOf(books, command);
      for (const { holder, amount } of moved) credit(books, holder, amount);
      return enter({ is: 'credit', moved });
    }
    case 'close-account': {
      const moved = [{ holder: command.flat, amount: books.balance.get(command.flat)!, due: 0n }];
      books.balance.set(command.flat, 0n);
      books.closed.add(command.flat);
      return enter({ is: 'closure', moved, flat: command.flat });
    }
    case 'reverse':
      takeBack(
        books,
        books.entries.find(({ n }) => n === command.entry)!,
      );
      return enter({ is: 'reversal' });
    case 'propose': {
      const { amount, toScheme, scope } = command;
      const told = { ...(scope ? { scope } : {}), amount, toScheme };
      books.draws.push({ ...told, id: `d${command.n}`, state: 'proposed', shares: new Map() });
      return enter({ is: 'decision' });
    }
    default:
      return writeOnDraw(books, command, drawOf(books, command)!);
  }
}

/** A closed sub-account takes no part. Interest by balance, other income and interest where nobody has any by area. */
function weightsOf(books: FundBooks, { kind }: FundCommandTo<'income'>): ReadonlyMap<HolderId, bigint> {
  const rich = [...books.balance].filter(([holder, balance]) => balance > 0n && !books.closed.has(holder));
  return kind === 'interest' && rich.length > 0 ? new Map(rich) : byArea(books.openFlats());
}

const incomeOf = (books: FundBooks, command: FundCommandTo<'income'>): Moved[] =>
  [...apportion(command.amount, weightsOf(books, command))].map(([holder, amount]) => ({ holder, amount, due: 0n }));

function writeOnDraw(books: FundBooks, command: OnDraw, draw: DrawBook): void {
  const enter = (entry: object) => void books.entries.push({ ...entry, n: command.n, reversed: false } as FundEntry);
  switch (command.do) {
    case 'approve':
      draw.state = 'approved';
      for (const [holder, amount] of sharesOf(draw.amount, books.openFlats(draw.scope)))
        draw.shares.set(holder, { amount, paid: 0n, released: 0n, refunded: 0n, due: 0n });
      return enter({ is: 'decision' });
    case 'reject':
      draw.state = paidOf(draw) > 0n ? 'paid' : 'rejected';
      for (const share of draw.shares.values()) share.released += unpaid(share);
      return enter({ is: 'decision' });
    case 'pay': {
      const moved = paymentsOf(books, draw, command.amount);
      for (const { holder, amount, due } of moved) {
        const share = draw.shares.get(holder)!;
        share.paid += amount + due;
        share.due += due;
        credit(books, holder, -amount);
      }
      if (unpaidOf(draw) === 0n) draw.state = 'paid';
      return enter({ is: 'payment', draw, moved });
    }
    case 'refund':
    case 'return': {
      const moved = command.do === 'return' ? returnsOf(books, draw, command.amount) : refundsOf(draw, command.amount);
      for (const { holder, amount, due } of moved) {
        const share = draw.shares.get(holder)!;
        share.refunded += amount + due;
        share.due -= due;
        credit(books, holder, amount);
      }
      return enter({ is: command.do, draw, moved });
    }
    case 'collect':
      draw.shares.get(command.holder)!.due -= command.amount;
      return enter({ is: 'collection', draw, moved: [{ holder: command.holder, amount: 0n, due: command.amount }] });
    case 'spend':
      return enter({ is: 'spending', draw, amount: command.amount });
  }
}
