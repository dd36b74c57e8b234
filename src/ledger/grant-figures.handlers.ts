import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { GRANT_LEVELS } from '../grant/grant-state.decider.js';
import { normaliseDocumentNo } from '../kernel/document-no.js';
import { byCodePoint, inScope } from '../kernel/ids.js';
import { type Fen, ratio, yuan } from '../kernel/money.js';
import { echoed, type Moment } from '../kernel/projection.js';
import { notFound } from '../kernel/rejection.js';
import type { Question } from '../platform/http/routes.js';
import { paged } from '../platform/reads/paging.js';
import { ReadDesk, within } from '../platform/reads/read-desk.js';
import type { Measure } from './posting.postings.js';

export class GetGrants extends Query<object> {
  constructor(readonly asked: Question) {
    super();
  }
}
export class GetGrant extends Query<object> {
  constructor(
    readonly grantId: string,
    readonly asked: Question,
  ) {
    super();
  }
}

type Row = { grantId: string; division: string; source: string; parentGrantId: string | null; award: string };
const COLUMNS = 'grant_id AS grantId, division, source, parent_grant_id AS parentGrantId, award';

/** What was awarded, as it was recorded; `level` as the award gave it, null of a source that has none. */
function headOf({ grantId, source, division, parentGrantId, award }: Row) {
  const { amount: _, ...recorded } = JSON.parse(award) as Record<string, unknown>;
  const level = GRANT_LEVELS.find((one) => source === `${one}-grant`) ?? null;
  return { grantId, level, source, divisionCode: division, parentGrantId, ...recorded };
}

/** Figures of grants, from the postings: of the budget book what is promised, of the cash book what moved. */
abstract class GrantFigures {
  constructor(protected readonly reads: ReadDesk) {}

  protected row(grantId: string): Row | undefined {
    return this.reads.get<Row>(`SELECT ${COLUMNS} FROM subjects_v1_grants WHERE grant_id = ?`, grantId);
  }

  /** In its own scope, and in every one it is decomposed or allocated to. */
  protected isVisible(grantId: string, division: string): boolean {
    const sql = 'SELECT division FROM subjects_v1_grant_scopes WHERE grant_id = ?';
    return this.reads.all<{ division: string }>(sql, grantId).some((scope) => inScope(division, scope.division));
  }

  protected shown(row: Row, moment: Moment) {
    const { grantId } = row;
    const figures = this.figures(grantId, moment);
    const of = (measure: Measure): Fen => figures.get(measure) ?? 0n;
    const [awarded, decomposed, allocated, disbursed] = [
      of('awarded'),
      -of('decomposed'),
      -of('allocated'),
      -of('disbursed'),
    ];
    const [returned, lapsed] = [-of('returned'), -of('lapsed')];
    const paid = this.paid([grantId], moment);
    const family = this.family(grantId);
    const paidWithChildren = this.paid(family, moment);
    return {
      ...headOf(row),
      awarded: yuan(awarded),
      decomposed: yuan(decomposed),
      allocated: yuan(allocated),
      disbursed: yuan(disbursed),
      returned: yuan(returned),
      lapsed: yuan(lapsed),
      carriedOver: yuan(of('carriedOver')),
      paid: yuan(paid),
      paidWithChildren: yuan(paidWithChildren),
      available: yuan(awarded - decomposed - allocated - returned - lapsed),
      unspent: yuan(awarded - decomposed - returned - lapsed - paid),
      executionRate: ratio(paidWithChildren, awarded),
      children: this.children(grantId, moment),
    };
  }

  private figures(grantId: string, moment: Moment): Map<Measure, Fen> {
    const at = within(moment);
    const sql = `SELECT measure, sum(amount) AS amount FROM ledger_v1_postings
      WHERE grant_id = ? AND measure IS NOT NULL AND ${at.sql} GROUP BY measure`;
    const rows = this.reads.exact<{ measure: Measure; amount: Fen }>(sql, grantId, ...at.values);
    return new Map(rows.map(({ measure, amount }) => [measure, amount]));
  }

  /** Net payments at schemes out of these grants' money. */
  private paid(grantIds: readonly string[], moment: Moment): Fen {
    const at = within(moment);
    const sql = `SELECT coalesce(sum(amount), 0) AS amount FROM ledger_v1_postings
      WHERE reference = ? AND measure = 'paid' AND source NOT IN ('special-bond', 'maintenance-fund', 'utility-operator') AND ${at.sql}`;
    return -grantIds.reduce((sum, grantId) => sum + this.reads.sum(sql, grantId, ...at.values), 0n);
  }

  private family(grantId: string): string[] {
    const sql = `WITH RECURSIVE family(grant_id) AS (
        SELECT ? UNION SELECT g.grant_id FROM subjects_v1_grants g JOIN family f ON g.parent_grant_id = f.grant_id)
      SELECT grant_id AS grantId FROM family`;
    return this.reads.all<{ grantId: string }>(sql, grantId).map((row) => row.grantId);
  }

  private children(grantId: string, moment: Moment): { grantId: string; amount: string }[] {
    const sql = 'SELECT grant_id AS grantId FROM subjects_v1_grants WHERE parent_grant_id = ? ORDER BY grant_id';
    return this.reads.all<{ grantId: string }>(sql, grantId).flatMap((child) => {
      const figures = this.figures(child.grantId, moment);
      const amount = (figures.get('awarded') ?? 0n) + (figures.get('returned') ?? 0n);
      return figures.size === 0 ? [] : [{ grantId: child.grantId, amount: yuan(amount) }];
    });
  }
}

@QueryHandler(GetGrant)
export class GetGrantHandler extends GrantFigures implements IQueryHandler<GetGrant> {
  constructor(reads: ReadDesk) {
    super(reads);
  }

  async execute({ grantId, asked }: GetGrant): Promise<object> {
    const moment = await this.reads.moment(asked);
    const row = this.row(grantId);
    if (!row || !this.isVisible(grantId, asked.caller.division)) throw notFound('grant');
    const sql = 'SELECT max(revision) AS revision FROM log_v1_events WHERE stream = ?';
    const { revision } = this.reads.get<{ revision: number }>(sql, `grant-${grantId}`)!;
    return { ...this.shown(row, moment), revision, ...echoed(moment) };
  }
}

@QueryHandler(GetGrants)
export class GetGrantsHandler extends GrantFigures implements IQueryHandler<GetGrants> {
  constructor(reads: ReadDesk) {
    super(reads);
  }

  async execute({ asked }: GetGrants): Promise<object> {
    const moment = await this.reads.moment(asked);
    const at = within(moment);
    const { divisionCode = '', documentNo, ...named } = asked.filters;
    const documents = documentNo === undefined ? undefined : normaliseDocumentNo(documentNo);
    const rows = this.reads
      .all<Row>(`SELECT ${COLUMNS} FROM subjects_v1_grants WHERE ${at.sql}`, ...at.values)
      .filter((row) => row.division.startsWith(divisionCode))
      .filter((row) => {
        const head: Record<string, unknown> = headOf(row);
        return (
          (documents === undefined || head['documentNo'] === documents) &&
          Object.entries(named).every(([name, value]) => String(head[name]) === value)
        );
      })
      .filter(({ grantId }) => this.isVisible(grantId, asked.caller.division))
      .sort((a, b) => byCodePoint(a.grantId, b.grantId));
    const { items, next, prev } = paged(rows, ({ grantId }) => grantId, asked);
    return { items: items.map((row) => this.shown(row, moment)), next, prev, ...echoed(moment) };
  }
}
