import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module.js';
import { PeriodModule } from '../period/period.module.js';
import { MaintenanceFundController } from './maintenance-fund.controller.js';
import { MaintenanceFundCrossings } from './maintenance-fund-crossings.js';
import { GetForecastHandler, GetStatementHandler } from './maintenance-fund-forecast.handlers.js';
import { ChangeMaintenanceFundHandler, OpenMaintenanceFundHandler } from './maintenance-fund.handlers.js';
import { MaintenanceFundReadsController } from './maintenance-fund-reads.controller.js';
import {
  GetBooksHandler,
  GetDrawHandler,
  GetDrawsHandler,
  GetFundHandler,
  GetSubAccountHandler,
  GetSubAccountsHandler,
} from './maintenance-fund-reads.handlers.js';
import { FundViews } from './maintenance-fund-views.js';

@Module({
  imports: [LedgerModule, PeriodModule],
  controllers: [MaintenanceFundController, MaintenanceFundReadsController],
  providers: [
    FundViews,
    OpenMaintenanceFundHandler,
    ChangeMaintenanceFundHandler,
    MaintenanceFundCrossings,
    GetFundHandler,
    GetBooksHandler,
    GetSubAccountsHandler,
    GetSubAccountHandler,
    GetDrawsHandler,
    GetDrawHandler,
    GetStatementHandler,
    GetForecastHandler,
  ],
  exports: [FundViews],
})
export class MaintenanceFundModule {}
