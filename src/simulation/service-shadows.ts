import { randomBytes } from 'node:crypto';
import { constants, rmSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { Rejected } from '../kernel/rejection.js';
import type { AccessLog } from '../platform/access/access-log.js';
import { ApiKeys } from '../platform/auth/api-keys.js';
import type { Clock } from '../platform/clock.js';
import type { Caller } from '../platform/commands/invocation.js';
import type { Settings } from '../platform/config/settings.js';
import type { EventStore } from '../platform/event-store/event-store.js';
import { OverlayEventStore } from '../platform/event-store/overlay/overlay-event-store.js';
import type { ProjectionRunner } from '../platform/projections/projection-runner.js';
import { type Shadow, Shadows, type Snapshot } from './shadows.js';

type Parts = {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly store: EventStore;
  readonly keys: ApiKeys;
  readonly access: AccessLog;
};
type Assemble = (parts: Parts) => Promise<{ readonly app: NestFastifyApplication; close(): Promise<void> }>;

const READ_MODELS = 'read-models.db';
const PRIVATE = 0o700;
/** Events a simulation of the past may read again: some seconds of work. */
const MOST_REPLAYED = 100_000;

/** Shadows of the service it was made with: the same program over an overlay of its log and a copy of its read models. */
export class ServiceShadows extends Shadows {
  private readonly home: string;

  constructor(
    private readonly parts: Parts,
    private readonly projections: ProjectionRunner,
    private readonly assemble: Assemble,
  ) {
    super();
    this.home = join(parts.settings.dataDir, 'simulations');
    // What a killed process left behind.
    rmSync(this.home, { recursive: true, force: true });
  }

  async snapshot(atPosition: number | null): Promise<Snapshot> {
    const { store } = this.parts;
    const head = await store.head();
    if (atPosition !== null && atPosition > head)
      throw new Rejected('out-of-range', { facts: { position: `${head}` } });
    await mkdir(this.home, { recursive: true, mode: PRIVATE });
    const directory = await mkdtemp(join(this.home, 'at-'));
    const close = (): Promise<void> => rm(directory, { recursive: true, force: true });
    try {
      const copy = join(directory, READ_MODELS);
      if (atPosition === null) await this.projections.copyTo(copy);
      else await this.readModelsAt(atPosition, directory, copy);
      // The copy is of some position up to this one; what it lacks it reads from the log.
      const position = atPosition ?? (await store.head());
      return { position, open: (caller) => this.open(directory, copy, position, caller), close };
    } catch (error) {
      await close();
      throw error;
    }
  }

  /** The read models as they were, filled from the log up to there; nobody finishes what was half done then. */
  private async readModelsAt(position: number, directory: string, copy: string): Promise<void> {
    const events = 'SELECT count(*) AS count FROM log_v1_events WHERE position <= ?';
    const { count } = this.projections.get<{ count: number }>(events, position)!;
    if (count > MOST_REPLAYED) throw new Rejected('too-many', { facts: { events: `${count}` } });
    const history = this.projections.fresh(
      join(directory, 'history.db'),
      new OverlayEventStore(this.parts.store, position),
    );
    try {
      await history.catchUp();
      await history.copyTo(copy);
    } finally {
      await history.stop();
    }
  }

  private async open(directory: string, copy: string, position: number, caller: Caller): Promise<Shadow> {
    const dataDir = await mkdtemp(join(directory, 'shadow-'));
    await copyFile(copy, join(dataDir, READ_MODELS), constants.COPYFILE_FICLONE);
    return this.begin(dataDir, position, caller);
  }

  private async begin(dataDir: string, position: number, caller: Caller): Promise<Shadow> {
    const { settings, logger, clock, store, access } = this.parts;
    const key = randomBytes(24).toString('base64url');
    // A key of its own signs what happens there: the service's own never signs what did not happen.
    const own = { dataDir, signingKeyFile: undefined, rateLimitPerMinute: 0 };
    const { app, close } = await this.assemble({
      settings: Object.assign(Object.create(settings) as Settings, own),
      logger: logger.child({}, { level: 'silent' }),
      clock,
      access,
      store: new OverlayEventStore(store, position),
      keys: ApiKeys.forOne(caller, key),
    });
    return { app, authorization: `Bearer ${key}`, close };
  }
}
