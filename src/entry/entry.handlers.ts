import type { OnModuleInit } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { bondDecider } from '../bond/bond.decider.js';
import { grantDecider } from '../grant/grant.decider.js';
import type { Decider, Fact } from '../kernel/decider.js';
import type { Entry, Noted, ReversedData } from '../kernel/facts.js';
import { deterministicId } from '../kernel/ids.js';
import { Rejected } from '../kernel/rejection.js';
import { maintenanceFundDecider } from '../maintenance-fund/maintenance-fund.decider.js';
import { PeriodBook } from '../period/period-book.js';
import { type Answer, CommandDesk } from '../platform/commands/command-desk.js';
import { DeciderRunner, type Outcome } from '../platform/commands/decider-runner.js';
import { following, type Invocation } from '../platform/commands/invocation.js';
import { ProcessRunner } from '../platform/commands/process-runner.js';
import { Refused } from '../platform/commands/refusal.js';
import type { RecordedEvent } from '../platform/event-store/codec.js';
import { CommandRoutes } from '../platform/http/command-routes.js';
import { itemInvocation } from '../platform/http/server.js';
import { schemeDecider } from '../scheme/scheme.decider.js';
import { EntryFinder, type Found, type Part, type Sender } from './entry-finder.js';
import { routeOf } from './entry-routes.js';

type Reversal = {
  readonly type: 'ReverseEntry';
  readonly data: ReversedData;
  readonly known: { closedThrough: string | null };
  readonly follows?: boolean;
};
type Reversing = Decider<unknown, Reversal, Fact>;

/** Streams whose facts can be reversed. */
const DECIDERS: Readonly<Record<string, Reversing>> = {
  scheme: schemeDecider as unknown as Reversing,
  grant: grantDecider as unknown as Reversing,
  bond: bondDecider as unknown as Reversing,
  maintenanceFund: maintenanceFundDecider as unknown as Reversing,
};
const AT_ONLY = { pointer: '/only', unrecorded: true };
const OTHER_LEG = 'other-leg-reversed';

function deciderOf(stream: string): Reversing {
  const decider = DECIDERS[stream.slice(0, stream.indexOf('-'))];
  if (!decider) throw new Rejected('not-reversible', { unrecorded: true });
  return decider;
}
const idOf = (stream: string): string => stream.slice(stream.indexOf('-') + 1);
const entryOf = ({ eventId, type, data }: RecordedEvent): Entry => ({ eventId, type, data });

export type ReversalAsked = Noted & { readonly reason: string; readonly only?: readonly string[] };

export class ReverseEntry extends Command<Answer> {
  constructor(
    readonly eventId: string,
    readonly asked: ReversalAsked,
    readonly by: Invocation,
  ) {
    super();
  }
}

export class AmendEntry extends Command<Answer> {
  constructor(
    readonly eventId: string,
    readonly asked: ReversalAsked,
    readonly replacement: object,
    readonly by: Invocation,
  ) {
    super();
  }
}

@CommandHandler(ReverseEntry)
export class ReverseEntryHandler implements ICommandHandler<ReverseEntry>, OnModuleInit {
  constructor(
    private readonly finder: EntryFinder,
    private readonly desk: CommandDesk,
    private readonly runner: DeciderRunner,
    private readonly periods: PeriodBook,
    private readonly processes: ProcessRunner,
  ) {}

  onModuleInit(): void {
    this.processes.register({ types: ['EntryReversed'], follow: (event) => this.reverseOtherLeg(event) });
  }

  async execute({ eventId, asked, by }: ReverseEntry): Promise<Answer> {
    const found = await this.finder.find(eventId, by);
    // Only a deposit is many households' money in one fact.
    if (asked.only && found.command[0]!.type !== 'DepositReceived') throw new Rejected('not-reversible', AT_ONLY);
    const reverse = (): Promise<Answer> => this.reverse(found, asked, by);
    const isOneStream = found.parts.length === 1 && !standsOnSender(found.parts[0]!);
    return isOneStream ? reverse() : this.together(reverse, by);
  }

  /**
   * What spans several streams is tried as a whole before any of it is recorded. Then each stream records its own, and
   * what a crash leaves undone the same key finishes.
   */
  async together(work: () => Promise<Answer>, by: Invocation): Promise<Answer> {
    const tried = await this.runner.trial(by, work);
    return by.dryRun ? tried : work();
  }

  async reverse({ parts }: Found, asked: ReversalAsked, by: Invocation): Promise<Answer> {
    const answers: Answer[] = [];
    for (const [index, part] of parts.entries()) answers.push(await this.reversePart(part, asked, partOf(by, index)));
    return combined(answers);
  }

