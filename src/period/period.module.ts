import { Module } from '@nestjs/common';
import { PeriodController } from './period.controller.js';
import { ChangePeriodHandler, GetPeriodHandler } from './period.handlers.js';
import { PeriodBook } from './period-book.js';

@Module({
  controllers: [PeriodController],
  providers: [PeriodBook, ChangePeriodHandler, GetPeriodHandler],
  exports: [PeriodBook],
})
export class PeriodModule {}
