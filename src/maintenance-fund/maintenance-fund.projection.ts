import type { Building, Household } from '../compound/compound.decider.js';
import type { BusinessDate } from '../kernel/dates.js';
import { millionths } from '../kernel/decimal.js';
import { type Fen, halfUp, larger, ratio, total, yuan } from '../kernel/money.js';
import type { View } from '../kernel/projection.js';
import type { Ratio } from '../policy/rule-pack.js';
import { inOrder } from './maintenance-fund-evolve.decider.js';
import type { ComponentData, DataOf, DepositRate, FundEvent } from './maintenance-fund-state.decider.js';

type DrawFacts = DataOf<'DrawProposed'> & {
  readonly eventId: string;
  readonly approvals: (Pick<DataOf<'DrawApproved'>, 'approvedBy' | 'split' | 'documentNo'> & {
    readonly eventId: string;
    readonly approvedOn: BusinessDate;
  })[];
  readonly rejections: {
    readonly eventId: string;
    readonly rejectedOn: BusinessDate;
    readonly rejectedBy: string;
    readonly reason: string;
  }[];
};
/** Facts of a fund that are no money: its rates, its draws, its closures and what was surveyed. */
export type FundView = {
  opened?: DataOf<'MaintenanceFundOpened'>;
  readonly depositRates: DepositRate[];
  readonly interestRates: { from: BusinessDate; demand: string; term: string }[];
  readonly rules: { from: BusinessDate; rule: string }[];
  readonly dayBases: { from: BusinessDate; dayBasis: number }[];
  readonly draws: Map<string, DrawFacts>;
  readonly closed: Set<string>;
  readonly titles: Map<string, DataOf<'SubAccountTransferred'>>;
  survey?: { readonly surveyedOn: BusinessDate; readonly components: readonly ComponentData[] };
};

/** A fund as it stood at a moment, folded from its slim facts. */
export const fundView: View<FundView, FundEvent> = {
  initial: () => ({
    depositRates: [],
    interestRates: [],
    rules: [],
    dayBases: [],
    draws: new Map(),
    closed: new Set(),
    titles: new Map(),
  }),
  project: (view, event) => {
    switch (event.type) {
      case 'MaintenanceFundOpened': {
        view.opened = event.data;
        addRates(view, { ...event.data, from: event.data.openedOn });
        break;
      }
      case 'RatesChanged':
        addRates(view, event.data);
        break;
      case 'SubAccountClosed':
        view.closed.add(event.data.householdId);
        break;
      case 'SubAccountTransferred':
        view.titles.set(event.data.householdId, event.data);
        break;
      case 'ComponentsSurveyed': {
        const { surveyedOn, components } = event.data;
        if (view.survey === undefined || view.survey.surveyedOn <= surveyedOn) view.survey = { surveyedOn, components };
        break;
      }
      case 'EntryReversed':
        for (const { type, data } of event.data.reverses)
          if (type === 'SubAccountClosed') view.closed.delete((data as DataOf<'SubAccountClosed'>).householdId);
        break;
      default:
        ofDraw(view, event);
    }
    return view;
  },
};

type Rates = Pick<DataOf<'RatesChanged'>, 'from' | 'depositRates' | 'interestRule' | 'interestRates' | 'dayBasis'>;

function addRates(view: FundView, { from, depositRates, interestRule, interestRates, dayBasis }: Rates): void {
  view.depositRates.push(...(depositRates ?? []));
  for (const rate of interestRates ?? []) inOrder(view.interestRates, rate);
  if (interestRule !== undefined) inOrder(view.rules, { from, rule: interestRule });
  if (dayBasis !== undefined) inOrder(view.dayBases, { from, dayBasis });
}

function ofDraw(view: FundView, event: FundEvent): void {
  const { eventId = '' } = event;
  switch (event.type) {
    case 'DrawProposed':
      view.draws.set(event.data.drawId, { ...event.data, eventId, approvals: [], rejections: [] });
      break;
    case 'DrawApproved': {
      const { drawId, approvedBy, split, documentNo, occurredOn } = event.data;
      const numbered = documentNo === undefined ? {} : { documentNo };
      view.draws.get(drawId)?.approvals.push({ eventId, approvedOn: occurredOn, approvedBy, split, ...numbered });
      break;
    }
    case 'DrawRejected': {
      const { drawId, rejectedBy, reason, occurredOn } = event.data;
      view.draws.get(drawId)?.rejections.push({ eventId, rejectedOn: occurredOn, rejectedBy, reason });
      break;
    }
  }
}

