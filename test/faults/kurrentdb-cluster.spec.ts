import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { KurrentDbEventStore } from '../../src/platform/event-store/kurrentdb/kurrentdb-event-store.js';
import {
  type EncodedEvent,
  NO_STREAM,
  RevisionConflict,
  StoreUnavailable,
} from '../../src/platform/event-store/event-store.js';
import { freshName, readEverything, someEvents } from '../support/stored-events.js';

/** A node of a cluster on this machine: how it is started, and where it then leaves its process id. */
type Node = { readonly port: number; readonly pidFile: string; readonly start: string };

const WRITERS = 32;
const KILLS = Number(process.env['KURRENTDB_KILLS'] ?? 5);
const BETWEEN_KILLS_MS = 4_000;

const nodes = JSON.parse(process.env['KURRENTDB_NODES'] ?? '[]') as readonly Node[];
const describeCluster = nodes.length >= 3 ? describe : describe.skip;

const stateOf = async ({ port }: Node): Promise<string> => {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/info`, { signal: AbortSignal.timeout(1_000) });
    return ((await answer.json()) as { state: string }).state;
  } catch {
    return 'away';
  }
};

async function leader(): Promise<Node> {
  for (;;) {
    for (const node of nodes) if ((await stateOf(node)) === 'leader') return node;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const processOf = ({ pidFile }: Node): number => Number(readFileSync(pidFile, 'utf8'));

function isRunning(node: Node): boolean {
  try {
    return process.kill(processOf(node), 0);
  } catch {
    return false;
  }
}

/** As `restart: always` does: a former leader may end by itself, with code 0, to cut off what the others do not have. */
async function startAgain(node: Node): Promise<void> {
  const giveUpAt = performance.now() + 60_000;
  while ((await stateOf(node)) !== 'follower') {
    if (performance.now() > giveUpAt) throw new Error(`the node on port ${node.port} does not come back`);
    if (!isRunning(node)) spawn(node.start, { detached: true, stdio: 'ignore' }).unref();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

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
