import type { BusinessDate } from '../kernel/dates.js';
import { dateOf } from '../kernel/dates.js';
import type { Decision } from '../kernel/decider.js';
import { assertNotBefore, assertOpen, type Known, type Noted } from '../kernel/facts.js';
import { fen, type Fen, smaller, yuan } from '../kernel/money.js';
import { Rejected } from '../kernel/rejection.js';
import { CHANGZHI_2020 } from '../policy/changzhi-2020.rules.js';
import type { FundingSource } from '../policy/funding-source.js';
import { ceiling, judge, must } from '../policy/judgement.rules.js';
import type { CostArea } from '../policy/work-item.js';
import { availableOf, type GrantEvent, type GrantState } from './grant-state.decider.js';

export type YearCommand =
  | {
      readonly type: 'CarryOverGrant';
      readonly data: { fiscalYear: number } & Noted;
      /** Net payments at the grant's own schemes by 31 December, as read, and the position that was read. */
      readonly known: Known & { readonly paid: Fen; readonly readPosition: number };
    }
  | { readonly type: 'LapseGrant'; readonly data: { fiscalYear: number } & Noted; readonly known: Known }
  | { readonly type: 'ReturnGrant'; readonly data: { amount: string } & Noted; readonly known: Known }
  | { readonly type: 'RegisterDirectFunds'; readonly data: { systemNo: string } & Noted; readonly known: Known }
  | {
      readonly type: 'ReceiveReturn';
      readonly data: {
        schemeId: string;
        source: FundingSource;
        costArea: CostArea;
        amount: string;
        reason: string;
        crossingId: string;
      } & Noted;
    }
  | {
      readonly type: 'ReceiveReturnedDecomposition';
      readonly data: { childGrantId: string; amount: string; crossingId: string } & Noted;
    };
type Of<Type extends YearCommand['type']> = Extract<YearCommand, { type: Type }>;
type Decide = Decision<GrantEvent>;

const lastDay = (year: number): BusinessDate => dateOf(year, 12, 31);

/** 结转: on 31 December of its fiscal year what is unspent is carried over; the figure and what it read are written. */
export function carryOver(state: GrantState, { data, known }: Of<'CarryOverGrant'>): Decide {
  const award = state.award!;
  assertYear(data.fiscalYear === award.fiscalYear);
  if (state.carriedOverOn !== undefined) throw new Rejected('already-done');
  assertOpen(data.occurredOn, known);
  assertNotBefore(data.occurredOn, award.awardedOn);
  const unspent = state.awarded - state.decomposed - state.returned - state.lapsed - known.paid;
  const tried = judge(
    CHANGZHI_2020,
    [
      must('R13', data.occurredOn >= lastDay(award.fiscalYear), { earliest: lastDay(award.fiscalYear) }),
      must('R13', unspent > 0n, { available: yuan(unspent) }),
    ],
    [],
  );
  const event = { ...data, grantId: award.grantId, amount: yuan(unspent), readPosition: known.readPosition };
  return { events: [{ type: 'GrantCarriedOver', data: event }], ...tried };
}

/** 结余: what is still available on 31 December of the next year lapses; money at schemes must come back first. */
export function lapse(state: GrantState, { data, known }: Of<'LapseGrant'>): Decide {
  const award = state.award!;
  const next = award.fiscalYear + 1;
  assertYear(data.fiscalYear === next);
  if (state.lapsedOn !== undefined) throw new Rejected('already-done');
  assertOpen(data.occurredOn, known);
  assertNotBefore(data.occurredOn, award.awardedOn);
  const available = availableOf(state);
  const tried = judge(
    CHANGZHI_2020,
    [
      must('R13', data.occurredOn >= lastDay(next), { earliest: lastDay(next) }),
      must('R13', available > 0n, { available: yuan(available) }),
    ],
    [],
  );
  return {
    events: [{ type: 'GrantLapsed', data: { ...data, grantId: award.grantId, amount: yuan(available) } }],
    ...tried,
  };
}

/** R13 of the year comes before what was already done (7-rulings.md §5). */
function assertYear(isRight: boolean): void {
  judge(CHANGZHI_2020, [must('R13', isRight)], []);
}

/** 上缴: lapsed money first, then what is available; a child's return goes to its parent. */
export function returnUpwards(state: GrantState, { data, known }: Of<'ReturnGrant'>): Decide {
  const award = state.award!;
  assertOpen(data.occurredOn, known);
  assertNotBefore(data.occurredOn, award.awardedOn);
  const amount = fen(data.amount);
  const most = availableOf(state) + state.lapsed;
  const tried = judge(CHANGZHI_2020, [ceiling('R09', amount, most, { asked: data.amount, available: yuan(most) })], []);
  const { parentGrantId } = award;
  const event = {
    ...data,
    grantId: award.grantId,
    fromLapsed: yuan(smaller(amount, state.lapsed)),
    ...(parentGrantId === undefined ? {} : { parentGrantId }),
  };
  return { events: [{ type: 'GrantReturned', data: event }], ...tried };
}

/** 直达资金: entered into the monitoring system, within three days of the award. */
export function register(state: GrantState, { data, known }: Of<'RegisterDirectFunds'>): Decide {
  const award = state.award!;
  if (!award.directFunds) throw new Rejected('wrong-route');
  if (state.registered) throw new Rejected('already-done');
  assertOpen(data.occurredOn, known);
  assertNotBefore(data.occurredOn, award.awardedOn);
  return { events: [{ type: 'DirectFundsRegistered', data: { ...data, grantId: award.grantId } }] };
}

/** Money that left a scheme is back at its grant. Never refused. */
export function receiveReturn(state: GrantState, { data }: Of<'ReceiveReturn'>): Decide {
  return { events: [{ type: 'GrantDisbursementReturned', data: { ...data, grantId: state.award!.grantId } }] };
}

/** A child returned money: its parent has passed down so much less. Never refused. */
export function receiveReturned(state: GrantState, { data }: Of<'ReceiveReturnedDecomposition'>): Decide {
  return { events: [{ type: 'DecompositionReturned', data: { ...data, grantId: state.award!.grantId } }] };
}
