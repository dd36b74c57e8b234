import { apportion, type Part as Weight, type Share } from '../calculation/apportionment.engine.js';
import { checkForecast } from '../calculation/reserve-forecast.engine.js';
import type { Household, Ownership } from '../compound/compound.decider.js';
import type { BusinessDate } from '../kernel/dates.js';
import { millionths } from '../kernel/decimal.js';
import type { Decision } from '../kernel/decider.js';
import { assertNotBefore, assertOpen, type Noted } from '../kernel/facts.js';
import { type Fen, fen, larger, total, yuan } from '../kernel/money.js';
import { notFound, Rejected } from '../kernel/rejection.js';
import { ceiling, judge } from '../policy/judgement.rules.js';
import type { RulePack } from '../policy/rule-pack.js';
import {
  type Account,
  type ComponentData,
  type DataOf,
  type DecisionData,
  type DepositEntry,
  type DepositKind,
  type FundEvent,
  type FundKnown,
  type FundState,
  type Holder,
  holderOf,
  householdKey,
  type HolderAmount,
  type IncomeKind,
  inParts,
  isClosed,
  openFlats,
  type Pot,
  flatOf,
} from './maintenance-fund-state.decider.js';

type Own<Type extends FundEvent['type']> = Omit<DataOf<Type>, 'compoundId' | 'override'>;
export type AccountCommand = { readonly known: FundKnown } & (
  | { readonly type: 'OpenMaintenanceFund'; readonly data: Omit<DataOf<'MaintenanceFundOpened'>, 'override'> }
  | { readonly type: 'ChangeRates'; readonly data: Own<'RatesChanged'> }
  | {
      readonly type: 'ReceiveDeposits';
      readonly data: {
        kind: DepositKind;
        entries: readonly (HolderAmount & { payer?: DepositEntry['payer'] })[];
        decision?: DecisionData;
        voluntary?: boolean;
      } & Noted;
    }
  | {
      readonly type: 'CreditIncome';
      readonly data: { kind: IncomeKind; amount: string; decision?: DecisionData } & Noted;
    }
  | {
      readonly type: 'TransferSubAccount';
      readonly data: { householdId: string; ownership?: Ownership; ownerUnitId?: string } & Noted;
    }
  | {
      readonly type: 'CloseSubAccount';
      readonly data: { householdId: string; reason: string } & Noted;
      readonly pack: RulePack;
    }
  | {
      readonly type: 'SurveyComponents';
      readonly data: { surveyedOn: BusinessDate; components: readonly ComponentData[] } & Noted;
    }
);
type Of<Type extends AccountCommand['type']> = Extract<AccountCommand, { type: Type }>;
type Decide = Decision<FundEvent>;

/** Every fact of a fund is dated in an open period and not before the fund was opened. */
export function assertDated(state: FundState, occurredOn: BusinessDate, known: FundKnown): void {
  assertOpen(occurredOn, known);
  assertNotBefore(occurredOn, state.fund!.openedOn);
}

export function openFund({ data, known }: Of<'OpenMaintenanceFund'>): Decide {
  assertOpen(data.occurredOn, known);
  return { events: [{ type: 'MaintenanceFundOpened', data }] };
}

/** "The rule of a fund changes only on 1 January" (3-calculations.md §6), and never under interest already settled. */
export function changeRates(state: FundState, { data, known }: Of<'ChangeRates'>): Decide {
  const { settledThrough, settlements, fund } = state;
  if (data.interestRule !== undefined) {
    if (!data.from.endsWith('-01-01')) throw new Rejected('out-of-range', { pointer: '/from' });
    if (settledThrough !== null && data.from <= settledThrough)
      throw new Rejected('dependent-entries', { eventIds: settlements.slice(-1).map(({ eventId }) => eventId) });
  }
  assertDated(state, data.occurredOn, known);
  return { events: [{ type: 'RatesChanged', data: { ...data, compoundId: fund!.compoundId } }] };
}

