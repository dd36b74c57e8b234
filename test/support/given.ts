import type { Decider, Fact } from '../../src/kernel/decider.js';
import { Rejected, type RejectionCode } from '../../src/kernel/rejection.js';

/** Given past facts, when a command arrives, then exactly these facts follow, or this refusal. */
export const specification =
  <State, Command, Event extends Fact>(decider: Decider<State, Command, Event>) =>
  (...given: readonly Event[]) => ({
    when: (command: Command, granted: readonly string[] = []) => {
      const decide = () => decider.decide(given.reduce(decider.evolve, decider.initial()), command, granted);
      return {
        then: (...expected: readonly Event[]) => expect(decide().events).toEqual(expected),
        thenTypes: (...types: readonly string[]) => expect(decide().events.map(({ type }) => type)).toEqual(types),
        thenNothing: () => expect(decide().events).toEqual([]),
        thenRejected: (code: RejectionCode, rule?: string) => {
          expect(decide).toThrow(Rejected);
          expect(decide).toThrow(
            expect.objectContaining(
              rule === undefined ? { code } : { code, details: expect.objectContaining({ rule }) },
            ) as Error,
          );
        },
      };
    },
  });
