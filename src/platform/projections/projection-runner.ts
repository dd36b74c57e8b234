import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { EventCatalogue } from '../event-store/codec.js';
import {
  EventStore,
  PositionBeyondHead,
  type StoredEvent,
  StoreUnavailable,
  type Subscription,
} from '../event-store/event-store.js';
import { nextTurn } from '../slices.js';
import { orClose, copyDatabase, type Database, openDatabase, type SqlValue, type Statement } from '../sqlite.js';
import { type Incoming, lazily, type ReadModel, Writer } from './read-model.js';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS checkpoints (
    name     TEXT PRIMARY KEY,
    shape    TEXT NOT NULL,
    position INTEGER NOT NULL,
    status   TEXT NOT NULL CHECK (status IN ('live', 'degraded')),
    reason   TEXT
  ) STRICT, WITHOUT ROWID;
`;
const PAGE = 500;
const PAUSE_AFTER_FAILURE_MS = 250;

type Asking = { readonly resolve: () => void; readonly reject: (error: unknown) => void };
type Checkpoint = { position: number; status: 'live' | 'degraded'; reason: string | null };
export type ProjectionStatus = {
  readonly name: string;
  readonly version: number;
  readonly position: number;
  readonly lag: number;
  readonly status: 'live' | 'degraded';
  readonly reason: string | null;
  readonly stateHash: string;
};

/** A read asked for a position that is not projected in time. */
export class ProjectionBehind extends Error {}

/**
 * Follows the log into the read models. Rows and checkpoint of each model change in one transaction, so a kill at any
 * moment resumes exactly once; a model that meets an event it cannot take stays where it is, says so, and the others go
 * on. Deleting the file loses nothing: it is filled again from the log.
 */
export class ProjectionRunner {
  private readonly database: Database;
  private readonly write: Writer;
  private readonly checkpoints = new Map<string, Checkpoint>();
  private readonly queries = new Map<string, Statement>();
  private readonly exactQueries = new Map<string, Statement>();
  private waiting: { position: number; resolve: () => void }[] = [];
  private subscription: Subscription | undefined;
  private running: Promise<void> | undefined;
  private retry: NodeJS.Timeout | undefined;
  /** Who waits for the end of the log as it is now: answered by a page that was asked for after them. */
  private asking: Asking[] = [];
  /** Why following cannot go on, where waiting does not help. */
  private stuck: string | undefined;
  private first = true;
  private again = false;
  private stopped = false;

  /** How often a read model was emptied to be filled anew: who reads over several turns asks before and after. */
  rebuilds = 0;

  constructor(
    private readonly path: string,
    private readonly store: EventStore,
    private readonly catalogue: EventCatalogue,
    private readonly models: readonly ReadModel[],
  ) {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.database = openDatabase(path, 'rebuildable');
    this.write = new Writer(this.database);
    orClose(this.database, (database) => {
      database.exec(SCHEMA);
      for (const model of models) this.prepare(model);
    });
  }

  /** The same read models in another file, over the same log or another: what an audit fills by itself, and compares. */
  fresh(path: string, store: EventStore = this.store): ProjectionRunner {
    return new ProjectionRunner(path, store, this.catalogue, this.models);
  }

  /** A copy of every read model as it stands after some event of the log, and the checkpoints that say which. */
  copyTo(path: string): Promise<void> {
    return copyDatabase(this.path, path);
  }

  /** Catches up with the log, then follows it. A shared store may be away at the start: then this goes on trying. */
  async start(): Promise<void> {
    this.subscription = await this.store.subscribe(() => this.wake());
    try {
      await this.assertNotAhead();
      await this.current();
    } catch (error) {
      if (!this.store.shared || !(error instanceof StoreUnavailable)) throw error;
    }
  }

  /** A log that ends before what was read from it has lost events: going on would show them, and give their places away. */
  private async assertNotAhead(): Promise<void> {
    const head = await this.store.head();
    const { position } = this.write.get<{ position: number }>(
      'SELECT coalesce(max(position), 0) AS position FROM checkpoints',
    )!;
    if (position > head)
      throw new Error(`the log ends at ${head}, the read models have read up to ${position}: the log lost events`);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.retry);
    await this.subscription?.close();
    await this.running?.catch(() => undefined);
    this.refuse(new StoreUnavailable('the service stops'));
    this.database.close();
  }

  /** The position every live read model has reached. */
  get position(): number {
    const live = [...this.checkpoints.values()].filter(({ status }) => status === 'live');
    return Math.min(...(live.length > 0 ? live : [...this.checkpoints.values()]).map(({ position }) => position));
  }

  /** False until the read models have been at the end of the log once: what they say before is of another day. */
  get caughtUp(): boolean {
    return !this.first;
  }

  /**
   * Resolves when everything that is in the log now, whoever wrote it, is projected; StoreUnavailable where the log cannot
   * be read. One page that is asked for after the call answers all who wait, so it costs a read, not a read for each.
   */
  current(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.asking.push({ resolve, reject });
      this.wake();
    });
  }

  /** Rows of a query about money: every integer comes as a BigInt. */
  exact<Row>(sql: string, ...values: SqlValue[]): Row[] {
    let statement = this.exactQueries.get(sql);
    if (!statement) {
      statement = this.database.prepare(sql);
      statement.setReadBigInts(true);
      this.exactQueries.set(sql, statement);
    }
    return statement.all(...values) as Row[];
  }

  all<Row>(sql: string, ...values: SqlValue[]): Row[] {
    return this.statement(sql).all(...values) as Row[];
  }

  get<Row>(sql: string, ...values: SqlValue[]): Row | undefined {
    return this.statement(sql).get(...values) as Row | undefined;
  }

  /** Resolves when everything up to `position` is projected; ProjectionBehind after `timeoutMs`. */
  async waitFor(position: number, timeoutMs: number): Promise<void> {
    if (this.position >= position) return;
    this.wake();
    await new Promise<void>((resolve, reject) => {
      const entry = { position, resolve: () => (clearTimeout(timer), resolve()) };
      const timer = setTimeout(() => {
        this.waiting = this.waiting.filter((one) => one !== entry);
        reject(new ProjectionBehind(`position ${position} is not projected yet`));
      }, timeoutMs);
      this.waiting.push(entry);
    });
  }

  /** Applies what is in the log and not yet in the read models. */
  catchUp(): Promise<void> {
    this.again = true;
    this.running ??= this.follow();
    return this.running;
  }

  /** Empties one read model and fills it from the first event. */
  async rebuild(name: string): Promise<boolean> {
    const model = this.models.find((one) => one.name === name);
    if (!model) return false;
    await this.running?.catch(() => undefined);
    this.rebuilds += 1;
    this.create(model);
    await this.catchUp();
    return true;
  }

  async statuses(): Promise<ProjectionStatus[]> {
    const head = await this.store.head();
    return this.models.map((model) => {
      const { position, status, reason } = this.checkpoint(model);
      const version = Number(/_v(\d+)$/.exec(model.name)?.[1] ?? 1);
      const lag = Math.max(0, head - position);
      return { name: model.name, version, position, lag, status, reason, stateHash: this.stateHash(model) };
    });
  }

  /** Names of the read models that stopped at an event they could not take. */
  degraded(): string[] {
    const stopped = [...this.checkpoints].filter(([, { status }]) => status === 'degraded').map(([name]) => name);
    return this.stuck === undefined ? stopped : [...stopped, this.stuck];
  }

  /** SHA-256 over every row of every table in key order: equal hashes, equal read models. */
  private stateHash(model: ReadModel): string {
    const hash = createHash('sha256');
    for (const table of model.tables)
      for (const row of this.statement(`SELECT * FROM ${table} ORDER BY 1, 2`).iterate())
        hash.update(
          JSON.stringify(Object.values(row as object), (_, value: unknown) =>
            typeof value === 'bigint' ? value.toString() : value,
          ),
        );
    return hash.digest('hex');
  }

  /** Where a follower of the log that keeps no rows had come to. */
  checkpointOf(name: string): number {
    return this.write.get<{ position: number }>('SELECT position FROM checkpoints WHERE name = ?', name)?.position ?? 0;
  }

  setCheckpoint(name: string, position: number): void {
    if (this.stopped) return;
    this.write.run(
      "INSERT OR REPLACE INTO checkpoints (name, shape, position, status, reason) VALUES (?, '', ?, 'live', NULL)",
      name,
      position,
    );
  }

  private wake(): void {
    if (this.stopped) return this.refuse(new StoreUnavailable('the service stops'));
    this.catchUp().catch((error: unknown) => {
      this.stuck = error instanceof PositionBeyondHead ? error.message : undefined;
      // However many wait, there is one next try.
      this.retry ??= setTimeout(() => {
        this.retry = undefined;
        this.wake();
      }, PAUSE_AFTER_FAILURE_MS).unref();
    });
  }

  private async follow(): Promise<void> {
    try {
      while (this.again && !this.stopped) {
        this.again = false;
        // Between pages other requests get their turn.
        while (await this.followPage()) await nextTurn();
      }
    } finally {
      // In the same breath as the last look at `again`: a wake in between would wait for one that is over.
      this.running = undefined;
    }
  }

  /** True where there may be more. */
  private async followPage(): Promise<boolean> {
    const asking = this.asking.splice(0);
    try {
      const after = this.position;
      const page = await this.store.readAll(after, PAGE);
      if (this.stopped) throw new StoreUnavailable('the service stops');
      if (page.length > 0) this.project(page, after);
      this.stuck = undefined;
      const full = page.length === PAGE;
      if (full) this.asking.unshift(...asking);
      else this.first = false;
      this.settle();
      if (!full) for (const { resolve } of asking) resolve();
      return full;
    } catch (error) {
      for (const { reject } of asking) reject(error);
      throw error;
    }
  }

  private refuse(error: Error): void {
    for (const { reject } of this.asking.splice(0)) reject(error);
  }

  private project(page: readonly StoredEvent[], after: number): void {
    const incoming = page.map((stored) => lazily(stored, this.catalogue));
    this.database.exec('BEGIN');
    try {
      for (const model of this.models) this.projectOne(model, incoming, after);
      this.database.exec('COMMIT');
    } catch (error) {
      this.database.exec('ROLLBACK');
      for (const model of this.models) this.checkpoints.delete(model.name);
      for (const model of this.models) this.checkpoint(model);
      throw error;
    }
  }

  private projectOne(model: ReadModel, page: readonly Incoming[], after: number): void {
    const checkpoint = this.checkpoint(model);
    // A model that was emptied while this page was on its way begins with the first event, not in the middle.
    if (checkpoint.status === 'degraded' || checkpoint.position < after) return;
    this.database.exec('SAVEPOINT page');
    const { reached, failure } = this.applyPage(model, page, checkpoint.position);
    if (failure !== undefined) {
      checkpoint.status = 'degraded';
      checkpoint.reason = failure;
      // What the bad event had half written goes, what stood before it is written again.
      this.database.exec('ROLLBACK TO page');
      for (const incoming of page)
        if (incoming.stored.position > checkpoint.position && incoming.stored.position <= reached)
          model.apply(incoming, this.write);
    }
    this.database.exec('RELEASE page');
    checkpoint.position = reached;
    this.write.run(
      'UPDATE checkpoints SET position = ?, status = ?, reason = ? WHERE name = ?',
      checkpoint.position,
      checkpoint.status,
      checkpoint.reason,
      model.name,
    );
  }

  /** Applies until one fails; answers the position of the last that did not. */
  private applyPage(model: ReadModel, page: readonly Incoming[], from: number): { reached: number; failure?: string } {
    let reached = from;
    for (const incoming of page) {
      const { position } = incoming.stored;
      if (position <= reached) continue;
      try {
        model.apply(incoming, this.write);
      } catch (error) {
        return {
          reached,
          failure: `at position ${position}: ${error instanceof Error ? error.message : String(error)}`,
        };
      }
      reached = position;
    }
    return { reached };
  }

  private settle(): void {
    for (const model of this.models) model.settled?.();
    const { position } = this;
    const ready = this.waiting.filter((one) => one.position <= position);
    if (ready.length === 0) return;
    this.waiting = this.waiting.filter((one) => one.position > position);
    for (const { resolve } of ready) resolve();
  }

  private prepare(model: ReadModel): void {
    const row = this.write.get<{ shape: string }>('SELECT shape FROM checkpoints WHERE name = ?', model.name);
    if (!row || row.shape !== shapeOf(model)) this.create(model);
    // A new start may bring the version that can read what stopped the old one: it tries again, and stops again if not.
    else this.checkpoint(model).status = 'live';
  }

  private create(model: ReadModel): void {
    this.database.exec('BEGIN');
    for (const table of model.tables) this.database.exec(`DROP TABLE IF EXISTS ${table}`);
    this.database.exec(model.schema);
    this.database
      .prepare(
        "INSERT OR REPLACE INTO checkpoints (name, shape, position, status, reason) VALUES (?, ?, 0, 'live', NULL)",
      )
      .run(model.name, shapeOf(model));
    this.database.exec('COMMIT');
    this.checkpoints.set(model.name, { position: 0, status: 'live', reason: null });
    model.settled?.();
  }

  private checkpoint(model: ReadModel): Checkpoint {
    let checkpoint = this.checkpoints.get(model.name);
    if (!checkpoint) {
      const sql = 'SELECT position, status, reason FROM checkpoints WHERE name = ?';
      checkpoint = { ...this.write.get<Checkpoint>(sql, model.name)! };
      this.checkpoints.set(model.name, checkpoint);
    }
    return checkpoint;
  }

  private statement(sql: string): Statement {
    let statement = this.queries.get(sql);
    if (!statement) {
      statement = this.database.prepare(sql);
      this.queries.set(sql, statement);
    }
    return statement;
  }
}

const shapeOf = (model: ReadModel): string => createHash('sha256').update(model.schema).digest('hex');
