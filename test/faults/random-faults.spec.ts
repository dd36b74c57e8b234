import { jest } from '@jest/globals';
import { APPEND_FAULTS, type Fault, ProtocolTestServer, READ_FAULTS } from '../support/protocol-test-server.js';
import { failures, type Reply, TestService } from '../support/service.js';
import { eventually } from '../support/stored-events.js';

/** How many commands; the great run is `npm run test:faults`. */
const COMMANDS = Number(process.env['FAULT_COMMANDS'] ?? 100);
const WRITERS = 16;
/** One fault for so many commands, of each side; a silence costs seconds, so it comes less often. */
const COMMANDS_PER_FAULT = 12;
const SILENCES = new Set<Fault>(['never-answers', 'stored-never-answers']);
const COMMANDS_PER_SILENCE = 500;
const SEED = Number(process.env['FAULT_SEED'] ?? 4711);

jest.setTimeout(4 * 3_600_000);

/** Numbers below 1 that follow from the seed: what failed once can be tried again. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed >>> 0; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

type Asked = { readonly key: string; readonly path: string; readonly body: object; reply?: Reply };

describe('a store that fails at random, behind two replicas', () => {
  let server: ProtocolTestServer;
  let replicas: readonly TestService[];
  const random = numbers(SEED);
  const chance = () => random.next().value;
  const injected = new Map<string, number>();

  beforeAll(async () => {
    server = await new ProtocolTestServer().start();
    replicas = [
      await TestService.open(undefined, { EVENT_STORE: server.url }),
      await TestService.open(undefined, { EVENT_STORE: server.url }),
    ];
  });
  afterAll(async () => {
    for (const service of replicas) await service.close();
    await server.stop();
  });

  /** Of ten commands one is an award, eight send parts of it down to a child grant, and the last is refused. */
  function command(index: number): Asked {
    const key = `fault-${index}`;
    const grantId = `g${index - (index % 10)}`;
    const occurredOn = '2026-01-25';
    if (index % 10 === 0) {
      const award = { grantId, level: 'central', programme: 'mof', documentNo: '财综〔2026〕1号', amount: '1000.00' };
      const body = { ...award, fiscalYear: 2026, divisionCode: '1404', occurredOn: '2026-01-10' };
      return { key, path: '/v1/grants', body };
    }
    const child = { childGrantId: `child${index}`, divisionCode: '140403', documentNo: '长财〔2026〕2号', occurredOn };
    // The last of ten asks for more than is left.
    const amount = index % 10 === 9 ? '1000.00' : '10.00';
    return { key, path: `/v1/grants/${grantId}/decompositions`, body: { ...child, amount } };
  }

  function maybeFail(): void {
    const pick = (faults: readonly Fault[], fail: (fault: Fault) => void) => {
      const fault = faults[Math.floor(chance() * faults.length)]!;
      const rarity = SILENCES.has(fault) ? COMMANDS_PER_SILENCE / COMMANDS_PER_FAULT : 1;
      if (chance() * COMMANDS_PER_FAULT * rarity > 1) return;
      fail(fault);
      injected.set(fault, (injected.get(fault) ?? 0) + 1);
    };
    pick(APPEND_FAULTS, (fault) => server.failAppends(fault));
    pick(READ_FAULTS, (fault) => server.failReads(fault));
    if (chance() * 500 < 1) server.dropSubscriptions();
  }

  /** As a client does: the same key again until there is an answer that stays; to either replica, sometimes to both. */
  async function insist(asked: Asked): Promise<void> {
    for (;;) {
      const [at, both] = [replicas[Math.floor(chance() * 2)]!, chance() < 0.05];
      const others = both ? replicas.filter((one) => one !== at) : [];
      const replies = await Promise.all(
        [at, ...others].map((one) => one.post(asked.path, asked.body, { key: asked.key })),
      );
      const final = replies.filter(({ status }) => status !== 503 && status !== 202);
      for (const reply of final) {
        if (reply.status >= 500) throw new Error(`${asked.key}: ${reply.text}\n${failures.at(-1)}`);
        asked.reply ??= reply;
        expect([reply.status, reply.body.eventIds, reply.body.code]).toEqual([
          asked.reply.status,
          asked.reply.body.eventIds,
          asked.reply.body.code,
        ]);
      }
      if (asked.reply) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async function readModels({ inner }: TestService): Promise<[string, string, string][]> {
    const statuses = await inner.projections.statuses();
    return statuses.map(({ name, status, stateHash }) => [name, status, stateHash]);
  }

  it(`keeps each of ${COMMANDS} commands exactly once, and the read models equal to a rebuild`, async () => {
    const all = Array.from({ length: COMMANDS }, (_, index) => command(index));
    // Ten commands of one grant are one chapter; chapters are told side by side.
    const chapters = Array.from({ length: Math.ceil(COMMANDS / 10) }, (_, at) => all.slice(at * 10, at * 10 + 10));
    const started = performance.now();
    let done = 0;
    await Promise.all(
      Array.from({ length: WRITERS }, async () => {
        for (let chapter = chapters.shift(); chapter; chapter = chapters.shift())
          for (const asked of chapter) {
            maybeFail();
            await insist(asked);
            if (++done % 1_000 === 0)
              process.stderr.write(`${done} commands, ${Math.round(performance.now() - started)} ms\n`);
          }
      }),
    );
    server.heal();
    const head = await replicas[0]!.inner.store.head();
    await eventually(() => replicas.every(({ inner }) => inner.projections.position >= head));

    // Signed heads come with time, not with commands.
    const ours = server.log.records.filter(({ stream }) => !stream.startsWith('$') && stream !== 'audit-heads');
    const at = new Map(ours.map((record) => [record.id, record]));
    expect(at.size).toBe(ours.length);
    const byCommand = new Map<string, string[]>();
    for (const { id, stream, metadata } of ours) {
      const { commandId } = JSON.parse(Buffer.from(metadata).toString('utf8')) as { commandId: string };
      byCommand.set(commandId, [...(byCommand.get(commandId) ?? []), `${stream} ${id}`]);
    }
    // No command has left traces twice: one event each, of a decomposition one on either side (another command id).
    for (const traces of byCommand.values()) expect(traces).toHaveLength(1);
    const accepted = all.filter(({ reply }) => reply!.status === 201);
    const refused = all.filter(({ reply }) => reply!.status !== 201);
    for (const { reply } of accepted) for (const id of reply!.body.eventIds as string[]) expect(at.has(id)).toBe(true);
    expect([...new Set(refused.map(({ reply }) => `${reply!.status} ${reply!.body.code}`))]).toEqual([
      '422 rule-refused',
    ]);
    expect(refused).toHaveLength(Math.floor(COMMANDS / 10));
    expect(ours.filter(({ type }) => type === 'CommandRefused')).toHaveLength(refused.length);
    const legs = accepted.flatMap(({ reply }) => reply!.body.eventIds as string[]);
    expect(ours).toHaveLength(new Set(legs).size + refused.length);

    const found = await readModels(replicas[0]!);
    expect(await readModels(replicas[1]!)).toEqual(found);
    for (const [name] of found) await replicas[1]!.inner.projections.rebuild(name);
    expect(await readModels(replicas[1]!)).toEqual(found);
    expect(found.every(([, status]) => status === 'live')).toBe(true);
    const seconds = (performance.now() - started) / 1_000;
    process.stderr.write(`${JSON.stringify({ COMMANDS, SEED, seconds, injected: Object.fromEntries(injected) })}\n`);
  });
});
