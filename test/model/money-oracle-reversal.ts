import { type Bearer, type Command, LINES } from './money-commands.js';
import { at, type Books, type Entry, type EntryOf, type No, refused, sum } from './money-oracle-book.js';
import {
  allowedBy,
  amountOf,
  contractedOn,
  contractsOn,
  freeOf,
  grantOf,
  poolOf,
  spending,
  unsentOf,
  withdrawableOf,
} from './money-oracle-rules.js';

/** 冲销: once, nothing standing on it, in the open period, not before its own day, and every ceiling still holding. */
export function reverse(books: Books, { entry: n, day }: Extract<Command, { do: 'reverse' }>): No {
  const entry = books.entries.find((one) => one.n === n);
  if (!entry) return 'entry-not-found';
  if (entry.is === 'reversal' || entry.is === 'acceptance') return 'not-reversible';
  if (entry.reversed) return 'already-reversed';
  if (dependents(books, entry).length > 0) return 'dependent-entries';
  if (day <= books.closedThrough) return 'period-closed';
  if (day < entry.day) return 'date-order';
  return ceilings(books, entry, day);
}

/** The streams an entry of a grant stands on. */
function grantsOf(entry: Entry): string[] {
  if (entry.is === 'decomposition') return ['city', 'child'];
  if (entry.is === 'grant-return') return entry.grant === 'child' ? ['child', 'city'] : [entry.grant];
  if (entry.is === 'service') return ['bond'];
  return 'grant' in entry ? [entry.grant] : [];
}

export function dependents(books: Books, entry: Entry): Entry[] {
  const standing = books.entries.filter((one) => !one.reversed && one.is !== 'reversal');
  const later = books.entries.slice(books.entries.indexOf(entry) + 1).filter((one) => standing.includes(one));
  switch (entry.is) {
    case 'contribution':
      return standing.filter((one) => one.is === 'refund' && one.contribution.id === entry.contribution.id);
    case 'payment':
      return standing.filter((one) => one.is === 'payment-refund' && one.payment.id === entry.payment.id);
    case 'contract':
      return standing.filter(
        (one) =>
          ((one.is === 'change' || one.is === 'settlement') && one.contract.id === entry.contract.id) ||
          (one.is === 'payment' && one.payment.contract === entry.contract.id),
      );
    case 'change':
      return standing.filter((one) => one.is === 'settlement' && one.contract.id === entry.contract.id);
    case 'pledge':
      return standing.filter(
        (one) =>
          (one.is === 'contribution' && one.contribution.pledge === entry.pledge.id) ||
          (one.is === 'pledge-withdrawal' && one.pledge.id === entry.pledge.id),
      );
    case 'settlement':
      return standing.filter((one) => one.is === 'final-account');
    case 'lapse':
      return later.filter((one) => one.is === 'grant-return' && one.grant === entry.grant && one.fromLapsed > 0n);
    case 'award':
      return later.filter((one) => grantsOf(one).includes(entry.grant));
    case 'decomposition':
      // The first one made the child: everything later on the child stands on it.
      return entry.first ? later.filter((one) => grantsOf(one).includes('child')) : [];
    case 'amendment':
      return later.filter((one) => one.is === 'amendment' && one.grant === entry.grant);
    default:
      return [];
  }
}

function ceilings(books: Books, entry: Entry, day: number): No {
  const pool = (bearer: Bearer, area: 'public-area' | 'in-building', less: bigint) =>
    refused('R08', less <= poolOf(books, bearer, area));
  switch (entry.is) {
    case 'contribution': {
      const { contribution } = entry;
      return contribution.form === 'cash' ? pool(contribution, contribution.area, contribution.amount) : undefined;
    }
    case 'disbursement':
      return pool(entry.bearer, entry.area, entry.amount);
    case 'fund-return':
      return refused('R09', entry.amount <= unsentOf(grantOf(books, entry.grant), entry.area));
    case 'allocation':
      return refused('R09', entry.amount <= withdrawableOf(grantOf(books, entry.grant), entry.area, entry.line));
    case 'withdrawal':
      return refused('R09', entry.amount <= freeOf(grantOf(books, entry.grant)));
    case 'decomposition':
      return refused('R09', entry.amount <= freeOf(grantOf(books, 'child')));
    case 'amendment':
      return refused('R09', entry.change <= 0n || entry.change <= freeOf(grantOf(books, entry.grant)));
    case 'grant-return':
      return refused('R09', entry.grant !== 'child' || entry.amount <= freeOf(grantOf(books, 'city')));
    case 'payment': {
      // What another source has taken over since is no longer this one's to take back.
      const { payment } = entry;
      return payment.from
        .map((part) => refused('R08', part.amount <= books.borne(payment.line, part)))
        .find((no) => no);
    }
    case 'payment-refund':
      return paidAgain(books, entry, day);
    case 'substitution': {
      const { area } = LINES[entry.line];
      return refused('R08', entry.amount <= books.borne(entry.line, entry.to)) ?? pool(entry.from, area, entry.amount);
    }
    case 'contract':
    case 'change':
      return contractGone(books, entry, day);
    default:
      return undefined;
  }
}

