import { Controller, Param } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Asked, type Question, READERS, Reads } from '../platform/http/routes.js';
import { GetApproval, GetApprovals } from './approval-reads.handlers.js';

@ApiTags('approvals')
@Controller('v1/approvals')
export class ApprovalReadsController {
  constructor(private readonly queries: QueryBus) {}

  /** 复核事项 */
  @Reads('/', {
    discloses: true,
    list: true,
    roles: READERS,
    parameters: { status: ['waiting', 'granted', 'refused', 'failed'] },
  })
  approvals(@Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetApprovals(asked));
  }

  /** 单个复核事项 */
  @Reads(':approvalId', { discloses: true, roles: READERS })
  approval(@Param('approvalId') approvalId: string, @Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetApproval(approvalId, asked));
  }
}