/** "Money that has arrived is always recorded" (R20): whether the levy was decided on is a finding. */
export function receiveDeposits(state: FundState, { data, known }: Of<'ReceiveDeposits'>): Decide {
  const { entries: given, ...told } = data;
  const units = unitsOf(state, known);
  const entries = given.map((entry, index) => credited(state, known, units, entry, `/entries/${index}`));
  if (entries.some((entry) => namesClosed(state, entry))) throw new Rejected('already-done');
  assertDated(state, data.occurredOn, known);
  const { compoundId } = state.fund!;
  return {
    events: inParts(entries, sumOf).map(({ shares, ...part }) => ({
      type: 'DepositReceived',
      data: { ...told, ...part, compoundId, entries: shares },
    })),
  };
}

const namesClosed = (state: FundState, { householdId }: Holder): boolean =>
  householdId !== undefined && isClosed(state, householdKey(householdId));

/** Who it is credited to: "a deposit with payer `selling-unit` goes" to the unit's own sub-account. */
function credited(
  state: FundState,
  known: FundKnown,
  units: ReadonlySet<string>,
  { householdId, unitId, amount, payer }: HolderAmount & { payer?: DepositEntry['payer'] },
  pointer: string,
): DepositEntry {
  if (unitId !== undefined) {
    if (!units.has(unitId)) throw notFound('unit', `${pointer}/unitId`);
    return { unitId, amount, payer: 'selling-unit' };
  }
  const flat = flatNamed(state, known, householdId!, `${pointer}/householdId`);
  if (payer !== 'selling-unit') return { householdId: householdId!, amount, payer: 'owner' };
  if (flat.ownerUnitId === undefined) throw notFound('unit', `${pointer}/payer`);
  return { householdId: householdId!, unitId: flat.ownerUnitId, amount, payer };
}

export function flatNamed(state: FundState, { compound }: FundKnown, householdId: string, pointer: string): Household {
  const household = compound.households.get(householdId);
  if (!household) throw notFound('household', pointer);
  return flatOf(state, household);
}

/** Units that sold or still own a flat of the compound, or have a sub-account already. */
export function unitsOf(state: FundState, { compound }: FundKnown): Set<string> {
  const units = new Set<string>();
  for (const household of compound.households.values()) {
    const { ownerUnitId } = flatOf(state, household);
    if (ownerUnitId !== undefined) units.add(ownerUnitId);
  }
  for (const { unitId } of state.accounts.values()) if (unitId !== undefined) units.add(unitId);
  return units;
}

export const sumOf = (shares: readonly { readonly amount: string }[]): string =>
  yuan(total(shares.map(({ amount }) => fen(amount))));

/** "Interest entered by hand: by balance on that day; other income: by area of all households not closed." */
export function creditIncome(state: FundState, { data, known }: Of<'CreditIncome'>): Decide {
  assertDated(state, data.occurredOn, known);
  const { amount, ...told } = data;
  const byBalance = data.kind === 'interest' ? balancesOn(state, data.occurredOn) : [];
  const shares = spread(fen(amount), byBalance, state, known);
  return { events: incomeEvents(state, told, shares) };
}

export const LARGEST_REMAINDER = { rounding: 'largest-remainder', tieBreak: 'id' } as const;

export function incomeEvents(
  state: FundState,
  told: Omit<DataOf<'IncomeCredited'>, 'compoundId' | 'shares' | 'amount' | 'part' | 'rounding' | 'tieBreak'>,
  shares: readonly Share[],
): FundEvent[] {
  const { compoundId } = state.fund!;
  return inParts(shownShares(shares), sumOf).map((part) => ({
    type: 'IncomeCredited',
    data: { ...told, ...part, ...LARGEST_REMAINDER, compoundId },
  }));
}

/** Shares by key as an event writes them: in the order of the ids, without zeros. */
export const shownShares = (shares: readonly Share[]): HolderAmount[] =>
  inKeyOrder(shares)
    .filter(({ amount }) => amount > 0n)
    .map(({ id, amount }) => ({ ...holderOf(id), amount: yuan(amount) }));

const inKeyOrder = (shares: readonly Share[]): Share[] =>
  [...shares].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));

