import { addDays, type BusinessDate } from '../kernel/dates.js';
import { fen, type Fen, total, yuan } from '../kernel/money.js';
import { gap, split, type Sum } from '../ledger/cost-split.projection.js';
import { centralPlanContent } from '../policy/essential-kinds.rules.js';
import { COST_AREAS } from '../policy/work-item.js';
import { FINDING_PARAMETERS } from './finding-codes.rules.js';
import { type Day, type Raised, standsSince } from './finding.projection.js';
import type { SchemeFacts } from './scheme-facts.projection.js';
import { areaLabel, type SchemeMoney } from './scheme-money.projection.js';

/** 工程结算滞后: a construction contract of an accepted scheme has lines nobody has settled. */
export function lateSettlements({ schemeId, facts: { view } }: SchemeMoney, { today }: Day): Raised[] {
  const accepted = view.dates['acceptedOn'];
  if (accepted === undefined) return [];
  const days = FINDING_PARAMETERS.settlementDays;
  return [...view.contracts.values()].flatMap(({ contractNo, role, reversedOn, occurredOn, lines }) => {
    if (role !== 'construction' || reversedOn !== undefined) return [];
    const open = [...lines.values()].filter(({ settled }) => settled === undefined);
    const amount = total(open.map((line) => line.amount + line.changed));
    const since = addDays(accepted > occurredOn ? accepted : occurredOn, days + 1);
    if (open.length === 0 || today < since) return [];
    return {
      code: 'settlement-late' as const,
      subject: `scheme-${schemeId}`,
      about: { contractNo },
      amount,
      since,
      detail: {
        zh: `项目已于 ${accepted} 验收，合同 ${contractNo} 超过 ${days} 天未结算，涉及 ${yuan(amount)} 元`,
        en: `Accepted on ${accepted}; contract ${contractNo} of ${yuan(amount)} yuan is not settled after ${days} days`,
      },
    };
  });
}

/** A sum of the scheme's postings of one business date. */
export type DatedSum = Sum & { readonly on: BusinessDate };

/** 开工时资金未落实: construction has started and an area's money is neither there nor promised. */
export function gapsAtStart(
  { schemeId, facts, split: now }: SchemeMoney,
  sums: readonly DatedSum[],
  day: Day,
): Raised[] {
  const started = facts.view.dates['startedOn'];
  if (started === undefined) return [];
  const dates = [
    started,
    ...sums.map(({ on }) => on),
    ...facts.view.revisions.flatMap(({ approvedOn }) => approvedOn ?? []),
  ].filter((date) => date >= started);
  return COST_AREAS.flatMap((area) => {
    const amount = gap(now.areas[area]);
    if (amount === 0n) return [];
    const since = standsSince(dates, day, (date) => gapOn(facts, sums, date)[area] > 0n) ?? started;
    const { zh, en } = areaLabel(area);
    return {
      code: 'gap-at-construction-start' as const,
      subject: `scheme-${schemeId}`,
      about: { costArea: area },
      amount,
      since,
      ...(area === 'in-building' ? { rule: 'R03' as const } : {}),
      detail: {
        zh: `项目已于 ${started} 开工，${zh}资金缺口 ${yuan(amount)} 元`,
        en: `Construction started on ${started} with ${yuan(amount)} yuan of the ${en} cost neither there nor promised`,
      },
    };
  });
}

function gapOn(facts: SchemeFacts, sums: readonly DatedSum[], date: BusinessDate) {
  const revision = facts.view.revisions.findLast(({ approvedOn }) => approvedOn !== null && approvedOn <= date);
  const measured = { revision: revision?.budgetRevision ?? null, approved: true, lines: [] };
  const { areas } = split(
    sums.filter(({ on }) => on <= date),
    measured,
  );
  return { 'public-area': gap(areas['public-area']), 'in-building': gap(areas['in-building']) };
}

