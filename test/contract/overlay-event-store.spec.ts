import {
  NO_STREAM,
  PositionBeyondHead,
  RevisionConflict,
  StoreUnavailable,
} from '../../src/platform/event-store/event-store.js';
import { OverlayEventStore } from '../../src/platform/event-store/overlay/overlay-event-store.js';
import { SqliteEventStore } from '../../src/platform/event-store/sqlite/sqlite-event-store.js';
import { someEvents } from '../support/stored-events.js';

describe('an overlay', () => {
  it('shows the other log up to its base, adds in memory, and leaves the other as it was', async () => {
    const below = new SqliteEventStore(':memory:');
    const events = someEvents('scheme-a', 6);
    const { position: base } = await below.append('scheme-a', events.slice(0, 2), NO_STREAM);
    const overlay = new OverlayEventStore(below, base);
    // What comes to the other log afterwards is not part of this one.
    await below.append('scheme-a', events.slice(2, 3), 1);
    await below.append('scheme-b', someEvents('scheme-b', 1), NO_STREAM);
    const added = await overlay.append('scheme-a', events.slice(3, 5), 1);
    expect(added).toEqual({ revision: 3, position: base + 2 });
    expect((await overlay.readStream('scheme-a', 0, 10)).map(({ eventId }) => eventId)).toEqual(
      [0, 1, 3, 4].map((index) => events[index]!.eventId),
    );
    expect((await overlay.readStream('scheme-a', 1, 2)).map(({ revision }) => revision)).toEqual([1, 2]);
    expect((await overlay.readAll(0, 10)).map(({ position }) => position)).toEqual([1, 2, base + 1, base + 2]);
    expect((await overlay.readAll(base, 1)).map(({ position }) => position)).toEqual([base + 1]);
    expect(await overlay.readStream('scheme-b', 0, 10)).toEqual([]);
    expect(await below.head()).toBe(4);
    expect(await overlay.head()).toBe(base + 2);
    await below.close();
  });

  it('keeps exact revisions, repeats what it has, and lets one of two writers win', async () => {
    const below = new SqliteEventStore(':memory:');
    const events = someEvents('scheme-a', 8);
    const { position: base } = await below.append('scheme-a', events.slice(0, 2), NO_STREAM);
    await below.append('scheme-a', events.slice(2, 3), 1);
    const overlay = new OverlayEventStore(below, base);
    await expect(overlay.append('scheme-a', events.slice(3, 4), 0)).rejects.toThrow(RevisionConflict);
    await expect(overlay.append('scheme-a', events.slice(3, 4), 2)).rejects.toThrow(RevisionConflict);
    await expect(overlay.append('scheme-a', events.slice(3, 4), NO_STREAM)).rejects.toThrow(RevisionConflict);
    expect(await overlay.append('scheme-a', events.slice(0, 2), NO_STREAM)).toEqual({ revision: 1, position: base });
    const race = await Promise.allSettled([
      overlay.append('scheme-a', events.slice(3, 5), 1),
      overlay.append('scheme-a', events.slice(5, 7), 1),
    ]);
    expect(race.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await expect(overlay.append('scheme-a', [{ ...events[7]!, eventId: 'x' }], 3)).rejects.toThrow(TypeError);
    await expect(overlay.readAll(base + 3, 1)).rejects.toThrow(PositionBeyondHead);
    await overlay.close();
    await expect(overlay.head()).rejects.toThrow(StoreUnavailable);
    await below.close();
  });

  it('wakes who follows it, and a listener that throws harms nobody', async () => {
    const below = new SqliteEventStore(':memory:');
    const overlay = new OverlayEventStore(below, 0);
    let woken = 0;
    await overlay.subscribe(() => {
      throw new Error('a listener of ours fails');
    });
    const subscription = await overlay.subscribe(() => woken++);
    await overlay.append('scheme-a', someEvents('scheme-a', 1), NO_STREAM);
    await subscription.close();
    await overlay.append('scheme-b', someEvents('scheme-b', 1), NO_STREAM);
    expect(woken).toBe(1);
    await below.close();
  });
});
