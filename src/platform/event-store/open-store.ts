import { join } from 'node:path';
import type { Settings } from '../config/settings.js';
import type { EventStore } from './event-store.js';
import { KurrentDbEventStore } from './kurrentdb/kurrentdb-event-store.js';
import { SqliteEventStore } from './sqlite/sqlite-event-store.js';

/** The store the settings name. */
export function openStore({ eventStore, dataDir }: Pick<Settings, 'eventStore' | 'dataDir'>): EventStore {
  if (eventStore === 'sqlite') return new SqliteEventStore(join(dataDir, 'events.db'));
  if (/^(esdb|kurrentdb):\/\//.test(eventStore)) return new KurrentDbEventStore(eventStore);
  throw new Error('EVENT_STORE is sqlite, esdb://… or kurrentdb://…');
}
