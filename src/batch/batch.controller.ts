import { Body, Controller, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Answer } from '../platform/commands/command-desk.js';
import type { Invocation } from '../platform/commands/invocation.js';
import type { Language } from '../platform/http/messages.js';
import { InLanguage, Invoked, Key, RecordsMany } from '../platform/http/routes.js';
import { CommandBatchDto } from './batch.dto.js';
import { RunBatch } from './batch.handlers.js';

@ApiTags('batches')
@Controller('v1/command-batches')
export class BatchController {
  constructor(private readonly commands: CommandBus) {}

  /** 批量登记 */
  @RecordsMany('/', { mode: ['atomic', 'partial'] })
  run(
    @Query('mode') mode: 'atomic' | 'partial' | undefined,
    @Body() body: CommandBatchDto,
    @Invoked() by: Invocation,
    @Key() key: string | undefined,
    @InLanguage() language: Language,
  ): Promise<Answer> {
    return this.commands.execute(new RunBatch(mode ?? 'partial', body.commands, by, key ?? by.commandId, language));
  }
}
