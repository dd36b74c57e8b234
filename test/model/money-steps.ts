import fc from 'fast-check';
import {
  type Area,
  areaOf,
  type Bearer,
  BOND,
  type Command,
  type Deed,
  type Form,
  GIVERS,
  type Giver,
  GRANT_IDS,
  type GrantId,
  HOUSEHOLD_IDS,
  isOfResidents,
  type LineId,
  LINE_IDS,
  LINES,
  NEXT_YEAR_END,
  ofGiver,
  ofSender,
  type Part,
  SENDER_IDS,
  type SenderId,
  YEAR_END,
} from './money-commands.js';
import { type Books, type ContractBook, max, min, nameOf, sum } from './money-oracle-book.js';
import { shares } from './money-oracle-closing.js';
import {
  allowedBy,
  amountOf,
  bearableOf,
  freeOf,
  grantOf,
  isClosed,
  linesOf,
  poolOf,
  unsentOf,
  withdrawableOf,
} from './money-oracle-rules.js';
import { leftOf } from './money-oracle-promises.js';
import { stillDue } from './money-oracle-year.js';

/** Nobody's money twice in one payment. */
const ALL: readonly Bearer[] = [...SENDER_IDS.map(ofSender), ...GIVERS.map(ofGiver)];

/** A scheme whose money has arrived: three sequences of four begin with it, or most would die before a payment. */
export const FUNDED: readonly Deed[] = [
  { do: 'allocate', grant: 'mof', amount: 30_000n, agreed: false },
  { do: 'disburse', grant: 'mof', amount: 25_000n },
  { do: 'allocate', grant: 'ndrc', amount: 20_000n, agreed: false },
  { do: 'disburse', grant: 'ndrc', amount: 20_000n },
  { do: 'allocate', grant: 'county', amount: 30_000n, agreed: false },
  { do: 'disburse', grant: 'county', amount: 20_000n },
  { do: 'allocate', grant: 'county', line: 'lift', amount: 5_000n, agreed: true },
  { do: 'disburse', grant: 'county', area: 'in-building', amount: 5_000n },
  { do: 'decompose', amount: 15_000n },
  { do: 'allocate', grant: 'bond', amount: 25_000n, agreed: false },
  { do: 'disburse', grant: 'bond', amount: 15_000n },
  { do: 'pledge', source: 'resident-cash', amount: 24_000n, payer: 'h1', area: 'in-building', agreed: false },
  {
    do: 'contribute',
    source: 'resident-cash',
    form: 'cash',
    amount: 20_000n,
    payer: 'h1',
    pledge: 'g12',
    agreed: false,
  },
  { do: 'contribute', source: 'enterprise-donation', form: 'cash', amount: 9_000n, agreed: false },
  { do: 'contribute', source: 'utility-operator', form: 'cash', amount: 8_000n, line: 'water', agreed: false },
  { do: 'accept' },
  { do: 'contract', lines: [{ line: 'road', amount: 30_000n }] },
];

/** Random numbers, read as a command against what the oracle knows: so that most of them hit something. */
export type Dice = {
  readonly what: number;
  readonly which: number;
  readonly other: number;
  readonly line: number;
  readonly amount: number;
  /** The exact limit, one fen above it, or an amount of its own. */
  readonly limit: 'at' | 'above' | 'none';
  readonly day: number;
  /** Most commands are of the first days; some of the end of the year, or of the next. */
  readonly season: 0 | 1 | 2;
  readonly flag: boolean;
  readonly agreed: boolean;
};
export const dice: fc.Arbitrary<Dice> = fc.record({
  what: fc.nat(9_999),
  which: fc.nat(999),
  other: fc.nat(999),
  line: fc.nat(99),
  amount: fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 25_000 })),
  limit: fc.constantFrom('none' as const, 'none' as const, 'none' as const, 'at' as const, 'above' as const),
  day: fc.nat(11),
  season: fc.constantFrom(
    0 as const,
    0 as const,
    0 as const,
    0 as const,
    0 as const,
    0 as const,
    1 as const,
    2 as const,
  ),
  flag: fc.boolean(),
  agreed: fc.boolean(),
});

const pick = <T>(from: readonly T[], index: number): T | undefined =>
  from.length === 0 ? undefined : from[index % from.length];
/** Exactly what is left, one fen more, something within it; now and then whatever the dice say. */
const amountBy = ({ amount, limit, line }: Dice, most: bigint): bigint => {
  if (most <= 0n || (limit === 'none' && line % 7 === 0)) return BigInt(amount);
  if (limit === 'none') return 1n + (BigInt(amount) % most);
  return limit === 'at' ? most : most + 1n;
};
/** Not before the day of what a command rests on; now and then it is. */
const after = (d: Dice, base: { day: number } | undefined): object =>
  base !== undefined && d.line % 9 !== 0 && dayOf(d) < base.day ? { day: base.day + (d.day % 3) } : {};
