import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renewal } from '../../src/cli/renewal.js';
import { KurrentDbEventStore } from '../../src/platform/event-store/kurrentdb/kurrentdb-event-store.js';
import { City } from '../support/city.js';
import { ProtocolTestServer } from '../support/protocol-test-server.js';
import { TestService } from '../support/service.js';
import { event, readEverything } from '../support/stored-events.js';

jest.setTimeout(60_000);

describe('renewal migrate-store', () => {
  let server: ProtocolTestServer;
  let directory: string;
  let said: string;
  beforeEach(async () => {
    server = await new ProtocolTestServer().start();
    directory = mkdtempSync(join(tmpdir(), 'renewal-migrate-'));
    said = '';
  });
  afterEach(async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const migrate = (from: string, to: string) =>
    renewal(['migrate-store', '--from', from, '--to', to, '--verify'], (text) => (said += text));

  /** A log with a story in it, a refusal among it, and the file it is in. */
  async function withStory(work: (service: TestService, file: string) => Promise<void>): Promise<void> {
    const service = await TestService.open(undefined, { EVENT_STORE: 'sqlite' });
    const city = new City(service);
    await city.compound('c1');
    await city.households('c1', ['50.00', '60.00', '70.00']);
    await city.scheme('s1', 'c1');
    await city.budget('s1', [
      { lineId: 'L1', workItem: 'road', amount: '1000.00' },
      { lineId: 'L2', workItem: 'water-and-drainage', amount: '500.00' },
    ]);
    await city.approve('s1');
    await city.grant('g1', '2000.00');
    await city.fund('g1', 's1', '700.00');
    expect((await city.pay('s1', 'L1', '9999.00', 'central-grant', 'g1')).status).toBe(422);
    await service.inner.close();
    try {
      await work(service, join(service.directory, 'events.db'));
    } finally {
      rmSync(service.directory, { recursive: true, force: true });
    }
  }

  it('copies everything there and back', async () => {
    await withStory(async (_, file) => {
      expect(await migrate(`sqlite:${file}`, server.url)).toBe(0);
      expect(said).toMatch(
        /^\d+ events copied, 0 were there\nOK: \d+ events and every read model are the same on both\n$/,
      );
      const back = `sqlite:${join(directory, 'back.db')}`;
      expect(await migrate(server.url, back)).toBe(0);
      expect(await migrate(`sqlite:${file}`, back)).toBe(0);
      expect(said).toMatch(/\n0 events copied, \d+ were there\nOK: /);
    });
  });

  it('goes on where it was interrupted', async () => {
    await withStory(async (_, file) => {
      server.failAppends(...Array.from({ length: 3 }, () => 'answer-lost' as const));
      let appends = 0;
      const unfollow = server.log.follow(({ stream }) => {
        // The server goes away in the middle, and its last answer with it.
        if (!stream.startsWith('$') && ++appends === 7) setImmediate(() => void server.stop());
      });
      expect(await migrate(`sqlite:${file}`, server.url)).toBe(2);
      unfollow();
      await server.start();
      expect(await migrate(`sqlite:${file}`, server.url)).toBe(0);
      expect(said).toMatch(/events are there already\n[1-9]\d* events copied, [1-9]\d* were there\nOK: /);
    });
  });

  it('writes nothing behind another log, and sees what was added to a copy', async () => {
    await withStory(async (_, file) => {
      const store = new KurrentDbEventStore(server.url);
      await store.append('grant-other', [event('GrantAwarded', { amount: '1.00' }, 'x')], -1);
      expect(await migrate(`sqlite:${file}`, server.url)).toBe(2);
      expect(said).toContain('event 1 of the target: its eventId differs');
      expect(await readEverything(store, 0)).toHaveLength(1);
      await store.close();
    });
  });

  it('asks for addresses it understands', async () => {
    expect(await migrate('sqlite:/nowhere/events.db', server.url)).toBe(2);
    expect(await migrate('postgres://here', server.url)).toBe(2);
    expect(said).toBe('/nowhere/events.db does not exist\npostgres://here is neither sqlite:<file> nor esdb://…\n');
  });
});
