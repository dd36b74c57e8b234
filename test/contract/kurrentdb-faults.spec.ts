import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type Appended,
  type EncodedEvent,
  NO_STREAM,
  PositionBeyondHead,
  RevisionConflict,
  StoreUnavailable,
} from '../../src/platform/event-store/event-store.js';
import {
  KurrentDbEventStore,
  type KurrentDbOptions,
} from '../../src/platform/event-store/kurrentdb/kurrentdb-event-store.js';
import { ProtocolTestLog } from '../support/protocol-test-log.js';
import { APPEND_FAULTS, ProtocolTestServer, READ_FAULTS } from '../support/protocol-test-server.js';
import { eventually, freshName, readEverything, someEvents } from '../support/stored-events.js';

const IMPATIENT: Partial<KurrentDbOptions> = {
  attemptMs: 150,
  patienceMs: 500,
  circuit: { failures: 1_000, openMs: 50 },
  heartbeatMs: 60_000,
  longestPauseMs: 200,
};

describe('the distributed store on a server that fails', () => {
  let server: ProtocolTestServer;
  let store: KurrentDbEventStore;
  const servers: ProtocolTestServer[] = [];
  const stores: KurrentDbEventStore[] = [];

  const newServer = async (log?: ProtocolTestLog): Promise<ProtocolTestServer> => {
    const started = await new ProtocolTestServer(log, () => servers).start();
    servers.push(started);
    return started;
  };
  const newStore = (url = server.url, options = IMPATIENT): KurrentDbEventStore => {
    const opened = new KurrentDbEventStore(url, options);
    stores.push(opened);
    return opened;
  };
  /** What a caller does who got no answer: the same again, until there is one. */
  const insist = async (stream: string, events: readonly EncodedEvent[], expected: number): Promise<Appended> => {
    for (;;) {
      try {
        return await store.append(stream, events, expected);
      } catch (error) {
        if (!(error instanceof StoreUnavailable) && !(error instanceof RevisionConflict)) throw error;
      }
    }
  };

  beforeEach(async () => {
    server = await newServer();
    store = newStore();
  });
  afterEach(async () => {
    for (const opened of stores.splice(0)) await opened.close();
    for (const started of servers) expect(started.batchCalls).toBe(0);
    for (const started of servers.splice(0)) await started.stop();
  });

  describe('appending', () => {
    it.each(APPEND_FAULTS)('stores every event once after: %s', async (fault) => {
      const stream = freshName('grant');
      const [first, ...more] = someEvents(stream, 4);
      await store.append(stream, [first!], NO_STREAM);
      server.failAppends(fault);
      const answer = await insist(stream, more, 0);
      const stored = await store.readStream(stream, 0, 10);
      expect(stored.map(({ eventId }) => eventId)).toEqual([first, ...more].map((one) => one!.eventId));
      expect(answer).toEqual({ revision: 3, position: stored.at(-1)!.position });
    });

    it.each(APPEND_FAULTS)('stores every event once after five in a row: %s', async (fault) => {
      const stream = freshName('grant');
      const events = someEvents(stream, 2);
      server.failAppends(fault, fault, fault, fault, fault);
      await insist(stream, events, NO_STREAM);
      expect(await store.readStream(stream, 0, 10)).toHaveLength(2);
    });

    it('stores 400 appends of 8 writers once each, every fifth of them failing in one of all ways', async () => {
      const before = await store.head();
      const writers = Array.from({ length: 8 }, (_, index) => freshName(`scheme.${index}`));
      let calls = 0;
      const writing = writers.map(async (stream, writer) => {
        for (let revision = NO_STREAM; revision < 49; revision++) {
          if (++calls % 5 === 0) server.failAppends(APPEND_FAULTS[(calls / 5 + writer) % APPEND_FAULTS.length]!);
          await insist(stream, someEvents(`${stream}.${revision}`, 1), revision);
        }
      });
      await Promise.all(writing);
      server.heal();
      const everything = await readEverything(store, before);
      expect(everything).toHaveLength(400);
      for (const stream of writers)
        expect(everything.filter((one) => one.stream === stream).map(({ revision }) => revision)).toEqual([
          ...Array(50).keys(),
        ]);
    }, 60_000);

    it('takes the echo of its own append for an answer, never for a conflict', async () => {
      const stream = freshName('grant');
      const events = someEvents(stream, 2);
      server.failAppends('answer-forgotten');
      await expect(store.append(stream, events, NO_STREAM)).resolves.toMatchObject({ revision: 1 });
    });

    it('says StoreUnavailable when patience ends, and does not hang', async () => {
      const stream = freshName('grant');
      server.failAppends(...Array<'never-answers'>(50).fill('never-answers'));
      await expect(store.append(stream, someEvents(stream, 1), NO_STREAM)).rejects.toThrow(StoreUnavailable);
    });

    it('refuses by itself what is too large for the server', async () => {
      const stream = freshName('grant');
      const large = { ...someEvents(stream, 1)[0]!, data: JSON.stringify({ note: 'x'.repeat(15_000_000) }) };
      await expect(store.append(stream, [large], NO_STREAM)).rejects.toThrow(RangeError);
    });

    it('ends its tries when it is closed', async () => {
      const stream = freshName('grant');
      server.failAppends(...Array<'not-ready'>(50).fill('not-ready'));
      const patient = newStore(server.url, { ...IMPATIENT, patienceMs: 60_000 });
      const append = patient.append(stream, someEvents(stream, 1), NO_STREAM);
      const outcome = expect(append).rejects.toThrow(StoreUnavailable);
      await new Promise((resolve) => setTimeout(resolve, 50));
      await patient.close();
      await outcome;
    });
  });

  describe('reading', () => {
    it.each(READ_FAULTS)('answers whole pages after: %s', async (fault) => {
      const stream = freshName('grant');
      const before = await store.head();
      await store.append(stream, someEvents(stream, 20), NO_STREAM);
      server.failReads(fault, fault);
      expect(await store.readStream(stream, 0, 100)).toHaveLength(20);
      server.failReads(fault);
      expect(await readEverything(store, before, 7)).toHaveLength(20);
    });

    it('says StoreUnavailable at once for a position that is none of the store’s', async () => {
      const stream = freshName('grant');
      await store.append(stream, someEvents(stream, 3), NO_STREAM);
      await expect(store.readAll((await store.head()) - 1, 10)).rejects.toThrow(StoreUnavailable);
      expect(store.circuit).toBe('closed');
    });
  });

  describe('when the server is away', () => {
    it('starts without it, says StoreUnavailable, and works as soon as it is there', async () => {
      await server.stop();
      const early = newStore();
      await expect(early.head()).rejects.toThrow(StoreUnavailable);
      let woken = 0;
      const subscription = await early.subscribe(() => woken++);
      await server.start();
      await eventually(() => woken > 0);
      const stream = freshName('grant');
      await expect(early.append(stream, someEvents(stream, 1), NO_STREAM)).resolves.toMatchObject({ revision: 0 });
      await subscription.close();
    });

    it('loses and doubles nothing when connections are cut in the middle of appends', async () => {
      const stream = freshName('grant');
      let over = false;
      const cutting = (async () => {
        for (let cut = 0; cut < 5; cut++) {
          await new Promise((resolve) => setTimeout(resolve, 60));
          await server.stop();
          await server.start();
        }
        over = true;
      })();
      let revision = NO_STREAM;
      while (!over) await insist(stream, someEvents(`${stream}.${revision}`, 1), revision++);
      await cutting;
      expect(await store.readStream(stream, 0, 5_000)).toHaveLength(revision + 1);
    });

    it('opens the circuit: answers at once while there is nobody, and tries again by itself', async () => {
      const quick = newStore(server.url, { ...IMPATIENT, circuit: { failures: 4, openMs: 100 } });
      const stream = freshName('grant');
      await server.stop();
      await expect(quick.append(stream, someEvents(stream, 1), NO_STREAM)).rejects.toThrow(StoreUnavailable);
      expect(quick.circuit).toBe('open');
      const started = performance.now();
      await expect(quick.append(stream, someEvents(stream, 1), NO_STREAM)).rejects.toThrow(StoreUnavailable);
      expect(performance.now() - started).toBeLessThan(IMPATIENT.attemptMs!);
      await server.start();
      await eventually(() => quick.circuit === 'half-open');
      await expect(quick.append(stream, someEvents(stream, 1), NO_STREAM)).resolves.toMatchObject({ revision: 0 });
      expect(quick.circuit).toBe('closed');
    });
  });

  describe('when the leader moves', () => {
    it('follows it, told by the old one', async () => {
      const other = await newServer(server.log);
      const stream = freshName('grant');
      await store.append(stream, someEvents(stream, 1), NO_STREAM);
      server.leader = other;
      await expect(insist(stream, someEvents(`${stream}-b`, 1), 0)).resolves.toMatchObject({ revision: 1 });
      other.leader = server;
      server.leader = undefined;
      await expect(insist(stream, someEvents(`${stream}-c`, 1), 1)).resolves.toMatchObject({ revision: 2 });
      expect(await store.readStream(stream, 0, 10)).toHaveLength(3);
    });

    it('asks the others when the old one is gone or frozen', async () => {
      const other = await newServer(server.log);
      other.leader = server;
      const both = newStore(`esdb://127.0.0.1:${server.port},127.0.0.1:${other.port}?tls=false`);
      const stream = freshName('grant');
      await both.append(stream, someEvents(stream, 1), NO_STREAM);
      server.failAppends(...Array<'never-answers'>(20).fill('never-answers'));
      servers.splice(servers.indexOf(server), 1);
      other.leader = undefined;
      await expect(both.append(stream, someEvents(`${stream}-b`, 1), 0)).resolves.toMatchObject({ revision: 1 });
      await server.stop();
      await expect(both.append(stream, someEvents(`${stream}-c`, 1), 1)).resolves.toMatchObject({ revision: 2 });
    });
  });

  describe('following', () => {
    it('wakes again after the subscription was dropped and after the server came back', async () => {
      let woken = 0;
      const subscription = await store.subscribe(() => woken++);
      await eventually(() => woken > 0);
      for (const fail of [async () => server.dropSubscriptions(), async () => (await server.stop(), server.start())]) {
        const openings = server.confirmed.length;
        await fail();
        await eventually(() => server.confirmed.length > openings);
        const before = woken;
        const stream = freshName('grant');
        await insist(stream, someEvents(stream, 1), NO_STREAM);
        await eventually(() => woken > before);
      }
      await subscription.close();
    });

    it('wakes now and then even when the server says nothing', async () => {
      const nervous = newStore(server.url, { ...IMPATIENT, heartbeatMs: 20 });
      let woken = 0;
      const subscription = await nervous.subscribe(() => woken++);
      await eventually(() => woken > 3);
      await subscription.close();
    });
  });

  describe('when somebody lays hands on the log', () => {
    const written = async (): Promise<string> => {
      const stream = freshName('grant');
      await store.append(stream, someEvents(stream, 5), NO_STREAM);
      return stream;
    };

    it.each([
      ['keeps only some events', (stream: string) => server.log.setMetadata(stream, { $maxCount: 2 })],
      ['cuts its beginning off', (stream: string) => server.log.setMetadata(stream, { $tb: 3 })],
      ['deletes it', (stream: string) => server.log.deleteSoftly(stream)],
      ['deletes it for ever', (stream: string) => server.log.deleteForEver(stream)],
    ])('refuses to show a stream as whole when somebody %s, and says so', async (_, harm) => {
      const stream = await written();
      harm(stream);
      await expect(store.readStream(stream, 0, 10)).rejects.toThrow(StoreUnavailable);
      expect(store.degraded().join()).toContain(stream);
    });

    it.each([
      ['keeps only some events', (stream: string) => server.log.setMetadata(stream, { $maxCount: 2 })],
      ['deletes it for ever', (stream: string) => server.log.deleteForEver(stream)],
    ])('finds it in the log, with its position, when somebody %s', async (_, harm) => {
      const stream = await written();
      const before = await store.head();
      harm(stream);
      const { position } = server.log.records.findLast((record) => record.type.startsWith('$'))!;
      expect(await store.readAll(before, 10)).toEqual([]);
      expect(store.degraded()).toEqual([expect.stringMatching(new RegExp(`${stream} .*at position ${position}$`))]);
    });

    it('does not begin a stream again over one that was deleted', async () => {
      const stream = await written();
      server.log.deleteSoftly(stream);
      await expect(store.append(stream, someEvents(`${stream}-b`, 1), NO_STREAM)).rejects.toThrow(StoreUnavailable);
      expect(store.degraded().join()).toContain(stream);
    });

    it('takes metadata that hides nothing for no harm to the stream', async () => {
      const stream = freshName('grant');
      server.log.setMetadata(stream, { $acl: { $r: '$all' } });
      expect(await store.readStream(stream, 0, 10)).toEqual([]);
    });

    it('refuses to read on where the log has lost its end', async () => {
      await written();
      const position = await store.head();
      server.log.loseAfter(position - 1);
      await expect(newStore().readAll(position, 10)).rejects.toThrow(PositionBeyondHead);
    });

    it('passes on what is not ours for the codec to refuse', async () => {
      const stream = freshName('grant');
      const id = '5f2b6c1e-0000-4000-8000-000000000001';
      const bytes = new Uint8Array([0xff, 0x00]);
      const before = await store.head();
      const contentType = 'application/octet-stream';
      server.log.append(stream, [{ id, type: 'Foreign', contentType, data: bytes, metadata: new Uint8Array() }], -1);
      const [foreign] = await store.readAll(before, 10);
      expect(foreign).toMatchObject({ eventId: id, type: 'Foreign', metadata: '{}' });
      expect(() => JSON.parse(foreign!.data) as unknown).toThrow(SyntaxError);
    });
  });
});
