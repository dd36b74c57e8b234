import { COMMAND_REFUSED } from '../platform/commands/refusal.js';
import { type Incoming, ReadModel, type Writer } from '../platform/projections/read-model.js';
import type { ReversedData } from '../kernel/facts.js';
import type { Part } from './maintenance-fund-state.decider.js';

const PREFIX = 'maintenanceFund-';
/** Their money is in the postings, and nothing else is asked of them. */
const MONEY_ONLY = new Set(['DepositReceived', 'IncomeCredited', 'DueCollected']);

/** The facts of each fund without their shares: rates, draws, closures, surveys. Decades of them are a few hundred rows. */
export class MaintenanceFundReadModel extends ReadModel {
  readonly name = 'fund_v1';
  readonly tables = ['fund_v1_facts'];
  readonly schema = `
    CREATE TABLE fund_v1_facts (
      fund_id TEXT NOT NULL, position INTEGER NOT NULL, occurred_on TEXT NOT NULL, event_id TEXT NOT NULL,
      type TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (fund_id, position)
    ) STRICT, WITHOUT ROWID;
  `;

  apply({ stored, event }: Incoming, write: Writer): void {
    if (!stored.stream.startsWith(PREFIX) || stored.type === COMMAND_REFUSED || MONEY_ONLY.has(stored.type)) return;
    const { data, position, eventId, type } = event();
    if ((data['part'] as Part | undefined)?.number !== undefined && (data['part'] as Part).number > 1) return;
    const { shares: _, reverses, ...rest } = data as typeof data & { shares?: unknown } & Partial<ReversedData>;
    const told = reverses ? { ...rest, reverses: slim(reverses) } : rest;
    const fundId = stored.stream.slice(PREFIX.length);
    write.run(
      'INSERT INTO fund_v1_facts VALUES (?, ?, ?, ?, ?, ?)',
      ...[fundId, position, data.occurredOn, eventId, type, JSON.stringify(told)],
    );
  }
}

/** Of what was reversed only which fact it was, and whose. */
const slim = (reverses: ReversedData['reverses']): object[] =>
  reverses.map(({ eventId, type, data }) => ({
    eventId,
    type,
    data: { householdId: (data as { householdId?: string }).householdId },
  }));
