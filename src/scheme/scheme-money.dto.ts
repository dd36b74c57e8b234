import { DatedDto } from '../platform/http/recorded.dto.js';
import {
  HasDistinct,
  Holds,
  isA,
  IsAmount,
  IsId,
  IsLongText,
  IsMark,
  IsOneOf,
  IsPart,
  IsParts,
  IsPositiveAmount,
  isNamed,
  IsText,
  OnlyWhen,
  Optional,
  OptionalWhen,
  Required,
} from '../platform/http/validators.js';
import { OwnersDecisionDto } from '../maintenance-fund/maintenance-fund.dto.js';
import { fen, total } from '../kernel/money.js';
import {
  type ContributionForm,
  FUNDING_SOURCE_CODES,
  FUNDING_SOURCES,
  type FundingSource,
} from '../policy/funding-source.js';
import { COST_AREAS, type CostArea, UTILITIES, type Utility } from '../policy/work-item.js';
import { PAYMENT_STAGES, type PaymentStage } from './scheme-state.decider.js';

const MOST_PARTS = 100;
const FORMS: readonly ContributionForm[] = ['cash', 'goods', 'labour', 'direct-payment'];
const isFromOperator = ({ source }: { source: FundingSource }): boolean =>
  FUNDING_SOURCES[source]?.reference === 'utility';

/** Exactly one: a household by its id, or an organisation by its name. */
export class PayerDto {
  @Optional()
  @IsId()
  @Holds('exactlyOne', (payer: PayerDto) => payer.organisation === undefined)
  readonly householdId?: string;

  @OptionalWhen((payer: PayerDto) => payer.householdId !== undefined)
  @IsText()
  readonly organisation?: string;
}

class OfferedDto extends DatedDto {
  @IsOneOf(FUNDING_SOURCE_CODES)
  readonly source!: FundingSource;

  @IsPositiveAmount()
  readonly amount!: string;

  @Optional()
  @IsOneOf(COST_AREAS)
  readonly costArea?: CostArea;

  @Optional()
  @IsPart(() => PayerDto)
  readonly payer?: PayerDto;

  /** What kind of operator it is; required of utility operators, and of nobody else. */
  @OptionalWhen((body: OfferedDto) => !isFromOperator(body))
  @IsOneOf(UTILITIES)
  @OnlyWhen(isFromOperator)
  readonly utility?: Utility;
}

export class PledgeFundingDto extends OfferedDto {
  @Optional()
  @IsId()
  readonly pledgeId?: string;

  @Optional()
  @IsId()
  readonly lineId?: string;
}

export class WithdrawPledgeDto extends DatedDto {
  @IsLongText()
  readonly reason!: string;
}

/** A certificate of one household's provident-fund withdrawal: evidence inside its cash, never counted beside it. */
export class ProvidentFundDto {
  @IsPositiveAmount()
  readonly amount!: string;

  @IsMark()
  readonly certificateNo!: string;
}

const isContributed = ({ source }: { source: FundingSource }): boolean =>
  FUNDING_SOURCES[source]?.route === 'contribution';
const isIncome = ({ source }: { source: FundingSource }): boolean => source === 'common-area-income';

export class ReceiveContributionDto extends OfferedDto {
  @Optional()
  @IsId()
  readonly contributionId?: string;

  @IsOneOf(FORMS)
  @Holds(
    'formOfSource',
    (body: ReceiveContributionDto) => !isContributed(body) || FUNDING_SOURCES[body.source].forms.includes(body.form),
  )
  readonly form!: ContributionForm;

  /** Required of a direct payment: the work whose contractor was paid. */
  @OptionalWhen((body: ReceiveContributionDto) => body.form !== 'direct-payment')
  @IsId()
  readonly lineId?: string;

  @Optional()
  @IsId()
  readonly pledgeId?: string;

  @Optional()
  @IsPart(() => ProvidentFundDto)
  @OnlyWhen((body: ReceiveContributionDto) => body.source === 'resident-cash' && body.payer?.householdId !== undefined)
  @Holds('withinAmount', (body: ReceiveContributionDto) => fen(body.providentFund!.amount) <= fen(body.amount))
  readonly providentFund?: ProvidentFundDto;

