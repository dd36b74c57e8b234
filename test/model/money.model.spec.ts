import fc from 'fast-check';
import { type Command, type Deed, GRANT_IDS, LINE_IDS, LINES, OK, SCHEME } from './money-commands.js';
import { Books, sum } from './money-oracle-book.js';
import { decide } from './money-oracle.js';
import { freeOf, grantOf, poolOf, unsentOf } from './money-oracle-rules.js';
import { commandOf, dice, type Dice, FUNDED } from './money-steps.js';
import { World } from './money-world.js';

const RUNS = Number(process.env['MODEL_RUNS'] ?? 500);
const LONGEST = 60;

type Model = { readonly books: Books; n: number };
type Real = { readonly world: World };

/** One random command: the oracle says what must happen, the deciders must do just that. */
class Step implements fc.Command<Model, Real> {
  private played?: Command;
  private said = '';
  constructor(private readonly rolled: Dice) {}
  check = () => true;

  run(model: Model, { world }: Real): void {
    this.played = commandOf(model.books, this.rolled, model.n++);
    this.said = decide(model.books, this.played);
    verdicts.set(this.said, (verdicts.get(this.said) ?? 0) + 1);
    const verdict = world.run(this.played);
    if (verdict !== this.said) throw new Error(`the service says ${verdict}, the oracle ${this.said}`);
    if (model.n % 10 === 0) holds(model.books, world);
  }

  toString(): string {
    return `${this.said}: ${JSON.stringify(this.played ?? {}, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}`;
  }
}
const verdicts = new Map<string, number>();

function started(deeds: readonly Deed[]): { model: Model; real: Real } {
  const both = { model: { books: new Books(), n: 1 }, real: { world: new World() } };
  for (const deed of deeds) {
    const command = { ...deed, n: both.model.n++, day: 0 } as Command;
    expect([decide(both.model.books, command), both.real.world.run(command)]).toEqual([OK, OK]);
  }
  return both;
}

/** Nothing is overdrawn, and every account of the ledger says what the oracle's own sums say. */
function holds(books: Books, world: World): void {
  const wrong: string[] = [];
  const account = (path: string, expected: bigint) => {
    const balance = world.balances.get(path) ?? 0n;
    if (balance !== expected) wrong.push(`${path} is ${balance}, should be ${expected}`);
  };
  const notBelowZero = (what: string, amount: bigint) => void (amount < 0n && wrong.push(`${what} is ${amount}`));
  for (const grant of GRANT_IDS) {
    const book = grantOf(books, grant);
    notBelowZero(`available of ${grant}`, freeOf(book));
    account(`budget:grant:${grant}`, freeOf(book));
    for (const area of ['public-area', 'in-building'] as const) {
      notBelowZero(`unsent of ${grant} ${area}`, unsentOf(book, area));
      const source = grant === 'child' || grant === 'city' ? 'city' : grant === 'county' ? 'county' : 'central';
      const bearer = { source: `${source}-grant` as const, reference: grant };
      const pool = poolOf(books, bearer, area);
      notBelowZero(`pool of ${grant} ${area}`, pool);
      account(`cash:scheme:${SCHEME}:${bearer.source}:${grant}:${area}`, pool);
    }
    account(`cash:in-transit:${grant}:${SCHEME}`, 0n);
    account(`cash:in-transit:${SCHEME}:${grant}`, 0n);
  }
  for (const source of ['resident-cash', 'enterprise-donation', 'social-capital', 'telecom-operator'] as const)
    for (const area of ['public-area', 'in-building'] as const) {
      const pool = poolOf(books, { source, reference: null }, area);
      notBelowZero(`pool of ${source} ${area}`, pool);
      account(`cash:scheme:${SCHEME}:${source}:${area}`, pool);
    }
  for (const line of LINE_IDS) {
    const spent = books.paidOn(line) + books.directOn(line);
    account(`cash:paid:${SCHEME}:${line}`, spent);
    notBelowZero(`left on ${line}`, LINES[line].amount - spent);
    notBelowZero(`paid on ${line}`, books.paidOn(line));
  }
  account('budget:in-transit:city:child', 0n);
  account('budget:in-transit:child:city', 0n);
  if (wrong.length > 0) throw new Error(wrong.join('; '));
  if (sum(world.balances.values()) !== 0n) throw new Error('the books do not sum to zero');
}

describe('random lives of a scheme and its money, against an oracle that shares no code with the service', () => {
  it(`agrees on every command, its rule and every balance, in ${RUNS} sequences`, () => {
    const steps = fc.commands([dice.map((rolled) => new Step(rolled))], { maxCommands: LONGEST, size: 'max' });
    const from = Date.now();
    fc.assert(
      fc.property(fc.nat(3), steps, (start, played) => {
        const both = started(start > 0 ? FUNDED : []);
        fc.modelRun(() => both, played);
        holds(both.model.books, both.real.world);
      }),
      { numRuns: RUNS, ...(process.env['MODEL_SEED'] ? { seed: Number(process.env['MODEL_SEED']) } : {}) },
    );
    if (RUNS > 500) report(Date.now() - from);
  }, 3_600_000);

  afterAll(() => {
    // A model that only ever refuses would prove nothing.
    const all = sum([...verdicts.values()].map(BigInt));
    expect(Number(verdicts.get(OK) ?? 0)).toBeGreaterThan(Number(all) / 10);
  });
});

function report(milliseconds: number): void {
  const rows = [...verdicts]
    .sort(([, a], [, b]) => b - a)
    .map(([said, count]) => `${String(count).padStart(9)} ${said}`);
  process.stdout.write(`${RUNS} sequences in ${Math.round(milliseconds / 1_000)} s\n${rows.join('\n')}\n`);
}
