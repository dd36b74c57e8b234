import {
  areaOf,
  type Command,
  type CommandTo,
  LINES,
  type LineId,
  ofSender,
  OK,
  type Part,
  type Verdict,
} from './money-commands.js';
import {
  type Books,
  type ContractBook,
  dates,
  first,
  firstOf,
  type Judged,
  min,
  type No,
  plainly,
  refused,
  sum,
} from './money-oracle-book.js';
import { accept, adjustShare, approveFinalAccount } from './money-oracle-closing.js';
import { contribute, pledge, refund, withdrawPledge } from './money-oracle-promises.js';
import { reverse } from './money-oracle-reversal.js';
import {
  allowedBy,
  amountOf,
  bearableOf,
  cellOf,
  contractedOn,
  contractsOn,
  freeOf,
  grantOf,
  isClosed,
  isProgramme,
  linesOf,
  matrix,
  otherProgrammePaid,
  poolOf,
  spending,
  unsentOf,
  withdrawableOf,
} from './money-oracle-rules.js';
import * as write from './money-oracle-writing.js';
import { closeYear, serve } from './money-oracle-year.js';

/** What happens to a command: accepted and written, or refused with the code and the rule. */
export function decide(books: Books, command: Command): Verdict {
  const { warned, no } = judged(books, command);
  if (no !== undefined) return no;
  if (warned.length > 0 && !('agreed' in command && command.agreed)) return `needs-override ${warned[0]}`;
  write.down(books, command, warned);
  return OK;
}

function judged(books: Books, command: Command): Judged {
  switch (command.do) {
    case 'allocate':
      return allocate(books, command);
    case 'contribute':
      return contribute(books, command);
    case 'pay':
      return pay(books, command);
    case 'substitute':
      return substitute(books, command);
    case 'withdraw':
    case 'disburse':
    case 'decompose':
    case 'amend':
    case 'return-grant':
      return plainly(onGrant(books, command));
    case 'contract':
    case 'change':
    case 'settle':
      return plainly(onContract(books, command));
    case 'return-funds':
      return plainly(
        dates(books, command.day) ??
          refused('R08', command.amount <= poolOf(books, command.from, command.area ?? 'public-area')),
      );
    case 'refund':
      return plainly(refund(books, command));
    case 'refund-payment':
      return plainly(refundPayment(books, command));
    case 'carry-over':
    case 'lapse':
      return plainly(closeYear(books, command));
    case 'serve':
      return plainly(serve(books, command));
    case 'pledge':
      return pledge(books, command);
    case 'withdraw-pledge':
      return plainly(withdrawPledge(books, command));
    case 'adjust-share':
      return plainly(adjustShare(books, command));
    case 'accept':
      return plainly(accept(books, command.day));
    case 'final-account':
      return plainly(approveFinalAccount(books, command.day));
    case 'close':
      return plainly(command.through <= books.closedThrough ? 'already-done' : undefined);
    case 'reverse':
      return plainly(reverse(books, command));
  }
}

function allocate(books: Books, { grant, amount, day, line, ...place }: CommandTo<'allocate'>): Judged {
  const book = grantOf(books, grant);
  if (!book.exists) return plainly('grant-not-found');
  const area = areaOf({ ...place, ...(line ? { line } : {}) });
  const wrongDay = dates(books, day, book.since);
  if (wrongDay) return plainly(wrongDay);
  const bearer = ofSender(grant);
  const { level, rule } = cellOf(bearer, area, line);
  const other = isProgramme(grant) ? (grant === 'mof' ? 'ndrc' : 'mof') : undefined;
  const spoken =
    other !== undefined &&
    line !== undefined &&
    (books.borne(line, ofSender(other)) > 0n || (grantOf(books, other).marked.get(`${area}|${line}`) ?? 0n) > 0n);
  const no = first(refused(rule, level !== 'S'), refused('R11', !spoken), refused('R09', amount <= freeOf(book)));
  // One granted without a line covers what its whole area warns of, not what a line adds.
  const ofArea = cellOf(bearer, area);
  const coversArea = ofArea.level === 'W' && ofArea.rule === rule;
  const isSetAside = books.promisedPermissions.some(
    (one) =>
      one.grant === grant &&
      one.area === area &&
      one.rule === rule &&
      (one.line === (line ?? '') || (one.line === '' && coversArea)),
  );
  return { no, warned: level === 'W' && !isSetAside ? [rule] : [] };
}

function onGrant(
  books: Books,
  command: CommandTo<'withdraw' | 'disburse' | 'decompose' | 'amend' | 'return-grant'>,
): No {
  const grant = command.do === 'decompose' ? 'city' : command.grant;
  const book = grantOf(books, grant);
  if (!book.exists) return 'grant-not-found';
  if (command.do === 'amend' && grant === 'child') return 'wrong-route';
  const { amount } = command;
  const wrongDay = dates(books, command.day, book.since);
  if (wrongDay) return wrongDay;
  switch (command.do) {
    case 'withdraw':
      return refused('R09', amount <= withdrawableOf(book, areaOf(command), command.line));
    case 'disburse':
      return refused('R09', amount <= unsentOf(book, command.area ?? 'public-area'));
    case 'amend':
      return refused('R09', amount >= book.awarded - freeOf(book));
    case 'decompose':
      return refused('R09', amount <= freeOf(book));
    case 'return-grant':
      return refused('R09', amount <= freeOf(book) + book.lapsed);
  }
}

