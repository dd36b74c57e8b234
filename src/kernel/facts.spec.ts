import { assertKnown, assertNotBefore, assertOpen } from './facts.js';
import type { Rejected } from './rejection.js';

const thrownBy = (attempt: () => void): unknown => {
  try {
    attempt();
  } catch (error) {
    const { code, details } = error as Rejected;
    return { code, details };
  }
  return 'nothing';
};

describe('a frozen period takes no new facts', () => {
  it.each([
    ['2026-06-29', '2026-06-30'],
    ['2026-06-30', '2026-06-30'],
  ])('%s, closed through %s', (occurredOn, closedThrough) => {
    expect(thrownBy(() => assertOpen(occurredOn, { closedThrough }))).toEqual({
      code: 'period-closed',
      details: { facts: { through: '2026-06-30' } },
    });
  });
  it.each([
    ['2026-07-01', '2026-06-30'],
    ['1990-01-01', null],
  ])('%s is open, closed through %s', (occurredOn, closedThrough) => {
    expect(thrownBy(() => assertOpen(occurredOn, { closedThrough }))).toBe('nothing');
  });
});

describe('a step is not dated before what it rests on', () => {
  it('the day before', () => {
    expect(thrownBy(() => assertNotBefore('2026-06-29', '2026-06-30'))).toEqual({
      code: 'date-order',
      details: { facts: { earliest: '2026-06-30' } },
    });
  });
  it.each(['2026-06-30', undefined])('the same day, or on nothing: %s', (earliest) => {
    expect(thrownBy(() => assertNotBefore('2026-06-30', earliest))).toBe('nothing');
  });
});

describe('what a body names must be there', () => {
  it('and is named where it is not', () => {
    const unknown = { subject: 'scheme', pointer: '/schemeId' } as const;
    expect(thrownBy(() => assertKnown({ closedThrough: null, unknown }))).toEqual({
      code: 'scheme-not-found',
      details: { pointer: '/schemeId' },
    });
    expect(thrownBy(() => assertKnown({ closedThrough: null }))).toBe('nothing');
  });
});
