import { createHash } from 'node:crypto';
import type { OnModuleInit } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler, type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { canonicalJson } from '../kernel/canonical-json.js';
import { shanghaiDate } from '../kernel/dates.js';
import type { Noted, ReversedData } from '../kernel/facts.js';
import { DIVISION_CODE_PATTERN, inScope } from '../kernel/ids.js';
import { echoed, type Moment, type View } from '../kernel/projection.js';
import { notFound } from '../kernel/rejection.js';
import { trialBalance } from '../ledger/trial-balance.js';
import { Clock } from '../platform/clock.js';
import { type Answer, CommandDesk } from '../platform/commands/command-desk.js';
import { DeciderRunner, type Outcome } from '../platform/commands/decider-runner.js';
import { following, type Invocation } from '../platform/commands/invocation.js';
import { ProcessRunner } from '../platform/commands/process-runner.js';
import type { RecordedEvent } from '../platform/event-store/codec.js';
import type { Question } from '../platform/http/routes.js';
import { ReadDesk } from '../platform/reads/read-desk.js';
import { type PeriodCommand, periodDecider, type PeriodEvent } from './period.decider.js';

type Asked = { readonly through: string; readonly reason: string } & Noted;

export class ChangePeriod extends Command<Answer> {
  constructor(
    readonly divisionCode: string,
    readonly type: 'ClosePeriod' | 'ReopenPeriod',
    readonly asked: Asked,
    readonly by: Invocation,
  ) {
    super();
  }
}

@CommandHandler(ChangePeriod)
export class ChangePeriodHandler implements ICommandHandler<ChangePeriod>, OnModuleInit {
  constructor(
    private readonly desk: CommandDesk,
    private readonly runner: DeciderRunner,
    private readonly reads: ReadDesk,
    private readonly processes: ProcessRunner,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.processes.register({ types: ['PeriodClosed'], follow: (event) => this.seal(event) });
  }

  async execute({ divisionCode, type, asked, by }: ChangePeriod): Promise<Answer> {
    // A division outside the caller's own has no books the caller could know of.
    if (!DIVISION_CODE_PATTERN.test(divisionCode) || !inScope(by.caller.division, divisionCode))
      throw notFound('period');
    const { state } = await this.runner.state(periodDecider, divisionCode);
    const data = { ...asked, divisionCode };
    const known = {
      today: shanghaiDate(this.clock.now().getTime()),
      inTransit: type === 'ClosePeriod' ? await this.inTransit(divisionCode, asked.through) : [],
    };
    const command = (type === 'ClosePeriod' ? { type, data, known } : { type, data }) as PeriodCommand;
    const first = state.divisionCode === undefined;
    const tell = () => ({ body: { divisionCode, through: asked.through }, location: `/v1/periods/${divisionCode}` });
    const cross = type === 'ClosePeriod' ? (outcome: Outcome) => this.processes.cross(outcome) : undefined;
    return this.desk.record(
      periodDecider,
      divisionCode,
      command,
      { ...by, creates: first, division: divisionCode },
      tell,
      cross,
    );
  }

  /** Events that sent money inside the period whose other side is not recorded. */
  private async inTransit(divisionCode: string, through: string): Promise<string[]> {
    await this.reads.settled();
    const sql = `SELECT e.event_id AS eventId FROM ledger_v1_postings p JOIN log_v1_events e ON e.position = p.position
      WHERE p.account IN (
        SELECT account FROM ledger_v1_postings WHERE account LIKE '%:in-transit:%' AND (division LIKE ? OR other_end LIKE ?)
        GROUP BY account HAVING sum(amount) <> 0)
      AND p.occurred_on <= ? AND p.amount > 0 ORDER BY p.position`;
    return this.reads
      .all<{ eventId: string }>(sql, `${divisionCode}%`, `${divisionCode}%`, through)
      .map(({ eventId }) => eventId);
  }

