import type { Decision } from '../kernel/decider.js';
import { assertNotBefore, assertOpen, type Known, type Noted } from '../kernel/facts.js';
import { fen, yuan } from '../kernel/money.js';
import { notFound, Rejected } from '../kernel/rejection.js';
import type { CompoundState } from '../compound/compound.decider.js';
import { type ContributionForm, FUNDING_SOURCES, type FundingSource } from '../policy/funding-source.js';
import { ceiling, type Check, judge } from '../policy/judgement.rules.js';
import type { RulePack } from '../policy/rule-pack.js';
import type { CostArea, Utility } from '../policy/work-item.js';
import { assertHousehold, isExempt } from './scheme-budget.decider.js';
import { approvalGate, lineNamed, matrixChecks, withinLine } from './scheme-checks.decider.js';
import {
  type BudgetLine,
  type Contribution,
  type OwnersDecision,
  type Payer,
  type Pledge,
  type PoolKey,
  poolOf,
  type SchemeEvent,
  type SchemeState,
} from './scheme-state.decider.js';

type Offered = {
  readonly source: FundingSource;
  readonly amount: string;
  readonly costArea?: CostArea;
  readonly lineId?: string;
  readonly payer?: Payer;
  readonly utility?: Utility;
};
export type FundingCommand = { readonly known: Known & { readonly compound: CompoundState } } & (
  | { readonly type: 'PledgeFunding'; readonly data: Offered & { pledgeId: string } & Noted }
  | { readonly type: 'WithdrawPledge'; readonly data: { pledgeId: string; reason: string } & Noted }
  | {
      readonly type: 'ReceiveContribution';
      readonly data: Offered & {
        contributionId: string;
        form: ContributionForm;
        pledgeId?: string;
        providentFund?: { amount: string; certificateNo: string };
        decision?: OwnersDecision;
        grossAmount?: string;
        cost?: string;
        purpose?: string;
        voucherNo?: string;
      } & Noted;
    }
  | {
      readonly type: 'RefundContribution';
      readonly data: {
        contributionId: string;
        amount: string;
        reason: string;
        refundTo: 'payer' | 'current-owner';
      } & Noted;
    }
);
type Of<Type extends FundingCommand['type']> = Extract<FundingCommand, { type: Type }>;
type Decide = Decision<SchemeEvent>;

export function pledge(
  state: SchemeState,
  { data, known }: Of<'PledgeFunding'>,
  pack: RulePack,
  granted: readonly string[],
): Decide {
  const line = lineNamed(state, data.lineId);
  assertPayer(known.compound, data.payer);
  assertRoute(data.source);
  const costArea = areaOf(data.costArea, line, undefined);
  if (state.pledges.has(data.pledgeId)) throw new Rejected('already-exists');
  assertOpen(data.occurredOn, known);
  const key = keyOf(data, costArea);
  const tried = judge(pack, matrixChecks(state, pack, key, line), granted);
  const { utility: _, ...told } = data;
  return {
    events: [{ type: 'FundingPledged', data: { ...told, ...key, schemeId: state.scheme!.schemeId } }],
    ...tried,
  };
}

export function withdraw(state: SchemeState, { data, known }: Of<'WithdrawPledge'>): Decide {
  const promised = state.pledges.get(data.pledgeId);
  if (!promised) throw notFound('pledge');
  if (promised.reversed) throw new Rejected('already-reversed');
  if (promised.withdrawn) throw new Rejected('already-done');
  assertOpen(data.occurredOn, known);
  assertNotBefore(data.occurredOn, promised.pledgedOn);
  const { source, reference, costArea, amount, lineId, payer } = promised;
  const marks = { ...(lineId === undefined ? {} : { lineId }), ...(payer === undefined ? {} : { payer }) };
  const event = { ...data, schemeId: state.scheme!.schemeId, source, reference, costArea, amount, ...marks };
  return { events: [{ type: 'PledgeWithdrawn', data: event }], policyId: state.scheme!.policyId };
}

