import { byCodePoint } from '../kernel/ids.js';
import { type Fen, ratio, total, yuan } from '../kernel/money.js';
import { fromMillionths } from '../kernel/decimal.js';
import { FUNDING_SOURCES } from '../policy/funding-source.js';
import { COST_AREAS, WORK_ITEMS } from '../policy/work-item.js';
import { added, gap, type Split } from './cost-split.projection.js';

export const GROUPINGS = ['county', 'year', 'source', 'work-class', 'compound', 'project'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export type CompoundSize = {
  readonly compoundId: string;
  readonly name: string;
  readonly division: string;
  readonly households: number;
  readonly areaMillionths: bigint;
  readonly fundBalance: Fen;
};
export type SchemeSplit = {
  readonly schemeId: string;
  readonly compoundId: string;
  readonly planYear: number;
  readonly projectCode: string | null;
  readonly split: Split;
};

type Row = {
  budget: Fen;
  committed: Fen;
  received: Fen;
  inKind: Fen;
  paid: Fen;
  fundingGap: Fen;
  readonly compounds: Set<string>;
  readonly schemes: Set<string>;
};
const empty = (): Row => ({
  budget: 0n,
  committed: 0n,
  received: 0n,
  inKind: 0n,
  paid: 0n,
  fundingGap: 0n,
  compounds: new Set(),
  schemes: new Set(),
});

/** The region in one table: every figure is a sum of the schemes' own. `label` names a key for people. */
export function overview(
  compounds: readonly CompoundSize[],
  schemes: readonly SchemeSplit[],
  groupBy: Grouping,
  label: (key: string) => string,
) {
  const sizes = new Map(compounds.map((compound) => [compound.compoundId, compound]));
  const rows = new Map<string, Row>();
  const sum = empty();
  const row = (key: string): Row => rows.get(key) ?? (rows.set(key, empty()), rows.get(key)!);
  if (groupBy === 'county' || groupBy === 'compound')
    for (const { compoundId, division } of compounds)
      row(groupBy === 'county' ? division : compoundId).compounds.add(compoundId);
  for (const { compoundId } of compounds) sum.compounds.add(compoundId);
  for (const scheme of schemes) {
    const whole = inAll(scheme.split);
    sum.schemes.add(scheme.schemeId);
    addTo(sum, whole);
    for (const [key, figures] of keyed(scheme, whole, sizes.get(scheme.compoundId)!, groupBy)) {
      const into = row(key);
      into.compounds.add(scheme.compoundId);
      into.schemes.add(scheme.schemeId);
      addTo(into, figures);
    }
  }
  const shown = [...rows].sort(([a], [b]) => byCodePoint(a, b));
  return {
    groupBy,
    items: shown.map(([key, one]) => ({ key, label: label(key), ...shownRow(one, sizes) })),
    total: shownRow(sum, sizes),
  };
}

const FIGURES = ['budget', 'committed', 'received', 'inKind', 'paid', 'fundingGap'] as const;
type Figures = Partial<Record<(typeof FIGURES)[number], Fen>>;

function addTo(into: Row, figures: Figures): void {
  for (const name of FIGURES) into[name] += figures[name] ?? 0n;
}

function inAll({ areas }: Split): Figures {
  const all = COST_AREAS.map((name) => areas[name]);
  return { ...added(all), fundingGap: total(all.map(gap)) };
}

/** The rows a scheme counts in. Sources have no budget, work classes no receipts: what does not divide is left at zero. */
function keyed(scheme: SchemeSplit, whole: Figures, compound: CompoundSize, groupBy: Grouping): [string, Figures][] {
  const { split } = scheme;
  switch (groupBy) {
    case 'county':
      return [[compound.division, whole]];
    case 'year':
      return [[String(scheme.planYear), whole]];
    case 'compound':
      return [[scheme.compoundId, whole]];
    case 'project':
      return [[scheme.projectCode ?? scheme.schemeId, whole]];
    case 'source':
      return split.bySource.map(({ source, committed, received, inKind, paid }) => [
        source,
        { committed, received, inKind, paid },
      ]);
    case 'work-class':
      return split.byLine.map(({ workItem, budget, paid }) => [WORK_ITEMS[workItem].workClass, { budget, paid }]);
  }
}

function shownRow(row: Row, sizes: ReadonlyMap<string, CompoundSize>) {
  const compounds = [...row.compounds].map((id) => sizes.get(id)!);
  const area = compounds.reduce((sum, { areaMillionths }) => sum + areaMillionths, 0n);
  const fund = compounds.reduce((sum, { fundBalance }) => sum + fundBalance, 0n);
  return {
    compounds: compounds.length,
    households: compounds.reduce((sum, { households }) => sum + households, 0),
    floorAreaM2: fromMillionths(area),
    schemes: row.schemes.size,
    budget: yuan(row.budget),
    committed: yuan(row.committed),
    received: yuan(row.received),
    inKind: yuan(row.inKind),
    paid: yuan(row.paid),
    fundingGap: yuan(row.fundingGap),
    arrivalRate: ratio(row.received, row.budget),
    executionRate: ratio(row.paid, row.received),
    fundBalance: yuan(fund),
  };
}

export const sourceLabel = (key: string, language: 'zh' | 'en'): string =>
  (FUNDING_SOURCES as Record<string, { zh: string; en: string }>)[key]?.[language] ?? key;
