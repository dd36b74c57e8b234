import {
  areaOf,
  type Bearer,
  type Command,
  type GrantCommand,
  isOnGrant,
  ofGiver,
  ofSender,
  type Part,
  type SchemeCommand,
  streamOf,
} from './money-commands.js';
import { type Books, type Entry, min, nameOf, type PaymentBook, sum } from './money-oracle-book.js';
import { areaOfGift } from './money-oracle-promises.js';
import { surplus } from './money-oracle-closing.js';
import { takeBack } from './money-oracle-reversal.js';
import { bearableOf, freeOf, grantOf, permission } from './money-oracle-rules.js';
import { unspent } from './money-oracle-year.js';

const add = <K>(map: Map<K, bigint>, key: K, amount: bigint) => void map.set(key, (map.get(key) ?? 0n) + amount);
type Fields<E = Entry> = E extends unknown ? Omit<E, 'n' | 'day' | 'reversed'> : never;

/** Writes an accepted command into the books. */
export function down(books: Books, command: Command, warned: readonly string[]): void {
  const { n, day } = command;
  const enter = (entry: Fields) => books.enter({ ...entry, n, day, reversed: false } as Entry);
  remember(books, command, warned);
  if (command.do === 'close') books.closedThrough = command.through;
  else if (command.do === 'reverse') {
    takeBack(
      books,
      books.entries.find((entry) => entry.n === command.entry)!,
      day,
    );
    enter({ is: 'reversal' });
  } else if (isOnGrant(command)) onGrant(books, command, enter);
  else onScheme(books, command, enter);
}

type Enter = (entry: Fields) => void;

function onGrant(books: Books, command: GrantCommand, enter: Enter): void {
  const grant = streamOf(command);
  const book = grantOf(books, grant);
  switch (command.do) {
    case 'allocate':
    case 'withdraw': {
      const { line, amount } = command;
      const area = areaOf(command);
      const change = command.do === 'allocate' ? amount : -amount;
      add(book.allocated, area, change);
      if (line !== undefined) add(book.marked, `${area}|${line}`, change);
      const is = command.do === 'allocate' ? 'allocation' : 'withdrawal';
      return enter({ is, grant, area, amount, ...(line === undefined ? {} : { line }) });
    }
    case 'disburse': {
      const { amount, area = 'public-area' } = command;
      add(book.disbursed, area, amount);
      books.known.add(grant);
      for (const one of books.promisedPermissions)
        if (one.grant === grant && one.area === area)
          books.permissions.add(permission(one.rule, ofSender(grant), area, one.line));
      return enter({ is: 'disbursement', grant, bearer: ofSender(grant), area, amount });
    }
    case 'decompose': {
      const { amount, day } = command;
      const child = grantOf(books, 'child');
      const first = !child.exists;
      if (first) Object.assign(child, { exists: true, since: day });
      book.decomposed += amount;
      child.awarded += amount;
      return enter({ is: 'decomposition', first, amount });
    }
    case 'amend': {
      const { amount } = command;
      enter({ is: 'amendment', grant, change: amount - book.awarded });
      book.awarded = amount;
      return;
    }
    default:
      return later(books, command, enter);
  }
}

/** What happens to a grant when its year is over, and to a bond when interest falls due. */
function later(
  books: Books,
  command: Exclude<GrantCommand, { do: 'allocate' | 'withdraw' | 'disburse' | 'decompose' | 'amend' }>,
  enter: Enter,
): void {
  const grant = streamOf(command);
  const book = grantOf(books, grant);
  switch (command.do) {
    case 'return-grant': {
      const { amount } = command;
      const fromLapsed = min(amount, book.lapsed);
      book.lapsed -= fromLapsed;
      book.returned += amount;
      if (grant === 'child') grantOf(books, 'city').decomposed -= amount;
      return enter({ is: 'grant-return', grant, amount, fromLapsed });
    }
    case 'carry-over':
      return enter({ is: 'carry-over', grant, amount: unspent(books, grant) });
    case 'lapse': {
      const amount = freeOf(book);
      book.lapsed += amount;
      return enter({ is: 'lapse', grant, amount });
    }
    case 'serve': {
      const { of, dueOn, amount } = command;
      return enter({ is: 'service', of, dueOn, amount });
    }
  }
}

