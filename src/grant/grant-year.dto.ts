import { DatedDto } from '../platform/http/recorded.dto.js';
import { IsCount, IsMark, IsPositiveAmount, Required } from '../platform/http/validators.js';

export class CloseGrantYearDto extends DatedDto {
  @IsCount(2000, 2201)
  readonly fiscalYear!: number;
}

export class ReturnGrantDto extends DatedDto {
  @IsPositiveAmount()
  readonly amount!: string;

  @Required()
  @IsMark()
  override readonly documentNo!: string;
}

export class RegisterDirectFundsDto extends DatedDto {
  /** Number in the monitoring system of direct funds. */
  @IsMark()
  readonly systemNo!: string;
}
