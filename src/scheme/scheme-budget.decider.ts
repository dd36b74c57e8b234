import type { Decision } from '../kernel/decider.js';
import { assertNotBefore, assertOpen, type Known, type Noted } from '../kernel/facts.js';
import { fen, yuan } from '../kernel/money.js';
import { notFound, Rejected } from '../kernel/rejection.js';
import { ceiling, type Check, judge, must } from '../policy/judgement.rules.js';
import type { RulePack } from '../policy/rule-pack.js';
import type { CompoundState } from '../compound/compound.decider.js';
import {
  amountIn,
  type BudgetLine,
  contracted,
  type Contract,
  contractsOn,
  type ContractRole,
  linesOf,
  payable,
  type SchemeEvent,
  type SchemeState,
  type Scope,
} from './scheme-state.decider.js';

type LineAmount = { readonly lineId: string; readonly amount: string };
type SettledLine = { lineId: string; submitted: string; audited: string; retention?: string; retentionDueOn?: string };
export type BudgetCommand = { readonly known: Known & { readonly compound: CompoundState } } & (
  | {
      readonly type: 'ReviseBudget';
      readonly data: { lines: readonly BudgetLine[]; reason: string; recordedBy: string } & Noted;
    }
  | {
      readonly type: 'AwardContract';
      readonly data: {
        contractNo: string;
        contractor: string;
        lines: readonly LineAmount[];
        role: ContractRole;
        procurementMethod?: string;
      } & Noted;
    }
  | {
      readonly type: 'ChangeContract';
      readonly data: { contractNo: string; lines: readonly LineAmount[]; reason: string } & Noted;
    }
  | { readonly type: 'SettleContract'; readonly data: { contractNo: string; lines: readonly SettledLine[] } & Noted }
);
type Of<Type extends BudgetCommand['type']> = Extract<BudgetCommand, { type: Type }>;
type Decide = Decision<SchemeEvent>;

export function reviseBudget(state: SchemeState, { data, known }: Of<'ReviseBudget'>, pack: RulePack): Decide {
  data.lines.forEach((line, index) => assertPlaces(line, known.compound, `/lines/${index}`));
  assertOpen(data.occurredOn, known);
  const tried = judge(pack, floors(state, new Map(data.lines.map((line) => [line.lineId, line]))), []);
  const event = { ...data, schemeId: state.scheme!.schemeId, budgetRevision: state.revisions.length + 1 };
  return { events: [{ type: 'BudgetRevised', data: event }], ...tried };
}

/** R10: no line goes below what is contracted or paid on it. */
export function floors(state: SchemeState, lines: ReadonlyMap<string, BudgetLine>): Check[] {
  const least = new Map<string, bigint>();
  const raise = (lineId: string, amount: bigint) =>
    void (amountIn(least, lineId) < amount && least.set(lineId, amount));
  for (const [lineId, amount] of contracted(state)) raise(lineId, amount);
  for (const lineId of new Set([...state.paidOnLine.keys(), ...state.directOnLine.keys()]))
    raise(lineId, amountIn(state.paidOnLine, lineId) + amountIn(state.directOnLine, lineId));
  const low = [...least].find(([lineId, amount]) => fen(lines.get(lineId)?.amount ?? '0.00') < amount);
  return [must('R10', low === undefined, low && { lineId: low[0], least: yuan(low[1]) })];
}

export function awardContract(state: SchemeState, { data, known }: Of<'AwardContract'>, pack: RulePack): Decide {
  const lines = linesOf(state);
  data.lines.forEach(({ lineId }, index) => assertLine(lines, lineId, `/lines/${index}/lineId`));
  if (state.contracts.has(data.contractNo)) throw new Rejected('already-exists');
  assertOpen(data.occurredOn, known);
  const exempt = data.lines.every(({ lineId }) => isExempt(lines.get(lineId)!, pack));
  const approvedThen = state.firstApprovedOn !== undefined && data.occurredOn >= state.firstApprovedOn;
  const before = contracted(state);
  const checks = [
    must('R06', data.role !== 'construction' || exempt || approvedThen, { missing: 'approval' }),
    must('R10', state.finalAccountOn === undefined, { after: 'final-account' }),
    ...data.lines.map((line) => withinBudget(lines, before, line.lineId, fen(line.amount))),
  ];
  const tried = judge(pack, checks, []);
  return { events: [{ type: 'ContractAwarded', data: { ...data, schemeId: state.scheme!.schemeId } }], ...tried };
}

export const isExempt = ({ workItem }: BudgetLine, pack: RulePack): boolean =>
  pack.parameters.exemptFromApproval.includes(workItem);

export function withinBudget(
  lines: ReadonlyMap<string, BudgetLine>,
  before: ReadonlyMap<string, bigint>,
  lineId: string,
  more: bigint,
): Check {
  const available = fen(lines.get(lineId)?.amount ?? '0.00') - amountIn(before, lineId);
  return ceiling('R10', more, available, { lineId, asked: yuan(more), available: yuan(available) });
}

