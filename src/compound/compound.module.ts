import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module.js';
import { PeriodModule } from '../period/period.module.js';
import { CompoundController } from './compound.controller.js';
import { ChangeCompoundHandler } from './compound.handlers.js';
import { CompoundReadsController } from './compound-reads.controller.js';
import { GetCompoundHandler, GetCompoundsHandler, GetHouseholdsHandler } from './compound-reads.handlers.js';

@Module({
  imports: [LedgerModule, PeriodModule],
  controllers: [CompoundController, CompoundReadsController],
  providers: [ChangeCompoundHandler, GetCompoundHandler, GetCompoundsHandler, GetHouseholdsHandler],
})
export class CompoundModule {}