export function contribute(
  state: SchemeState,
  { data, known }: Of<'ReceiveContribution'>,
  pack: RulePack,
  granted: readonly string[],
): Decide {
  const line = lineNamed(state, data.lineId);
  const promised = data.pledgeId === undefined ? undefined : state.pledges.get(data.pledgeId);
  if (data.pledgeId !== undefined && !promised) throw notFound('pledge', '/pledgeId');
  assertPayer(known.compound, data.payer);
  assertRoute(data.source);
  const costArea = areaOf(data.costArea, line, promised);
  const key = keyOf(data, costArea);
  if (promised) assertMatches(promised, key, data.payer);
  if (promised?.reversed) throw new Rejected('already-reversed');
  if (promised?.withdrawn) throw new Rejected('already-done');
  if (state.contributions.has(data.contributionId)) throw new Rejected('already-exists');
  assertOpen(data.occurredOn, known);
  const direct = data.form === 'direct-payment';
  if (direct && !isExempt(line!, pack)) assertNotBefore(data.occurredOn, state.firstApprovedOn);
  const checks = [
    ...matrixChecks(state, pack, key, line, promised),
    // Inside a household's cash, and nobody's promise: what it may pay for is its own row of the matrix.
    ...(data.providentFund ? matrixChecks(state, pack, { ...key, source: 'provident-fund' }, line) : []),
    ...(direct ? [...approvalGate(state, line!, pack), ...withinLine(state, line!, fen(data.amount), 'direct')] : []),
  ];
  const tried = judge(pack, checks, granted);
  const { utility: _, ...told } = data;
  const payer = data.payer ?? promised?.payer;
  const event = { ...told, ...key, schemeId: state.scheme!.schemeId, ...(payer ? { payer } : {}) };
  return { events: [{ type: 'ContributionReceived', data: event }], ...tried };
}

export function refund(state: SchemeState, { data, known }: Of<'RefundContribution'>, pack: RulePack): Decide {
  const contribution = state.contributions.get(data.contributionId);
  if (!contribution) throw notFound('contribution', '/contributionId');
  // What was paid to a contractor or given in kind does not come back as money: it is reversed.
  if (contribution.form === 'direct-payment') throw new Rejected('wrong-route');
  if (contribution.reversed) throw new Rejected('already-reversed');
  assertOpen(data.occurredOn, known);
  assertNotBefore(data.occurredOn, contribution.receivedOn);
  const tried = judge(pack, refundable(state, contribution, fen(data.amount)), []);
  const { source, reference, costArea, form, lineId, pledgeId, payer } = contribution;
  const event = {
    ...data,
    ...{ source, reference, costArea, form, schemeId: state.scheme!.schemeId },
    ...(lineId === undefined ? {} : { lineId }),
    ...(pledgeId === undefined ? {} : { pledgeId }),
    ...(payer?.householdId === undefined ? {} : { householdId: payer.householdId }),
  };
  return { events: [{ type: 'ContributionRefunded', data: event }], ...tried };
}

function refundable(state: SchemeState, contribution: Contribution, asked: bigint): Check[] {
  const left = fen(contribution.amount) - contribution.refunded;
  const facts = { asked: yuan(asked), source: contribution.source };
  const checks = [ceiling('R08', asked, left, { ...facts, available: yuan(left) })];
  if (contribution.form !== 'cash') return checks;
  const { received, paid } = poolOf(state, contribution);
  return [...checks, ceiling('R08', asked, received - paid, { ...facts, available: yuan(received - paid) })];
}

/** Grants, bonds, the maintenance fund and the provident fund are recorded where their own ledgers are. */
function assertRoute(source: FundingSource): void {
  if (FUNDING_SOURCES[source].route !== 'contribution') throw new Rejected('wrong-route', { facts: { source } });
}

function assertPayer(compound: CompoundState, payer: Payer | undefined): void {
  if (payer?.householdId !== undefined) assertHousehold(compound, payer.householdId, '/payer/householdId');
}

/** The area stated, else the line's, else the pledge's, else the public area; a contradiction is refused. */
export function areaOf(
  stated: CostArea | undefined,
  line: BudgetLine | undefined,
  promised: Pledge | undefined,
): CostArea {
  if (stated !== undefined && line && line.costArea !== stated) throw new Rejected('cost-area-mismatch');
  return stated ?? line?.costArea ?? promised?.costArea ?? 'public-area';
}

const keyOf = ({ source, utility }: Offered, costArea: CostArea): PoolKey => ({
  source,
  reference: FUNDING_SOURCES[source].reference === 'utility' ? (utility ?? null) : null,
  costArea,
});

function assertMatches(promised: Pledge, key: PoolKey, payer: Payer | undefined): void {
  const same =
    promised.source === key.source &&
    promised.reference === key.reference &&
    promised.costArea === key.costArea &&
    (payer === undefined ||
      promised.payer === undefined ||
      (promised.payer.householdId === payer.householdId && promised.payer.organisation === payer.organisation));
  if (!same) throw new Rejected('pledge-mismatch');
}
