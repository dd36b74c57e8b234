import { Controller, Get, Param, Post, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { notFound } from '../../kernel/rejection.js';
import { EventStore } from '../event-store/event-store.js';
import { PROBLEM_CODES, type ProblemCode, told } from '../http/messages.js';
import { ADMINS, EVERYBODY, Open, Reads } from '../http/routes.js';
import { ProjectionRunner } from '../projections/projection-runner.js';
import { ProcessRunner } from '../commands/process-runner.js';
import { Metrics } from './metrics.js';
import { VERSION } from './version.js';

/** Who asks for readiness gives up soon; a store that needs longer is not ready. */
const READY_WITHIN_MS = 1_000;

export const LOGGER = Symbol('logger');

/** How the service is, for machines that ask. */
@ApiTags('system')
@Controller()
export class SystemController {
  constructor(
    private readonly store: EventStore,
    private readonly projections: ProjectionRunner,
    private readonly metrics: Metrics,
    private readonly processes: ProcessRunner,
  ) {}

  /** The process runs. */
  @Open('livez')
  livez(): object {
    return { status: 'ok' };
  }

  /** The log can be read and the read models follow it. */
  @Open('readyz')
  async readyz(@Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const head = await inTime(this.store.head().catch(() => null));
    const degraded = [...this.projections.degraded(), ...this.processes.degraded(), ...this.store.degraded()];
    const lag = head === null ? null : Math.max(0, head - this.projections.position);
    const ready = head !== null && this.projections.caughtUp && degraded.length === 0;
    reply.status(ready ? 200 : 503);
    if (!ready) reply.header('Retry-After', '1');
    return { status: ready ? 'ready' : 'not-ready', head, lag, degraded };
  }

  @Open('version')
  version(): object {
    return { name: 'renewal-ledger', version: VERSION, node: process.version };
  }

  @Get('metrics')
  @RouteConfig({ card: { kind: 'metrics', roles: EVERYBODY, parameters: {} } })
  async showMetrics(@Res() reply: FastifyReply): Promise<void> {
    await reply.header('Content-Type', this.metrics.contentType).send(await this.metrics.text());
  }

  /** What a problem code means. */
  @Open('problems/:code')
  problem(@Param('code') code: string): object {
    if (!(PROBLEM_CODES as readonly string[]).includes(code)) throw notFound('entry');
    const zh = told(code as ProblemCode, 'zh');
    return {
      type: `/problems/${code}`,
      code,
      status: zh.status,
      title: { zh: zh.title, en: told(code as ProblemCode, 'en').title },
    };
  }

  /** 查询模型状态 */
  @Reads('v1/projections', { roles: EVERYBODY })
  async statuses(): Promise<object> {
    return { items: await this.projections.statuses() };
  }

  /** 重建查询模型 */
  @Post('v1/projections/:name/rebuild')
  @RouteConfig({ card: { kind: 'calculation', roles: ADMINS, parameters: {} } })
  async rebuild(@Param('name') name: string): Promise<object> {
    if (!(await this.projections.rebuild(name))) throw notFound('projection');
    return { name, position: this.projections.position };
  }
}

async function inTime<T>(answer: Promise<T | null>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), READY_WITHIN_MS)));
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
