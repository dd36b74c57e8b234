import { echoed, isWithin } from './projection.js';

describe('the moment a reader asks about', () => {
  const at = (asOf: string | null, position: number) => ({ asOf, recordedAt: null, position });
  const event = { position: 7, data: { occurredOn: '2026-06-30' } };

  it.each([
    [at(null, 7), true],
    [at(null, 8), true],
    [at(null, 6), false],
    [at('2026-06-30', 7), true],
    [at('2026-07-01', 7), true],
    [at('2026-06-29', 7), false],
    [at('2026-06-29', 6), false],
    [at('2026-07-01', 6), false],
  ])('%j holds an event of 30 June at position 7: %s', (moment, holds) => expect(isWithin(moment, event)).toBe(holds));

  it('is repeated with its three fields and nothing else', () => {
    const moment = { position: 7, asOf: '2026-06-30', recordedAt: '2026-07-01T08:00:00+08:00' };
    expect(echoed({ ...moment, other: 1 } as never)).toEqual(moment);
  });
});
