import { Module } from '@nestjs/common';
import { PeriodBook } from './period-book.js';

@Module({ providers: [PeriodBook], exports: [PeriodBook] })
export class PeriodModule {}
