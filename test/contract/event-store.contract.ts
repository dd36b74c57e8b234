import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type EventStore,
  NO_STREAM,
  PositionBeyondHead,
  RevisionConflict,
  StoreUnavailable,
} from '../../src/platform/event-store/event-store.js';
import { event, eventually, freshName, readEverything, someEvents } from '../support/stored-events.js';

/** One log under test. It outlives the handles that are opened on it. */
export type Log = {
  open(): EventStore | Promise<EventStore>;
  dispose(): Promise<void>;
};

/** Few in the daily run; `EVENT_STORE_RACES=10000` for the proof. */
const RACES = Number(process.env['EVENT_STORE_RACES'] ?? 50);

/** What every adapter of the port promises. There are no promises beside it: the rest of the program knows no adapter. */
export function eventStoreContract(title: string, createLog: () => Promise<Log>): void {
  describe(title, () => {
    let log: Log;
    let store: EventStore;
    const opened: EventStore[] = [];

    const open = async (): Promise<EventStore> => {
      const handle = await log.open();
      opened.push(handle);
      return handle;
    };
    /** Another process where the store has room for one, else another caller of this one. */
    const elsewhere = async (): Promise<EventStore> => (store.shared ? open() : store);

    beforeAll(async () => {
      log = await createLog();
    });
    beforeEach(async () => {
      store = await open();
    });
    afterEach(async () => {
      for (const handle of opened.splice(0)) await handle.close();
    });
    afterAll(() => log.dispose());

    describe('append', () => {
      it('numbers a new stream from 0 and answers the revision and position of the last event', async () => {
        const stream = freshName('scheme');
        const appended = await store.append(stream, someEvents(stream, 3), NO_STREAM);
        const stored = await store.readStream(stream, 0, 10);
        expect(appended.revision).toBe(2);
        expect(stored.map(({ revision }) => revision)).toEqual([0, 1, 2]);
        expect(stored.at(-1)!.position).toBe(appended.position);
      });

      it('goes on at exactly the revision that was read', async () => {
        const stream = freshName('scheme');
        const [first, second] = someEvents(stream, 2);
        await store.append(stream, [first!], NO_STREAM);
        await expect(store.append(stream, [second!], 0)).resolves.toMatchObject({ revision: 1 });
      });

      it('refuses any other revision and stores nothing', async () => {
        const stream = freshName('scheme');
        const [first, second] = someEvents(stream, 2);
        await store.append(stream, [first!], NO_STREAM);
        for (const wrong of [NO_STREAM, 1, 7])
          await expect(store.append(stream, [second!], wrong)).rejects.toThrow(RevisionConflict);
        await expect(store.append(freshName('scheme'), [second!], 0)).rejects.toThrow(RevisionConflict);
        expect(await store.readStream(stream, 0, 10)).toHaveLength(1);
      });

      it('says in the conflict which stream and which revision', async () => {
        const stream = freshName('scheme');
        await store.append(stream, someEvents(stream, 1), NO_STREAM);
        await expect(store.append(stream, someEvents(`${stream}-b`, 1), 4)).rejects.toMatchObject({
          stream,
          expectedRevision: 4,
        });
      });

      it('stores all events of one append or none', async () => {
        const stream = freshName('scheme');
        const good = someEvents(stream, 2);
        const bad = { ...good[1]!, eventId: 'not-a-uuid' };
        await expect(store.append(stream, [good[0]!, bad], NO_STREAM)).rejects.toThrow(TypeError);
        expect(await store.readStream(stream, 0, 10)).toEqual([]);
        await store.append(stream, good, NO_STREAM);
        await expect(store.append(stream, someEvents(`${stream}-b`, 5), 0)).rejects.toThrow(RevisionConflict);
        expect(await store.readStream(stream, 0, 10)).toHaveLength(2);
      });

      it('refuses an append of nothing', async () => {
        await expect(store.append(freshName('scheme'), [], NO_STREAM)).rejects.toThrow(RangeError);
      });

      it('refuses what some store could not keep: a bad type, a bad revision, a name of the store’s own', async () => {
        const stream = freshName('scheme');
        const [good] = someEvents(stream, 1);
        await expect(store.append(stream, [{ ...good!, type: '' }], NO_STREAM)).rejects.toThrow(TypeError);
        await expect(store.append(stream, [good!], -2)).rejects.toThrow(RangeError);
        await expect(store.append(stream, [good!], 0.5)).rejects.toThrow(RangeError);
        await expect(store.append('$settings', [good!], NO_STREAM)).rejects.toThrow(TypeError);
        await expect(store.append('', [good!], NO_STREAM)).rejects.toThrow(TypeError);
      });

      it('takes 1,000 events in one append', async () => {
        const stream = freshName('maintenance-fund');
        const appended = await store.append(stream, someEvents(stream, 1_000), NO_STREAM);
        expect(appended.revision).toBe(999);
        expect(await store.readStream(stream, 0, 2_000)).toHaveLength(1_000);
      }, 20_000);
    });

    describe('the same append again', () => {
      it('answers as the first time and stores nothing', async () => {
        const stream = freshName('grant');
        const events = someEvents(stream, 3);
        const first = await store.append(stream, events, NO_STREAM);
        expect(await store.append(stream, events, NO_STREAM)).toEqual(first);
        expect(await store.readStream(stream, 0, 10)).toHaveLength(3);
      });

      it('answers as the first time after others went on and after the store was opened anew', async () => {
        const stream = freshName('grant');
        const events = someEvents(stream, 2);
        const first = await store.append(stream, events, NO_STREAM);
        await store.append(stream, someEvents(`${stream}-b`, 4), 1);
        await store.close();
        const reopened = await open();
        expect(await reopened.append(stream, events, NO_STREAM)).toEqual(first);
        expect(await reopened.readStream(stream, 0, 10)).toHaveLength(6);
      });

      it('is a conflict at a later revision, and at its own when it is not all there', async () => {
        const stream = freshName('grant');
        const events = someEvents(stream, 3);
        await store.append(stream, events.slice(0, 2), NO_STREAM);
        await store.append(stream, someEvents(`${stream}-b`, 1), 1);
        await expect(store.append(stream, events.slice(0, 2), 1)).rejects.toThrow(RevisionConflict);
        await expect(store.append(stream, events, NO_STREAM)).rejects.toThrow(RevisionConflict);
        expect(await store.readStream(stream, 0, 10)).toHaveLength(3);
      });

      it('is one append when both arrive together', async () => {
        const stream = freshName('grant');
        const events = someEvents(stream, 2);
        const other = await elsewhere();
        const answers = await Promise.all([
          store.append(stream, events, NO_STREAM),
          other.append(stream, events, NO_STREAM),
        ]);
        expect(answers[0]).toEqual(answers[1]);
        expect(await store.readStream(stream, 0, 10)).toHaveLength(2);
      });
    });

    it(
      `lets exactly one of two writers win at one revision, ${RACES} times`,
      async () => {
        const stream = freshName('bond');
        const other = await elsewhere();
        for (let round = 0; round < RACES; round++) {
          const attempts = await Promise.allSettled([
            store.append(stream, [event('InterestPaid', { round, by: 'a' })], round - 1),
            other.append(stream, [event('InterestPaid', { round, by: 'b' })], round - 1),
          ]);
          const losers = attempts.filter((attempt) => attempt.status === 'rejected');
          expect(losers).toHaveLength(1);
          expect(losers[0]!.reason).toBeInstanceOf(RevisionConflict);
        }
        expect((await store.readStream(stream, 0, RACES + 1)).map(({ revision }) => revision)).toEqual([
          ...Array(RACES).keys(),
        ]);
      },
      10_000 + RACES * 50,
    );

    describe('what comes back', () => {
      it('is what went in, byte for byte, in Chinese as in English', async () => {
        const stream = freshName('compound');
        const before = await store.head();
        const events = [
          event('CompoundRegistered', { name: '太行小区一期', note: '“引号”、换行\n、制表\t与 emoji 🏚️→🏡' }),
          event('CompoundCorrected', {
            ' ': 'line separators',
            empty: '',
            nested: { list: [1, -2, 0.5, null, true, {}] },
          }),
          event('HouseholdsRegistered', { '10': 'ten', '9': 'nine', a: 1, B: 2, é: 3, ä: 4 }),
          event('HouseholdsCorrected', {
            big: 9007199254740991,
            small: 1e-7,
            huge: 1e21,
            control: '\u0000\u001f\u007f',
          }),
          event('PledgeMade', JSON.parse('{"__proto__":{"polluted":true},"constructor":"x"}') as object),
          event('NoteMade', {}),
        ];
        await store.append(stream, events, NO_STREAM);
        const stored = await store.readStream(stream, 0, 10);
        expect(stored).toEqual(
          events.map((one, revision) => ({ ...one, stream, revision, position: stored[revision]!.position })),
        );
        const fromAll = await readEverything(store, before);
        expect(fromAll).toEqual(stored);
      });

      it.each([
        ['Chinese', '小区-长治市'],
        ['spaces', 'a b c'],
        ['punctuation', 'x\'y"z;--%_*?[]{}/\\:@!~'],
        ['a dollar that is not first', 'price-$5'],
        ['other scripts', 'Ünïcödé-🏡'],
        ['200 characters', 'n'.repeat(170)],
      ])('keeps apart streams whose names have %s', async (_, name) => {
        const stream = `${name}-${freshName('s')}`;
        const [first] = someEvents(stream, 1);
        await store.append(stream, [first!], NO_STREAM);
        await store.append(`${stream}x`, someEvents(`${stream}x`, 2), NO_STREAM);
        const [stored, ...more] = await store.readStream(stream, 0, 10);
        expect(more).toEqual([]);
        expect(stored).toMatchObject({ ...first, stream, revision: 0 });
      });
    });

    describe('reading one stream', () => {
      it('starts at a revision and stops at the limit', async () => {
        const stream = freshName('scheme');
        await store.append(stream, someEvents(stream, 10), NO_STREAM);
        const page = await store.readStream(stream, 3, 4);
        expect(page.map(({ revision }) => revision)).toEqual([3, 4, 5, 6]);
        expect((await store.readStream(stream, 7, 4)).map(({ revision }) => revision)).toEqual([7, 8, 9]);
        expect(await store.readStream(stream, 10, 4)).toEqual([]);
      });

      it('finds nothing in a stream nobody wrote to', async () => {
        const stream = freshName('scheme');
        expect(await store.readStream(stream, 0, 10)).toEqual([]);
        await expect(store.append(stream, someEvents(stream, 1), 5)).rejects.toThrow(RevisionConflict);
        expect(await store.readStream(stream, 0, 10)).toEqual([]);
      });

      it('shows at once what another writer was answered for', async () => {
        const other = await elsewhere();
        for (let round = 0; round < 20; round++) {
          const stream = freshName('scheme');
          await other.append(stream, someEvents(stream, 1), NO_STREAM);
          expect(await store.readStream(stream, 0, 10)).toHaveLength(1);
        }
      });
    });

    describe('reading all streams', () => {
      it('gives every event after a position once, in order, in pages of any size', async () => {
        const before = await store.head();
        const streams = [freshName('a'), freshName('b'), freshName('c')];
        for (let round = 0; round < 7; round++)
          await Promise.all(streams.map((name) => store.append(name, someEvents(`${name}${round}`, 2), round * 2 - 1)));
        const inOne = await readEverything(store, before, 500);
        expect(inOne).toHaveLength(42);
        for (const page of [1, 2, 5, 41, 42, 43]) expect(await readEverything(store, before, page)).toEqual(inOne);
        for (const name of streams)
          expect(inOne.filter(({ stream }) => stream === name).map(({ revision }) => revision)).toEqual([
            ...Array(14).keys(),
          ]);
      });

      it('has positions that strictly grow, the last of them the head', async () => {
        const before = await store.head();
        const stream = freshName('grant');
        const first = await store.append(stream, someEvents(stream, 3), NO_STREAM);
        const second = await store.append(stream, someEvents(`${stream}-b`, 2), 2);
        const positions = (await readEverything(store, before)).map(({ position }) => position);
        expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
        expect(positions).toHaveLength(5);
        expect(positions.every((position) => Number.isSafeInteger(position) && position > before)).toBe(true);
        expect([positions[2], positions[4]]).toEqual([first.position, second.position]);
        expect(await store.head()).toBe(second.position);
      });

      it('begins with the first event, ends at the head and shows nothing that is the store’s own', async () => {
        const stream = freshName('grant');
        const before = await store.head();
        const { position } = await store.append(stream, someEvents(stream, 1), NO_STREAM);
        expect(await store.readAll(position, 10)).toEqual([]);
        // The beginning and the end: a server may keep a long log of earlier runs.
        const seen = [...(await store.readAll(0, 500)), ...(await readEverything(store, before))];
        expect(seen.filter((one) => one.stream.startsWith('$') || one.type.startsWith('$'))).toEqual([]);
        expect(seen[0]).toMatchObject({ revision: 0 });
        expect(seen.at(-1)).toMatchObject({ stream, position });
      });

      it('refuses a position beyond the head instead of waiting there for ever', async () => {
        const stream = freshName('grant');
        await store.append(stream, someEvents(stream, 1), NO_STREAM);
        const head = await store.head();
        await expect(store.readAll(head + 1_000_000, 10)).rejects.toThrow(PositionBeyondHead);
      });
    });

    describe('following', () => {
      it('wakes after appends of others', async () => {
        const other = await elsewhere();
        const stream = freshName('period');
        let after = await store.head();
        let seen = 0;
        let woken = 0;
        const subscription = await store.subscribe(() => woken++);
        for (let round = 0; round < 3; round++) {
          const before = woken;
          await other.append(stream, someEvents(`${stream}${round}`, 2), round * 2 - 1);
          await eventually(() => woken > before);
          await eventually(async () => {
            const page = await store.readAll(after, 100);
            seen += page.length;
            after = page.at(-1)?.position ?? after;
            return seen === (round + 1) * 2;
          });
        }
        await subscription.close();
      });

      it('wakes nobody after it was closed', async () => {
        const stream = freshName('period');
        let woken = 0;
        const subscription = await store.subscribe(() => woken++);
        await subscription.close();
        const before = woken;
        await store.append(stream, someEvents(stream, 1), NO_STREAM);
        await new Promise((resolve) => setTimeout(resolve, 100));
        expect(woken).toBe(before);
      });

      it('survives a listener that throws', async () => {
        const stream = freshName('period');
        const subscription = await store.subscribe(() => {
          throw new Error('a listener of ours fails');
        });
        await store.append(stream, someEvents(stream, 1), NO_STREAM);
        await expect(store.append(stream, someEvents(`${stream}-b`, 1), 0)).resolves.toMatchObject({ revision: 1 });
        await subscription.close();
      });
    });

    describe('closing', () => {
      it('answers StoreUnavailable afterwards, and may be repeated', async () => {
        const stream = freshName('scheme');
        const events = someEvents(stream, 1);
        await store.append(stream, events, NO_STREAM);
        await store.close();
        await store.close();
        await expect(store.append(stream, events, NO_STREAM)).rejects.toThrow(StoreUnavailable);
        await expect(store.readStream(stream, 0, 1)).rejects.toThrow(StoreUnavailable);
        await expect(store.readAll(0, 1)).rejects.toThrow(StoreUnavailable);
        await expect(store.head()).rejects.toThrow(StoreUnavailable);
      });

      it('keeps what was answered for', async () => {
        const stream = freshName('scheme');
        const appends = Array.from({ length: 20 }, (_, index) =>
          store.append(`${stream}.${index}`, someEvents(`${stream}.${index}`, 2), NO_STREAM),
        );
        const answers = await Promise.all(appends);
        await store.close();
        const reopened = await open();
        for (const [index, { position }] of answers.entries())
          expect((await reopened.readStream(`${stream}.${index}`, 0, 10)).at(-1)!.position).toBe(position);
        expect(reopened.degraded()).toEqual([]);
      });
    });
  });
}
