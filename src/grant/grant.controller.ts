import { Body, Controller, Param } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { assertFactorValues } from '../calculation/calculation.dto.js';
import { millionths } from '../kernel/decimal.js';
import { deterministicId } from '../kernel/ids.js';
import type { Answer } from '../platform/commands/command-desk.js';
import type { Invocation } from '../platform/commands/invocation.js';
import { recorded } from '../platform/http/recorded.dto.js';
import { Invoked, Records } from '../platform/http/routes.js';
import type { FundingSource } from '../policy/funding-source.js';
import {
  AllocateGrantDto,
  AmendGrantDto,
  AwardGrantDto,
  DecomposeGrantDto,
  DisburseGrantDto,
  WithdrawAllocationDto,
} from './grant.dto.js';
import { CloseGrantYearDto, RegisterDirectFundsDto, ReturnGrantDto } from './grant-year.dto.js';
import { DistributeGrantDto } from './grant-distribution.dto.js';
import { ChangeGrant, DistributeGrant } from './grant.handlers.js';

type Path = { grantId: string };
type Intent = ConstructorParameters<typeof ChangeGrant>[1];

@ApiTags('grants')
@Controller('v1/grants')
export class GrantController {
  constructor(private readonly commands: CommandBus) {}

  /** 指标下达 */
  @Records('/')
  award(@Param() _: object, @Body() body: AwardGrantDto, @Invoked() by: Invocation): Promise<Answer> {
    const { level, source, ...rest } = recorded(body);
    const grantId = body.grantId ?? deterministicId('grant', by.commandId);
    const data = {
      ...rest,
      grantId,
      source: source ?? (`${level!}-grant` as FundingSource),
      budgetBook: body.budgetBook ?? ('general' as const),
      directFunds: body.directFunds ?? false,
    };
    return this.change(grantId, { type: 'AwardGrant', data }, by);
  }

  /** 指标调整 */
  @Records(':grantId/amendments')
  amend(@Param() { grantId }: Path, @Body() body: AmendGrantDto, @Invoked() by: Invocation): Promise<Answer> {
    return this.change(grantId, { type: 'AmendGrant', data: recorded(body) }, by);
  }

  /** 指标分解下达 */
  @Records(':grantId/decompositions')
  decompose(@Param() { grantId }: Path, @Body() body: DecomposeGrantDto, @Invoked() by: Invocation): Promise<Answer> {
    const data = { ...recorded(body), childGrantId: body.childGrantId ?? deterministicId('child-grant', by.commandId) };
    return this.change(grantId, { type: 'DecomposeGrant', data }, by);
  }

  /** 分配到项目 */
  @Records(':grantId/allocations')
  allocate(@Param() { grantId }: Path, @Body() body: AllocateGrantDto, @Invoked() by: Invocation): Promise<Answer> {
    return this.change(grantId, { type: 'AllocateGrant', data: recorded(body) }, by);
  }

  /** 收回分配 */
  @Records(':grantId/allocation-withdrawals')
  withdrawAllocation(
    @Param() { grantId }: Path,
    @Body() body: WithdrawAllocationDto,
    @Invoked() by: Invocation,
  ): Promise<Answer> {
    return this.change(grantId, { type: 'WithdrawAllocation', data: recorded(body) }, by);
  }

  /** 拨付 */
  @Records(':grantId/disbursements')
  disburse(@Param() { grantId }: Path, @Body() body: DisburseGrantDto, @Invoked() by: Invocation): Promise<Answer> {
    return this.change(grantId, { type: 'DisburseGrant', data: recorded(body) }, by);
  }

  /** 因素法分配 */
  @Records(':grantId/distributions')
  distribute(@Param() { grantId }: Path, @Body() body: DistributeGrantDto, @Invoked() by: Invocation): Promise<Answer> {
    assertFactorValues(body);
    const { method: _, factors, recipients, ...data } = recorded(body);
    const intent = {
      type: 'DistributeGrant' as const,
      data,
      factors: factors.map(({ name, weight, applyCoefficient = true }) => ({
        name,
        weight: millionths(weight),
        applyCoefficient,
      })),
      recipients: recipients.map(({ schemeId, childGrantId, divisionCode, coefficient, values }, index) => ({
        divisionCode,
        coefficient: millionths(coefficient),
        values: factors.map(({ name }) => millionths(values[name]!)),
        ...(schemeId === undefined
          ? { childGrantId: childGrantId ?? deterministicId('child-grant', by.commandId, String(index)) }
          : { schemeId }),
      })),
    };
    return this.commands.execute(new DistributeGrant(grantId, intent, by));
  }

  /** 结转 */
  @Records(':grantId/carry-overs')
  carryOver(@Param() { grantId }: Path, @Body() body: CloseGrantYearDto, @Invoked() by: Invocation): Promise<Answer> {
    return this.change(grantId, { type: 'CarryOverGrant', data: recorded(body) }, by);
  }

  /** 结余 */
  @Records(':grantId/lapses')
  lapse(@Param() { grantId }: Path, @Body() body: CloseGrantYearDto, @Invoked() by: Invocation): Promise<Answer> {
    return this.change(grantId, { type: 'LapseGrant', data: recorded(body) }, by);
  }

  /** 收回、上缴 */
  @Records(':grantId/returns')
  returnUpwards(@Param() { grantId }: Path, @Body() body: ReturnGrantDto, @Invoked() by: Invocation): Promise<Answer> {
    return this.change(grantId, { type: 'ReturnGrant', data: recorded(body) }, by);
  }

  /** 直达资金登记 */
  @Records(':grantId/registrations')
  register(
    @Param() { grantId }: Path,
    @Body() body: RegisterDirectFundsDto,
    @Invoked() by: Invocation,
  ): Promise<Answer> {
    return this.change(grantId, { type: 'RegisterDirectFunds', data: recorded(body) }, by);
  }

  private change(grantId: string, intent: Intent, by: Invocation): Promise<Answer> {
    return this.commands.execute(new ChangeGrant(grantId, intent, by));
  }
}
