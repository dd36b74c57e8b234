import { millionths } from '../kernel/decimal.js';
import { COMMAND_REFUSED } from '../platform/commands/refusal.js';
import type { RecordedEvent } from '../platform/event-store/codec.js';
import { type Incoming, ReadModel, type Writer } from '../platform/projections/read-model.js';
import { type CompoundEvent, isDwelling } from '../compound/compound.decider.js';
import type { BondEvent } from '../bond/bond-state.decider.js';
import type { GrantEvent } from '../grant/grant-state.decider.js';
import type { SchemeEvent } from '../scheme/scheme-state.decider.js';
import type { ApprovalEvent } from '../approval/approval.decider.js';

/** What there is, where it lies and since when: the lists, and everything a figure is grouped by. */
export class SubjectsReadModel extends ReadModel {
  readonly name = 'subjects_v1';
  readonly tables = [
    'subjects_v1_streams',
    'subjects_v1_compounds',
    'subjects_v1_compound_corrections',
    'subjects_v1_households',
    'subjects_v1_sizes',
    'subjects_v1_schemes',
    'subjects_v1_scheme_corrections',
    'subjects_v1_revisions',
    'subjects_v1_lines',
    'subjects_v1_grants',
    'subjects_v1_grant_scopes',
    'subjects_v1_approvals',
  ];
  readonly schema = `
    CREATE TABLE subjects_v1_streams (
      stream TEXT PRIMARY KEY, division TEXT NOT NULL, compound_id TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE subjects_v1_compounds (
      compound_id TEXT PRIMARY KEY, division TEXT NOT NULL, registered_in TEXT NOT NULL, name TEXT NOT NULL,
      position INTEGER NOT NULL, occurred_on TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE subjects_v1_compound_corrections (
      position INTEGER PRIMARY KEY, occurred_on TEXT NOT NULL, compound_id TEXT NOT NULL, name TEXT, division TEXT
    ) STRICT;
    CREATE TABLE subjects_v1_households (
      compound_id TEXT NOT NULL, household_id TEXT NOT NULL, area TEXT NOT NULL, dwelling INTEGER NOT NULL,
      PRIMARY KEY (compound_id, household_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE subjects_v1_sizes (
      compound_id TEXT NOT NULL, position INTEGER NOT NULL, leg INTEGER NOT NULL, occurred_on TEXT NOT NULL,
      declared INTEGER NOT NULL, households INTEGER NOT NULL, area_millionths INTEGER NOT NULL,
      PRIMARY KEY (compound_id, position, leg)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE subjects_v1_schemes (
      scheme_id TEXT PRIMARY KEY, compound_id TEXT NOT NULL, division TEXT NOT NULL, plan_year INTEGER NOT NULL,
      title TEXT NOT NULL, project_code TEXT, policy_id TEXT NOT NULL, event_id TEXT NOT NULL, position INTEGER NOT NULL,
      occurred_on TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE subjects_v1_scheme_corrections (
      position INTEGER PRIMARY KEY, occurred_on TEXT NOT NULL, scheme_id TEXT NOT NULL, plan_year INTEGER,
      project_code TEXT
    ) STRICT;
    CREATE INDEX subjects_v1_schemes_by_compound ON subjects_v1_schemes (compound_id);
    CREATE TABLE subjects_v1_revisions (
      scheme_id TEXT NOT NULL, position INTEGER NOT NULL, occurred_on TEXT NOT NULL, revision INTEGER NOT NULL,
      approved INTEGER NOT NULL, PRIMARY KEY (scheme_id, position)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE subjects_v1_lines (
      scheme_id TEXT NOT NULL, revision INTEGER NOT NULL, line_id TEXT NOT NULL, ordinal INTEGER NOT NULL,
      work_item TEXT NOT NULL, cost_area TEXT NOT NULL, PRIMARY KEY (scheme_id, revision, line_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE subjects_v1_grants (
      grant_id TEXT PRIMARY KEY, division TEXT NOT NULL, source TEXT NOT NULL, parent_grant_id TEXT, award TEXT NOT NULL,
      position INTEGER NOT NULL, occurred_on TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX subjects_v1_grants_by_parent ON subjects_v1_grants (parent_grant_id) WHERE parent_grant_id IS NOT NULL;
    CREATE TABLE subjects_v1_grant_scopes (
      grant_id TEXT NOT NULL, division TEXT NOT NULL, PRIMARY KEY (grant_id, division)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE subjects_v1_approvals (
      approval_id TEXT PRIMARY KEY, division TEXT NOT NULL, position INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
  `;

