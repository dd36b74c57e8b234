import { Module } from '@nestjs/common';
import { GrantModule } from '../grant/grant.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { PeriodModule } from '../period/period.module.js';
import { BondController } from './bond.controller.js';
import { ChangeBondHandler } from './bond.handlers.js';
import { GetBondHandler, GetBondsHandler } from './bond-reads.handlers.js';

@Module({
  imports: [LedgerModule, PeriodModule, GrantModule],
  controllers: [BondController],
  providers: [ChangeBondHandler, GetBondHandler, GetBondsHandler],
})
export class BondModule {}
