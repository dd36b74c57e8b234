import { type OnModuleInit } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { LEGS } from '../entry/crossing-legs.js';
import { SchemeReading } from '../grant/scheme-reading.js';
import { inScope } from '../kernel/ids.js';
import { Rejected } from '../kernel/rejection.js';
import { PeriodBook } from '../period/period-book.js';
import { type Answer, CommandDesk } from '../platform/commands/command-desk.js';
import { DeciderRunner, type Outcome } from '../platform/commands/decider-runner.js';
import { following, type Invocation } from '../platform/commands/invocation.js';
import { ProcessRunner } from '../platform/commands/process-runner.js';
import type { RecordedEvent } from '../platform/event-store/codec.js';
import { schemeDecider } from '../scheme/scheme.decider.js';
import type { SchemeEvent } from '../scheme/scheme-state.decider.js';
import { type BondCommand, bondDecider } from './bond.decider.js';
import type { BondEvent } from './bond-state.decider.js';

type Ordinary = Exclude<BondCommand, { type: 'ReceiveReturn' | 'ReverseEntry' }>;
type Intent<C = Ordinary> = C extends unknown ? Omit<C, 'known' | 'scheme'> : never;

export class ChangeBond extends Command<Answer> {
  constructor(
    readonly bondId: string,
    readonly intent: Intent,
    readonly by: Invocation,
  ) {
    super();
  }
}

@CommandHandler(ChangeBond)
export class ChangeBondHandler implements ICommandHandler<ChangeBond>, OnModuleInit {
  constructor(
    private readonly desk: CommandDesk,
    private readonly runner: DeciderRunner,
    private readonly periods: PeriodBook,
    private readonly processes: ProcessRunner,
    private readonly schemes: SchemeReading,
  ) {}

  onModuleInit(): void {
    this.processes.register({ types: ['BondProceedsDisbursed'], follow: (event) => this.arriveAtScheme(event) });
    this.processes.register({ types: ['FundsReturned'], follow: (event) => this.arriveBack(event) });
  }

  async execute({ bondId, intent, by }: ChangeBond): Promise<Answer> {
    const tell = () => ({
      body: { bondId },
      ...(intent.type === 'IssueBond' ? { location: `/v1/bonds/${bondId}` } : {}),
    });
    if (intent.type === 'IssueBond') {
      const { divisionCode } = intent.data;
      if (!inScope(by.caller.division, divisionCode)) throw new Rejected('outside-division');
      const known = { closedThrough: await this.periods.closedThrough(divisionCode) };
      return this.desk.record(
        bondDecider,
        bondId,
        { ...intent, known },
        { ...by, creates: true, division: divisionCode },
        tell,
      );
    }
    const { state } = await this.runner.state(bondDecider, bondId);
    const scheme = 'schemeId' in intent.data ? await this.schemes.facts(intent.data, undefined, by) : undefined;
    const divisions = [
      state.bond?.divisionCode,
      intent.type === 'DisburseProceeds' ? scheme?.facts.divisionCode : undefined,
    ];
    const closedThrough = await this.periods.closedThrough(...divisions.filter((one) => one !== undefined));
    const command = {
      ...intent,
      known: { closedThrough, unknown: scheme?.unknown },
      ...(scheme ? { scheme: scheme.facts } : {}),
    } as BondCommand;
    const cross = intent.type === 'DisburseProceeds' ? (outcome: Outcome) => this.processes.cross(outcome) : undefined;
    return this.desk.record(bondDecider, bondId, command, by, tell, cross);
  }

  private arriveAtScheme(event: RecordedEvent): Promise<Outcome> {
    const { bondId, schemeId, costArea, amount, occurredOn, permitted } = event.data as unknown as Extract<
      BondEvent,
      { type: 'BondProceedsDisbursed' }
    >['data'];
    const receipt = {
      schemeId,
      source: 'special-bond' as const,
      reference: bondId,
      costArea,
      amount,
      occurredOn,
      crossingId: event.eventId,
      ...(permitted ? { permitted } : {}),
    };
    const by = following(event, LEGS.BondProceedsDisbursed);
    return this.runner.run(
      schemeDecider,
      schemeId,
      { type: 'ReceiveFunds', of: 'BondFundsReceived', data: receipt },
      by,
    );
  }

  private async arriveBack(event: RecordedEvent): Promise<Outcome | undefined> {
    const { source, reference, schemeId, costArea, amount, reason, occurredOn } = event.data as unknown as Extract<
      SchemeEvent,
      { type: 'FundsReturned' }
    >['data'];
    if (reference === null || source !== 'special-bond') return undefined;
    const data = { schemeId, costArea, amount, reason, occurredOn, crossingId: event.eventId };
    return this.runner.run(
      bondDecider,
      reference,
      { type: 'ReceiveReturn', data },
      following(event, LEGS.FundsReturned),
    );
  }
}
