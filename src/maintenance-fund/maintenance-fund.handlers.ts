import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { compoundDecider, type CompoundState } from '../compound/compound.decider.js';
import { inScope } from '../kernel/ids.js';
import type { Unknown } from '../kernel/rejection.js';
import { PeriodBook } from '../period/period-book.js';
import { type Answer, CommandDesk } from '../platform/commands/command-desk.js';
import { DeciderRunner, type Outcome } from '../platform/commands/decider-runner.js';
import type { Invocation } from '../platform/commands/invocation.js';
import { ProcessRunner } from '../platform/commands/process-runner.js';
import { policyById } from '../policy/policies.rules.js';
import type { RulePack } from '../policy/rule-pack.js';
import { packOf, schemeDecider } from '../scheme/scheme.decider.js';
import { type FundCommand, maintenanceFundDecider } from './maintenance-fund.decider.js';
import type { DrawScheme } from './maintenance-fund-draw.decider.js';
import { tell } from './maintenance-fund-answers.projection.js';
import { type FundState, packOfFund } from './maintenance-fund-state.decider.js';

type Without<C, Keys extends string> = C extends unknown ? Omit<C, Keys> : never;
type Opening = Extract<FundCommand, { type: 'OpenMaintenanceFund' }>;
type Ordinary = Exclude<FundCommand, { type: 'OpenMaintenanceFund' | 'ReceiveReturn' | 'ReverseEntry' }>;

/** Opens the fund of a compound; there is one. */
export class OpenMaintenanceFund extends Command<Answer> {
  constructor(
    readonly data: Omit<Opening['data'], 'divisionCode'>,
    readonly by: Invocation,
  ) {
    super();
  }
}

/** Any other command on a fund. */
export class ChangeMaintenanceFund extends Command<Answer> {
  constructor(
    readonly compoundId: string,
    readonly intent: Without<Ordinary, 'known' | 'pack' | 'scheme'>,
    readonly by: Invocation,
  ) {
    super();
  }
}

@CommandHandler(OpenMaintenanceFund)
export class OpenMaintenanceFundHandler implements ICommandHandler<OpenMaintenanceFund> {
  constructor(
    private readonly desk: CommandDesk,
    private readonly runner: DeciderRunner,
    private readonly periods: PeriodBook,
  ) {}

  async execute({ data, by }: OpenMaintenanceFund): Promise<Answer> {
    const { state: compound } = await this.runner.state(compoundDecider, data.compoundId);
    const divisionCode = compound.compound?.divisionCode;
    const isThere = divisionCode !== undefined && inScope(by.caller.division, divisionCode);
    const command: FundCommand = {
      type: 'OpenMaintenanceFund',
      data: { ...data, divisionCode: divisionCode ?? '' },
      known: {
        compound,
        closedThrough: isThere ? await this.periods.closedThrough(divisionCode) : null,
        unknown: isThere ? unknownPolicy(data.policyId) : { subject: 'compound', pointer: '/compoundId' },
      },
    };
    const creating = { ...by, creates: true, ...(isThere ? { division: divisionCode } : {}) };
    return this.desk.record(maintenanceFundDecider, data.compoundId, command, creating, tell);
  }
}

const unknownPolicy = (policyId: string | undefined): Unknown | undefined =>
  policyId === undefined || policyById(policyId) ? undefined : { subject: 'policy', pointer: '/policyId' };

@CommandHandler(ChangeMaintenanceFund)
export class ChangeMaintenanceFundHandler implements ICommandHandler<ChangeMaintenanceFund> {
  constructor(
    private readonly desk: CommandDesk,
    private readonly runner: DeciderRunner,
    private readonly periods: PeriodBook,
    private readonly processes: ProcessRunner,
  ) {}

  async execute({ compoundId, intent, by }: ChangeMaintenanceFund): Promise<Answer> {
    const { state } = await this.runner.state(maintenanceFundDecider, compoundId);
    const { state: compound } = await this.runner.state(compoundDecider, compoundId);
    const scheme = await this.schemeOf(state, intent.data, by);
    const crosses = intent.type === 'PayDraw' && intent.data.schemeId !== undefined;
    const known = {
      compound: compound as CompoundState,
      closedThrough: await this.closedThrough(state, crosses ? scheme?.divisionCode : undefined),
      unknown: scheme?.unknown,
    };
    const command = {
      ...intent,
      known,
      pack: scheme?.pack ?? packOfFund(state.fund),
      ...(scheme?.facts ? { scheme: scheme.facts } : {}),
    } as FundCommand;
    const cross = crosses ? (outcome: Outcome) => this.processes.cross(outcome) : undefined;
    return this.desk.record(maintenanceFundDecider, compoundId, command, by, tell, cross);
  }

  /** A crossing is dated in the books of both sides. */
  private async closedThrough({ fund }: FundState, other: string | undefined): Promise<string | null> {
    const divisions = [fund?.divisionCode, other].filter((one) => one !== undefined);
    return divisions.length === 0 ? null : this.periods.closedThrough(...divisions);
  }

  /** The scheme the body names or, without one, the scheme of the draw it names. */
  private async schemeOf(
    fund: FundState,
    data: object,
    by: Invocation,
  ): Promise<{ divisionCode?: string; pack?: RulePack; facts?: DrawScheme; unknown?: Unknown } | undefined> {
    const { schemeId: named, drawId } = data as { schemeId?: string; drawId?: string };
    const schemeId = named ?? (drawId === undefined ? undefined : fund.draws.get(drawId)?.schemeId);
    if (schemeId === undefined) return undefined;
    const { scheme, ...rest } = (await this.runner.state(schemeDecider, schemeId)).state;
    if (!scheme || !inScope(by.caller.division, scheme.divisionCode))
      return { unknown: { subject: 'scheme', pointer: '/schemeId' } };
    const { divisionCode, compoundId } = scheme;
    return { divisionCode, pack: packOf({ scheme, ...rest }), facts: { schemeId, compoundId } };
  }
}
