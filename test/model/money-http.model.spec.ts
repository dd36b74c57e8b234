import fc from 'fast-check';
import { City } from '../support/city.js';
import { said } from '../support/refusals.js';
import { TestService } from '../support/service.js';
import { type Command, GRANT_IDS, LINE_IDS, LINES, OK } from './money-commands.js';
import { Books, nameOf } from './money-oracle-book.js';
import { decide } from './money-oracle.js';
import { freeOf, grantOf, poolOf, unsentOf } from './money-oracle-rules.js';
import { commandOf, dice, type Dice, FUNDED } from './money-steps.js';
import { RemoteWorld } from './money-http.js';

const RUNS = Number(process.env['MODEL_HTTP_RUNS'] ?? 25);
const SEED = Number(process.env['MODEL_SEED'] ?? 20_260_601);
const BURSTS = 4;
const AT_ONCE = 5;

/** Sequences share the books of one service: nobody closes a period, and no second person is asked. */
function remote(books: Books, rolled: Dice, n: number): Command {
  const command = commandOf(books, { ...rolled, agreed: false, what: rolled.what === 86 ? 99 : rolled.what }, n);
  // R11 looks across streams at what is known at the moment: which of two allocations came first is nobody's promise.
  if (command.do !== 'allocate' || (command.grant !== 'mof' && command.grant !== 'ndrc')) return command;
  const { line: _, ...anywhere } = command;
  return anywhere;
}

describe('random lives of money over HTTP, several commands at once', () => {
  let service: TestService;
  const tally = { commands: 0, accepted: 0 };
  beforeAll(async () => {
    service = await TestService.open();
    await new City(service).compound('c');
  });
  afterAll(() => service.close());

  /** Commands of a burst run at once; those accepted must be acceptable one after the other, in the order of positions. */
  async function burst(world: RemoteWorld, books: Books, commands: readonly Command[]): Promise<void> {
    const replies = await Promise.all(commands.map((command) => world.send(command)));
    const taken = replies.flatMap((reply, index) => {
      tally.commands++;
      if (reply.status === 201) return [{ position: reply.body.position as number, command: commands[index]! }];
      expect([404, 409, 422]).toContain(reply.status);
      return [];
    });
    tally.accepted += taken.length;
    for (const { command } of taken.sort((a, b) => a.position - b.position)) {
      const verdict = decide(books, command);
      if (verdict !== OK)
        throw new Error(
          `${world.no}: accepted, but ${verdict}: ${commands.map(shown).join('\n')}\n${replies.map(said).join()}`,
        );
    }
  }

  /** Sums of the service are sums of what it accepted, and nothing is overdrawn. */
  async function conserved(world: RemoteWorld, books: Books): Promise<void> {
    const { body: split } = await service.get(`/v1/schemes/${world.schemeId}/cost-split`);
    for (const one of split.bySource) {
      const own = (one.reference as string | null)?.replace(`-${world.no}`, '') ?? null;
      const bearer = { source: one.source, reference: own };
      const available = fen(one.available);
      expect([nameOf(bearer), one.costArea, available]).toEqual([
        ...[nameOf(bearer), one.costArea, poolOf(books, bearer, one.costArea)],
      ]);
      expect(available).toBeGreaterThanOrEqual(0n);
    }
    for (const { lineId, paid, budget } of split.byLine) {
      const line = LINE_IDS.find((one) => one === lineId)!;
      expect([line, fen(paid)]).toEqual([line, books.paidOn(line) + books.directOn(line)]);
      expect(fen(paid)).toBeLessThanOrEqual(fen(budget));
      expect(fen(budget)).toBe(LINES[line].amount);
    }
    for (const grant of GRANT_IDS) {
      const book = grantOf(books, grant);
      if (!book.exists) continue;
      const { body } = await service.get(`/v1/grants/${world.grantId(grant)}`);
      expect([grant, fen(body.available)]).toEqual([grant, freeOf(book)]);
      const unsent = unsentOf(book, 'public-area') + unsentOf(book, 'in-building');
      expect([grant, fen(body.allocated) - fen(body.disbursed)]).toEqual([grant, unsent]);
    }
  }

  it(`accepts only what some order of them allows, and conserves every fen, in ${RUNS} sequences`, async () => {
    const rolls = fc.sample(dice, { numRuns: RUNS * BURSTS * AT_ONCE, seed: SEED });
    for (let no = 0; no < RUNS; no++) {
      const world = new RemoteWorld(service, no);
      const books = new Books();
      await world.found();
      let n = 1;
      for (const deed of FUNDED.filter(
        (one) => !('agreed' in one && one.agreed) && !('area' in one && one.do === 'disburse'),
      ))
        await burst(world, books, [{ ...deed, n: n++, day: 0 } as Command]);
      for (let round = 0; round < BURSTS; round++) {
        const rolled = rolls.splice(0, AT_ONCE);
        await burst(
          world,
          books,
          rolled.map((one) => remote(books, one, n++)),
        );
      }
      await conserved(world, books);
    }
    const { body } = await service.get('/v1/ledger/trial-balance');
    expect(body.books.map(({ sum }: { sum: string }) => sum)).toEqual(['0.00', '0.00', '0.00', '0.00']);
    expect(JSON.stringify(body)).not.toContain('in-transit');
    expect(tally.accepted).toBeGreaterThan(tally.commands / 4);
    if (RUNS > 25) process.stdout.write(`${RUNS} sequences: ${tally.accepted} of ${tally.commands} accepted\n`);
  }, 3_600_000);
});

const fen = (amount: string): bigint => BigInt(amount.replace('.', ''));
const shown = (command: Command): string =>
  JSON.stringify(command, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
