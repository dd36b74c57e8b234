import { applyDecorators, createParamDecorator, type ExecutionContext, Get, HttpCode, Post } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBearerAuth, ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { Caller, Invocation, Role } from '../commands/invocation.js';
import type { Language } from './messages.js';

/** A query parameter: a pattern its text must match, or the list of its values. */
export type Parameter = RegExp | readonly string[];

/** What the edge knows of a route before its body is read. Every route has one: a route without fails the start. */
export type RouteCard = {
  /** `batch` records too, through the commands in its body. */
  readonly kind: 'command' | 'batch' | 'read' | 'stream' | 'calculation' | 'open' | 'page' | 'metrics';
  readonly roles: readonly Role[];
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly bodyLimit?: number;
  /** Rows of the flat forms (CSV, NDJSON, XLSX) of an answer. */
  readonly rows?: (body: never) => readonly object[];
  /**
   * The answer holds rows of households, or of the log in bulk: who was shown them is recorded. A function counts them
   * where it is not one for each item.
   */
  readonly discloses?: true | ((body: never) => number);
  /** Takes what a browser's form sends. */
  readonly takesForm?: true;
};

export const RECORDERS: readonly Role[] = ['recorder'];
export const APPROVERS: readonly Role[] = ['approver'];
/** Who sees rows of households, payments, pledges, events. */
export const READERS: readonly Role[] = ['recorder', 'approver', 'auditor'];
/** Who sees aggregates and catalogues. */
export const VIEWERS: readonly Role[] = [...READERS, 'viewer'];
export const EVERYBODY: readonly Role[] = [...VIEWERS, 'admin'];
export const ADMINS: readonly Role[] = ['admin'];

const BOOLEAN = ['true', 'false'] as const;
export const MIB = 1_048_576;
const DATE_TEXT = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT_TEXT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+\- ]\d{2}:\d{2})$/;
export const POSITION_TEXT = /^(0|[1-9]\d{0,15})$/;
const FORMATS = ['json', 'csv', 'ndjson', 'xlsx'] as const;
export const MOMENT_PARAMETERS = {
  asOf: DATE_TEXT,
  recordedAt: INSTANT_TEXT,
  minPosition: POSITION_TEXT,
  atPosition: POSITION_TEXT,
  format: FORMATS,
  unit: ['yuan', 'wan'],
} as const satisfies Record<string, Parameter>;
const LIST_PARAMETERS = { limit: /^([1-9]\d?|[1-4]\d\d|500)$/, cursor: /^[A-Za-z0-9_-]{1,1000}$/ } as const;

const card = (route: RouteCard): MethodDecorator => RouteConfig({ card: route }) as MethodDecorator;

/** A route whose body holds commands: it has a key of its own, from which theirs are made. */
export const RecordsMany = (path: string, parameters: Record<string, Parameter>, bodyLimit = MIB): MethodDecorator =>
  applyDecorators(
    Post(path),
    ApiBearerAuth(),
    ApiHeader({ name: 'Idempotency-Key', required: true }),
    card({
      kind: 'batch',
      roles: [...RECORDERS, ...APPROVERS],
      parameters: { dryRun: BOOLEAN, ...parameters },
      bodyLimit,
    }),
  ) as MethodDecorator;

type CommandOptions = { roles?: readonly Role[]; bodyLimit?: number; parameters?: Record<string, Parameter> };

/** A route that records: its method takes the path's parameters, the body, and the invocation, in this order. */
export const Records = (path: string, options: CommandOptions = {}): MethodDecorator =>
  applyDecorators(
    Post(path),
    HttpCode(201),
    ApiBearerAuth(),
    ApiHeader({ name: 'Idempotency-Key', required: true }),
    card({
      kind: 'command',
      roles: options.roles ?? RECORDERS,
      parameters: { dryRun: BOOLEAN, ...options.parameters },
      bodyLimit: options.bodyLimit ?? MIB,
    }),
  ) as MethodDecorator;

type ReadOptions = {
  roles?: readonly Role[];
  parameters?: Record<string, Parameter>;
  list?: boolean;
  rows?: (body: never) => readonly object[];
  discloses?: NonNullable<RouteCard['discloses']>;
};

/** A projection or a list: time travel, flat forms, ETag. */
export const Reads = (path: string, options: ReadOptions = {}): MethodDecorator =>
  applyDecorators(
    Get(path),
    ApiBearerAuth(),
    card({
      kind: 'read',
      roles: options.roles ?? VIEWERS,
      parameters: { ...MOMENT_PARAMETERS, ...(options.list ? LIST_PARAMETERS : {}), ...options.parameters },
      ...(options.rows ? { rows: options.rows } : {}),
      ...(options.discloses ? { discloses: options.discloses } : {}),
    }),
  ) as MethodDecorator;

