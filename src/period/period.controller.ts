import { Body, Controller, Param } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { Answer } from '../platform/commands/command-desk.js';
import type { Invocation } from '../platform/commands/invocation.js';
import { recorded } from '../platform/http/recorded.dto.js';
import { APPROVERS, Asked, Invoked, type Question, Reads, Records } from '../platform/http/routes.js';
import { ClosePeriodDto } from './period.dto.js';
import { ChangePeriod, GetPeriod } from './period.handlers.js';

type Path = { divisionCode: string };

@ApiTags('periods')
@Controller('v1/periods')
export class PeriodController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  /** 结账 */
  @Records(':divisionCode/close', { roles: APPROVERS })
  close(@Param() { divisionCode }: Path, @Body() body: ClosePeriodDto, @Invoked() by: Invocation): Promise<Answer> {
    return this.commands.execute(new ChangePeriod(divisionCode, 'ClosePeriod', recorded(body, body.through), by));
  }

  /** 反结账 */
  @Records(':divisionCode/reopen', { roles: APPROVERS })
  reopen(@Param() { divisionCode }: Path, @Body() body: ClosePeriodDto, @Invoked() by: Invocation): Promise<Answer> {
    return this.commands.execute(new ChangePeriod(divisionCode, 'ReopenPeriod', recorded(body, body.through), by));
  }

  /** 账期 */
  @Reads(':divisionCode')
  period(@Param('divisionCode') divisionCode: string, @Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetPeriod(divisionCode, asked));
  }
}