  apply({ stored, event }: Incoming, write: Writer): void {
    if (stored.type === COMMAND_REFUSED) return refused(event(), write);
    const category = stored.stream.slice(0, stored.stream.indexOf('-'));
    if (category === 'compound') compound(event(), write);
    else if (category === 'scheme') scheme(event(), write);
    else if (category === 'grant') grant(event(), write);
    else if (category === 'bond') bond(event(), write);
    else if (category === 'maintenanceFund') fund(event(), write);
    else if (category === 'approval') approval(event(), write);
    else if (category === 'period') stream(event(), (event().data['divisionCode'] as string) ?? '', null, write);
    else event();
  }
}

function stream({ stream: name }: RecordedEvent, division: string, compoundId: string | null, write: Writer): void {
  write.run('INSERT OR REPLACE INTO subjects_v1_streams VALUES (?, ?, ?)', name, division, compoundId);
}

/** A refusal may be all there is of a stream; it is listed in the division it was asked for. */
function refused({ stream: name, data }: RecordedEvent, write: Writer): void {
  const { division } = data as { division?: string };
  if (division !== undefined)
    write.run('INSERT OR IGNORE INTO subjects_v1_streams VALUES (?, ?, NULL)', name, division);
}

function compound(recorded: RecordedEvent, write: Writer): void {
  const event = recorded as unknown as CompoundEvent;
  const { position } = recorded;
  const id = recorded.stream.slice('compound-'.length);
  const { occurredOn } = event.data;
  const size = (leg: number, declared: 0 | 1, households: number, area: bigint) =>
    write.run(
      'INSERT INTO subjects_v1_sizes VALUES (?, ?, ?, ?, ?, ?, ?)',
      id,
      position,
      leg,
      occurredOn,
      declared,
      households,
      area,
    );
  switch (event.type) {
    case 'CompoundRegistered': {
      const { divisionCode, name, declared } = event.data;
      stream(recorded, divisionCode, id, write);
      write.run(
        'INSERT INTO subjects_v1_compounds VALUES (?, ?, ?, ?, ?, ?)',
        ...[id, divisionCode, divisionCode, name, position, occurredOn],
      );
      if (declared) size(0, 1, declared.households, millionths(declared.floorAreaM2));
      break;
    }
    case 'CompoundCorrected': {
      const { divisionCode, name, declared } = event.data.changes;
      if (divisionCode !== undefined) {
        stream(recorded, divisionCode, id, write);
        write.run('UPDATE subjects_v1_compounds SET division = ? WHERE compound_id = ?', divisionCode, id);
      }
      // What it was called before stays: an answer about an earlier moment still says so.
      if (name !== undefined || divisionCode !== undefined)
        write.run(
          'INSERT INTO subjects_v1_compound_corrections VALUES (?, ?, ?, ?, ?)',
          ...[position, occurredOn, id, name ?? null, divisionCode ?? null],
        );
      if (declared) size(0, 1, declared.households, millionths(declared.floorAreaM2));
      break;
    }
    case 'HouseholdsRegistered': {
      let area = 0n;
      for (const one of event.data.households) {
        area += millionths(one.floorAreaM2);
        const dwelling = isDwelling(one) ? 1 : 0;
        write.run(
          'INSERT INTO subjects_v1_households VALUES (?, ?, ?, ?)',
          id,
          one.householdId,
          one.floorAreaM2,
          dwelling,
        );
      }
      size(0, 0, event.data.households.filter(isDwelling).length, area);
      break;
    }
    case 'HouseholdsCorrected': {
      let dwellings = 0;
      let difference = 0n;
      for (const { householdId, floorAreaM2, use } of event.data.changes) {
        const sql = 'SELECT area, dwelling FROM subjects_v1_households WHERE compound_id = ? AND household_id = ?';
        const before = write.get<{ area: string; dwelling: number }>(sql, id, householdId)!;
        const after = {
          area: floorAreaM2 ?? before.area,
          dwelling: use === undefined ? before.dwelling : Number(isDwelling({ use })),
        };
        dwellings += after.dwelling - before.dwelling;
        difference += millionths(after.area) - millionths(before.area);
        write.run(
          'UPDATE subjects_v1_households SET area = ?, dwelling = ? WHERE compound_id = ? AND household_id = ?',
          ...[after.area, after.dwelling, id, householdId],
        );
      }
      size(0, 0, dwellings, difference);
      break;
    }
  }
}

