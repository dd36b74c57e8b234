import { Module } from '@nestjs/common';
import { PeriodModule } from '../period/period.module.js';
import { EntryController } from './entry.controller.js';
import { EntryFinder } from './entry-finder.js';
import { AmendEntryHandler, ReverseEntryHandler } from './entry.handlers.js';

@Module({
  imports: [PeriodModule],
  controllers: [EntryController],
  providers: [EntryFinder, ReverseEntryHandler, AmendEntryHandler],
})
export class EntryModule {}
