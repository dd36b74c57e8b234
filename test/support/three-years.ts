import { accepted, type Person, type Reply, type TestClock, type TestService } from './service.js';

type Fields = Record<string, unknown>;
/** Thousands of yuan as they are sent. */
export const k = (thousands: number): string => (thousands * 1_000).toFixed(2);

/** What is done on a day: a path, its body without the date, and the name its reply is kept under. */
type Step = readonly [on: string, path: string, body: Fields, name?: string];

const s1 = '/v1/schemes/s1';
const s2 = '/v1/schemes/s2';
const tally = { total: 10, participated: 10, agreed: 10 };
const areaM2 = { total: '1000.00', participated: '1000.00', agreed: '1000.00' };
const compound = (compoundId: string, name: string): Fields => ({
  ...{ compoundId, name, divisionCode: '140403', builtYear: 1996 },
  buildings: [{ buildingNo: '1', floors: 6, hasElevator: false }],
});
const flat = (householdId: string, floor: number, floorAreaM2: string): Fields => ({
  ...{ householdId, buildingNo: '1', entranceNo: '1', floor, floorAreaM2, ownership: 'commodity' },
});
const scheme = (schemeId: string, compoundId: string, title: string): Fields => ({
  ...{ schemeId, compoundId, planYear: 2023, title, centralPlan: true },
});
const line = (lineId: string, workItem: string, amount: string, more: Fields = {}): Fields => ({
  ...{ lineId, workItem, amount, ...more },
});
const approvedLife = (at: string): Step[] => [
  ['2023-01-15', `${at}/publication`, { publishedOn: '2023-01-08', endsOn: '2023-01-15' }],
  ['2023-01-15', `${at}/consultation`, { closedOn: '2023-01-15', owners: tally, areaM2 }],
  ['2023-01-20', `${at}/approval`, { approvedOn: '2023-01-20', documentNo: '潞住建〔2023〕1号' }],
];

const GC = { source: 'central-grant', reference: 'GC' };
const COUNTY = { source: 'city-grant', reference: 'G-county' };
const BOND = { source: 'special-bond', reference: 'B1' };
const CASH = { source: 'resident-cash' };
type Part = { source: string; reference?: string; amount: string };
const of = (from: { source: string; reference?: string }, thousands: number): Part => ({
  ...from,
  amount: k(thousands),
});

function paid(on: string, paymentId: string, lineId: string, from: readonly Part[], more: Fields = {}): Step {
  const cents = from.reduce((sum, { amount }) => sum + Math.round(Number(amount) * 100), 0);
  const body = {
    paymentId,
    lineId,
    amount: (cents / 100).toFixed(2),
    payee: '长治一建',
    voucherNo: `付-${paymentId}`,
    from,
  };
  return [on, `${s1}/payments`, { ...body, ...more }, paymentId];
}
const allocated = (on: string, of_: string, schemeId: string, thousands: number): Step => [
  ...([on, `${of_}/allocations`, { schemeId, amount: k(thousands) }] as const),
];
const sent = (on: string, of_: string, schemeId: string, thousands: number): Step => [
  ...([on, `${of_}/disbursements`, { schemeId, amount: k(thousands), voucherNo: `拨-${on}` }] as const),
];
const given = (on: string, source: string, thousands: number, more: Fields): Step => [
  ...([on, `${s1}/contributions`, { source, amount: k(thousands), form: 'cash', ...more }] as const),
];
const gc = '/v1/grants/GC';
const county = '/v1/grants/G-county';
const city = '/v1/grants/G-city';
const bond = '/v1/bonds/B1';

const FOUNDING: readonly Step[] = [
  ['2023-01-05', '/v1/compounds', compound('c1', '演示一小区')],
  ['2023-01-05', '/v1/compounds/c1/households', { households: [flat('h01', 1, '60.00'), flat('h02', 2, '40.00')] }],
  ['2023-01-05', '/v1/compounds', compound('c2', '演示二小区')],
  ['2023-01-06', '/v1/schemes', scheme('s1', 'c1', '演示一小区改造方案')],
  ['2023-01-06', '/v1/schemes', scheme('s2', 'c2', '演示二小区改造方案')],
  [
    '2023-01-07',
    `${s1}/budget-revisions`,
    {
      reason: '编制',
      lines: [
        line('road', 'road', k(600)),
        line('water', 'water-and-drainage', k(300)),
        line('park', 'parking', k(200)),
        line('design', 'preliminary-and-design', k(20), { costArea: 'public-area' }),
        line('stair', 'stairs', k(100)),
      ],
    },
  ],
  [
    '2023-01-07',
    `${s2}/budget-revisions`,
    { reason: '编制', lines: [line('road', 'road', k(200)), line('gas', 'gas-supply', k(100))] },
  ],
  ...approvedLife(s1),
  ...approvedLife(s2),
];

