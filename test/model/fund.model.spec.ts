import fc from 'fast-check';
import {
  FUND,
  type FundCommand,
  type FundCommandTo,
  type FundDeed,
  HOLDER_IDS,
  OF_SCHEME,
  UNIT,
} from './fund-commands.js';
import { decideFund } from './fund-oracle.js';
import { FundBooks } from './fund-oracle-book.js';
import { fundCommandOf, type FundDice, fundDice, OPENED } from './fund-steps.js';
import { FundWorld, type FundWrong } from './fund-world.js';
import { OK } from './money-commands.js';
import { shown, Tally } from './tally.js';

const RUNS = Number(process.env['MODEL_RUNS'] ?? 500);
const LONGEST = 60;
const seed = process.env['MODEL_SEED'] ? { seed: Number(process.env['MODEL_SEED']) } : {};

type Model = { readonly books: FundBooks; readonly played: [said: string, command: object][]; n: number };
type Real = { readonly world: FundWorld };
const tally = new Tally();

/** One random command: the oracle says what must happen, the deciders must do just that. */
class Step implements fc.Command<Model, Real> {
  constructor(
    private readonly rolled: FundDice,
    private readonly isWatched: boolean,
  ) {}
  check = () => true;

  run(model: Model, { world }: Real): void {
    const command = fundCommandOf(model.books, this.rolled, model.n++);
    const expected = decideFund(model.books, command);
    if (this.isWatched) tally.count(command.do, expected);
    model.played.push([expected, command]);
    const verdict = world.run(command);
    if (verdict !== expected) fails(model, `the service says ${verdict}, the oracle ${expected}`);
    if (this.isWatched && model.n % 10 === 0) holds(model, world);
  }

  toString = () => '';
}

function fails({ played }: Model, what: string): never {
  throw new Error([what, ...played.map(([said, command]) => `${said}: ${shown(command)}`)].join('\n'));
}

/** Every sub-account, due and reservation is what the oracle sums; nothing is overdrawn, every book at zero. */
function holds(model: Model, { ledger: { balances } }: FundWorld): void {
  const { books } = model;
  const wrong: string[] = [];
  const same = (path: string, expected: bigint) => {
    const told = balances.get(path) ?? 0n;
    if (told !== expected) wrong.push(`${path} is ${told}, should be ${expected}`);
  };
  for (const holder of HOLDER_IDS) {
    const own = holder === UNIT ? `unit:${holder}` : holder;
    const balance = books.balance.get(holder)!;
    same(`cash:fund:${FUND}:${own}`, balance);
    same(`cash:fund:${FUND}:due:${own}`, -books.due(holder));
    same(`commitment:fund:${FUND}:${own}`, books.reserved(holder));
    if (balance < 0n || books.due(holder) < 0n) wrong.push(`${holder} is overdrawn`);
  }
  for (const draw of books.draws) {
    same(`cash:scheme:${OF_SCHEME}:maintenance-fund:${draw.id}:public-area`, books.pool(draw));
    same(`cash:in-transit:${draw.id}:${OF_SCHEME}`, 0n);
    same(`cash:in-transit:${OF_SCHEME}:${draw.id}`, 0n);
  }
  same(`cash:paid:${OF_SCHEME}:roof`, books.spent());
  if (books.free() < 0n) wrong.push(`more is reserved than there is: ${books.free()}`);
  const sums = new Map<string, bigint>();
  for (const [path, amount] of balances) {
    const book = path.slice(0, path.indexOf(':'));
    sums.set(book, (sums.get(book) ?? 0n) + amount);
  }
  for (const [book, amount] of sums) if (amount !== 0n) wrong.push(`the book ${book} sums to ${amount}`);
  if (wrong.length > 0) fails(model, wrong.join('; '));
}

function started(deeds: readonly FundDeed[], wrong: FundWrong): { model: Model; real: Real } {
  const model: Model = { books: new FundBooks(), played: [[deeds.length > 0 ? 'opened' : 'empty', {}]], n: 1 };
  const both = { model, real: { world: new FundWorld(wrong) } };
  for (const deed of deeds) {
    const command = { ...deed, n: model.n++ } as FundCommand;
    const [expected, verdict] = [decideFund(model.books, command), both.real.world.run(command)];
    if (expected !== OK || verdict !== OK) fails(model, `${shown(command)}: ${verdict}, the oracle ${expected}`);
  }
  return both;
}

const lives = (isWatched: boolean, wrong: FundWrong = {}) =>
  fc.property(
    fc.nat(3),
    fc.commands([fundDice.map((rolled) => new Step(rolled, isWatched))], { maxCommands: LONGEST, size: 'max' }),
    (start, played) => {
      const both = started(start > 0 ? OPENED : [], wrong);
      fc.modelRun(() => both, played);
      if (isWatched) holds(both.model, both.real.world);
    },
  );

const hearing = <Do extends FundDeed['do']>(what: Do, as: (command: FundCommandTo<Do>) => object): FundWrong => ({
  hears: (command) => (command.do === what ? (as(command as FundCommandTo<Do>) as FundCommand) : command),
});
/** Faults somebody might make, each in one place. */
const FAULTS: readonly [fault: string, wrong: FundWrong][] = [
  [
    'a draw a fen smaller than it was asked',
    hearing('propose', (one) => ({ ...one, amount: one.amount > 1n ? one.amount - 1n : 1n })),
  ],
  ['a scope that is not looked at', hearing('propose', ({ scope: _, ...rest }) => rest)],
  ['a vote that is not counted', hearing('propose', (one) => ({ ...one, vote: 'carries' }))],
  ['interest shared by area', hearing('income', (one) => ({ ...one, kind: 'salvage' }))],
  [
    'a collection a fen too small',
    hearing('collect', (one) => ({ ...one, amount: one.amount > 1n ? one.amount - 1n : 1n })),
  ],
];

describe('random lives of a maintenance fund, against an oracle that shares no code with the service', () => {
  it(`agrees on every command, its rule and every sub-account, in ${RUNS} sequences`, () => {
    const from = Date.now();
    fc.assert(lives(true), { numRuns: RUNS, ...seed });
    if (RUNS > 500) tally.report(`${RUNS} sequences in ${Math.round((Date.now() - from) / 1_000)} s`);
  }, 7_200_000);

  it.each(FAULTS)('would find %s', (_, wrong) => {
    const { failed } = fc.check(lives(false, wrong), { numRuns: 500, endOnFailure: true, ...seed });
    expect(failed).toBe(true);
  });

  afterAll(() => {
    expect(tally.acceptedShare()).toBeGreaterThan(0.3);
    expect(tally.neverAccepted()).toEqual([]);
  });
});
