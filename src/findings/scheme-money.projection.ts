import { addDays, type BusinessDate } from '../kernel/dates.js';
import { fen, type Fen, total, yuan } from '../kernel/money.js';
import type { Split } from '../ledger/cost-split.projection.js';
import { FUNDING_SOURCES, type FundingSource } from '../policy/funding-source.js';
import type { CostArea } from '../policy/work-item.js';
import { FINDING_PARAMETERS } from './finding-codes.rules.js';
import { type DatedAmount, type Day, leftOver, type Raised, standsSince } from './finding.projection.js';
import type { SchemeFacts } from './scheme-facts.projection.js';

/** Money that arrived in one pool; `isReversal` where the entry takes an earlier one back. */
export type Arrival = DatedAmount & {
  readonly source: FundingSource;
  readonly reference: string | null;
  readonly costArea: CostArea;
  readonly isReversal: boolean;
};
export type SchemeMoney = {
  readonly schemeId: string;
  readonly facts: SchemeFacts;
  readonly split: Split;
  /** Whether the budget the split measures is an approved one. */
  readonly approved: boolean;
  readonly arrivals: readonly Arrival[];
};

const AREA = {
  'public-area': { zh: '公共区域', en: 'public area' },
  'in-building': { zh: '楼体内', en: 'in-building' },
} as const;
export const areaLabel = (area: CostArea) => AREA[area];

/** 资金闲置: what has lain at the scheme for longer than the parameter, pool by pool. */
export function idleFunds({ schemeId, split, arrivals }: SchemeMoney, { today }: Day): Raised[] {
  const days = FINDING_PARAMETERS.idleDays;
  return split.bySource.flatMap(({ source, reference, costArea, received, paid }) => {
    const own = arrivals.filter(
      (one) => one.source === source && one.reference === reference && one.costArea === costArea,
    );
    const idle = leftOver(received - paid, standing(own)).filter(({ on }) => addDays(on, days) < today);
    if (idle.length === 0) return [];
    const amount = total(idle.map((one) => one.amount));
    const oldest = idle.map(({ on }) => on).sort()[0]!;
    const { zh, en } = FUNDING_SOURCES[source];
    const named = reference === null ? '' : ` ${reference}`;
    return {
      code: 'idle-funds' as const,
      subject: `scheme-${schemeId}`,
      about: { source, ...(reference === null ? {} : { reference }), costArea },
      amount,
      since: addDays(oldest, days + 1),
      detail: {
        zh: `${zh}${named}（${AREA[costArea].zh}）${yuan(amount)} 元到位超过 ${days} 天未支付，最早到位于 ${oldest}`,
        en: `${yuan(amount)} yuan of ${en}${named} (${AREA[costArea].en}) arrived more than ${days} days ago and is unpaid, the oldest on ${oldest}`,
      },
    };
  });
}

/** Arrivals that were not taken back: a reversal has the amount of the very entry it reverses. */
export function standing<One extends DatedAmount & Pick<Arrival, 'isReversal'>>(arrivals: readonly One[]): One[] {
  const kept: One[] = [];
  for (const one of arrivals) {
    const { amount, isReversal } = one;
    if (amount > 0n && !isReversal) kept.push(one);
    else if (amount < 0n && isReversal) {
      const index = kept.findLastIndex((before) => before.amount === -amount);
      if (index !== -1) kept.splice(index, 1);
    }
  }
  return kept;
}

/** 认缴未到位: the scheme is accepted and somebody's promise is still open. */
export function unpaidPledges({ schemeId, facts: { view } }: SchemeMoney): Raised[] {
  const accepted = view.dates['acceptedOn'];
  if (accepted === undefined) return [];
  return [...view.pledges.values()].flatMap((pledge) => {
    const left = fen(pledge.amount) - pledge.received - pledge.inKind;
    if (left <= 0n || pledge.withdrawnOn !== null || pledge.reversedOn !== undefined) return [];
    const { zh, en } = FUNDING_SOURCES[pledge.source];
    return {
      code: 'pledge-unpaid-after-acceptance' as const,
      subject: `scheme-${schemeId}`,
      about: { pledgeId: pledge.pledgeId },
      amount: left,
      since: accepted > pledge.occurredOn ? accepted : pledge.occurredOn,
      // （五）: the public area's remainder is raised by these payers; the cost inside the building is the residents' own.
      ...(pledge.costArea === 'in-building' ? { rule: 'R03' as const } : {}),
      detail: {
        zh: `项目已于 ${accepted} 验收，${zh}认缴 ${pledge.pledgeId} 尚有 ${yuan(left)} 元未到位`,
        en: `Accepted on ${accepted}; ${yuan(left)} yuan of pledge ${pledge.pledgeId} (${en}) are outstanding`,
      },
    };
  });
}

/** A ceiling of R10: contracts of a line, and the payments that count against them. */
type Cap = {
  readonly about: Readonly<Record<string, string>>;
  readonly lineId: string;
  readonly contractNos: readonly string[];
  readonly payments: readonly DatedAmount[];
};

