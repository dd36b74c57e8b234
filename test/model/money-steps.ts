import fc from 'fast-check';
import {
  type Area,
  type Bearer,
  type Command,
  type Deed,
  GIVERS,
  type Giver,
  GRANT_IDS,
  type GrantId,
  type LineId,
  LINE_IDS,
  LINES,
  ofGiver,
  ofGrant,
  type Part,
} from './money-commands.js';
import { type Books, max, nameOf } from './money-oracle-book.js';
import { amountOf, bearableOf, freeOf, grantOf, linesOf, poolOf, unsentOf } from './money-oracle-rules.js';

/** Nobody's money twice in one payment. */
const ALL: readonly Bearer[] = [...GRANT_IDS.map(ofGrant), ...GIVERS.map(ofGiver)];

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
  { do: 'contribute', source: 'resident-cash', form: 'cash', amount: 20_000n, area: 'in-building', agreed: false },
  { do: 'contribute', source: 'enterprise-donation', form: 'cash', amount: 9_000n, agreed: false },
  { do: 'contribute', source: 'utility-operator', form: 'cash', amount: 8_000n, line: 'water', agreed: false },
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
  readonly flag: boolean;
  readonly agreed: boolean;
};
export const dice: fc.Arbitrary<Dice> = fc.record({
  what: fc.nat(99),
  which: fc.nat(999),
  other: fc.nat(999),
  line: fc.nat(99),
  amount: fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 25_000 })),
  limit: fc.constantFrom('none' as const, 'none' as const, 'none' as const, 'at' as const, 'above' as const),
  day: fc.nat(11),
  flag: fc.boolean(),
  agreed: fc.boolean(),
});

const pick = <T>(from: readonly T[], index: number): T | undefined =>
  from.length === 0 ? undefined : from[index % from.length];
const amountBy = ({ amount, limit }: Dice, most: bigint): bigint => {
  if (limit === 'none' || most <= 0n) return BigInt(amount);
  return limit === 'at' ? most : most + 1n;
};
const named = (d: Dice): { area?: Area; line?: LineId } => {
  if (d.line < 40) return {};
  if (d.line < 50) return { area: 'in-building' };
  return { line: pick(LINE_IDS, d.other)! };
};

/** How often each command is tried, of a hundred. */
const TABLE: readonly [below: number, of: (books: Books, d: Dice) => object][] = [
  [12, allocate],
  [15, withdraw],
  [27, disburse],
  [31, (books, d) => ({ do: 'decompose', amount: amountBy(d, freeOf(grantOf(books, 'city'))) })],
  [33, (_, d) => ({ do: 'amend', grant: grantBy(d), amount: BigInt(d.amount) * 2n })],
  [
    35,
    (books, d) => ({ do: 'return-grant', grant: grantBy(d), amount: amountBy(d, freeOf(grantOf(books, grantBy(d)))) }),
  ],
  [38, returnFunds],
  [47, contribute],
  [50, refund],
  [54, contract],
  [57, change],
  [60, settle],
  [76, pay],
  [81, refundPayment],
  [86, substitute],
  [87, (_, d) => ({ do: 'close', through: d.day - 6 })],
  [100, (books, d) => ({ do: 'reverse', entry: pick(books.entries, d.which)!.n, otherLeg: d.flag })],
];

export function commandOf(books: Books, d: Dice, n: number): Command {
  const [, make] = TABLE.find(([below]) => d.what < below)!;
  return { ...make(books, d), n, day: d.day } as Command;
}

const grantBy = (d: Dice): GrantId => pick(GRANT_IDS, d.which)!;
const areaOf = ({ area, line }: { area?: Area; line?: LineId }): Area =>
  line === undefined ? (area ?? 'public-area') : LINES[line].area;

function allocate(books: Books, d: Dice): object {
  const grant = grantBy(d);
  return { do: 'allocate', grant, ...named(d), amount: amountBy(d, freeOf(grantOf(books, grant))), agreed: d.agreed };
}

function withdraw(books: Books, d: Dice): object {
  const place = named(d);
  const amount = amountBy(d, unsentOf(grantOf(books, grantBy(d)), areaOf(place)));
  return { do: 'withdraw', grant: grantBy(d), ...place, amount };
}

function disburse(books: Books, d: Dice): object {
  const area: Area = d.line < 80 ? 'public-area' : 'in-building';
  const most = unsentOf(grantOf(books, grantBy(d)), area);
  return { do: 'disburse', grant: grantBy(d), area, amount: amountBy(d, most) };
}

function returnFunds(books: Books, d: Dice): object {
  const from = ofGrant(grantBy(d));
  const area: Area = d.line < 80 ? 'public-area' : 'in-building';
  return { do: 'return-funds', from, area, amount: amountBy(d, poolOf(books, from, area)) };
}

