import { Injectable } from '@nestjs/common';
import { inScope } from '../kernel/ids.js';
import { notFound, Rejected } from '../kernel/rejection.js';
import { following, type Invocation } from '../platform/commands/invocation.js';
import type { RecordedEvent } from '../platform/event-store/codec.js';
import { ReadDesk } from '../platform/reads/read-desk.js';
import { isSending, LEGS } from './crossing-legs.js';

/** The leg of a crossing that sent the money: `events` are one sum, told by several where its shares are many. */
export type Sender = {
  readonly stream: string;
  readonly events: readonly RecordedEvent[];
  readonly crossingId: string;
};

/** What one stream has to take back: the side the money now is on, with the side that sent it there. */
export type Part = {
  readonly stream: string;
  readonly events: readonly RecordedEvent[];
  readonly sender?: Sender;
  readonly divisions: readonly string[];
};

/** A command as it was recorded, and what reversing it comes to: a distribution crosses to many streams. */
export type Found = { readonly command: readonly RecordedEvent[]; readonly parts: readonly Part[] };
type Recorded = { readonly stream: string; readonly events: readonly RecordedEvent[]; readonly division: string };

/** Finds what a reversal is about: any event of a command stands for the whole of it, on both sides of a crossing. */
@Injectable()
export class EntryFinder {
  constructor(private readonly reads: ReadDesk) {}

  async find(eventId: string, by: Invocation): Promise<Found> {
    await this.reads.settled();
    const named = await this.recorded('e.event_id = ?', eventId);
    if (!named || !inScope(by.caller.division, named.division)) throw notFound('entry');
    const crossingId = named.events[0]!.data['crossingId'] as string | undefined;
    const command = (crossingId === undefined ? undefined : await this.recorded('e.event_id = ?', crossingId)) ?? named;
    const crossing = command.events.filter(crosses);
    const parts = await Promise.all(crossing.map((sending) => this.crossed(command, sending)));
    const staying = command.events.filter((event) => !crossing.some((sending) => isOneSum(sending, event)));
    const { stream, division } = command;
    const own: Part[] = staying.length === 0 ? [] : [{ stream, events: staying, divisions: [division] }];
    return { command: command.events, parts: [...parts, ...own] };
  }

  /** The sender of the crossing `crossingId`, for the leg that follows. */
  async sender(crossingId: string): Promise<Sender | undefined> {
    await this.reads.settled();
    const command = await this.recorded('e.event_id = ?', crossingId);
    const sending = command?.events.find((event) => event.eventId === crossingId);
    return command && sending && senderOf(command, sending);
  }

  private async crossed(command: Recorded, sending: RecordedEvent): Promise<Part> {
    const { commandId } = following(sending, LEGS[sending.type as keyof typeof LEGS]);
    const arrived = await this.recorded('e.command_id = ?', commandId);
    if (!arrived) throw new Rejected('in-transit', { eventIds: [sending.eventId], unrecorded: true });
    const divisions = [command.division, arrived.division];
    return { stream: arrived.stream, events: arrived.events, sender: senderOf(command, sending), divisions };
  }

  private async recorded(condition: string, value: string): Promise<Recorded | undefined> {
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

/** A return to nobody above, or a draw paid to a payee, stays on its own stream; of one sum the first event sends. */
function crosses({ type, data }: RecordedEvent): boolean {
  if (!isSending(type) || ((data['part'] as { number: number } | undefined)?.number ?? 1) > 1) return false;
  if (type === 'GrantReturned') return data['parentGrantId'] !== undefined;
  if (type === 'DrawPaid') return data['schemeId'] !== undefined;
  return true;
}

const isOneSum = (sending: RecordedEvent, event: RecordedEvent): boolean =>
  event === sending || (event.type === sending.type && sending.data['part'] !== undefined);

const senderOf = ({ stream, events }: Recorded, sending: RecordedEvent): Sender => ({
  stream,
  events: events.filter((event) => isOneSum(sending, event)),
  crossingId: sending.eventId,
});
