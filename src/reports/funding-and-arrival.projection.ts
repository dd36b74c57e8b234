import { fromMillionths, millionths } from '../kernel/decimal.js';
import { type Fen, fen, halfUp, smaller, total, yuan } from '../kernel/money.js';
import { type CompoundState, isDwelling } from '../compound/compound.decider.js';
import { added, gap, type Split } from '../ledger/cost-split.projection.js';
import type { FundingSource } from '../policy/funding-source.js';
import type { Programme } from '../policy/rule-pack.js';
import { COST_AREAS } from '../policy/work-item.js';
import type { SchemeView } from '../scheme/scheme.projection.js';
import { columnOf, FUNDING_COLUMNS, type FundingColumn } from './funding-columns.rules.js';

/** One scheme with everything its row is made of. */
export type SchemeCase = {
  readonly schemeId: string;
  readonly compoundId: string;
  readonly divisionCode: string;
  readonly divisionName: string;
  readonly planYear: number;
  readonly projectCode: string | null;
  readonly view: SchemeView;
  readonly compound: CompoundState;
  readonly split: Split;
  readonly approved: boolean;
  readonly programmeOf: (source: FundingSource, reference: string | null) => Programme | undefined;
};

type Pair = { committed: Fen; received: Fen };
type Sums = {
  readonly columns: Record<FundingColumn, Pair>;
  readonly budget: Fen;
  readonly inKind: Fen;
  readonly paid: Fen;
  readonly fundingGap: Fen;
  readonly providentFund: Fen;
};
type Size = { readonly buildings: number; readonly households: number; readonly area: bigint };

/** 资金筹措与到位表: a row for each scheme (一区一案), and their total, summed in fen. */
export function fundingAndArrival(cases: readonly SchemeCase[]) {
  const sums = cases.map(sumsOf);
  // A compound with several schemes is one compound.
  const compounds = new Map(cases.map(({ compoundId, compound }) => [compoundId, sizeOf(compound)]));
  const size = summedSizes([...compounds.values()]);
  return {
    items: cases.map((one, index) => ({
      ...headOf(one),
      ...shownSize(1, sizeOf(one.compound)),
      ...shownSums(sums[index]!),
      approved: one.approved,
    })),
    total: { schemes: cases.length, ...shownSize(compounds.size, size), ...shownSums(sumOfAll(sums)) },
  };
}

const headOf = ({
  schemeId,
  compoundId,
  divisionCode,
  divisionName,
  planYear,
  projectCode,
  view,
  compound,
}: SchemeCase) => ({
  ...{ schemeId, compoundId, compoundName: compound.compound?.name ?? null, title: view.scheme?.title ?? '' },
  ...{ projectCode, planYear, divisionCode, divisionName },
});

function sizeOf({ compound, households }: CompoundState): Size {
  const buildings = compound?.buildings.length ?? 0;
  if (households.size === 0) {
    const { declared } = compound ?? {};
    return { buildings, households: declared?.households ?? 0, area: millionths(declared?.floorAreaM2 ?? '0') };
  }
  const area = [...households.values()].reduce((sum, { floorAreaM2 }) => sum + millionths(floorAreaM2), 0n);
  return { buildings, households: [...households.values()].filter(isDwelling).length, area };
}

const summedSizes = (sizes: readonly Size[]): Size =>
  sizes.reduce(
    (all, one) => ({
      buildings: all.buildings + one.buildings,
      households: all.households + one.households,
      area: all.area + one.area,
    }),
    { buildings: 0, households: 0, area: 0n },
  );

/** Sizes of compounds together, as a row shows them. */
export const sizesOf = (compounds: readonly CompoundState[]) =>
  shownSize(compounds.length, summedSizes(compounds.map(sizeOf)));

const shownSize = (compounds: number, { buildings, households, area }: Size) => ({
  ...{ compounds, buildings, households, floorAreaM2: fromMillionths(area) },
});

const noColumns = (): Record<FundingColumn, Pair> =>
  Object.fromEntries(FUNDING_COLUMNS.map(({ code }) => [code, { committed: 0n, received: 0n }])) as Record<
    FundingColumn,
    Pair
  >;

