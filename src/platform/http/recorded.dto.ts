import { normaliseDocumentNo } from '../../kernel/document-no.js';
import {
  HasDistinct,
  IsBusinessDate,
  IsListOfMarks,
  IsLongText,
  IsMark,
  IsPart,
  IsParts,
  IsSha256,
  IsText,
  Optional,
} from './validators.js';
import { Problem } from './problem.js';

export class AttachmentDto {
  @IsText()
  readonly name!: string;

  /** SHA-256 of the file, in lower-case hexadecimal: the file itself stays where it is. */
  @IsSha256()
  readonly sha256!: string;
}

export class OverrideDto {
  /** Ids of the rules that warn. */
  @IsListOfMarks()
  readonly rules!: string[];

  @IsLongText()
  readonly reason!: string;
}

const MOST_ATTACHMENTS = 50;

/** What every command may carry. */
export class RecordedDto {
  /** 文号; normalised, the original is kept beside it. */
  @Optional()
  @IsMark()
  readonly documentNo?: string;

  @Optional()
  @IsLongText()
  readonly note?: string;

  @Optional()
  @IsParts(() => AttachmentDto, MOST_ATTACHMENTS)
  @HasDistinct('sha256')
  readonly attachments?: AttachmentDto[];

  @Optional()
  @IsPart(() => OverrideDto)
  readonly override?: OverrideDto;
}

/** A command whose business date is told as such. */
export class DatedDto extends RecordedDto {
  @IsBusinessDate()
  readonly occurredOn!: string;
}

/** A command whose fact has a date of its own, which stands for `occurredOn`. */
export class SelfDatedDto extends RecordedDto {
  @Optional()
  @IsBusinessDate()
  readonly occurredOn?: string;
}

type Body = RecordedDto & { readonly occurredOn?: string };
type Recorded<Dto> = Omit<Dto, 'override' | 'occurredOn'> & {
  readonly occurredOn: string;
  readonly documentNoOriginal?: string;
};

/** The plain data of a command: its date settled, its document number normalised, the override left to the edge. */
export function recorded<Dto extends Body>(body: Dto, ownDate?: string): Recorded<Dto> {
  const { override: _, documentNo, occurredOn, ...rest } = body;
  if (ownDate !== undefined && occurredOn !== undefined && occurredOn !== ownDate)
    throw new Problem('invalid-field', { errors: [{ pointer: '/occurredOn', code: 'dateOnce' }] });
  const normalised = documentNo === undefined ? undefined : normaliseDocumentNo(documentNo);
  const numbered =
    documentNo === undefined
      ? {}
      : { documentNo: normalised, ...(normalised === documentNo ? {} : { documentNoOriginal: documentNo }) };
  return { ...rest, ...numbered, occurredOn: ownDate ?? occurredOn! } as unknown as Recorded<Dto>;
}
