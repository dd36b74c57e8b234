import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { headsOf, pagesOf } from '../audit/log-check.js';
import { type Balances, type CheckedStretch, replay, type Replayed, StretchJoin } from '../audit/replay.js';
import { eventCatalogue } from '../event-catalogue.js';
import type { Settings } from '../platform/config/settings.js';
import { openStore } from '../platform/event-store/open-store.js';

/** What every thread of a replay knows from its start. */
export type ReplayTask = { readonly file: string; readonly asOf: string | null; readonly withLeaves: boolean };
/** The events behind one position and up to another. */
export type Piece = { readonly after: number; readonly upTo: number };
/** What a thread answers. */
export type Said<Answer> = { readonly said: Answer } | { readonly failed: string };

const WORKER = new URL('./replay.worker.js', import.meta.url);
/** With fewer a thread takes longer to start than to replay. */
const FEWEST_EVENTS = 25_000;
/** The smallest piece: how long one thread may wait for another in the end. */
const SMALLEST_PIECE = 10_000;
/** Left to itself each thread lets its garbage grow to what a service may have; beyond the old generation it would end. */
const MEMORY = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 1_024 };

/**
 * Replays the whole log of a store: that of one file in as many threads as there are cores, each taking pieces that are
 * joined here. A server's positions cannot be cut anywhere, and its log comes at its own pace: in this thread.
 */
export async function replayLog(
  { eventStore, dataDir }: Pick<Settings, 'eventStore' | 'dataDir'>,
  asOf: string | null,
  mostThreads = availableParallelism(),
): Promise<Replayed> {
  const store = openStore({ eventStore, dataDir });
  const workers: Worker[] = [];
  const ends: Promise<unknown>[] = [];
  try {
    const heads = await headsOf(store);
    const head = await store.head();
    const threads = eventStore === 'sqlite' ? Math.min(mostThreads, Math.ceil(head / FEWEST_EVENTS)) : 1;
    if (threads < 2) return await replay(pagesOf(store), eventCatalogue(), asOf, heads);
    // Every core is taken: a thread would wait for helpers that nothing runs.
    setFlagsFromString('--no-parallel-scavenge');
    const task: ReplayTask = { file: join(dataDir, 'events.db'), asOf, withLeaves: heads.length > 0 };
    while (workers.length < threads) {
      const worker = new Worker(WORKER, { workerData: task, resourceLimits: MEMORY });
      // Whoever waits for its answer is told; where nobody waits, that it ended is enough.
      worker.on('error', () => undefined);
      workers.push(worker);
      ends.push(new Promise((resolve) => worker.once('exit', resolve)));
    }
    const pieces = piecesOf(head, threads);
    const whole = new StretchJoin(heads);
    const work = async (worker: Worker): Promise<Balances> => {
      try {
        for (let piece; (piece = pieces.next().value);)
          whole.add(piece.index, await answer<CheckedStretch>(worker, piece));
        return await answer<Balances>(worker, null);
      } catch (error) {
        // Nobody takes another piece of a log that cannot be read.
        pieces.return(undefined);
        throw error;
      }
    };
    return whole.finish(await Promise.all(workers.map(work)));
  } finally {
    // Ended by themselves: a thread that is stopped while the database answers it takes the process with it.
    for (const worker of workers) worker.postMessage(null);
    await Promise.all(ends);
    await store.close();
  }
}

/** Large ones first, small ones in the end, so that no thread waits long for another. */
function* piecesOf(head: number, threads: number): Generator<Piece & { readonly index: number }, undefined> {
  for (let [index, after] = [0, 0]; after < head; index++) {
    const upTo = Math.min(head, after + Math.max(SMALLEST_PIECE, Math.ceil((head - after) / (2 * threads))));
    yield { index, after, upTo };
    after = upTo;
  }
}

/** What a thread says to a piece, or to there being none left. Throws what it could not do. */
async function answer<Answer>(worker: Worker, piece: Piece | null): Promise<Answer> {
  worker.postMessage(piece);
  const [answered] = (await once(worker, 'message')) as [Said<Answer>];
  if ('failed' in answered) throw new Error(answered.failed);
  return answered.said;
}
