import { EventStoreDBClient } from '@eventstore/db-client';
import type { ConnectionSettings } from './connection-settings.js';

/**
 * The client of the moment. One that fell silent is replaced: its channel would go on waiting for a frozen server long
 * after the cluster has another leader, and only a new client asks again who leads.
 */
export class Connection {
  private current: EventStoreDBClient;

  constructor(private readonly settings: ConnectionSettings) {
    this.current = this.connect();
  }

  get client(): EventStoreDBClient {
    return this.current;
  }

  /**
   * In every call. Credentials choose the client's plain path: typed errors, deadlines that are kept, no batch whose
   * failure takes other appends along. The leader, because a follower may not know yet what was just acknowledged.
   */
  get options(): { credentials: ConnectionSettings['credentials']; requiresLeader: true } {
    return { credentials: this.settings.credentials, requiresLeader: true };
  }

  get shownAs(): string {
    return this.settings.shownAs;
  }

  /** Replaces a silent client; of many callers that saw the same silence only the first does. */
  replace(silent: unknown): void {
    if (silent !== this.current) return;
    this.current = this.connect();
    dispose(silent as EventStoreDBClient);
  }

  close(): void {
    dispose(this.current);
  }

  private connect(): EventStoreDBClient {
    return EventStoreDBClient.connectionString(this.settings.connectionString);
  }
}

/** Ends what still reads; not waited for, because a silent server need not answer that either. */
const dispose = (client: EventStoreDBClient): void => void client.dispose().catch(() => undefined);
