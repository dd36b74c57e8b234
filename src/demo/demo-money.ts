import { type Fen, total } from '../kernel/money.js';
import { FUNDING_SOURCES, type FundingSource } from '../policy/funding-source.js';
import type { Programme } from '../policy/rule-pack.js';
import type { CostArea, Utility, WorkItem } from '../policy/work-item.js';
import { type GrantKind, GRANTS, MIXES, type MoneyRow, POOLED_WORKS } from './demo-data.js';
import { grantId, type GrantUse } from './demo-grants.js';
import type { Flat, Line, Site } from './demo-site.js';
import { clerk, money, percentOf, type Step } from './demo-step.js';

/** Money that has arrived and is not paid out yet, as the scheme tells it apart. */
export type Pool = {
  readonly source: FundingSource;
  readonly reference: string | null;
  readonly costArea: CostArea;
  readonly programme?: Programme;
  readonly mayFund?: readonly WorkItem[];
  readonly utility?: Utility;
  left: Fen;
};
type Given = {
  readonly from: GrantKind | FundingSource;
  readonly number: number;
  readonly costArea: CostArea;
  readonly amount: Fen;
  readonly line: Line | undefined;
  readonly more: NonNullable<MoneyRow[2]>;
};

const isGrant = (from: GrantKind | FundingSource): from is GrantKind => Object.hasOwn(GRANTS, from);

/** The rows of the scheme's mix, in yuan; a row whose line the plan does not have gives nothing. */
function given({ row, lines }: Site): Given[] {
  const rows: readonly MoneyRow[] = MIXES[row.mix];
  return rows.flatMap(([from, percent, more = {}], index) => {
    const line = lines.find(({ workItem }) => workItem === more.item);
    if (more.item !== undefined && !line) return [];
    const costArea = line?.costArea ?? more.area ?? 'public-area';
    const base = line?.amount ?? total(lines.filter((one) => one.costArea === costArea).map((one) => one.amount));
    const amount = percentOf(base, percent);
    return amount === 0n ? [] : [{ from, number: index + 1, costArea, amount, line, more }];
  });
}

const ORGANISATIONS: Partial<Record<FundingSource, string>> = {
  'resident-cash': '演示业主委员会',
  'common-area-income': '演示业主委员会',
  'resident-donation': '演示居民志愿队',
  'affiliated-unit': '演示原产权单位',
  'enterprise-donation': '演示爱心企业',
  'social-capital': '演示社会投资公司',
  'utility-operator': '演示专业经营单位',
  'telecom-operator': '演示通信运营商',
};

/** Residents on the register pay flat by flat; everybody else by one organisation. */
const isByFlat = ({ flats }: Site, { from, costArea }: Given): boolean =>
  flats.length > 0 && from === 'resident-cash' && costArea === 'in-building';

const offered = ({ from, costArea, amount, line, more }: Given) => ({
  source: from,
  amount: money(amount),
  costArea,
  ...(line ? { lineId: line.lineId } : {}),
  ...(more.utility ? { utility: more.utility } : {}),
  payer: { organisation: ORGANISATIONS[from as FundingSource]! },
});

/** Promised when the budget is on the table. */
export const promises = (site: Site): Step[] =>
  given(site)
    .filter((one) => !isGrant(one.from) && !isByFlat(site, one))
    .map((one) =>
      clerk(`${site.at}/pledges`, { pledgeId: `p${one.number}`, ...offered(one), occurredOn: site.day(8) }),
    );

export type Receipts = {
  readonly uses: readonly GrantUse[];
  /** Of the county, before the approval: it pays for the design. */
  readonly early: readonly Step[];
  readonly steps: readonly Step[];
  readonly pools: readonly Pool[];
  /** What operators and investors pay their own contractors, by line. */
  readonly direct: ReadonlyMap<string, Fen>;
};

export function receipts(site: Site): Receipts {
  const uses: GrantUse[] = [];
  const early: Step[] = [];
  const steps: Step[] = [];
  const pools: Pool[] = [];
  const direct = new Map<string, Fen>();
  for (const one of given(site)) {
    if (isGrant(one.from)) {
      const use = { kind: one.from, year: site.row.planYear, county: site.row.county, amount: one.amount };
      const isEarly = one.from === 'county';
      if (site.has(isEarly ? 'published' : 'approved')) uses.push(use);
      const sent = grantMoney(site, use);
      (isEarly ? early : steps).push(...sent.steps);
      pools.push(sent.pool);
    } else if (isByFlat(site, one)) {
      const flats = flatMoney(site, one);
      steps.push(...flats.steps);
      pools.push(flats.pool);
    } else {
      const arrived = contribution(site, one);
      steps.push(...arrived.steps);
      if (arrived.pool) pools.push(arrived.pool);
      if (one.more.form === 'direct-payment') direct.set(one.line!.lineId, one.amount);
    }
  }
  return { uses, early, steps, pools, direct };
}

