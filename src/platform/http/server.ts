import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import { createHash, randomUUID } from 'node:crypto';
import { canonicalJson } from '../../kernel/canonical-json.js';
import { AccessLog } from '../access/access-log.js';
import type { ApiKeys } from '../auth/api-keys.js';
import type { Sessions } from '../auth/sessions.js';
import { type Caller, commandIdOf, type Invocation } from '../commands/invocation.js';
import type { Settings } from '../config/settings.js';
import { AnswerInterceptor } from './answer.interceptor.js';
import { BodyPipe } from './edge.pipe.js';
import { Problem } from './problem.js';
import { ProblemFilter, sendProblem } from './problem.filter.js';
import { cardOf, type EdgeRequest, MIB, type Parameter, POSITION_TEXT, type RouteCard } from './routes.js';
import { parseStrictJson } from './strict-json.js';

type KnownRoute = { readonly method: string; readonly pattern: RegExp };
export type Edge = {
  readonly keys: ApiKeys;
  readonly sessions: Sessions;
  readonly settings: Settings;
  readonly logger: Logger;
};

const KEY = /^[\x21-\x7e]{1,255}$/;
const IF_MATCH = /^"(0|[1-9]\d{0,15})"$/;

/**
 * The Fastify side of the edge. Its hooks keep the order of checks of 7-rulings.md §1: 401, then 404 and 405, then 403,
 * then 413 and 415, then 400 of key, JSON and parameters; only then does a controller see the request.
 */
export function fastifyAdapter(service: Edge): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: MIB,
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: 300, ignoreTrailingSlash: false },
    exposeHeadRoutes: false,
    return503OnClosing: true,
    // An address that cannot even be read (`%ZZ`, a name without end) is an address where there is nothing.
    frameworkErrors: (_: unknown, request: unknown, reply: unknown) => {
      const edge = request as EdgeRequest;
      edge.language = languageOf(edge);
      const problem = callerOf(edge, service.keys) ? new Problem('not-found') : unauthenticated();
      sendProblem(problem, edge, reply as FastifyReply, service.logger);
    },
  });
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  const known: KnownRoute[] = [];
  fastify.addHook('onRoute', (route) => {
    const methods = [route.method].flat();
    for (const method of methods) known.push({ method, pattern: patternOf(route.url) });
    const card = (route.config as { card?: RouteCard } | undefined)?.card;
    if (card?.bodyLimit !== undefined) route.bodyLimit = card.bodyLimit;
  });
  fastify.addHook('onRequest', async (request, reply) => {
    const edge = request as EdgeRequest;
    edge.language = languageOf(edge);
    try {
      admit(edge, reply, known, service);
    } catch (error) {
      sendProblem(error, edge, reply, service.logger);
      return reply;
    }
  });
  takeJsonOnly(fastify);
  return adapter;
}

function admit(
  request: EdgeRequest,
  reply: FastifyReply,
  known: readonly KnownRoute[],
  { keys, sessions, settings }: Edge,
): void {
  reply.header('X-Request-Id', request.id);
  const card = request.is404 ? undefined : cardOf(request);
  const caller = callerOf(request, keys) ?? lookerOf(request, card, sessions);
  if (caller) request.caller = caller;
  const isOpen =
    card?.kind === 'open' || card?.kind === 'page' || (!request.is404 && !card) || isMetrics(request, settings);
  if (!caller && !isOpen) throw unauthenticated();
  if (request.is404) throw nowhere(request, known);
  if (card && card.roles.length > 0 && caller && !card.roles.includes(caller.role)) throw new Problem('forbidden');
}

const unauthenticated = (): Problem => new Problem('unauthenticated', { headers: { 'WWW-Authenticate': 'Bearer' } });

function callerOf({ headers }: EdgeRequest, keys: ApiKeys): Caller | undefined {
  const bearer = /^Bearer +([\x21-\x7e]+)$/i.exec(headers.authorization ?? '');
  return bearer ? keys.callerOf(bearer[1]!) : undefined;
}

