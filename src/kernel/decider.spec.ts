import { SECOND_PERSON } from './decider.js';

it('a command that always waits for a second person says so where others name their rules', () => {
  expect(SECOND_PERSON).toBe('second-person');
});
