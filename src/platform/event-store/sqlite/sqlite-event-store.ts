import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { orClose, type Database, openDatabase, rowsOf, type Statement } from '../../sqlite.js';
import { assertAppend } from '../codec.js';
import {
  type Appended,
  type EncodedEvent,
  EventStore,
  NO_STREAM,
  PositionBeyondHead,
  RevisionConflict,
  type StoredEvent,
  StoreUnavailable,
  type Subscription,
} from '../event-store.js';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS streams (
    stream_no INTEGER PRIMARY KEY,
    stream    TEXT NOT NULL UNIQUE
  ) STRICT;
  CREATE TABLE IF NOT EXISTS events (
    position  INTEGER PRIMARY KEY,
    stream_no INTEGER NOT NULL REFERENCES streams (stream_no),
    revision  INTEGER NOT NULL,
    event_id  TEXT NOT NULL,
    type      TEXT NOT NULL,
    data      TEXT NOT NULL,
    metadata  TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS events_by_stream ON events (stream_no, revision);
`;

type Waiting = {
  readonly stream: string;
  readonly events: readonly EncodedEvent[];
  readonly expectedRevision: number;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: Error) => void;
};
type Outcome = { readonly waiting: Waiting; readonly result: Appended | RevisionConflict };
type Statements = Record<
  'streamNo' | 'addStream' | 'lastRevision' | 'insert' | 'readStream' | 'head' | 'range' | 'streamName',
  Statement
> & { readonly readAll: ReturnType<typeof rowsOf> };
type Row = [
  streamNo: number,
  position: number,
  revision: number,
  eventId: string,
  type: string,
  data: string,
  metadata: string,
];
/** Names of streams kept for reading the whole log: one text for all events of a stream. With more they are read anew. */
const MOST_NAMES = 100_000;

/**
 * The embedded store: one file, one writer. Appends that arrive while a commit is being prepared share it (group
 * commit), so one fsync serves all callers that are waiting; nobody is answered before it returned.
 */
export class SqliteEventStore extends EventStore {
  readonly shared = false;
  private database: Database;
  private statements: Statements;
  private queue: Waiting[] = [];
  private flushing = false;
  private closed = false;
  private lost = false;
  private readonly listeners = new Set<() => void>();
  private readonly names = new Map<number, string>();

  constructor(
    private readonly path: string,
    /** 1 turns group commit off, to measure what it gives. */
    private readonly largestGroup = 512,
  ) {
    super();
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.database = openDatabase(path, 'full');
    this.statements = orClose(this.database, (database) => {
      database.exec(SCHEMA);
      return prepare(database);
    });
  }

  async append(stream: string, events: readonly EncodedEvent[], expectedRevision: number): Promise<Appended> {
    // One bad append must fail alone and not take its group with it.
    assertAppend(stream, events, expectedRevision);
    if (this.closed) throw new StoreUnavailable('the store is closed');
    return new Promise((resolve, reject) => {
      this.queue.push({ stream, events, expectedRevision, resolve, reject });
      if (this.flushing) return;
      this.flushing = true;
      // Everything that becomes ready in this turn of the event loop joins the same commit.
      setImmediate(() => this.flush());
    });
  }

  async readStream(stream: string, fromRevision: number, limit: number): Promise<readonly StoredEvent[]> {
    return this.reading(() => {
      const streamNo = this.streamNo(stream);
      if (streamNo === undefined) return [];
      const rows = this.statements.readStream.all(streamNo, fromRevision, limit) as StoredEvent[];
      return rows.map((event) => ({ ...event, stream }));
    });
  }

  async readAll(afterPosition: number, limit: number): Promise<readonly StoredEvent[]> {
    return this.reading(() => {
      const rows = this.statements.readAll(afterPosition, limit) as Row[];
      if (rows.length === 0 && afterPosition > this.last()) throw new PositionBeyondHead(afterPosition, this.last());
      return rows.map(([streamNo, position, revision, eventId, type, data, metadata]) => ({
        stream: this.streamName(streamNo),
        position,
        revision,
        eventId,
        type,
        data,
        metadata,
      }));
    });
  }

  async subscribe(wake: () => void): Promise<Subscription> {
    this.listeners.add(wake);
    return { close: async () => void this.listeners.delete(wake) };
  }

  async head(): Promise<number> {
    return this.reading(() => this.last());
  }

  async close(): Promise<void> {
    if (this.closed) return;
    while (this.queue.length > 0) this.flush();
    this.closed = true;
    this.listeners.clear();
    try {
      this.database.close();
    } catch {
      // A recovery that could not open the file again has left nothing to close.
    }
  }

  private last(): number {
    return (this.statements.head.get() as { position: number }).position;
  }

  /** Whatever the database cannot answer is the store being unavailable; our own errors pass. */
  private reading<T>(read: () => T): T {
    try {
      this.ensureOpen();
      return read();
    } catch (error) {
      if (error instanceof PositionBeyondHead) throw error;
      throw new StoreUnavailable(this.closed ? 'the store is closed' : 'the event log could not be read', {
        cause: error,
      });
    }
  }

  private flush(): void {
    const group = this.queue.splice(0, this.largestGroup);
    if (group.length > 0) this.commit(group);
    this.flushing = this.queue.length > 0;
    if (this.flushing) setImmediate(() => this.flush());
  }

  private commit(group: readonly Waiting[]): void {
    let outcomes: Outcome[];
    try {
      this.ensureOpen();
      this.database.exec('BEGIN IMMEDIATE');
      outcomes = group.map((waiting) => ({ waiting, result: this.write(waiting) }));
      this.database.exec('COMMIT');
    } catch (error) {
      this.recover();
      const unavailable = new StoreUnavailable('the event log could not be written', { cause: error });
      for (const waiting of group) waiting.reject(unavailable);
      return;
    }
    for (const { waiting, result } of outcomes) {
      if (result instanceof RevisionConflict) waiting.reject(result);
      else waiting.resolve(this.acknowledge(waiting.stream, result));
    }
    if (outcomes.some(({ result }) => !(result instanceof RevisionConflict))) this.wakeAll();
  }

  /** A listener that throws must not stop the writer: its own next wake finds what this one missed. */
  private wakeAll(): void {
    for (const wake of this.listeners) {
      try {
        wake();
      } catch {
        continue;
      }
    }
  }

  private write({ stream, events, expectedRevision }: Waiting): Appended | RevisionConflict {
    const known = this.streamNo(stream);
    const last = known === undefined ? NO_STREAM : this.lastRevision(known);
    if (last !== expectedRevision) {
      const again = known === undefined ? undefined : this.sameAgain(known, events, expectedRevision);
      return again ?? new RevisionConflict(stream, expectedRevision);
    }
    const streamNo = known ?? Number(this.statements.addStream.run(stream).lastInsertRowid);
    let revision = last;
    let position = 0;
    for (const event of events) {
      revision += 1;
      const { lastInsertRowid } = this.statements.insert.run(
        streamNo,
        revision,
        event.eventId,
        event.type,
        event.data,
        event.metadata,
      );
      position = Number(lastInsertRowid);
    }
    return { revision, position };
  }

  /** An append repeated after an unknown outcome: these very events are already there. */
  private sameAgain(streamNo: number, events: readonly EncodedEvent[], expected: number): Appended | undefined {
    const rows = this.statements.range.all(streamNo, expected, expected + events.length) as StoredEvent[];
    const same = rows.length === events.length && rows.every((row, index) => row.eventId === events[index]!.eventId);
    const last = rows.at(-1);
    return same && last ? { revision: last.revision, position: last.position } : undefined;
  }

  private streamNo(stream: string): number | undefined {
    return (this.statements.streamNo.get(stream) as { streamNo: number } | undefined)?.streamNo;
  }

  private streamName(streamNo: number): string {
    let stream = this.names.get(streamNo);
    if (stream === undefined) {
      ({ stream } = this.statements.streamName.get(streamNo) as { stream: string });
      if (this.names.size === MOST_NAMES) this.names.clear();
      this.names.set(streamNo, stream);
    }
    return stream;
  }

  private lastRevision(streamNo: number): number {
    return (this.statements.lastRevision.get(streamNo) as { revision: number }).revision;
  }

  /** After a failed commit nothing on this connection is trusted: it is closed, and who comes next opens it anew. */
  private recover(): void {
    try {
      this.database.exec('ROLLBACK');
    } catch {
      // The transaction is already gone; closing the connection ends it in any case.
    }
    if (this.path === ':memory:') return;
    try {
      this.database.close();
    } catch {
      // It could not be opened when it was tried last.
    }
    this.lost = true;
  }

  /** Opens the file anew where a failed commit has given it up; throws while it cannot be opened. */
  private ensureOpen(): void {
    if (!this.lost || this.closed) return;
    const database = openDatabase(this.path, 'full');
    this.statements = orClose(database, prepare);
    this.database = database;
    this.lost = false;
  }
}

function prepare(database: Database): Statements {
  const columns = 'position, revision, event_id AS eventId, type, data, metadata';
  return {
    streamNo: database.prepare('SELECT stream_no AS streamNo FROM streams WHERE stream = ?'),
    addStream: database.prepare('INSERT INTO streams (stream) VALUES (?)'),
    lastRevision: database.prepare(
      `SELECT coalesce(max(revision), ${NO_STREAM}) AS revision FROM events WHERE stream_no = ?`,
    ),
    insert: database.prepare(
      'INSERT INTO events (stream_no, revision, event_id, type, data, metadata) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    readStream: database.prepare(
      `SELECT ${columns} FROM events WHERE stream_no = ? AND revision >= ? ORDER BY revision LIMIT ?`,
    ),
    streamName: database.prepare('SELECT stream FROM streams WHERE stream_no = ?'),
    readAll: rowsOf(database, `SELECT stream_no, ${columns} FROM events WHERE position > ? ORDER BY position LIMIT ?`),
    range: database.prepare(
      `SELECT ${columns} FROM events WHERE stream_no = ? AND revision > ? AND revision <= ? ORDER BY revision`,
    ),
    head: database.prepare('SELECT coalesce(max(position), 0) AS position FROM events'),
  };
}
