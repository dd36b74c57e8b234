import fc from 'fast-check';
import { City } from '../support/city.js';
import { said } from '../support/refusals.js';
import { accepted, TestService } from '../support/service.js';
import { type Command, type Bearer, LINE_IDS, LINES, OK, SENDER_IDS } from './money-commands.js';
import { Books, nameOf } from './money-oracle-book.js';
import { committed } from './money-oracle-promises.js';
import { decide } from './money-oracle.js';
import { FLATS } from './money-told.js';
import { freeOf, grantOf, poolOf, unsentOf } from './money-oracle-rules.js';
import { commandOf, dice, type Dice, FUNDED } from './money-steps.js';
import { RemoteWorld } from './money-http.js';
import { shown, Tally } from './tally.js';

const RUNS = Number(process.env['MODEL_HTTP_RUNS'] ?? 25);
const SEED = Number(process.env['MODEL_SEED'] ?? 20_260_601);
const BURSTS = 4;
const AT_ONCE = 5;

/** What is read across streams at its moment: which of two came first is nobody's promise. */
const CROSSES: readonly Command['do'][] = ['carry-over', 'adjust-share'];

/** Sequences share the books of one service: nobody closes a period, and no second person is asked. */
function remote(books: Books, rolled: Dice, n: number): Command {
  const command = commandOf(books, { ...rolled, agreed: false }, n);
  if (command.do === 'close' || CROSSES.includes(command.do))
    return remote(books, { ...rolled, what: rolled.what + 7 }, n);
  // R11 looks across streams as well.
  if (command.do !== 'allocate' || (command.grant !== 'mof' && command.grant !== 'ndrc')) return command;
  const { line: _, ...anywhere } = command;
  return anywhere;
}

/** What was accepted so far, in an order the oracle allows. */
class Past {
  private readonly accepted: Command[] = [];
  books = new Books();

  /** The order of positions, mostly; but a crossing tells its last one, and what was decided in between stands before. */
  goesOn(taken: readonly Command[]): boolean {
    for (const order of ordersOf(taken)) {
      const books = new Books();
      if (![...this.accepted, ...order].every((command) => decide(books, command) === OK)) continue;
      this.accepted.push(...order);
      this.books = books;
      return true;
    }
    return false;
  }
}

function* ordersOf<T>(items: readonly T[]): Generator<readonly T[]> {
  if (items.length === 0) yield [];
  for (const [index, first] of items.entries())
    for (const rest of ordersOf(items.toSpliced(index, 1))) yield [first, ...rest];
}

describe('random lives of money over HTTP, several commands at once', () => {
  let service: TestService;
  const tally = new Tally();
  beforeAll(async () => {
    service = await TestService.open();
    await new City(service).compound('c');
    const flats = { households: FLATS, occurredOn: '2026-01-05' };
    accepted(await service.post('/v1/compounds/c/households', flats));
  });
  afterAll(() => service.close());

  /** Commands of a burst run at once; those accepted must be acceptable one after the other. */
  async function burst(world: RemoteWorld, past: Past, commands: readonly Command[]): Promise<void> {
    const replies = await Promise.all(commands.map((command) => world.send(command)));
    const taken = replies.flatMap((reply, index) => {
      tally.count(commands[index]!.do, reply.status === 201 ? OK : said(reply));
      if (reply.status === 201) return [{ position: reply.body.position as number, command: commands[index]! }];
      expect([404, 409, 422]).toContain(reply.status);
      return [];
    });
    const inOrder = taken.sort((a, b) => a.position - b.position).map(({ command }) => command);
    if (past.goesOn(inOrder)) return;
    const told = commands.map((command, index) => `${said(replies[index]!)} ${shown(command)}`);
    throw new Error([`no order of what was accepted is allowed in sequence ${world.no}`, ...told].join('\n'));
  }

  /** Sums of the service are sums of what it accepted, and nothing is overdrawn. */
  async function conserved(world: RemoteWorld, books: Books): Promise<void> {
    const { body: split } = await service.get(`/v1/schemes/${world.schemeId}/cost-split`);
    for (const one of split.bySource) {
      const own = (one.reference as string | null)?.replace(`-${world.no}`, '') ?? null;
      const bearer: Bearer = { source: one.source, reference: own };
      const available = fen(one.available);
      expect([nameOf(bearer), one.costArea, available]).toEqual([
        ...[nameOf(bearer), one.costArea, poolOf(books, bearer, one.costArea)],
      ]);
      expect(available).toBeGreaterThanOrEqual(0n);
      expect([nameOf(bearer), fen(one.committed)]).toEqual([nameOf(bearer), committed(books, bearer, one.costArea)]);
    }
    for (const { lineId, paid, budget } of split.byLine) {
      const line = LINE_IDS.find((one) => one === lineId)!;
      expect([line, fen(paid)]).toEqual([line, books.paidOn(line) + books.directOn(line)]);
      expect(fen(paid)).toBeLessThanOrEqual(fen(budget));
      expect(fen(budget)).toBe(LINES[line].amount);
    }
    for (const grant of SENDER_IDS) {
      const book = grantOf(books, grant);
      if (!book.exists) continue;
      const { body } = await service.get(`/v1/${grant === 'bond' ? 'bonds' : 'grants'}/${world.grantId(grant)}`);
      if (grant !== 'bond') expect([grant, fen(body.available)]).toEqual([grant, freeOf(book)]);
      const unsent = unsentOf(book, 'public-area') + unsentOf(book, 'in-building');
      expect([grant, fen(body.allocated) - fen(body.disbursed)]).toEqual([grant, unsent]);
    }
  }

  it(`accepts only what some order of them allows, and conserves every fen, in ${RUNS} sequences`, async () => {
    const rolls = fc.sample(dice, { numRuns: RUNS * BURSTS * AT_ONCE, seed: SEED });
    for (let no = 0; no < RUNS; no++) {
      const world = new RemoteWorld(service, no);
      const past = new Past();
      await world.found();
      let n = 1;
      const deeds = FUNDED.map((deed) => ({ ...deed, n: n++, day: 0 }) as Command);
      for (const deed of deeds)
        if (!('agreed' in deed && deed.agreed) && !('area' in deed && deed.do === 'disburse'))
          await burst(world, past, [deed]);
      for (let round = 0; round < BURSTS; round++) {
        const rolled = rolls.splice(0, AT_ONCE);
        await burst(
          world,
          past,
          rolled.map((one) => remote(past.books, one, n++)),
        );
      }
      await conserved(world, past.books);
    }
    const { body } = await service.get('/v1/ledger/trial-balance');
    expect(body.books.map(({ sum }: { sum: string }) => sum)).toEqual(['0.00', '0.00', '0.00', '0.00']);
    expect(JSON.stringify(body)).not.toContain('in-transit');
    expect(tally.acceptedShare()).toBeGreaterThan(0.3);
    if (RUNS > 25) tally.report(`${RUNS} sequences`);
  }, 3_600_000);
});

const fen = (amount: string): bigint => BigInt(amount.replace('.', ''));
