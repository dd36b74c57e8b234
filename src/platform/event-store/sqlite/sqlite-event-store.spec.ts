import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson } from '../../../kernel/canonical-json.js';
import { deterministicId } from '../../../kernel/ids.js';
import { type Database, openReadOnly } from '../../sqlite.js';
import { type EncodedEvent, NO_STREAM, RevisionConflict, StoreUnavailable } from '../event-store.js';
import { SqliteEventStore } from './sqlite-event-store.js';

const event = (seed: string): EncodedEvent => ({
  eventId: deterministicId('sqlite', seed),
  type: 'PaymentMade',
  data: canonicalJson({ seed }),
  metadata: '{}',
});

/** What the contract of the port cannot see: the file, its mode, its commits. */
describe('the embedded store', () => {
  let directory: string;
  let path: string;
  let store: SqliteEventStore;

  const databaseOf = (one: SqliteEventStore) => (one as unknown as { database: Database }).database;
  const pragma = (name: string) =>
    Object.values(databaseOf(store).prepare(`PRAGMA ${name}`).get() as object)[0] as unknown;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'renewal-sqlite-'));
    path = join(directory, 'data', 'events.db');
    store = new SqliteEventStore(path);
  });
  afterEach(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });

  it('syncs every commit to the disk, on the first open, on a later one and after a failed commit', async () => {
    expect([pragma('synchronous'), pragma('journal_mode')]).toEqual([2, 'wal']);
    await store.append('a', [event('1')], NO_STREAM);
    await store.close();
    store = new SqliteEventStore(path);
    expect([pragma('synchronous'), pragma('journal_mode')]).toEqual([2, 'wal']);
    databaseOf(store).exec('BEGIN');
    await expect(store.append('a', [event('2')], 0)).rejects.toThrow(StoreUnavailable);
    await store.append('a', [event('2')], 0);
    expect([pragma('synchronous'), pragma('journal_mode')]).toEqual([2, 'wal']);
  });

  it('keeps its files to itself, also when it finds them open to others', async () => {
    await store.append('a', [event('1')], NO_STREAM);
    const modes = readdirSync(join(directory, 'data')).map((name) => [
      name,
      (statSync(join(directory, 'data', name)).mode & 0o777).toString(8),
    ]);
    expect(modes).toEqual([
      ['events.db', '600'],
      ['events.db-shm', '600'],
      ['events.db-wal', '600'],
    ]);
    await store.close();
    chmodSync(path, 0o644);
    store = new SqliteEventStore(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await store.readStream('a', 0, 1)).toHaveLength(1);
  });

  it('lets appends that wait share one commit', async () => {
    let commits = 0;
    const inner = store as unknown as { database: Database };
    const { database } = inner;
    inner.database = {
      prepare: (sql) => database.prepare(sql),
      close: () => database.close(),
      exec: (sql) => {
        if (sql === 'COMMIT') commits++;
        database.exec(sql);
      },
    };
    await Promise.all(Array.from({ length: 100 }, (_, index) => store.append(`s${index}`, [event(`${index}`)], -1)));
    expect(commits).toBe(1);
    await store.append('alone', [event('alone')], NO_STREAM);
    expect(commits).toBe(2);
  });

  it('answers each append of a shared commit for itself', async () => {
    const answers = await Promise.allSettled([
      store.append('a', [event('1')], NO_STREAM),
      store.append('a', [event('2')], NO_STREAM),
      store.append('b', [event('3')], NO_STREAM),
      store.append('b', [{ ...event('4'), type: '' }], 0),
      store.append('b', [event('5')], 0),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(await store.readAll(0, 10)).toHaveLength(3);
  });

  it('leaves no stream behind where an append was refused', async () => {
    await expect(store.append('never', [event('1')], 4)).rejects.toThrow(RevisionConflict);
    const row = databaseOf(store).prepare('SELECT count(*) AS streams FROM streams').get();
    expect(row).toEqual({ streams: 0 });
  });

  it('goes on after a failed commit, and after failing to open the file again', async () => {
    await store.append('a', [event('1')], NO_STREAM);
    databaseOf(store).exec('BEGIN');
    await expect(store.append('a', [event('2')], 0)).rejects.toThrow(StoreUnavailable);
    await expect(store.append('a', [event('2')], 0)).resolves.toMatchObject({ revision: 1 });

    const inner = store as unknown as { path: string };
    databaseOf(store).exec('BEGIN');
    inner.path = join(directory, 'missing', 'events.db');
    for (let attempt = 0; attempt < 3; attempt++)
      await expect(store.append('a', [event('3')], 1)).rejects.toThrow(StoreUnavailable);
    await expect(store.readStream('a', 0, 10)).rejects.toThrow(StoreUnavailable);
    inner.path = path;
    await expect(store.append('a', [event('3')], 1)).resolves.toMatchObject({ revision: 2 });
    expect(await store.readStream('a', 0, 10)).toHaveLength(3);
  });

  it('lets a second handle on the file read what was committed and conflict like any writer', async () => {
    const other = new SqliteEventStore(path);
    await store.append('a', [event('1')], NO_STREAM);
    expect(await other.readStream('a', 0, 10)).toHaveLength(1);
    await expect(other.append('a', [event('2')], NO_STREAM)).rejects.toThrow(RevisionConflict);
    await expect(other.append('a', [event('3')], 0)).resolves.toMatchObject({ revision: 1 });
    expect(await store.readStream('a', 0, 10)).toHaveLength(2);
    await other.close();
    const readOnly = openReadOnly(path);
    expect(readOnly.prepare('SELECT count(*) AS events FROM events').get()).toEqual({ events: 2 });
    readOnly.close();
  });

  it('refuses a file that is not its own', () => {
    const foreign = join(directory, 'foreign.db');
    writeFileSync(foreign, 'not a database, and longer than a header of one hundred bytes '.repeat(4));
    expect(() => new SqliteEventStore(foreign)).toThrow();
  });
});
