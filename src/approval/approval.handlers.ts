import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { shanghaiDate } from '../kernel/dates.js';
import type { Override } from '../kernel/decider.js';
import { deterministicId } from '../kernel/ids.js';
import { Rejected } from '../kernel/rejection.js';
import { Clock } from '../platform/clock.js';
import { type Answer, CommandDesk, SecondPerson } from '../platform/commands/command-desk.js';
import { DeciderRunner, type Outcome } from '../platform/commands/decider-runner.js';
import { following, type Invocation, type Role } from '../platform/commands/invocation.js';
import { ProcessRunner } from '../platform/commands/process-runner.js';
import { Refused } from '../platform/commands/refusal.js';
import type { RecordedEvent } from '../platform/event-store/codec.js';
import { CommandRoutes } from '../platform/http/command-routes.js';
import { approvalDecider, type Request } from './approval.decider.js';

/** Puts commands that wait for a second person on streams of their own. */
@Injectable()
export class Approvals extends SecondPerson {
  constructor(
    private readonly runner: DeciderRunner,
    private readonly clock: Clock,
  ) {
    super();
  }

  async ask(by: Invocation, rules: readonly string[]): Promise<{ approvalId: string; outcome: Outcome }> {
    const approvalId = deterministicId('approval', by.commandId);
    const { subject, role, division } = by.caller;
    const request: Request = {
      approvalId,
      divisionCode: by.division ?? division,
      path: by.path,
      body: by.body,
      rules,
      reason: by.override?.reason ?? String(by.body['reason'] ?? ''),
      requestedBy: subject,
      requestedRole: role,
      requestedDivision: division,
      requestCommandId: by.commandId,
      requestFingerprint: by.fingerprint,
    };
    const occurredOn = shanghaiDate(this.clock.now().getTime());
    const command = { type: 'RequestApproval' as const, data: { ...request, occurredOn } };
    const outcome = await this.runner.run(approvalDecider, approvalId, command, { ...by, creates: true });
    return { approvalId, outcome };
  }
}

/** The command that waited, as its requester asked for it, with what the second person allows. */
export function asRequested(request: Request, grantedBy: string): Invocation {
  const { approvalId, rules, reason, requestedBy } = request;
  const granted: Override = { rules, reason, requestedBy, grantedBy, approvalId };
  return {
    caller: { subject: requestedBy, role: request.requestedRole as Role, division: request.requestedDivision },
    commandId: request.requestCommandId,
    fingerprint: request.requestFingerprint,
    path: request.path,
    body: request.body,
    dryRun: false,
    granted,
  };
}

export class DecideApproval extends Command<Answer> {
  constructor(
    readonly approvalId: string,
    readonly verdict: { readonly type: 'GrantApproval' } | { readonly type: 'RefuseApproval'; readonly reason: string },
    readonly noted: { readonly occurredOn?: string; readonly note?: string },
    readonly by: Invocation,
  ) {
    super();
  }
}

@CommandHandler(DecideApproval)
export class DecideApprovalHandler implements ICommandHandler<DecideApproval>, OnModuleInit {
  constructor(
    private readonly desk: CommandDesk,
    private readonly runner: DeciderRunner,
    private readonly routes: CommandRoutes,
    private readonly processes: ProcessRunner,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.processes.register({ types: ['ApprovalGranted'], follow: (event) => this.finish(event) });
  }

  async execute({ approvalId, verdict, noted, by }: DecideApproval): Promise<Answer> {
    const occurredOn = noted.occurredOn ?? shanghaiDate(this.clock.now().getTime());
    const data = { ...noted, occurredOn };
    const who = by.caller.subject;
    if (verdict.type === 'RefuseApproval') {
      const command = { type: verdict.type, data: { ...data, reason: verdict.reason }, by: who };
      return this.desk.record(approvalDecider, approvalId, command, by, () => ({ body: { approvalId } }));
    }
    const command = { type: verdict.type, data, by: who };
    if (by.dryRun) return this.desk.record(approvalDecider, approvalId, command, by);
    const outcome = await this.runner.run(approvalDecider, approvalId, command, by);
    const answer = await this.carryOut(outcome.events[0]!);
    return { ...answer, replayed: outcome.replayed };
  }

  /** Runs the granted command as its requester asked for it. Its own no becomes the approval's end. */
  private async carryOut(event: RecordedEvent): Promise<Answer> {
    const { request, grantedBy } = event.data as unknown as { request: Request; grantedBy: string };
    const { approvalId } = request;
    const cause = { correlationId: event.metadata.correlationId, causationId: event.eventId };
    const by = { ...asRequested(request, grantedBy), ...cause };
    try {
      return await this.routes.dispatch(request.path, request.body, by);
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      const { position } = await this.fail(event, approvalId, error);
      throw new Refused(error.code, error.details, error instanceof Refused && error.replayed, position);
    }
  }

  private fail(event: RecordedEvent, approvalId: string, { code, details }: Rejected): Promise<Outcome> {
    const data = { code, details, occurredOn: event.data.occurredOn };
    return this.runner.run(
      approvalDecider,
      approvalId,
      { type: 'FailApproval', data },
      following(event, 'approval-failed'),
    );
  }

  private async finish(event: RecordedEvent): Promise<undefined> {
    try {
      await this.carryOut(event);
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
    }
    return undefined;
  }
}
