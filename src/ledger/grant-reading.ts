import { Injectable } from '@nestjs/common';
import type { Fen } from '../kernel/money.js';
import { dateOf } from '../kernel/dates.js';
import { ReadDesk } from '../platform/reads/read-desk.js';
import type { Programme } from '../policy/rule-pack.js';

/** What a grant's decisions must read of the ledger: marks of the other programme (R11), payments of a year (R13). */
@Injectable()
export class GrantReading {
  constructor(private readonly reads: ReadDesk) {}

  /** Net allocations of a programme that name the line, in fen. */
  async marked(schemeId: string, lineId: string, programme: Programme): Promise<Fen> {
    await this.reads.settled();
    const sql = `SELECT coalesce(sum(amount), 0) AS amount FROM ledger_v1_postings
      WHERE scheme_id = ? AND measure = 'committed' AND line_id = ? AND item = ?`;
    return this.reads.sum(sql, schemeId, lineId, programme);
  }

  /** Net payments out of a grant at its own schemes by the end of a year, and the position that was read. */
  async paidThrough(grantId: string, year: number): Promise<{ paid: Fen; readPosition: number }> {
    await this.reads.settled();
    const sql = `SELECT coalesce(sum(amount), 0) AS amount FROM ledger_v1_postings
      WHERE reference = ? AND measure = 'paid' AND source NOT IN ('special-bond', 'maintenance-fund', 'utility-operator')
        AND occurred_on <= ?`;
    const { position } = await this.reads.moment({ asOf: null, recordedAt: null, minPosition: null, waitSeconds: 1 });
    return { paid: -this.reads.sum(sql, grantId, dateOf(year, 12, 31)), readPosition: position };
  }
}
