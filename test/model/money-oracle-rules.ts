import {
  type Area,
  type Bearer,
  GRANTS,
  isOfResidents,
  type LineId,
  LINES,
  RETENTION_DUE,
  type Source,
} from './money-commands.js';
import {
  at,
  type Books,
  type ContractBook,
  type GrantBook,
  max,
  min,
  nameOf,
  type No,
  type PaymentBook,
  refused,
  sum,
} from './money-oracle-book.js';

const GRANTED: readonly Source[] = ['central-grant', 'county-grant', 'city-grant'];
const GOVERNMENT: readonly Source[] = [...GRANTED, 'special-bond'];
const OPERATORS: readonly Source[] = ['utility-operator', 'telecom-operator'];
export const programmeOf = (reference: string | null): 'mof' | 'ndrc' | undefined =>
  reference === 'mof' || reference === 'ndrc' ? reference : undefined;

type Level = 'A' | 'W' | 'S';
type Answer = { level: Level; rule: 'R03' | 'R05' };

/** The table of the policy for the few items and sources of this world (2-domain.md §3), read by hand. */
export function cellOf({ source, reference }: Bearer, area: Area, line?: LineId): Answer {
  const item = line === undefined ? undefined : LINES[line].item;
  if (item === 'overhead-line-duct') {
    if (GOVERNMENT.includes(source)) return { rule: 'R05', level: 'A' };
    return { rule: 'R05', level: isOfResidents(source) ? 'S' : 'W' };
  }
  if (item === 'overhead-line-cutover') return { rule: 'R05', level: OPERATORS.includes(source) ? 'A' : 'S' };
  return { rule: 'R03', level: levelOf(source, reference, area, item) };
}

function levelOf(source: Source, reference: string | null, area: Area, item: string | undefined): Level {
  // Operators pay for their own works only; where no work is named there is nothing to refuse yet.
  if (source === 'utility-operator') return item === undefined || item === 'water-and-drainage' ? 'A' : 'S';
  if (source === 'telecom-operator') return item === undefined ? 'A' : 'S';
  if (GRANTED.includes(source)) {
    if (item === 'elevator') return 'W';
    if (area === 'in-building') return 'S';
    return reference === 'ndrc' && item === 'roof' ? 'W' : 'A';
  }
  if ((source === 'social-capital' || source === 'special-bond') && area === 'in-building') return 'W';
  return 'A';
}

export const permission = (rule: string, bearer: Bearer, area: Area, line: string): string =>
  [rule, nameOf(bearer), area, line].join('|');

/** The matrix for money that is here or arrives: a stop, or the rule of a warning nobody set aside. */
export function matrix(books: Books, bearer: Bearer, area: Area, line?: LineId): { stop?: string; warns?: string } {
  // The programme is known from what the grant sent; before that its money is not here, which R08 says.
  const known = bearer.reference !== 'ndrc' || books.known.has('ndrc') ? bearer : { ...bearer, reference: 'unknown' };
  const { level, rule } = cellOf(known, area, line);
  if (level === 'A') return {};
  if (level === 'S') return { stop: rule };
  const wholeArea = cellOf(known, area);
  const isSetAside =
    books.permissions.has(permission(rule, bearer, area, line ?? '')) ||
    (wholeArea.level === 'W' && wholeArea.rule === rule && books.permissions.has(permission(rule, bearer, area, '')));
  return isSetAside ? {} : { warns: rule };
}

/** R11: what the other programme has paid on a line, net. */
export function otherProgrammePaid(books: Books, bearer: Bearer, line: LineId): boolean {
  const own = bearer.source === 'central-grant' ? programmeOf(bearer.reference) : undefined;
  if (own === undefined || !books.known.has(own)) return false;
  const other = own === 'mof' ? 'ndrc' : 'mof';
  return books.borne(line, { source: 'central-grant', reference: other }) > 0n;
}

export const grantOf = (books: Books, id: string): GrantBook => books.grants.get(id)!;
/** R09: awarded and neither passed down, allocated, returned nor lapsed. */
export const freeOf = ({ awarded, decomposed, returned, lapsed, allocated }: GrantBook): bigint =>
  awarded - decomposed - returned - lapsed - sum(allocated.values());
