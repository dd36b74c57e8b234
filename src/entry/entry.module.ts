import { Module } from '@nestjs/common';
import { PeriodModule } from '../period/period.module.js';
import { EntryController } from './entry.controller.js';
import { AmendEntryHandler, ReverseEntryHandler } from './entry.handlers.js';

@Module({
  imports: [PeriodModule],
  controllers: [EntryController],
  providers: [ReverseEntryHandler, AmendEntryHandler],
})
export class EntryModule {}
