import { Body, Controller, Param } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { deterministicId } from '../kernel/ids.js';
import type { Answer } from '../platform/commands/command-desk.js';
import type { Invocation } from '../platform/commands/invocation.js';
import { recorded } from '../platform/http/recorded.dto.js';
import { APPROVERS, Invoked, MIB, Records } from '../platform/http/routes.js';
import type { Scope } from '../scheme/scheme-state.decider.js';
import {
  ChangeRatesDto,
  CloseSubAccountDto,
  CreditIncomeDto,
  OpenMaintenanceFundDto,
  ReceiveDepositsDto,
  SettleInterestDto,
  SurveyComponentsDto,
  TransferSubAccountDto,
} from './maintenance-fund.dto.js';
import {
  ApproveDrawDto,
  CollectDueDto,
  PayDrawDto,
  ProposeDrawDto,
  RefundDrawDto,
  RejectDrawDto,
} from './maintenance-fund-draw.dto.js';
import { ChangeMaintenanceFund, OpenMaintenanceFund } from './maintenance-fund.handlers.js';

type Path = { compoundId: string };
type DrawPath = Path & { drawId: string };
type Intent = ConstructorParameters<typeof ChangeMaintenanceFund>[1];

@ApiTags('maintenance-funds')
@Controller('v1/maintenance-funds')
export class MaintenanceFundController {
  constructor(private readonly commands: CommandBus) {}

  /** 设立维修资金账户 */
  @Records('/')
  open(@Param() _: object, @Body() body: OpenMaintenanceFundDto, @Invoked() by: Invocation): Promise<Answer> {
    return this.commands.execute(new OpenMaintenanceFund(recorded(body, body.openedOn), by));
  }

  /** 调整标准和利率 */
  @Records(':compoundId/rates')
  changeRates(@Param() { compoundId }: Path, @Body() body: ChangeRatesDto, @Invoked() by: Invocation): Promise<Answer> {
    const { from } = body;
    const dated = <Rate extends object>(rates: readonly Rate[]) => rates.map((rate) => ({ from, ...rate }));
    const data = {
      ...recorded(body, from),
      ...(body.depositRates ? { depositRates: dated(body.depositRates) } : {}),
      ...(body.interestRates ? { interestRates: dated(body.interestRates) } : {}),
    };
    return this.change(compoundId, { type: 'ChangeRates', data }, by);
  }

  /** 交存 */
  @Records(':compoundId/deposits', { bodyLimit: 2 * MIB })
  receiveDeposits(
    @Param() { compoundId }: Path,
    @Body() body: ReceiveDepositsDto,
    @Invoked() by: Invocation,
  ): Promise<Answer> {
    return this.change(compoundId, { type: 'ReceiveDeposits', data: recorded(body) }, by);
  }

  /** 收益 */
  @Records(':compoundId/income')
  creditIncome(
    @Param() { compoundId }: Path,
    @Body() body: CreditIncomeDto,
    @Invoked() by: Invocation,
  ): Promise<Answer> {
    return this.change(compoundId, { type: 'CreditIncome', data: recorded(body) }, by);
  }

  /** 结息 */
  @Records(':compoundId/interest-settlements')
  settleInterest(
    @Param() { compoundId }: Path,
    @Body() body: SettleInterestDto,
    @Invoked() by: Invocation,
  ): Promise<Answer> {
    return this.change(compoundId, { type: 'SettleInterest', data: recorded(body, body.settledOn) }, by);
  }

  /** 申请列支 */
  @Records(':compoundId/draws')
  proposeDraw(@Param() { compoundId }: Path, @Body() body: ProposeDrawDto, @Invoked() by: Invocation): Promise<Answer> {
    const drawId = body.drawId ?? deterministicId('draw', by.commandId);
    const data = { ...recorded(body), drawId, scope: { ...body.scope } as Scope };
    return this.change(compoundId, { type: 'ProposeDraw', data, proposer: by.caller.subject }, by);
  }

  /** 核准列支：确定各户分摊 */
  @Records(':compoundId/draws/:drawId/approval', { roles: APPROVERS })
  approveDraw(
    @Param() { compoundId, drawId }: DrawPath,
    @Body() body: ApproveDrawDto,
    @Invoked() by: Invocation,
  ): Promise<Answer> {
    const data = { ...recorded(body), drawId };
    return this.change(compoundId, { type: 'ApproveDraw', data, approver: by.caller.subject }, by);
  }

  /** 不予列支 */
  @Records(':compoundId/draws/:drawId/rejection', { roles: APPROVERS })
  rejectDraw(
    @Param() { compoundId, drawId }: DrawPath,
    @Body() body: RejectDrawDto,
    @Invoked() by: Invocation,
  ): Promise<Answer> {
    const data = { ...recorded(body), drawId };
    return this.change(compoundId, { type: 'RejectDraw', data, approver: by.caller.subject }, by);
  }

  /** 列支付款 */
  @Records(':compoundId/draws/:drawId/payment')
  payDraw(
    @Param() { compoundId, drawId }: DrawPath,
    @Body() body: PayDrawDto,
    @Invoked() by: Invocation,
  ): Promise<Answer> {
    return this.change(compoundId, { type: 'PayDraw', data: { ...recorded(body), drawId } }, by);
  }

  /** 列支退回 */
  @Records(':compoundId/draws/:drawId/refund')
  refundDraw(
    @Param() { compoundId, drawId }: DrawPath,
    @Body() body: RefundDrawDto,
    @Invoked() by: Invocation,
  ): Promise<Answer> {
    return this.change(compoundId, { type: 'RefundDraw', data: { ...recorded(body), drawId } }, by);
  }

  /** 收回垫付 */
  @Records(':compoundId/draws/:drawId/collections')
  collectDue(
    @Param() { compoundId, drawId }: DrawPath,
    @Body() body: CollectDueDto,
    @Invoked() by: Invocation,
  ): Promise<Answer> {
    return this.change(compoundId, { type: 'CollectDue', data: { ...recorded(body), drawId } }, by);
  }

  /** 过户 */
  @Records(':compoundId/transfers')
  transfer(
    @Param() { compoundId }: Path,
    @Body() body: TransferSubAccountDto,
    @Invoked() by: Invocation,
  ): Promise<Answer> {
    return this.change(compoundId, { type: 'TransferSubAccount', data: recorded(body) }, by);
  }

  /** 销户 */
  @Records(':compoundId/closures')
  close(@Param() { compoundId }: Path, @Body() body: CloseSubAccountDto, @Invoked() by: Invocation): Promise<Answer> {
    return this.change(compoundId, { type: 'CloseSubAccount', data: recorded(body) }, by);
  }

  /** 共用部位、共用设施设备调查 */
  @Records(':compoundId/components')
  survey(@Param() { compoundId }: Path, @Body() body: SurveyComponentsDto, @Invoked() by: Invocation): Promise<Answer> {
    return this.change(compoundId, { type: 'SurveyComponents', data: recorded(body, body.surveyedOn) }, by);
  }

  private change(compoundId: string, intent: Intent, by: Invocation): Promise<Answer> {
    return this.commands.execute(new ChangeMaintenanceFund(compoundId, intent, by));
  }
}
