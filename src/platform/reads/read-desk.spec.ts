import type { Moment } from '../../kernel/projection.js';
import type { EventCatalogue } from '../event-store/codec.js';
import type { EventStore } from '../event-store/event-store.js';
import type { ProjectionRunner } from '../projections/projection-runner.js';
import { ReadDesk } from './read-desk.js';

const MOMENT: Moment = { asOf: null, recordedAt: null, position: 7 };

describe('an answer made over several turns', () => {
  const waited: number[] = [];
  const projections = { rebuilds: 0, waitFor: async (position: number) => void waited.push(position) };
  const desk = new ReadDesk({} as EventStore, {} as EventCatalogue, projections as unknown as ProjectionRunner);

  it('is made once where nothing was emptied meanwhile', async () => {
    let made = 0;
    expect(await desk.steadily(MOMENT, async () => (made += 1))).toBe(1);
    expect(waited).toEqual([]);
  });

  it('is made again, when all is full again, where a read model was emptied under it', async () => {
    let made = 0;
    const work = async (): Promise<number> => {
      if (made < 2) projections.rebuilds += 1;
      return (made += 1);
    };
    expect(await desk.steadily(MOMENT, work)).toBe(3);
    expect(waited).toEqual([7, 7]);
  });
});
