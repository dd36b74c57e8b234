import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Moment } from '../kernel/projection.js';
import { ReadDesk, type Reading, within } from '../platform/reads/read-desk.js';
import { type SchemeAt, schemesAt } from './subjects-at.js';
import type { SqlValue } from '../platform/sqlite.js';
import { type Measured, split, type Split, type SplitLine, type Sum } from './cost-split.projection.js';

export type SchemeRow = {
  readonly schemeId: string;
  readonly compoundId: string;
  readonly division: string;
  readonly planYear: number;
  readonly title: string;
  readonly projectCode: string | null;
  readonly policyId: string;
  readonly position: number;
  readonly occurredOn: string;
};
const SCHEME_COLUMNS = `scheme_id AS schemeId, compound_id AS compoundId, division, plan_year AS planYear, title,
  project_code AS projectCode, policy_id AS policyId, position, occurred_on AS occurredOn`;

const SUM_COLUMNS = `measure, source, reference, cost_area AS costArea, line_id AS lineId, item, sum(amount) AS amount`;

/** Of a scheme's revisions the approved one in force, before the first approval the latest: the first in this order. */
export const REVISION_IN_FORCE = 'approved DESC, revision DESC';

/** The last event that could change a figure of a scheme, and the last day of any. */
type Last = { readonly position: number; readonly on: string };
const LAST = 'SELECT last_position AS position, last_on AS "on"';
const FROM_SCHEMES = 'FROM ledger_v1_schemes';

/** What is found of one scheme at one moment. */
type Found = { readonly split: Split; readonly measured: Measured };
/** Of a large city all; kept they are about three kilobytes each. */
const MOST_KEPT = 25_000;

/** Splits of schemes, from the postings and nothing else. */
@Injectable()
export class SchemeFigures {
  private readonly newest = new LRUCache<string, { readonly position: number; readonly found: Found }>({
    max: MOST_KEPT,
  });

  constructor(@Inject(ReadDesk) private readonly reads: Reading) {}

  scheme(schemeId: string): SchemeRow | undefined {
    return this.reads.get<SchemeRow>(`SELECT ${SCHEME_COLUMNS} FROM subjects_v1_schemes WHERE scheme_id = ?`, schemeId);
  }

  schemesOf(compoundId: string): SchemeRow[] {
    const sql = `SELECT ${SCHEME_COLUMNS} FROM subjects_v1_schemes WHERE compound_id = ? ORDER BY scheme_id`;
    return this.reads.all<SchemeRow>(sql, compoundId);
  }

  /** Schemes that existed at the moment, as they were then. */
  schemesIn(scope: string, moment: Moment): SchemeAt[] {
    return schemesAt(this.reads, moment, scope);
  }

  sums(schemeId: string, moment: Moment): Sum[] {
    const at = within(moment);
    const sql = `SELECT ${SUM_COLUMNS} FROM ledger_v1_postings
      WHERE scheme_id = ? AND measure IS NOT NULL AND ${at.sql}
      GROUP BY measure, source, reference, cost_area, line_id, item`;
    return this.reads.exact<Sum>(sql, schemeId, ...at.values);
  }

  /** The approved revision in force at the moment, before the first approval the latest. */
  measured(schemeId: string, moment: Moment): Measured {
    const at = within(moment);
    const sql = `SELECT revision, approved FROM subjects_v1_revisions
      WHERE scheme_id = ? AND ${at.sql} ORDER BY ${REVISION_IN_FORCE} LIMIT 1`;
    const found = this.reads.get<{ revision: number; approved: number }>(sql, schemeId, ...at.values);
    if (!found) return { revision: null, approved: false, lines: [] };
    return { revision: found.revision, approved: found.approved === 1, lines: this.lines(schemeId, found.revision) };
  }

  /** Computed once for every moment behind the last event, and the last day, of the scheme. */
  splitOf(schemeId: string, moment: Moment, last = this.lastOf(schemeId)): Found {
    if (!last || last.position > moment.position || (moment.asOf !== null && last.on > moment.asOf))
      return this.computed(schemeId, moment);
    const known = this.newest.get(schemeId);
    if (known?.position === last.position) return known.found;
    const found = this.computed(schemeId, moment);
    this.newest.set(schemeId, { position: last.position, found });
    return found;
  }

  /** The last of every scheme, for whoever asks for the splits of very many. */
  lasts(): ReadonlyMap<string, Last> {
    const rows = this.reads.all<Last & { readonly schemeId: string }>(`${LAST}, scheme_id AS schemeId ${FROM_SCHEMES}`);
    return new Map(rows.map((row) => [row.schemeId, row]));
  }

  private lastOf(schemeId: string): Last | undefined {
    return this.reads.get<Last>(`${LAST} ${FROM_SCHEMES} WHERE scheme_id = ?`, schemeId);
  }

  private computed(schemeId: string, moment: Moment): Found {
    const measured = this.measured(schemeId, moment);
    return { split: split(this.sums(schemeId, moment), measured), measured };
  }

  private lines(schemeId: string, revision: number): SplitLine[] {
    const sql = `SELECT line_id AS lineId, work_item AS workItem, cost_area AS costArea FROM subjects_v1_lines
      WHERE scheme_id = ? AND revision = ? ORDER BY ordinal`;
    return this.reads.all<SplitLine>(sql, schemeId, revision as SqlValue);
  }
}
