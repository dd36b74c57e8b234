import { Body, Controller, Param } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { deterministicId } from '../kernel/ids.js';
import type { Answer } from '../platform/commands/command-desk.js';
import type { Invocation } from '../platform/commands/invocation.js';
import { recorded } from '../platform/http/recorded.dto.js';
import { Asked, Invoked, type Question, Reads, Records } from '../platform/http/routes.js';
import {
  AllocateProceedsDto,
  DisburseProceedsDto,
  ForecastRevenueDto,
  IssueBondDto,
  ServeBondDto,
  WithdrawProceedsDto,
} from './bond.dto.js';
import { ChangeBond } from './bond.handlers.js';
import { GetBond, GetBonds } from './bond-reads.handlers.js';

type Path = { bondId: string };
type Intent = ConstructorParameters<typeof ChangeBond>[1];

@ApiTags('bonds')
@Controller('v1/bonds')
export class BondController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  /** 专项债券发行 */
  @Records('/')
  issue(@Param() _: object, @Body() body: IssueBondDto, @Invoked() by: Invocation): Promise<Answer> {
    const bondId = body.bondId ?? deterministicId('bond', by.commandId);
    return this.change(bondId, { type: 'IssueBond', data: { ...recorded(body), bondId } }, by);
  }

  /** 债券资金分配 */
  @Records(':bondId/allocations')
  allocate(@Param() { bondId }: Path, @Body() body: AllocateProceedsDto, @Invoked() by: Invocation): Promise<Answer> {
    return this.change(bondId, { type: 'AllocateProceeds', data: recorded(body) }, by);
  }

  /** 收回分配 */
  @Records(':bondId/allocation-withdrawals')
  withdraw(@Param() { bondId }: Path, @Body() body: WithdrawProceedsDto, @Invoked() by: Invocation): Promise<Answer> {
    return this.change(bondId, { type: 'WithdrawAllocation', data: recorded(body) }, by);
  }

  /** 债券资金拨付 */
  @Records(':bondId/disbursements')
  disburse(@Param() { bondId }: Path, @Body() body: DisburseProceedsDto, @Invoked() by: Invocation): Promise<Answer> {
    return this.change(bondId, { type: 'DisburseProceeds', data: recorded(body) }, by);
  }

  /** 项目收益预测 */
  @Records(':bondId/revenue-forecasts')
  forecast(@Param() { bondId }: Path, @Body() body: ForecastRevenueDto, @Invoked() by: Invocation): Promise<Answer> {
    return this.change(bondId, { type: 'ForecastRevenue', data: recorded(body) }, by);
  }

  /** 付息 */
  @Records(':bondId/interest-payments')
  payInterest(@Param() { bondId }: Path, @Body() body: ServeBondDto, @Invoked() by: Invocation): Promise<Answer> {
    return this.change(bondId, { type: 'PayInterest', data: served(body) }, by);
  }

  /** 还本 */
  @Records(':bondId/principal-repayments')
  repay(@Param() { bondId }: Path, @Body() body: ServeBondDto, @Invoked() by: Invocation): Promise<Answer> {
    return this.change(bondId, { type: 'RepayPrincipal', data: served(body) }, by);
  }

  /** 债券列表 */
  @Reads('/', { list: true, parameters: { divisionCode: /^\d{2}(\d{2}){0,2}$/ } })
  bonds(@Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetBonds(asked));
  }

  /** 债券 */
  @Reads(':bondId')
  bond(@Param('bondId') bondId: string, @Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetBond(bondId, asked));
  }

  private change(bondId: string, intent: Intent, by: Invocation): Promise<Answer> {
    return this.commands.execute(new ChangeBond(bondId, intent, by));
  }
}

const served = (body: ServeBondDto) => ({
  ...recorded({ ...body, occurredOn: body.occurredOn ?? body.dueOn }),
  paidFrom: body.paidFrom ?? ('project-income' as const),
});
