import { KurrentDbEventStore } from '../../src/platform/event-store/kurrentdb/kurrentdb-event-store.js';
import { ProtocolTestServer } from '../support/protocol-test-server.js';
import { eventStoreContract } from './event-store.contract.js';

eventStoreContract('the distributed store keeps the contract of the event store', async () => {
  const server = await new ProtocolTestServer().start();
  return { open: () => new KurrentDbEventStore(server.url), dispose: () => server.stop() };
});
