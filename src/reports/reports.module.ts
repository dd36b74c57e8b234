import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module.js';
import { ReportReader } from './report-reader.js';
import { ReportsController } from './reports.controller.js';
import {
  GetFundingAndArrivalHandler,
  GetGrantExecutionHandler,
  GetHouseholdNoticeHandler,
} from './reports.handlers.js';

@Module({
  imports: [LedgerModule],
  controllers: [ReportsController],
  providers: [ReportReader, GetGrantExecutionHandler, GetFundingAndArrivalHandler, GetHouseholdNoticeHandler],
})
export class ReportsModule {}