function onScheme(books: Books, command: SchemeCommand, enter: Enter): void {
  const { n, day } = command;
  switch (command.do) {
    case 'return-funds': {
      const { from, amount, area = 'public-area' } = command;
      add(grantOf(books, from.reference).disbursed, area, -amount);
      return enter({ is: 'fund-return', grant: from.reference, bearer: from, area, amount });
    }
    case 'pledge': {
      const { source: giver, amount, line, payer } = command;
      const told = { ...(line ? { line } : {}), ...(payer ? { payer } : {}) };
      const pledge = { ...ofGiver(giver), giver, id: `g${n}`, area: areaOf(command), amount, day, ...told };
      books.pledges.push(pledge);
      return enter({ is: 'pledge', pledge });
    }
    case 'withdraw-pledge':
      return enter({ is: 'pledge-withdrawal', pledge: books.pledges.find(({ id }) => id === command.pledge)! });
    case 'contribute': {
      const { source, form, amount, line, pledge, payer } = command;
      const told = { ...(line ? { line } : {}), ...(pledge ? { pledge } : {}), ...(payer ? { payer } : {}) };
      const contribution = {
        ...ofGiver(source),
        id: `c${n}`,
        area: areaOfGift(books, command),
        form,
        amount,
        day,
        ...told,
      };
      books.contributions.push(contribution);
      return enter({ is: 'contribution', contribution });
    }
    case 'refund': {
      const contribution = books.contributions.find(({ id }) => id === command.contribution)!;
      return enter({ is: 'refund', contribution, amount: command.amount });
    }
    case 'contract': {
      const contract = { id: `k${n}`, day, lines: new Set(command.lines.map(({ line }) => line)) };
      books.contracts.push(contract);
      return enter({ is: 'contract', contract, lines: command.lines });
    }
    case 'change':
    case 'settle': {
      const contract = books.contracts.find(({ id }) => id === command.contract)!;
      const { line } = command;
      if (command.do === 'settle') {
        const { audited, retention } = command;
        return enter({ is: 'settlement', contract, line, audited, retention });
      }
      return enter({ is: 'change', contract, line, amount: command.amount });
    }
    case 'pay': {
      const { line, from, contract } = command;
      const payment = { id: `p${n}`, line, from, day, ...(contract === undefined ? {} : { contract }) };
      books.payments.push(payment);
      return enter({ is: 'payment', payment });
    }
    case 'refund-payment': {
      const payment = books.payments.find(({ id }) => id === command.payment)!;
      return enter({ is: 'payment-refund', payment, to: command.to ?? spread(books, payment, command.amount) });
    }
    case 'substitute': {
      const { line, from, to, amount } = command;
      return enter({ is: 'substitution', line, from, to, amount });
    }
    case 'adjust-share': {
      const { household, line, amount, borneBy } = command;
      return enter({ is: 'adjustment', household, line, amount, borneBy });
    }
    case 'accept':
      return enter({ is: 'acceptance' });
    case 'final-account':
      return enter({ is: 'final-account', surplus: surplus(books) });
  }
}

/** Without `to`: over what is left of each part, rounded down, the rest to the largest remainders, ties by name. */
function spread(books: Books, payment: PaymentBook, amount: bigint): Part[] {
  const parts = payment.from.map((part) => ({ part, weight: bearableOf(books, payment, part) }));
  const all = sum(parts.map(({ weight }) => weight));
  const shares = parts.map(({ part, weight }) => ({
    part,
    share: (amount * weight) / all,
    rest: (amount * weight) % all,
  }));
  let over = amount - sum(shares.map(({ share }) => share));
  const inTurn = [...shares].sort((a, b) =>
    a.rest === b.rest ? (nameOf(a.part) < nameOf(b.part) ? -1 : 1) : a.rest > b.rest ? -1 : 1,
  );
  for (const one of inTurn) {
    if (over === 0n) break;
    one.share += 1n;
    over -= 1n;
  }
  return shares.flatMap(({ part, share }) => (share === 0n ? [] : [{ ...part, amount: share }]));
}

/** A warning a second person set aside covers what follows of the same money and line, or area where no line was named. */
function remember(books: Books, command: Command, rules: readonly string[]): void {
  if (rules.length === 0 || !('agreed' in command)) return;
  const line = command.line ?? '';
  const area = command.do === 'contribute' ? areaOfGift(books, command) : areaOf(command);
  for (const rule of rules) {
    if (command.do === 'allocate') books.promisedPermissions.push({ grant: command.grant, area, rule, line });
    else for (const bearer of bearersOf(command)) books.permissions.add(permission(rule, bearer, area, line));
  }
}

function bearersOf(command: Command): readonly Bearer[] {
  if (command.do === 'pay') return command.from;
  if (command.do === 'substitute') return [command.to];
  return command.do === 'contribute' || command.do === 'pledge' ? [ofGiver(command.source)] : [];
}
