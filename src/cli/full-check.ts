import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkLog, type Finding, headsOf, type Kept } from '../audit/log-check.js';
import { openReadOnly } from '../platform/sqlite.js';
import type { Offline } from './offline.js';

export type FullCheck = {
  readonly events: number;
  readonly heads: number;
  readonly accessLines: number;
  readonly findings: readonly (
    Finding | { readonly code: string; readonly detail: string; readonly position?: number }
  )[];
};

/** The chain, the tree and its heads, and every read model against one filled anew from the first event. */
export async function checkFully({ settings, store, projections, filled }: Offline, kept: Kept): Promise<FullCheck> {
  const { findings, events, heads, accessLines } = await checkLog(store, await headsOf(store), kept);
  const path = join(settings.dataDir, 'read-models.db');
  const copy = join(dirname(filled), 'stored.db');
  const stale: { code: string; detail: string }[] = [];
  if (existsSync(path))
    try {
      // A copy, because comparing must change nothing, and the service may be writing.
      const database = openReadOnly(path);
      database.prepare('VACUUM INTO ?').run(copy);
      database.close();
      const stored = projections.fresh(copy);
      await stored.catchUp();
      const anew = new Map((await projections.statuses()).map((status) => [status.name, status]));
      for (const { name, stateHash, status } of await stored.statuses()) {
        if (status === 'degraded') stale.push({ code: 'degraded', detail: `${name} stopped at an event` });
        else if (anew.get(name)?.stateHash !== stateHash)
          stale.push({ code: 'read-model-differs', detail: `${name} is not what the log says; rebuild it` });
      }
      await stored.stop();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      stale.push({ code: 'read-models-unreadable', detail: `read-models.db cannot be read (${reason}); rebuild it` });
    }
  return { events, heads, accessLines, findings: [...findings, ...stale] };
}
