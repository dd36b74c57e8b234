import type { KnownCommand } from '../commands/command-index.js';
import { CommandIndex } from '../commands/command-index.js';
import { type EventMetadata, isAside } from '../event-store/event-store.js';
import type { ProjectionRunner } from './projection-runner.js';
import { type Incoming, ReadModel, type Writer } from './read-model.js';

/** The contents page of the log: where each event stands, when it happened and when it was known, whose command it was. */
export class LogReadModel extends ReadModel {
  readonly name = 'log_v1';
  readonly tables = ['log_v1_events', 'log_v1_commands'];
  readonly schema = `
    CREATE TABLE log_v1_events (
      position     INTEGER PRIMARY KEY,
      event_id     TEXT NOT NULL UNIQUE,
      stream       TEXT NOT NULL,
      revision     INTEGER NOT NULL,
      type         TEXT NOT NULL,
      occurred_on  TEXT NOT NULL,
      recorded_at  TEXT NOT NULL,
      recorded_max INTEGER NOT NULL,
      command_id   TEXT NOT NULL,
      subject      TEXT NOT NULL,
      rules        TEXT,
      overridden   INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX log_v1_by_stream ON log_v1_events (stream, revision);
    CREATE INDEX log_v1_by_recorded ON log_v1_events (recorded_max);
    CREATE TABLE log_v1_commands (
      command_id  TEXT PRIMARY KEY,
      stream      TEXT NOT NULL,
      fingerprint TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
  `;
  private latest: number | undefined;

  apply({ stored }: Incoming, write: Writer): void {
    const { position, eventId, stream, revision, type } = stored;
    if (isAside(stream)) return;
    const metadata = JSON.parse(stored.metadata) as EventMetadata;
    const data = JSON.parse(stored.data) as { occurredOn: string; rules?: string[]; rule?: string; override?: object };
    const recordedMs = Date.parse(metadata.recordedAt);
    this.latest ??= write.get<{ latest: number }>(
      'SELECT coalesce(max(recorded_max), 0) AS latest FROM log_v1_events',
    )!.latest;
    this.latest = Math.max(this.latest, recordedMs);
    const rules = metadata.rules ?? [];
    write.run(
      'INSERT INTO log_v1_events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ...[position, eventId, stream, revision, type, data.occurredOn, metadata.recordedAt, this.latest],
      ...[metadata.commandId, metadata.actor.subject],
      rules.length === 0 ? null : `,${rules.join(',')},`,
      data.override ? 1 : 0,
    );
    write.run(
      'INSERT OR IGNORE INTO log_v1_commands VALUES (?, ?, ?)',
      metadata.commandId,
      stream,
      metadata.fingerprint,
    );
  }

  override settled(): void {
    this.latest = undefined;
  }
}

/** Where each command id was first used: the projection, and in front of it what this process appended since. */
export class ProjectedCommandIndex extends CommandIndex {
  private readonly recent = new Map<string, KnownCommand & { position: number }>();

  constructor(
    private readonly runner: ProjectionRunner,
    /** Whether others append to the log too. */
    private readonly shared: boolean,
  ) {
    super();
  }

  async find(commandId: string): Promise<KnownCommand | undefined> {
    const recent = this.recent.get(commandId);
    if (recent) return recent;
    const known = this.projected(commandId);
    if (known || !this.shared) return known;
    // Another replica may have used the key a moment ago: before it says no, the index has read what is there now.
    await this.runner.current();
    return this.recent.get(commandId) ?? this.projected(commandId);
  }

  private projected(commandId: string): KnownCommand | undefined {
    return this.runner.get<KnownCommand>(
      'SELECT stream, fingerprint FROM log_v1_commands WHERE command_id = ?',
      commandId,
    );
  }

  appended(commandId: string, known: KnownCommand, position: number): void {
    if (!this.recent.has(commandId)) this.recent.set(commandId, { ...known, position });
    for (const [id, { position: at }] of this.recent) {
      if (at > this.runner.position) break;
      this.recent.delete(id);
    }
  }
}