function contribute(_: Books, d: Dice): object {
  const source = pick(GIVERS, d.which)! as Giver;
  const place = named(d);
  const forms =
    source === 'resident-cash'
      ? ['cash']
      : source === 'enterprise-donation'
        ? ['cash', 'goods', 'direct-payment']
        : ['cash', 'direct-payment'];
  const form = pick(forms, d.other)!;
  const where = form === 'direct-payment' ? { line: pick(LINE_IDS, d.other)! } : place;
  return { do: 'contribute', source, form, amount: BigInt(d.amount), ...where, agreed: d.agreed };
}

function refund(books: Books, d: Dice): object {
  const contribution = pick(books.contributions, d.which);
  const most = contribution ? poolOf(books, contribution, contribution.area) : 0n;
  return { do: 'refund', contribution: contribution?.id ?? 'none', amount: amountBy(d, most) };
}

function contract(_: Books, d: Dice): object {
  const [one, two] = [pick(LINE_IDS, d.line)!, pick(LINE_IDS, d.other)!];
  const lines = [...new Set(d.flag ? [one, two] : [one])];
  return { do: 'contract', lines: lines.map((line) => ({ line, amount: BigInt(d.amount) })) };
}

function change(books: Books, d: Dice): object {
  const found = pick(books.contracts, d.which);
  const own = found && !books.isReversed('contract', found.id) ? [...linesOf(books, found)] : [];
  const line = pick(d.line < 70 && own.length > 0 ? own : LINE_IDS, d.other)!;
  const amount = d.flag || !found ? BigInt(d.amount) : -amountBy(d, max(1n, amountOf(books, found, line)));
  return { do: 'change', contract: found?.id ?? 'none', line, amount };
}

function settle(books: Books, d: Dice): object {
  const found = pick(books.contracts, d.which);
  const line = pick(found && d.line < 80 ? [...linesOf(books, found)] : LINE_IDS, d.other)!;
  const audited = amountBy(d, found ? amountOf(books, found, line) : 0n);
  return { do: 'settle', contract: found?.id ?? 'none', line, audited, retention: audited / 10n };
}

/** Mostly those who have money in the area of the line. */
function bearers(books: Books, d: Dice, line: LineId): readonly Bearer[] {
  const rich = ALL.filter((one) => poolOf(books, one, LINES[line].area) > 0n);
  return d.line % 10 === 0 || rich.length === 0 ? ALL : rich;
}

const OFTEN: readonly LineId[] = ['road', 'road', 'road', 'water', 'water', 'roof', 'power', 'lift', 'duct', 'cut'];

function pay(books: Books, d: Dice): object {
  const line = pick(OFTEN, d.line)!;
  const able = bearers(books, d, line);
  const one = pick(able, d.which)!;
  const two = pick(able, d.other)!;
  const part = (bearer: Bearer, most: bigint): Part => ({ ...bearer, amount: most });
  const first = part(one, amountBy(d, poolOf(books, one, LINES[line].area)));
  const from = d.flag && nameOf(one) !== nameOf(two) ? [first, part(two, BigInt(1 + (d.amount % 997)))] : [first];
  const contracts = books.contracts.filter((each) => d.other % 5 === 0 || linesOf(books, each).has(line));
  const found = d.other % 2 === 0 ? pick(contracts, d.which) : undefined;
  return {
    do: 'pay',
    line,
    from,
    ...(found ? { contract: found.id } : {}),
    operation: d.other % 19 === 0,
    agreed: d.agreed,
  };
}

function refundPayment(books: Books, d: Dice): object {
  const payment = pick(books.payments, d.which);
  if (!payment) return { do: 'refund-payment', payment: 'none', amount: 1n };
  const bearer = pick(d.line < 50 ? payment.from : ALL.filter((one) => books.borne(payment.line, one) > 0n), d.other);
  const amount = amountBy(d, bearer ? bearableOf(books, payment, bearer) : 0n);
  const to = d.flag && bearer ? { to: [{ source: bearer.source, reference: bearer.reference, amount }] } : {};
  return { do: 'refund-payment', payment: payment.id, amount, ...to };
}

function substitute(books: Books, d: Dice): object {
  const line = pick(
    d.line < 90 && books.payments.length > 0 ? books.payments.map((one) => one.line) : LINE_IDS,
    d.which,
  )!;
  const payers = ALL.filter((one) => books.borne(line, one) > 0n);
  const from = pick(payers.length > 0 ? payers : ALL, d.other)!;
  const to = pick(bearers(books, d, line), d.which + d.other)!;
  return { do: 'substitute', line, from, to, amount: amountBy(d, books.borne(line, from)), agreed: d.agreed };
}
