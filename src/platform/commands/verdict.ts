import type { Decider, Fact } from '../../kernel/decider.js';
import { isNeverRecorded, notFound, Rejected } from '../../kernel/rejection.js';
import type { Invocation } from './invocation.js';

export type AnyDecider = Decider<unknown, unknown, Fact>;

/** Outside the caller's division a thing does not exist; a clash of ids with one is told without recording it there. */
export const outside = (decider: AnyDecider, by: Invocation): Rejected =>
  by.creates ? new Rejected('already-exists', { unrecorded: true }) : notFound(decider.subject);

/** The id is taken; but what the body names and does not exist is told first. */
export function clash(decider: AnyDecider, command: unknown, by: Invocation): Rejected {
  try {
    decider.decide(decider.initial(), command, by.granted?.rules ?? []);
  } catch (error) {
    if (error instanceof Rejected && isNeverRecorded(error) && error.code !== 'needs-second-person') return error;
  }
  return new Rejected('already-exists');
}

/** A warning whose every rule the caller has named, with a reason, goes to a second person instead of being refused. */
export const asksSecondPerson = (error: unknown, by: Invocation): error is Rejected =>
  error instanceof Rejected &&
  (error.code === 'needs-second-person' ||
    (error.code === 'needs-override' &&
      by.override !== undefined &&
      (error.details.rules ?? []).every((rule) => by.override!.rules.includes(rule))));

export const waitingFor = ({ details }: Rejected, division: string | undefined): Rejected =>
  new Rejected('needs-second-person', division === undefined ? details : { ...details, division });

export const policyOf = ({
  details: { policyId, rule, rules },
}: Rejected): { policyId?: string; rules?: readonly string[] } => ({
  ...(policyId === undefined ? {} : { policyId }),
  ...(rules ? { rules } : rule === undefined ? {} : { rules: [rule] }),
});
