import { LongForm } from '../platform/http/long-form.js';
import { Holds, IsListOf, IsParts, IsText, Optional, OptionalWhen } from '../platform/http/validators.js';

const ANY_LENGTH = Number.MAX_SAFE_INTEGER;
const PATH = /^\/v1\/[^\s#]{1,2000}$/u;
/**
 * What no simulation can show: signatures speak about the one log there is, a stream of events never ends, and a
 * position waited for may never come.
 */
const NOT_READ = /^\/v1\/(audit(\/|$)|events\/stream(\?|$))|[?&](minPosition|format)=/u;

const isReadable = (path: unknown): boolean => typeof path === 'string' && PATH.test(path) && !NOT_READ.test(path);

export class SimulatedCommandDto {
  @Holds('isMark', ({ path }: SimulatedCommandDto) => typeof path === 'string' && PATH.test(path))
  readonly path!: string;

  /** As the command's own route takes it; what is wrong with it is told among the refusals. */
  @Holds(
    'isObject',
    ({ body }: SimulatedCommandDto) => body !== null && typeof body === 'object' && !Array.isArray(body),
  )
  readonly body!: Record<string, unknown>;
}

export class AlternativeDto {
  @IsText()
  readonly name!: string;

  @IsParts(() => SimulatedCommandDto, ANY_LENGTH)
  readonly commands!: SimulatedCommandDto[];
}

@LongForm()
export class SimulationDto {
  /** Either commands, or alternatives of them by name. */
  @OptionalWhen((body: SimulationDto) => body.alternatives !== undefined)
  @IsParts(() => SimulatedCommandDto, ANY_LENGTH)
  @Holds('exactlyOne', (body: SimulationDto) => body.alternatives === undefined)
  readonly commands?: SimulatedCommandDto[];

  @Optional()
  @IsParts(() => AlternativeDto, ANY_LENGTH)
  readonly alternatives?: AlternativeDto[];

  /** Paths of projections and lists, with their parameters. */
  @IsListOf('isListOfReads', isReadable, ANY_LENGTH)
  readonly read!: string[];
}
