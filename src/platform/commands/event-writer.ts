import type { Decision, Fact } from '../../kernel/decider.js';
import { canonicalJson } from '../../kernel/canonical-json.js';
import { deterministicId } from '../../kernel/ids.js';
import type { Clock } from '../clock.js';
import { chained, type Unhashed } from '../event-store/chain.js';
import type { EventCatalogue, RecordedEvent } from '../event-store/codec.js';
import type { EncodedEvent, EventMetadata } from '../event-store/event-store.js';
import type { Invocation } from './invocation.js';
import { COMMAND_REFUSED } from './refusal.js';

/** Where a stream stands. */
type Written = { readonly revision: number; readonly hash: string | null };

/** Turns decided facts into events: ids, metadata, and the hash chain of their stream. */
export class EventWriter {
  constructor(
    private readonly catalogue: EventCatalogue,
    private readonly clock: Clock,
  ) {}

  /** The facts of a decision as they will be stored, each linked to the one before it; `from` of the command's own are there. */
  write(stream: string, after: Written, decision: Decision<Fact>, by: Invocation, from: number) {
    const encoded: EncodedEvent[] = [];
    const recorded: RecordedEvent[] = [];
    let hash = after.hash;
    decision.events.forEach((fact, index) => {
      const event = this.dress(stream, fact, from + index, decision, by);
      const revision = after.revision + 1 + index;
      const link = chained(stream, revision, event, hash);
      const metadata = { ...event.metadata, previousHash: hash, hash: link.hash } as EventMetadata;
      hash = link.hash;
      encoded.push({ eventId: link.eventId, type: link.type, data: link.data, metadata: link.metadata });
      // What is evolved and answered is what a reader will find, not the objects a caller handed in.
      recorded.push({ ...event, data: JSON.parse(link.data), stream, revision, position: 0, metadata });
    });
    return { encoded, recorded };
  }

  private dress(stream: string, fact: Fact, index: number, decision: Decision<Fact>, by: Invocation): Unhashed {
    const { subject, role, division } = by.caller;
    const recordedAt = this.clock.now().toISOString();
    const data = by.granted && fact.type !== COMMAND_REFUSED ? { ...fact.data, override: by.granted } : fact.data;
    return {
      // An id stands for one text: two replicas that decide the same command must not share ids, or a store that
      // compares ids alone would tell both that theirs is the event it keeps.
      eventId: deterministicId('event', by.commandId, stream, String(index), recordedAt, canonicalJson(data)),
      type: fact.type,
      data,
      metadata: {
        commandId: by.commandId,
        fingerprint: by.fingerprint,
        actor: { subject, role, division },
        recordedAt,
        correlationId: by.correlationId ?? by.commandId,
        causationId: by.causationId ?? by.commandId,
        schemaVersion: fact.type === COMMAND_REFUSED ? 1 : this.catalogue.version(fact.type),
        ...(decision.policyId === undefined ? {} : { policyId: decision.policyId }),
        ...(decision.rules === undefined ? {} : { rules: decision.rules }),
        ...(decision.quotations === undefined ? {} : { quotations: decision.quotations }),
      },
    };
  }
}
