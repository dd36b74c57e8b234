import { Readable } from 'node:stream';
import { join } from 'node:path';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AccessLog } from '../platform/access/access-log.js';
import { Settings } from '../platform/config/settings.js';
import { disclosed } from '../platform/http/disclosures.js';
import { type EdgeRequest, MOMENT_PARAMETERS, questionOf, READERS } from '../platform/http/routes.js';
import { ReadDesk } from '../platform/reads/read-desk.js';
import { journal, JOURNAL_FORMATS, type JournalFormat } from './journals.js';
import { LedgerFile } from './ledger-file.js';

const { asOf, recordedAt, minPosition } = MOMENT_PARAMETERS;

@ApiTags('audit')
@Controller('v1')
export class ExportController {
  constructor(
    private readonly reads: ReadDesk,
    private readonly settings: Settings,
    private readonly access: AccessLog,
  ) {}

  /** 导出账簿（hledger、ledger、beancount） */
  @Get('ledger/export')
  @ApiBearerAuth()
  @RouteConfig({
    card: {
      kind: 'calculation',
      roles: READERS,
      parameters: { asOf, recordedAt, minPosition, format: JOURNAL_FORMATS },
    },
  })
  async exportJournal(@Req() request: EdgeRequest, @Res() reply: FastifyReply): Promise<void> {
    const asked = questionOf(request);
    const { format = 'hledger' } = request.query as { format?: JournalFormat };
    const moment = await this.reads.moment(asked);
    const file = new LedgerFile(join(this.settings.dataDir, 'read-models.db'));
    const selection = { moment, division: asked.caller.division };
    await this.access.note(disclosed(request.routeOptions.url!, request, file.count(selection)));
    const pieces = Readable.from(closing(journal(format, file.entries(selection), file.balances(selection)), file));
    await reply
      .header('Content-Type', 'text/plain; charset=utf-8')
      .header('Content-Disposition', `attachment; filename="renewal.${format}"`)
      .header('Ledger-Position', String(moment.position))
      .send(pieces);
  }
}

/** However the reading ends, the connection is given back. */
function* closing(pieces: Iterable<string>, file: LedgerFile): Generator<string> {
  try {
    yield* pieces;
  } finally {
    file.close();
  }
}
