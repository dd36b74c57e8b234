import { parentPort, workerData } from 'node:worker_threads';
import { pagesOf } from '../audit/log-check.js';
import { replayStretch } from '../audit/replay.js';
import { eventCatalogue } from '../event-catalogue.js';
import { SqliteEventStore } from '../platform/event-store/sqlite/sqlite-event-store.js';
import type { StretchTask } from './replay-log.js';

const { file, asOf, withLeaves, after, upTo } = workerData as StretchTask;
const store = new SqliteEventStore(file);
try {
  const found = await replayStretch(pagesOf(store, after, upTo), eventCatalogue(), asOf, withLeaves);
  const { hashes, positions } = found.leaves;
  parentPort!.postMessage(found, [hashes.buffer as ArrayBuffer, positions.buffer as ArrayBuffer]);
} finally {
  await store.close();
}
