import { readFileSync } from 'node:fs';

/** The version of the package this program was built from. */
export const VERSION = findVersion();

function findVersion(): string {
  // From src/ and from dist/ alike the package stands above.
  for (const up of ['../../../package.json', '../../../../package.json']) {
    try {
      return (JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as { version: string }).version;
    } catch {
      continue;
    }
  }
  return 'unknown';
}
