import type { BusinessDate } from '../kernel/dates.js';
import { byCodePoint } from '../kernel/ids.js';
import { type Fen, ratio, total, yuan } from '../kernel/money.js';
import type { Measure } from '../ledger/posting.postings.js';
import { FUNDING_SOURCES, type FundingSource } from '../policy/funding-source.js';
import type { Programme } from '../policy/rule-pack.js';

/** A grant as it was awarded. */
export type GrantHead = {
  readonly grantId: string;
  readonly source: FundingSource;
  readonly programme?: Programme | undefined;
  readonly parentGrantId: string | null;
  readonly documentNo: string | null;
  readonly fiscalYear: number;
  readonly awardedOn: BusinessDate;
};
/** What was awarded, in the division it was awarded to. */
export type GrantLine = GrantHead & {
  readonly divisionCode: string;
  readonly divisionName: string;
  readonly figures: ReadonlyMap<Measure, Fen>;
  readonly carriedOver: Fen;
};
/** What became of it at one scheme. */
export type SchemeLine = GrantHead & {
  readonly divisionCode: string;
  readonly divisionName: string;
  readonly schemeId: string;
  readonly compoundId: string;
  readonly compoundName: string;
  readonly allocated: Fen;
  readonly received: Fen;
  readonly paid: Fen;
  readonly receivedOn: BusinessDate | null;
  readonly paidOn: BusinessDate | null;
  readonly vouchers: readonly string[];
};

const none = { awarded: 0n, decomposed: 0n, allocated: 0n, received: 0n, paid: 0n };
const nothing = { ...none, carriedOver: 0n, lapsed: 0n, returned: 0n, available: 0n };
type Figures = typeof nothing;
const NAMES = Object.keys(nothing) as readonly (keyof Figures)[];
const shown = (figures: Figures): Record<keyof Figures, string> =>
  Object.fromEntries(NAMES.map((name) => [name, yuan(figures[name])])) as Record<keyof Figures, string>;

/**
 * 指标执行台账: by 文号, first the grant in its own division, then each compound it was allocated to. Every figure stands in
 * one row only: what was awarded, passed down, carried over, lapsed and returned with the grant, the rest with the scheme.
 */
export function grantExecution(grants: readonly GrantLine[], schemes: readonly SchemeLine[]) {
  const rows = [...grants.map(grantRow), ...schemes.map(schemeRow)].sort((a, b) => byCodePoint(a.key, b.key));
  return {
    items: rows.map(({ key: _, figures, rate, ...row }) => ({
      ...row,
      ...shown(figures),
      executionRate: rate,
    })),
    total: totalOf(grants, schemes),
  };
}

const headOf = ({ grantId, source, programme, documentNo, fiscalYear, awardedOn }: GrantHead) => ({
  ...{ grantId, documentNo, source, sourceName: sourceName(source, programme), programme: programme ?? null },
  ...{ fiscalYear, awardedOn },
});
const sourceName = (source: FundingSource, programme: Programme | undefined): string =>
  programme === 'ndrc' ? '中央预算内投资' : FUNDING_SOURCES[source].zh;

function grantRow(grant: GrantLine) {
  const { divisionCode, divisionName } = grant;
  return {
    key: [grant.documentNo ?? '', grant.grantId, '0'].join('|'),
    row: 'grant' as const,
    ...headOf(grant),
    ...{ divisionCode, divisionName, schemeId: null, compoundId: null, compoundName: null },
    ...{ receivedOn: null, paidOn: null, vouchers: [] as readonly string[] },
    figures: ofGrant(grant),
    rate: null,
  };
}

function ofGrant({ figures, carriedOver }: GrantLine): Figures {
  const of = (measure: Measure): Fen => figures.get(measure) ?? 0n;
  const available = of('awarded') + of('decomposed') + of('allocated') + of('returned') + of('lapsed');
  return {
    ...nothing,
    ...{ awarded: of('awarded'), decomposed: -of('decomposed'), carriedOver, available },
    ...{ lapsed: -of('lapsed'), returned: -of('returned') },
  };
}

function schemeRow(scheme: SchemeLine) {
  const { divisionCode, divisionName, schemeId, compoundId, compoundName, allocated, received, paid } = scheme;
  return {
    key: [scheme.documentNo ?? '', scheme.grantId, '1', divisionCode, compoundId, schemeId].join('|'),
    row: 'scheme' as const,
    ...headOf(scheme),
    ...{ divisionCode, divisionName, schemeId, compoundId, compoundName },
    ...{ receivedOn: scheme.receivedOn, paidOn: scheme.paidOn, vouchers: scheme.vouchers },
    figures: { ...nothing, allocated, received, paid },
    rate: ratio(paid, allocated),
  };
}

/** What a child has was awarded to its parent first, and what it gives back goes there: only what crosses the list counts. */
function totalOf(grants: readonly GrantLine[], schemes: readonly SchemeLine[]) {
  const listed = new Set(grants.map(({ grantId }) => grantId));
  const isInside = ({ parentGrantId }: GrantLine): boolean => parentGrantId !== null && listed.has(parentGrantId);
  const sum = (rows: readonly GrantLine[], name: keyof Figures): Fen => total(rows.map((row) => ofGrant(row)[name]));
  const roots = grants.filter((grant) => !isInside(grant));
  const children = grants.filter(isInside);
  const paid = total(schemes.map((scheme) => scheme.paid));
  const awarded = sum(roots, 'awarded');
  const figures = {
    awarded,
    decomposed: sum(grants, 'decomposed') - (sum(children, 'awarded') - sum(children, 'returned')),
    allocated: total(schemes.map((scheme) => scheme.allocated)),
    received: total(schemes.map((scheme) => scheme.received)),
    paid,
    carriedOver: sum(grants, 'carriedOver'),
    lapsed: sum(grants, 'lapsed'),
    returned: sum(roots, 'returned'),
    available: sum(grants, 'available'),
  };
  return { ...shown(figures), executionRate: ratio(paid, awarded) };
}

type Report = ReturnType<typeof grantExecution>;

/** The form on paper: its fixed headings, the total last. */
export const executionRows = ({ items, total: all }: Report): object[] => [
  ...items.map((item) => ({
    来源: item.sourceName,
    文号: item.documentNo ?? '',
    年度: String(item.fiscalYear),
    区划: item.divisionName,
    小区: item.compoundName ?? '',
    下达日期: item.awardedOn,
    ...cells(item, item.receivedOn ?? '', item.paidOn ?? ''),
    收款单位: item.compoundName ?? '',
    凭证号: item.vouchers.join('、'),
  })),
  {
    来源: '合计',
    文号: '',
    年度: '',
    区划: '',
    小区: '',
    下达日期: '',
    ...cells(all, '', ''),
    收款单位: '',
    凭证号: '',
  },
];

const cells = (row: Report['total'], receivedOn: string, paidOn: string) => ({
  ...{ 指标金额: row.awarded, 分解下达: row.decomposed, 分配金额: row.allocated },
  ...{
    到位日期: receivedOn,
    到位金额: row.received,
    拨付日期: paidOn,
    拨付金额: row.paid,
    进度: row.executionRate ?? '',
  },
  ...{ 结转: row.carriedOver, 结余: row.lapsed, 收回: row.returned, 可用: row.available },
});
