import { Body, Controller, Param } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { deterministicId } from '../kernel/ids.js';
import type { Answer } from '../platform/commands/command-desk.js';
import type { Invocation } from '../platform/commands/invocation.js';
import { Problem } from '../platform/http/problem.js';
import { recorded } from '../platform/http/recorded.dto.js';
import { APPROVERS, Invoked, Records } from '../platform/http/routes.js';
import { WORK_ITEMS } from '../policy/work-item.js';
import { ProposePayment } from './payment-proposal.handlers.js';
import { ChangeScheme, DraftScheme } from './scheme.handlers.js';
import {
  ApproveSchemeDto,
  type BudgetLineDto,
  CloseConsultationDto,
  CorrectSchemeDto,
  DraftSchemeDto,
  HandOverSchemeDto,
  PublishSchemeDto,
  RecordAcceptanceDto,
  ReviseBudgetDto,
  StartConstructionDto,
} from './scheme.dto.js';
import { AdjustShareDto, ApproveFinalAccountDto, ReturnFundsDto } from './scheme-closing.dto.js';
import { AwardContractDto, ChangeContractDto, SettleContractDto } from './scheme-contract.dto.js';
import {
  type BearerDto,
  MakePaymentDto,
  PledgeFundingDto,
  ReceiveContributionDto,
  RefundContributionDto,
  RefundPaymentDto,
  SubstituteFundsDto,
  WithdrawPledgeDto,
} from './scheme-money.dto.js';
import type { BudgetLine, Scope } from './scheme-state.decider.js';

type Path = { schemeId: string };
type Intent = ConstructorParameters<typeof ChangeScheme>[1];
const DEFAULT_POLICY = 'changzhi-2020';

@ApiTags('schemes')
@Controller('v1/schemes')
export class SchemeController {
  constructor(private readonly commands: CommandBus) {}

  /** 编制改造方案（一区一案） */
  @Records('/')
  draft(@Param() _: object, @Body() body: DraftSchemeDto, @Invoked() by: Invocation): Promise<Answer> {
    const schemeId = body.schemeId ?? deterministicId('scheme', by.commandId);
    const defaults = {
      schemeId,
      policyId: body.policyId ?? DEFAULT_POLICY,
      planStage: body.planStage ?? ('planned' as const),
    };
    return this.commands.execute(new DraftScheme(schemeId, { ...recorded(body), ...defaults }, by));
  }

  /** 更正方案 */
  @Records(':schemeId/corrections')
  correct(@Param() { schemeId }: Path, @Body() body: CorrectSchemeDto, @Invoked() by: Invocation): Promise<Answer> {
    const { planYear, title, centralPlan, planStage, projectCode, archiveNo, ...rest } = recorded(body);
    const given = Object.entries({ planYear, title, centralPlan, planStage, projectCode, archiveNo }).filter(
      ([, value]) => value !== undefined,
    );
    if (given.length === 0) throw new Problem('invalid-field', { errors: [{ pointer: '', code: 'atLeastOne' }] });
    return this.change(schemeId, { type: 'CorrectScheme', data: { ...rest, changes: Object.fromEntries(given) } }, by);
  }

  /** 编制或调整预算 */
  @Records(':schemeId/budget-revisions')
  reviseBudget(@Param() { schemeId }: Path, @Body() body: ReviseBudgetDto, @Invoked() by: Invocation): Promise<Answer> {
    const data = { ...recorded(body), lines: body.lines.map(budgetLine), recordedBy: by.caller.subject };
    return this.change(schemeId, { type: 'ReviseBudget', data }, by);
  }

  /** 公示 */
  @Records(':schemeId/publication')
  publish(@Param() { schemeId }: Path, @Body() body: PublishSchemeDto, @Invoked() by: Invocation): Promise<Answer> {
    return this.change(schemeId, { type: 'PublishScheme', data: recorded(body, body.publishedOn) }, by);
  }