/** One sub-account in fen, each column as it is posted: what left or is owed is below zero. */
export type AccountTotals = {
  readonly householdId: string | null;
  readonly unitId: string | null;
  readonly deposited: Fen;
  readonly first: Fen;
  readonly establishment: Fen;
  /** The day of the first deposit, or of its first part. */
  readonly firstOn: BusinessDate | null;
  readonly income: Fen;
  readonly drawn: Fen;
  readonly returned: Fen;
  readonly due: Fen;
  readonly collected: Fen;
  readonly reserved: Fen;
};

/** One sub-account in fen. `firstDeposit` is the basis of R16: what was received as first deposit, else as establishment. */
export type AccountRow = {
  readonly firstDeposit: Fen;
  readonly firstDepositOn: BusinessDate | null;
  readonly deposits: Fen;
  readonly income: Fen;
  readonly collected: Fen;
  readonly drawn: Fen;
  readonly returned: Fen;
  readonly balance: Fen;
  readonly reserved: Fen;
  readonly due: Fen;
};

export function accountRow(sums: AccountTotals | undefined): AccountRow {
  if (!sums) return NOTHING;
  const { deposited, first, establishment, firstOn, income, drawn, returned, due, collected, reserved } = sums;
  return {
    firstDeposit: first > 0n ? first : establishment,
    firstDepositOn: first > 0n ? firstOn : null,
    deposits: deposited,
    income,
    collected,
    // "`drawn` is the whole share net of refunds": what the sub-account covered and what became due.
    drawn: -(drawn + due - collected),
    returned: -returned,
    balance: deposited + income + drawn + returned,
    reserved,
    due: -due,
  };
}

/** One nothing was ever booked on. */
const NOTHING: AccountRow = {
  firstDeposit: 0n,
  firstDepositOn: null,
  deposits: 0n,
  income: 0n,
  collected: 0n,
  drawn: 0n,
  returned: 0n,
  balance: 0n,
  reserved: 0n,
  due: 0n,
};

/** 30 % of the basis, half-up. */
export const triggerOf = (firstDeposit: Fen, [numerator, denominator]: Ratio): Fen =>
  halfUp(firstDeposit * BigInt(numerator), BigInt(denominator));

/** What a sub-account is asked to hold. A closed one is asked for nothing. */
export type Asked = { readonly requiredFirstDeposit: Fen; readonly trigger: Fen; readonly isClosed: boolean };

export const shownAccount = (row: AccountRow, { requiredFirstDeposit, trigger, isClosed }: Asked) => ({
  requiredFirstDeposit: yuan(requiredFirstDeposit),
  firstDeposit: yuan(row.firstDeposit),
  deposits: yuan(row.deposits),
  income: yuan(row.income),
  collected: yuan(row.collected),
  drawn: yuan(row.drawn),
  returned: yuan(row.returned),
  balance: yuan(row.balance),
  reserved: yuan(row.reserved),
  firstDepositRatio: isClosed ? null : ratio(row.balance, row.firstDeposit),
  replenishmentTrigger: yuan(trigger),
  replenishmentDue: yuan(larger(trigger - row.balance, 0n)),
  dueFromHousehold: yuan(row.due),
});