/** A read that does not end: it writes to the connection itself. */
export const Streams = (path: string, options: Pick<ReadOptions, 'roles' | 'parameters'>): MethodDecorator =>
  applyDecorators(
    Get(path),
    ApiBearerAuth(),
    card({ kind: 'stream', roles: options.roles ?? VIEWERS, parameters: options.parameters ?? {} }),
  ) as MethodDecorator;

/** A read by POST: no key, any role, nothing stored. */
export const Calculates = (
  path: string,
  roles: readonly Role[] = VIEWERS,
  bodyLimit = MIB,
  parameters: Record<string, Parameter> = {},
): MethodDecorator =>
  applyDecorators(
    Post(path),
    HttpCode(200),
    ApiBearerAuth(),
    card({ kind: 'calculation', roles, parameters, bodyLimit }),
  ) as MethodDecorator;

/** Answers anybody, without a key. */
export const Open = (path: string, parameters: Record<string, Parameter> = {}): MethodDecorator =>
  applyDecorators(Get(path), card({ kind: 'open', roles: [], parameters })) as MethodDecorator;

/** A page for people: signs in by its own form. */
export const Page = (path: string, parameters: Record<string, Parameter> = {}): MethodDecorator =>
  applyDecorators(Get(path), card({ kind: 'page', roles: [], parameters })) as MethodDecorator;

const LARGEST_FORM = 4_096;
/** What a page's form posts: the only route that takes anything but JSON. */
export const Form = (path: string): MethodDecorator =>
  applyDecorators(
    Post(path),
    card({ kind: 'page', roles: [], parameters: {}, bodyLimit: LARGEST_FORM, takesForm: true }),
  ) as MethodDecorator;

/** A request as the hooks leave it: who asks, and in which language. */
export type EdgeRequest = FastifyRequest & {
  caller?: Caller;
  invocation?: Invocation;
  /** The idempotency key as it was sent. */
  key?: string;
  language: Language;
};
export const cardOf = (request: FastifyRequest): RouteCard | undefined =>
  (request.routeOptions.config as { card?: RouteCard } | undefined)?.card;

const requestOf = (context: ExecutionContext): EdgeRequest => context.switchToHttp().getRequest<EdgeRequest>();

/** The invocation of a command route. */
export const Invoked = createParamDecorator((_: unknown, context: ExecutionContext) => requestOf(context).invocation);

/** The key of a route whose body holds commands. */
export const Key = createParamDecorator((_: unknown, context: ExecutionContext) => requestOf(context).key);

/** The language the caller reads. */
export const InLanguage = createParamDecorator(
  (_: unknown, context: ExecutionContext): Language => requestOf(context).language,
);

/** What a reader asks: who, which moment, which page, which filters. */
export type Question = {
  readonly requestId: string;
  readonly caller: Caller;
  readonly language: Language;
  readonly path: string;
  readonly asOf: string | null;
  readonly recordedAt: string | null;
  readonly minPosition: number | null;
  /** Only what stands in the log up to here: two moments a clock cannot tell apart. */
  readonly atPosition: number | null;
  /** Seconds the reader is ready to wait for `minPosition`. */
  readonly waitSeconds: number;
  readonly limit: number;
  readonly cursor: string | null;
  readonly filters: Readonly<Record<string, string>>;
};
export const Asked = createParamDecorator((_: unknown, context: ExecutionContext): Question =>
  questionOf(requestOf(context)),
);

const DEFAULT_LIMIT = 50;
const LONGEST_WAIT_SECONDS = 5;

export function questionOf(request: EdgeRequest): Question {
  const query = request.query as Record<string, string>;
  const { asOf, recordedAt, minPosition, atPosition, limit, cursor, format: _, unit: __, ...filters } = query;
  const header = request.headers['ledger-position'];
  const wait = /(?:^|,)\s*wait=(\d{1,3})/.exec(String(request.headers.prefer ?? ''));
  const position = minPosition ?? (typeof header === 'string' && POSITION_TEXT.test(header) ? header : undefined);
  return {
    requestId: request.id,
    caller: request.caller!,
    language: request.language,
    path: request.url,
    asOf: asOf ?? null,
    // A `+` that a client forgot to encode arrives as a space.
    recordedAt: recordedAt?.replace(' ', '+') ?? null,
    minPosition: position === undefined ? null : Number(position),
    atPosition: atPosition === undefined ? null : Number(atPosition),
    waitSeconds: wait ? Math.min(Number(wait[1]), LONGEST_WAIT_SECONDS) : 1,
    limit: limit === undefined ? DEFAULT_LIMIT : Number(limit),
    cursor: cursor ?? null,
    filters,
  };
}
