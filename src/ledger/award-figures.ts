import { Injectable } from '@nestjs/common';
import type { Fen } from '../kernel/money.js';
import type { Moment } from '../kernel/projection.js';
import { ReadDesk, within } from '../platform/reads/read-desk.js';
import type { FundingSource } from '../policy/funding-source.js';
import type { Measure } from './posting.postings.js';

/** Figures of what was awarded or issued, from the postings marked with its id (a bond's id is `bond:<id>`). */
@Injectable()
export class AwardFigures {
  constructor(private readonly reads: ReadDesk) {}

  of(awardId: string, moment: Moment): Map<Measure, Fen> {
    const at = within(moment);
    const sql = `SELECT measure, sum(amount) AS amount FROM ledger_v1_postings
      WHERE grant_id = ? AND measure IS NOT NULL AND ${at.sql} GROUP BY measure`;
    const rows = this.reads.exact<{ measure: Measure; amount: Fen }>(sql, awardId, ...at.values);
    return new Map(rows.map(({ measure, amount }) => [measure, amount]));
  }

  /** Net payments at schemes out of money of a source and reference. */
  paid(source: FundingSource, reference: string, moment: Moment): Fen {
    const at = within(moment);
    const sql = `SELECT coalesce(sum(amount), 0) AS amount FROM ledger_v1_postings
      WHERE reference = ? AND source = ? AND measure = 'paid' AND ${at.sql}`;
    return -this.reads.sum(sql, reference, source, ...at.values);
  }
}