const award = (grantId: string, amount: string, divisionCode: string, more: Fields): Fields => ({
  ...{ grantId, amount, divisionCode, fiscalYear: 2023, documentNo: `财综〔2023〕${grantId.length}号`, ...more },
});
const YEAR_2023: readonly Step[] = [
  ...FOUNDING,
  ['2023-01-21', '/v1/grants', award('G-city', k(1_000), '1404', { level: 'city' })],
  ['2023-01-22', '/v1/grants', award('GC', k(500), '140403', { level: 'central', programme: 'mof' })],
  [
    '2023-02-01',
    `${city}/decompositions`,
    { divisionCode: '140403', amount: k(800), documentNo: '长财综〔2023〕8号', childGrantId: 'G-county' },
  ],
  allocated('2023-02-10', gc, 's1', 400),
  allocated('2023-02-10', county, 's1', 300),
  allocated('2023-02-10', county, 's2', 200),
  [
    '2023-02-15',
    `${s1}/pledges`,
    { pledgeId: 'P1', ...CASH, amount: k(40), costArea: 'in-building', payer: { householdId: 'h01' } },
  ],
  [
    '2023-02-15',
    `${s1}/pledges`,
    { pledgeId: 'P2', ...CASH, amount: k(30), costArea: 'in-building', payer: { householdId: 'h02' } },
  ],
  given('2023-02-20', 'resident-cash', 40, { contributionId: 'C1', pledgeId: 'P1' }),
  given('2023-02-25', 'utility-operator', 50, { utility: 'water', form: 'direct-payment', lineId: 'water' }),
  given('2023-02-28', 'enterprise-donation', 10, { form: 'goods', purpose: '座椅' }),
  sent('2023-03-01', gc, 's1', 250),
  sent('2023-03-01', county, 's1', 200),
  sent('2023-03-01', county, 's2', 120),
  [
    '2023-03-05',
    `${s1}/contracts`,
    {
      contractNo: 'K1',
      contractor: '长治一建',
      lines: [
        { lineId: 'road', amount: k(500) },
        { lineId: 'water', amount: k(200) },
      ],
    },
  ],
  [
    '2023-03-05',
    `${s1}/contracts`,
    { contractNo: 'K2', contractor: '长治一建', lines: [{ lineId: 'stair', amount: k(90) }] },
  ],
  [
    '2023-03-05',
    `${s1}/contracts`,
    { contractNo: 'K0', contractor: '设计院', role: 'design', lines: [{ lineId: 'design', amount: k(20) }] },
  ],
  ['2023-03-10', `${s1}/construction-start`, { startedOn: '2023-03-10' }],
  paid('2023-03-15', 'p1', 'road', [of(GC, 150)], { contractNo: 'K1', stage: 'advance', channel: 'treasury-direct' }),
  paid('2023-04-01', 'p2', 'design', [of(COUNTY, 20)], { contractNo: 'K0' }),
  paid('2023-05-01', 'p3', 'stair', [of(CASH, 30)], { contractNo: 'K2', channel: 'project-account' }),
  [
    '2023-05-10',
    `${s2}/payments`,
    { paymentId: 'q1', lineId: 'road', amount: k(90), payee: '长治二建', voucherNo: '付-q1', from: [of(COUNTY, 90)] },
  ],
  [
    '2023-06-01',
    '/v1/bonds',
    {
      ...{ bondId: 'B1', name: '2023年专项债一期', divisionCode: '140403', principal: k(300), couponRate: '0.03' },
      ...{ termYears: 5, valueDate: '2023-06-01', paymentsPerYear: 1, repayment: 'bullet' },
    },
  ],
  allocated('2023-06-05', bond, 's1', 250),
  sent('2023-06-10', bond, 's1', 200),
  [
    '2023-06-15',
    `${s1}/contracts`,
    { contractNo: 'K3', contractor: '长治二建', lines: [{ lineId: 'park', amount: k(180) }] },
  ],
  paid('2023-06-20', 'p4', 'park', [of(BOND, 120)], { contractNo: 'K3' }),
  paid('2023-07-01', 'p5', 'road', [of(COUNTY, 100)], { contractNo: 'K1', stage: 'progress' }),
  ['2023-07-10', `${s1}/payment-refunds`, { paymentId: 'p5', amount: k(10), reason: '多付退回' }],
  [
    '2023-08-01',
    `${s1}/fund-substitutions`,
    { lineId: 'road', from: COUNTY, to: GC, amount: k(40), documentNo: '归垫〔2023〕1号' },
  ],
  ['2023-09-01', `${s1}/fund-returns`, { ...COUNTY, amount: k(30), reason: '用款计划调减' }],
  ['2023-12-31', `${gc}/carry-overs`, { fiscalYear: 2023 }],
  ['2023-12-31', `${county}/carry-overs`, { fiscalYear: 2023 }],
  ['2023-12-31', `${city}/carry-overs`, { fiscalYear: 2023 }],
];

