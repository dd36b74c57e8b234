import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { pino } from 'pino';
import { STREAMS } from '../event-catalogue.js';
import type { EventSchema } from '../kernel/decider.js';
import { Settings } from '../platform/config/settings.js';
import { openService } from '../service.js';
import type { Terminal } from './audit-commands.js';

/** `renewal docs`: writes what is generated from the code; with --check it only says whether that is still true. */
export function addDocsCommand(program: Command, { say, end }: Terminal): void {
  program
    .command('docs')
    .description('write openapi.json and docs/events.md from the code')
    .option('--check', 'write nothing; fail where a file differs')
    .action(async ({ check }: { check?: boolean }) => {
      const files = { 'openapi.json': await openApi(), 'docs/events.md': eventCatalogueText() };
      const stale = Object.entries(files).filter(([path, text]) => textOf(path) !== text);
      for (const [path, text] of stale) {
        say(check ? `${path} is not what the code says; run npm run docs\n` : `wrote ${path}\n`);
        if (!check) writeFileSync(path, text);
      }
      end(check && stale.length > 0 ? 1 : 0);
    });
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** The contract as the routes and DTOs themselves tell it. */
async function openApi(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'renewal-docs-'));
  const settings = Settings.from({
    DATA_DIR: directory,
    API_KEYS: 'docs:viewer:*:docs',
    SEED_DEMO: 'never',
    LOG_LEVEL: 'silent',
  });
  const service = await openService({ settings, logger: pino({ level: 'silent' }), withDocs: true });
  try {
    const { body } = await service.app.inject({ method: 'GET', url: '/openapi.json' });
    return `${JSON.stringify(JSON.parse(body), null, 2)}\n`;
  } finally {
    await service.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Every event type with the sentence of what the bureau would say happened. */
function eventCatalogueText(): string {
  const sections = STREAMS.map(({ category, events }) => {
    const rows = Object.entries(events as Record<string, EventSchema>).map(
      ([type, { version, says }]) => `| \`${type}\` | ${version} | ${says} |`,
    );
    return [
      `## \`${category}-<id>\``,
      '',
      '| event | version | what happened |',
      '| --- | --- | --- |',
      ...rows,
      '',
    ].join('\n');
  });
  return [
    '# Events',
    '',
    'Generated from the deciders by `npm run docs`. A stored name or field never changes; new meaning is a new type.',
    'Any stream may also hold `CommandRefused`: a rule or the state of things refused a command, and its key hears that for ever.',
    '',
    ...sections,
  ].join('\n');
}
