import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { headsOf, pagesOf } from '../audit/log-check.js';
import { joined, replay, type Replayed, type ReplayedStretch } from '../audit/replay.js';
import { eventCatalogue } from '../event-catalogue.js';
import type { Settings } from '../platform/config/settings.js';
import { openStore } from '../platform/event-store/open-store.js';

/** What one thread replays: the events of a file behind one position and up to another. */
export type StretchTask = {
  readonly file: string;
  readonly asOf: string | null;
  readonly withLeaves: boolean;
  readonly after: number;
  readonly upTo: number;
};

const WORKER = new URL('./replay.worker.js', import.meta.url);
/** With fewer a thread takes longer to start than to replay. */
const EVENTS_A_THREAD = 25_000;
/** Left to itself each thread lets its garbage grow to what a service may have; beyond the old generation it would end. */
const MEMORY = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 1_024 };

/**
 * Replays the whole log of a store: that of one file in as many threads as there are cores, each a stretch of positions
 * that are joined here. A server's positions cannot be cut anywhere, and its log comes at its own pace: in this thread.
 */
export async function replayLog(
  { eventStore, dataDir }: Pick<Settings, 'eventStore' | 'dataDir'>,
  asOf: string | null,
  mostThreads = availableParallelism(),
): Promise<Replayed> {
  const store = openStore({ eventStore, dataDir });
  const workers: Worker[] = [];
  try {
    const heads = await headsOf(store);
    const head = await store.head();
    const threads = eventStore === 'sqlite' ? Math.min(mostThreads, Math.ceil(head / EVENTS_A_THREAD)) : 1;
    if (threads < 2) return await replay(pagesOf(store), eventCatalogue(), asOf, heads);
    const cut = (index: number): number => Math.floor((head * index) / threads);
    for (let index = 0; index < threads; index++) {
      const [after, upTo] = [cut(index), cut(index + 1)];
      const task: StretchTask = { file: join(dataDir, 'events.db'), asOf, withLeaves: heads.length > 0, after, upTo };
      workers.push(new Worker(WORKER, { workerData: task, resourceLimits: MEMORY }));
    }
    return joined(await Promise.all(workers.map(answerOf)), heads);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
    await store.close();
  }
}

const answerOf = (worker: Worker): Promise<ReplayedStretch> =>
  new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`a thread of the replay ended with ${code}`)));
  });