  /** 征求意见 */
  @Records(':schemeId/consultation')
  closeConsultation(
    @Param() { schemeId }: Path,
    @Body() body: CloseConsultationDto,
    @Invoked() by: Invocation,
  ): Promise<Answer> {
    return this.change(schemeId, { type: 'CloseConsultation', data: recorded(body, body.closedOn) }, by);
  }

  /** 审核批准 */
  @Records(':schemeId/approval', { roles: APPROVERS })
  approve(@Param() { schemeId }: Path, @Body() body: ApproveSchemeDto, @Invoked() by: Invocation): Promise<Answer> {
    const data = recorded(body, body.approvedOn);
    return this.change(schemeId, { type: 'ApproveScheme', data, approver: by.caller.subject }, by);
  }

  /** 签订合同 */
  @Records(':schemeId/contracts')
  awardContract(
    @Param() { schemeId }: Path,
    @Body() body: AwardContractDto,
    @Invoked() by: Invocation,
  ): Promise<Answer> {
    const data = { ...recorded(body), role: body.role ?? ('construction' as const) };
    return this.change(schemeId, { type: 'AwardContract', data }, by);
  }

  /** 合同变更 */
  @Records(':schemeId/contract-changes')
  changeContract(
    @Param() { schemeId }: Path,
    @Body() body: ChangeContractDto,
    @Invoked() by: Invocation,
  ): Promise<Answer> {
    return this.change(schemeId, { type: 'ChangeContract', data: recorded(body) }, by);
  }

  /** 开工 */
  @Records(':schemeId/construction-start')
  startConstruction(
    @Param() { schemeId }: Path,
    @Body() body: StartConstructionDto,
    @Invoked() by: Invocation,
  ): Promise<Answer> {
    return this.change(schemeId, { type: 'StartConstruction', data: recorded(body, body.startedOn) }, by);
  }

  /** 竣工验收 */
  @Records(':schemeId/acceptance')
  recordAcceptance(
    @Param() { schemeId }: Path,
    @Body() body: RecordAcceptanceDto,
    @Invoked() by: Invocation,
  ): Promise<Answer> {
    const data = { ...recorded(body), specialAcceptances: body.specialAcceptances ?? [] };
    return this.change(schemeId, { type: 'RecordAcceptance', data }, by);
  }

  /** 移交 */
  @Records(':schemeId/handover')
  handOver(@Param() { schemeId }: Path, @Body() body: HandOverSchemeDto, @Invoked() by: Invocation): Promise<Answer> {
    return this.change(schemeId, { type: 'HandOverScheme', data: recorded(body) }, by);
  }

  /** 工程结算 */
  @Records(':schemeId/contract-settlements')
  settleContract(
    @Param() { schemeId }: Path,
    @Body() body: SettleContractDto,
    @Invoked() by: Invocation,
  ): Promise<Answer> {
    return this.change(schemeId, { type: 'SettleContract', data: recorded(body) }, by);
  }

  /** 认缴 */
  @Records(':schemeId/pledges')
  pledge(@Param() { schemeId }: Path, @Body() body: PledgeFundingDto, @Invoked() by: Invocation): Promise<Answer> {
    const data = { ...recorded(body), pledgeId: body.pledgeId ?? deterministicId('pledge', by.commandId) };
    return this.change(schemeId, { type: 'PledgeFunding', data }, by);
  }

  /** 撤回认缴 */
  @Records(':schemeId/pledges/:pledgeId/withdrawal')
  withdrawPledge(
    @Param() { schemeId, pledgeId }: Path & { pledgeId: string },
    @Body() body: WithdrawPledgeDto,
    @Invoked() by: Invocation,
  ): Promise<Answer> {
    return this.change(schemeId, { type: 'WithdrawPledge', data: { ...recorded(body), pledgeId } }, by);
  }

  /** 出资到位 */
  @Records(':schemeId/contributions')
  contribute(
    @Param() { schemeId }: Path,
    @Body() body: ReceiveContributionDto,
    @Invoked() by: Invocation,
  ): Promise<Answer> {
    const data = {
      ...recorded(body),
      contributionId: body.contributionId ?? deterministicId('contribution', by.commandId),
    };
    return this.change(schemeId, { type: 'ReceiveContribution', data }, by);
  }

