import { Holds, IsParts } from '../platform/http/validators.js';

const MOST_COMMANDS = 1_000;

/** One command as its own route would take it; its body is checked there. */
export class CommandDto {
  @Holds('isMark', (one: CommandDto) => typeof one.path === 'string' && /^\/v1\/[^\s?#]{1,300}$/.test(one.path))
  readonly path!: string;

  @Holds('isObject', (one: CommandDto) => one.body !== null && typeof one.body === 'object' && !Array.isArray(one.body))
  readonly body!: object;
}

export class CommandBatchDto {
  @IsParts(() => CommandDto, MOST_COMMANDS)
  readonly commands!: CommandDto[];
}