const named = (d: Dice): { area?: Area; line?: LineId } => {
  if (d.line < 40) return {};
  if (d.line < 50) return { area: 'in-building' };
  return { line: pick(LINE_IDS, d.other)! };
};

/** How often each command is tried, beside the others. */
const TABLE: readonly [often: number, of: (books: Books, d: Dice) => object][] = [
  [12, allocate],
  [3, withdraw],
  [12, disburse],
  [4, (books, d) => ({ do: 'decompose', amount: amountBy(d, freeOf(grantOf(books, 'city'))) })],
  [2, (_, d) => ({ do: 'amend', grant: grantBy(d), amount: BigInt(d.amount) * 2n })],
  [3, returnGrant],
  [3, carryOver],
  [3, lapse],
  [4, serve],
  [3, returnFunds],
  [5, pledge],
  [2, withdrawPledge],
  [12, contribute],
  [4, refund],
  [4, contract],
  [3, change],
  [3, settle],
  [16, pay],
  [5, refundPayment],
  [5, substitute],
  [3, adjustShare],
  [1, () => ({ do: 'accept' })],
  [1, () => ({ do: 'final-account' })],
  [1, (_, d) => ({ do: 'close', through: d.day - 6 })],
  [15, reverse],
];
const ALL_OFTEN = TABLE.reduce((sum, [often]) => sum + often, 0);

export function commandOf(books: Books, d: Dice, n: number): Command {
  let left = d.what % ALL_OFTEN;
  const [, make] = TABLE.find(([often]) => (left -= often) < 0)!;
  const made = make(books, d);
  return { day: dayOf(d), ...made, n } as Command;
}

const dayOf = ({ day, season }: Dice): number => [0, YEAR_END - 6, NEXT_YEAR_END - 6][season]! + day;

const grantBy = (d: Dice): GrantId => pick(GRANT_IDS, d.which)!;
const senderBy = (d: Dice): SenderId => pick(SENDER_IDS, d.which)!;

/** Mostly once its day has come; now and then too early, or for another year. */
const lateBy = (d: Dice, end: number): object => (d.line < 80 ? { day: end + (d.day % 4) } : {});

function returnGrant(books: Books, d: Dice): object {
  const lapsed = GRANT_IDS.filter((one) => grantOf(books, one).lapsed > 0n);
  const grant = (d.flag ? pick(lapsed, d.which) : undefined) ?? grantBy(d);
  const book = grantOf(books, grant);
  const most = freeOf(book) + book.lapsed;
  return { do: 'return-grant', grant, amount: amountBy(d, most), ...(d.season > 0 ? { day: dayOf(d) } : {}) };
}

function carryOver(_: Books, d: Dice): object {
  return { do: 'carry-over', grant: grantBy(d), year: d.other % 8 === 0 ? 2027 : 2026, ...lateBy(d, YEAR_END) };
}

function lapse(_: Books, d: Dice): object {
  return { do: 'lapse', grant: grantBy(d), year: d.other % 8 === 0 ? 2026 : 2027, ...lateBy(d, NEXT_YEAR_END) };
}

function serve(books: Books, d: Dice): object {
  const of = d.flag ? 'interest' : 'principal';
  const dueOn = d.line < 95 ? pick(BOND.dueOn, d.other)! : '2026-06-30';
  return { do: 'serve', of, dueOn, amount: amountBy(d, stillDue(books, of, dueOn)) };
}

/** On or after the day of what is reversed; now and then before. */
function reverse(books: Books, d: Dice): object {
  const entry = pick(books.entries, d.which)!;
  return { do: 'reverse', entry: entry.n, otherLeg: d.flag, ...after(d, entry) };
}

const payerOf = (source: Giver, d: Dice): object =>
  isOfResidents(source) ? { payer: pick(HOUSEHOLD_IDS, d.day)! } : {};

function pledge(_: Books, d: Dice): object {
  const source = pick(GIVERS, d.which)!;
  return { do: 'pledge', source, ...named(d), amount: BigInt(d.amount), ...payerOf(source, d), agreed: d.agreed };
}

function withdrawPledge(books: Books, d: Dice): object {
  const found = pick(books.pledges, d.which);
  return { do: 'withdraw-pledge', pledge: found?.id ?? 'none', ...after(d, found) };
}

function adjustShare(books: Books, d: Dice): object {
  const line = pick(['power', 'lift', 'roof', 'power', 'lift', 'road'] as const, d.line)!;
  const household = pick(HOUSEHOLD_IDS, d.which)!;
  const borneBy = d.flag ? HOUSEHOLD_IDS.find((one) => one !== household)! : 'county-grant';
  return { do: 'adjust-share', household, line, amount: amountBy(d, shares(books, line)[household]), borneBy };
}

