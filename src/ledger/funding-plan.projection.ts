import { type ApartPlan, type ApartRequest, planningAllApart } from '../calculation/funding-apart.engine.js';
import { answerFundingPlan } from '../calculation/answers.engine.js';
import { type Fen, larger, total, yuan } from '../kernel/money.js';
import { FUNDING_SOURCES, FUNDING_SOURCE_CODES, type FundingSource } from '../policy/funding-source.js';
import { cell, rank } from '../policy/matrix.rules.js';
import type { Bilingual, RulePack } from '../policy/rule-pack.js';
import { COST_AREAS, WORK_ITEMS } from '../policy/work-item.js';
import { type Obstacle, type PlanMoney, type SchemePlan, moneyId } from '../scheme/scheme-plan.decider.js';
import type { BudgetLine } from '../scheme/scheme-state.decider.js';
import type { Split, Sum } from './cost-split.projection.js';

export type PlannedLine = { readonly line: BudgetLine; readonly need: Fen };

/**
 * What a planner may count on, per source, reference and cost area: the larger of what came and what is committed, less
 * what is paid — cash in the pool, and promises and allocations still on their way. Gifts in kind cover cost at their
 * recorded value, those given for a line that line's only.
 */
export function moneyOfScheme({ bySource }: Split, sums: readonly Sum[], lines: readonly PlannedLine[]): PlanMoney[] {
  const known = new Set(lines.map(({ line }) => line.lineId));
  const gifts = new Map<string, PlanMoney>();
  for (const { measure, source, reference, costArea, lineId, amount } of sums) {
    if (measure !== 'inKind' || source === null || costArea === null) continue;
    const forLine = lineId !== null && known.has(lineId) ? { onlyLine: lineId } : {};
    const gift = { source, reference, costArea, inKind: true, ...forLine, amount };
    gifts.set(moneyId(gift), { ...gift, amount: amount + (gifts.get(moneyId(gift))?.amount ?? 0n) });
  }
  // A plan is made of what is there: what a refund or a return left below what is paid is nothing to pay with.
  const cash = bySource.map(({ source, reference, costArea, committed, received, paid }) => ({
    ...{ source, reference, costArea },
    amount: larger(committed, received) - paid,
  }));
  return [...cash, ...gifts.values()].filter(({ amount }) => amount > 0n);
}

/** One change that closes the whole gap, and only by itself. */
export type Remedy = {
  readonly kind: 'override' | 'raise-source' | 'add-source' | 'reduce-line' | 'allow-pair';
  readonly sourceId?: string;
  readonly lineId?: string;
  /** How much more, how much less, or what flows through the pair. */
  readonly amount: string;
  readonly rule?: string;
  readonly clause?: string;
};

/**
 * More would be tried for a budget no bureau has, and a plan of both central programmes may take long to find; what is left
 * out is not said to be impossible.
 */
const MOST_TRIED = 500;
const MOST_EFFORT = 1_000_000;

type Tried = Remedy & { readonly request: ApartRequest };

/** Single changes that close the gap: each was made and the plan computed again, and nothing was left unfunded. */
export function* remediesOf(
  pack: RulePack,
  { request, plan, obstacles }: SchemePlan,
  lines: readonly PlannedLine[],
): Generator<void, Remedy[], void> {
  const { certificate } = plan;
  if (!certificate) return [];
  const tight = lines.filter(({ line }) => certificate.lines.includes(line.lineId));
  const candidates = [
    ...pairs(plan, obstacles, tight, request, 'warn'),
    ...raised(request, certificate.sources, certificate.short),
    ...addedSources(pack, request, lines, tight, certificate.short),
    ...reduced(request, tight, certificate.short),
    ...pairs(plan, obstacles, tight, request, 'stop'),
  ].slice(0, MOST_TRIED);
  const found: Remedy[] = [];
  const effort = { left: MOST_EFFORT };
  for (const { request: changed, ...remedy } of candidates) {
    const again = yield* planningAllApart(changed, effort);
    if (!again) continue;
    const { kind, sourceId, lineId } = remedy;
    if (kind !== 'override' && kind !== 'allow-pair') found.push(remedy);
    else {
      const flows = again.assignments.find((one) => one.sourceId === sourceId && one.lineId === lineId);
      found.push({ ...remedy, amount: yuan(flows?.amount ?? 0n) });
    }
  }
  return found;
}

