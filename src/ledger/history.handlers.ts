import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type Fen, yuan } from '../kernel/money.js';
import { echoed, type Moment } from '../kernel/projection.js';
import { notFound } from '../kernel/rejection.js';
import { COMMAND_REFUSED } from '../platform/commands/refusal.js';
import type { RecordedEvent } from '../platform/event-store/codec.js';
import type { Question } from '../platform/http/routes.js';
import { byNumber, paged } from '../platform/reads/paging.js';
import { ReadDesk, within } from '../platform/reads/read-desk.js';
import type { SqlValue } from '../platform/sqlite.js';
import { policyById } from '../policy/policies.rules.js';
import type { Quotation, RuleId } from '../policy/rule-pack.js';
import { trialBalance } from './trial-balance.js';

export class GetEvents extends Query<object> {
  constructor(readonly asked: Question) {
    super();
  }
}
export class GetEvent extends Query<object> {
  constructor(
    readonly eventId: string,
    readonly asked: Question,
  ) {
    super();
  }
}
export class GetDecisions extends Query<object> {
  constructor(readonly asked: Question) {
    super();
  }
}
export class GetTrialBalance extends Query<object> {
  constructor(readonly asked: Question) {
    super();
  }
}
export class GetAccountEntries extends Query<object> {
  constructor(
    readonly account: string,
    readonly asked: Question,
  ) {
    super();
  }
}

/** CloudEvents 1.0: what happened, in an envelope any reader knows. */
export const cloudEvent = ({ eventId, stream, revision, position, type, data, metadata }: RecordedEvent) => ({
  specversion: '1.0',
  id: eventId,
  source: '/renewal-ledger',
  type,
  subject: stream,
  time: metadata.recordedAt,
  datacontenttype: 'application/json',
  position,
  revision,
  occurredOn: data.occurredOn,
  recordedAt: metadata.recordedAt,
  data,
  metadata,
});

type Found = { readonly position: number };

/** Positions in the log of what a caller may see. Events of a stream belong to the division of the stream. */
function positions(
  reads: ReadDesk,
  { caller }: Question,
  moment: Moment,
  more: { sql: string; values: SqlValue[] }[],
): number[] {
  const at = within(moment, 'e.');
  const scope = caller.division === '*' ? [] : [{ sql: 's.division LIKE ?', values: [`${caller.division}%`] }];
  const conditions = [at, ...scope, ...more];
  const sql = `SELECT e.position AS position FROM log_v1_events e LEFT JOIN subjects_v1_streams s ON s.stream = e.stream
    WHERE ${conditions.map((one) => one.sql).join(' AND ')} ORDER BY e.position`;
  return reads.all<Found>(sql, ...conditions.flatMap(({ values }) => values)).map(({ position }) => position);
}

async function page(reads: ReadDesk, asked: Question, found: readonly number[]) {
  const { items, next, prev } = paged(found, String, asked, byNumber);
  const events = await Promise.all(items.map((position) => reads.eventAt(position)));
  return { events: events.map((event) => event!), next, prev };
}

@QueryHandler(GetEvents)
export class GetEventsHandler implements IQueryHandler<GetEvents> {
  constructor(private readonly reads: ReadDesk) {}

  async execute({ asked }: GetEvents): Promise<object> {
    const moment = await this.reads.moment(asked);
    const { stream, type, compound, from, to, after } = asked.filters;
    const found = positions(this.reads, asked, moment, [
      ...(stream === undefined ? [] : [{ sql: 'e.stream = ?', values: [stream] }]),
      ...(type === undefined ? [] : [{ sql: 'e.type = ?', values: [type] }]),
      ...(compound === undefined ? [] : [{ sql: 's.compound_id = ?', values: [compound] }]),
      ...(from === undefined ? [] : [{ sql: 'e.occurred_on >= ?', values: [from] }]),
      ...(to === undefined ? [] : [{ sql: 'e.occurred_on <= ?', values: [to] }]),
      ...(after === undefined ? [] : [{ sql: 'e.position > ?', values: [Number(after)] }]),
    ]);
    const { events, next, prev } = await page(this.reads, asked, found);
    return { items: events.map(cloudEvent), next, prev, ...echoed(moment) };
  }
}

@QueryHandler(GetEvent)
export class GetEventHandler implements IQueryHandler<GetEvent> {
  constructor(private readonly reads: ReadDesk) {}

  async execute({ eventId, asked }: GetEvent): Promise<object> {
    const moment = await this.reads.moment(asked);
    const found = positions(this.reads, asked, { ...moment, asOf: null }, [
      { sql: 'e.event_id = ?', values: [eventId] },
    ]);
    const event = found.length === 0 ? undefined : await this.reads.eventAt(found[0]!);
    if (!event) throw notFound('event');
    return cloudEvent(event);
  }
}

@QueryHandler(GetDecisions)
export class GetDecisionsHandler implements IQueryHandler<GetDecisions> {
  constructor(private readonly reads: ReadDesk) {}