function allocate(books: Books, d: Dice): object {
  const grant = senderBy(d);
  return { do: 'allocate', grant, ...named(d), amount: amountBy(d, freeOf(grantOf(books, grant))), agreed: d.agreed };
}

/** Those of whom a figure is above zero, mostly. */
function senderWith(d: Dice, of: (sender: SenderId) => bigint): SenderId {
  const some = d.line % 8 === 0 ? [] : SENDER_IDS.filter((one) => of(one) > 0n);
  return pick(some, d.which) ?? senderBy(d);
}

function withdraw(books: Books, d: Dice): object {
  const grant = senderWith(d, (one) => sum(grantOf(books, one).allocated.values()));
  const marks = [...grantOf(books, grant).marked].filter(([, amount]) => amount > 0n);
  const marked = d.flag ? pick(marks, d.other) : undefined;
  const place = marked ? { line: marked[0].split('|')[1] as LineId } : named({ ...d, line: d.line % 60 });
  const amount = amountBy(
    d,
    withdrawableOf(grantOf(books, grant), areaOf(place), 'line' in place ? place.line : undefined),
  );
  return { do: 'withdraw', grant, ...place, amount };
}

function disburse(books: Books, d: Dice): object {
  const unsent = (area: Area) => (one: SenderId) => unsentOf(grantOf(books, one), area);
  const area: Area = d.line < 80 ? 'public-area' : 'in-building';
  const grant = senderWith(d, unsent(area));
  return { do: 'disburse', grant, area, amount: amountBy(d, unsent(area)(grant)) };
}

function returnFunds(books: Books, d: Dice): object {
  const area: Area = d.line < 80 ? 'public-area' : 'in-building';
  const from = ofSender(senderWith(d, (one) => poolOf(books, ofSender(one), area)));
  return { do: 'return-funds', from, area, amount: amountBy(d, poolOf(books, from, area)) };
}

const FORMS: Readonly<Record<Giver, readonly Form[]>> = {
  'resident-cash': ['cash'],
  'resident-donation': ['cash', 'goods', 'labour'],
  'enterprise-donation': ['cash', 'goods', 'direct-payment'],
  'social-capital': ['cash', 'direct-payment'],
  'utility-operator': ['cash', 'direct-payment'],
  'telecom-operator': ['cash', 'direct-payment'],
};

function contribute(books: Books, d: Dice): object {
  if (d.flag && books.pledges.length > 0) return onPledge(books, d);
  const source = pick(GIVERS, d.which)!;
  const form = pick(FORMS[source], d.other)!;
  const where = form === 'direct-payment' ? { line: pick(LINE_IDS, d.other)! } : named(d);
  const payer = payerOf(source, d);
  return { do: 'contribute', source, form, amount: BigInt(d.amount), ...where, ...payer, agreed: d.agreed };
}

/** Mostly as it was promised: by whom, for which area; in part or more than that. */
function onPledge(books: Books, d: Dice): object {
  const promised = pick(books.pledges, d.which)!;
  const source = d.line < 95 ? promised.giver : pick(GIVERS, d.other)!;
  const form = pick(FORMS[source], d.other)!;
  const own =
    promised.line ??
    pick(
      LINE_IDS.filter((one) => LINES[one].area === promised.area),
      d.other,
    )!;
  const where = form === 'direct-payment' || d.line % 3 === 0 ? { line: own } : d.line < 85 ? {} : named(d);
  const payer = promised.payer !== undefined && d.line % 20 !== 0 ? { payer: promised.payer } : payerOf(source, d);
  const amount = amountBy(d, promised.amount);
  return { do: 'contribute', source, form, amount, ...where, pledge: promised.id, ...payer, agreed: d.agreed };
}

function refund(books: Books, d: Dice): object {
  const contribution = pick(books.contributions, d.which);
  if (!contribution && d.line % 4 > 0) return contribute(books, d);
  const there = contribution ? poolOf(books, contribution, contribution.area) : 0n;
  const left = contribution ? leftOf(books, contribution) : 0n;
  const most = contribution?.form === 'cash' ? min(there, left) : left;
  const id = contribution?.id ?? 'none';
  return { do: 'refund', contribution: id, amount: amountBy(d, most), ...after(d, contribution) };
}

function contract(_: Books, d: Dice): object {
  const [one, two] = [pick(LINE_IDS, d.line)!, pick(LINE_IDS, d.other)!];
  const lines = [...new Set(d.flag ? [one, two] : [one])];
  return { do: 'contract', lines: lines.map((line) => ({ line, amount: BigInt(d.amount) })) };
}

