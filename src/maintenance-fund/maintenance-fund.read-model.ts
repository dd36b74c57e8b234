import type { CompoundEvent, Household } from '../compound/compound.decider.js';
import { COMMAND_REFUSED } from '../platform/commands/refusal.js';
import type { RecordedEvent } from '../platform/event-store/codec.js';
import { type Incoming, ReadModel, type Writer } from '../platform/projections/read-model.js';
import type { ReversedData } from '../kernel/facts.js';
import type { DataOf, DepositKind, IncomeKind, Part } from './maintenance-fund-state.decider.js';

const PREFIX = 'maintenanceFund-';
/** What the owners have to decide on (R20); of other money in and of collections the postings hold all there is to ask. */
const DECIDED: Readonly<Record<string, readonly string[]>> = {
  DepositReceived: ['establishment', 'replenishment'] satisfies DepositKind[],
  IncomeCredited: ['common-area-income'] satisfies IncomeKind[],
  DueCollected: [],
};

/** The facts of each fund without their shares: rates, draws, closures, surveys, levies. Decades are a few hundred rows. */
export class MaintenanceFundReadModel extends ReadModel {
  readonly name = 'fund_v2';
  readonly tables = ['fund_v2_facts', 'fund_v2_titles'];
  readonly schema = `
    CREATE TABLE fund_v2_facts (
      fund_id TEXT NOT NULL, position INTEGER NOT NULL, occurred_on TEXT NOT NULL, event_id TEXT NOT NULL,
      type TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (fund_id, position)
    ) STRICT, WITHOUT ROWID;
    -- Whose each flat is, as the register and the transfers of its sub-account told it: which book it belongs to.
    CREATE TABLE fund_v2_titles (
      compound_id TEXT NOT NULL, household_id TEXT NOT NULL, position INTEGER NOT NULL, occurred_on TEXT NOT NULL,
      ownership TEXT NOT NULL, owner_unit_id TEXT, registered_ownership TEXT, registered_unit_id TEXT,
      PRIMARY KEY (compound_id, household_id, position)
    ) STRICT, WITHOUT ROWID;
  `;

  apply({ stored, event }: Incoming, write: Writer): void {
    if (stored.type === COMMAND_REFUSED) return;
    if (REGISTER.has(stored.type)) register(event(), write);
    if (!stored.stream.startsWith(PREFIX)) return;
    if (stored.type === 'SubAccountTransferred') transfer(event(), write);
    const { data, position, eventId, type } = event();
    const decided = DECIDED[type];
    if (decided && !decided.includes(data['kind'] as string)) return;
    // Any part of a levy may be reversed in part; of everything else the first part tells all.
    if (!decided && ((data['part'] as Part | undefined)?.number ?? 1) > 1) return;
    const { shares: _, entries: __, reverses, ...rest } = data as typeof data & Shared & Partial<ReversedData>;
    const told = reverses ? { ...rest, reverses: slim(reverses) } : rest;
    const fundId = stored.stream.slice(PREFIX.length);
    write.run(
      'INSERT INTO fund_v2_facts VALUES (?, ?, ?, ?, ?, ?)',
      ...[fundId, position, data.occurredOn, eventId, type, JSON.stringify(told)],
    );
  }
}

const INSERT_TITLE = 'INSERT INTO fund_v2_titles VALUES (?, ?, ?, ?, ?, ?, ?, ?)';
const REGISTER = new Set<string>(['HouseholdsRegistered', 'HouseholdsCorrected'] satisfies CompoundEvent['type'][]);

/** A correction may tell only one of the two; the register keeps the other. */
function register({ type, stream, position, data }: RecordedEvent, write: Writer): void {
  const compoundId = stream.slice('compound-'.length);
  const told = (
    type === 'HouseholdsRegistered' ? data['households'] : data['changes']
  ) as readonly Partial<Household>[];
  for (const { householdId, ownership, ownerUnitId } of told) {
    if (ownership === undefined && ownerUnitId === undefined) continue;
    const sql = `SELECT ownership, owner_unit_id AS unitId FROM fund_v2_titles
      WHERE compound_id = ? AND household_id = ? AND registered_ownership IS NULL ORDER BY position DESC LIMIT 1`;
    const before = write.get<{ ownership: string; unitId: string | null }>(sql, compoundId, householdId!);
    write.run(
      INSERT_TITLE,
      ...[compoundId, householdId!, position, data.occurredOn],
      ...[ownership ?? before!.ownership, ownerUnitId ?? before?.unitId ?? null, null, null],
    );
  }
}

function transfer({ stream, position, data }: RecordedEvent, write: Writer): void {
  const { householdId, ownership, ownerUnitId, registered } = data as unknown as DataOf<'SubAccountTransferred'>;
  write.run(
    INSERT_TITLE,
    ...[stream.slice(PREFIX.length), householdId, position, data.occurredOn],
    ...[ownership, ownerUnitId ?? null, registered.ownership, registered.ownerUnitId ?? null],
  );
}

type Shared = { readonly shares?: unknown; readonly entries?: unknown };

/** Of what was reversed only which fact it was, whose and how much. */
const slim = (reverses: ReversedData['reverses']): object[] =>
  reverses.map(({ eventId, type, data }) => ({
    eventId,
    type,
    data: whose(data as { householdId?: string; amount?: string }),
  }));

const whose = ({ householdId, amount }: { householdId?: string; amount?: string }) => ({ householdId, amount });
