import { type Area, areaOf, type Bearer, type CommandTo, isOfResidents, LINES, ofGiver } from './money-commands.js';
import {
  at,
  type Books,
  type ContributionBook,
  dates,
  first,
  type Judged,
  max,
  min,
  nameOf,
  type No,
  plainly,
  type PledgeBook,
  refused,
} from './money-oracle-book.js';
import { cellOf, isClosed, matrix, poolOf } from './money-oracle-rules.js';

/** 认缴: who promises is asked what the matrix says of the money, once. */
export function pledge(books: Books, command: CommandTo<'pledge'>): Judged {
  const wrongDay = dates(books, command.day);
  if (wrongDay) return plainly(wrongDay);
  const { stop, warns } = matrix(books, ofGiver(command.source), areaOf(command), command.line);
  return { no: stop === undefined ? undefined : refused(stop, false), warned: warns === undefined ? [] : [warns] };
}

/** Why a pledge cannot be named: it never was, it was a mistake, or it was taken back. */
const gone = (books: Books, one: PledgeBook): No =>
  books.isReversed('pledge', one.id) ? 'already-reversed' : isWithdrawn(books, one) ? 'already-done' : undefined;

export function withdrawPledge(books: Books, { pledge: id, day }: CommandTo<'withdraw-pledge'>): No {
  const found = books.pledges.find((one) => one.id === id);
  if (!found) return 'pledge-not-found';
  return gone(books, found) ?? dates(books, day, found.day);
}

export function isWithdrawn(books: Books, { id }: PledgeBook): boolean {
  for (const entry of books.standing('pledge-withdrawal')) if (entry.pledge.id === id) return true;
  return false;
}

/** The area of a contribution: its line's, its own, its pledge's, or the public area. */
export function areaOfGift(books: Books, { line, area, pledge: id }: CommandTo<'contribute'>): Area {
  const own = line === undefined ? area : LINES[line].area;
  return own ?? books.pledges.find((one) => one.id === id)?.area ?? 'public-area';
}

/** 到位: on a pledge it comes from who promised it, for the area it was promised for. */
export function contribute(books: Books, command: CommandTo<'contribute'>): Judged {
  const { source, form, amount, day, line, payer } = command;
  const promised = books.pledges.find(({ id }) => id === command.pledge);
  if (command.pledge !== undefined && !promised) return plainly('pledge-not-found');
  const area = areaOfGift(books, command);
  if (promised && (promised.giver !== source || promised.area !== area || promised.payer !== payer))
    return plainly('pledge-mismatch');
  const before = (promised && gone(books, promised)) ?? dates(books, day);
  if (before) return plainly(before);
  const { stop, warns } = matrix(books, ofGiver(source), area, line);
  const direct = form === 'direct-payment';
  const budget = direct ? LINES[line!].amount - books.paidOn(line!) - books.directOn(line!) : amount;
  const no = first(
    stop === undefined ? undefined : refused(stop, false),
    refused('R10', !direct || !isClosed(books)),
    refused('R10', amount <= budget),
  );
  // A warning is asked once, where money is promised (4-api.md §2); of a line only what it adds to its area.
  const ofArea = cellOf(ofGiver(source), area);
  const adds = line !== undefined && line !== promised?.line && (ofArea.level !== 'W' || ofArea.rule !== warns);
  const isAsked = promised !== undefined && !adds;
  return { no, warned: warns === undefined || isAsked ? [] : [warns] };
}

export function refund(books: Books, { contribution: id, amount, day }: CommandTo<'refund'>): No {
  const contribution = books.contributions.find((one) => one.id === id);
  if (!contribution) return 'contribution-not-found';
  if (contribution.form === 'direct-payment') return 'wrong-route';
  if (books.isReversed('contribution', id)) return 'already-reversed';
  const left = leftOf(books, contribution);
  const there = contribution.form === 'cash' ? poolOf(books, contribution, contribution.area) : left;
  return dates(books, day, contribution.day) ?? refused('R08', amount <= min(left, there));
}

export function leftOf(books: Books, { id, amount }: ContributionBook): bigint {
  let left = amount;
  for (const entry of books.standing('refund')) if (entry.contribution.id === id) left -= entry.amount;
  return left;
}

/** What came of a kind: of a source, on a pledge, on a line, from a household. */
type Came = { readonly inKind: boolean; readonly of: (one: ContributionBook) => boolean };
export function came(books: Books, { inKind, of }: Came): bigint {
  let amount = 0n;
  const isInKind = ({ form }: ContributionBook) => form === 'goods' || form === 'labour';
  for (const { contribution } of books.standing('contribution'))
    if (isInKind(contribution) === inKind && of(contribution)) amount += leftOf(books, contribution);
  return amount;
}

/** Per pledge the larger of what is promised less what came of it in kind, and what came in cash; withdrawn: nothing promised. */
function committedOn(books: Books, pledged: PledgeBook): bigint {
  const of = ({ pledge: id }: ContributionBook) => id === pledged.id;
  const promised = isWithdrawn(books, pledged) ? 0n : pledged.amount;
  return max(max(promised - came(books, { inKind: true, of }), came(books, { inKind: false, of })), 0n);
}

const isBy = (bearer: Bearer, area: Area) => (one: Bearer & { area: Area }) =>
  nameOf(one) === nameOf(bearer) && one.area === area;

/** Committed by a source in an area (4-api.md §3): allocations, pledges, and what came without one. */
export function committed(books: Books, bearer: Bearer, area: Area): bigint {
  const own = isBy(bearer, area);
  let amount = came(books, { inKind: false, of: (one) => one.pledge === undefined && own(one) });
  for (const { pledge: one } of books.standing('pledge')) if (own(one)) amount += committedOn(books, one);
  if (bearer.reference !== null) amount += at(books.grants.get(bearer.reference)?.allocated ?? new Map(), area);
  return amount;
}

/** Committed on a line by others than households: all sources but the residents' own cash and gifts. */
export function committedByOthers(books: Books, line: CommandTo<'pay'>['line']): bigint {
  const other = (one: ContributionBook | PledgeBook) => one.line === line && !isOfResidents(one.source);
  let amount = came(books, { inKind: false, of: (one) => one.pledge === undefined && other(one) });
  for (const { pledge: one } of books.standing('pledge')) if (other(one)) amount += committedOn(books, one);
  for (const { marked } of books.grants.values()) amount += at(marked, `${LINES[line].area}|${line}`);
  return amount;
}
