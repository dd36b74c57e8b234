import { DatedDto } from '../platform/http/recorded.dto.js';
import {
  Holds,
  IsAmount,
  IsCount,
  IsDivisionCode,
  IsFlag,
  IsId,
  IsListOfOneOf,
  IsLongText,
  IsMark,
  IsOneOf,
  IsPositiveAmount,
  IsText,
  OnlyWhen,
  Optional,
  OptionalWhen,
  Required,
} from '../platform/http/validators.js';
import { type Programme, PROGRAMMES } from '../policy/rule-pack.js';
import { COST_AREAS, type CostArea, WORK_ITEM_CODES, type WorkItem } from '../policy/work-item.js';
import { GRANT_LEVELS, GRANT_SOURCES } from './grant.decider.js';

const isCentral = ({ level }: AwardGrantDto): boolean => level === 'central';
const isPooled = ({ source }: AwardGrantDto): boolean => source === 'pooled-compound-funds';

export class AwardGrantDto extends DatedDto {
  @Optional()
  @IsId()
  readonly grantId?: string;

  /** Exactly one of `level` and `source`. */
  @OptionalWhen((body: AwardGrantDto) => body.source !== undefined)
  @IsOneOf(GRANT_LEVELS)
  @Holds('exactlyOne', (body: AwardGrantDto) => body.source === undefined)
  readonly level?: (typeof GRANT_LEVELS)[number];

  @Optional()
  @IsOneOf(GRANT_SOURCES)
  readonly source?: (typeof GRANT_SOURCES)[number];

  @OptionalWhen((body: AwardGrantDto) => !isCentral(body))
  @IsOneOf(PROGRAMMES)
  @OnlyWhen(isCentral)
  readonly programme?: Programme;

  @OptionalWhen((body: AwardGrantDto) => !isPooled(body))
  @IsText()
  @OnlyWhen(isPooled)
  readonly programmeName?: string;

  @OptionalWhen((body: AwardGrantDto) => !isPooled(body))
  @IsListOfOneOf(WORK_ITEM_CODES)
  @OnlyWhen(isPooled)
  readonly mayFund?: WorkItem[];

  @Required()
  @IsMark()
  override readonly documentNo!: string;

  @IsPositiveAmount()
  readonly amount!: string;

  @IsCount(2000, 2200)
  readonly fiscalYear!: number;

  @Optional()
  @IsMark()
  readonly budgetSubject?: string;

  @Optional()
  @IsOneOf(['general', 'government-fund'])
  readonly budgetBook?: 'general' | 'government-fund';

  @IsDivisionCode()
  readonly divisionCode!: string;

  /** 直达资金: the tag is kept to the end of the chain. */
  @Optional()
  @IsFlag()
  readonly directFunds?: boolean;
}

export class AmendGrantDto extends DatedDto {
  @IsAmount()
  readonly amount!: string;

  @IsLongText()
  readonly reason!: string;

  @Required()
  @IsMark()
  override readonly documentNo!: string;
}

export class DecomposeGrantDto extends DatedDto {
  @IsDivisionCode()
  readonly divisionCode!: string;

  @IsPositiveAmount()
  readonly amount!: string;

  @Required()
  @IsMark()
  override readonly documentNo!: string;

  @Optional()
  @IsId()
  readonly childGrantId?: string;
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

export class AllocateGrantDto extends ToSchemeDto {
  @Optional()
  @IsId()
  readonly lineId?: string;
}

export class WithdrawAllocationDto extends AllocateGrantDto {
  @IsLongText()
  readonly reason!: string;
}

export class DisburseGrantDto extends ToSchemeDto {
  @IsMark()
  readonly voucherNo!: string;
}
