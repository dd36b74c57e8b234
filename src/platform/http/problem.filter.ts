import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import { Rejected } from '../../kernel/rejection.js';
import { policyById } from '../../policy/policies.rules.js';
import { KeyReused, StaleRevision } from '../commands/command-index.js';
import { Refused } from '../commands/refusal.js';
import { RevisionConflict, StoreUnavailable } from '../event-store/event-store.js';
import { ProjectionBehind } from '../projections/projection-runner.js';
import { Problem, type ProblemDocument, problemDocument } from './problem.js';
import type { EdgeRequest } from './routes.js';
import { StrictJsonError } from './strict-json.js';

const RETRY_AFTER_SECONDS = '1';
const RETRIED: readonly string[] = ['in-progress', 'store-unavailable', 'projection-behind', 'rate-limited'];

/** The one place where a no becomes an HTTP answer. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendProblem(error, http.getRequest<EdgeRequest>(), http.getResponse<FastifyReply>(), this.logger);
  }
}

export function sendProblem(error: unknown, request: EdgeRequest, reply: FastifyReply, logger: Logger): void {
  if (reply.sent) return;
  const known = asProblem(error);
  if (known instanceof Problem && known.code === 'internal')
    logger.error({ err: error, requestId: request.id, route: request.routeOptions?.url }, 'unexpected failure');
  const told = { language: request.language ?? 'zh', instance: request.url.split('?')[0]!, requestId: request.id };
  const document = problemDocument(known, told, policyById);
  if (RETRIED.includes(document.code)) reply.header('Retry-After', RETRY_AFTER_SECONDS);
  if (known instanceof Refused) {
    reply.header('Ledger-Position', String(known.position));
    if (known.replayed) reply.header('Idempotent-Replayed', 'true');
  }
  if (known instanceof Problem)
    for (const [name, value] of Object.entries(known.more.headers ?? {})) reply.header(name, value);
  reply
    .status(document.status)
    .header('Content-Type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(document));
}

/** A problem inside another answer: a row of a batch, the end of an approval. */
export const documentOf = (error: unknown, asked: Parameters<typeof problemDocument>[1]): ProblemDocument =>
  problemDocument(asProblem(error), asked, policyById);

/** Every error a request can meet, as the problem the contract names for it. */
function asProblem(error: unknown): Problem | Rejected {
  if (error instanceof Problem || error instanceof Rejected) return error;
  if (error instanceof StrictJsonError) return new Problem(error.code);
  if (error instanceof KeyReused) return new Problem('idempotency-key-reused');
  if (error instanceof StaleRevision)
    return new Problem('stale-revision', { members: { currentRevision: error.currentRevision } });
  // A stream that others win fifty times in a row is as good as away.
  if (error instanceof StoreUnavailable || error instanceof RevisionConflict) return new Problem('store-unavailable');
  if (error instanceof ProjectionBehind) return new Problem('projection-behind');
  const status =
    error instanceof HttpException ? error.getStatus() : Number((error as { statusCode?: number })?.statusCode);
  switch (status) {
    case 400:
      return new Problem('malformed-json');
    case 404:
      return new Problem('not-found');
    case 413:
      return new Problem('too-large');
    case 414:
      return new Problem('not-found');
    case 415:
      return new Problem('unsupported-media-type');
    case 429:
      return new Problem('rate-limited');
    default:
      return new Problem('internal');
  }
}