export function changeContract(state: SchemeState, { data, known }: Of<'ChangeContract'>, pack: RulePack): Decide {
  const contract = contractOf(state, data.contractNo);
  const lines = linesOf(state);
  data.lines.forEach(({ lineId }, index) => assertLine(lines, lineId, `/lines/${index}/lineId`));
  if (contract.settled.size > 0) throw new Rejected('already-done');
  assertOpen(data.occurredOn, known);
  assertNotBefore(data.occurredOn, contract.awardedOn);
  const before = contracted(state);
  const checks = [
    must('R10', state.finalAccountOn === undefined, { after: 'final-account' }),
    ...data.lines.flatMap(({ lineId, amount }) => [
      withinBudget(lines, before, lineId, fen(amount)),
      ...aboveWhatIsPaid(state, contract, lineId, fen(amount), data.occurredOn),
    ]),
  ];
  const tried = judge(pack, checks, []);
  return { events: [{ type: 'ContractChanged', data: { ...data, schemeId: state.scheme!.schemeId } }], ...tried };
}

function aboveWhatIsPaid(state: SchemeState, contract: Contract, lineId: string, change: bigint, on: string): Check[] {
  const own = amountIn(contract.lines, lineId) + change;
  // Another contract on the line may be settled: then what was audited counts, not what it was awarded for.
  const all = contractsOn(state, lineId).reduce((sum, one) => sum + payable(one, lineId, on), 0n) + change;
  const facts = { lineId, contractNo: contract.contractNo };
  return [
    must('R10', own >= amountIn(contract.paid, lineId) && own >= 0n, {
      ...facts,
      least: yuan(amountIn(contract.paid, lineId)),
    }),
    must('R10', change >= 0n || all >= amountIn(state.paidOnLine, lineId), {
      ...facts,
      least: yuan(amountIn(state.paidOnLine, lineId)),
    }),
  ];
}

/** 工程结算: a fact of the audit, recorded even below what is paid; above the contract it is R10. */
export function settleContract(state: SchemeState, { data, known }: Of<'SettleContract'>, pack: RulePack): Decide {
  const contract = contractOf(state, data.contractNo);
  data.lines.forEach(({ lineId }, index) => assertLine(contract.lines, lineId, `/lines/${index}/lineId`));
  if (data.lines.some(({ lineId }) => contract.settled.has(lineId))) throw new Rejected('already-done');
  assertOpen(data.occurredOn, known);
  assertNotBefore(data.occurredOn, contract.awardedOn);
  const checks = [
    must('R10', state.finalAccountOn === undefined, { after: 'final-account' }),
    ...data.lines.map(({ lineId, audited }) => {
      const most = amountIn(contract.lines, lineId);
      return ceiling('R10', fen(audited), most, { lineId, asked: audited, ceiling: yuan(most) });
    }),
  ];
  const tried = judge(pack, checks, []);
  return { events: [{ type: 'ContractSettled', data: { ...data, schemeId: state.scheme!.schemeId } }], ...tried };
}

function contractOf(state: SchemeState, contractNo: string): Contract {
  const contract = state.contracts.get(contractNo);
  if (!contract) throw notFound('contract', '/contractNo');
  if (contract.reversed) throw new Rejected('already-reversed');
  return contract;
}

export function assertLine(lines: ReadonlyMap<string, unknown>, lineId: string, pointer: string): void {
  if (!lines.has(lineId)) throw notFound('line', pointer);
}

export function assertHousehold({ households }: CompoundState, householdId: string, pointer: string): void {
  if (!households.has(householdId)) throw notFound('household', pointer);
}

function assertPlaces({ scope, agreedWeights }: BudgetLine, compound: CompoundState, pointer: string): void {
  assertScope(scope, compound, `${pointer}/scope`);
  agreedWeights?.forEach(({ householdId }, index) =>
    assertHousehold(compound, householdId, `${pointer}/agreedWeights/${index}/householdId`),
  );
}

/** Everything a scope names stands on the register of its compound. */
export function assertScope(scope: Scope, compound: CompoundState, pointer: string): void {
  if ('buildings' in scope)
    scope.buildings.forEach((buildingNo, index) => {
      if (!compound.compound!.buildings.some((building) => building.buildingNo === buildingNo))
        throw notFound('building', `${pointer}/buildings/${index}`);
    });
  if ('households' in scope)
    scope.households.forEach((id, index) => assertHousehold(compound, id, `${pointer}/households/${index}`));
  if ('entrances' in scope)
    scope.entrances.forEach((entrance, index) => {
      const known = [...compound.households.values()].some(
        (one) => one.buildingNo === entrance.buildingNo && one.entranceNo === entrance.entranceNo,
      );
      if (!known) throw notFound('entrance', `${pointer}/entrances/${index}`);
    });
}
