import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** A zip file as a stream; `pack` writes it to the path it is given. The file goes when it was read, or was not made. */
export async function zipStream(pack: (path: string) => Promise<void>): Promise<Readable> {
  const directory = mkdtempSync(join(tmpdir(), 'renewal-zip-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    const path = join(directory, 'made.zip');
    await pack(path);
    return createReadStream(path).once('close', remove);
  } catch (error) {
    remove();
    throw error;
  }
}