const languageOf = ({ headers }: EdgeRequest): 'en' | 'zh' =>
  /^\s*en\b/i.test(headers['accept-language'] ?? '') ? 'en' : 'zh';

/** What the session of a page may see; everything else takes a key. */
const LOOKED_AT: readonly RouteCard['kind'][] = ['page', 'read', 'stream'];

function lookerOf(request: EdgeRequest, card: RouteCard | undefined, sessions: Sessions): Caller | undefined {
  const { authorization, cookie } = request.headers;
  if (authorization !== undefined || request.method !== 'GET' || !card || !LOOKED_AT.includes(card.kind))
    return undefined;
  return sessions.callerOf(cookie);
}

const isMetrics = (request: EdgeRequest, settings: Settings): boolean =>
  settings.metricsOpen && request.routeOptions?.url === '/metrics';

function nowhere(request: EdgeRequest, known: readonly KnownRoute[]): Problem {
  const path = request.url.split('?')[0]!;
  const methods = [...new Set(known.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))];
  if (methods.length === 0) return new Problem('not-found');
  return new Problem('method-not-allowed', { headers: { Allow: methods.sort().join(', ') } });
}

const patternOf = (url: string): RegExp =>
  new RegExp(
    `^${url
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replace(/:[A-Za-z]+/g, '[^/]+')
      .replace(/\\\*$/, '.*')}$`,
  );

/** JSON and, on its own route, a page's form; the key of a command is looked at before its body, as the order of checks wants. */
function takeJsonOnly(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      if (isKeyed(cardOf(request))) keyOf(request as EdgeRequest);
      done(null, parseStrictJson(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
  fastify.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (request, body, done) => {
    if (cardOf(request)?.takesForm) done(null, Object.fromEntries(new URLSearchParams(body as string)));
    else done(new Problem('unsupported-media-type'));
  });
  fastify.addHook('preHandler', async (request) => {
    const card = cardOf(request);
    if (!card) return;
    const edge = request as EdgeRequest;
    if (isKeyed(card)) keyOf(edge);
    checkParameters(edge, card);
    if (isKeyed(card)) invoke(edge);
  });
}

const isKeyed = (card: RouteCard | undefined): boolean => card?.kind === 'command' || card?.kind === 'batch';

function keyOf(request: EdgeRequest): string | undefined {
  const header = request.headers['idempotency-key'];
  if ((request.query as Record<string, unknown>)['dryRun'] === 'true' && header === undefined) return undefined;
  const at = { errors: [{ header: 'Idempotency-Key', code: 'idempotencyKey' }] };
  if (header === undefined || header === '') throw new Problem('missing-idempotency-key', at);
  if (typeof header !== 'string' || !KEY.test(header)) throw new Problem('invalid-idempotency-key', at);
  return header;
}

/** Throws where a query says anything the route does not know, or says it wrongly. */
export function checkParameters({ query, headers }: Pick<EdgeRequest, 'query' | 'headers'>, card: RouteCard): void {
  for (const [name, value] of Object.entries(query as Record<string, unknown>)) {
    const expected: Parameter | undefined = Object.hasOwn(card.parameters, name) ? card.parameters[name] : undefined;
    if (!expected) throw new Problem('unknown-parameter', { errors: [{ parameter: name, code: 'unknownParameter' }] });
    const text = typeof value === 'string' ? value : '';
    const isRight = expected instanceof RegExp ? expected.test(text) : expected.includes(text);
    if (!isRight || (isWrittenAsDate(text) && !isCalendarDate(text)) || (name === 'recordedAt' && !isInstant(text)))
      throw new Problem('invalid-parameter', { errors: [{ parameter: name, code: 'invalidParameter' }] });
  }
  const position = headers['ledger-position'];
  if (card.kind === 'read' && position !== undefined && !POSITION_TEXT.test(String(position)))
    throw new Problem('invalid-parameter', { errors: [{ header: 'Ledger-Position', code: 'invalidParameter' }] });
}

/** The pattern of a parameter says how a date is written, the calendar whether there is such a day. */
const isWrittenAsDate = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text);

