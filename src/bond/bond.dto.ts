import { DatedDto, RecordedDto } from '../platform/http/recorded.dto.js';
import {
  HasDistinct,
  IsAmount,
  IsBusinessDate,
  IsCount,
  IsDivisionCode,
  IsId,
  IsLongText,
  IsMark,
  IsOneOf,
  IsParts,
  IsPositiveAmount,
  IsRate,
  IsText,
  Optional,
} from '../platform/http/validators.js';
import { COST_AREAS, type CostArea } from '../policy/work-item.js';
import { REPAYMENTS } from './bond-state.decider.js';

const LONGEST_TERM_YEARS = 100;

export class IssueBondDto extends DatedDto {
  @Optional()
  @IsId()
  readonly bondId?: string;

  @IsText()
  readonly name!: string;

  @IsDivisionCode()
  readonly divisionCode!: string;

  @IsPositiveAmount()
  readonly principal!: string;

  @IsRate()
  readonly couponRate!: string;

  @IsCount(1, LONGEST_TERM_YEARS)
  readonly termYears!: number;

  @IsBusinessDate()
  readonly valueDate!: string;

  @IsOneOf([1, 2, 4, 12])
  readonly paymentsPerYear!: 1 | 2 | 4 | 12;

  @IsOneOf(REPAYMENTS)
  readonly repayment!: (typeof REPAYMENTS)[number];

  @Optional()
  @IsCount(2000, 2200)
  readonly fiscalYear?: number;

  @Optional()
  @IsMark()
  readonly budgetSubject?: string;

  @Optional()
  @IsText()
  readonly issuer?: string;
}

class ToSchemeDto extends DatedDto {
  @IsId()
  readonly schemeId!: string;

  @IsPositiveAmount()
  readonly amount!: string;

  @Optional()
  @IsOneOf(COST_AREAS)
  readonly costArea?: CostArea;
}

export class AllocateProceedsDto extends ToSchemeDto {
  @Optional()
  @IsId()
  readonly lineId?: string;
}

export class WithdrawProceedsDto extends AllocateProceedsDto {
  @IsLongText()
  readonly reason!: string;
}

export class DisburseProceedsDto extends ToSchemeDto {
  @IsMark()
  readonly voucherNo!: string;
}

export class RevenueYearDto {
  @IsCount(2000, 2300)
  readonly year!: number;

  @IsAmount()
  readonly income!: string;

  @IsAmount()
  readonly cost!: string;
}

export class ForecastRevenueDto extends DatedDto {
  @IsParts(() => RevenueYearDto, LONGEST_TERM_YEARS)
  @HasDistinct('year')
  readonly years!: RevenueYearDto[];
}

/** `dueOn` stands for the business date where that is absent; a late payment has both. */
export class ServeBondDto extends RecordedDto {
  @IsPositiveAmount()
  readonly amount!: string;

  @IsBusinessDate()
  readonly dueOn!: string;

  @Optional()
  @IsBusinessDate()
  readonly occurredOn?: string;

  @Optional()
  @IsOneOf(['project-income', 'budget'])
  readonly paidFrom?: 'project-income' | 'budget';
}
