import { approvalDecider } from './approval/approval.decider.js';
import { treeHeadsDecider } from './audit/tree-heads.decider.js';
import { bondDecider } from './bond/bond.decider.js';
import { compoundDecider } from './compound/compound.decider.js';
import { grantDecider } from './grant/grant.decider.js';
import type { EventSchema } from './kernel/decider.js';
import { maintenanceFundDecider } from './maintenance-fund/maintenance-fund.decider.js';
import { periodDecider } from './period/period.decider.js';
import { accessFacts } from './platform/access/access-log.js';
import { COMMAND_REFUSED } from './platform/commands/refusal.js';
import { EventCatalogue } from './platform/event-store/codec.js';
import { schemeDecider } from './scheme/scheme.decider.js';

const REFUSAL: EventSchema = {
  version: 1,
  says: 'A rule or the state of things refused a command; its key hears that for ever.',
};

/** What may stand on every kind of stream of the service, in the order of the documents. */
export const STREAMS = [
  compoundDecider,
  schemeDecider,
  grantDecider,
  bondDecider,
  maintenanceFundDecider,
  periodDecider,
  approvalDecider,
  treeHeadsDecider,
  accessFacts,
] as const;

/** Every event type there is. */
export const eventCatalogue = (): EventCatalogue =>
  new EventCatalogue(
    new Map<string, EventSchema>([
      ...STREAMS.flatMap(({ events }) => Object.entries(events as Record<string, EventSchema>)),
      [COMMAND_REFUSED, REFUSAL],
    ]),
  );