/**
 * R10 as it was asked at each payment, asked again of everything recorded: a contract's line by what names it, and all
 * contracts of a line by whatever was paid on it. After settlement the ceiling is what was audited, less a retention that
 * is not due.
 */
export function abovePromised(money: SchemeMoney, day: Day): Raised[] {
  const { facts, schemeId } = money;
  const lines = [...new Set(facts.contracted.map(({ lineId }) => lineId))];
  return lines.flatMap((lineId) => {
    const contractNos = [
      ...new Set(
        facts.contracted
          .filter((one) => one.lineId === lineId && facts.view.contracts.get(one.contractNo)?.reversedOn === undefined)
          .map(({ contractNo }) => contractNo),
      ),
    ];
    const onLine = facts.paid.filter((one) => one.lineId === lineId && one.contractNo !== undefined);
    const named = contractNos.flatMap((contractNo) => {
      const payments = onLine.filter((one) => one.contractNo === contractNo);
      return above(facts, schemeId, day, {
        about: { contractNo, lineId },
        lineId,
        contractNos: [contractNo],
        payments,
      });
    });
    // What a named contract already tells is not told again for its line.
    if (contractNos.length === 0 || named.length > 0) return named;
    return above(facts, schemeId, day, { about: { lineId }, lineId, contractNos, payments: onLine });
  });
}

function above(facts: SchemeFacts, schemeId: string, day: Day, cap: Cap): Raised[] {
  const settlements = facts.settled.filter(
    (one) => one.lineId === cap.lineId && cap.contractNos.includes(one.contractNo),
  );
  const promises = facts.contracted.filter(
    (one) => one.lineId === cap.lineId && cap.contractNos.includes(one.contractNo),
  );
  const excess = (date: BusinessDate): Fen => {
    const ceilings = cap.contractNos.map((contractNo) => {
      const settled = settlements.find((one) => one.contractNo === contractNo && one.on <= date);
      if (!settled)
        return sumOn(
          promises.filter((one) => one.contractNo === contractNo),
          date,
        );
      const held = settled.retentionDueOn !== null && date < settled.retentionDueOn ? settled.retention : 0n;
      return settled.audited - held;
    });
    return sumOn(cap.payments, date) - total(ceilings);
  };
  const dates = [
    ...[...cap.payments, ...promises, ...settlements].map(({ on }) => on),
    ...settlements.flatMap(({ retentionDueOn }) => retentionDueOn ?? []),
  ];
  const since = standsSince(dates, day, (date) => excess(date) > 0n);
  if (since === null) return [];
  const amount = excess(day.through);
  // One contract audited down is enough to leave too little on a line that several share.
  const settled = settlements.some((one) => one.on <= day.through);
  const names = cap.contractNos.join('、');
  return [
    {
      code: settled ? 'paid-above-settlement' : 'payment-above-contract-or-budget',
      subject: `scheme-${schemeId}`,
      about: cap.about,
      amount,
      since,
      detail: {
        zh: `预算行 ${cap.lineId} 已支付超过合同 ${names} ${settled ? '审定可付' : ''}金额 ${yuan(amount)} 元`,
        en: `Line ${cap.lineId} is paid ${yuan(amount)} yuan above ${settled ? 'what was audited of' : ''} contract ${names}`,
      },
    },
  ];
}

const sumOn = (amounts: readonly DatedAmount[], date: BusinessDate): Fen =>
  total(amounts.filter(({ on }) => on <= date).map(({ amount }) => amount));

/** R10 of the budget: a line is paid, direct payments included, above what is approved for it. */
export function aboveBudget({ schemeId, split, approved, facts }: SchemeMoney, day: Day): Raised[] {
  if (!approved) return [];
  return split.byLine.flatMap(({ lineId, budget, paid }) => {
    const amount = paid - budget;
    if (amount <= 0n) return [];
    const payments = facts.paid.filter((one) => one.lineId === lineId);
    const approvals = approvedAmounts(facts, lineId);
    const since = standsSince(
      [...payments, ...approvals].map(({ on }) => on),
      day,
      (date) => {
        const inForce = approvals.findLast(({ on }) => on <= date);
        return sumOn(payments, date) > (inForce?.amount ?? 0n);
      },
    );
    return {
      code: 'payment-above-contract-or-budget' as const,
      subject: `scheme-${schemeId}`,
      about: { lineId, ceiling: 'budget' },
      amount,
      since: since ?? payments[0]?.on ?? day.today,
      detail: {
        zh: `预算行 ${lineId} 已支付 ${yuan(paid)} 元，超过批准的预算 ${yuan(budget)} 元`,
        en: `Line ${lineId} is paid ${yuan(paid)} yuan, above its approved ${yuan(budget)}`,
      },
    };
  });
}

/** What each approval gave the line, in the order of the revisions. */
const approvedAmounts = ({ view }: SchemeFacts, lineId: string): DatedAmount[] =>
  view.revisions.flatMap(({ approvedOn, lines }) =>
    approvedOn === null
      ? []
      : [
          {
            on: approvedOn,
            amount: total(lines.filter((line) => line.lineId === lineId).map((line) => fen(line.amount))),
          },
        ],
  );