const YEAR_2024_SPRING: readonly Step[] = [
  [
    '2024-01-15',
    `${s1}/contract-changes`,
    { contractNo: 'K1', lines: [{ lineId: 'road', amount: k(40) }], reason: 'variation', documentNo: '变更1' },
  ],
  sent('2024-02-01', gc, 's1', 150),
  paid('2024-02-10', 'p6', 'road', [of(GC, 200)], { contractNo: 'K1', stage: 'progress' }),
  paid('2024-03-01', 'p7', 'water', [of(COUNTY, 100)], { contractNo: 'K1' }),
];
const settled = (contractNo: string, lines: readonly Fields[]): Step => [
  ...(['2024-10-01', `${s1}/contract-settlements`, { contractNo, lines }] as const),
];
const audit = (lineId: string, submitted: number, audited: number, retention?: number): Fields => ({
  ...{ lineId, submitted: k(submitted), audited: k(audited) },
  ...(retention === undefined ? {} : { retention: k(retention), retentionDueOn: '2025-10-01' }),
});
/** After the first correction: p7 was reversed on 20 March. */
const YEAR_2024_REST: readonly Step[] = [
  paid('2024-03-21', 'p8', 'water', [of(COUNTY, 80)], { contractNo: 'K1' }),
  ['2024-04-01', `${s1}/refunds`, { contributionId: 'C1', amount: k(2), reason: '多缴退还', refundTo: 'payer' }],
  given('2024-05-01', 'resident-cash', 30, { pledgeId: 'P2' }),
  ['2024-06-01', `${bond}/interest-payments`, { amount: k(9), dueOn: '2024-06-01' }],
  [
    '2024-09-01',
    `${s1}/acceptance`,
    { passed: true, parties: ['departments', 'specialist-units', 'street-community', 'residents'] },
  ],
  settled('K1', [audit('road', 540, 480, 14.4), audit('water', 200, 100)]),
  settled('K2', [audit('stair', 90, 85)]),
  settled('K3', [audit('park', 180, 170, 5.1)]),
  paid('2024-11-01', 'p9', 'road', [of(GC, 10), of(COUNTY, 15.6)], { contractNo: 'K1', stage: 'settlement' }),
  paid('2024-11-05', 'p10', 'stair', [of(CASH, 38)], { contractNo: 'K2', stage: 'settlement' }),
  paid('2024-11-10', 'p12', 'park', [of(BOND, 44.9)], { contractNo: 'K3', stage: 'settlement' }),
  ['2024-12-31', `${gc}/lapses`, { fiscalYear: 2024 }],
  ['2024-12-31', `${county}/lapses`, { fiscalYear: 2024 }],
  ['2024-12-31', `${city}/lapses`, { fiscalYear: 2024 }],
];
const YEAR_2025_RETURNS: readonly Step[] = [
  ['2025-01-10', `${s2}/fund-returns`, { ...COUNTY, amount: k(30), reason: '结余收回' }],
  ['2025-01-12', `${county}/allocation-withdrawals`, { schemeId: 's2', amount: k(110), reason: '结余收回' }],
  ['2025-01-20', `${county}/returns`, { amount: k(410), documentNo: '潞财〔2025〕1号' }],
  ['2025-01-25', `${gc}/returns`, { amount: k(100), documentNo: '潞财〔2025〕2号' }],
  ['2025-02-01', `${city}/returns`, { amount: k(610), documentNo: '长财〔2025〕3号' }],
];
/** After the close and the second correction, on 10 March. */
const YEAR_2025_REST: readonly Step[] = [
  given('2025-04-01', 'common-area-income', 20, {
    ...{ contributionId: 'C2', costArea: 'in-building', grossAmount: k(22), cost: k(2), decision: '业主大会决议1号' },
  }),
  paid('2025-04-10', 'p11', 'stair', [of({ source: 'common-area-income' }, 17)], { contractNo: 'K2' }),
  ['2025-06-01', `${bond}/interest-payments`, { amount: k(5), dueOn: '2025-06-01' }],
  ['2025-06-20', `${bond}/interest-payments`, { amount: k(4), dueOn: '2025-06-01' }],
  paid('2025-10-02', 'p13', 'road', [of(GC, 10), of(COUNTY, 4.4)], { contractNo: 'K1', stage: 'retention' }),
  paid('2025-10-02', 'p14', 'park', [of(BOND, 5.1)], { contractNo: 'K3', stage: 'retention' }),
  ['2025-11-01', `${s1}/final-account`, { documentNo: '潞财决〔2025〕1号' }, 'final-account'],
  ['2025-11-05', `${s1}/fund-returns`, { ...BOND, amount: k(30), reason: '决算结余' }],
  ['2025-11-06', `${s1}/refunds`, { contributionId: 'C2', amount: k(3), reason: '决算结余' }],
  ['2025-11-10', `${s1}/handover`, { receiver: '演示物业', archiveNo: '档-1' }],
  ['2025-11-20', `${bond}/allocation-withdrawals`, { schemeId: 's1', amount: k(80), reason: '决算核减' }],
];