/** Money that lies unused, let through to a line it is kept from: by a second person, or by another policy. */
function pairs(
  { unused, certificate }: ApartPlan,
  obstacles: SchemePlan['obstacles'],
  tight: readonly PlannedLine[],
  request: ApartRequest,
  level: Obstacle['level'],
): Tried[] {
  if (total(unused.map(({ amount }) => amount)) < certificate!.short) return [];
  return unused.flatMap(({ sourceId }) =>
    tight.flatMap(({ line: { lineId } }): Tried[] => {
      const obstacle = obstacles.get(sourceId)?.get(lineId);
      // 专款专用 is not a matter of leave: money for one area is withdrawn and given anew, which is another command.
      if (obstacle?.level !== level || obstacle.rule === 'R08') return [];
      const { rule, quotation } = obstacle;
      return [
        {
          ...{ kind: level === 'warn' ? 'override' : 'allow-pair', sourceId, lineId, amount: '0.00' },
          ...{ rule, clause: quotation.clause },
          request: withSource(request, sourceId, ({ mayFund, ...source }) => ({
            ...{ ...source, mayFund: [...mayFund, lineId] },
            ...(rule === 'R11' ? { mayMix: new Set([lineId]) } : {}),
          })),
        },
      ];
    }),
  );
}

const raised = (request: ApartRequest, sources: readonly string[], short: Fen): Tried[] =>
  sources.map((sourceId) => ({
    ...{ kind: 'raise-source', sourceId, amount: yuan(short) },
    request: withSource(request, sourceId, (source) => ({ ...source, amount: source.amount + short })),
  }));

/** A source that gives nothing yet and needs no document of its own: residents, units, enterprises. */
function addedSources(
  pack: RulePack,
  request: ApartRequest,
  lines: readonly PlannedLine[],
  tight: readonly PlannedLine[],
  short: Fen,
): Tried[] {
  const known = new Set(request.sources.map(({ id }) => id));
  return COST_AREAS.filter((area) => tight.some(({ line }) => line.costArea === area)).flatMap((costArea) =>
    FUNDING_SOURCE_CODES.filter((code) => FUNDING_SOURCES[code].reference === null).flatMap((source): Tried[] => {
      const id = moneyId({ source, reference: null, costArea, amount: short });
      const mayFund = lines
        .filter(({ line }) => line.costArea === costArea && cell(pack, { source }, line).level === 'allow')
        .map(({ line }) => line.lineId);
      if (known.has(id) || mayFund.length === 0 || FUNDING_SOURCES[source].route !== 'contribution') return [];
      const added = { id, amount: short, mayFund, rank: rank(pack, source, costArea) };
      return [
        {
          kind: 'add-source',
          sourceId: id,
          amount: yuan(short),
          request: { ...request, sources: [...request.sources, added] },
        },
      ];
    }),
  );
}

const reduced = (request: ApartRequest, tight: readonly PlannedLine[], short: Fen): Tried[] =>
  tight
    .filter(({ need }) => need >= short)
    .map(({ line: { lineId } }) => ({
      ...{ kind: 'reduce-line', lineId, amount: yuan(short) },
      request: {
        ...request,
        lines: request.lines.map((one) => (one.id === lineId ? { ...one, amount: one.amount - short } : one)),
      },
    }));

