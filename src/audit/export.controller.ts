import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AccessLog } from '../platform/access/access-log.js';
import { Settings } from '../platform/config/settings.js';
import { disclosed } from '../platform/http/disclosures.js';
import { type EdgeRequest, MOMENT_PARAMETERS, questionOf, READERS } from '../platform/http/routes.js';
import { ReadDesk } from '../platform/reads/read-desk.js';
import { packZip } from './bundle-zip.js';
import { exchangeXml } from './exchange.js';
import { fiscalDataPackage } from './fiscal-data-package.js';
import { journal, JOURNAL_FORMATS, type JournalFormat } from './journals.js';
import { LedgerFile, type Selection } from './ledger-file.js';
import { zipStream } from './zip-stream.js';

const XML = 'gbt42940-xml';
const FISCAL = 'fiscal-data-package';
type Format = JournalFormat | typeof XML | typeof FISCAL;
const PLAIN = 'text/plain; charset=utf-8';
const KINDS: Readonly<Record<Format, { readonly type: string; readonly name: string }>> = {
  hledger: { type: PLAIN, name: 'renewal.hledger' },
  ledger: { type: PLAIN, name: 'renewal.ledger' },
  beancount: { type: PLAIN, name: 'renewal.beancount' },
  [XML]: { type: 'application/xml; charset=utf-8', name: 'renewal.gbt42940.xml' },
  [FISCAL]: { type: 'application/zip', name: 'renewal.fiscal-data-package.zip' },
};
const { asOf, recordedAt, minPosition } = MOMENT_PARAMETERS;

@ApiTags('audit')
@Controller('v1')
export class ExportController {
  constructor(
    private readonly reads: ReadDesk,
    private readonly settings: Settings,
    private readonly access: AccessLog,
  ) {}

  /** 导出账簿（hledger、ledger、beancount；GB/T 42940—2023 分组的 XML；Fiscal Data Package） */
  @Get('ledger/export')
  @ApiBearerAuth()
  @RouteConfig({
    card: {
      kind: 'calculation',
      roles: READERS,
      parameters: { asOf, recordedAt, minPosition, format: [...JOURNAL_FORMATS, XML, FISCAL] },
    },
  })
  async exportLedger(@Req() request: EdgeRequest, @Res() reply: FastifyReply): Promise<void> {
    const asked = questionOf(request);
    const { format = 'hledger' } = request.query as { format?: Format };
    const moment = await this.reads.moment(asked);
    const file = new LedgerFile(join(this.settings.dataDir, 'read-models.db'));
    const selection = { moment, division: asked.caller.division };
    const disclosure = { ...disclosed(request.routeOptions.url!, request, file.count(selection)), format };
    await this.access.note(disclosure).catch((error: unknown) => {
      file.close();
      throw error;
    });
    const { type, name } = KINDS[format];
    await reply
      .header('Content-Type', type)
      .header('Content-Disposition', `attachment; filename="${name}"`)
      .header('Ledger-Position', String(moment.position))
      .send(
        format === FISCAL ? await packed(file, selection) : Readable.from(closing(text(format, file, selection), file)),
      );
  }
}

function text(format: Exclude<Format, typeof FISCAL>, file: LedgerFile, selection: Selection): Generator<string> {
  if (format === XML) return exchangeXml(file, selection);
  return journal(format, file.entries(selection), file.balances(selection));
}

/** The files of the package in one zip. */
function packed(file: LedgerFile, selection: Selection): Promise<Readable> {
  return zipStream(async (path) => {
    const directory = mkdtempSync(join(tmpdir(), 'renewal-package-'));
    try {
      for (const { name, lines } of fiscalDataPackage(file, selection)) {
        const at = join(directory, name);
        mkdirSync(dirname(at), { recursive: true });
        await writeFile(at, lines, { mode: 0o600 });
      }
      await packZip(directory, path);
    } finally {
      file.close();
      rmSync(directory, { recursive: true, force: true });
    }
  });
}

/** However the reading ends, the connection is given back. */
function* closing(pieces: Iterable<string>, file: LedgerFile): Generator<string> {
  try {
    yield* pieces;
  } finally {
    file.close();
  }
}
