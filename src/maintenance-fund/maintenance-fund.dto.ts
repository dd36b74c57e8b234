import { type Ownership, OWNERSHIPS, type Use, USES } from '../compound/compound.decider.js';
import type { InterestRule } from '../calculation/interest.engine.js';
import { LONGEST_LIFE, MOST_COMPONENTS } from '../calculation/reserve-forecast.engine.js';
import { DatedDto, SelfDatedDto } from '../platform/http/recorded.dto.js';
import {
  HasDistinct,
  Holds,
  IsAmount,
  IsBusinessDate,
  IsCount,
  IsDecimalText,
  IsFlag,
  IsId,
  IsLongText,
  IsMark,
  IsOneOf,
  IsPart,
  IsParts,
  IsPositiveAmount,
  IsRate,
  IsText,
  Optional,
  OptionalWhen,
} from '../platform/http/validators.js';
import { AreaTallyDto, OwnersTallyDto } from '../scheme/scheme.dto.js';
import {
  DEPOSIT_KINDS,
  type DepositKind,
  INCOME_KINDS,
  type IncomeKind,
  INTEREST_RULES,
  PAYERS,
} from './maintenance-fund-state.decider.js';

const MOST_RATES = 1_000;
const MOST_ENTRIES = 5_000;
const SHORTEST_YEAR = 360;
const LONGEST_YEAR = 366;

/** 元/㎡ from a day on, for flats with or without an elevator, or of one use. */
export class DepositRateDto {
  @IsBusinessDate()
  readonly from!: string;

  @IsDecimalText()
  readonly ratePerM2!: string;

  @Optional()
  @IsOneOf(['elevator', 'no-elevator'])
  readonly when?: 'elevator' | 'no-elevator';

  @Optional()
  @IsOneOf(USES)
  readonly use?: Use;
}
/** 活期 and 一年定期, a year, as fractions below one. */
export class InterestRatesDto {
  @IsBusinessDate()
  readonly from!: string;

  @IsRate()
  readonly demand!: string;

  @IsRate()
  readonly term!: string;
}

export class OpenMaintenanceFundDto extends SelfDatedDto {
  @IsId()
  readonly compoundId!: string;

  @IsBusinessDate()
  readonly openedOn!: string;

  @IsParts(() => DepositRateDto, MOST_RATES)
  readonly depositRates!: DepositRateDto[];

  @IsOneOf(INTEREST_RULES)
  readonly interestRule!: InterestRule;

  @IsParts(() => InterestRatesDto, MOST_RATES)
  readonly interestRates!: InterestRatesDto[];

  /** Days of a year of the demand rate; without it 365 (two-tier) or 360 (quarterly). */
  @Optional()
  @IsCount(SHORTEST_YEAR, LONGEST_YEAR)
  readonly dayBasis?: number;

  /** Whose rules judge the fund; without it those of the seed pack. */
  @Optional()
  @IsId()
  readonly policyId?: string;
}

/** A rate added later is in force from the day of the whole command unless it names its own. */
export class AddedDepositRateDto extends DepositRateDto {
  @Optional()
  @IsBusinessDate()
  override readonly from!: string;
}
export class AddedInterestRatesDto extends InterestRatesDto {
  @Optional()
  @IsBusinessDate()
  override readonly from!: string;
}

const isEmptyChange = (body: ChangeRatesDto): boolean =>
  [body.depositRates, body.interestRule, body.interestRates, body.dayBasis].every((one) => one === undefined);

export class ChangeRatesDto extends SelfDatedDto {
  @IsBusinessDate()
  @Holds('atLeastOne', (body: ChangeRatesDto) => !isEmptyChange(body))
  readonly from!: string;

  @Optional()
  @IsParts(() => AddedDepositRateDto, MOST_RATES)
  readonly depositRates?: AddedDepositRateDto[];

  /** Only from 1 January. */
  @Optional()
  @IsOneOf(INTEREST_RULES)
  readonly interestRule?: InterestRule;

  @Optional()
  @IsParts(() => AddedInterestRatesDto, MOST_RATES)
  readonly interestRates?: AddedInterestRatesDto[];