type Source = ApartRequest['sources'][number];
const withSource = (request: ApartRequest, sourceId: string, change: (source: Source) => Source): ApartRequest => ({
  ...request,
  sources: request.sources.map((source) => (source.id === sourceId ? change(source) : source)),
});

/** The plan of a scheme as it is sent. */
export function shownPlan(
  pack: RulePack,
  { plan, obstacles }: SchemePlan,
  money: readonly PlanMoney[],
  lines: readonly PlannedLine[],
) {
  const answer = answerFundingPlan(plan);
  const kept = keptFrom(plan, obstacles);
  return {
    ...answer,
    ...(plan.fundedAtMost === undefined ? {} : { fundedAtMost: yuan(plan.fundedAtMost) }),
    unused: answer.unused.map((one) => ({
      ...one,
      blockedBy: kept(one.sourceId).map(({ lineId, obstacle: { rule, level, quotation } }) => ({
        ...{ lineId, rule, level, clause: quotation.clause, clauseText: quotation.clauseText },
      })),
    })),
    sources: money.map((one) => ({
      ...{ sourceId: moneyId(one), source: one.source, reference: one.reference, costArea: one.costArea },
      ...{ inKind: one.inKind === true, amount: yuan(one.amount), rank: rank(pack, one.source, one.costArea) },
    })),
    lines: lines.map(({ line: { lineId, workItem, costArea, amount }, need }) => ({
      ...{ lineId, workItem, costArea, budget: amount, needed: yuan(need) },
    })),
    explanation: explain(pack, plan, kept, money, lines),
  };
}

type Kept = (sourceId: string) => { readonly lineId: string; readonly obstacle: Obstacle }[];

/** Which lines that need money an unused source is kept from, and by what. */
const keptFrom =
  ({ certificate, unfunded }: ApartPlan, obstacles: SchemePlan['obstacles']): Kept =>
  (sourceId) =>
    (certificate?.lines ?? unfunded.map(({ lineId }) => lineId)).flatMap((lineId) => {
      const obstacle = obstacles.get(sourceId)?.get(lineId);
      return obstacle ? [{ lineId, obstacle }] : [];
    });

/** The plan in words, Chinese and English: what is short, and the clause that holds each unused source back. */
function explain(
  pack: RulePack,
  plan: ApartPlan,
  kept: Kept,
  money: readonly PlanMoney[],
  lines: readonly PlannedLine[],
): Bilingual[] {
  const { funded, unfunded, unused, certificate } = plan;
  if (unfunded.length === 0)
    return [
      {
        zh: `全部改造费用 ${yuan(funded)} 元均有资金来源。`,
        en: `The whole cost of ${yuan(funded)} yuan has its sources.`,
      },
    ];
  const byId = new Map(money.map((one) => [moneyId(one), one]));
  const lineOf = new Map(lines.map(({ line }) => [line.lineId, line]));
  const lineName = (id: string) => nameOfLine(lineOf.get(id)!);
  const sourceName = (id: string) => nameOfMoney(byId.get(id)!);
  return [
    ...(certificate
      ? proof(pack, certificate, byId, named(certificate.lines, lineName), named(certificate.sources, sourceName))
      : [undecided(plan)]),
    ...unused.flatMap(({ sourceId, amount }) =>
      byRule(kept(sourceId)).map(({ obstacle: { rule, level, quotation }, lineIds }) => {
        const [source, barred, title] = [sourceName(sourceId), named(lineIds, lineName), pack.rules[rule].title];
        const [zh, en] =
          level === 'warn'
            ? ['须经第二人复核方可用于', 'waits for a second person before it pays']
            : ['不得用于', 'may not pay'];
        return {
          zh: `${source.zh}尚余 ${yuan(amount)} 元，${zh} ${barred.zh}：${rule} ${title.zh}（${quotation.clause}）。`,
          en: `${source.en} has ${yuan(amount)} yuan left and ${en} ${barred.en}: ${rule} ${title.en} (${quotation.clause}).`,
        };
      }),
    ),
  ];
}

