import type { BusinessDate } from './dates.js';
import type { Subject } from './rejection.js';

/** Every fact says on which business day it happened. */
export type Fact = {
  readonly type: string;
  readonly data: { readonly occurredOn: BusinessDate; readonly override?: Override };
};

/** A warning set aside: which rules, why, who asked and which second person agreed. Written into the fact. */
export type Override = {
  readonly rules: readonly string[];
  readonly reason: string;
  readonly requestedBy: string;
  readonly grantedBy: string;
  readonly approvalId: string;
};

/** What a decision gives: the facts, and the rules they were tried against. No facts: nothing new to say. */
export type Decision<Event> = {
  readonly events: readonly Event[];
  readonly policyId?: string;
  readonly rules?: readonly string[];
  /** By rule, the words that let it pass where they are not the rule's own: a pack changed one cell of it. */
  readonly quotations?: Readonly<Record<string, { clause: string; clauseText: string; source: string }>>;
};

/**
 * A decider is the whole rule book of one stream: pure, synchronous, no clock, no I/O. What it must know of other
 * streams comes inside the command, read by the handler. `decide` never changes the state; `evolve` owns it and may, so
 * that a stream of a hundred thousand events folds in linear time.
 */
export type Decider<State, Command, Event extends Fact> = {
  readonly category: string;
  /** The noun of `<subject>-not-found`. */
  readonly subject: Subject;
  readonly initial: () => State;
  /** Throws Rejected. `granted` are the rules a second person has allowed to be set aside for this very command. */
  readonly decide: (state: State, command: Command, granted: readonly string[]) => Decision<Event>;
  readonly evolve: (state: State, event: Event) => State;
  /** Division of the stream, once it exists: who is outside it is told there is nothing here. */
  readonly divisionOf: (state: State) => string | undefined;
  /** Every event type of the stream: the version it is written in, how older ones are read, and what it says. */
  readonly events: { readonly [Type in Event['type']]: EventSchema };
};

export type EventSchema = {
  readonly version: number;
  /** `upcasters[n]` turns data of version n + 1 into version n + 2. */
  readonly upcasters?: readonly ((data: object) => object)[];
  /** One sentence of what the bureau would say happened, for the generated catalogue. */
  readonly says: string;
};

/** What `granted` holds for commands that always wait for a second person, whatever the rules say. */
export const SECOND_PERSON = 'second-person';
