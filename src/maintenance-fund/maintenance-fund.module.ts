import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module.js';
import { PeriodModule } from '../period/period.module.js';
import { MaintenanceFundController } from './maintenance-fund.controller.js';
import { MaintenanceFundCrossings } from './maintenance-fund-crossings.js';
import { ChangeMaintenanceFundHandler, OpenMaintenanceFundHandler } from './maintenance-fund.handlers.js';

@Module({
  imports: [LedgerModule, PeriodModule],
  controllers: [MaintenanceFundController],
  providers: [OpenMaintenanceFundHandler, ChangeMaintenanceFundHandler, MaintenanceFundCrossings],
})
export class MaintenanceFundModule {}
