import { replenishmentDue } from '../../src/findings/replenishment.projection.js';
import { triggerOf } from '../../src/maintenance-fund/maintenance-fund.projection.js';
import { CHANGZHI_2020 } from '../../src/policy/changzhi-2020.rules.js';
import type { RulePack } from '../../src/policy/rule-pack.js';
import { City } from '../support/city.js';
import { Fund } from '../support/fund.js';
import { accepted, TestService } from '../support/service.js';

const AMENDED = 'demo-amendment-2025';
const LINES = [
  { lineId: 'road', workItem: 'road', amount: '100.00' },
  { lineId: 'water', workItem: 'water-and-drainage', amount: '100.00' },
  { lineId: 'paint', workItem: 'stairwell-painting', amount: '100.00' },
];

let service: TestService;
let city: City;
beforeAll(async () => {
  service = await TestService.open();
  city = new City(service);
  await city.compound('c1');
  for (const [id, policyId] of [
    ['old', 'changzhi-2020'],
    ['new', AMENDED],
  ] as const) {
    await city.scheme(id, 'c1', { policyId });
    await city.budget(id, LINES);
    await city.approve(id);
  }
  await city.grant('g1', '1000.00', { level: 'county' });
});
afterAll(() => service.close());

const allocate = (schemeId: string, lineId: string) =>
  service.post('/v1/grants/g1/allocations', { schemeId, amount: '10.00', lineId, occurredOn: '2026-01-25' });

describe('Two rule packs side by side', () => {
  it('are both there to read, the invented one marked as such', async () => {
    const { body } = await service.get(`/v1/policies/${AMENDED}`);
    expect(body).toMatchObject({ policyId: AMENDED, basedOn: 'changzhi-2020', parameters: { builtBeforeYear: 2005 } });
    expect(body.name.zh).toContain('虚构');
    const changed = body.rules.filter(({ source }: { source: string }) => source.includes('虚构'));
    expect(changed.map(({ id }: { id: string }) => id)).toEqual(['R01a']);
    expect((await service.get('/v1/policies/changzhi-2020')).body.parameters.builtBeforeYear).toBe(2000);
  });

  it('judge nothing from before they were in force', async () => {
    const draft = (schemeId: string, policyId: string, occurredOn: string) =>
      service.post('/v1/schemes', {
        ...{ schemeId, compoundId: 'c1', title: '方案', planYear: 2025, centralPlan: false, policyId, occurredOn },
      });
    const early = await draft('early', AMENDED, '2024-12-31');
    expect([early.status, early.body.code, early.body.errors[0].pointer]).toEqual([422, 'out-of-range', '/policyId']);
    accepted(await draft('on-the-day', AMENDED, '2025-01-01'));
    // The policy itself is what there is, whatever the date.
    accepted(await draft('long-ago', 'changzhi-2020', '2019-01-01'));
  });

  it('answer one cell differently, each for the schemes drafted under it', async () => {
    const refused = await allocate('old', 'paint');
    expect([refused.status, refused.body.rule, refused.body.policyId]).toEqual([422, 'R03', 'changzhi-2020']);
    const passed = accepted(await allocate('new', 'paint'));
    // The words that let it pass are the cell's, not the sentence it amends.
    const { items } = (await service.get('/v1/decisions?rule=R03&stream=grant-g1&outcome=accepted')).body;
    const [allowed] = items.filter(({ eventId }: { eventId: string }) => passed.body.eventIds.includes(eventId));
    expect(allowed).toMatchObject({ rule: 'R03', policyId: AMENDED, clause: '（虚构）第二条' });
    expect(allowed.clauseText).toContain('楼道粉刷费用可由县（区）财政给予补助');
    // The area as a whole is not changed.
    const area = { schemeId: 'new', amount: '10.00', costArea: 'in-building', occurredOn: '2026-01-25' };
    expect((await service.post('/v1/grants/g1/allocations', area)).body.policyId).toBe(AMENDED);
  });

  it('put the threshold of one year differently', async () => {
    await city.compound('c2', { builtYear: 2003 });
    const draft = (schemeId: string, policyId: string) =>
      service.post('/v1/schemes', {
        ...{ schemeId, compoundId: 'c2', planYear: 2026, title: '改造方案', centralPlan: true, policyId },
        occurredOn: '2026-01-06',
      });
    expect((await draft('late-old', 'changzhi-2020')).body.rules).toEqual(['R01a']);
    accepted(await draft('late-new', AMENDED));
  });

  it('leave old decisions explained by the pack that judged them', async () => {
    const { items } = (await service.get('/v1/decisions?rule=R03')).body;
    type Decision = { policyId: string; outcome: string; clause: string };
    const of = (policyId: string) => items.filter((one: Decision) => one.policyId === policyId);
    expect(of('changzhi-2020').map(({ outcome }: Decision) => outcome)).toEqual(['refused']);
    expect(
      of(AMENDED)
        .map(({ outcome }: Decision) => outcome)
        .sort(),
    ).toEqual(['accepted', 'refused']);
    for (const { clause } of of('changzhi-2020')) expect(clause).toBe('主要任务（五）落实改造资金');
  });

  it('plan by their own cells', async () => {
    accepted(
      await service.post('/v1/grants/g1/disbursements', {
        ...{ schemeId: 'new', amount: '10.00', costArea: 'in-building', voucherNo: '拨-1', occurredOn: '2026-01-26' },
      }),
    );
    const { assignments } = (await service.get('/v1/schemes/new/funding-plan')).body;
    expect(assignments).toEqual([{ sourceId: 'county-grant:g1:in-building', lineId: 'paint', amount: '10.00' }]);
  });
});

