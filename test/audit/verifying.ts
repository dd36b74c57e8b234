import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { strToU8, unzipSync, zipSync } from 'fflate';

const VERIFIER = new URL('../../src/audit/verifier/verify.mjs', import.meta.url).pathname;

/** Runs the verifier as an auditor would: a program of its own that knows nothing of ours. */
export const verifyBundle = (bundle: string, given: readonly string[]) =>
  spawnSync(process.execPath, [VERIFIER, bundle, ...given], { encoding: 'utf8' });

export type BundleFiles = Record<string, Uint8Array>;

export const readBundle = (path: string): BundleFiles => unzipSync(readFileSync(path));

export function unpack(path: string, directory: string): void {
  for (const [name, bytes] of Object.entries(readBundle(path))) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), bytes);
  }
}

/** Packs a bundle again, as somebody would who changed it. */
export function packBundle(files: BundleFiles, path: string): void {
  writeFileSync(path, zipSync(files, { level: 0 }));
}

export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
export const bytes = (content: string): Uint8Array => strToU8(content);

export type Verdict = {
  readonly ok: boolean;
  readonly findings: readonly { code: string; position?: number; notAfter?: number; what: string }[];
  readonly said: string;
};

type Check = (asked: { bundle: string; keyFiles: string[]; headFiles: string[] }) => Promise<Omit<Verdict, 'said'>>;
const { check } = (await import(VERIFIER)) as { check: Check };

/** The same without a process of its own, where thousands are tried. */
export async function verdictOn(bundle: string, key: string, head: string | null): Promise<Verdict> {
  const found = await check({ bundle, keyFiles: [key], headFiles: head === null ? [] : [head] });
  return { ...found, said: JSON.stringify(found.findings) };
}
