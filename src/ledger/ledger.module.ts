import { Module } from '@nestjs/common';
import { AwardFigures } from './award-figures.js';
import { CompoundDependents } from './compound-dependents.js';
import { EventStreamController } from './event-stream.controller.js';
import { FiguresController } from './figures.controller.js';
import {
  GetCompoundSplitHandler,
  GetHouseholdSharesHandler,
  GetOverviewHandler,
  GetSchemeSplitHandler,
} from './figures.handlers.js';
import { GetFundingPlanHandler } from './funding-plan.handlers.js';
import { GetGrantHandler, GetGrantsHandler } from './grant-figures.handlers.js';
import { FundFigures } from './fund-figures.js';
import { HouseholdShares } from './household-shares.js';
import { HistoryController } from './history.controller.js';
import {
  GetAccountEntriesHandler,
  GetDecisionsHandler,
  GetEventHandler,
  GetEventsHandler,
  GetTrialBalanceHandler,
} from './history.handlers.js';
import { GrantReading } from './grant-reading.js';
import { SchemeFigures } from './scheme-figures.js';

@Module({
  controllers: [FiguresController, HistoryController, EventStreamController],
  providers: [
    SchemeFigures,
    AwardFigures,
    FundFigures,
    HouseholdShares,
    CompoundDependents,
    GrantReading,
    GetSchemeSplitHandler,
    GetFundingPlanHandler,
    GetCompoundSplitHandler,
    GetHouseholdSharesHandler,
    GetOverviewHandler,
    GetGrantHandler,
    GetGrantsHandler,
    GetEventsHandler,
    GetEventHandler,
    GetDecisionsHandler,
    GetTrialBalanceHandler,
    GetAccountEntriesHandler,
  ],
  exports: [AwardFigures, FundFigures, HouseholdShares, CompoundDependents, GrantReading, SchemeFigures],
})
export class LedgerModule {}
