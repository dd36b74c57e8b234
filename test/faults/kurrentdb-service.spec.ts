import { isAside } from '../../src/platform/event-store/event-store.js';
import { leader, nodes, processOf, startAgain } from '../support/cluster.js';
import { type Reply, TestService } from '../support/service.js';
import { freshName, readEverything } from '../support/stored-events.js';

const WRITERS = 32;
const KILLS = Number(process.env['KURRENTDB_KILLS'] ?? 5);
const BETWEEN_KILLS_MS = 6_000;
const describeCluster = nodes.length >= 3 ? describe : describe.skip;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describeCluster(
  'two replicas on a cluster whose leader is killed (skipped unless KURRENTDB_NODES names its nodes)',
  () => {
    it(`keep each acknowledged command of ${WRITERS} writers exactly once through ${KILLS} kills`, async () => {
      const url = `esdb://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}?tls=false`;
      await leader();
      const replicas = await Promise.all([1, 2].map(() => TestService.open(undefined, { EVENT_STORE: url })));
      const before = await replicas[0]!.inner.store.head();
      const run = freshName('run').replaceAll('.', '-');
      const acknowledged = new Set<string>();
      const statuses: Record<number, number> = {};
      let over = false;
      let last = performance.now();
      let longestGap = 0;

      const insist = async (writer: number, path: string, body: object, key: string): Promise<Reply> => {
        for (let tries = writer; ; tries++) {
          const reply = await replicas[tries % 2]!.post(path, body, { key });
          statuses[reply.status] = (statuses[reply.status] ?? 0) + 1;
          if (reply.status === 201) {
            longestGap = Math.max(longestGap, performance.now() - last);
            last = performance.now();
            for (const id of reply.body.eventIds as string[]) acknowledged.add(id);
            return reply;
          }
          if (reply.status !== 503 && reply.status !== 202) throw new Error(`${path}: ${reply.text}`);
          await sleep(50);
        }
      };
      const writing = Array.from({ length: WRITERS }, async (_, writer) => {
        const grantId = `${run}-${writer}`;
        const numbered = { documentNo: '财综〔2026〕1号', occurredOn: '2026-01-10' };
        const award = { grantId, level: 'central', programme: 'mof', amount: '1000000.00', fiscalYear: 2026 };
        await insist(writer, '/v1/grants', { ...award, ...numbered, divisionCode: '1404' }, grantId);
        for (let count = 0; !over; count++) {
          const part = { ...numbered, childGrantId: `${grantId}-${count}`, divisionCode: '140403', amount: '1.00' };
          await insist(writer, `/v1/grants/${grantId}/decompositions`, part, part.childGrantId);
        }
      });

      const gapsMs: number[] = [];
      for (let kill = 0; kill < KILLS; kill++) {
        await sleep(BETWEEN_KILLS_MS);
        const old = await leader();
        longestGap = 0;
        process.kill(processOf(old), 'SIGKILL');
        await sleep(BETWEEN_KILLS_MS);
        await startAgain(old);
        gapsMs.push(Math.round(longestGap));
      }
      over = true;
      await Promise.all(writing);

      const everything = await readEverything(replicas[0]!.inner.store, before, 2_000);
      // Signed heads are nobody's command.
      const ours = everything.filter(({ stream }) => !isAside(stream)).map(({ eventId }) => eventId);
      const head = await replicas[0]!.inner.store.head();
      expect(new Set(ours).size).toBe(ours.length);
      expect(new Set(ours)).toEqual(acknowledged);
      const stated = [];
      for (const { inner } of replicas) {
        await inner.projections.waitFor(head, 60_000);
        stated.push(
          (await inner.projections.statuses()).map(({ name, status, stateHash }) => ({ name, status, stateHash })),
        );
      }
      expect(stated[1]).toEqual(stated[0]);
      for (const service of replicas) await service.close();
      const figures = { kills: KILLS, writers: WRITERS, acknowledged: acknowledged.size, stored: ours.length };
      process.stderr.write(`${JSON.stringify({ ...figures, gapsMs, statuses })}\n`);
    }, 900_000);
  },
);
