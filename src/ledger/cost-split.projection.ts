import { byCodePoint } from '../kernel/ids.js';
import { type Fen, larger, yuan } from '../kernel/money.js';
import { FUNDING_SOURCES, type FundingSource } from '../policy/funding-source.js';
import { COST_AREAS, type CostArea, type WorkItem } from '../policy/work-item.js';
import type { Measure } from './posting.postings.js';

/** Postings of one scheme, summed over everything a split tells apart. */
export type Sum = {
  readonly measure: Measure;
  readonly source: FundingSource | null;
  readonly reference: string | null;
  readonly costArea: CostArea | null;
  readonly lineId: string | null;
  readonly item: string | null;
  readonly amount: Fen;
};
export type SplitLine = { readonly lineId: string; readonly workItem: WorkItem; readonly costArea: CostArea };
/** The revision a split is measured on, and its lines in their order. */
export type Measured = {
  readonly revision: number | null;
  readonly approved: boolean;
  readonly lines: readonly SplitLine[];
};

type Figures = { budget: Fen; committed: Fen; received: Fen; inKind: Fen; paid: Fen };
const nothing = (): Figures => ({ budget: 0n, committed: 0n, received: 0n, inKind: 0n, paid: 0n });
type SourceFigures = Figures & { source: FundingSource; reference: string | null; costArea: CostArea };
type LineFigures = SplitLine & { budget: Fen; contracted: Fen; paid: Fen; settled: Fen };

/** Who pays for what, in fen: the one computation behind every screen that shows a split. */
export type Split = {
  readonly areas: Readonly<Record<CostArea, Figures>>;
  readonly bySource: readonly SourceFigures[];
  readonly byLine: readonly LineFigures[];
};

export function split(sums: readonly Sum[], { revision, lines }: Measured): Split {
  const areas = { 'public-area': nothing(), 'in-building': nothing() };
  const sources = new Map<string, SourceFigures>();
  const byLine = new Map<string, LineFigures>(
    lines.map((line) => [line.lineId, { ...line, budget: 0n, contracted: 0n, paid: 0n, settled: 0n }]),
  );
  for (const sum of sums) {
    const line = sum.lineId === null ? undefined : byLine.get(sum.lineId);
    if (sum.measure === 'budget') {
      if (sum.item !== String(revision)) continue;
      areas[sum.costArea!].budget += sum.amount;
      if (line) line.budget += sum.amount;
    } else if (sum.measure === 'contracted' || sum.measure === 'settled') {
      if (line) line[sum.measure] += sum.amount;
    } else if (sum.measure === 'paid') {
      sourceOf(sources, sum).paid -= sum.amount;
      if (line) line.paid -= sum.amount;
    } else if (sum.measure === 'received' || sum.measure === 'inKind')
      sourceOf(sources, sum)[sum.measure] += sum.amount;
  }
  for (const [, { key, amount }] of committed(sums)) sourceOf(sources, key).committed += amount;
  for (const one of sources.values()) {
    const area = areas[one.costArea];
    area.committed += one.committed;
    area.received += one.received;
    area.inKind += one.inKind;
    area.paid += one.paid;
  }
  const bySource = [...sources.values()].filter((one) =>
    [one.committed, one.received, one.inKind, one.paid].some((f) => f !== 0n),
  );
  return { areas, bySource: bySource.sort(bySourceOrder), byLine: [...byLine.values()] };
}

function sourceOf(
  sources: Map<string, SourceFigures>,
  { source, reference, costArea }: Pick<Sum, 'source' | 'reference' | 'costArea'>,
): SourceFigures {
  const key = `${source}|${reference ?? ''}|${costArea}`;
  let figures = sources.get(key);
  if (!figures) sources.set(key, (figures = { source: source!, reference, costArea: costArea!, ...nothing() }));
  return figures;
}

const bySourceOrder = (a: SourceFigures, b: SourceFigures): number =>
  byCodePoint(a.source, b.source) ||
  byCodePoint(a.reference ?? '', b.reference ?? '') ||
  byCodePoint(a.costArea, b.costArea);

/** One commitment: an allocation, a pledge, or cash nobody had promised. */
type Committed = { readonly key: Sum; readonly pledged: Fen; readonly amount: Fen };

/**
 * What is committed: allocations and approved draws; per pledge the larger of what is promised less what came of it in
 * kind, and the cash that came; and cash without a pledge. Keyed by source, reference, area, line and pledge.
 */