export const unsentOf = ({ allocated, disbursed }: GrantBook, area: Area): bigint =>
  at(allocated, area) - at(disbursed, area);
/** What may be withdrawn: of a line what is marked for it, else what no line is marked on; and only what was not sent. */
export function withdrawableOf(grant: GrantBook, area: Area, line?: LineId): bigint {
  const marks = [...grant.marked].filter(([key]) => key.startsWith(`${area}|`)).map(([, amount]) => amount);
  const free = line === undefined ? at(grant.allocated, area) - sum(marks) : at(grant.marked, `${area}|${line}`);
  return min(free, unsentOf(grant, area));
}

/** R08: what is left of a source in an area; direct payments come and go at once. */
export function poolOf(books: Books, bearer: Bearer, area: Area): bigint {
  let left = books.received(bearer, area);
  for (const [line, { area: own }] of Object.entries(LINES))
    if (own === area) left -= books.borne(line as LineId, bearer);
  return left;
}

export const amountOf = (books: Books, contract: ContractBook, line: LineId): bigint => {
  let amount = 0n;
  for (const entry of books.standing('contract'))
    if (entry.contract.id === contract.id)
      amount += sum(entry.lines.filter((one) => one.line === line).map((one) => one.amount));
  for (const entry of books.standing('change'))
    if (entry.contract.id === contract.id && entry.line === line) amount += entry.amount;
  return amount;
};
/** Lines a contract names now: those it was awarded for, and those its standing changes brought. */
export function linesOf(books: Books, contract: ContractBook): Set<LineId> {
  const lines = new Set(contract.lines);
  for (const entry of books.standing('change')) if (entry.contract.id === contract.id) lines.add(entry.line);
  return lines;
}
export const contractsOn = (books: Books, line: LineId): ContractBook[] =>
  [...books.standing('contract')].map(({ contract }) => contract).filter((one) => linesOf(books, one).has(line));
export const contractedOn = (books: Books, line: LineId): bigint =>
  sum(contractsOn(books, line).map((contract) => amountOf(books, contract, line)));

/** R10: a contract allows its amount with changes; once settled what was audited, less a retention that is not due. */
export function allowedBy(books: Books, contract: ContractBook, line: LineId, day: number): bigint {
  for (const settled of books.standing('settlement'))
    if (settled.contract.id === contract.id && settled.line === line)
      return settled.audited - (day < RETENTION_DUE ? settled.retention : 0n);
  return amountOf(books, contract, line);
}

/** R10 of paying `amount` on a line: its budget, its contracts together, and the one that is named. */
export function spending(books: Books, line: LineId, amount: bigint, day: number, named?: ContractBook): No {
  const budget = LINES[line].amount - books.paidOn(line) - books.directOn(line);
  if (amount > budget) return refused('R10', false);
  const contracts = contractsOn(books, line);
  const together = sum(contracts.map((contract) => allowedBy(books, contract, line, day)));
  if (contracts.length > 0 && amount > together - books.paidOn(line)) return refused('R10', false);
  if (named && amount > allowedBy(books, named, line, day) - books.paidOn(line, named.id)) return refused('R10', false);
  return undefined;
}

export const isProgramme = (grant: string): grant is 'mof' | 'ndrc' =>
  grant in GRANTS && programmeOf(grant) !== undefined;

/** What a source bears of one payment: its own part not refunded, with what it took over on the line from others. */
export function bearableOf(books: Books, payment: PaymentBook, bearer: Bearer): bigint {
  const own = payment.from.find((part) => nameOf(part) === nameOf(bearer))?.amount ?? 0n;
  const ownLeft = own - books.refundedOf(payment, bearer);
  const tookOver = max(0n, books.takenOver(payment.line, bearer));
  return max(0n, min(books.borne(payment.line, bearer), ownLeft + tookOver));
}

/** After the final account only retention is paid; refunds, returns and withdrawals stay open. */
export function isClosed(books: Books): boolean {
  for (const _ of books.standing('final-account')) return true;
  return false;
}
