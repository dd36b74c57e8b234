import fc from 'fast-check';
import { areaOf, type Command, type CommandTo, type Deed, OK } from './money-commands.js';
import { wrongIn } from './money-holds.js';
import { Books } from './money-oracle-book.js';
import { decide } from './money-oracle.js';
import { commandOf, dice, type Dice, FUNDED } from './money-steps.js';
import { shown, Tally } from './tally.js';
import { World, type Wrong } from './money-world.js';

const RUNS = Number(process.env['MODEL_RUNS'] ?? 500);
const LONGEST = 60;

type Model = { readonly books: Books; readonly played: [said: string, command: object][]; n: number };
type Real = { readonly world: World };
const tally = new Tally();

/** One random command: the oracle says what must happen, the deciders must do just that. */
class Step implements fc.Command<Model, Real> {
  constructor(
    private readonly rolled: Dice,
    private readonly isWatched: boolean,
  ) {}
  check = () => true;

  run(model: Model, { world }: Real): void {
    const command = commandOf(model.books, this.rolled, model.n++);
    const expected = decide(model.books, command);
    if (this.isWatched) tally.count(command.do, expected);
    model.played.push([expected, command]);
    const verdict = world.run(command);
    if (verdict !== expected) fails(model, `the service says ${verdict}, the oracle ${expected}`);
    if (this.isWatched && model.n % 10 === 0) holdsNow(model, world);
  }

  toString = () => '';
}

function holdsNow(model: Model, world: World): void {
  const wrong = wrongIn(model.books, world);
  if (wrong.length > 0) fails(model, wrong.join('; '));
}

function fails({ played }: Model, what: string): never {
  throw new Error([what, ...played.map(([said, command]) => `${said}: ${shown(command)}`)].join('\n'));
}

function started(deeds: readonly Deed[], wrong: Wrong): { model: Model; real: Real } {
  const model: Model = { books: new Books(), played: [[deeds.length > 0 ? 'funded' : 'empty', {}]], n: 1 };
  const both = { model, real: { world: new World(wrong) } };
  for (const deed of deeds) {
    const command = { ...deed, n: both.model.n++, day: 0 } as Command;
    const [expected, verdict] = [decide(both.model.books, command), both.real.world.run(command)];
    if (expected !== OK || verdict !== OK) fails(both.model, `${shown(command)}: ${verdict}, the oracle ${expected}`);
  }
  return both;
}

/** A life: of an empty scheme or, three times of four, of one whose money has arrived. */
const lives = (isWatched: boolean, wrong: Wrong = {}) =>
  fc.property(
    fc.nat(3),
    fc.commands([dice.map((rolled) => new Step(rolled, isWatched))], { maxCommands: LONGEST, size: 'max' }),
    (start, played) => {
      const both = started(start > 0 ? FUNDED : [], wrong);
      fc.modelRun(() => both, played);
      if (isWatched) holdsNow(both.model, both.real.world);
    },
  );
const seed = process.env['MODEL_SEED'] ? { seed: Number(process.env['MODEL_SEED']) } : {};

/** Faults somebody might make, each in one place. */
const FAULTS: readonly [fault: string, wrong: Wrong][] = [
  ['one fen more in every award than there is', { fen: 1n }],
  ['a retention that is not kept', hearing('settle', (command) => ({ ...command, retention: 0n }))],
  [
    'gifts in kind taken for cash',
    hearing('contribute', (one) => (one.form === 'goods' ? { ...one, form: 'cash' } : one)),
  ],
  ['a contribution booked without its pledge', hearing('contribute', ({ pledge: _, ...rest }) => rest)],
  ['an operating payment taken for construction', hearing('pay', (command) => ({ ...command, operation: false }))],
  ['payments after the final account', hearing('pay', (command) => ({ ...command, held: true }))],
  [
    'an allocation without its mark',
    hearing('allocate', ({ line, ...rest }) => ({ ...rest, area: areaOf({ ...rest, ...(line ? { line } : {}) }) })),
  ],
  ['a lapse of any year', hearing('lapse', (command) => ({ ...command, year: 2027 }))],
  ['a year closed too early', hearing('carry-over', (command) => ({ ...command, day: command.day + 400 }))],
  ['principal paid twice', hearing('serve', (command) => ({ ...command, of: 'interest' }))],
  ['a share lowered by nothing', hearing('adjust-share', (command) => ({ ...command, amount: 1n }))],
];

function hearing<Do extends Deed['do']>(what: Do, as: (command: CommandTo<Do>) => object): Wrong {
  return { hears: (command) => (command.do === what ? (as(command as CommandTo<Do>) as Command) : command) };
}

describe('random lives of a scheme and its money, against an oracle that shares no code with the service', () => {
  it(`agrees on every command, its rule and every balance, in ${RUNS} sequences`, () => {
    const from = Date.now();
    fc.assert(lives(true), { numRuns: RUNS, ...seed });
    if (RUNS > 500) tally.report(`${RUNS} sequences in ${Math.round((Date.now() - from) / 1_000)} s`);
  }, 7_200_000);

  it.each(FAULTS)('would find %s', (_, wrong) => {
    const { failed } = fc.check(lives(false, wrong), { numRuns: 1_000, endOnFailure: true, ...seed });
    expect(failed).toBe(true);
  });

  // A model that only ever refuses would prove nothing: every kind of command gets through, and not only now and then.
  afterAll(() => {
    expect(tally.acceptedShare()).toBeGreaterThan(0.3);
    expect(tally.neverAccepted()).toEqual([]);
  });
});
