import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { Logger } from 'pino';
import { AppModule } from './app.module.js';
import { TreeReadModel } from './audit/tree.read-model.js';
import { Approvals } from './approval/approval.handlers.js';
import { DemoCity } from './demo/demo-city.js';
import { eventCatalogue } from './event-catalogue.js';
import { LedgerReadModel } from './ledger/ledger.read-model.js';
import { SubjectsReadModel } from './ledger/subjects.read-model.js';
import { MaintenanceFundReadModel } from './maintenance-fund/maintenance-fund.read-model.js';
import { AccessLog } from './platform/access/access-log.js';
import { AccessReadModel, projectedEnd } from './platform/access/access.read-model.js';
import { ApiKeys } from './platform/auth/api-keys.js';
import { Sessions } from './platform/auth/sessions.js';
import { Clock } from './platform/clock.js';
import { ProcessRunner } from './platform/commands/process-runner.js';
import type { Settings } from './platform/config/settings.js';
import { type EventStore, StoreUnavailable } from './platform/event-store/event-store.js';
import { openStore } from './platform/event-store/open-store.js';
import { dressApplication, fastifyAdapter } from './platform/http/server.js';
import { Metrics } from './platform/operations/metrics.js';
import { NestLogger } from './platform/operations/logger.js';
import { VERSION } from './platform/operations/version.js';
import { LogReadModel } from './platform/projections/log.read-model.js';
import { ProjectionRunner } from './platform/projections/projection-runner.js';
import type { ReadModel } from './platform/projections/read-model.js';
import { ServiceShadows } from './simulation/service-shadows.js';

export type Service = {
  readonly app: NestFastifyApplication;
  readonly keys: ApiKeys;
  readonly store: EventStore;
  readonly projections: ProjectionRunner;
  close(): Promise<void>;
};
type Given = {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly store?: EventStore;
  /** Serve `/docs` and `/openapi.json`. */
  readonly withDocs?: boolean;
};

/** The whole service on its store, ready to be asked; `listen` is left to the caller. */
export async function openService({
  settings,
  logger,
  clock = new Clock(),
  store = openStore(settings),
  withDocs = false,
}: Given): Promise<Service> {
  let close = (): Promise<void> => store.close();
  try {
    const keys = ApiKeys.open(settings.apiKeys, settings.dataDir);
    const assembled = await assemble({ settings, logger, clock, store, keys }, withDocs);
    close = assembled.close;
    assembled.app.get(Metrics).observeProcess();
    await seed(assembled.app, store, logger);
    return { ...assembled, keys, store };
  } catch (error) {
    await close();
    throw error;
  }
}

type Parts = {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly store: EventStore;
  readonly keys: ApiKeys;
  /** A shadow's readers are real: what they see is recorded where everybody's reading is. */
  readonly access?: AccessLog;
};
type Assembled = Pick<Service, 'app' | 'projections' | 'close'>;

/** The parts put together, followed up and ready; a shadow is put together in the same way. */
async function assemble(parts: Parts, withDocs = false): Promise<Assembled> {
  const { settings, logger, store } = parts;
  const catalogue = eventCatalogue();
  const projections = new ProjectionRunner(join(settings.dataDir, 'read-models.db'), store, catalogue, readModels());
  const { access = new AccessLog(store, parts.clock, () => projectedEnd(projections)) } = parts;
  const edge = { ...parts, access, sessions: new Sessions() };
  const shadows = new ServiceShadows({ ...parts, access }, projections, assemble);
  const module = AppModule.of({ ...edge, catalogue, projections, secondPerson: Approvals }, shadows);
  const options = { logger: new NestLogger(logger), bodyParser: false, abortOnError: false } as const;
  const app = await NestFactory.create<NestFastifyApplication>(module, fastifyAdapter(edge), options);
  await dressApplication(app, edge);
  if (withDocs) describeApi(app);
  const processes = app.get(ProcessRunner);
  const close = async (): Promise<void> => {
    await app.close();
    await processes.stop();
    await projections.stop();
    await store.close();
  };
  try {
    await projections.start();
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    await processes.start();
  } catch (error) {
    await close();
    throw error;
  }
  return { app, projections, close };
}

/** The demonstration city, where it is wanted; a shared store that is away does not keep the service from starting. */
async function seed(app: NestFastifyApplication, store: EventStore, logger: Logger): Promise<void> {
  try {
    const seeded = await app.get(DemoCity).seedAsSet();
    if (seeded) logger.info(seeded, 'the demonstration city is recorded');
  } catch (error) {
    if (!store.shared || !(error instanceof StoreUnavailable)) throw error;
    logger.warn({ reason: error.message }, 'the event store does not answer yet: not ready until it does');
  }
}

/** Every read model of the service, in the order they are filled. */
export const readModels = (): ReadModel[] => [
  new LogReadModel(),
  new AccessReadModel(),
  new SubjectsReadModel(),
  new LedgerReadModel(),
  new MaintenanceFundReadModel(),
  new TreeReadModel(),
];

/** `/openapi.json` and `/docs`, from the controllers and DTOs themselves. */
export function describeApi(app: NestFastifyApplication): void {
  const config = new DocumentBuilder()
    .setTitle('Renewal Ledger')
    .setDescription('Who pays for the renovation of old residential compounds, to the fen and with the clause.')
    .setVersion(VERSION)
    .addBearerAuth()
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, config), {
    jsonDocumentUrl: 'openapi.json',
  });
}
