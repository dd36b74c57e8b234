import { SelfDatedDto } from '../platform/http/recorded.dto.js';
import { IsBusinessDate, IsLongText } from '../platform/http/validators.js';

export class ClosePeriodDto extends SelfDatedDto {
  /** The last day that is closed. */
  @IsBusinessDate()
  readonly through!: string;

  @IsLongText()
  readonly reason!: string;
}
