import { parentPort, workerData } from 'node:worker_threads';
import { pagesOf } from '../audit/log-check.js';
import { BalanceFold, replayStretch } from '../audit/replay.js';
import { eventCatalogue } from '../event-catalogue.js';
import { SqliteEventStore } from '../platform/event-store/sqlite/sqlite-event-store.js';
import type { Piece, ReplayTask } from './replay-log.js';

const { file, asOf, withLeaves } = workerData as ReplayTask;
const port = parentPort!;
const store = new SqliteEventStore(file);
const fold = new BalanceFold(eventCatalogue(), asOf);

/** Answers each piece with what its check found; where there is none left, with the balances of all. */
port.on('message', async (piece: Piece | null) => {
  if (piece !== null) return replayed(piece);
  await store.close();
  port.postMessage(fold.finish());
});

async function replayed({ after, upTo }: Piece): Promise<void> {
  try {
    const checked = await replayStretch(pagesOf(store, after, upTo), fold, withLeaves);
    const { hashes, positions } = checked.leaves;
    port.postMessage(checked, [hashes.buffer as ArrayBuffer, positions.buffer as ArrayBuffer]);
  } catch (error) {
    await store.close();
    throw error;
  }
}
