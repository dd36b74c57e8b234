import { chmodSync, closeSync, existsSync, openSync, statSync } from 'node:fs';

/** The part of `node:sqlite` we use; both modules below have exactly this shape. */
export type SqlValue = null | number | bigint | string | Uint8Array;
export type Statement = {
  run(...values: SqlValue[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  get(...values: SqlValue[]): unknown;
  all(...values: SqlValue[]): unknown[];
  iterate(...values: SqlValue[]): IterableIterator<unknown>;
  setReadBigInts(enabled: boolean): void;
  /** Newer modules only; `rowsOf` does without. */
  setReturnArrays?(enabled: boolean): void;
};
export type Database = {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
};
type SqliteModule = {
  DatabaseSync: new (path: string, options?: { readOnly?: boolean }) => Database;
  backup: (source: Database, target: string, options: { rate: number }) => Promise<unknown>;
};

/** The module built into Node where there is one, else the same API from the npm package; never both on one file. */
const { DatabaseSync, backup } = await load();

async function load(): Promise<SqliteModule> {
  try {
    return (await import('node:' + 'sqlite')) as SqliteModule;
  } catch {
    return (await import('@photostructure/sqlite')) as unknown as SqliteModule;
  }
}

export type Durability = 'full' | 'rebuildable';

/**
 * Opens a database file for one writer. `full` means a commit is on the disk before it returns; it is set and read back
 * on every open, because some libraries open WAL files with `synchronous=NORMAL`, which loses commits on power failure.
 */
export function openDatabase(path: string, durability: Durability): Database {
  if (path !== ':memory:') keepPrivate(path);
  return orClose(new DatabaseSync(path), (database) => {
    database.exec('PRAGMA busy_timeout = 5000');
    database.exec('PRAGMA journal_mode = WAL');
    database.exec(`PRAGMA synchronous = ${durability === 'full' ? 'FULL' : 'OFF'}`);
    assertSynchronous(database, durability);
    return database;
  });
}

/** What a damaged file does not let us do leaves no file open: somebody tries again, and again. */
export function orClose<Result>(database: Database, work: (database: Database) => Result): Result {
  try {
    return work(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Created private, not made private afterwards: a kill in between must not leave the file readable for ever. A file that
 * is there is only looked at, never opened and closed: that would drop the locks SQLite holds on it in this process.
 */
function keepPrivate(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'wx', 0o600));
  else if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
}

/** Prepares a statement that answers rows as arrays of columns: a third faster than objects, where the module can. */
export function rowsOf(database: Database, sql: string): (...values: SqlValue[]) => readonly unknown[][] {
  const statement = database.prepare(sql);
  if (!statement.setReturnArrays)
    return (...values) => statement.all(...values).map((row) => Object.values(row as object));
  statement.setReturnArrays(true);
  return (...values) => statement.all(...values) as unknown[][];
}

/** A second connection for reading; WAL lets it see the last commit without waiting for the writer. */
export function openReadOnly(path: string): Database {
  return orClose(new DatabaseSync(path, { readOnly: true }), (database) => {
    database.exec('PRAGMA busy_timeout = 5000');
    return database;
  });
}

/** All pages in one go: a backup that pauses begins anew whenever somebody writes in between. */
const ALL_PAGES = 2_147_483_647;

/** A consistent copy of a database that is being written to, made outside the turn of the event loop. */
export async function copyDatabase(path: string, target: string): Promise<void> {
  keepPrivate(target);
  const source = openReadOnly(path);
  try {
    await backup(source, target, { rate: ALL_PAGES });
  } finally {
    source.close();
  }
}

function assertSynchronous(database: Database, durability: Durability): void {
  const row = database.prepare('PRAGMA synchronous').get() as { synchronous: number };
  const expected = durability === 'full' ? 2 : 0;
  if (row.synchronous !== expected) throw new Error(`synchronous is ${row.synchronous}, not ${expected}`);
}
