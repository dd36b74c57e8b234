import { type DynamicModule, Global, Module, type Type } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import type { Logger } from 'pino';
import type { ApiKeys } from './auth/api-keys.js';
import { Clock } from './clock.js';
import { CommandDesk, SecondPerson } from './commands/command-desk.js';
import { CommandIndex } from './commands/command-index.js';
import { DeciderRunner } from './commands/decider-runner.js';
import { ProcessRunner } from './commands/process-runner.js';
import { Settings } from './config/settings.js';
import { EventCatalogue } from './event-store/codec.js';
import { EventStore } from './event-store/event-store.js';
import { CommandRoutes } from './http/command-routes.js';
import { ReadRoutes } from './http/read-routes.js';
import { BodyPipe } from './http/edge.pipe.js';
import { Metrics } from './operations/metrics.js';
import { LOGGER, SystemController } from './operations/system.controller.js';
import { ProjectedCommandIndex } from './projections/log.read-model.js';
import { ProjectionRunner } from './projections/projection-runner.js';
import { ReadDesk } from './reads/read-desk.js';
import { Slices } from './slices.js';
import { AccessLog } from './access/access-log.js';
import { KEYS } from './auth/api-keys.js';
import { Sessions } from './auth/sessions.js';

export type Platform = {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly keys: ApiKeys;
  readonly sessions: Sessions;
  readonly store: EventStore;
  readonly catalogue: EventCatalogue;
  readonly projections: ProjectionRunner;
  readonly clock: Clock;
  readonly access: AccessLog;
  /** Who keeps the commands that wait for a second person. */
  readonly secondPerson: Type<SecondPerson>;
};

/** Everything that carries the subjects and knows none of them. */
@Global()
@Module({})
export class PlatformModule {
  static of({
    settings,
    logger,
    keys,
    sessions,
    store,
    catalogue,
    projections,
    clock,
    access,
    secondPerson,
  }: Platform): DynamicModule {
    const providers = [
      { provide: Settings, useValue: settings },
      { provide: LOGGER, useValue: logger },
      { provide: KEYS, useValue: keys },
      { provide: Sessions, useValue: sessions },
      { provide: EventStore, useValue: store },
      { provide: EventCatalogue, useValue: catalogue },
      { provide: ProjectionRunner, useValue: projections },
      { provide: Clock, useValue: clock },
      { provide: AccessLog, useValue: access },
      { provide: CommandIndex, useFactory: () => new ProjectedCommandIndex(projections, store.shared) },
      { provide: SecondPerson, useClass: secondPerson },
      DeciderRunner,
      CommandDesk,
      ProcessRunner,
      ReadDesk,
      Slices,
      BodyPipe,
      CommandRoutes,
      ReadRoutes,
      Metrics,
    ];
    return {
      module: PlatformModule,
      imports: [CqrsModule.forRoot(), DiscoveryModule],
      controllers: [SystemController],
      providers,
      exports: [...providers, CqrsModule],
    };
  }
}