function scheme(recorded: RecordedEvent, write: Writer): void {
  const event = recorded as unknown as SchemeEvent;
  const { position, eventId } = recorded;
  const { occurredOn } = event.data;
  const revision = (schemeId: string, number: number, approved: 0 | 1) =>
    write.run(
      'INSERT INTO subjects_v1_revisions VALUES (?, ?, ?, ?, ?)',
      schemeId,
      position,
      occurredOn,
      number,
      approved,
    );
  switch (event.type) {
    case 'SchemeDrafted': {
      const { schemeId, compoundId, divisionCode, planYear, title, projectCode = null, policyId } = event.data;
      stream(recorded, divisionCode, compoundId, write);
      write.run(
        'INSERT INTO subjects_v1_schemes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        ...[schemeId, compoundId, divisionCode, planYear, title, projectCode, policyId, eventId, position, occurredOn],
      );
      break;
    }
    case 'SchemeCorrected': {
      const { planYear = null, projectCode = null } = event.data.changes;
      write.run(
        'INSERT INTO subjects_v1_scheme_corrections VALUES (?, ?, ?, ?, ?)',
        ...[position, occurredOn, recorded.stream.slice('scheme-'.length), planYear, projectCode],
      );
      break;
    }
    case 'BudgetRevised': {
      const { schemeId, budgetRevision, lines } = event.data;
      revision(schemeId, budgetRevision, 0);
      lines.forEach(({ lineId, workItem, costArea }, ordinal) =>
        write.run(
          'INSERT INTO subjects_v1_lines VALUES (?, ?, ?, ?, ?, ?)',
          schemeId,
          budgetRevision,
          lineId,
          ordinal,
          workItem,
          costArea,
        ),
      );
      break;
    }
    case 'SchemeApproved':
      revision(event.data.schemeId, event.data.budgetRevision, 1);
      break;
  }
}

function grant(recorded: RecordedEvent, write: Writer): void {
  const event = recorded as unknown as GrantEvent;
  const scope = (grantId: string, division: string) =>
    write.run('INSERT OR IGNORE INTO subjects_v1_grant_scopes VALUES (?, ?)', grantId, division);
  switch (event.type) {
    case 'GrantAwarded': {
      const { grantId, divisionCode, source, parentGrantId = null, occurredOn, override: _, ...award } = event.data;
      stream(recorded, divisionCode, null, write);
      write.run(
        'INSERT INTO subjects_v1_grants VALUES (?, ?, ?, ?, ?, ?, ?)',
        ...[grantId, divisionCode, source, parentGrantId, JSON.stringify(award), recorded.position, occurredOn],
      );
      scope(grantId, divisionCode);
      break;
    }
    case 'GrantDecomposed':
      scope(event.data.grantId, event.data.divisionCode);
      break;
    case 'GrantAllocated': {
      const found = write.get<{ division: string }>(
        'SELECT division FROM subjects_v1_streams WHERE stream = ?',
        `scheme-${event.data.schemeId}`,
      );
      if (found) scope(event.data.grantId, found.division);
      break;
    }
  }
}

function bond(recorded: RecordedEvent, write: Writer): void {
  const event = recorded as unknown as BondEvent;
  const scope = (bondId: string, division: string) =>
    write.run('INSERT OR IGNORE INTO subjects_v1_grant_scopes VALUES (?, ?)', `bond:${bondId}`, division);
  if (event.type === 'BondIssued') {
    stream(recorded, event.data.divisionCode, null, write);
    scope(event.data.bondId, event.data.divisionCode);
  } else if (event.type === 'BondProceedsAllocated') {
    const sql = 'SELECT division FROM subjects_v1_streams WHERE stream = ?';
    const found = write.get<{ division: string }>(sql, `scheme-${event.data.schemeId}`);
    if (found) scope(event.data.bondId, found.division);
  }
}

function fund(recorded: RecordedEvent, write: Writer): void {
  if (recorded.type !== 'MaintenanceFundOpened') return;
  stream(recorded, recorded.data['divisionCode'] as string, recorded.data['compoundId'] as string, write);
}

function approval(recorded: RecordedEvent, write: Writer): void {
  const event = recorded as unknown as ApprovalEvent;
  if (event.type !== 'ApprovalRequested') return;
  const { approvalId, divisionCode } = event.data;
  stream(recorded, divisionCode, null, write);
  write.run('INSERT INTO subjects_v1_approvals VALUES (?, ?, ?)', approvalId, divisionCode, recorded.position);
}