  private async reversePart(part: Part, asked: ReversalAsked, by: Invocation): Promise<Answer> {
    const { stream, events, sender, divisions } = part;
    const known = { closedThrough: await this.periods.closedThrough(...divisions) };
    const crossing = sender === undefined ? {} : { crossingId: sender.crossingId };
    const data: ReversedData = { ...asked, reverses: events.map(entryOf), ...crossing };
    const cross = sender === undefined ? undefined : (outcome: Outcome) => this.processes.cross(outcome);
    const command: Reversal = { type: 'ReverseEntry', data, known };
    const answer = await this.desk.record(deciderOf(stream), idOf(stream), command, by, undefined, cross);
    if (!this.runner.isTrial || sender === undefined) return answer;
    // In a trial nothing follows by itself, and what is tried next must find both sides reversed.
    const other = following(sender.events[0]!, OTHER_LEG);
    const { events: followed } = await this.reverseSender(sender, asked, other, !standsOnSender(part));
    const body = answer.body as { events?: object[] };
    const told = followed.map(({ type, data: fact }) => ({ stream: sender.stream, type, data: fact }));
    return body.events ? { ...answer, body: { ...body, events: [...body.events, ...told] } } : answer;
  }

  /** The leg that sent the money follows the one that had received it. */
  private async reverseOtherLeg(event: RecordedEvent): Promise<Outcome | undefined> {
    const { crossingId, reason, occurredOn, reverses } = event.data as unknown as ReversedData;
    if (crossingId === undefined || reverses.some((entry) => entry.eventId === crossingId)) return undefined;
    const sender = await this.finder.sender(crossingId);
    return sender && this.reverseSender(sender, { reason, occurredOn }, following(event, OTHER_LEG));
  }

  private reverseSender(
    sender: Sender,
    { reason, occurredOn }: ReversalAsked,
    by: Invocation,
    follows = true,
  ): Promise<Outcome> {
    const { stream, events, crossingId } = sender;
    const data: ReversedData = { reverses: events.map(entryOf), reason, occurredOn, crossingId };
    const command: Reversal = { type: 'ReverseEntry', data, known: { closedThrough: null }, follows };
    return this.runner.run(deciderOf(stream), idOf(stream), command, by);
  }
}

/** On a draw paid to a scheme more may stand at the fund: refunds, collections, a closed sub-account. It is asked first. */
const standsOnSender = ({ sender }: Part): boolean => sender?.events[0]?.type === 'DrawPaid';

/** The first part bears the command's own id; the others have ids made from it. */
const partOf = (by: Invocation, index: number): Invocation =>
  index === 0 ? by : { ...by, commandId: deterministicId('part', by.commandId, String(index)) };

@CommandHandler(AmendEntry)
export class AmendEntryHandler implements ICommandHandler<AmendEntry> {
  constructor(
    private readonly finder: EntryFinder,
    private readonly reversal: ReverseEntryHandler,
    private readonly desk: CommandDesk,
    private readonly runner: DeciderRunner,
    private readonly routes: CommandRoutes,
  ) {}

  /** 更正: the reversal and the new record in one call; both stand or neither does. */
  async execute({ eventId, asked, replacement, by }: AmendEntry): Promise<Answer> {
    const found = await this.finder.find(eventId, by);
    const path = routeOf(found.command[0]!);
    if (path === undefined) throw new Rejected('not-reversible', { unrecorded: true });
    const second = itemInvocation(by, `${by.commandId}:replacement`, 0, path, replacement as Record<string, unknown>);
    const undo = (): Promise<Answer> => this.reversal.reverse(found, asked, by);
    const redo = (): Promise<Answer> => this.routes.dispatch(path, replacement, second);
    const inOrder = async (): Promise<Answer> => {
      if (!redoFirst) return combined([await undo(), await redo()]);
      const made = await redo();
      return combined([made, await undo()], made);
    };
    let redoFirst = false;
    const both = async (): Promise<Answer> => {
      if (!this.runner.isAtomic) return inOrder();
      try {
        redoFirst = false;
        return await inOrder();
      } catch (error) {
        if (!isCeiling(error)) throw error;
        // What is corrected upwards may hold only with the new fact first.
        redoFirst = true;
        return inOrder();
      }
    };
    const [part, ...others] = found.parts;
    const isOneStream = others.length === 0 && part!.sender === undefined;
    try {
      if (!isOneStream || by.dryRun) return await this.reversal.together(both, by);
      const { result, position } = await this.runner.atomically(by, both);
      return position === undefined ? result : { ...result, body: { ...result.body, position }, position };
    } catch (error) {
      return this.desk.waits(error, by);
    }
  }
}

const isCeiling = (error: unknown): boolean =>
  error instanceof Rejected && !(error instanceof Refused) && error.code === 'rule-refused';

/** One answer for what was recorded by several: all their events, the last one's place, and what `main` made. */
function combined(answers: readonly Answer[], main = answers.at(-1)!): Answer {
  if (answers.length === 1) return main;
  const bodies = answers.map(({ body }) => body as { eventIds?: string[]; events?: object[]; revision?: number });
  if (main.dryRun) return { ...main, body: { ...main.body, events: bodies.flatMap(({ events = [] }) => events) } };
  const eventIds = bodies.flatMap((body) => body.eventIds ?? []);
  const position = Math.max(...answers.map((answer) => answer.position ?? 0));
  const replayed = answers.every((answer) => answer.replayed === true);
  const inTransit = answers.find(({ status }) => status === 202);
  if (inTransit) return { ...inTransit, replayed };
  const { revision } = bodies.at(-1)!;
  const { revision: locked = revision } = answers.at(-1)!;
  return { ...main, body: { ...main.body, eventIds, revision, position }, revision: locked!, position, replayed };
}
