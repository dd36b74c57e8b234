import { inScope } from '../kernel/ids.js';
import type { Moment } from '../kernel/projection.js';
import { type Reading, within } from '../platform/reads/read-desk.js';

/** A compound as it was called and where it lay at a moment; `scope` is where it lies now, which decides who sees it. */
export type CompoundAt = {
  readonly compoundId: string;
  readonly name: string;
  readonly division: string;
  readonly scope: string;
};
export type SchemeAt = {
  readonly schemeId: string;
  readonly compoundId: string;
  readonly division: string;
  readonly planYear: number;
  readonly projectCode: string | null;
};

const COMPOUNDS = `SELECT compound_id AS compoundId, name, registered_in AS division, division AS scope
  FROM subjects_v1_compounds`;
const COMPOUND_CORRECTIONS = 'SELECT compound_id AS id, name, division FROM subjects_v1_compound_corrections';
const SCHEMES = `SELECT scheme_id AS schemeId, compound_id AS compoundId, division, plan_year AS planYear,
  project_code AS projectCode FROM subjects_v1_schemes`;
const SCHEME_CORRECTIONS = `SELECT scheme_id AS id, plan_year AS planYear, project_code AS projectCode
  FROM subjects_v1_scheme_corrections`;

/** Compounds that existed at the moment and lie in the caller's scope, corrected as far as was known then. */
export function compoundsAt(reads: Reading, moment: Moment, scope: string): CompoundAt[] {
  const correct = corrections<CompoundAt>(reads, COMPOUND_CORRECTIONS, moment);
  return rows<CompoundAt>(reads, COMPOUNDS, 'compound_id', moment)
    .filter((one) => inScope(scope, one.scope))
    .map((one) => correct(one.compoundId, one));
}

/** Schemes that existed at the moment and lie in the caller's scope, corrected as far as was known then. */
export function schemesAt(reads: Reading, moment: Moment, scope: string): SchemeAt[] {
  const correct = corrections<SchemeAt>(reads, SCHEME_CORRECTIONS, moment);
  return rows<SchemeAt>(reads, SCHEMES, 'scheme_id', moment)
    .filter(({ division }) => inScope(scope, division))
    .map((one) => correct(one.schemeId, one));
}

function rows<Row>(reads: Reading, sql: string, key: string, moment: Moment): Row[] {
  const at = within(moment);
  return reads.all<Row>(`${sql} WHERE ${at.sql} ORDER BY ${key}`, ...at.values);
}

/** The later correction wins, field by field; what a correction does not name stays. */
function corrections<Row>(reads: Reading, sql: string, moment: Moment): (id: string, row: Row) => Row {
  const changes = new Map<string, object>();
  for (const { id, ...fields } of rows<{ id: string }>(reads, sql, 'position', moment)) {
    const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
    changes.set(id, { ...changes.get(id), ...given });
  }
  return (id, row) => ({ ...row, ...changes.get(id) });
}