/** R02, of what is approved now, before an approval of what is planned: the flag may have come after the approval. */
export function centralPlanFalls({ schemeId, facts }: SchemeMoney, { pack }: Day): Raised[] {
  const { view, centralPlan } = facts;
  const revision = inForce(facts);
  const flag = centralPlan.at(-1);
  if (!revision || !flag?.value) return [];
  const level = centralPlanContent(
    pack,
    revision.lines.map(({ workItem }) => workItem),
  );
  if (level === 'allow') return [];
  const measuredOn = revision.approvedOn ?? revision.occurredOn;
  return [
    {
      code: 'central-plan-content',
      subject: `scheme-${schemeId}`,
      amount: total(revision.lines.map(({ amount }) => fen(amount))),
      since: flag.on > measuredOn ? flag.on : measuredOn,
      severity: level === 'warn' ? 'warning' : 'serious',
      detail: {
        zh: `纳入中央补助计划，但第 ${revision.budgetRevision} 版预算${view.approvedRevision === null ? '（未批准）' : ''}的改造内容${level === 'warn' ? '是否符合要求不明确' : '不符合要求'}`,
        en: `In the central plan, while the work of revision ${revision.budgetRevision} ${level === 'warn' ? 'may fall short' : 'falls short'} of it`,
      },
    },
  ];
}

/** The approved revision, before the first approval the latest. */
const inForce = ({ view }: SchemeFacts) =>
  view.approvedRevision === null
    ? view.revisions.at(-1)
    : view.revisions.find(({ budgetRevision }) => budgetRevision === view.approvedRevision);

/** 第二十三条: 建设投资原则上不得超过经核定的投资概算. */
export function aboveFirstApproval({ schemeId, facts: { view } }: SchemeMoney): Raised[] {
  const approved = view.revisions
    .filter(({ approvedOn }) => approvedOn !== null)
    .map(({ approvedOn, lines }) => ({ on: approvedOn!, sum: total(lines.map(({ amount }) => fen(amount))) }));
  const [first, last] = [approved[0], approved.at(-1)];
  if (!first || !last || last.sum <= first.sum) return [];
  const under = approved.findLastIndex(({ sum }) => sum <= first.sum);
  return [
    {
      code: 'approved-above-first',
      subject: `scheme-${schemeId}`,
      amount: last.sum - first.sum,
      since: approved[under + 1]!.on,
      detail: {
        zh: `首次批准 ${yuan(first.sum)} 元，现批准 ${yuan(last.sum)} 元`,
        en: `First approved at ${yuan(first.sum)} yuan, now at ${yuan(last.sum)}`,
      },
    },
  ];
}

/** 验收合格后移交物业服务企业: nobody manages what was finished, or nobody can find its papers. */
export function handoverMissing(
  { schemeId, facts: { view, archiveNo }, split: { areas } }: SchemeMoney,
  { today }: Day,
): Raised[] {
  const { acceptedOn, handedOverOn } = view.dates;
  const subject = `scheme-${schemeId}`;
  if (handedOverOn !== undefined)
    return archiveNo !== undefined
      ? []
      : [
          {
            code: 'archive-missing',
            subject,
            amount: null,
            since: handedOverOn,
            detail: {
              zh: `项目已于 ${handedOverOn} 移交，未登记档案编号`,
              en: `Handed over on ${handedOverOn} without an archive number`,
            },
          },
        ];
  if (acceptedOn === undefined) return [];
  const since = addDays(acceptedOn, FINDING_PARAMETERS.handoverDays + 1);
  if (today < since) return [];
  const paid: Fen = areas['public-area'].paid + areas['in-building'].paid;
  return [
    {
      code: 'management-missing',
      subject,
      amount: paid,
      since,
      detail: {
        zh: `项目已于 ${acceptedOn} 验收，超过 ${FINDING_PARAMETERS.handoverDays} 天未移交管理单位，已支付 ${yuan(paid)} 元`,
        en: `Accepted on ${acceptedOn} and not handed over to a management body after ${FINDING_PARAMETERS.handoverDays} days; ${yuan(paid)} yuan were paid`,
      },
    },
  ];
}
