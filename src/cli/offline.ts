import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bundles } from '../audit/bundles.js';
import { SigningKey } from '../audit/signing-key.js';
import { TreeHeads } from '../audit/tree-heads.js';
import { eventCatalogue } from '../event-catalogue.js';
import { AccessLog } from '../platform/access/access-log.js';
import { projectedEnd } from '../platform/access/access.read-model.js';
import { Clock } from '../platform/clock.js';
import { DeciderRunner } from '../platform/commands/decider-runner.js';
import { Settings } from '../platform/config/settings.js';
import type { EventStore } from '../platform/event-store/event-store.js';
import { openStore } from '../platform/event-store/open-store.js';
import { openLogger } from '../platform/operations/logger.js';
import { ProjectedCommandIndex } from '../platform/projections/log.read-model.js';
import { ProjectionRunner } from '../platform/projections/projection-runner.js';
import { readModels } from '../service.js';

/** The log without the service: read models of its own, filled from the first event and thrown away afterwards. */
export type Offline = {
  readonly settings: Settings;
  readonly store: EventStore;
  /** Filled up to the end of the log. */
  readonly projections: ProjectionRunner;
  /** Their file. */
  readonly filled: string;
  readonly heads: TreeHeads;
  readonly bundles: Bundles;
  readonly key: SigningKey;
  readonly access: AccessLog;
};

/** Opens the log of the settings, does the work, and closes everything. The service may go on running beside it. */
export async function offline<Result>(
  environment: NodeJS.ProcessEnv,
  work: (log: Offline) => Promise<Result>,
): Promise<Result> {
  const settings = Settings.from(environment);
  const store = openStore(settings);
  const scratch = mkdtempSync(join(tmpdir(), 'renewal-offline-'));
  const filled = join(scratch, 'read-models.db');
  const catalogue = eventCatalogue();
  const clock = new Clock();
  let stop = (): Promise<void> => Promise.resolve();
  try {
    const projections = new ProjectionRunner(filled, store, catalogue, readModels());
    stop = () => projections.stop();
    await projections.catchUp();
    const key = SigningKey.open(settings.signingKeyFile, settings.dataDir);
    const runner = new DeciderRunner(store, catalogue, new ProjectedCommandIndex(projections, store.shared), clock);
    const heads = new TreeHeads(runner, store, projections, key, clock, openLogger('silent'));
    const bundles = new Bundles(heads, store, projections, key, clock);
    const access = new AccessLog(store, clock, () => projectedEnd(projections));
    return await work({ settings, store, projections, filled, heads, bundles, key, access });
  } finally {
    await stop();
    await store.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}
