import { Injectable } from '@nestjs/common';
import { ReadDesk } from '../platform/reads/read-desk.js';

/** What keeps its books under the division of a compound. */
@Injectable()
export class CompoundDependents {
  constructor(private readonly reads: ReadDesk) {}

  /** Ids of the events that drafted its schemes and opened its maintenance fund, oldest first. */
  async of(compoundId: string): Promise<string[]> {
    await this.reads.settled();
    const sql = `SELECT event_id AS eventId, position FROM subjects_v1_schemes WHERE compound_id = ?
      UNION SELECT event_id, position FROM log_v1_events WHERE stream = ? AND type = 'MaintenanceFundOpened'
      ORDER BY position`;
    return this.reads
      .all<{ eventId: string }>(sql, compoundId, `maintenanceFund-${compoundId}`)
      .map(({ eventId }) => eventId);
  }
}