const isCalendarDate = (text: string): boolean => {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
};
const isInstant = (text: string): boolean =>
  isCalendarDate(text.slice(0, 10)) && !Number.isNaN(Date.parse(text.replace(' ', '+')));

function invoke(request: EdgeRequest): void {
  const dryRun = (request.query as Record<string, string>)['dryRun'] === 'true';
  const key = keyOf(request);
  if (key !== undefined) request.key = key;
  const ifMatch = request.headers['if-match'];
  if (ifMatch !== undefined && !IF_MATCH.test(ifMatch))
    throw new Problem('invalid-parameter', { errors: [{ header: 'If-Match', code: 'ifMatch' }] });
  const body = (request.body ?? {}) as Record<string, unknown>;
  if (request.body === undefined) request.body = body;
  request.invocation = {
    caller: request.caller!,
    commandId: commandIdOf(request.caller!.subject, key ?? request.id),
    fingerprint: fingerprint(request.method, request.url, body),
    path: request.url,
    body,
    dryRun,
    ...(ifMatch === undefined ? {} : { ifMatch: Number(IF_MATCH.exec(ifMatch)![1]) }),
    ...overrideOf(body),
  };
}

/**
 * The invocation of one command inside a body: its key is the batch's and its place, and what it is measured by is the
 * whole of the batch, so that a key used again for another batch is found at any of its rows.
 */
export function itemInvocation(
  batch: Invocation,
  key: string,
  index: number,
  path: string,
  body: Record<string, unknown>,
): Invocation {
  const { ifMatch: _, override: __, ...rest } = batch;
  return {
    ...rest,
    commandId: commandIdOf(batch.caller.subject, `${key}#${index}`),
    fingerprint: fingerprint('POST', `${path}#${index}`, { batch: batch.fingerprint }),
    path,
    body,
    correlationId: batch.commandId,
    ...overrideOf(body),
  };
}

/** SHA-256 of method, path with its query, and canonical body: the same request, however it was spelt. */
export const fingerprint = (method: string, url: string, body: unknown): string =>
  createHash('sha256')
    .update(`${method} ${url}\n${canonicalJson(body)}`)
    .digest('hex');

/** The override of a body, as far as it can be read; the DTO's own check refuses a malformed one. */
export function overrideOf(body: Readonly<Record<string, unknown>>): {
  override?: { rules: string[]; reason: string };
} {
  const { rules, reason } = (body['override'] ?? {}) as { rules?: unknown; reason?: unknown };
  return Array.isArray(rules) && typeof reason === 'string' ? { override: { rules: rules.map(String), reason } } : {};
}

/** What the server and every in-process test have in common. */
export async function dressApplication(app: NestFastifyApplication, { settings, logger }: Edge): Promise<void> {
  app.useGlobalPipes(app.get(BodyPipe));
  app.useGlobalFilters(new ProblemFilter(logger));
  app.useGlobalInterceptors(new AnswerInterceptor(app.get(AccessLog)));
  await app.register(
    helmet as never,
    {
      contentSecurityPolicy: {
        directives: {
          defaultSrc: ["'self'"],
          styleSrc: ["'self'", "'unsafe-inline'"],
          scriptSrc: ["'self'"],
          upgradeInsecureRequests: null,
        },
      },
    } as never,
  );
  if (settings.rateLimitPerMinute > 0)
    await app.register(
      rateLimit as never,
      {
        max: settings.rateLimitPerMinute,
        timeWindow: '1 minute',
        keyGenerator: (request: EdgeRequest) => request.caller?.subject ?? request.ip,
        errorResponseBuilder: () => new Problem('rate-limited'),
      } as never,
    );
}