function onContract(books: Books, command: CommandTo<'contract' | 'change' | 'settle'>): No {
  if (command.do === 'contract') {
    const fits = ({ line, amount }: { line: LineId; amount: bigint }) =>
      amount <= LINES[line].amount - contractedOn(books, line);
    return dates(books, command.day) ?? refused('R10', !isClosed(books) && command.lines.every(fits));
  }
  const contract = books.contracts.find(({ id }) => id === command.contract);
  if (!contract) return 'contract-not-found';
  if (books.isReversed('contract', contract.id)) return 'already-reversed';
  return command.do === 'change' ? change(books, command, contract) : settle(books, command, contract);
}

function change(books: Books, { line, amount, day }: CommandTo<'change'>, contract: ContractBook): No {
  for (const settled of books.standing('settlement')) if (settled.contract.id === contract.id) return 'already-done';
  const after = amountOf(books, contract, line) + amount;
  const others = sum(
    contractsOn(books, line)
      .filter(({ id }) => id !== contract.id)
      .map((one) => allowedBy(books, one, line, day)),
  );
  return (
    dates(books, day, contract.day) ??
    first(
      refused('R10', !isClosed(books)),
      refused('R10', amount <= LINES[line].amount - contractedOn(books, line)),
      refused('R10', after >= books.paidOn(line, contract.id) && after >= 0n),
      refused('R10', amount >= 0n || after + others >= books.paidOn(line)),
    )
  );
}

function settle(books: Books, { line, audited, day }: CommandTo<'settle'>, contract: ContractBook): No {
  if (!linesOf(books, contract).has(line)) return 'line-not-found';
  for (const settled of books.standing('settlement'))
    if (settled.contract.id === contract.id && settled.line === line) return 'already-done';
  return (
    dates(books, day, contract.day) ?? refused('R10', !isClosed(books) && audited <= amountOf(books, contract, line))
  );
}

function pay(books: Books, { line, from, contract: id, operation, held, day }: CommandTo<'pay'>): Judged {
  const contract = books.contracts.find((one) => one.id === id);
  if (id !== undefined && !contract) return plainly('contract-not-found');
  if (contract && books.isReversed('contract', contract.id)) return plainly('already-reversed');
  if (contract && !linesOf(books, contract).has(line)) return plainly('line-not-found');
  const wrongDay = dates(books, day);
  if (wrongDay) return plainly(wrongDay);
  const { area } = LINES[line];
  const cells = from.map((part) => matrix(books, part, area, line));
  const programmes = from.filter(({ source, reference }) => source === 'central-grant' && books.known.has(reference!));
  const mixed = new Set(programmes.map(({ reference }) => reference)).size > 1;
  const runs = from.some(({ reference }) => operation && reference !== null && reference !== 'water');
  const no = first(
    stopOf(cells),
    refused('R11', !mixed && !from.some((part) => otherProgrammePaid(books, part, line))),
    refused('R18', !runs),
    refused('R10', held || !isClosed(books)),
    spending(books, line, sum(from.map((part) => part.amount)), day, contract),
    firstOf(from.map((part) => refused('R08', part.amount <= poolOf(books, part, area)))),
  );
  return { no, warned: warnsOf(cells) };
}

type Cells = readonly { stop?: string; warns?: string }[];
/** R05 is told before R03. */
const stopOf = (cells: Cells): No => {
  const stops = cells.flatMap(({ stop }) => (stop === undefined ? [] : [stop])).sort();
  return stops.length === 0 ? undefined : refused(stops.at(-1)!, false);
};
const warnsOf = (cells: Cells): string[] => [
  ...new Set(
    cells
      .flatMap(({ warns }) => (warns === undefined ? [] : [warns]))
      .sort()
      .reverse(),
  ),
];

function refundPayment(books: Books, { payment: id, amount, to, day }: CommandTo<'refund-payment'>): No {
  const payment = books.payments.find((one) => one.id === id);
  if (!payment) return 'payment-not-found';
  if (books.isReversed('payment', id)) return 'already-reversed';
  const left = sum(payment.from.map((part) => part.amount)) - books.refundedOf(payment);
  const backTo = sum(payment.from.map((part) => bearableOf(books, payment, part)));
  const fits =
    to === undefined
      ? amount <= min(left, backTo)
      : amount <= left && to.every((part: Part) => part.amount <= bearableOf(books, payment, part));
  return dates(books, day, payment.day) ?? refused('R08', fits);
}

function substitute(books: Books, { line, from, to, amount, day }: CommandTo<'substitute'>): Judged {
  const wrongDay = dates(books, day);
  if (wrongDay) return plainly(wrongDay);
  const { area } = LINES[line];
  const { stop, warns } = matrix(books, to, area, line);
  const no = first(
    stop === undefined ? undefined : refused(stop, false),
    refused('R11', !otherProgrammePaid(books, to, line)),
    refused('R10', !isClosed(books)),
    refused('R08', amount <= books.borne(line, from)),
    refused('R08', amount <= poolOf(books, to, area)),
  );
  return { no, warned: warns === undefined ? [] : [warns] };
}
