import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { eventCatalogue } from '../event-catalogue.js';
import type { EventStore } from '../platform/event-store/event-store.js';
import { KurrentDbEventStore } from '../platform/event-store/kurrentdb/kurrentdb-event-store.js';
import { SqliteEventStore } from '../platform/event-store/sqlite/sqlite-event-store.js';
import { StoreMigration } from '../platform/operations/migrate-store.js';
import { readModels } from '../service.js';
import type { Terminal } from './audit-commands.js';

type Asked = { readonly from: string; readonly to: string; readonly verify: boolean };

/** `renewal migrate-store`: the whole log on another store. */
export function addMigrateStoreCommand(program: Command, { environment, say, end }: Terminal): void {
  program
    .command('migrate-store')
    .description('copy every event to another store, in order; the service must be stopped. Repeat it to go on')
    .requiredOption('--from <store>', 'sqlite:<file>, esdb://…, or env:<name of a variable that holds it>')
    .requiredOption('--to <store>', 'the same forms; it is empty, or holds the beginning of the same log')
    .option('--verify', 'compare every event and every read model afterwards', false)
    .action(async ({ from, to, verify }: Asked) => {
      const source = openSide(from, environment, true);
      const target = openSide(to, environment, false);
      try {
        const migration = new StoreMigration({
          from: source,
          to: target,
          catalogue: eventCatalogue(),
          models: readModels,
          say,
        });
        const { found, copied } = await migration.copy();
        say(`${copied} events copied, ${found} were there\n`);
        if (!verify) return;
        const { events, findings } = await migration.compare();
        for (const finding of findings) say(`WRONG: ${finding}\n`);
        if (findings.length === 0) say(`OK: ${events} events and every read model are the same on both\n`);
        end(findings.length === 0 ? 0 : 1);
      } finally {
        await source.close();
        await target.close();
      }
    });
}

/** A connection string may hold a password, which has no place among the words of a command. */
function openSide(told: string, environment: NodeJS.ProcessEnv, mustExist: boolean): EventStore {
  const named = /^env:(?<name>\w+)$/.exec(told)?.groups!['name'];
  const address = named === undefined ? told : (environment[named] ?? '');
  if (/^(esdb|kurrentdb):\/\//.test(address)) return new KurrentDbEventStore(address);
  const file = /^sqlite:(?<file>.+)$/s.exec(address)?.groups!['file'];
  if (file === undefined) throw new Error(`${told} is neither sqlite:<file> nor esdb://…`);
  if (mustExist && !existsSync(file)) throw new Error(`${file} does not exist`);
  return new SqliteEventStore(file);
}
