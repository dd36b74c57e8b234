import 'reflect-metadata';
import { Settings } from './platform/config/settings.js';
import { openLogger } from './platform/operations/logger.js';
import { openService } from './service.js';

const settings = Settings.from(process.env);
const logger = openLogger(settings.logLevel);
for (const name of Settings.unknown(process.env)) logger.warn({ name }, 'unknown setting');

const service = await openService({ settings, logger, withDocs: true });
for (const { role, key } of service.keys.fresh) process.stdout.write(`key for ${role}: ${key}\n`);
await service.app.listen(settings.port, settings.host);
const address = await service.app.getUrl();
process.stdout.write(`open ${address}\n`);
logger.info({ address, dataDir: settings.dataDir }, 'listening');

const LONGEST_STOP_MS = 10_000;
let stopping = false;
/** Requests under way are answered and everything recorded is on the disk before the process ends. */
async function stop(signal: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  logger.info({ signal }, 'stopping');
  setTimeout(() => process.exit(1), LONGEST_STOP_MS).unref();
  await service.close();
  process.exit(0);
}
process.on('SIGTERM', () => void stop('SIGTERM'));
process.on('SIGINT', () => void stop('SIGINT'));