  @Optional()
  @IsCount(SHORTEST_YEAR, LONGEST_YEAR)
  readonly dayBasis?: number;
}

/** A household's deposit, by its owner or by the unit that sold the flat; or a unit's, for no household. */
export class DepositEntryDto {
  @Optional()
  @IsId()
  @Holds('exactlyOne', (entry: DepositEntryDto) => entry.unitId === undefined)
  readonly householdId?: string;

  @OptionalWhen((entry: DepositEntryDto) => entry.householdId !== undefined)
  @IsId()
  readonly unitId?: string;

  @IsPositiveAmount()
  readonly amount!: string;

  @Optional()
  @IsOneOf(PAYERS)
  @Holds('onlyWhen', (entry: DepositEntryDto) => entry.unitId === undefined || entry.payer === 'selling-unit')
  readonly payer?: (typeof PAYERS)[number];
}

/** The owner's and the selling unit's deposit for one flat are two; the same one twice is a slip. */
function isDistinct(entries: readonly DepositEntryDto[]): boolean {
  const named = entries.map(({ householdId, unitId, payer }) =>
    unitId === undefined ? `${householdId} ${payer ?? 'owner'}` : `unit ${unitId}`,
  );
  return new Set(named).size === named.length;
}

/** A vote of the owners concerned, by number and by exclusive area. */
export class VoteDto {
  /** One owner of several units counts once. */
  @IsPart(() => OwnersTallyDto)
  readonly owners!: OwnersTallyDto;

  @IsPart(() => AreaTallyDto)
  readonly areaM2!: AreaTallyDto;
}
/** 业主共同决定. */
export class OwnersDecisionDto {
  @IsPart(() => VoteDto)
  readonly vote!: VoteDto;

  @IsMark()
  readonly documentNo!: string;
}

export class ReceiveDepositsDto extends DatedDto {
  @IsOneOf(DEPOSIT_KINDS)
  readonly kind!: DepositKind;

  @IsParts(() => DepositEntryDto, MOST_ENTRIES)
  @Holds('hasDistinct', (body: ReceiveDepositsDto) => isDistinct(body.entries))
  readonly entries!: DepositEntryDto[];

  /** Of a levy: what the owners decided (民法典 278, item 6). */
  @Optional()
  @IsPart(() => OwnersDecisionDto)
  readonly decision?: OwnersDecisionDto;

  @Optional()
  @IsFlag()
  readonly voluntary?: boolean;
}

export class CreditIncomeDto extends DatedDto {
  @IsOneOf(INCOME_KINDS)
  readonly kind!: IncomeKind;

  /** Net of cost. */
  @IsPositiveAmount()
  readonly amount!: string;

  @Optional()
  @IsPart(() => OwnersDecisionDto)
  readonly decision?: OwnersDecisionDto;
}

export class SettleInterestDto extends SelfDatedDto {
  @IsBusinessDate()
  readonly settledOn!: string;
}

export class TransferSubAccountDto extends DatedDto {
  @IsId()
  readonly householdId!: string;

  @Optional()
  @IsOneOf(OWNERSHIPS)
  readonly ownership?: Ownership;

  /** Required with every ownership that has a selling or owning unit. */
  @OptionalWhen((body: TransferSubAccountDto) => body.ownership === undefined || body.ownership === 'commodity')
  @IsId()
  readonly ownerUnitId?: string;
}

export class CloseSubAccountDto extends DatedDto {
  @IsId()
  readonly householdId!: string;

  @IsLongText()
  readonly reason!: string;
}

/** A part of the buildings that wears out: what replacing it costs today, and its lives in years. */
export class ComponentDto {
  @IsId()
  readonly id!: string;

  @IsText()
  readonly name!: string;

  @IsAmount()
  readonly cost!: string;

  @IsCount(1, LONGEST_LIFE)
  readonly usefulLife!: number;

  @IsCount(0, LONGEST_LIFE)
  readonly remainingLife!: number;
}

export class SurveyComponentsDto extends SelfDatedDto {
  @IsBusinessDate()
  readonly surveyedOn!: string;

  @IsParts(() => ComponentDto, MOST_COMPONENTS)
  @HasDistinct('id')
  readonly components!: ComponentDto[];
}
