import { Injectable } from '@nestjs/common';
import type { Decider, Fact } from '../../kernel/decider.js';
import { Rejected } from '../../kernel/rejection.js';
import { DeciderRunner, type Outcome, WaitingForSecondPerson } from './decider-runner.js';
import type { Invocation } from './invocation.js';

/** What a command is answered with; the edge adds nothing to the body. */
export type Answer = {
  readonly status: 200 | 201 | 202 | 207;
  readonly body: object;
  readonly location?: string;
  readonly revision?: number;
  readonly position?: number;
  readonly replayed?: boolean;
  readonly dryRun?: boolean;
};

/** What a command made, told from its events alone, so that a replay says the same for ever. */
export type Made = { readonly body?: object; readonly location?: string };
type Tell = (events: readonly Fact[]) => Made;

/** Where commands go that wait for a second person. */
export abstract class SecondPerson {
  /** Records the request and answers the approval's id; the same request again answers the same. */
  abstract ask(by: Invocation, rules: readonly string[]): Promise<{ approvalId: string; outcome: Outcome }>;
}

/** Takes a command to its stream and turns what came of it into an answer. */
@Injectable()
export class CommandDesk {
  constructor(
    private readonly runner: DeciderRunner,
    private readonly secondPerson: SecondPerson,
  ) {}

  /**
   * `tell` says what was made. `cross` finishes a command whose money crosses to another stream: it answers the position
   * of the last leg, or undefined while the other side is not recorded yet.
   */
  async record<State, Command, Event extends Fact>(
    decider: Decider<State, Command, Event>,
    id: string,
    command: Command,
    by: Invocation,
    tell: Tell = () => ({}),
    cross?: (outcome: Outcome) => Promise<Outcome | undefined>,
  ): Promise<Answer> {
    try {
      if (by.dryRun) return await this.rehearse(decider, id, command, by, tell);
      const outcome = await this.runner.run(decider, id, command, by);
      if (!cross || this.runner.isAtomic) return recorded(outcome, [outcome], tell);
      const other = await cross(outcome);
      if (!other) return { status: 202, body: { state: 'in-transit' }, revision: outcome.revision };
      return recorded(outcome, [outcome, other], tell);
    } catch (error) {
      // Of several commands together none waits alone: whoever joined them asks for all.
      if (this.runner.isAtomic) throw error;
      return this.waits(error, by);
    }
  }

  /** The answer to a command that waits for a second person; any other error is thrown on. */
  async waits(error: unknown, by: Invocation): Promise<Answer> {
    if (error instanceof WaitingForSecondPerson) return waiting(error.approvalId, true);
    if (!(error instanceof Rejected) || error.code !== 'needs-second-person') throw error;
    if (by.dryRun) return rehearsed([], { needsApproval: true, rules: error.details.rules ?? [] });
    const { rules = [], division = by.division } = error.details;
    const asked = { ...by, ...(division === undefined ? {} : { division }) };
    const { approvalId, outcome } = await this.secondPerson.ask(asked, rules);
    return { ...waiting(approvalId, outcome.replayed), position: outcome.position };
  }

  private async rehearse<State, Command, Event extends Fact>(
    decider: Decider<State, Command, Event>,
    id: string,
    command: Command,
    by: Invocation,
    tell: Tell,
  ): Promise<Answer> {
    const { stream, events } = await this.runner.rehearse(decider, id, command, by);
    return rehearsed(
      events.map(({ type, data }) => ({ stream, type, data })),
      tell(events).body ?? {},
    );
  }
}

const rehearsed = (events: readonly object[], more: object): Answer => ({
  status: 200,
  body: { events, ...more },
  dryRun: true,
});

const waiting = (approvalId: string, replayed: boolean): Answer => ({
  status: 202,
  body: { approvalId },
  location: `/v1/approvals/${approvalId}`,
  replayed,
});

function recorded(own: Outcome, legs: readonly Outcome[], tell: Tell): Answer {
  const eventIds = legs.flatMap(({ events }) => events.map(({ eventId }) => eventId));
  const position = Math.max(...legs.map((leg) => leg.position));
  const made = tell(own.events);
  return {
    status: 201,
    body: { eventIds, revision: own.revision, position, ...made.body },
    location: made.location ?? `/v1/events/${eventIds[0]}`,
    revision: own.revision,
    position,
    replayed: own.replayed,
  };
}
