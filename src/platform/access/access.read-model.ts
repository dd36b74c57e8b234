import { ACCESS_STREAM } from '../event-store/event-store.js';
import type { ProjectionRunner } from '../projections/projection-runner.js';
import { type Incoming, ReadModel, type Writer } from '../projections/read-model.js';

/** The lines of the access log, to be listed; and where its stream ends. */
export class AccessReadModel extends ReadModel {
  readonly name = 'access_v1';
  readonly tables = ['access_v1_lines'];
  readonly schema = `
    CREATE TABLE access_v1_lines (
      revision    INTEGER PRIMARY KEY,
      position    INTEGER NOT NULL,
      hash        TEXT NOT NULL,
      occurred_on TEXT NOT NULL,
      recorded_at TEXT NOT NULL,
      recorded_ms INTEGER NOT NULL,
      actor       TEXT NOT NULL,
      role        TEXT NOT NULL,
      division    TEXT NOT NULL,
      route       TEXT NOT NULL,
      subject     TEXT,
      format      TEXT NOT NULL,
      rows        INTEGER,
      request_id  TEXT NOT NULL
    ) STRICT;
  `;

  apply({ stored, event }: Incoming, write: Writer): void {
    if (stored.stream !== ACCESS_STREAM) return;
    const { revision, position, data, metadata } = event();
    const { route, subject, format, rows, requestId } = data as unknown as Record<string, string>;
    const { actor, recordedAt, hash } = metadata;
    write.run(
      'INSERT INTO access_v1_lines VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ...[revision, position, hash, data.occurredOn, recordedAt, Date.parse(recordedAt)],
      ...[actor.subject, actor.role, actor.division, route!, subject!, format!, rows!, requestId!],
    );
  }
}

/** The end of the stream as far as it is projected; undefined before the first line. */
export const projectedEnd = (projections: ProjectionRunner): { revision: number; hash: string } | undefined =>
  projections.get<{ revision: number; hash: string }>(
    'SELECT revision, hash FROM access_v1_lines ORDER BY revision DESC LIMIT 1',
  );
