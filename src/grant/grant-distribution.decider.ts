import { distributeByFactors, type Factor } from '../calculation/factor-distribution.engine.js';
import { type Decision, SECOND_PERSON } from '../kernel/decider.js';
import { assertNotBefore, assertOpen, type Known, type Noted } from '../kernel/facts.js';
import { yuan } from '../kernel/money.js';
import { Rejected } from '../kernel/rejection.js';
import { CHANGZHI_2020 } from '../policy/changzhi-2020.rules.js';
import { type Check, judge, must } from '../policy/judgement.rules.js';
import { allocationChecks, assertDivision, type SchemeFacts } from './allocation.decider.js';
import { type Award, availableOf, type GrantEvent, type GrantState } from './grant-state.decider.js';

export type DistributionRecipient = {
  readonly divisionCode: string;
  /** Exactly one: the child grant it goes to, or the scheme. */
  readonly childGrantId?: string;
  readonly schemeId?: string;
  readonly coefficient: bigint;
  readonly values: readonly bigint[];
};
export type DistributionCommand = {
  readonly type: 'DistributeGrant';
  readonly data: Noted;
  readonly factors: readonly Factor[];
  readonly recipients: readonly DistributionRecipient[];
  readonly known: Known & {
    /** Of recipients that are schemes, in their order. */
    readonly schemes: ReadonlyMap<string, SchemeFacts>;
    /** Child ids that belong to somebody else already. */
    readonly taken: ReadonlySet<string>;
  };
};

/**
 * 因素法分配: what is available is distributed by the factors, proposed by one person and granted by another, then
 * recorded as decompositions and allocations in one append. Shares of 0.00 are left out.
 */
export function distribute(
  state: GrantState,
  command: DistributionCommand,
  granted: readonly string[],
  inherited: (award: Award) => Award,
): Decision<GrantEvent> {
  const { data, factors, recipients, known } = command;
  const award = state.award!;
  for (const recipient of recipients) assertReachable(state, award, recipient, known);
  assertOpen(data.occurredOn, known);
  assertNotBefore(data.occurredOn, award.awardedOn);
  const available = availableOf(state);
  const checks: Check[] = [must('R09', available > 0n, { available: yuan(available) })];
  for (const facts of known.schemes.values()) checks.push(...allocationChecks(state, award, facts, 'public-area'));
  const pack = [...known.schemes.values()][0]?.pack ?? CHANGZHI_2020;
  const tried = judge(pack, checks, granted);
  const parts = recipients.map((recipient) => ({ ...recipient, id: recipient.schemeId ?? recipient.childGrantId! }));
  const shares = distributeByFactors(available, factors, parts);
  if (!granted.includes(SECOND_PERSON))
    throw new Rejected('needs-second-person', { rules: [SECOND_PERSON], policyId: pack.id });
  const events = shares.flatMap(({ amount }, index): GrantEvent[] =>
    amount === 0n ? [] : [eventOf(award, recipients[index]!, yuan(amount), data, inherited)],
  );
  return { events, ...tried };
}

function assertReachable(
  state: GrantState,
  award: Award,
  { childGrantId, schemeId, divisionCode }: DistributionRecipient,
  known: DistributionCommand['known'],
): void {
  if (!divisionCode.startsWith(award.divisionCode)) throw new Rejected('wrong-division');
  if (schemeId !== undefined) assertDivision(award.divisionCode, known.schemes.get(schemeId)!);
  if (childGrantId === undefined) return;
  const child = state.children.get(childGrantId);
  if (child && child.divisionCode !== divisionCode) throw new Rejected('wrong-division');
  if (!child && (known.taken.has(childGrantId) || childGrantId === award.grantId)) throw new Rejected('already-exists');
}

function eventOf(
  award: Award,
  { schemeId, childGrantId, divisionCode }: DistributionRecipient,
  amount: string,
  noted: Noted,
  inherited: (award: Award) => Award,
): GrantEvent {
  const { grantId, source, programme } = award;
  if (schemeId === undefined)
    return {
      type: 'GrantDecomposed',
      data: { ...noted, grantId, childGrantId: childGrantId!, divisionCode, amount, inherits: inherited(award) },
    };
  const origin = { grantId, source, ...(programme ? { programme } : {}) };
  return { type: 'GrantAllocated', data: { ...noted, ...origin, schemeId, amount, costArea: 'public-area' } };
}
