import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module.js';
import { FindingsController } from './findings.controller.js';
import { GetFindingsHandler } from './findings.handlers.js';
import { FindingsReader } from './findings-reader.js';

@Module({
  imports: [LedgerModule],
  controllers: [FindingsController],
  providers: [FindingsReader, GetFindingsHandler],
})
export class FindingsModule {}
