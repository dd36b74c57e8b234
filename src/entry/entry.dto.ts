import { DatedDto } from '../platform/http/recorded.dto.js';
import { Holds, IsListOfIds, IsLongText, Optional } from '../platform/http/validators.js';

export class ReverseEntryDto extends DatedDto {
  @IsLongText()
  readonly reason!: string;

  /** Of a deposit over many households: only these. */
  @Optional()
  @IsListOfIds()
  readonly only?: string[];
}

export class AmendEntryDto extends DatedDto {
  @IsLongText()
  readonly reason!: string;

  /** The body of the same command, as it should have been. */
  @Holds(
    'isObject',
    (body: AmendEntryDto) =>
      body.replacement !== null && typeof body.replacement === 'object' && !Array.isArray(body.replacement),
  )
  readonly replacement!: object;
}
