import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkLog, headsOf, type Kept } from '../audit/log-check.js';
import type { Finding } from '../audit/stretch-check.js';
import type { ProjectionRunner } from '../platform/projections/projection-runner.js';
import { orClose, openReadOnly } from '../platform/sqlite.js';
import type { Offline } from './offline.js';

export type FullCheck = {
  readonly events: number;
  readonly heads: number;
  readonly accessLines: number;
  readonly findings: readonly (
    Finding | { readonly code: string; readonly detail: string; readonly position?: number }
  )[];
};

type Told = { readonly code: string; readonly detail: string };

/** The chain, the tree and its heads, and every read model against one filled anew from the first event. */
export async function checkFully({ settings, store, projections, filled }: Offline, kept: Kept): Promise<FullCheck> {
  const { findings, events, heads, accessLines } = await checkLog(store, await headsOf(store), kept);
  const path = join(settings.dataDir, 'read-models.db');
  const copy = join(dirname(filled), 'stored.db');
  const stale: Told[] = [];
  // A store of its own is a server's to look after; its answers are checked event by event above.
  if (settings.eventStore === 'sqlite') stale.push(...damageIn(settings.dataDir, 'events.db', 'restore it'));
  if (existsSync(path))
    try {
      stale.push(...damageIn(settings.dataDir, 'read-models.db', 'rebuild it'));
      // A copy, because comparing must change nothing, and the service may be writing.
      const database = openReadOnly(path);
      orClose(database, () => database.prepare('VACUUM INTO ?').run(copy));
      database.close();
      const stored = projections.fresh(copy);
      try {
        stale.push(...(await differing(stored, projections)));
      } finally {
        await stored.stop();
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      stale.push({ code: 'read-models-unreadable', detail: `read-models.db cannot be read (${reason}); rebuild it` });
    }
  return { events, heads, accessLines, findings: [...findings, ...stale] };
}

/**
 * What SQLite itself finds wrong in a file, its indexes against their tables above all: rows are compared as the tables
 * hold them, but found by the indexes, and one bit of an index hides a row from every answer. A copy would have indexes
 * of its own.
 */
function damageIn(directory: string, file: string, remedy: string): Told[] {
  const database = openReadOnly(join(directory, file));
  try {
    const rows = database.prepare('PRAGMA integrity_check(1)').all() as { integrity_check: string }[];
    return rows.flatMap(({ integrity_check: said }) =>
      said === 'ok' ? [] : [{ code: 'file-damaged', detail: `${file} is damaged (${said}); ${remedy}` }],
    );
  } finally {
    database.close();
  }
}

/** Read models that are not what the same ones filled anew are. */
async function differing(stored: ProjectionRunner, anew: ProjectionRunner): Promise<Told[]> {
  await stored.catchUp();
  const expected = new Map((await anew.statuses()).map((status) => [status.name, status]));
  return (await stored.statuses()).flatMap(({ name, stateHash, status }) => {
    if (status === 'degraded') return [{ code: 'degraded', detail: `${name} stopped at an event` }];
    if (expected.get(name)?.stateHash === stateHash) return [];
    return [{ code: 'read-model-differs', detail: `${name} is not what the log says; rebuild it` }];
  });
}
