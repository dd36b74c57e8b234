import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Fact } from '../kernel/decider.js';
import { inScope } from '../kernel/ids.js';
import { Rejected } from '../kernel/rejection.js';
import { type Answer, CommandDesk } from '../platform/commands/command-desk.js';
import { DeciderRunner } from '../platform/commands/decider-runner.js';
import type { Invocation } from '../platform/commands/invocation.js';
import { CompoundDependents } from '../ledger/compound-dependents.js';
import { PeriodBook } from '../period/period-book.js';
import { type CompoundCommand, compoundDecider } from './compound.decider.js';

type Intent<C = CompoundCommand> = C extends CompoundCommand ? Omit<C, 'known' | 'dependents'> : never;

export class ChangeCompound extends Command<Answer> {
  constructor(
    readonly compoundId: string,
    readonly intent: Intent,
    readonly by: Invocation,
  ) {
    super();
  }
}

@CommandHandler(ChangeCompound)
export class ChangeCompoundHandler implements ICommandHandler<ChangeCompound> {
  constructor(
    private readonly desk: CommandDesk,
    private readonly runner: DeciderRunner,
    private readonly periods: PeriodBook,
    private readonly dependents: CompoundDependents,
  ) {}

  async execute({ compoundId, intent, by }: ChangeCompound): Promise<Answer> {
    const creates = intent.type === 'RegisterCompound';
    const { state } = await this.runner.state(compoundDecider, compoundId);
    const division = creates ? intent.data.divisionCode : state.compound?.divisionCode;
    if (creates && !inScope(by.caller.division, intent.data.divisionCode)) throw new Rejected('outside-division');
    assertStays(intent, state.compound?.divisionCode, by);
    const known = { closedThrough: division === undefined ? null : await this.periods.closedThrough(division) };
    const dependents = intent.type === 'CorrectCompound' ? await this.dependents.of(compoundId) : [];
    const command = { ...intent, known, dependents } as CompoundCommand;
    const asked = { ...by, creates, ...(creates ? { division: intent.data.divisionCode } : {}) };
    return this.desk.record(compoundDecider, compoundId, command, asked, (events) => made(compoundId, events));
  }
}

function made(compoundId: string, events: readonly Fact[]): { body: object; location?: string } {
  const households = events.flatMap(({ type, data }) =>
    type === 'HouseholdsRegistered' ? (data as unknown as { households: { householdId: string }[] }).households : [],
  );
  if (households.length > 0) return { body: { householdIds: households.map(({ householdId }) => householdId) } };
  const registered = events[0]?.type === 'CompoundRegistered';
  return { body: { compoundId }, ...(registered ? { location: `/v1/compounds/${compoundId}` } : {}) };
}

/** A compound is not handed to a division its keeper has no say in. */
function assertStays(intent: Intent, from: string | undefined, { caller }: Invocation): void {
  const to = intent.type === 'CorrectCompound' ? intent.data.changes.divisionCode : undefined;
  if (to === undefined || from === undefined || !inScope(caller.division, from)) return;
  if (!inScope(caller.division, to)) throw new Rejected('outside-division');
}