/** The payment of 200,000.00 as it should have been. */
const P6_AS_IT_WAS = paid('2025-03-10', 'p6b', 'road', [of(GC, 190)], { contractNo: 'K1', stage: 'progress' });

const APPROVAL = /\/approval$/;
const OWN_DATE = ['publishedOn', 'closedOn', 'approvedOn', 'startedOn'];

/** Plays steps, each on its own day: the clock stands at ten in the morning of Shanghai of the day it happened. */
export class Story {
  readonly replies = new Map<string, Reply>();
  constructor(
    readonly service: TestService,
    private readonly clock: TestClock,
  ) {}

  async play(steps: readonly Step[]): Promise<void> {
    for (const [on, path, body, name] of steps) {
      this.day(on);
      const dated = OWN_DATE.some((field) => field in body) ? body : { ...body, occurredOn: on };
      const reply = await this.service.post(path, dated, { as: APPROVAL.test(path) ? 'boss' : 'clerk' });
      if (reply.status !== 201) throw new Error(`${on} ${path} ${JSON.stringify(body)}: ${reply.text}`);
      if (name !== undefined) this.replies.set(name, reply);
    }
  }

  day(on: string): void {
    this.clock.instant = new Date(`${on}T02:00:00.000Z`);
  }

  get now(): string {
    return this.clock.instant.toISOString();
  }

  eventOf(name: string): string {
    return (this.replies.get(name)!.body.eventIds as string[])[0]!;
  }

  /** One approver asks, another grants. */
  async close(divisionCode: string, through: string, second: Person): Promise<Reply> {
    const body = { through, reason: '年度结账' };
    const asked = await this.service.post(`/v1/periods/${divisionCode}/close`, body, { as: 'boss' });
    if (asked.status !== 202) throw new Error(asked.text);
    return accepted(await this.service.post(`/v1/approvals/${asked.body.approvalId}/grant`, {}, { as: second }));
  }
}

/** All of it, in the order it was recorded; `remember` is told a business date at four moments. Answers the close. */
export async function threeYears(story: Story, remember: (asOf: string) => Promise<void>): Promise<Reply> {
  const correct = (name: string, way: 'reversal' | 'amendment', body: Fields): Promise<Reply> =>
    story.service.post(`/v1/entries/${story.eventOf(name)}/${way}`, body);
  await story.play(YEAR_2023);
  await remember('2023-06-30');
  await story.play(YEAR_2024_SPRING);
  await remember('2024-03-10');
  story.day('2024-03-20');
  accepted(await correct('p7', 'reversal', { reason: '收款单位有误', occurredOn: '2024-03-20' }));
  await story.play(YEAR_2024_REST);
  await remember('2024-03-10');
  await story.play(YEAR_2025_RETURNS);
  story.day('2025-03-01');
  const closing = await story.close('140403', '2024-12-31', 'luzhouBoss');
  await remember('2024-12-31');
  const [on, , replacement] = P6_AS_IT_WAS;
  story.day(on);
  const amended = { reason: '多记10000元', occurredOn: on, replacement: { ...replacement, occurredOn: on } };
  story.replies.set('amended', accepted(await correct('p6', 'amendment', amended)));
  await story.play(YEAR_2025_REST);
  story.day('2026-01-05');
  return closing;
}

/** RFC 8785 of a value without numbers: keys in order. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(',')}}`;
}