  async execute({ asked }: GetDecisions): Promise<object> {
    const moment = await this.reads.moment(asked);
    const { rule, outcome, stream } = asked.filters;
    // The events of one command are one decision: the first stands for it.
    const first = {
      sql: 'NOT EXISTS (SELECT 1 FROM log_v1_events o WHERE o.stream = e.stream AND o.revision = e.revision - 1 AND o.command_id = e.command_id)',
      values: [],
    };
    const found = positions(this.reads, asked, moment, [
      { sql: `(e.rules IS NOT NULL OR e.type = '${COMMAND_REFUSED}')`, values: [] },
      first,
      ...(rule === undefined ? [] : [{ sql: 'e.rules LIKE ?', values: [`%,${rule},%`] }]),
      ...(stream === undefined ? [] : [{ sql: 'e.stream = ?', values: [stream] }]),
      ...outcomeFilter(outcome),
    ]);
    const { events, next, prev } = await page(this.reads, asked, found);
    return { items: events.map((event) => decision(event, rule)), next, prev, ...echoed(moment) };
  }
}

function outcomeFilter(outcome: string | undefined): { sql: string; values: SqlValue[] }[] {
  switch (outcome) {
    case 'refused':
      return [{ sql: `e.type = '${COMMAND_REFUSED}'`, values: [] }];
    case 'overridden':
      return [{ sql: 'e.overridden = 1', values: [] }];
    case 'accepted':
      return [{ sql: `e.type <> '${COMMAND_REFUSED}'`, values: [] }];
    default:
      return [];
  }
}

function decision({ eventId, stream, type, position, data, metadata }: RecordedEvent, asked: string | undefined) {
  const refused = type === COMMAND_REFUSED;
  const rules = metadata.rules ?? [];
  const rule = asked ?? (data['rule'] as string | undefined) ?? rules[0] ?? null;
  const ruled = rule === null ? undefined : policyById(metadata.policyId ?? '')?.rules[rule as RuleId];
  const own =
    refused && rule === data['rule'] ? (data['quotation'] as Quotation | undefined) : metadata.quotations?.[rule ?? ''];
  const quoted = own ?? ruled;
  return {
    eventId,
    stream,
    type,
    outcome: refused ? 'refused' : data['override'] ? 'overridden' : 'accepted',
    code: refused ? (data['code'] as string) : null,
    rule,
    rules,
    clause: quoted?.clause ?? null,
    clauseText: quoted?.clauseText ?? null,
    policyId: metadata.policyId ?? null,
    override: data['override'] ?? null,
    actor: metadata.actor,
    commandId: metadata.commandId,
    occurredOn: data.occurredOn,
    recordedAt: metadata.recordedAt,
    position,
  };
}

/** Postings inside a scope: of its own streams, and of both legs of a crossing that starts or ends there. */
function inDivision({ caller }: Question): { sql: string; values: SqlValue[] } {
  if (caller.division === '*') return { sql: '1', values: [] };
  return { sql: '(division LIKE ? OR other_end LIKE ?)', values: [`${caller.division}%`, `${caller.division}%`] };
}

@QueryHandler(GetTrialBalance)
export class GetTrialBalanceHandler implements IQueryHandler<GetTrialBalance> {
  constructor(private readonly reads: ReadDesk) {}

  async execute({ asked }: GetTrialBalance): Promise<object> {
    const moment = await this.reads.moment(asked);
    return { books: trialBalance(this.reads, moment, inDivision(asked)), ...echoed(moment) };
  }
}

@QueryHandler(GetAccountEntries)
export class GetAccountEntriesHandler implements IQueryHandler<GetAccountEntries> {
  constructor(private readonly reads: ReadDesk) {}

  async execute({ account, asked }: GetAccountEntries): Promise<object> {
    const moment = await this.reads.moment(asked);
    const at = within(moment, 'p.');
    const scope = inDivision(asked);
    const sql = `SELECT p.position AS position, p.leg AS leg, e.event_id AS eventId, e.type AS type, e.stream AS stream,
        p.occurred_on AS occurredOn, e.recorded_at AS recordedAt, p.amount AS amount
      FROM ledger_v1_postings p JOIN log_v1_events e ON e.position = p.position
      WHERE p.account = ? AND ${at.sql} AND ${scope.sql} ORDER BY p.position, p.leg`;
    type Entry = {
      position: bigint;
      leg: bigint;
      eventId: string;
      type: string;
      stream: string;
      occurredOn: string;
      recordedAt: string;
      amount: Fen;
    };
    const rows = this.reads.exact<Entry>(sql, account, ...at.values, ...scope.values);
    let balance = 0n;
    const entries = rows.map(({ position, leg, amount, ...entry }) => {
      balance += amount;
      return { ...entry, position: Number(position), leg: Number(leg), amount: yuan(amount), balance: yuan(balance) };
    });
    const { items, next, prev } = paged(
      entries,
      ({ position, leg }) => String(position * 10_000 + leg),
      asked,
      byNumber,
    );
    return { account, items, next, prev, balance: yuan(balance), ...echoed(moment) };
  }
}
