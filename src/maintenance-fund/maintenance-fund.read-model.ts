import { COMMAND_REFUSED } from '../platform/commands/refusal.js';
import { type Incoming, ReadModel, type Writer } from '../platform/projections/read-model.js';
import type { ReversedData } from '../kernel/facts.js';
import type { DepositKind, IncomeKind, Part } from './maintenance-fund-state.decider.js';

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
  readonly tables = ['fund_v2_facts'];
  readonly schema = `
    CREATE TABLE fund_v2_facts (
      fund_id TEXT NOT NULL, position INTEGER NOT NULL, occurred_on TEXT NOT NULL, event_id TEXT NOT NULL,
      type TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (fund_id, position)
    ) STRICT, WITHOUT ROWID;
  `;

  apply({ stored, event }: Incoming, write: Writer): void {
    if (!stored.stream.startsWith(PREFIX) || stored.type === COMMAND_REFUSED) return;
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

type Shared = { readonly shares?: unknown; readonly entries?: unknown };

/** Of what was reversed only which fact it was, whose and how much. */
const slim = (reverses: ReversedData['reverses']): object[] =>
  reverses.map(({ eventId, type, data }) => ({
    eventId,
    type,
    data: whose(data as { householdId?: string; amount?: string }),
  }));

const whose = ({ householdId, amount }: { householdId?: string; amount?: string }) => ({ householdId, amount });
