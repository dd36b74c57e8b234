import { describe, it } from '@jest/globals';
import { KurrentDbEventStore } from '../../src/platform/event-store/kurrentdb/kurrentdb-event-store.js';
import { eventStoreContract } from './event-store.contract.js';

const url = process.env['KURRENTDB_URL'];

if (url)
  eventStoreContract('a real server keeps the contract of the event store', async () => ({
    open: () => new KurrentDbEventStore(url),
    dispose: async () => undefined,
  }));
else
  describe.skip('a real server keeps the contract of the event store (skipped: KURRENTDB_URL is not set)', () => {
    it('is run against the server KURRENTDB_URL names, such as esdb://127.0.0.1:2113?tls=false', () => undefined);
  });
