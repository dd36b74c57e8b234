import { DatedDto } from '../platform/http/recorded.dto.js';
import {
  Holds,
  IsId,
  IsLongText,
  IsMark,
  IsOneOf,
  IsPart,
  IsPositiveAmount,
  Optional,
  OptionalWhen,
  Required,
} from '../platform/http/validators.js';
import { FUNDING_SOURCE_CODES, FUNDING_SOURCES, type FundingSource } from '../policy/funding-source.js';
import { COST_AREAS, type CostArea } from '../policy/work-item.js';

const hasReference = ({ source }: { source: FundingSource }): boolean =>
  (FUNDING_SOURCES[source]?.reference ?? null) !== null;

export class ReturnFundsDto extends DatedDto {
  @IsOneOf(FUNDING_SOURCE_CODES)
  @Holds('onlyWhen', hasReference)
  readonly source!: FundingSource;

  /** The grant, bond or draw the money came from. */
  @IsId()
  readonly reference!: string;

  @Optional()
  @IsOneOf(COST_AREAS)
  readonly costArea?: CostArea;

  @IsPositiveAmount()
  readonly amount!: string;

  @IsLongText()
  readonly reason!: string;
}

/** Exactly one: another household, or a source. */
export class BorneByDto {
  @Optional()
  @IsId()
  @Holds('exactlyOne', (by: BorneByDto) => by.source === undefined)
  readonly householdId?: string;

  @OptionalWhen((by: BorneByDto) => by.householdId !== undefined)
  @IsOneOf(FUNDING_SOURCE_CODES)
  readonly source?: FundingSource;
}

export class AdjustShareDto extends DatedDto {
  @IsId()
  readonly householdId!: string;

  @IsId()
  readonly lineId!: string;

  @IsPositiveAmount()
  readonly amount!: string;

  @IsOneOf(['hardship', 'waiver', 'ground-floor'])
  readonly reason!: 'hardship' | 'waiver' | 'ground-floor';

  /** Somebody else: who bears it instead is named. */
  @IsPart(() => BorneByDto)
  @Holds('another', (body: AdjustShareDto) => body.borneBy.householdId !== body.householdId)
  readonly borneBy!: BorneByDto;
}

export class ApproveFinalAccountDto extends DatedDto {
  @Required()
  @IsMark()
  override readonly documentNo!: string;
}
