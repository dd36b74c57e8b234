import { Module } from '@nestjs/common';
import { BatchController } from './batch.controller.js';
import { RunBatchHandler } from './batch.handlers.js';

@Module({ controllers: [BatchController], providers: [RunBatchHandler] })
export class BatchModule {}
