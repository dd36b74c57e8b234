import { OUTSIDE } from './demo-data.js';
import { approver, clerk, type Step } from './demo-step.js';

const REFUSED = 'rule-refused';
const PARTIES = ['departments', 'residents'];

/** A compound the policy leaves out, and the scheme somebody asks for all the same. */
const outside = (): Step[] => [
  clerk('compounds', {
    compoundId: OUTSIDE.id,
    name: OUTSIDE.name,
    divisionCode: OUTSIDE.county,
    builtYear: 1990,
    buildings: [{ buildingNo: '1', floors: 3, hasElevator: false }],
    exclusions: { urbanVillage: true },
    declared: { households: 60, floorAreaM2: '5400.00' },
    occurredOn: '2026-01-12',
  }),
  clerk(
    'schemes',
    {
      schemeId: 'scheme-lz-99',
      compoundId: OUTSIDE.id,
      planYear: 2026,
      title: '演示：城中村申请',
      centralPlan: false,
      occurredOn: '2026-01-20',
    },
    { refused: [REFUSED, 'R01b'] },
  ),
];

/** One no for each rule that can say it today, at the scheme or grant where a clerk would meet it. */
const refusals = (): Step[] => [
  approver(
    'schemes/scheme-li-02/approval',
    { approvedOn: '2026-06-01', documentNo: '演示住建〔2026〕99号' },
    { refused: [REFUSED, 'R02'] },
  ),
  allocation('county-2025-140403', 'scheme-lz-05', { costArea: 'in-building' }, 'R03'),
  allocation('county-2025-140403', 'scheme-lz-06', { lineId: 'L14' }, 'R05'),
  allocation('mof-2024-140403', 'scheme-lz-03', { lineId: 'L01' }, 'R11'),
  allocation('mof-2025-140403', 'scheme-lz-05', {}, 'R19'),
  clerk('schemes/scheme-lz-07/construction-start', { startedOn: '2026-06-10' }, { refused: [REFUSED, 'R06'] }),
  clerk(
    'schemes/scheme-lz-05/acceptance',
    { passed: true, parties: PARTIES, occurredOn: '2025-11-20' },
    { refused: [REFUSED, 'R07'] },
  ),
  payment('common-area-income', undefined, {}, 'R08'),
  clerk(
    'grants/county-2025-140403/disbursements',
    { schemeId: 'scheme-lz-08', amount: '10000.00', voucherNo: '演示拨-误', occurredOn: '2026-05-10' },
    { refused: [REFUSED, 'R09'] },
  ),
  clerk(
    'schemes/scheme-lz-08/contracts',
    {
      contractNo: '演示-超概算',
      contractor: '演示建筑工程公司',
      lines: [{ lineId: 'L01', amount: '9000000.00' }],
      occurredOn: '2026-05-10',
    },
    { refused: [REFUSED, 'R10'] },
  ),
  payment('county-grant', 'county-2025-140403', { nature: 'operation' }, 'R18'),
  clerk(
    'schemes/scheme-lz-05/contributions',
    { source: 'maintenance-fund', amount: '5000.00', form: 'cash', occurredOn: '2025-10-01' },
    { refused: ['wrong-route'] },
  ),
];

const allocation = (grantId: string, schemeId: string, where: object, rule: string): Step =>
  clerk(
    `grants/${grantId}/allocations`,
    { schemeId, amount: '10000.00', ...where, occurredOn: '2026-05-12' },
    { refused: [REFUSED, rule] },
  );

const payment = (source: string, reference: string | undefined, more: object, rule: string): Step =>
  clerk(
    'schemes/scheme-lz-05/payments',
    {
      lineId: 'L06',
      amount: '800.00',
      payee: '演示建筑工程公司',
      voucherNo: '演示付-误',
      from: [{ source, ...(reference === undefined ? {} : { reference }), amount: '800.00' }],
      ...more,
      occurredOn: '2025-10-20',
    },
    { refused: [REFUSED, rule] },
  );

const inside = {
  schemeId: 'scheme-lz-04',
  amount: '5000.00',
  costArea: 'in-building',
  occurredOn: '2025-08-01',
} as const;
const because = (rule: string, reason: string) => ({ override: { rules: [rule], reason } });

