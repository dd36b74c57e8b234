import { Injectable } from '@nestjs/common';
import type { Fen } from '../kernel/money.js';
import { ReadDesk } from '../platform/reads/read-desk.js';
import type { Programme } from '../policy/rule-pack.js';

/** What central programmes have marked on lines by their allocations (R11). */
@Injectable()
export class ProgrammeMarks {
  constructor(private readonly reads: ReadDesk) {}

  /** Net allocations of a programme that name the line, in fen. */
  async marked(schemeId: string, lineId: string, programme: Programme): Promise<Fen> {
    await this.reads.settled();
    const sql = `SELECT coalesce(sum(amount), 0) AS amount FROM ledger_v1_postings
      WHERE scheme_id = ? AND measure = 'committed' AND line_id = ? AND item = ?`;
    return this.reads.sum(sql, schemeId, lineId, programme);
  }
}
