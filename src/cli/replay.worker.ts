import { parentPort, workerData } from 'node:worker_threads';
import { pagesOf } from '../audit/log-check.js';
import { BalanceFold, replayStretch } from '../audit/replay.js';
import { eventCatalogue } from '../event-catalogue.js';
import { SqliteEventStore } from '../platform/event-store/sqlite/sqlite-event-store.js';
import type { Piece, ReplayTask, Said } from './replay-log.js';

const { file, asOf, withLeaves } = workerData as ReplayTask;
const port = parentPort!;
const store = new SqliteEventStore(file);
const fold = new BalanceFold(eventCatalogue(), asOf);

/** Answers each piece with what its check found; where there is none left, with the balances of all, and ends. */
port.on('message', async (piece: Piece | null) => {
  try {
    if (piece === null) await finish();
    else await check(piece);
  } catch (error) {
    port.postMessage({ failed: error instanceof Error ? error.message : String(error) } satisfies Said<unknown>);
  }
});

async function check({ after, upTo }: Piece): Promise<void> {
  const said = await replayStretch(pagesOf(store, after, upTo), fold, withLeaves);
  const { hashes, positions } = said.leaves;
  port.postMessage({ said }, [hashes.buffer as ArrayBuffer, positions.buffer as ArrayBuffer]);
}

async function finish(): Promise<void> {
  await store.close();
  port.postMessage({ said: fold.finish() } satisfies Said<unknown>);
  port.close();
}