  /** 退还出资 */
  @Records(':schemeId/refunds')
  refundContribution(
    @Param() { schemeId }: Path,
    @Body() body: RefundContributionDto,
    @Invoked() by: Invocation,
  ): Promise<Answer> {
    const data = { ...recorded(body), refundTo: body.refundTo ?? ('payer' as const) };
    return this.change(schemeId, { type: 'RefundContribution', data }, by);
  }

  /** 支付 */
  @Records(':schemeId/payments')
  pay(@Param() { schemeId }: Path, @Body() body: MakePaymentDto, @Invoked() by: Invocation): Promise<Answer> {
    const defaults = {
      paymentId: body.paymentId ?? deterministicId('payment', by.commandId),
      nature: body.nature ?? ('construction' as const),
    };
    const { from: given, ...told } = recorded(body);
    if (given === undefined) {
      if (!by.dryRun) throw new Problem('invalid-field', { errors: [{ pointer: '/from', code: 'isArray' }] });
      return this.commands.execute(new ProposePayment(schemeId, { ...told, ...defaults }, by));
    }
    const from = given.map((part) => ({ ...bearer(part), amount: part.amount }));
    return this.change(schemeId, { type: 'MakePayment', data: { ...told, ...defaults, from } }, by);
  }

  /** 支付退回 */
  @Records(':schemeId/payment-refunds')
  refundPayment(
    @Param() { schemeId }: Path,
    @Body() body: RefundPaymentDto,
    @Invoked() by: Invocation,
  ): Promise<Answer> {
    const { to: _, ...rest } = recorded(body);
    const to = body.to?.map((part) => ({ ...bearer(part), amount: part.amount }));
    return this.change(schemeId, { type: 'RefundPayment', data: { ...rest, ...(to ? { to } : {}) } }, by);
  }

  /** 归垫 */
  @Records(':schemeId/fund-substitutions')
  substituteFunds(
    @Param() { schemeId }: Path,
    @Body() body: SubstituteFundsDto,
    @Invoked() by: Invocation,
  ): Promise<Answer> {
    const data = { ...recorded(body), from: bearer(body.from), to: bearer(body.to) };
    return this.change(schemeId, { type: 'SubstituteFunds', data }, by);
  }

  /** 资金退回 */
  @Records(':schemeId/fund-returns')
  returnFunds(@Param() { schemeId }: Path, @Body() body: ReturnFundsDto, @Invoked() by: Invocation): Promise<Answer> {
    return this.change(schemeId, { type: 'ReturnFunds', data: recorded(body) }, by);
  }

  /** 分户减免 */
  @Records(':schemeId/share-adjustments')
  adjustShare(@Param() { schemeId }: Path, @Body() body: AdjustShareDto, @Invoked() by: Invocation): Promise<Answer> {
    return this.change(schemeId, { type: 'AdjustShare', data: recorded(body), borne: 0n }, by);
  }

  /** 竣工财务决算 */
  @Records(':schemeId/final-account')
  approveFinalAccount(
    @Param() { schemeId }: Path,
    @Body() body: ApproveFinalAccountDto,
    @Invoked() by: Invocation,
  ): Promise<Answer> {
    return this.change(schemeId, { type: 'ApproveFinalAccount', data: recorded(body) }, by);
  }

  private change(schemeId: string, intent: Intent, by: Invocation): Promise<Answer> {
    return this.commands.execute(new ChangeScheme(schemeId, intent, by));
  }
}

const bearer = ({ source, reference }: BearerDto) => ({ source, reference: reference ?? null });

/** A line with everything the catalogue and the defaults say written out: the fact must be readable without them. */
function budgetLine(line: BudgetLineDto): BudgetLine {
  return {
    ...line,
    costArea: line.costArea ?? WORK_ITEMS[line.workItem].costArea!,
    scope: (line.scope ?? { all: true }) as Scope,
    shareMethod: line.shareMethod ?? 'area',
  };
}
