import { type Fen, total } from '../kernel/money.js';
import { COMPOUNDS } from './demo-data.js';
import { metres, type Site, siteOf } from './demo-site.js';
import { approver, clerk, money, percentOf, type Step } from './demo-step.js';

const BOND = 'demo-bond-2025';
const SCHEME = 'scheme-lz-05';

/** A bond on what the parking and charging will earn, sent to one scheme and served for its first year. */
export const bondSteps = (): Step[] => [
  clerk('bonds', {
    bondId: BOND,
    name: '演示：2025年老旧小区改造专项债一期',
    divisionCode: '1404',
    principal: '5000000.00',
    couponRate: '0.0188',
    termYears: 10,
    valueDate: '2025-03-15',
    paymentsPerYear: 1,
    repayment: 'bullet',
    fiscalYear: 2025,
    issuer: '演示省政府',
    occurredOn: '2025-03-15',
  }),
  clerk(`bonds/${BOND}/revenue-forecasts`, {
    years: [2026, 2027, 2028, 2029, 2030].map((year) => ({ year, income: '1600000.00', cost: '240000.00' })),
    occurredOn: '2025-03-16',
  }),
  clerk(`bonds/${BOND}/allocations`, { schemeId: SCHEME, amount: '600000.00', occurredOn: '2025-05-06' }),
  clerk(`bonds/${BOND}/disbursements`, {
    schemeId: SCHEME,
    amount: '400000.00',
    voucherNo: '演示债拨-1',
    occurredOn: '2025-05-20',
  }),
  clerk(`schemes/${SCHEME}/payments`, {
    lineId: 'L16',
    amount: '120000.00',
    payee: '演示建筑工程公司',
    voucherNo: '演示付-债券',
    from: [{ source: 'special-bond', reference: BOND, amount: '120000.00' }],
    contractNo: '演示-lz-05-construction',
    stage: 'progress',
    occurredOn: '2025-08-01',
  }),
  clerk(`bonds/${BOND}/interest-payments`, { amount: '94000.00', dueOn: '2026-03-15' }),
];

/** Compounds whose households have a maintenance fund. */
export const FUNDED = ['lz-01', 'lz-04'] as const;
type Funded = (typeof FUNDED)[number];

/** Yuan a square metre of the first deposit, which a square metre's hundredths turn into fen. */
const FIRST_DEPOSIT = 80n;
const OPENED_ON = '2024-01-01';

export function fundSteps(id: Funded): Step[] {
  const index = COMPOUNDS.findIndex((row) => row.id === id);
  const site = siteOf(COMPOUNDS[index]!, index);
  const at = `maintenance-funds/${id}`;
  return [
    clerk('maintenance-funds', {
      compoundId: id,
      openedOn: OPENED_ON,
      depositRates: [{ from: OPENED_ON, ratePerM2: `${FIRST_DEPOSIT}.00` }],
      interestRule: 'two-tier-annual',
      interestRates: [{ from: OPENED_ON, demand: '0.0035', term: '0.013' }],
    }),
    deposits(site, at),
    clerk(`${at}/interest-settlements`, { settledOn: '2024-12-31' }),
    ...(id === 'lz-01' ? repairs(site, at) : renovation(site, at)),
    clerk(`${at}/interest-settlements`, { settledOn: '2025-12-31' }),
  ];
}

/** The older compound had no fund: it is established by the owners' decision (补建); the other pays its first deposit. */
function deposits(site: Site, at: string): Step {
  const established = site.row.id === 'lz-01';
  const share = (areaM2: bigint): Fen => areaM2 * FIRST_DEPOSIT;
  return clerk(`${at}/deposits`, {
    kind: established ? 'establishment' : 'first',
    entries: site.flats.map(({ householdId, areaM2 }) => ({ householdId, amount: money(share(areaM2)) })),
    ...(established ? { decision: { vote: voteOf(site), documentNo: '演示业主大会决议第2号' } } : {}),
    occurredOn: '2024-03-01',
  });
}

