import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module.js';
import { PeriodModule } from '../period/period.module.js';
import { GrantController } from './grant.controller.js';
import { GrantCrossings } from './grant-crossings.js';
import { SchemeReading } from './scheme-reading.js';
import { ChangeGrantHandler, DistributeGrantHandler } from './grant.handlers.js';

@Module({
  imports: [LedgerModule, PeriodModule],
  controllers: [GrantController],
  providers: [ChangeGrantHandler, DistributeGrantHandler, GrantCrossings, SchemeReading],
  exports: [SchemeReading],
})
export class GrantModule {}
