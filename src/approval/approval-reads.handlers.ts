import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { inScope } from '../kernel/ids.js';
import { echoed, type Moment, type View } from '../kernel/projection.js';
import { notFound, Rejected } from '../kernel/rejection.js';
import { COMMAND_REFUSED } from '../platform/commands/refusal.js';
import { CommandRoutes } from '../platform/http/command-routes.js';
import { problemDocument } from '../platform/http/problem.js';
import type { Question } from '../platform/http/routes.js';
import { byNumber, paged } from '../platform/reads/paging.js';
import { ReadDesk, within } from '../platform/reads/read-desk.js';
import { policyById } from '../policy/policies.rules.js';
import { type ApprovalEvent, approvalDecider, type ApprovalState, type ApprovalStatus } from './approval.decider.js';
import { asRequested } from './approval.handlers.js';

export class GetApprovals extends Query<object> {
  constructor(readonly asked: Question) {
    super();
  }
}
export class GetApproval extends Query<object> {
  constructor(
    readonly approvalId: string,
    readonly asked: Question,
  ) {
    super();
  }
}

type Row = ApprovalState & {
  requestedAt: string | null;
  decidedBy: string | null;
  decidedAt: string | null;
  note: string | null;
  failure?: Rejected;
};
type Recorded = ApprovalEvent & { readonly metadata: { readonly recordedAt: string } };

const approvalView: View<Row, Recorded> = {
  initial: () => ({ status: 'waiting', requestedAt: null, decidedBy: null, decidedAt: null, note: null }),
  project: (row, event) => {
    approvalDecider.evolve(row, event);
    const at = event.metadata.recordedAt;
    if (event.type === 'ApprovalRequested') return { ...row, requestedAt: at };
    if (event.type === 'ApprovalGranted')
      return { ...row, decidedBy: event.data.grantedBy, decidedAt: at, note: event.data.note ?? null };
    if (event.type === 'ApprovalRefused')
      return { ...row, decidedBy: event.data.refusedBy, decidedAt: at, note: event.data.reason };
    return { ...row, failure: new Rejected(event.data.code, event.data.details) };
  },
};

/** Where an approval stands after its last event. */
const STATUS: Readonly<Record<string, ApprovalStatus>> = {
  ApprovalRequested: 'waiting',
  ApprovalGranted: 'granted',
  ApprovalRefused: 'refused',
  ApprovalFailed: 'failed',
};

abstract class ApprovalReads {
  constructor(
    protected readonly reads: ReadDesk,
    private readonly routes: CommandRoutes,
  ) {}

  protected async shown(approvalId: string, asked: Question, moment: Moment): Promise<object | undefined> {
    const found = await this.reads.view(`approval-${approvalId}`, approvalView, moment);
    if (!found) return undefined;
    const { request, status, failure: _, ...told } = found.row;
    return {
      approvalId,
      status,
      path: request?.path ?? null,
      body: request?.body ?? null,
      rules: request?.rules ?? [],
      reason: request?.reason ?? null,
      requestedBy: request?.requestedBy ?? null,
      ...told,
      answer: await this.answer(found.row, asked),
      revision: found.revision,
    };
  }

  /** The granted command's own answer, told again from what it recorded; or the problem it met. */
  private async answer({ request, status, failure, decidedBy }: Row, asked: Question): Promise<object | null> {
    if (failure) {
      const told = { language: asked.language, instance: request!.path, requestId: request!.approvalId };
      const problem = problemDocument(failure, told, policyById);
      return { status: problem.status, body: problem };
    }
    if (status !== 'granted' || !this.isRecorded(request!.requestCommandId)) return null;
    const { path, body } = request!;
    const answer = await this.routes.dispatch(path, body, asRequested(request!, decidedBy!));
    return { status: answer.status, body: answer.body };
  }

  /** A command granted and not yet carried out is not carried out by being looked at. */
  private isRecorded(commandId: string): boolean {
    const sql = "SELECT 1 FROM log_v1_events WHERE command_id = ? AND stream NOT LIKE 'approval-%' LIMIT 1";
    return this.reads.get(sql, commandId) !== undefined;
  }
}

@QueryHandler(GetApproval)
export class GetApprovalHandler extends ApprovalReads implements IQueryHandler<GetApproval> {
  constructor(reads: ReadDesk, routes: CommandRoutes) {
    super(reads, routes);
  }

  async execute({ approvalId, asked }: GetApproval): Promise<object> {
    const moment = await this.reads.moment(asked);
    const row = this.reads.get<{ division: string }>(
      'SELECT division FROM subjects_v1_approvals WHERE approval_id = ?',
      approvalId,
    );
    const shown =
      row && inScope(asked.caller.division, row.division) ? await this.shown(approvalId, asked, moment) : undefined;
    if (!shown) throw notFound('approval');
    return { ...shown, ...echoed(moment) };
  }
}

@QueryHandler(GetApprovals)
export class GetApprovalsHandler extends ApprovalReads implements IQueryHandler<GetApprovals> {
  constructor(reads: ReadDesk, routes: CommandRoutes) {
    super(reads, routes);
  }

  async execute({ asked }: GetApprovals): Promise<object> {
    const moment = await this.reads.moment(asked);
    const { status } = asked.filters;
    const at = within(moment, 'e.');
    const sql = `SELECT a.approval_id AS approvalId, a.division AS division, a.position AS position,
        (SELECT e.type FROM log_v1_events e WHERE e.stream = 'approval-' || a.approval_id AND e.type <> '${COMMAND_REFUSED}'
          AND ${at.sql} ORDER BY e.revision DESC LIMIT 1) AS type
      FROM subjects_v1_approvals a ORDER BY a.position`;
    const rows = this.reads
      .all<{ approvalId: string; division: string; position: number; type: string | null }>(sql, ...at.values)
      .filter(({ division, type }) => type !== null && inScope(asked.caller.division, division))
      .filter(({ type }) => status === undefined || STATUS[type!] === status);
    const { items, next, prev } = paged(rows, ({ position }) => String(position), asked, byNumber);
    return {
      items: await Promise.all(items.map(({ approvalId }) => this.shown(approvalId, asked, moment))),
      next,
      prev,
      ...echoed(moment),
    };
  }
}
