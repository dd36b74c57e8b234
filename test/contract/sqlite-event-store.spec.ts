import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteEventStore } from '../../src/platform/event-store/sqlite/sqlite-event-store.js';
import { eventStoreContract } from './event-store.contract.js';

eventStoreContract('the embedded store keeps the contract of the event store', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'renewal-events-'));
  return {
    open: () => new SqliteEventStore(join(directory, 'events.db')),
    dispose: async () => rmSync(directory, { recursive: true }),
  };
});