export function committed(sums: readonly Sum[]): Map<string, Committed> {
  const found = new Map<string, { key: Sum; pledged: Fen; cash: Fen; inKind: Fen; direct: Fen }>();
  for (const sum of sums) {
    if (sum.source === null || !['committed', 'pledged', 'received', 'inKind'].includes(sum.measure)) continue;
    const contributed = FUNDING_SOURCES[sum.source].route === 'contribution';
    if (sum.measure === 'received' && !contributed) continue;
    const isAllocation = sum.measure === 'committed';
    // Cash on a pledge counts with its pledge, wherever its line is.
    const pledge = isAllocation || sum.item === null ? '' : sum.item;
    const line = pledge === '' ? (sum.lineId ?? '') : '';
    const id = [sum.source, sum.reference, sum.costArea, line, pledge, isAllocation].join('|');
    const one = found.get(id) ?? { key: sum, pledged: 0n, cash: 0n, inKind: 0n, direct: 0n };
    if (sum.measure === 'pledged') found.set(id, { ...one, key: sum, pledged: one.pledged + sum.amount });
    else if (sum.measure === 'received') found.set(id, { ...one, cash: one.cash + sum.amount });
    else if (sum.measure === 'inKind') found.set(id, { ...one, inKind: one.inKind + sum.amount });
    else found.set(id, { ...one, direct: one.direct + sum.amount });
  }
  return new Map(
    [...found].map(([id, { key, pledged, cash, inKind, direct }]) => [
      id,
      { key, pledged, amount: direct + larger(larger(pledged - inKind, cash), 0n) },
    ]),
  );
}

export const gap = ({ budget, committed: promised, inKind }: Figures): Fen => larger(budget - promised - inKind, 0n);

const shownFigures = (figures: Figures, fundingGap: Fen) => ({
  budget: yuan(figures.budget),
  committed: yuan(figures.committed),
  received: yuan(figures.received),
  inKind: yuan(figures.inKind),
  paid: yuan(figures.paid),
  fundingGap: yuan(fundingGap),
  available: yuan(figures.received - figures.paid),
});

/** The figures of a split as they are sent: yuan with two places. A surplus in one area never closes the other's gap. */
export function shownSplit({ areas, bySource }: Split) {
  const [publicArea, inBuilding] = COST_AREAS.map((area) => areas[area]);
  return {
    publicArea: shownFigures(publicArea!, gap(publicArea!)),
    inBuilding: shownFigures(inBuilding!, gap(inBuilding!)),
    total: shownFigures(added([publicArea!, inBuilding!]), gap(publicArea!) + gap(inBuilding!)),
    bySource: bySource.map(({ source, reference, costArea, ...figures }) => ({
      source,
      reference,
      costArea,
      committed: yuan(figures.committed),
      received: yuan(figures.received),
      inKind: yuan(figures.inKind),
      paid: yuan(figures.paid),
      available: yuan(figures.received - figures.paid),
    })),
  };
}

export const shownLine = ({ lineId, workItem, costArea, budget, contracted, paid, settled }: LineFigures) => ({
  lineId,
  workItem,
  costArea,
  budget: yuan(budget),
  contracted: yuan(contracted),
  paid: yuan(paid),
  settled: yuan(settled),
});

/** Figures of several splits, added in fen. */
export function added(all: readonly Figures[]): Figures {
  const sum = nothing();
  for (const one of all) for (const name of Object.keys(sum) as (keyof Figures)[]) sum[name] += one[name];
  return sum;
}

/** Several schemes of one compound as one split; their gaps add up, so they are kept by scheme. */
export function mergedSplit(splits: readonly Split[]): Split {
  const sources = new Map<string, SourceFigures>();
  for (const one of splits.flatMap(({ bySource }) => bySource)) {
    const into = sourceOf(sources, one);
    for (const name of ['committed', 'received', 'inKind', 'paid'] as const) into[name] += one[name];
  }
  return {
    areas: {
      'public-area': added(splits.map(({ areas }) => areas['public-area'])),
      'in-building': added(splits.map(({ areas }) => areas['in-building'])),
    },
    bySource: [...sources.values()].sort(bySourceOrder),
    byLine: splits.flatMap(({ byLine }) => byLine),
  };
}