const named = (ids: readonly string[], name: (id: string) => Bilingual): Bilingual => ({
  zh: ids.map((id) => name(id).zh).join('、') || '无',
  en: ids.map((id) => name(id).en).join(', ') || 'none',
});

/** What is short and why; where these sources have more than they can give, what R11 holds back of it. */
function proof(
  pack: RulePack,
  { sources, ...amounts }: NonNullable<ApartPlan['certificate']>,
  byId: ReadonlyMap<string, PlanMoney>,
  needy: Bilingual,
  able: Bilingual,
): Bilingual[] {
  const [short, needed, available] = [amounts.short, amounts.needed, amounts.available].map(yuan);
  const all = total(sources.map((id) => byId.get(id)!.amount));
  if (all === amounts.available)
    return [
      {
        zh: `缺口 ${short} 元：${needy.zh} 共需 ${needed} 元，可用于这些内容的来源（${able.zh}）合计 ${available} 元。`,
        en: `Short by ${short} yuan: ${needy.en} need ${needed} yuan, and all that may pay for them (${able.en}) is ${available} yuan.`,
      },
    ];
  const { title, clause } = pack.rules.R11;
  return [
    {
      zh: `缺口 ${short} 元：${needy.zh} 共需 ${needed} 元，可用于这些内容的来源（${able.zh}）合计 ${yuan(all)} 元，其中至多可用 ${available} 元：R11 ${title.zh}（${clause}）。`,
      en: `Short by ${short} yuan: ${needy.en} need ${needed} yuan, and of the ${yuan(all)} yuan that may pay for them (${able.en}) at most ${available} yuan can: R11 ${title.en} (${clause}).`,
    },
  ];
}

/** A search that was given up proves no shortage, and says so. */
const undecided = ({ funded, fundedAtMost, unfunded }: ApartPlan): Bilingual => {
  const [found, most, open] = [funded, fundedAtMost!, total(unfunded.map(({ amount }) => amount))].map(yuan);
  return {
    zh: `此方案安排 ${found} 元，尚有 ${open} 元未安排；两类中央资金的搭配过多，未能逐一比较，其他方案最多可安排 ${most} 元，缺口未经证明。`,
    en: `This plan funds ${found} yuan and leaves ${open} yuan. There are too many ways to keep the two central programmes apart to compare them all; none funds more than ${most} yuan, so no shortage is proven.`,
  };
};

function byRule(kept: ReturnType<Kept>): { obstacle: Obstacle; lineIds: string[] }[] {
  const rules = new Map<string, { obstacle: Obstacle; lineIds: string[] }>();
  for (const { lineId, obstacle } of kept) {
    const key = `${obstacle.rule} ${obstacle.level} ${obstacle.quotation.clause}`;
    const one = rules.get(key) ?? { obstacle, lineIds: [] };
    one.lineIds.push(lineId);
    rules.set(key, one);
  }
  return [...rules.values()];
}

const nameOfLine = ({ lineId, workItem }: BudgetLine): Bilingual => ({
  zh: `${lineId}（${WORK_ITEMS[workItem].zh}）`,
  en: `${lineId} (${WORK_ITEMS[workItem].en})`,
});

const AREA: Readonly<Record<PlanMoney['costArea'], Bilingual>> = {
  'public-area': { zh: '公共区域', en: 'public area' },
  'in-building': { zh: '楼体内', en: 'in the building' },
};

function nameOfMoney({ source, reference, costArea, inKind }: PlanMoney): Bilingual {
  const { zh, en }: Bilingual = FUNDING_SOURCES[source as FundingSource];
  const [of, area] = [reference === null ? '' : ` ${reference}`, AREA[costArea]];
  return {
    zh: `${zh}${of}（${area.zh}${inKind ? '，实物' : ''}）`,
    en: `${en}${of} (${area.en}${inKind ? ', in kind' : ''})`,
  };
}