/** Several sub-accounts as one row, added in fen. */
export function addedAccounts(rows: readonly { row: AccountRow; asked: Asked }[]) {
  const sum = (of: (one: { row: AccountRow; asked: Asked }) => Fen): Fen => total(rows.map(of));
  const open = rows.filter(({ asked }) => !asked.isClosed);
  return {
    ...shownAccount(
      {
        firstDeposit: sum(({ row }) => row.firstDeposit),
        firstDepositOn: null,
        deposits: sum(({ row }) => row.deposits),
        income: sum(({ row }) => row.income),
        collected: sum(({ row }) => row.collected),
        drawn: sum(({ row }) => row.drawn),
        returned: sum(({ row }) => row.returned),
        balance: sum(({ row }) => row.balance),
        reserved: sum(({ row }) => row.reserved),
        due: sum(({ row }) => row.due),
      },
      {
        requiredFirstDeposit: sum(({ asked }) => asked.requiredFirstDeposit),
        trigger: sum(({ asked }) => asked.trigger),
        isClosed: false,
      },
    ),
    firstDepositRatio: ratio(total(open.map(({ row }) => row.balance)), total(open.map(({ row }) => row.firstDeposit))),
    replenishmentDue: yuan(sum(({ row, asked }) => larger(asked.trigger - row.balance, 0n))),
  };
}

/**
 * "Required first deposit = area × local rate per m² in force on the day of the household's first deposit", half-up; of
 * two rates from one day "the one with more conditions, then the later recorded". 0.00 where no rate is in force.
 */
export function requiredFirstDeposit(
  { floorAreaM2, buildingNo, use }: Household,
  buildings: readonly Building[],
  rates: readonly DepositRate[],
  on: BusinessDate,
): Fen {
  const lift = buildings.find((one) => one.buildingNo === buildingNo)?.hasElevator ? 'elevator' : 'no-elevator';
  let best: DepositRate | undefined;
  for (const rate of rates) {
    const applies = rate.from <= on && (rate.when ?? lift) === lift && (rate.use ?? use) === use;
    if (!applies) continue;
    const isBetter =
      best === undefined || rate.from > best.from || (rate.from === best.from && conditions(rate) >= conditions(best));
    if (isBetter) best = rate;
  }
  return best === undefined ? 0n : halfUp(millionths(floorAreaM2) * millionths(best.ratePerM2), MILLIONTHS_TO_FEN);
}

/** Millionths of ㎡ × millionths of a yuan are 10^-12 yuan. */
const MILLIONTHS_TO_FEN = 10_000_000_000n;
const conditions = ({ when, use }: DepositRate): number => Number(when !== undefined) + Number(use !== undefined);

/** A draw on one sub-account: its fixed share, what is paid of it before refunds, and what is still owed. */
export type DrawShareRow = {
  readonly householdId: string | null;
  readonly unitId: string | null;
  readonly amount: Fen;
  readonly paid: Fen;
  readonly refunded: Fen;
  readonly released: Fen;
  readonly due: Fen;
};

/** "States `proposed | approved | paid | rejected` (approved until nothing is unpaid)" (7-rulings.md §6). */
export function drawState({ approvals, rejections }: DrawFacts, shares: readonly DrawShareRow[]): string {
  if (approvals.length === 0) return rejections.length === 0 ? 'proposed' : 'rejected';
  if (shares.some(({ amount, paid, released }) => amount > paid + released)) return 'approved';
  return shares.some(({ paid }) => paid > 0n) ? 'paid' : 'rejected';
}

/** A draw with its money, as it is sent. */
export function shownDraw(facts: DrawFacts, shares: readonly DrawShareRow[]) {
  const { approvals, rejections, occurredOn, compoundId: _, ...told } = facts;
  const sum = (of: (share: DrawShareRow) => Fen): string => yuan(shares.reduce((all, share) => all + of(share), 0n));
  return {
    ...told,
    schemeId: facts.schemeId ?? null,
    vote: facts.vote ?? null,
    emergency: facts.emergency ?? null,
    state: drawState(facts, shares),
    proposedOn: occurredOn,
    reserved: sum(({ amount, paid, released }) => amount - paid - released),
    paid: sum(({ paid }) => paid),
    refunded: sum(({ refunded }) => refunded),
    due: sum(({ due }) => due),
    approvals,
    rejections,
    shares: shares.map(shownShare),
  };
}

/** Thousands a draw: one object each, and no copy of it. */
function shownShare({ householdId, unitId, amount, paid, refunded, due }: DrawShareRow) {
  const money = { amount: yuan(amount), paid: yuan(paid), refunded: yuan(refunded), due: yuan(due) };
  return householdId === null ? { unitId, ...money } : { householdId, ...money };
}