/** A refund taken back is a payment again, within its line, its contracts and its sources. */
function paidAgain(books: Books, { payment, to }: EntryOf<'payment-refund'>, day: number): No {
  const contract = books.contracts.find(({ id }) => id === payment.contract);
  const amount = sum(to.map((part) => part.amount));
  return (
    spending(books, payment.line, amount, day, contract) ??
    to
      .map((part) => refused('R08', part.amount <= poolOf(books, part, LINES[payment.line].area)))
      .find((no) => no !== undefined)
  );
}

/** R10: what is paid on a line stays within what its contracts allow; a line left without contracts has its budget. */
function contractGone(books: Books, entry: EntryOf<'contract' | 'change'>, day: number): No {
  const lines = entry.is === 'contract' ? entry.lines : [{ line: entry.line, amount: entry.amount }];
  for (const { line, amount } of lines) {
    const own = amountOf(books, entry.contract, line) - amount;
    const others = contractsOn(books, line).filter(({ id }) => id !== entry.contract.id);
    const together = sum(others.map((one) => allowedBy(books, one, line, day))) + own;
    const named = new Set(entry.contract.lines);
    for (const one of books.standing('change'))
      if (one.contract.id === entry.contract.id && one !== entry) named.add(one.line);
    const stays = others.length > 0 || (entry.is === 'change' && named.has(line));
    if (amount < 0n && -amount > LINES[line].amount - contractedOn(books, line)) return refused('R10', false);
    if (amount > 0n && own < books.paidOn(line, entry.contract.id)) return refused('R10', false);
    if (amount > 0n && stays && together < books.paidOn(line)) return refused('R10', false);
  }
  return undefined;
}

/** Takes an entry out of the sums of the grants; everything else is summed over what stands. */
export function takeBack(books: Books, entry: Entry, day: number): void {
  entry.reversed = true;
  entry.reversedOn = day;
  const change = (map: Map<string, bigint>, key: string, amount: bigint) => void map.set(key, at(map, key) + amount);
  switch (entry.is) {
    case 'award':
      grantOf(books, entry.grant).awarded = 0n;
      break;
    case 'allocation':
    case 'withdrawal': {
      const book = grantOf(books, entry.grant);
      const amount = entry.is === 'allocation' ? -entry.amount : entry.amount;
      change(book.allocated, entry.area, amount);
      if (entry.line !== undefined) change(book.marked, `${entry.area}|${entry.line}`, amount);
      break;
    }
    case 'disbursement':
    case 'fund-return':
      change(
        grantOf(books, entry.grant).disbursed,
        entry.area,
        entry.is === 'disbursement' ? -entry.amount : entry.amount,
      );
      break;
    case 'decomposition':
      grantOf(books, 'city').decomposed -= entry.amount;
      grantOf(books, 'child').awarded -= entry.amount;
      break;
    case 'amendment':
      grantOf(books, entry.grant).awarded -= entry.change;
      break;
    case 'lapse':
      grantOf(books, entry.grant).lapsed -= entry.amount;
      break;
    case 'grant-return':
      grantOf(books, entry.grant).returned -= entry.amount;
      grantOf(books, entry.grant).lapsed += entry.fromLapsed;
      if (entry.grant === 'child') grantOf(books, 'city').decomposed += entry.amount;
      break;
  }
}
