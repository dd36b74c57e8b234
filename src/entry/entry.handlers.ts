import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { OnModuleInit } from '@nestjs/common';
import { bondDecider } from '../bond/bond.decider.js';
import { grantDecider } from '../grant/grant.decider.js';
import type { Decider, Fact } from '../kernel/decider.js';
import type { Entry, Noted, ReversedData } from '../kernel/facts.js';
import { inScope } from '../kernel/ids.js';
import { notFound, Rejected } from '../kernel/rejection.js';
import { maintenanceFundDecider } from '../maintenance-fund/maintenance-fund.decider.js';
import { PeriodBook } from '../period/period-book.js';
import { type Answer, CommandDesk } from '../platform/commands/command-desk.js';
import { DeciderRunner, type Outcome } from '../platform/commands/decider-runner.js';
import { following, type Invocation } from '../platform/commands/invocation.js';
import { ProcessRunner } from '../platform/commands/process-runner.js';
import type { RecordedEvent } from '../platform/event-store/codec.js';
import { CommandRoutes } from '../platform/http/command-routes.js';
import { itemInvocation } from '../platform/http/server.js';
import { ReadDesk } from '../platform/reads/read-desk.js';
import { schemeDecider } from '../scheme/scheme.decider.js';
import { isSending, LEGS } from './crossing-legs.js';
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
const categoryOf = (stream: string): string => stream.slice(0, stream.indexOf('-'));
const idOf = (stream: string): string => stream.slice(stream.indexOf('-') + 1);

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

type Found = {
  readonly stream: string;
  readonly events: readonly RecordedEvent[];
  readonly crossingId?: string;
  readonly divisions: readonly string[];
};

/** Finds what a reversal is about: the whole command, on the stream where its money now is. */
class EntryFinder {
  constructor(protected readonly reads: ReadDesk) {}

  async find(eventId: string, by: Invocation): Promise<Found> {
    await this.reads.settled();
    const named = await this.command('e.event_id = ?', eventId);
    if (!named || !inScope(by.caller.division, named.division)) throw notFound('entry');
    const sending = named.events.find(({ type }) => isSending(type));
    const crossingId = (named.events[0]!.data['crossingId'] as string | undefined) ?? undefined;
    if (sending && this.crosses(sending)) {
      const { commandId } = following(sending, LEGS[sending.type as keyof typeof LEGS]);
      const arrived = await this.command('e.command_id = ?', commandId);
      if (!arrived) throw new Rejected('in-transit', { eventIds: [sending.eventId], unrecorded: true });
      return { ...arrived, crossingId: sending.eventId, divisions: [named.division, arrived.division] };
    }
    if (crossingId === undefined) return { ...named, divisions: [named.division] };
    const sender = await this.command('e.event_id = ?', crossingId);
    return { ...named, crossingId, divisions: [named.division, ...(sender ? [sender.division] : [])] };
  }

  /** A return to nobody above, or a draw paid to a payee, stays on its own stream. */
  private crosses({ type, data }: RecordedEvent): boolean {
    if (type === 'GrantReturned') return data['parentGrantId'] !== undefined;
    if (type === 'DrawPaid') return data['schemeId'] !== undefined;
    return true;
  }

  async command(
    condition: string,
    value: string,
  ): Promise<{ stream: string; events: RecordedEvent[]; division: string } | undefined> {
    const sql = `SELECT e.stream AS stream, e.command_id AS commandId, s.division AS division FROM log_v1_events e
      LEFT JOIN subjects_v1_streams s ON s.stream = e.stream WHERE ${condition} LIMIT 1`;
    const row = this.reads.get<{ stream: string; commandId: string; division: string | null }>(sql, value);
    if (!row) return undefined;
    const all = 'SELECT position FROM log_v1_events WHERE stream = ? AND command_id = ? ORDER BY position';
    const positions = this.reads.all<{ position: number }>(all, row.stream, row.commandId);
    const events = await Promise.all(positions.map(({ position }) => this.reads.eventAt(position)));
    return { stream: row.stream, events: events.map((event) => event!), division: row.division ?? '' };
  }
}