describe('A maintenance fund under a local pack', () => {
  const at = `/v1/maintenance-funds/f1`;
  const post = (path: string, body: object, as: 'clerk' | 'boss' = 'clerk') =>
    service.post(`${at}${path}`, body, { as });
  beforeAll(async () => {
    const fund = await Fund.of(service, 'f1', ['60.00', '40.00'], { policyId: AMENDED });
    accepted(await fund.deposit({ h01: '100.00', h02: '100.00' }, '2019-03-01'));
    await city.scheme('f1-scheme', 'f1', { centralPlan: false, policyId: 'changzhi-2020' });
  });

  it('is opened under one that exists, the seed pack where none is named', async () => {
    expect((await service.get(at)).body.policyId).toBe(AMENDED);
    await Fund.of(service, 'f2', ['60.00']);
    expect((await service.get('/v1/maintenance-funds/f2')).body.policyId).toBe('changzhi-2020');
    await city.compound('f3');
    const body = { compoundId: 'f3', openedOn: '2026-02-01', interestRule: 'two-tier-annual', policyId: 'nowhere' };
    const rates = { depositRates: [{ from: '2026-02-01', ratePerM2: '1' }], interestRates: [] };
    const dated = { ...rates, interestRates: [{ from: '2026-02-01', demand: '0', term: '0' }] };
    const { status, body: problem } = await service.post('/v1/maintenance-funds', { ...body, ...dated });
    expect([status, problem.code, problem.errors[0].pointer]).toEqual([404, 'policy-not-found', '/policyId']);
  });

  it('is judged by it: draws, reversals, findings; a draw for a scheme by the pack of the scheme', async () => {
    const draw = (drawId: string, fields: object) =>
      post('/draws', {
        ...{ drawId, purpose: '维修', workItem: 'doors-and-windows', amount: '90.00', scope: { all: true } },
        ...{ emergency: { kind: 'other', reason: '抢修' }, occurredOn: '2026-03-01', ...fields },
      });
    expect((await draw('r1', {})).body).toMatchObject({ rule: 'R14', policyId: AMENDED });
    expect((await draw('r1', { schemeId: 'f1-scheme' })).body).toMatchObject({
      rule: 'R14',
      policyId: 'changzhi-2020',
    });
    accepted(await draw('d1', { workItem: 'roof' }));
    accepted(await post('/draws/d1/approval', { documentNo: '1', occurredOn: '2026-03-02' }, 'boss'));
    const paid = accepted(await post('/draws/d1/payment', { payee: '公司', occurredOn: '2026-03-03' }));
    const eventId = paid.body.eventIds[0] as string;
    accepted(await service.post(`/v1/entries/${eventId}/reversal`, { reason: '误付', occurredOn: '2026-03-04' }));
    const { items } = (await service.get('/v1/decisions?rule=R17&outcome=accepted&limit=500')).body;
    const policies = items.slice(-3).map(({ policyId }: { policyId: string }) => policyId);
    expect(policies).toEqual([AMENDED, AMENDED, AMENDED]);
  });

  it('asks for the share of the first deposit that its pack asks for', async () => {
    const half: RulePack = {
      ...CHANGZHI_2020,
      parameters: { ...CHANGZHI_2020.parameters, replenishmentShare: [1, 2] },
    };
    const account = { balance: 4_999n, firstDeposit: 10_000n, requiredFirstDeposit: 0n, start: '2019-01-01' };
    const days = [
      { on: '2019-03-01', balance: 10_000n, first: 10_000n, establishment: 0n },
      { on: '2020-01-01', balance: -5_000n, first: 0n, establishment: 0n },
      { on: '2021-01-01', balance: -1n, first: 0n, establishment: 0n },
    ];
    const share = half.parameters.replenishmentShare;
    expect(replenishmentDue('c1', [{ ...account, trigger: triggerOf(10_000n, share), days }], share)).toMatchObject([
      { amount: 1n, since: '2021-01-01', detail: { zh: expect.stringContaining('50%') as string } },
    ]);
    const entries = [{ householdId: 'h01', amount: '1.00' }];
    accepted(await post('/deposits', { kind: 'replenishment', entries, occurredOn: '2026-04-02' }));
    const found = (await service.get('/v1/findings?subject=maintenanceFund-f1')).body.items as { policyId: string }[];
    expect(found.map(({ policyId }) => policyId)).toEqual(found.map(() => AMENDED));
    expect(found.length).toBeGreaterThan(0);
  });
});
