import { Body, Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AccessLog } from '../platform/access/access-log.js';
import { isDate } from '../kernel/dates.js';
import { disclosed } from '../platform/http/disclosures.js';
import { Problem } from '../platform/http/problem.js';
import {
  Asked,
  Calculates,
  type EdgeRequest,
  EVERYBODY,
  type Question,
  READERS,
  Reads,
} from '../platform/http/routes.js';
import { VerifyDto } from './audit.dto.js';
import { AccessReads } from './access-reads.js';
import { AuditReads } from './audit-reads.js';
import { Bundles } from './bundles.js';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const SIZE = /^[1-9]\d{0,15}$/;

type Period = { from?: string | null; to?: string | null };

function assertPeriod(from: string | null, to: string | null): void {
  const wrong = (parameter: string) =>
    new Problem('invalid-parameter', { errors: [{ parameter, code: 'invalidParameter' }] });
  if (from !== null && !isDate(from)) throw wrong('from');
  if (to !== null && (!isDate(to) || (from !== null && to < from))) throw wrong('to');
}

@ApiTags('audit')
@Controller('v1/audit')
export class AuditController {
  constructor(
    private readonly audit: AuditReads,
    private readonly bundles: Bundles,
    private readonly access: AccessReads,
    private readonly log: AccessLog,
  ) {}

  /** 最新签名树头 */
  @Reads('head', { roles: EVERYBODY, parameters: { leaves: ['true', 'false'] } })
  head(@Asked() asked: Question): Promise<object> {
    return this.audit.head(asked.filters['leaves'] === 'true');
  }

  /** 全部签名树头 */
  @Reads('heads', { roles: EVERYBODY })
  heads(): Promise<object> {
    return this.audit.list();
  }

  /** 单个事件的存在证明 */
  @Reads('proofs/:eventId', { discloses: true, roles: READERS })
  proof(@Param('eventId') eventId: string, @Asked() asked: Question): Promise<object> {
    return this.audit.proof(eventId, asked.caller);
  }

  /** 两个树头之间的一致性证明 */
  @Reads('consistency', { roles: EVERYBODY, parameters: { from: SIZE, to: SIZE } })
  consistency(@Asked() { filters }: Question): Promise<object> {
    const to = filters['to'];
    return this.audit.consistency(Number(filters['from'] ?? 1), to === undefined ? undefined : Number(to));
  }

  /** 核验全部账本 */
  @Calculates('verify', ['auditor'])
  verify(@Body() body: VerifyDto): Promise<object> {
    return this.audit.verify(body);
  }

  /** 查阅与导出记录 */
  @Reads('access-log', {
    list: true,
    roles: ['auditor'],
    parameters: { actor: /^.{1,200}$/u, subject: /^.{1,100}$/u, from: DATE, to: DATE },
  })
  accessLog(@Asked() asked: Question): Promise<object> {
    return this.access.list(asked);
  }

  /** 审计包 */
  @Get('bundle')
  @ApiBearerAuth()
  @RouteConfig({
    card: { kind: 'calculation', roles: ['auditor'], parameters: { from: DATE, to: DATE } },
  })
  async bundle(
    @Query() { from = null, to = null }: Period,
    @Req() request: EdgeRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    assertPeriod(from, to);
    this.audit.assertSeesAll(request.caller!);
    const { size } = await this.audit.newest();
    await this.log.note({ ...disclosed(request.routeOptions.url!, request, size), format: 'zip' });
    const pieces = await this.bundles.stream({ from, to });
    await reply
      .header('Content-Type', 'application/zip')
      .header('Content-Disposition', 'attachment; filename="bundle.zip"')
      .send(pieces);
  }
}
