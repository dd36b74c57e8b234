#!/usr/bin/env node
import 'reflect-metadata';
import { pathToFileURL } from 'node:url';
import { realpathSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { VERSION } from '../platform/operations/version.js';
import { addDocsCommand } from './docs-command.js';
import { addMigrateStoreCommand } from './migrate-store.command.js';
import { addAuditCommands, type Terminal } from './audit-commands.js';

/** Runs one command line. Answers 0 where all is well, 1 where something is wrong, 2 where it could not be done. */
export async function renewal(
  words: readonly string[],
  say: (text: string) => void,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  let code = 0;
  const terminal: Terminal = { environment, say, end: (ended) => (code = ended) };
  const program = new Command('renewal').version(VERSION).exitOverride();
  program.configureOutput({ writeOut: say, writeErr: say });
  addAuditCommands(program, terminal);
  addDocsCommand(program, terminal);
  addMigrateStoreCommand(program, terminal);
  try {
    await program.parseAsync([...words], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    say(`${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

/** What a program ends with that wrote to nobody (128 and SIGPIPE): not 0, which would say that all is well. */
const READER_GONE = 141;

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  let isHeard = true;
  // `renewal replay | head` is a way to look, not a fault; and a copy is not left half made because nobody listens.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    isHeard = false;
  });
  process.exitCode = await renewal(process.argv.slice(2), (text) => process.stdout.write(text));
  process.once('exit', () => {
    if (!isHeard) process.exitCode = READER_GONE;
  });
}
