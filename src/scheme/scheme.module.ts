import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module.js';
import { PeriodModule } from '../period/period.module.js';
import { ProposePaymentHandler } from './payment-proposal.handlers.js';
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
  imports: [LedgerModule, PeriodModule],
  controllers: [SchemeController, SchemeReadsController],
  providers: [
    DraftSchemeHandler,
    ChangeSchemeHandler,
    ProposePaymentHandler,
    GetSchemeHandler,
    GetSchemeListHandler,
    GetSchemesHandler,
    GetContractsByNoHandler,
  ],
})
export class SchemeModule {}
