import { hash } from 'node:crypto';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { from, type Observable, switchMap } from 'rxjs';
import type { AccessLog } from '../access/access-log.js';
import type { Answer } from '../commands/command-desk.js';
import { disclosureOf } from './disclosures.js';
import { flatAnswer } from './flat.js';
import { cardOf, type EdgeRequest, type RouteCard } from './routes.js';

/** Writes what a command or a read answered: headers, flat forms, and 304 where the reader already has it. */
@Injectable()
export class AnswerInterceptor implements NestInterceptor {
  constructor(private readonly access: AccessLog) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<EdgeRequest>();
    const reply = http.getResponse<FastifyReply>();
    const card = cardOf(request);
    if (card?.kind === 'command' || card?.kind === 'batch')
      return next.handle().pipe(switchMap((answer) => from(Promise.resolve(command(answer as Answer, reply)))));
    if (card?.kind === 'read')
      return next.handle().pipe(switchMap((body) => from(this.read(body as object, request, reply, card))));
    return next.handle();
  }

  private async read(body: object, request: EdgeRequest, reply: FastifyReply, card: RouteCard): Promise<unknown> {
    const disclosure = disclosureOf(card, request.routeOptions.url!, request, body);
    if (disclosure) await this.access.note(disclosure);
    return read(body, request, reply, card.rows);
  }
}

function command(answer: Answer, reply: FastifyReply): object {
  reply.status(answer.status);
  if (answer.location !== undefined) reply.header('Location', answer.location);
  if (answer.revision !== undefined) reply.header('ETag', `"${answer.revision}"`);
  if (answer.position !== undefined) reply.header('Ledger-Position', String(answer.position));
  if (answer.replayed) reply.header('Idempotent-Replayed', 'true');
  if (answer.dryRun) reply.header('Dry-Run', 'true');
  return answer.body;
}

type Rows = ((body: never) => readonly object[]) | undefined;

async function read(body: object, request: EdgeRequest, reply: FastifyReply, rows: Rows): Promise<unknown> {
  const { next, prev, ...shown } = body as { next?: string | null; prev?: string | null };
  if (next !== undefined || prev !== undefined) linkPages(request, reply, next, prev);
  const { content, type } = await flatAnswer('next' in body || 'prev' in body ? body : shown, request, rows);
  const etag = `"${hash('sha256', content, 'base64url').slice(0, 27)}"`;
  reply
    .header('ETag', etag)
    .header('Cache-Control', 'private, no-cache')
    .header('Vary', 'Authorization, Accept-Language');
  if (matchesTag(request.headers['if-none-match'], etag)) {
    reply.status(304);
    return '';
  }
  reply.header('Content-Type', type);
  return content;
}

const matchesTag = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  header.split(',').some((one) => one.trim().replace(/^W\//, '') === etag || one.trim() === '*');

function linkPages(request: EdgeRequest, reply: FastifyReply, next?: string | null, prev?: string | null): void {
  const link = (cursor: string | null | undefined, rel: string): string[] => {
    if (!cursor) return [];
    const url = new URL(request.url, 'http://localhost');
    url.searchParams.set('cursor', cursor);
    return [`<${url.pathname}${url.search}>; rel="${rel}"`];
  };
  const links = [...link(next, 'next'), ...link(prev, 'prev')];
  if (links.length > 0) reply.header('Link', links.join(', '));
}
