import { addDays, type BusinessDate, dateOf } from '../kernel/dates.js';
import { absolute, type Fen, total, yuan } from '../kernel/money.js';
import type { Measure } from '../ledger/posting.postings.js';
import { type Day, leftOver, type Raised } from './finding.projection.js';
import type { GrantFacts } from './grant-facts.projection.js';

export type GrantMoney = {
  readonly grantId: string;
  readonly facts: GrantFacts;
  readonly figures: ReadonlyMap<Measure, Fen>;
  /** Net payments at its own schemes by 31 December of its fiscal year: as known now, and as the carry-over read them. */
  readonly paidInYear: Fen;
  readonly paidAsRead: Fen;
};

const lastDay = (year: number): BusinessDate => dateOf(year, 12, 31);
const of = ({ figures }: GrantMoney, measure: Measure): Fen => figures.get(measure) ?? 0n;

/** What is awarded and neither passed down, allocated, returned nor lapsed; the other measures count on the far side. */
const available = (grant: GrantMoney): Fen =>
  of(grant, 'awarded') + of(grant, 'decomposed') + of(grant, 'allocated') + of(grant, 'returned') + of(grant, 'lapsed');

/** Not passed down or allocated within the days of the pack, counted from the award. */
export function notAllocated(grant: GrantMoney, { today, pack }: Day): Raised[] {
  const days = pack.parameters.grantAllocationDays;
  const late = leftOver(available(grant), grant.facts.awards).filter(({ on }) => addDays(on, days) < today);
  if (late.length === 0) return [];
  const amount = total(late.map((one) => one.amount));
  const oldest = late.map(({ on }) => on).sort()[0]!;
  return [
    {
      code: 'grant-not-allocated',
      subject: `grant-${grant.grantId}`,
      amount,
      since: addDays(oldest, days + 1),
      detail: {
        zh: `${oldest} 下达的指标超过 ${days} 天仍有 ${yuan(amount)} 元未分解或分配`,
        en: `${yuan(amount)} yuan awarded on ${oldest} are neither passed down nor allocated after ${days} days`,
      },
    },
  ];
}

/** 直达资金: not entered into the monitoring system within the days of the pack. */
export function notRegistered(grant: GrantMoney, { today, pack }: Day): Raised[] {
  const { award, registered } = grant.facts.state;
  const amount = of(grant, 'awarded');
  if (!award?.directFunds || registered || amount <= 0n) return [];
  const days = pack.parameters.directFundsRegistrationDays;
  const since = addDays(award.awardedOn, days + 1);
  if (today < since) return [];
  return [
    {
      code: 'direct-funds-not-registered',
      subject: `grant-${grant.grantId}`,
      amount,
      since,
      detail: {
        zh: `${award.awardedOn} 下达的直达资金 ${yuan(amount)} 元超过 ${days} 天未录入监控系统`,
        en: `Direct funds of ${yuan(amount)} yuan awarded on ${award.awardedOn} are not registered after ${days} days`,
      },
    },
  ];
}

/** 结转: 31 December of the fiscal year has come and nothing is carried over. */
export function carryOverDue(grant: GrantMoney, { today }: Day): Raised[] {
  const { award, carriedOverOn } = grant.facts.state;
  if (!award || carriedOverOn !== undefined || today < lastDay(award.fiscalYear)) return [];
  const unspent =
    of(grant, 'awarded') + of(grant, 'decomposed') + of(grant, 'returned') + of(grant, 'lapsed') - grant.paidInYear;
  if (unspent <= 0n) return [];
  return [
    {
      code: 'carry-over-due',
      subject: `grant-${grant.grantId}`,
      amount: unspent,
      since: lastDay(award.fiscalYear),
      detail: {
        zh: `${award.fiscalYear} 年末未用完 ${yuan(unspent)} 元，尚未办理结转`,
        en: `${yuan(unspent)} yuan unspent at the end of ${award.fiscalYear} are not carried over`,
      },
    },
  ];
}

/** A payment was recorded, backdated, after the carry-over had read the year's payments. Nothing is recomputed. */
export function carryOverDiffers({ grantId, facts, paidInYear, paidAsRead }: GrantMoney): Raised[] {
  const { carriedOver } = facts;
  const difference = paidAsRead - paidInYear;
  if (!carriedOver || difference === 0n) return [];
  const now = carriedOver.amount + difference;
  return [
    {
      code: 'carry-over-differs',
      subject: `grant-${grantId}`,
      amount: absolute(difference),
      since: carriedOver.on,
      detail: {
        zh: `结转 ${yuan(carriedOver.amount)} 元，按现有支付记录应为 ${yuan(now)} 元`,
        en: `${yuan(carriedOver.amount)} yuan were carried over; by the payments known now it would be ${yuan(now)}`,
      },
    },
  ];
}

/** 结余: 支出在下一年度终了时仍未用完的资金. */
export function lapseDue(grant: GrantMoney, { today }: Day): Raised[] {
  const { award, lapsedOn } = grant.facts.state;
  const amount = available(grant);
  if (!award || lapsedOn !== undefined || amount <= 0n || today < lastDay(award.fiscalYear + 1)) return [];
  return [
    {
      code: 'lapse-due',
      subject: `grant-${grant.grantId}`,
      amount,
      since: lastDay(award.fiscalYear + 1),
      detail: {
        zh: `${award.fiscalYear} 年指标至 ${award.fiscalYear + 1} 年末仍有 ${yuan(amount)} 元可用，应作为结余资金`,
        en: `${yuan(amount)} yuan of ${award.fiscalYear} are still available at the end of ${award.fiscalYear + 1} and lapse`,
      },
    },
  ];
}
