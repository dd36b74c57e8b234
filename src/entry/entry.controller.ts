import { Body, Controller, Param } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Answer } from '../platform/commands/command-desk.js';
import type { Invocation } from '../platform/commands/invocation.js';
import { recorded } from '../platform/http/recorded.dto.js';
import { Invoked, Records } from '../platform/http/routes.js';
import { AmendEntryDto, ReverseEntryDto } from './entry.dto.js';
import { AmendEntry, ReverseEntry } from './entry.handlers.js';

type Path = { eventId: string };

@ApiTags('entries')
@Controller('v1/entries')
export class EntryController {
  constructor(private readonly commands: CommandBus) {}

  /** 冲销 */
  @Records(':eventId/reversal')
  reverse(@Param() { eventId }: Path, @Body() body: ReverseEntryDto, @Invoked() by: Invocation): Promise<Answer> {
    return this.commands.execute(new ReverseEntry(eventId, recorded(body), by));
  }

  /** 更正：冲销并重新登记 */
  @Records(':eventId/amendment')
  amend(@Param() { eventId }: Path, @Body() body: AmendEntryDto, @Invoked() by: Invocation): Promise<Answer> {
    const { replacement, ...asked } = recorded(body);
    return this.commands.execute(new AmendEntry(eventId, asked, replacement, by));
  }
}
