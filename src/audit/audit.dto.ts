import { IsInt, Matches, Max, Min } from 'class-validator';
import { Optional } from '../platform/http/validators.js';

/** An earlier head the asker kept, to hold the log against; nothing else can be chosen or left out. */
export class VerifyDto {
  @Optional()
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  readonly size?: number;

  @Optional()
  @Matches(/^[0-9a-f]{64}$/)
  readonly rootHash?: string;
}
