import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { compoundDecider } from '../compound/compound.decider.js';
import { bondDecider } from '../bond/bond.decider.js';
import { grantDecider } from '../grant/grant.decider.js';
import type { Fact } from '../kernel/decider.js';
import { inScope } from '../kernel/ids.js';
import type { Unknown } from '../kernel/rejection.js';
import { maintenanceFundDecider } from '../maintenance-fund/maintenance-fund.decider.js';
import { PeriodBook } from '../period/period-book.js';
import { type Answer, CommandDesk, type Made } from '../platform/commands/command-desk.js';
import { HouseholdShares } from '../ledger/household-shares.js';
import { DeciderRunner, type Outcome } from '../platform/commands/decider-runner.js';
import { ProcessRunner } from '../platform/commands/process-runner.js';
import type { Invocation } from '../platform/commands/invocation.js';
import { FUNDING_SOURCES } from '../policy/funding-source.js';
import { policyById } from '../policy/policies.rules.js';
import { COST_AREAS } from '../policy/work-item.js';
import { type SchemeCommand, schemeDecider } from './scheme.decider.js';
import type { From } from './scheme-state.decider.js';

type Ordinary = Exclude<SchemeCommand, { type: 'DraftScheme' | 'ReceiveFunds' | 'ReverseEntry' }>;
type Without<C, Keys extends string> = C extends unknown ? Omit<C, Keys> : never;

/** Draws up a scheme for a compound. */
export class DraftScheme extends Command<Answer> {
  constructor(
    readonly schemeId: string,
    readonly data: Omit<Extract<SchemeCommand, { type: 'DraftScheme' }>['data'], 'divisionCode'>,
    readonly by: Invocation,
  ) {
    super();
  }
}

/** Any other command on a scheme. */
export class ChangeScheme extends Command<Answer> {
  constructor(
    readonly schemeId: string,
    readonly intent: Without<Ordinary, 'known'>,
    readonly by: Invocation,
  ) {
    super();
  }
}

@CommandHandler(DraftScheme)
export class DraftSchemeHandler implements ICommandHandler<DraftScheme> {
  constructor(
    private readonly desk: CommandDesk,
    private readonly runner: DeciderRunner,
    private readonly periods: PeriodBook,
  ) {}

  async execute({ schemeId, data, by }: DraftScheme): Promise<Answer> {
    const { state: compound } = await this.runner.state(compoundDecider, data.compoundId);
    const divisionCode = compound.compound?.divisionCode;
    const isThere = divisionCode !== undefined && inScope(by.caller.division, divisionCode);
    const known = { closedThrough: isThere ? await this.periods.closedThrough(divisionCode) : null, compound };
    const unknown = isThere ? undefined : { subject: 'compound' as const, pointer: '/compoundId' };
    const pack = policyById(data.policyId);
    const command: SchemeCommand = {
      type: 'DraftScheme',
      data: { ...data, divisionCode: divisionCode ?? '' },
      known: { ...known, unknown: unknown ?? (pack ? undefined : { subject: 'policy', pointer: '/policyId' }) },
      pack: pack!,
    };
    const creating = { ...by, creates: true, ...(isThere ? { division: divisionCode } : {}) };
    return this.desk.record(schemeDecider, schemeId, command, creating, tell);
  }
}

@CommandHandler(ChangeScheme)
export class ChangeSchemeHandler implements ICommandHandler<ChangeScheme> {
  constructor(
    private readonly desk: CommandDesk,
    private readonly runner: DeciderRunner,
    private readonly periods: PeriodBook,
    private readonly processes: ProcessRunner,
    private readonly shares: HouseholdShares,
  ) {}

  async execute({ schemeId, intent, by }: ChangeScheme): Promise<Answer> {
    const { scheme } = (await this.runner.state(schemeDecider, schemeId)).state;
    const { state: compound } = await this.runner.state(compoundDecider, scheme?.compoundId ?? '');
    const closedThrough = scheme ? await this.periods.closedThrough(scheme.divisionCode) : null;
    const unknown = scheme ? await this.unknownReference(scheme, intent, by) : undefined;
    const known = { closedThrough, compound, unknown };
    const borne = intent.type === 'AdjustShare' && scheme ? await this.shares.borne(schemeId, intent.data) : 0n;
    const command = { ...intent, known, ...(intent.type === 'AdjustShare' ? { borne } : {}) } as SchemeCommand;
    const crosses = intent.type === 'ReturnFunds' ? (outcome: Outcome) => this.processes.cross(outcome) : undefined;
    return this.desk.record(schemeDecider, schemeId, command, by, tell, crosses);
  }

  /** The first grant, bond or draw a command names that is not there: told as such, not as money that never came. */
  private async unknownReference(
    scheme: { readonly schemeId: string; readonly compoundId: string },
    { data }: Without<Ordinary, 'known'>,
    { caller }: Invocation,
  ): Promise<Unknown | undefined> {
    for (const { source, reference, pointer } of referencesOf(data)) {
      const subject = FUNDING_SOURCES[source].reference;
      if (subject === null || subject === 'utility' || reference === null) continue;
      const lies = { ...scheme, reference, division: caller.division };
      // A reference of another source is there: no money of this one came by it (R08).
      if (!(await this.hasAward(lies)) && !(await this.hasDraw(lies))) return { subject, pointer };
    }
    return undefined;
  }

  /** Whether a grant or bond lies in the division asked from, was passed on into it, or sends money to this scheme. */
  private async hasAward({ reference, schemeId, division }: Lying): Promise<boolean> {
    const { state: grant } = await this.runner.state(grantDecider, reference);
    const { state: bond } = await this.runner.state(bondDecider, reference);
    const divisions = [grant.award, bond.bond, ...grant.children.values()].flatMap((one) => one?.divisionCode ?? []);
    if (divisions.some((code) => inScope(division, code))) return true;
    return [grant, bond].some(({ sent }) => COST_AREAS.some((area) => sent.has(`${schemeId}|${area}`)));
  }

  private async hasDraw({ reference, compoundId }: Lying): Promise<boolean> {
    return (await this.runner.state(maintenanceFundDecider, compoundId)).state.draws.has(reference);
  }
}

type Lying = {
  readonly schemeId: string;
  readonly compoundId: string;
  readonly reference: string;
  readonly division: string;
};
type Named = Omit<From, 'amount'> & { pointer: string };
type Froms = From | readonly From[];

function referencesOf(data: object): Named[] {
  const { from, to, source, reference = null } = data as Partial<From> & { from?: Froms; to?: Froms };
  const own: Named[] = source === undefined ? [] : [{ source, reference, pointer: '/reference' }];
  const named = Object.entries({ from, to }).flatMap(([field, given]) =>
    given === undefined
      ? []
      : Array.isArray(given)
        ? (given as From[]).map((one, index) => ({ ...one, pointer: `/${field}/${index}/reference` }))
        : [{ ...(given as From), pointer: `/${field}/reference` }],
  );
  return [...own, ...named];
}

const IDS = ['schemeId', 'budgetRevision', 'pledgeId', 'contributionId', 'paymentId', 'contractNo', 'surplus'] as const;
/** What the events of a command made, for its answer: ids, and where the thing can be read. */
function tell(events: readonly Fact[]): Made {
  const first = events[0];
  if (!first) return {};
  const data = first.data as unknown as Record<string, unknown>;
  const body = Object.fromEntries(IDS.flatMap((name) => (data[name] === undefined ? [] : [[name, data[name]]])));
  return { body, ...(first.type === 'SchemeDrafted' ? { location: `/v1/schemes/${String(data['schemeId'])}` } : {}) };
}
