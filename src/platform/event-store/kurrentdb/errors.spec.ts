import { describe, expect, it } from '@jest/globals';
import { ErrorType } from '@eventstore/db-client';
import { StoreUnavailable } from '../event-store.js';
import { classify, isSilence, NoAnswer } from './errors.js';

const typed = (type: string) => Object.assign(new Error('whatever the text says: not leader'), { type });
const coded = (code: number) => Object.assign(new Error('Server Is Not Ready'), { code });

describe('errors of the client', () => {
  it.each([
    ['conflict', ErrorType.WRONG_EXPECTED_VERSION],
    ['missing', ErrorType.STREAM_NOT_FOUND],
    ['deleted', ErrorType.STREAM_DELETED],
    ['refused', ErrorType.ACCESS_DENIED],
    ['refused', ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED],
    ['unknown', ErrorType.NOT_LEADER],
    ['unknown', ErrorType.UNAVAILABLE],
    ['unknown', ErrorType.DEADLINE_EXCEEDED],
    ['unknown', ErrorType.TIMEOUT],
    ['unknown', ErrorType.CANCELLED],
    ['unknown', ErrorType.UNKNOWN],
  ])('are taken by their type: %s for %s', (failure, type) => {
    expect(classify(typed(type))).toBe(failure);
  });

  it.each([
    ['refused', 3],
    ['refused', 7],
    ['refused', 12],
    ['refused', 16],
    ['unknown', 14],
    ['unknown', 13],
    ['unknown', 2],
  ])('are taken by their code where they have no type: %s for %i', (failure, code) => {
    expect(classify(coded(code))).toBe(failure);
  });

  it('are an unknown outcome where nothing is known about them', () => {
    for (const odd of [new Error('Failed to discover after 10 attempts.'), 'text', undefined, null, 7])
      expect(classify(odd)).toBe('unknown');
  });

  it('are final where they are our own verdict', () => {
    expect(classify(new StoreUnavailable('closed'))).toBe('refused');
  });

  it('mean silence only where nothing was heard', () => {
    expect([new NoAnswer(5), typed(ErrorType.DEADLINE_EXCEEDED)].map(isSilence)).toEqual([true, true]);
    expect([coded(14), typed(ErrorType.UNAVAILABLE), undefined].map(isSilence)).toEqual([false, false, false]);
  });
});
