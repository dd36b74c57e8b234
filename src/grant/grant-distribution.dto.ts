import { FactorDto } from '../calculation/calculation.dto.js';
import { DatedDto } from '../platform/http/recorded.dto.js';
import {
  HasDistinct,
  Holds,
  IsDecimalText,
  IsDivisionCode,
  IsId,
  IsMark,
  IsOneOf,
  IsParts,
  IsRecordOf,
  Optional,
  Required,
} from '../platform/http/validators.js';
import { DECIMAL_PATTERN } from '../kernel/decimal.js';

const MOST_FACTORS = 100;
const MOST_RECIPIENTS = 1_000;
/** A child grant, made where it is not named, or a scheme. */
export class DistributionRecipientDto {
  @IsDivisionCode()
  readonly divisionCode!: string;

  @Optional()
  @IsId()
  @Holds('exactlyOne', (one: DistributionRecipientDto) => one.schemeId === undefined)
  readonly childGrantId?: string;

  @Optional()
  @IsId()
  readonly schemeId?: string;

  @IsDecimalText()
  readonly coefficient!: string;

  /** A decimal for every factor, by its name. */
  @IsRecordOf('isDecimalByName', (value) => typeof value === 'string' && DECIMAL_PATTERN.test(value))
  readonly values!: Record<string, string>;
}

export class DistributeGrantDto extends DatedDto {
  @IsOneOf(['factor'])
  readonly method!: 'factor';

  @IsParts(() => FactorDto, MOST_FACTORS)
  readonly factors!: FactorDto[];

  @IsParts(() => DistributionRecipientDto, MOST_RECIPIENTS)
  @HasDistinct('childGrantId')
  readonly recipients!: DistributionRecipientDto[];

  @Required()
  @IsMark()
  override readonly documentNo!: string;
}
