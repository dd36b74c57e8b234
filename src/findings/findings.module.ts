import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module.js';
import { MaintenanceFundModule } from '../maintenance-fund/maintenance-fund.module.js';
import { FindingsController } from './findings.controller.js';
import { GetFindingsHandler } from './findings.handlers.js';
import { FundFindings } from './fund-findings-reader.js';
import { FindingsReader } from './findings-reader.js';

@Module({
  imports: [LedgerModule, MaintenanceFundModule],
  controllers: [FindingsController],
  providers: [FindingsReader, FundFindings, GetFindingsHandler],
  exports: [FindingsReader, FundFindings],
})
export class FindingsModule {}
