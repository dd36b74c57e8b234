import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** True where dist/ was built from what stands in src/ now: an old build would be a test of something else. */
export function isBuilt(): boolean {
  const built = join(ROOT, 'dist', 'main.js');
  if (!existsSync(built)) return false;
  const { mtimeMs } = statSync(built);
  return readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'))
    .every((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs <= mtimeMs);
}
