import { type Fen, smaller } from '../kernel/money.js';
import { CHANGZHI_2020 } from '../policy/changzhi-2020.rules.js';
import { cell } from '../policy/matrix.rules.js';
import type { Pool } from './demo-money.js';
import type { Line, Site } from './demo-site.js';
import { approver, clerk, money, percentOf, type Step } from './demo-step.js';

type Contracted = Line & { readonly contractNo: string; contract: Fen; paid: Fen };

/** The second revision adds two per cent to the first line, found under the road. */
export function budget({ at, lines, day }: Site, revision: 1 | 2, days: number): Step {
  const told = lines.map(({ lineId, workItem, costArea, amount }, index) => ({
    lineId,
    workItem,
    costArea,
    amount: money(revision === 2 && index === 0 ? amount + percentOf(amount, 2) : amount),
    ...(costArea === 'in-building' ? { shareMethod: 'area', dueOn: day(120) } : {}),
  }));
  const reason = revision === 1 ? '演示：初次编制概算' : '演示：开挖后管线迁改，调增概算';
  return clerk(`${at}/budget-revisions`, { lines: told, reason, occurredOn: day(days) });
}

/** Beside the first works of every plan. */
const BEGUN_FIRST: readonly string[] = ['preliminary-and-design', 'indoor-water', 'elevator'];

/** Contracts and what is paid on them: while the works go on, and after the acceptance, to the retention when it is due. */
export function payments(
  site: Site,
  pools: readonly Pool[],
  direct: ReadonlyMap<string, Fen>,
): { works: Step[]; closing: Step[] } {
  const { at, day, has, row } = site;
  const lines = contracted(site, direct);
  const pay = (stage: string, percent: number, days: number, some = lines) =>
    some.flatMap((line) => payment(site, pools, line, stage, percentOf(line.contract, percent) - line.paid, days));
  const works = lines.filter(({ workItem }) => roleOf(workItem) === 'construction');
  const begun = lines.filter(({ workItem }, index) => index < 4 || BEGUN_FIRST.includes(workItem));
  const during = [
    ...awards(site, lines),
    clerk(`${at}/construction-start`, { startedOn: day(80) }),
    ...pay('advance', 30, 85, works.slice(0, 3)),
    ...pay('progress', 55, 150, begun),
  ];
  if (has('settled')) during.push(...raised(site, works));
  if (has('failed'))
    during.push(
      ...pay(
        'progress',
        78,
        200,
        lines.filter((line, index) => index < 6 || begun.includes(line)),
      ),
    );
  const closing = has('settled') ? [settlement(site, works), ...pay('settlement', 95, 270)] : [];
  if (row.stage === 'handed-over')
    closing.push(
      clerk(`${at}/final-account`, { documentNo: `演示财评〔${row.planYear + 1}〕1号`, occurredOn: day(295) }),
      ...pay('retention', 98, 640, works),
    );
  return { works: during, closing };
}

const roleOf = (workItem: string): 'design' | 'supervision' | 'construction' =>
  workItem === 'preliminary-and-design' ? 'design' : workItem === 'supervision' ? 'supervision' : 'construction';
const CONTRACTORS = { design: '演示设计院', supervision: '演示监理公司', construction: '演示建筑工程公司' } as const;

/** 96 per cent of what is left of a line once operators have paid their own contractors on it. */
const contracted = ({ lines, row }: Site, direct: ReadonlyMap<string, Fen>): Contracted[] =>
  lines
    .map((line) => ({
      ...line,
      contractNo: `演示-${row.id}-${roleOf(line.workItem)}`,
      contract: percentOf(line.amount - (direct.get(line.lineId) ?? 0n), 96),
      paid: 0n,
    }))
    .filter(({ contract }) => contract > 0n);

function awards({ at, day }: Site, lines: readonly Contracted[]): Step[] {
  return (['design', 'supervision', 'construction'] as const).flatMap((role, index) => {
    const own = lines.filter(({ workItem }) => roleOf(workItem) === role);
    if (own.length === 0) return [];
    const body = {
      contractNo: own[0]!.contractNo,
      contractor: CONTRACTORS[role],
      role,
      procurementMethod: '公开招标',
      lines: own.map(({ lineId, contract }) => ({ lineId, amount: money(contract) })),
      occurredOn: day(40 + index * 10),
    };
    return [clerk(`${at}/contracts`, body)];
  });
}

/** The budget is raised and approved again before the contract is varied: nothing takes effect before its approval. */
function raised(site: Site, works: Contracted[]): Step[] {
  const { at, day, row } = site;
  const [first] = works as [Contracted];
  const more = percentOf(first.amount, 3);
  first.contract += more;
  return [
    budget(site, 2, 155),
    approver(`${at}/approval`, { approvedOn: day(158), documentNo: `演示住建〔${row.planYear}〕${row.id}-2号` }),
    clerk(`${at}/contract-changes`, {
      contractNo: first.contractNo,
      lines: [{ lineId: first.lineId, amount: money(more) }],
      reason: 'variation',
      documentNo: `演示变更〔${row.planYear}〕1号`,
      occurredOn: day(160),
    }),
  ];
}

/** Audited at 98 per cent of the contract, 3 per cent of the contract kept back for a year. */
function settlement({ at, day }: Site, works: readonly Contracted[]): Step {
  const lines = works.map(({ lineId, contract }) => ({
    lineId,
    submitted: money(contract),
    audited: money(percentOf(contract, 98)),
    retention: money(percentOf(contract, 3)),
    retentionDueOn: day(630),
  }));
  return clerk(`${at}/contract-settlements`, { contractNo: works[0]!.contractNo, lines, occurredOn: day(260) });
}

/** Paid from the pools in their order, as far as their money goes and the matrix lets them. */
function payment(
  { at, day }: Site,
  pools: readonly Pool[],
  line: Contracted,
  stage: string,
  asked: Fen,
  days: number,
): Step[] {
  const from: { source: string; reference?: string; amount: string }[] = [];
  let left = asked;
  for (const pool of pools) {
    if (left <= 0n) break;
    const amount = smaller(left, pool.left);
    if (amount <= 0n || !mayPay(pool, line)) continue;
    pool.left -= amount;
    left -= amount;
    const { source, reference } = pool;
    from.push({ source, ...(reference === null ? {} : { reference }), amount: money(amount) });
  }
  const paid = asked - left;
  if (paid <= 0n) return [];
  line.paid += paid;
  const { lineId, contractNo } = line;
  const payee = CONTRACTORS[roleOf(line.workItem)];
  const voucherNo = `演示付-${lineId}-${days}`;
  const paymentId = `pay-${lineId}-${days}`;
  const told = { paymentId, lineId, amount: money(paid), payee, voucherNo, from, contractNo, stage };
  return [clerk(`${at}/payments`, { ...told, occurredOn: day(days) })];
}

const mayPay = (pool: Pool, { costArea, workItem }: Line): boolean =>
  pool.costArea === costArea && cell(CHANGZHI_2020, pool, { costArea, workItem }).level === 'allow';
