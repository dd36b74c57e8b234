import { Body, Controller, Param } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Answer } from '../platform/commands/command-desk.js';
import type { Invocation } from '../platform/commands/invocation.js';
import { APPROVERS, Invoked, Records } from '../platform/http/routes.js';
import { GrantApprovalDto, RefuseApprovalDto } from './approval.dto.js';
import { DecideApproval } from './approval.handlers.js';

type Path = { approvalId: string };

@ApiTags('approvals')
@Controller('v1/approvals')
export class ApprovalController {
  constructor(private readonly commands: CommandBus) {}

  /** 复核通过 */
  @Records(':approvalId/grant', { roles: APPROVERS })
  grant(
    @Param() { approvalId }: Path,
    @Body() { override: _, ...noted }: GrantApprovalDto,
    @Invoked() by: Invocation,
  ): Promise<Answer> {
    return this.commands.execute(new DecideApproval(approvalId, { type: 'GrantApproval' }, noted, by));
  }

  /** 复核退回 */
  @Records(':approvalId/refuse', { roles: APPROVERS })
  refuse(
    @Param() { approvalId }: Path,
    @Body() { override: _, reason, ...noted }: RefuseApprovalDto,
    @Invoked() by: Invocation,
  ): Promise<Answer> {
    return this.commands.execute(new DecideApproval(approvalId, { type: 'RefuseApproval', reason }, noted, by));
  }
}
