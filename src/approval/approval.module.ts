import { Module } from '@nestjs/common';
import { ApprovalController } from './approval.controller.js';
import { DecideApprovalHandler } from './approval.handlers.js';
import { ApprovalReadsController } from './approval-reads.controller.js';
import { GetApprovalHandler, GetApprovalsHandler } from './approval-reads.handlers.js';

@Module({
  controllers: [ApprovalController, ApprovalReadsController],
  providers: [DecideApprovalHandler, GetApprovalHandler, GetApprovalsHandler],
})
export class ApprovalModule {}
