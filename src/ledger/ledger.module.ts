import { Module } from '@nestjs/common';
import { FiguresController } from './figures.controller.js';
import {
  GetCompoundSplitHandler,
  GetHouseholdSharesHandler,
  GetOverviewHandler,
  GetSchemeSplitHandler,
} from './figures.handlers.js';
import { GetGrantHandler, GetGrantsHandler } from './grant-figures.handlers.js';
import { HistoryController } from './history.controller.js';
import {
  GetAccountEntriesHandler,
  GetDecisionsHandler,
  GetEventHandler,
  GetEventsHandler,
  GetTrialBalanceHandler,
} from './history.handlers.js';
import { ProgrammeMarks } from './programme-marks.js';
import { SchemeFigures } from './scheme-figures.js';
import { SchemesOfCompound } from './schemes-of-compound.js';

@Module({
  controllers: [FiguresController, HistoryController],
  providers: [
    SchemeFigures,
    SchemesOfCompound,
    ProgrammeMarks,
    GetSchemeSplitHandler,
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
  exports: [SchemesOfCompound, ProgrammeMarks, SchemeFigures],
})
export class LedgerModule {}
