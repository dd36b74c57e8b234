import { Module } from '@nestjs/common';
import { PeriodModule } from '../period/period.module.js';
import { SchemeController } from './scheme.controller.js';
import { ChangeSchemeHandler, DraftSchemeHandler } from './scheme.handlers.js';
import { SchemeReadsController } from './scheme-reads.controller.js';
import {
  GetContractsByNoHandler,
  GetSchemeHandler,
  GetSchemeListHandler,
  GetSchemesHandler,
} from './scheme-reads.handlers.js';

@Module({
  imports: [PeriodModule],
  controllers: [SchemeController, SchemeReadsController],
  providers: [
    DraftSchemeHandler,
    ChangeSchemeHandler,
    GetSchemeHandler,
    GetSchemeListHandler,
    GetSchemesHandler,
    GetContractsByNoHandler,
  ],
})
export class SchemeModule {}
