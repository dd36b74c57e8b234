import { IsInt, Matches, Max, Min } from 'class-validator';
import { OptionalWhen } from '../platform/http/validators.js';

/** An earlier head the asker kept, whole or not at all, to hold the log against; nothing else can be chosen. */
export class VerifyDto {
  @OptionalWhen(({ rootHash }: VerifyDto) => rootHash === undefined)
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  readonly size?: number;

  @OptionalWhen(({ size }: VerifyDto) => size === undefined)
  @Matches(/^[0-9a-f]{64}$/)
  readonly rootHash?: string;
}