/** What rules only warn of: a second person allows it, or does not, or has not looked yet. */
const overrides = (): Step[] => [
  clerk('grants/proceeds-2025-140403/allocations', inside, { refused: ['needs-override', 'R03'] }),
  clerk(
    'grants/proceeds-2025-140403/allocations',
    { ...inside, ...because('R03', '演示：房改房楼内水管改造，经县政府会议同意使用售房款') },
    { waits: 'granted' },
  ),
  clerk('grants/proceeds-2025-140403/disbursements', { ...inside, voucherNo: '演示拨-楼内' }),
  clerk(
    'schemes/scheme-lz-05/pledges',
    {
      pledgeId: 'p-inside',
      source: 'social-capital',
      amount: '60000.00',
      costArea: 'in-building',
      payer: { organisation: '演示社会投资公司' },
      occurredOn: '2025-05-01',
      ...because('R03', '演示：投资方愿意承担楼内改造'),
    },
    { waits: 'refused' },
  ),
  clerk(
    'schemes/scheme-lz-06/pledges',
    {
      pledgeId: 'p-duct',
      source: 'affiliated-unit',
      amount: '20000.00',
      lineId: 'L13',
      payer: { organisation: '演示原产权单位' },
      occurredOn: '2025-09-01',
      ...because('R05', '演示：原产权单位愿意补足管沟费用'),
    },
    { waits: 'waiting' },
  ),
];

const SECOND_THOUGHTS = 'schemes/scheme-lz-05';
/** Money that goes back, and entries that are put right. */
const corrections = (): Step[] => [
  clerk(`${SECOND_THOUGHTS}/contributions`, {
    contributionId: 'k-volunteers',
    source: 'resident-donation',
    amount: '3000.00',
    form: 'cash',
    payer: { organisation: '演示居民志愿队' },
    occurredOn: '2025-08-20',
  }),
  clerk(`${SECOND_THOUGHTS}/fund-substitutions`, {
    lineId: 'L01',
    from: { source: 'provincial-grant', reference: 'provincial-2025-140403' },
    to: { source: 'resident-donation' },
    amount: '2000.00',
    documentNo: '演示归垫〔2025〕1号',
    occurredOn: '2025-09-10',
  }),
  clerk(`${SECOND_THOUGHTS}/payment-refunds`, {
    paymentId: 'pay-L01-150',
    amount: '1000.00',
    reason: '演示：工程量复核后退回',
    occurredOn: '2025-10-08',
  }),
  clerk(`${SECOND_THOUGHTS}/refunds`, {
    contributionId: 'k9',
    amount: '1000.00',
    reason: '演示：多交退回',
    occurredOn: '2025-10-09',
  }),
  clerk('schemes/scheme-sd-03/pledges/p3/withdrawal', { reason: '演示：运营商调整计划', occurredOn: '2025-06-10' }),
  clerk('grants/mof-2025-140404/allocation-withdrawals', {
    schemeId: 'scheme-sd-03',
    amount: '10000.00',
    reason: '演示：概算调减',
    occurredOn: '2025-07-01',
  }),
  ...['lz-05', 'lz-06'].map((id) =>
    clerk(`schemes/scheme-${id}/corrections`, {
      projectCode: 'demo-luzhou-2025',
      reason: '演示：并入片区项目',
      occurredOn: '2025-06-01',
    }),
  ),
];

/** What happens once all the schemes stand: none of these waits for another. */
export const incidents = (): { id: string; steps: Step[] }[] => [
  { id: 'outside', steps: outside() },
  ...refusals().map((step, index) => ({ id: `refusal-${index + 1}`, steps: [step] })),
  { id: 'overrides', steps: overrides() },
  { id: 'corrections', steps: corrections() },
];

/** Recorded when all the rest is: where it stands, nothing is left to do. */
export const ending = (): Step =>
  clerk('compounds/sd-02/corrections', {
    address: '演示地址：上党区光明路',
    reason: '演示：补录地址',
    occurredOn: '2025-06-02',
  });
