import { byCodePoint } from '../kernel/ids.js';
import { type Fen, ratio, yuan } from '../kernel/money.js';
import { fromMillionths } from '../kernel/decimal.js';
import { FUNDING_SOURCES } from '../policy/funding-source.js';
import { COST_AREAS, WORK_ITEMS } from '../policy/work-item.js';
import { gap, type Split } from './cost-split.projection.js';

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
  const total = empty();
  const row = (key: string): Row => rows.get(key) ?? (rows.set(key, empty()), rows.get(key)!);
  if (groupBy === 'county' || groupBy === 'compound')
    for (const { compoundId, division } of compounds)
      row(groupBy === 'county' ? division : compoundId).compounds.add(compoundId);
  for (const { compoundId } of compounds) total.compounds.add(compoundId);
  for (const scheme of schemes) {
    addScheme(total, scheme);
    for (const [key, figures] of keyed(scheme, sizes.get(scheme.compoundId)!, groupBy)) {
      const into = row(key);
      into.compounds.add(scheme.compoundId);
      into.schemes.add(scheme.schemeId);
      for (const name of FIGURES) into[name] += figures[name] ?? 0n;
    }
  }
  const shown = [...rows].sort(([a], [b]) => byCodePoint(a, b));
  return {
    groupBy,
    items: shown.map(([key, one]) => ({ key, label: label(key), ...shownRow(one, sizes) })),
    total: shownRow(total, sizes),
  };
}

const FIGURES = ['budget', 'committed', 'received', 'inKind', 'paid', 'fundingGap'] as const;
type Figures = Partial<Record<(typeof FIGURES)[number], Fen>>;

function addScheme(into: Row, scheme: SchemeSplit): void {
  into.schemes.add(scheme.schemeId);
  const figures = inAll(scheme.split);
  for (const name of FIGURES) into[name] += figures[name] ?? 0n;
}

function inAll({ areas }: Split): Figures {
  const sum: Record<string, Fen> = { fundingGap: 0n };
  for (const area of COST_AREAS.map((name) => areas[name])) {
    for (const [name, amount] of Object.entries(area)) sum[name] = (sum[name] ?? 0n) + amount;
    sum['fundingGap']! += gap(area);
  }
  return sum;
}

/** The rows a scheme counts in. Sources have no budget, work classes no receipts: what does not divide is left at zero. */
function keyed(scheme: SchemeSplit, compound: CompoundSize, groupBy: Grouping): [string, Figures][] {
  const { split } = scheme;
  switch (groupBy) {
    case 'county':
      return [[compound.division, inAll(split)]];
    case 'year':
      return [[String(scheme.planYear), inAll(split)]];
    case 'compound':
      return [[scheme.compoundId, inAll(split)]];
    case 'project':
      return [[scheme.projectCode ?? scheme.schemeId, inAll(split)]];
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
