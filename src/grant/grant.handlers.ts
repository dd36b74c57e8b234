import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Fact } from '../kernel/decider.js';
import { inScope } from '../kernel/ids.js';
import { Rejected, type Unknown } from '../kernel/rejection.js';
import { GrantReading } from '../ledger/grant-reading.js';
import { PeriodBook } from '../period/period-book.js';
import { type Answer, CommandDesk, type Made } from '../platform/commands/command-desk.js';
import { DeciderRunner, type Outcome } from '../platform/commands/decider-runner.js';
import type { Invocation } from '../platform/commands/invocation.js';
import { ProcessRunner } from '../platform/commands/process-runner.js';
import type { SchemeFacts } from './allocation.decider.js';
import { type GrantCommand, grantDecider } from './grant.decider.js';
import { SchemeReading } from './scheme-reading.js';

type Ordinary = Exclude<
  GrantCommand,
  { type: 'ReceiveDecomposition' | 'ReceiveReturn' | 'ReceiveReturnedDecomposition' | 'ReverseEntry' }
>;
type Intent<C = Exclude<Ordinary, { type: 'DistributeGrant' }>> = C extends unknown
  ? Omit<C, 'known' | 'scheme'>
  : never;
type Distribution = Omit<Extract<GrantCommand, { type: 'DistributeGrant' }>, 'known'>;

export class ChangeGrant extends Command<Answer> {
  constructor(
    readonly grantId: string,
    readonly intent: Intent,
    readonly by: Invocation,
  ) {
    super();
  }
}

/** 因素法分配, proposed here and granted by a second person. */
export class DistributeGrant extends Command<Answer> {
  constructor(
    readonly grantId: string,
    readonly intent: Distribution,
    readonly by: Invocation,
  ) {
    super();
  }
}

@CommandHandler(DistributeGrant)
export class DistributeGrantHandler implements ICommandHandler<DistributeGrant> {
  constructor(
    private readonly desk: CommandDesk,
    private readonly runner: DeciderRunner,
    private readonly periods: PeriodBook,
    private readonly processes: ProcessRunner,
    private readonly schemes: SchemeReading,
  ) {}

  async execute({ grantId, intent, by }: DistributeGrant): Promise<Answer> {
    const { award } = (await this.runner.state(grantDecider, grantId)).state;
    const schemes = new Map<string, SchemeFacts>();
    const taken = new Set<string>();
    let unknown: Unknown | undefined;
    for (const [index, { schemeId, childGrantId }] of intent.recipients.entries()) {
      if (schemeId !== undefined) {
        const read = await this.schemes.facts({ schemeId }, award?.programme, by);
        if (read.unknown) unknown ??= { ...read.unknown, pointer: `/recipients/${index}/schemeId` };
        else schemes.set(schemeId, read.facts);
      } else if ((await this.runner.state(grantDecider, childGrantId!)).state.award) taken.add(childGrantId!);
    }
    const closedThrough = award ? await this.periods.closedThrough(award.divisionCode) : null;
    const command: GrantCommand = { ...intent, known: { closedThrough, unknown, schemes, taken } };
    const decomposes = intent.recipients.some(({ childGrantId }) => childGrantId !== undefined);
    return this.desk.record(
      grantDecider,
      grantId,
      command,
      by,
      tell,
      decomposes ? (outcome) => this.processes.cross(outcome) : undefined,
    );
  }
}

@CommandHandler(ChangeGrant)
export class ChangeGrantHandler implements ICommandHandler<ChangeGrant> {
  constructor(
    private readonly desk: CommandDesk,
    private readonly runner: DeciderRunner,
    private readonly periods: PeriodBook,
    private readonly processes: ProcessRunner,
    private readonly ledger: GrantReading,
    private readonly schemes: SchemeReading,
  ) {}

  async execute({ grantId, intent, by }: ChangeGrant): Promise<Answer> {
    if (intent.type === 'AwardGrant') return this.award(grantId, intent, by);
    const { state } = await this.runner.state(grantDecider, grantId);
    const scheme =
      'schemeId' in intent.data ? await this.schemes.facts(intent.data, state.award?.programme, by) : undefined;
    const divisions = [
      state.award?.divisionCode,
      intent.type === 'DisburseGrant' ? scheme?.facts.divisionCode : undefined,
    ];
    const known = {
      closedThrough: await this.periods.closedThrough(...divisions.filter((one) => one !== undefined)),
      unknown: scheme?.unknown,
      ...(intent.type === 'CarryOverGrant' && state.award
        ? await this.ledger.paidThrough(grantId, state.award.fiscalYear)
        : {}),
      childElsewhere: intent.type === 'DecomposeGrant' && (await this.isTaken(intent.data.childGrantId)),
    };
    const command = { ...intent, known, ...(scheme ? { scheme: scheme.facts } : {}) } as GrantCommand;
    const toParent = intent.type === 'ReturnGrant' && state.award?.parentGrantId !== undefined;
    const crosses = intent.type === 'DecomposeGrant' || intent.type === 'DisburseGrant' || toParent;
    return this.desk.record(
      grantDecider,
      grantId,
      command,
      by,
      tell,
      crosses ? (outcome: Outcome) => this.processes.cross(outcome) : undefined,
    );
  }

  private async award(
    grantId: string,
    intent: Extract<Intent, { type: 'AwardGrant' }>,
    by: Invocation,
  ): Promise<Answer> {
    const { divisionCode } = intent.data;
    if (!inScope(by.caller.division, divisionCode)) throw new Rejected('outside-division');
    const known = { closedThrough: await this.periods.closedThrough(divisionCode) };
    const creating = { ...by, creates: true, division: divisionCode };
    return this.desk.record(grantDecider, grantId, { ...intent, known }, creating, tell);
  }

  private async isTaken(grantId: string): Promise<boolean> {
    return (await this.runner.state(grantDecider, grantId)).state.award !== undefined;
  }
}

const IDS = ['grantId', 'childGrantId'] as const;

function tell(events: readonly Fact[]): Made {
  const first = events[0];
  if (!first) return {};
  const data = first.data as unknown as Record<string, unknown>;
  const body = Object.fromEntries(IDS.flatMap((name) => (data[name] === undefined ? [] : [[name, data[name]]])));
  if (first.type === 'GrantAwarded') return { body, location: `/v1/grants/${String(data['grantId'])}` };
  if (first.type === 'GrantDecomposed') return { body, location: `/v1/grants/${String(data['childGrantId'])}` };
  return { body };
}
