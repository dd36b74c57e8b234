import type { Decision } from '../kernel/decider.js';
import { assertNotBefore, assertOpen, type Known, type Noted } from '../kernel/facts.js';
import { byCodePoint } from '../kernel/ids.js';
import { fen, type Fen, yuan } from '../kernel/money.js';
import { Rejected } from '../kernel/rejection.js';
import type { CompoundState } from '../compound/compound.decider.js';
import { FUNDING_SOURCES, type FundingSource } from '../policy/funding-source.js';
import { type Check, judge, must } from '../policy/judgement.rules.js';
import type { RulePack } from '../policy/rule-pack.js';
import type { CostArea } from '../policy/work-item.js';
import { assertHousehold, assertLine } from './scheme-budget.decider.js';
import { poolKeeps } from './scheme-checks.decider.js';
import { linesOf, type SchemeEvent, type SchemeState } from './scheme-state.decider.js';

type BorneBy = { readonly householdId?: string; readonly source?: FundingSource };
type OnCompound = { readonly known: Known & { readonly compound: CompoundState } };
export type ClosingCommand = OnCompound &
  (
    | {
        readonly type: 'ReturnFunds';
        readonly data: {
          source: FundingSource;
          reference: string;
          costArea?: CostArea;
          amount: string;
          reason: string;
        } & Noted;
      }
    | {
        readonly type: 'AdjustShare';
        readonly data: {
          householdId: string;
          lineId: string;
          amount: string;
          reason: 'hardship' | 'waiver' | 'ground-floor';
          borneBy: BorneBy;
        } & Noted;
        /** What the household bears of the line now. */
        readonly borne: Fen;
      }
    | { readonly type: 'ApproveFinalAccount'; readonly data: Noted }
  );
type Of<Type extends ClosingCommand['type']> = Extract<ClosingCommand, { type: Type }>;
type Decide = Decision<SchemeEvent>;

/** Money leaves the scheme for where it came from; the other side follows. */
export function returnFunds(state: SchemeState, { data, known }: Of<'ReturnFunds'>, pack: RulePack): Decide {
  if (FUNDING_SOURCES[data.source].route === 'contribution')
    throw new Rejected('wrong-route', { facts: { source: data.source } });
  assertOpen(data.occurredOn, known);
  const costArea = data.costArea ?? 'public-area';
  const key = { source: data.source, reference: data.reference, costArea };
  const tried = judge(pack, [poolKeeps(state, key, fen(data.amount))], []);
  return { events: [{ type: 'FundsReturned', data: { ...data, ...key, schemeId: state.scheme!.schemeId } }], ...tried };
}

/** A household's share is lowered, and the fact says who bears it instead. */
export function adjustShare(state: SchemeState, { data, known, borne }: Of<'AdjustShare'>): Decide {
  assertHousehold(known.compound, data.householdId, '/householdId');
  assertLine(linesOf(state), data.lineId, '/lineId');
  if (data.borneBy.householdId !== undefined)
    assertHousehold(known.compound, data.borneBy.householdId, '/borneBy/householdId');
  assertOpen(data.occurredOn, known);
  if (fen(data.amount) > borne)
    throw new Rejected('out-of-range', { facts: { asked: data.amount, available: yuan(borne) } });
  return {
    events: [{ type: 'ShareAdjusted', data: { ...data, schemeId: state.scheme!.schemeId } }],
    policyId: state.scheme!.policyId,
  };
}

/** 竣工财务决算: after the acceptance, once; what is left of each source goes back where it came from. */
export function approveFinalAccount(
  state: SchemeState,
  { data, known }: Of<'ApproveFinalAccount'>,
  pack: RulePack,
): Decide {
  if (state.finalAccountOn !== undefined) throw new Rejected('already-done');
  assertOpen(data.occurredOn, known);
  assertNotBefore(data.occurredOn, state.acceptedOn);
  const checks: Check[] = [must('R07', state.acceptedOn !== undefined, { missing: 'acceptance' })];
  const tried = judge(pack, checks, []);
  const surplus = [...state.pools.entries()]
    .filter(([, { received, paid }]) => received > paid)
    .sort(([a], [b]) => byCodePoint(a, b))
    .map(([, { source, reference, costArea, received, paid }]) => ({
      ...{ source, reference, costArea, amount: yuan(received - paid) },
      action: FUNDING_SOURCES[source].route === 'contribution' ? ('refund' as const) : ('return' as const),
    }));
  return {
    events: [{ type: 'FinalAccountApproved', data: { ...data, schemeId: state.scheme!.schemeId, surplus } }],
    ...tried,
  };
}