  /** What the books said at the close, hashed: the division, the day, and every balance known at its position. */
  private async seal(event: RecordedEvent): Promise<Outcome> {
    const { divisionCode, through, occurredOn } = event.data as unknown as {
      divisionCode: string;
      through: string;
      occurredOn: string;
    };
    await this.reads.settled();
    const sql = 'SELECT position FROM log_v1_events WHERE event_id = ?';
    const { position } = this.reads.get<{ position: number }>(sql, event.eventId)!;
    const scope = { sql: '(division LIKE ? OR other_end LIKE ?)', values: [`${divisionCode}%`, `${divisionCode}%`] };
    const books = trialBalance(this.reads, { asOf: through, recordedAt: null, position }, scope);
    const trialBalanceHash = createHash('sha256').update(canonicalJson({ divisionCode, through, books })).digest('hex');
    const data = { divisionCode, through, occurredOn, closePosition: position, trialBalanceHash };
    return this.runner.run(
      periodDecider,
      divisionCode,
      { type: 'SealPeriod', data },
      following(event, 'period-sealed'),
    );
  }
}

export class GetPeriod extends Query<object> {
  constructor(
    readonly divisionCode: string,
    readonly asked: Question,
  ) {
    super();
  }
}

type Close = {
  through: string;
  closedAt: string;
  position: number;
  sealed: { closePosition: number; trialBalanceHash: string } | null;
  reopenedThrough: string | null;
};
type Row = { readonly closes: Close[] };
type Late = { eventId: string; type: string; stream: string; occurredOn: string; position: number };
type Recorded = PeriodEvent & { readonly position: number; readonly metadata: { readonly recordedAt: string } };

const periodView: View<Row, Recorded> = {
  initial: () => ({ closes: [] }),
  project: (row, event) => {
    const { through } = event.data;
    if (event.type === 'PeriodClosed')
      row.closes.push({
        through,
        closedAt: event.metadata.recordedAt,
        position: event.position,
        sealed: null,
        reopenedThrough: null,
      });
    if (event.type === 'PeriodSealed') {
      const { closePosition, trialBalanceHash } = event.data;
      const close = row.closes.findLast((one) => one.through === through);
      if (close) close.sealed = { closePosition, trialBalanceHash };
    }
    if (event.type === 'PeriodReopened')
      for (const close of row.closes)
        if (close.through >= through && close.reopenedThrough === null) close.reopenedThrough = through;
    return row;
  },
};

@QueryHandler(GetPeriod)
export class GetPeriodHandler implements IQueryHandler<GetPeriod> {
  constructor(private readonly reads: ReadDesk) {}

  async execute({ divisionCode, asked }: GetPeriod): Promise<object> {
    const moment = await this.reads.moment(asked);
    const found = await this.reads.view(`period-${divisionCode}`, periodView, { ...moment, asOf: null });
    if (!found || !inScope(asked.caller.division, divisionCode)) throw notFound('period');
    const standing = found.row.closes.filter(({ reopenedThrough }) => reopenedThrough === null);
    return {
      divisionCode,
      closedThrough: standing.at(-1)?.through ?? null,
      closes: found.row.closes,
      adjustments: await this.adjustments(divisionCode, standing, moment),
      revision: found.revision,
      ...echoed(moment),
    };
  }

  /**
   * Facts recorded after a close and dated inside it: they raced with it, and are shown as what they are. And what
   * corrects a frozen fact, dated in the open period.
   */
  private async adjustments(divisionCode: string, closes: readonly Close[], moment: Moment): Promise<object[]> {
    const last = closes.at(-1);
    if (!last) return [];
    const sql = `SELECT e.event_id AS eventId, e.type AS type, e.stream AS stream, e.occurred_on AS occurredOn, e.position AS position
      FROM log_v1_events e JOIN subjects_v1_streams s ON s.stream = e.stream
      WHERE s.division LIKE ? AND (e.occurred_on <= ? OR e.type = 'EntryReversed') AND e.position > ? AND e.position <= ?
        AND e.type <> 'CommandRefused' AND e.stream NOT LIKE 'period-%' ORDER BY e.position`;
    const found = this.reads.all<Late>(sql, `${divisionCode}%`, last.through, last.position, moment.position);
    const kept = await Promise.all(
      found.map(async (late) => late.occurredOn <= last.through || (await this.correctsFrozen(late, last))),
    );
    return found.filter((_, index) => kept[index]);
  }

  private async correctsFrozen({ position }: Late, { through, position: closedAt }: Close): Promise<boolean> {
    const { reverses } = (await this.reads.eventAt(position))!.data as unknown as ReversedData;
    return reverses.some(({ eventId, data }) => {
      if (data.occurredOn > through) return false;
      const original = this.reads.get<{ position: number }>(
        'SELECT position FROM log_v1_events WHERE event_id = ?',
        eventId,
      );
      return original !== undefined && original.position <= closedAt;
    });
  }
}