function voteOf({ flats, areaM2 }: Site) {
  const owners = { total: flats.length, participated: flats.length - 2, agreed: flats.length - 6 };
  const left = (count: number): Fen => areaM2 - total(flats.slice(0, count).map((flat) => flat.areaM2));
  return { owners, areaM2: { total: metres(areaM2), participated: metres(left(2)), agreed: metres(left(6)) } };
}

/** Out of warranty: a roof that leaks in an emergency, a survey of what will wear out, and income of the common areas. */
const repairs = (site: Site, at: string): Step[] => [
  clerk(`${at}/income`, { kind: 'common-area-income', amount: '3600.00', occurredOn: '2025-06-30' }),
  clerk(`${at}/components`, {
    surveyedOn: '2025-07-01',
    components: [
      { id: 'roof', name: '演示：屋面防水', cost: '98000.00', usefulLife: 15, remainingLife: 13 },
      { id: 'doors', name: '演示：单元门', cost: '24000.00', usefulLife: 10, remainingLife: 8 },
      { id: 'lighting', name: '演示：楼道照明', cost: '9000.00', usefulLife: 8, remainingLife: 6 },
    ],
  }),
  clerk(`${at}/draws`, {
    drawId: 'draw-lz-01-roof',
    purpose: '演示：二号楼屋面漏雨抢修',
    workItem: 'roof',
    amount: '12600.00',
    scope: { buildings: ['2'] },
    emergency: { kind: 'roof-leak', reason: '演示：暴雨后顶层多户渗漏' },
    occurredOn: '2025-08-12',
  }),
  approver(`${at}/draws/draw-lz-01-roof/approval`, { documentNo: '演示维资〔2025〕8号', occurredOn: '2025-08-13' }),
  clerk(`${at}/draws/draw-lz-01-roof/payment`, { payee: '演示防水工程公司', occurredOn: '2025-08-20' }),
  clerk(
    `${at}/draws`,
    {
      purpose: '演示：供水管道更换',
      workItem: 'water-and-drainage',
      assetOwner: 'operator',
      amount: '8000.00',
      scope: { all: true },
      vote: voteOf(site),
      occurredOn: '2025-09-01',
    },
    { refused: ['rule-refused', 'R14'] },
  ),
];

/** The owners' fund pays for the stairwells of their own renovation, by their vote. */
function renovation(site: Site, at: string): Step[] {
  const { schemeId, lines } = site;
  const stairwell = lines.find(({ workItem }) => workItem === 'stairwell-painting')!;
  const amount = money(percentOf(stairwell.amount, 40));
  const draw = {
    drawId: 'draw-lz-04-stairwell',
    purpose: '演示：楼道粉刷',
    workItem: 'stairwell-painting',
    amount,
    scope: { all: true },
    schemeId,
    occurredOn: '2025-06-01',
  };
  return [
    clerk(`${at}/draws`, { ...draw, drawId: 'draw-lz-04-no-vote' }, { refused: ['rule-refused', 'R15'] }),
    clerk(`${at}/draws`, { ...draw, vote: voteOf(site) }),
    approver(`${at}/draws/${draw.drawId}/approval`, { documentNo: '演示维资〔2025〕6号', occurredOn: '2025-06-05' }),
    clerk(`${at}/draws/${draw.drawId}/payment`, { schemeId, costArea: 'in-building', occurredOn: '2025-06-10' }),
    clerk(`schemes/${schemeId}/payments`, {
      lineId: stairwell.lineId,
      amount,
      payee: '演示建筑工程公司',
      voucherNo: '演示付-维资',
      from: [{ source: 'maintenance-fund', reference: draw.drawId, amount }],
      contractNo: `演示-${site.row.id}-construction`,
      stage: 'progress',
      occurredOn: '2025-08-15',
    }),
  ];
}
