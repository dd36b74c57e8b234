import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KurrentDbEventStore } from '../../src/platform/event-store/kurrentdb/kurrentdb-event-store.js';
import {
  type EncodedEvent,
  NO_STREAM,
  RevisionConflict,
  StoreUnavailable,
} from '../../src/platform/event-store/event-store.js';
import { leader, nodes, processOf, startAgain } from '../support/cluster.js';
import { freshName, readEverything, someEvents } from '../support/stored-events.js';

const WRITERS = 32;
const KILLS = Number(process.env['KURRENTDB_KILLS'] ?? 5);
const BETWEEN_KILLS_MS = 4_000;

const describeCluster = nodes.length >= 3 ? describe : describe.skip;

describeCluster(
  'a cluster of three whose leader is killed again and again (skipped unless KURRENTDB_NODES names its nodes)',
  () => {
    const stores: KurrentDbEventStore[] = [];

    /** Two, as two replicas of the service would be. */
    beforeAll(() => {
      const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`).join(',');
      for (let replica = 0; replica < 2; replica++) stores.push(new KurrentDbEventStore(`esdb://${hosts}?tls=false`));
    });
    afterAll(async () => {
      for (const store of stores) await store.close();
    });

    it(`keeps every acknowledged append of ${WRITERS} writers exactly once through ${KILLS} kills`, async () => {
      const before = await stores[0]!.head();
      let over = false;
      let lastAnswer = performance.now();
      let longestGap = 0;
      let unanswered = 0;
      let echoes = 0;

      const insist = async (store: KurrentDbEventStore, stream: string, events: EncodedEvent[], at: number) => {
        for (let tries = 0; ; tries++) {
          try {
            const answer = await store.append(stream, events, at);
            if (tries > 0) echoes++;
            longestGap = Math.max(longestGap, performance.now() - lastAnswer);
            lastAnswer = performance.now();
            return answer;
          } catch (error) {
            if (error instanceof RevisionConflict || !(error instanceof StoreUnavailable)) throw error;
            unanswered++;
            await new Promise((resolve) => setTimeout(resolve, 50));
          }
        }
      };
      const written = new Map<string, number>();
      const writing = Array.from({ length: WRITERS }, async (_, writer) => {
        const stream = freshName(`scheme.${writer}`);
        const store = stores[writer % stores.length]!;
        for (let revision = NO_STREAM; !over; revision++) {
          await insist(store, stream, someEvents(`${stream}.${revision}`, 1), revision);
          written.set(stream, revision + 1);
        }
      });

      const failovers: number[] = [];
      for (let kill = 0; kill < KILLS; kill++) {
        await new Promise((resolve) => setTimeout(resolve, BETWEEN_KILLS_MS));
        const old = await leader();
        longestGap = 0;
        process.kill(processOf(old), 'SIGKILL');
        await new Promise((resolve) => setTimeout(resolve, BETWEEN_KILLS_MS));
        await startAgain(old);
        failovers.push(Math.round(longestGap));
      }
      over = true;
      await Promise.all(writing);

      const everything = await readEverything(stores[0]!, before, 2_000);
      let total = 0;
      for (const [stream, last] of written) {
        const expected = Array.from({ length: last + 1 }, (_, at) => someEvents(`${stream}.${at - 1}`, 1)[0]!.eventId);
        expect(everything.filter((one) => one.stream === stream).map(({ eventId }) => eventId)).toEqual(expected);
        total += expected.length;
      }
      expect(everything).toHaveLength(total);
      console.info(
        JSON.stringify({ kills: KILLS, writers: WRITERS, events: total, gapsMs: failovers, unanswered, echoes }),
      );
    }, 600_000);
  },
);