function change(books: Books, d: Dice): object {
  const found = pick(books.contracts, d.which);
  if (!found && d.line % 4 > 0) return contract(books, d);
  const own = found && !books.isReversed('contract', found.id) ? [...linesOf(books, found)] : [];
  const line = pick(d.line < 70 && own.length > 0 ? own : LINE_IDS, d.other)!;
  const amount = d.flag || !found ? BigInt(d.amount) : -amountBy(d, max(1n, amountOf(books, found, line)));
  return { do: 'change', contract: found?.id ?? 'none', line, amount, ...after(d, found) };
}

function settle(books: Books, d: Dice): object {
  const found = pick(books.contracts, d.which);
  if (!found && d.line % 4 > 0) return contract(books, d);
  const line = pick(found && d.line < 90 ? [...linesOf(books, found)] : LINE_IDS, d.other)!;
  const audited = amountBy(d, found ? amountOf(books, found, line) : 0n);
  return { do: 'settle', contract: found?.id ?? 'none', line, audited, retention: audited / 10n, ...after(d, found) };
}

/** Mostly those who have money in the area of the line. */
function bearers(books: Books, d: Dice, line: LineId): readonly Bearer[] {
  const rich = ALL.filter((one) => poolOf(books, one, LINES[line].area) > 0n);
  return d.line % 10 === 0 || rich.length === 0 ? ALL : rich;
}

const OFTEN: readonly LineId[] = ['road', 'road', 'road', 'water', 'water', 'roof', 'power', 'lift', 'duct', 'cut'];

function pay(books: Books, d: Dice): object {
  const settled = d.which % 5 === 0 ? pick(books.standing('settlement'), d.other) : undefined;
  if (settled) return paySettled(books, d, settled);
  const line = pick(OFTEN, d.line)!;
  const able = bearers(books, d, line);
  const one = pick(able, d.which)!;
  const two = pick(able, d.other)!;
  const part = (bearer: Bearer, most: bigint): Part => ({ ...bearer, amount: most });
  const left = LINES[line].amount - books.paidOn(line) - books.directOn(line);
  const there = poolOf(books, one, LINES[line].area);
  const first = part(one, amountBy(d, d.other % 3 === 0 ? there : min(there, left)));
  const from = d.flag && nameOf(one) !== nameOf(two) ? [first, part(two, BigInt(1 + (d.amount % 997)))] : [first];
  const contracts = books.contracts.filter((each) => d.other % 5 === 0 || linesOf(books, each).has(line));
  const found = d.other % 2 === 0 ? pick(contracts, d.which) : undefined;
  return {
    do: 'pay',
    line,
    from,
    ...(found ? { contract: found.id } : {}),
    operation: d.other % 29 === 0,
    held: isClosed(books) ? d.line % 2 === 0 : d.line % 9 === 0,
    agreed: d.agreed,
  };
}

/** To what was audited, less the retention until its day. */
function paySettled(books: Books, d: Dice, { contract, line }: { contract: ContractBook; line: LineId }): object {
  const [bearer] = bearers(books, { ...d, line: 1 }, line);
  const most = allowedBy(books, contract, line, dayOf(d)) - books.paidOn(line, contract.id);
  const from = [{ ...bearer!, amount: min(amountBy(d, most), max(1n, poolOf(books, bearer!, LINES[line].area))) }];
  return { do: 'pay', line, from, contract: contract.id, operation: false, held: d.flag, agreed: d.agreed };
}

function refundPayment(books: Books, d: Dice): object {
  const payment = pick(books.payments, d.which);
  if (!payment) return d.line % 4 > 0 ? pay(books, d) : { do: 'refund-payment', payment: 'none', amount: 1n };
  const bearer = pick(d.line < 50 ? payment.from : ALL.filter((one) => books.borne(payment.line, one) > 0n), d.other);
  const amount = amountBy(d, bearer ? bearableOf(books, payment, bearer) : 0n);
  const to = d.flag && bearer ? { to: [{ source: bearer.source, reference: bearer.reference, amount }] } : {};
  return { do: 'refund-payment', payment: payment.id, amount, ...to, ...after(d, payment) };
}

function substitute(books: Books, d: Dice): object {
  if (books.payments.length === 0 && d.line % 4 > 0) return pay(books, d);
  const borne = LINE_IDS.filter((line) => ALL.some((one) => books.borne(line, one) > 0n));
  const line = pick(d.line < 95 && borne.length > 0 ? borne : LINE_IDS, d.which)!;
  const payers = ALL.filter((one) => books.borne(line, one) > 0n);
  const from = pick(payers.length > 0 ? payers : ALL, d.other)!;
  const to = pick(bearers(books, d, line), d.which + d.other)!;
  const most = min(books.borne(line, from), d.flag ? poolOf(books, to, LINES[line].area) : books.borne(line, from));
  return { do: 'substitute', line, from, to, amount: amountBy(d, most), agreed: d.agreed };
}
