import { Injectable } from '@nestjs/common';
import { ReadDesk } from '../platform/reads/read-desk.js';

/** Which schemes stand on a compound. */
@Injectable()
export class SchemesOfCompound {
  constructor(private readonly reads: ReadDesk) {}

  /** Ids of the events that drafted schemes for it. */
  async draftedBy(compoundId: string): Promise<string[]> {
    await this.reads.settled();
    const sql = 'SELECT event_id AS eventId FROM subjects_v1_schemes WHERE compound_id = ? ORDER BY position';
    return this.reads.all<{ eventId: string }>(sql, compoundId).map(({ eventId }) => eventId);
  }
}