@CommandHandler(ReverseEntry)
export class ReverseEntryHandler extends EntryFinder implements ICommandHandler<ReverseEntry>, OnModuleInit {
  constructor(
    reads: ReadDesk,
    private readonly desk: CommandDesk,
    private readonly runner: DeciderRunner,
    private readonly periods: PeriodBook,
    private readonly processes: ProcessRunner,
  ) {
    super(reads);
  }

  onModuleInit(): void {
    this.processes.register({ types: ['EntryReversed'], follow: (event) => this.reverseOtherLeg(event) });
  }

  async execute({ eventId, asked, by }: ReverseEntry): Promise<Answer> {
    const found = await this.find(eventId, by);
    const decider = DECIDERS[categoryOf(found.stream)];
    if (!decider) throw new Rejected('not-reversible', { unrecorded: true });
    const known = { closedThrough: await this.periods.closedThrough(...found.divisions) };
    const data: ReversedData = {
      ...asked,
      reverses: found.events.map(entryOf),
      ...(found.crossingId === undefined ? {} : { crossingId: found.crossingId }),
    };
    const cross = found.crossingId === undefined ? undefined : (outcome: Outcome) => this.processes.cross(outcome);
    return this.desk.record(decider, idOf(found.stream), { type: 'ReverseEntry', data, known }, by, undefined, cross);
  }

  /** The leg that sent the money follows the one that had received it. */
  private async reverseOtherLeg(event: RecordedEvent): Promise<Outcome | undefined> {
    const { crossingId, reason, occurredOn, reverses } = event.data as unknown as ReversedData;
    if (crossingId === undefined || reverses.some((entry) => entry.eventId === crossingId)) return undefined;
    await this.reads.settled();
    const sender = await this.command('e.event_id = ?', crossingId);
    const decider = sender && DECIDERS[categoryOf(sender.stream)];
    if (!decider) return undefined;
    const data: ReversedData = { reverses: sender.events.map(entryOf), reason, occurredOn, crossingId };
    const command: Reversal = { type: 'ReverseEntry', data, known: { closedThrough: null }, follows: true };
    return this.runner.run(decider, idOf(sender.stream), command, following(event, 'other-leg-reversed'));
  }
}

const entryOf = ({ eventId, type, data }: RecordedEvent): Entry => ({ eventId, type, data });

@CommandHandler(AmendEntry)
export class AmendEntryHandler extends EntryFinder implements ICommandHandler<AmendEntry> {
  constructor(
    reads: ReadDesk,
    private readonly reversal: ReverseEntryHandler,
    private readonly runner: DeciderRunner,
    private readonly routes: CommandRoutes,
  ) {
    super(reads);
  }

  /** 更正: the reversal and the new record in one call; on one stream both stand or neither does. */
  async execute({ eventId, asked, replacement, by }: AmendEntry): Promise<Answer> {
    const found = await this.find(eventId, by);
    const named = (await this.command('e.event_id = ?', eventId))!;
    const path = routeOf(named.events[0]!);
    if (path === undefined) throw new Rejected('not-reversible', { unrecorded: true });
    const second = itemInvocation(by, `${by.commandId}:replacement`, 0, path, replacement as Record<string, unknown>);
    const both = async (): Promise<Answer[]> => [
      await this.reversal.execute(new ReverseEntry(eventId, asked, by)),
      await this.routes.dispatch(path, replacement, second),
    ];
    const together = found.crossingId === undefined && !by.dryRun;
    const { result: answers, position } = together
      ? await this.runner.atomically(both)
      : { result: await both(), position: undefined };
    return combined(answers, position);
  }
}

function combined(answers: readonly Answer[], position = answers.at(-1)!.position): Answer {
  const bodies = answers.map(({ body }) => body as { eventIds?: string[]; events?: object[] });
  const last = answers.at(-1)!;
  if (last.dryRun) return { ...last, body: { ...last.body, events: bodies.flatMap(({ events = [] }) => events) } };
  const eventIds = bodies.flatMap((body) => body.eventIds ?? []);
  const body = { ...last.body, eventIds, ...(position === undefined ? {} : { position }) };
  return {
    ...last,
    body,
    ...(position === undefined ? {} : { position }),
    replayed: answers.every(({ replayed }) => replayed === true),
  };
}
