import type { EventCatalogue, RecordedEvent } from '../event-store/codec.js';
import type { StoredEvent } from '../event-store/event-store.js';
import type { Database, SqlValue } from '../sqlite.js';

/** Writes prepared once and kept for the life of the connection. */
export class Writer {
  private readonly prepared = new Map<string, ReturnType<Database['prepare']>>();
  constructor(private readonly database: Database) {}

  run(sql: string, ...values: SqlValue[]): void {
    this.statement(sql).run(...values);
  }

  get<Row>(sql: string, ...values: SqlValue[]): Row | undefined {
    return this.statement(sql).get(...values) as Row | undefined;
  }

  private statement(sql: string) {
    let statement = this.prepared.get(sql);
    if (!statement) this.prepared.set(sql, (statement = this.database.prepare(sql)));
    return statement;
  }
}

/** An event on its way into a read model: as stored, and decoded when somebody asks. */
export type Incoming = { readonly stored: StoredEvent; readonly event: () => RecordedEvent };

/**
 * A read model is tables that follow the log. Its name carries its version: a new shape is a new name, and is filled
 * from the first event. `apply` runs inside the transaction that moves the checkpoint; what it throws stops this read
 * model at this position, and no other.
 */
export abstract class ReadModel {
  /** `<subject>_v<n>`. */
  abstract readonly name: string;
  /** `CREATE TABLE` and `CREATE INDEX` statements; every table begins with the name. */
  abstract readonly schema: string;
  abstract readonly tables: readonly string[];
  abstract apply(incoming: Incoming, write: Writer): void;
  /** Called after a batch is committed, a rebuild begins or the process starts: caches in memory start anew. */
  settled?(): void;
}

/** Decodes an event when a model first asks for it, once for all of them. */
export function lazily(stored: StoredEvent, catalogue: EventCatalogue): Incoming {
  let decoded: RecordedEvent | undefined;
  return { stored, event: () => (decoded ??= catalogue.decode(stored)) };
}