/** "Where all weights are zero: by area" of the flats whose sub-account is open. */
export function spread(amount: Fen, weights: readonly Weight[], state: FundState, known: FundKnown): Share[] {
  if (amount === 0n) return [];
  if (weights.some(({ weight }) => weight > 0n)) return apportion(amount, weights);
  const byArea = openFlats(state, known.compound).map(({ householdId, floorAreaM2 }) => ({
    id: householdKey(householdId),
    weight: millionths(floorAreaM2),
  }));
  return apportion(amount, byArea);
}

export const openAccounts = (state: FundState): Account[] =>
  [...state.accounts.values()].filter(({ closedBy }) => closedBy === undefined);

const balancesOn = (state: FundState, day: BusinessDate): Weight[] =>
  openAccounts(state).map(({ key, pot }) => ({ id: key, weight: larger(balanceOn(state, pot, day), 0n) }));

function balanceOn({ settledThrough }: FundState, { settled, later, earlier }: Pot, day: BusinessDate): Fen {
  const upTo = (flows: Pot['later']) => total(flows.filter((one) => one.occurredOn <= day).map((one) => one.amount));
  return settledThrough !== null && day < settledThrough ? upTo(earlier) : settled + upTo(later);
}

/** 交存的专项维修资金一并转移给物业买受人: the sub-account goes with the flat, no money moves. */
export function transfer(state: FundState, { data, known }: Of<'TransferSubAccount'>): Decide {
  const { householdId, ownership: newOwnership, ownerUnitId: newUnit, ...noted } = data;
  const flat = flatNamed(state, known, householdId, '/householdId');
  const key = householdKey(householdId);
  if (isClosed(state, key)) throw new Rejected('already-done');
  assertDated(state, data.occurredOn, known);
  const account = state.accounts.get(key);
  const ownership = newOwnership ?? flat.ownership;
  const ownerUnitId = newUnit ?? (newOwnership === 'commodity' ? undefined : flat.ownerUnitId);
  const registered = known.compound.households.get(householdId)!;
  const event = {
    ...noted,
    compoundId: state.fund!.compoundId,
    householdId,
    ...titled(ownership, ownerUnitId),
    registered: titled(registered.ownership, registered.ownerUnitId),
    balance: yuan(account?.pot.balance ?? 0n),
    due: yuan(account?.due ?? 0n),
  };
  return { events: [{ type: 'SubAccountTransferred', data: event }] };
}

const titled = (ownership: Ownership, ownerUnitId: string | undefined) => ({
  ownership,
  ...(ownerUnitId === undefined ? {} : { ownerUnitId }),
});

/** "Closing a sub-account pays its balance out; 409 while something is due or reserved" (7-rulings.md §4). */
export function close(state: FundState, { data, known, pack }: Of<'CloseSubAccount'>): Decide {
  flatNamed(state, known, data.householdId, '/householdId');
  const key = householdKey(data.householdId);
  const account = state.accounts.get(key);
  if (account?.closedBy !== undefined) throw new Rejected('already-done');
  if (account && (account.due > 0n || account.reserved > 0n))
    throw new Rejected('dependent-entries', { eventIds: standingOn(state, key) });
  assertDated(state, data.occurredOn, known);
  const balance = account?.pot.balance ?? 0n;
  const available = larger(state.net.balance - state.reserved, 0n);
  const facts = { asked: yuan(balance), available: yuan(available) };
  const tried = judge(pack, [ceiling('R17', balance, available, facts)], []);
  const event = { ...data, compoundId: state.fund!.compoundId, amount: yuan(balance) };
  return { events: [{ type: 'SubAccountClosed', data: event }], ...tried };
}

/** Events of the draws by which a sub-account still owes, or has money set aside. */
function standingOn(state: FundState, key: string): string[] {
  return [...state.draws.values()].flatMap(({ shares, events }) => {
    const own = shares.get(key);
    const stands = own && (own.due > 0n || own.amount > own.paid + own.released);
    return stands ? events.map(({ eventId }) => eventId) : [];
  });
}

export function survey(state: FundState, { data, known }: Of<'SurveyComponents'>): Decide {
  const components = data.components.map((one) => ({ ...one, cost: fen(one.cost) }));
  checkForecast({ components, years: 1 });
  assertDated(state, data.occurredOn, known);
  return { events: [{ type: 'ComponentsSurveyed', data: { ...data, compoundId: state.fund!.compoundId } }] };
}
