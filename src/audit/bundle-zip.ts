import { createReadStream, createWriteStream, readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { once } from 'node:events';
import { Zip, ZipDeflate } from 'fflate';
import { LARGEST_BUNDLE_BYTES } from './bundle.js';

const LEVEL = 6;

/** Packs a directory into a zip file, file by file and piece by piece: memory does not grow with the log. */
export async function packZip(directory: string, path: string): Promise<void> {
  const out = createWriteStream(path, { mode: 0o600 });
  let written = 0;
  let failure: Error | undefined;
  const zip = new Zip((error, piece) => {
    if (error) failure = error;
    else {
      written += piece.length;
      out.write(piece);
    }
  });
  for (const name of filesIn(directory)) {
    const file = join(directory, name);
    if (statSync(file).size > LARGEST_BUNDLE_BYTES) throw new Error(`${name} is too large for a zip file`);
    const entry = new ZipDeflate(name, { level: LEVEL });
    zip.add(entry);
    for await (const piece of createReadStream(file, { highWaterMark: 1 << 18 })) {
      entry.push(piece as Buffer);
      if (out.writableNeedDrain) await once(out, 'drain');
    }
    entry.push(new Uint8Array(0), true);
  }
  zip.end();
  out.end();
  await once(out, 'close');
  if (failure) throw failure;
  if (written > LARGEST_BUNDLE_BYTES) throw new Error('the bundle is too large for a zip file');
}

/** Paths of all files below a directory, with slashes, in order. */
const filesIn = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
