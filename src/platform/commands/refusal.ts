import type { Fact } from '../../kernel/decider.js';
import { shanghaiDate } from '../../kernel/dates.js';
import { Rejected, type RejectionDetails } from '../../kernel/rejection.js';
import type { Clock } from '../clock.js';
import type { RecordedEvent } from '../event-store/codec.js';
import type { Invocation } from './invocation.js';

export const COMMAND_REFUSED = 'CommandRefused';

/** A refusal that stands in the log: the same key will hear it again for ever. */
export class Refused extends Rejected {
  constructor(
    code: Rejected['code'],
    details: RejectionDetails,
    readonly replayed: boolean,
    /** Where it stands in the log, for who reads of it at another replica. */
    readonly position: number,
  ) {
    super(code, details);
  }
}

/** A refusal as a fact of the stream it was decided on; a stream that is not there yet is told its division. */
export function refusalFact(error: Rejected, by: Invocation, clock: Clock, isNew: boolean): Fact {
  const told = by.body['occurredOn'];
  const occurredOn = typeof told === 'string' ? told : shanghaiDate(clock.now().getTime());
  const place = isNew && by.division !== undefined ? { division: by.division } : {};
  const data = { occurredOn, code: error.code, path: by.path, ...error.details, ...place };
  return { type: COMMAND_REFUSED, data } as Fact;
}

/** The refusal a stored event tells of. */
export function refusedBy(event: RecordedEvent): Refused {
  const {
    code,
    path: _,
    occurredOn: __,
    ...details
  } = event.data as unknown as { code: Rejected['code']; path: string; occurredOn: string };
  return new Refused(code, details as RejectionDetails, true, event.position);
}