function sumsOf({ view, split, programmeOf }: SchemeCase): Sums {
  const columns = noColumns();
  for (const { source, reference, committed, received } of split.bySource) {
    const into = columns[columnOf(source, programmeOf(source, reference))];
    into.committed += committed;
    into.received += received;
  }
  const areas = COST_AREAS.map((area) => split.areas[area]);
  const { budget, inKind, paid } = added(areas);
  return { columns, budget, inKind, paid, fundingGap: total(areas.map(gap)), providentFund: providentFundOf(view) };
}

/** 公积金: certificates inside the households' own cash, told beside it and never counted again. */
export function providentFundOf({ contributions }: SchemeView): Fen {
  const certified = [...contributions.values()].flatMap(({ providentFund, amount, refunded, reversedOn }) =>
    providentFund && reversedOn === undefined ? [smaller(fen(providentFund.amount), fen(amount) - refunded)] : [],
  );
  return total(certified);
}

function sumOfAll(all: readonly Sums[]): Sums {
  const columns = noColumns();
  for (const { code } of FUNDING_COLUMNS)
    for (const one of all) {
      columns[code].committed += one.columns[code].committed;
      columns[code].received += one.columns[code].received;
    }
  const sum = (name: 'budget' | 'inKind' | 'paid' | 'fundingGap' | 'providentFund') =>
    total(all.map((one) => one[name]));
  return {
    ...{ columns, budget: sum('budget'), inKind: sum('inKind'), paid: sum('paid') },
    ...{ fundingGap: sum('fundingGap'), providentFund: sum('providentFund') },
  };
}

function shownSums({ columns, budget, inKind, paid, fundingGap, providentFund }: Sums) {
  const pairs = Object.values(columns);
  return {
    totalInvestment: yuan(budget),
    sources: Object.fromEntries(
      FUNDING_COLUMNS.map(({ code }) => [
        code,
        { committed: yuan(columns[code].committed), received: yuan(columns[code].received) },
      ]),
    ) as Record<FundingColumn, { committed: string; received: string }>,
    committed: yuan(total(pairs.map((pair) => pair.committed))),
    received: yuan(total(pairs.map((pair) => pair.received))),
    inKind: yuan(inKind),
    fundingGap: yuan(fundingGap),
    paid: yuan(paid),
    providentFund: yuan(providentFund),
  };
}

type Report = ReturnType<typeof fundingAndArrival>;
const HUNDREDTH_OF_WAN_M2 = 100_000_000n;

/** The form on paper: its fixed headings, 筹措 and 到位 of each source beside each other, the total last. */
export const fundingRows = ({ items, total: all }: Report): object[] => [
  ...items.map((item) => ({
    项目统一名称: item.title,
    投资项目代码: item.projectCode ?? '',
    区划: item.divisionName,
    ...figureCells(item),
    备注: [
      ...(item.approved ? [] : ['预算未批准']),
      ...(item.providentFund === '0.00' ? [] : [`居民出资中住房公积金提取 ${item.providentFund} 元`]),
    ].join('；'),
  })),
  { 项目统一名称: '合计', 投资项目代码: '', 区划: '', ...figureCells(all), 备注: '' },
];

function figureCells(row: Omit<Report['total'], 'schemes'>): Record<string, string> {
  const { compounds, buildings, households, floorAreaM2, totalInvestment, sources, committed, received } = row;
  const cells: Record<string, string> = {
    小区数: String(compounds),
    栋数: String(buildings),
    户数: String(households),
    '建筑面积(万㎡)': yuan(halfUp(millionths(floorAreaM2), HUNDREDTH_OF_WAN_M2)),
    总投资: totalInvestment,
  };
  for (const { code, zh } of FUNDING_COLUMNS) {
    cells[`${zh}(筹措)`] = sources[code].committed;
    cells[`${zh}(到位)`] = sources[code].received;
  }
  return {
    ...cells,
    ...{ '合计(筹措)': committed, '合计(到位)': received },
    ...{ 捐物及投工折价: row.inKind, 资金缺口: row.fundingGap, 已支付: row.paid },
  };
}