/** Allocated as a whole; sent in instalments as the works go on. */
function grantMoney({ row, schemeId, day, has }: Site, use: GrantUse): { steps: Step[]; pool: Pool } {
  const { source, award } = GRANTS[use.kind];
  const id = grantId(use);
  const isEarly = use.kind === 'county';
  const first = percentOf(use.amount, 55);
  const second = has('failed') ? use.amount - first : 0n;
  const disbursed = (amount: Fen, days: number) =>
    clerk(`grants/${id}/disbursements`, {
      schemeId,
      amount: money(amount),
      voucherNo: `演示拨-${row.id}-${days}`,
      occurredOn: day(days),
    });
  const steps = [
    clerk(`grants/${id}/allocations`, { schemeId, amount: money(use.amount), occurredOn: day(isEarly ? 12 : 45) }),
    disbursed(first, isEarly ? 15 : 60),
    ...(second > 0n ? [disbursed(second, 140)] : []),
  ];
  const { programme } = award as { programme?: Programme };
  const pool = {
    source,
    reference: id,
    costArea: 'public-area' as const,
    left: first + second,
    ...(programme ? { programme } : {}),
    ...(use.kind === 'pooled' ? { mayFund: POOLED_WORKS } : {}),
  };
  return { steps, pool };
}

const SOURCE_FIELDS: Partial<Record<FundingSource, (one: Given) => object>> = {
  // What the common areas earned, less what earning it cost, by the owners' decision (R20).
  'common-area-income': ({ amount }) => ({
    decision: '演示业主大会决议第1号',
    grossAmount: money(amount + percentOf(amount, 10)),
    cost: money(percentOf(amount, 10)),
  }),
  'enterprise-donation': () => ({ purpose: '演示：定向用于小区公共设施' }),
};

/** What was pledged arrives, half of it where nothing is built yet; in kind and direct payments only with the works. */
function contribution(site: Site, one: Given): { steps: Step[]; pool?: Pool } {
  const { at, day, has } = site;
  const { form = 'cash', utility } = one.more;
  if (form !== 'cash' && !has('building')) return { steps: [] };
  const amount = form === 'cash' && !has('building') ? percentOf(one.amount, 50) : one.amount;
  if (amount === 0n) return { steps: [] };
  const source = one.from as FundingSource;
  const arrived = { ...one, amount };
  const body = {
    contributionId: `k${one.number}`,
    pledgeId: `p${one.number}`,
    ...offered(arrived),
    form,
    ...SOURCE_FIELDS[source]?.(arrived),
    voucherNo: `演示收-${one.number}`,
    occurredOn: day(form === 'cash' ? 70 : 130),
  };
  const steps = [clerk(`${at}/contributions`, body)];
  if (form !== 'cash') return { steps };
  const reference = FUNDING_SOURCES[source].reference === 'utility' ? utility! : null;
  return { steps, pool: { source, reference, costArea: one.costArea, left: amount, ...(utility ? { utility } : {}) } };
}

/** So many flats in a hundred pay their whole share; every fourth of them with a certificate of the provident fund. */
function flatMoney({ at, flats, lines, day, areaM2 }: Site, { number, amount }: Given): { steps: Step[]; pool: Pool } {
  const inside = total(lines.filter(({ costArea }) => costArea === 'in-building').map((line) => line.amount));
  const paying = flats.slice(0, Number((BigInt(flats.length) * amount) / inside));
  const shareOf = (flat: Flat): Fen => (inside * flat.areaM2) / areaM2;
  const steps = paying.map((flat, index) => {
    const share = shareOf(flat);
    const certificate = { amount: money(percentOf(share, 50)), certificateNo: `演示提取-${flat.householdId}` };
    return clerk(`${at}/contributions`, {
      contributionId: `k${number}-${flat.householdId}`,
      source: 'resident-cash',
      amount: money(share),
      form: 'cash',
      costArea: 'in-building',
      payer: { householdId: flat.householdId },
      ...(index % 4 === 0 ? { providentFund: certificate } : {}),
      voucherNo: `演示收-${flat.householdId}`,
      occurredOn: day(75 + (index % 30)),
    });
  });
  const left = total(paying.map(shareOf));
  return { steps, pool: { source: 'resident-cash', reference: null, costArea: 'in-building', left } };
}
