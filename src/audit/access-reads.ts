import { Injectable } from '@nestjs/common';
import { AccessLog } from '../platform/access/access-log.js';
import { projectedEnd } from '../platform/access/access.read-model.js';
import type { Question } from '../platform/http/routes.js';
import { ProjectionRunner } from '../platform/projections/projection-runner.js';
import { byNumber, paged } from '../platform/reads/paging.js';
import type { SqlValue } from '../platform/sqlite.js';

type Line = Readonly<Record<string, unknown>>;
const COLUMNS = `revision + 1 AS line, recorded_at AS recordedAt, actor, role, division, route, subject, format, rows,
  request_id AS requestId, hash`;
const WAIT_MS = 5_000;

/** Who read personal or bulk data, for whoever audits them. */
@Injectable()
export class AccessReads {
  constructor(
    private readonly access: AccessLog,
    private readonly projections: ProjectionRunner,
  ) {}

  /** Lines in their order. Whoever keeps `lines` and `lastHash` can tell later whether the log was cut (`renewal verify`). */
  async list(asked: Question): Promise<object> {
    await this.projections.waitFor(this.access.lastPosition, WAIT_MS);
    const { actor, subject, from, to } = asked.filters;
    const { caller, asOf, recordedAt, atPosition } = asked;
    const conditions: [string, SqlValue | null | undefined][] = [
      // A city's auditor answers for the city's people.
      ['division LIKE ?', caller.division === '*' ? null : `${caller.division}%`],
      ['actor = ?', actor],
      ['subject = ?', subject],
      ['occurred_on >= ?', from],
      ['occurred_on <= ?', to],
      ['occurred_on <= ?', asOf],
      ['recorded_ms <= ?', recordedAt === null ? null : Date.parse(recordedAt)],
      ['position <= ?', atPosition],
    ];
    const given = conditions.filter((one): one is [string, SqlValue] => one[1] !== null && one[1] !== undefined);
    const where = ['1', ...given.map(([sql]) => sql)].join(' AND ');
    const sql = `SELECT revision FROM access_v1_lines WHERE ${where} ORDER BY revision`;
    const found = this.projections.all<{ revision: number }>(sql, ...given.map(([, value]) => value));
    const { items, next, prev } = paged(found, ({ revision }) => String(revision), asked, byNumber);
    const end = projectedEnd(this.projections);
    return {
      items: items.map(({ revision }) => this.line(revision)),
      ...{ next, prev, lines: (end?.revision ?? -1) + 1, lastHash: end?.hash ?? null, asOf, recordedAt },
    };
  }

  private line(revision: number): Line {
    return this.projections.get<Line>(`SELECT ${COLUMNS} FROM access_v1_lines WHERE revision = ?`, revision)!;
  }
}