  /** The owners' decision that gives up common-area income: by name, or with its vote as a fund takes it. */
  @Optional()
  @Holds('isDecision', ({ decision }: ReceiveContributionDto) =>
    typeof decision === 'string' ? isNamed(decision) : isA(OwnersDecisionDto, decision),
  )
  readonly decision?: string | OwnersDecisionDto;

  @OptionalWhen((body: ReceiveContributionDto) => body.cost === undefined)
  @IsPositiveAmount()
  @OnlyWhen(isIncome)
  @Holds(
    'grossLessCost',
    (body: ReceiveContributionDto) => fen(body.grossAmount!) - fen(body.cost ?? '0.00') === fen(body.amount),
  )
  readonly grossAmount?: string;

  @Optional()
  @IsAmount()
  @OnlyWhen(isIncome)
  readonly cost?: string;

  @Optional()
  @IsText()
  readonly purpose?: string;

  @Optional()
  @IsMark()
  readonly voucherNo?: string;
}

export class RefundContributionDto extends DatedDto {
  @IsId()
  readonly contributionId!: string;

  @IsPositiveAmount()
  readonly amount!: string;

  @IsLongText()
  readonly reason!: string;

  @Optional()
  @IsOneOf(['payer', 'current-owner'])
  readonly refundTo?: 'payer' | 'current-owner';
}

const needsReference = ({ source }: { source: FundingSource }): boolean =>
  (FUNDING_SOURCES[source]?.reference ?? null) !== null;

const isUtility = (reference: unknown): boolean => (UTILITIES as readonly unknown[]).includes(reference);

/** A source and, where there are several of its kind, which one: the grant, the bond, the draw, or the utility. */
export class BearerDto {
  @IsOneOf(FUNDING_SOURCE_CODES)
  readonly source!: FundingSource;

  @OptionalWhen((one: BearerDto) => !needsReference(one))
  @IsId()
  @OnlyWhen(needsReference)
  @Holds('isIn', ({ source, reference }: BearerDto) => source !== 'utility-operator' || isUtility(reference))
  readonly reference?: string;
}

export class FromDto extends BearerDto {
  @IsPositiveAmount()
  readonly amount!: string;
}

const sums = (parts: readonly FromDto[] | undefined, amount: string): boolean =>
  parts === undefined || total(parts.map((part) => fen(part.amount))) === fen(amount);

export class MakePaymentDto extends DatedDto {
  @Optional()
  @IsId()
  readonly paymentId?: string;

  @IsId()
  readonly lineId!: string;

  @IsPositiveAmount()
  readonly amount!: string;

  /** An organisation, or the id of a household. */
  @IsText()
  readonly payee!: string;

  @IsMark()
  readonly voucherNo!: string;

  /** What bears it, to the fen; a dry run without it proposes it by the plan. */
  @Optional()
  @IsParts(() => FromDto, MOST_PARTS)
  @HasDistinct('source', 'reference')
  @Holds('sumsToAmount', (body: MakePaymentDto) => sums(body.from, body.amount))
  readonly from?: FromDto[];

  @Optional()
  @IsMark()
  readonly contractNo?: string;

  @Optional()
  @IsOneOf(PAYMENT_STAGES)
  readonly stage?: PaymentStage;

  @Optional()
  @IsOneOf(['treasury-direct', 'project-account'])
  readonly channel?: 'treasury-direct' | 'project-account';

  @Optional()
  @IsOneOf(['construction', 'operation'])
  readonly nature?: 'construction' | 'operation';
}

export class RefundPaymentDto extends DatedDto {
  @IsId()
  readonly paymentId!: string;

  @IsPositiveAmount()
  readonly amount!: string;

  @IsLongText()
  readonly reason!: string;

  @Optional()
  @IsParts(() => FromDto, MOST_PARTS)
  @HasDistinct('source', 'reference')
  @Holds('sumsToAmount', (body: RefundPaymentDto) => sums(body.to, body.amount))
  readonly to?: FromDto[];
}

export class SubstituteFundsDto extends DatedDto {
  @IsId()
  readonly lineId!: string;

  @IsPart(() => BearerDto)
  readonly from!: BearerDto;

  /** Another than it takes over from. */
  @IsPart(() => BearerDto)
  @Holds('another', ({ from, to }: SubstituteFundsDto) => from.source !== to.source || from.reference !== to.reference)
  readonly to!: BearerDto;

  @IsPositiveAmount()
  readonly amount!: string;

  @Required()
  @IsMark()
  override readonly documentNo!: string;
}
