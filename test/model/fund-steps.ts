import fc from 'fast-check';
import { FLAT_IDS, type FlatId, type FundCommand, type FundDeed, HOLDER_IDS } from './fund-commands.js';
import { type DrawBook, type FundBooks, paidOf, refundableOf, unpaidOf } from './fund-oracle-book.js';

/** A fund with money and one draw paid in part: three sequences of four begin with it. */
export const OPENED: readonly FundDeed[] = [
  {
    do: 'deposit',
    entries: [
      { holder: 'h1', amount: 60_000n },
      { holder: 'h2', amount: 30_000n },
      { holder: 'h3', amount: 2_000n },
    ],
  },
  { do: 'deposit', entries: [{ holder: 'u2', amount: 9_000n }] },
  { do: 'propose', amount: 40_001n, toScheme: true, vote: 'carries', isPipe: false },
  { do: 'approve', draw: 'd3' },
  { do: 'pay', draw: 'd3', amount: 25_000n },
  { do: 'propose', scope: ['h2', 'h3'], amount: 12_000n, toScheme: false, vote: 'carries', isPipe: false },
  { do: 'approve', draw: 'd6' },
  { do: 'pay', draw: 'd6', amount: 12_000n },
];

export type FundDice = {
  readonly what: number;
  readonly which: number;
  readonly other: number;
  readonly chance: number;
  readonly amount: number;
  readonly limit: 'at' | 'above' | 'none';
  readonly flag: boolean;
};
export const fundDice: fc.Arbitrary<FundDice> = fc.record({
  what: fc.nat(9_999),
  which: fc.nat(999),
  other: fc.nat(999),
  chance: fc.nat(99),
  amount: fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 30_000 })),
  limit: fc.constantFrom('none' as const, 'none' as const, 'at' as const, 'above' as const),
  flag: fc.boolean(),
});

const pick = <T>(from: readonly T[], index: number): T | undefined =>
  from.length === 0 ? undefined : from[index % from.length];
const amountBy = ({ amount, limit, chance }: FundDice, most: bigint): bigint => {
  if (most <= 0n || (limit === 'none' && chance % 9 === 0)) return BigInt(amount);
  if (limit === 'none') return 1n + (BigInt(amount) % most);
  return limit === 'at' ? most : most + 1n;
};

const TABLE: readonly [often: number, of: (books: FundBooks, d: FundDice) => object][] = [
  [10, deposit],
  [6, (_, d) => ({ do: 'income', kind: d.flag ? 'interest' : 'salvage', amount: BigInt(d.amount) })],
  [9, propose],
  [12, (books, d) => ({ do: 'approve', draw: drawBy(books, d, ({ state }) => state === 'proposed').id })],
  [3, (books, d) => ({ do: 'reject', draw: drawBy(books, d, ({ state }) => state === 'approved').id })],
  [14, onDraw('pay', ({ state }) => state === 'approved', unpaidOf)],
  [6, onDraw('refund', (draw) => !draw.toScheme && paidOf(draw) > 0n, refundableOf)],
  [7, collect],
  [3, (books, d) => ({ do: 'close-account', flat: pick(closable(books, d), d.which) })],
  [5, (books, d) => onPool(books, d, 'spend')],
  [6, (books, d) => onPool(books, d, 'return')],
  [16, reverse],
];
const ALL_OFTEN = TABLE.reduce((sum, [often]) => sum + often, 0);

export function fundCommandOf(books: FundBooks, d: FundDice, n: number): FundCommand {
  let left = d.what % ALL_OFTEN;
  const [, make] = TABLE.find(([often]) => (left -= often) < 0)!;
  return { ...make(books, d), n } as FundCommand;
}

/** Mostly those nobody waits for. */
const closable = (books: FundBooks, d: FundDice): readonly FlatId[] => {
  const some = FLAT_IDS.filter((one) => books.due(one) === 0n && books.reserved(one) === 0n);
  return d.chance < 70 && some.length > 0 ? some : FLAT_IDS;
};

const NONE = { id: 'none' } as DrawBook;
/** Mostly one of those the command is for. */
function drawBy(books: FundBooks, d: FundDice, fits: (draw: DrawBook) => boolean): DrawBook {
  const some = d.chance < 85 ? books.draws.filter(fits) : [];
  return pick(some, d.which) ?? pick(books.draws, d.which) ?? NONE;
}

function deposit(books: FundBooks, d: FundDice): object {
  const open = HOLDER_IDS.filter((one) => d.chance < 5 || !books.closed.has(one));
  const [one, two] = [pick(open, d.which)!, pick(open, d.other)!];
  const holders = d.flag && one !== two ? [one, two] : [one];
  return { do: 'deposit', entries: holders.map((holder) => ({ holder, amount: BigInt(d.amount) })) };
}

function propose(books: FundBooks, d: FundDice): object {
  const open = d.chance < 8 ? FLAT_IDS : books.openFlats();
  const some = [...new Set([pick(open, d.which), pick(open, d.other)])].filter((flat) => flat !== undefined);
  const scope = d.chance % 3 === 0 && some.length > 0 ? { scope: some } : {};
  const vote = (['fails', 'none', 'emergency'] as const)[d.chance] ?? (d.chance % 7 === 0 ? 'emergency' : 'carries');
  const amount = amountBy(d, books.free());
  return { do: 'propose', ...scope, amount, toScheme: d.flag, vote, isPipe: d.other % 25 === 0 };
}

function onDraw(what: string, fits: (draw: DrawBook) => boolean, most: (draw: DrawBook) => bigint) {
  return (books: FundBooks, d: FundDice): object => {
    const draw = drawBy(books, d, fits);
    return { do: what, draw: draw.id, amount: amountBy(d, draw === NONE ? 0n : most(draw)) };
  };
}

function reverse(books: FundBooks, d: FundDice): object {
  const entries = books.entries.filter(
    (entry) => d.chance < 10 || (!entry.reversed && ('moved' in entry || entry.is === 'spending')),
  );
  return { do: 'reverse', entry: pick(entries, d.which)?.n ?? 99, otherLeg: d.flag };
}

function collect(books: FundBooks, d: FundDice): object {
  const owes = (draw: DrawBook) => [...draw.shares].filter(([, { due }]) => due > 0n);
  const draw = drawBy(books, d, (one) => owes(one).length > 0);
  const [holder, share] = (draw === NONE ? undefined : pick(owes(draw), d.other)) ?? [
    pick(HOLDER_IDS, d.other)!,
    { due: 0n },
  ];
  return { do: 'collect', draw: draw.id, holder, amount: amountBy(d, share.due) };
}

function onPool(books: FundBooks, d: FundDice, what: 'spend' | 'return'): object {
  const draw = drawBy(books, d, (one) => books.pool(one) > 0n);
  return { do: what, draw: draw.id, amount: amountBy(d, draw === NONE ? 0n : books.pool(draw)) };
}
