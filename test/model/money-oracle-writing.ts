import { type Area, type Bearer, type Command, LINES, ofGiver, ofGrant, type Part } from './money-commands.js';
import { type Books, type Entry, nameOf, type PaymentBook, sum } from './money-oracle-book.js';
import { bearableOf, grantOf, permission } from './money-oracle-rules.js';
import { takeBack } from './money-oracle-reversal.js';

const add = <K>(map: Map<K, bigint>, key: K, amount: bigint) => void map.set(key, (map.get(key) ?? 0n) + amount);
type Fields<E = Entry> = E extends unknown ? Omit<E, 'n' | 'day' | 'reversed'> : never;

/** Writes an accepted command into the books. */
export function down(books: Books, command: Command, warned: readonly string[]): void {
  const { n, day } = command;
  const enter = (entry: Fields) => void books.entries.push({ ...entry, n, day, reversed: false } as Entry);
  remember(books, command, warned);
  if (command.do === 'close') books.closedThrough = command.through;
  else if (command.do === 'reverse') {
    takeBack(
      books,
      books.entries.find((entry) => entry.n === command.entry)!,
    );
    enter({ is: 'reversal' });
  } else if ('grant' in command || command.do === 'decompose') onGrant(books, command, enter);
  else onScheme(books, command, enter);
}

type Enter = (entry: Fields) => void;
type GrantCommand = Extract<Command, { grant: string } | { do: 'decompose' }>;

function onGrant(books: Books, command: GrantCommand, enter: Enter): void {
  const grant = command.do === 'decompose' ? 'city' : command.grant;
  const book = grantOf(books, grant);
  const { amount } = command;
  if (command.do === 'allocate' || command.do === 'withdraw') {
    const { line } = command;
    const area: Area = line === undefined ? (command.area ?? 'public-area') : LINES[line].area;
    const change = command.do === 'allocate' ? amount : -amount;
    add(book.allocated, area, change);
    if (line !== undefined) add(book.marked, `${area}|${line}`, change);
    const is = command.do === 'allocate' ? 'allocation' : 'withdrawal';
    enter({ is, grant, area, amount, ...(line === undefined ? {} : { line }) });
  } else if (command.do === 'disburse') {
    const area = command.area ?? 'public-area';
    add(book.disbursed, area, amount);
    books.known.add(grant);
    for (const one of books.promisedPermissions)
      if (one.grant === grant && one.area === area)
        books.permissions.add(permission(one.rule, ofGrant(command.grant), area, one.line));
    enter({ is: 'disbursement', grant, bearer: ofGrant(command.grant), area, amount });
  } else if (command.do === 'decompose') {
    const child = grantOf(books, 'child');
    const first = !child.exists;
    if (first) Object.assign(child, { exists: true, since: command.day });
    book.decomposed += amount;
    child.awarded += amount;
    enter({ is: 'decomposition', first, amount });
  } else if (command.do === 'amend') {
    enter({ is: 'amendment', grant, change: amount - book.awarded });
    book.awarded = amount;
  } else {
    book.returned += amount;
    if (grant === 'child') grantOf(books, 'city').decomposed -= amount;
    enter({ is: 'grant-return', grant, amount });
  }
}

type SchemeCommand = Exclude<Command, GrantCommand | { do: 'close' | 'reverse' }>;

function onScheme(books: Books, command: SchemeCommand, enter: Enter): void {
  const { n, day } = command;
  switch (command.do) {
    case 'return-funds': {
      const { from, amount, area = 'public-area' } = command;
      add(grantOf(books, from.reference).disbursed, area, -amount);
      return enter({ is: 'fund-return', grant: from.reference, bearer: from, area, amount });
    }
    case 'contribute': {
      const { source, form, amount, line, area } = command;
      const place = { area: line === undefined ? (area ?? 'public-area') : LINES[line].area };
      const contribution = { ...ofGiver(source), ...place, id: `c${n}`, form, amount, day, ...(line ? { line } : {}) };
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
  for (const rule of rules) {
    if (command.do === 'allocate') {
      const area = command.line === undefined ? (command.area ?? 'public-area') : LINES[command.line].area;
      books.promisedPermissions.push({ grant: command.grant, area, rule, line: command.line ?? '' });
      continue;
    }
    if (!('line' in command) && command.do !== 'contribute') continue;
    const { line } = command as { line?: keyof typeof LINES };
    const area = line === undefined ? ((command as { area?: Area }).area ?? 'public-area') : LINES[line].area;
    for (const bearer of bearersOf(command)) books.permissions.add(permission(rule, bearer, area, line ?? ''));
  }
}

function bearersOf(command: Command): readonly Bearer[] {
  if (command.do === 'pay') return command.from;
  if (command.do === 'substitute') return [command.to];
  return command.do === 'contribute' ? [ofGiver(command.source)] : [];
}
