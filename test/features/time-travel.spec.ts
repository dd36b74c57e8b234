import { City } from '../support/city.js';
import { said } from '../support/refusals.js';
import { TestClock, TestService } from '../support/service.js';

const FIRST = '2026-06-01T00:00:00.000Z';
const PATHS = [
  '/v1/schemes/s/cost-split',
  '/v1/compounds/c/cost-split',
  '/v1/schemes/s/household-shares',
  '/v1/schemes/s/pledges',
  '/v1/schemes/s/contributions',
  '/v1/schemes/s/payments',
  '/v1/schemes/s/contracts',
  '/v1/schemes/s/budget-revisions',
  '/v1/schemes',
  '/v1/schemes?planYear=2026',
  '/v1/schemes?projectCode=P1',
  '/v1/compounds',
  '/v1/compounds?name=演示',
  '/v1/compounds/c/households',
  '/v1/contracts',
  '/v1/grants',
  '/v1/grants/g',
  '/v1/overview',
  ...['county', 'year', 'source', 'work-class', 'compound', 'project'].map((name) => `/v1/overview?groupBy=${name}`),
  '/v1/maintenance-funds/c',
  '/v1/maintenance-funds/c/sub-accounts',
  '/v1/maintenance-funds/c/statement?year=2026',
  '/v1/maintenance-funds/c/forecast?years=3&contribution=1.00',
  '/v1/findings?limit=500',
  '/v1/reports/grant-execution',
  '/v1/reports/funding-and-arrival',
  '/v1/reports/household-notice?schemeId=s',
  '/v1/events?limit=500',
  '/v1/decisions',
  '/v1/approvals',
  '/v1/approvals?status=waiting',
  '/v1/ledger/trial-balance',
  '/v1/ledger/accounts/cash:scheme:s:central-grant:g:public-area/entries',
];

/** Two clocks: when it happened (asOf), and when we knew (recordedAt). */
describe('an answer once given', () => {
  const clock = new TestClock(new Date(FIRST));
  let service: TestService;
  let city: City;
  const known = new Map<string, unknown>();
  beforeAll(async () => {
    service = await TestService.open(clock);
    city = new City(service);
    await city.compound('c');
    await city.households('c', ['100.00', '50.00']);
    await city.scheme('s', 'c', { projectCode: 'P1' });
    await city.budget('s', [
      { lineId: 'road', workItem: 'road', amount: '1000.00' },
      { lineId: 'gas', workItem: 'gas-supply', amount: '500.00' },
      { lineId: 'stairs', workItem: 'stairs', amount: '300.00', shareMethod: 'equal', dueOn: '2026-12-31' },
    ]);
    await city.approve('s');
    await service.post('/v1/maintenance-funds', {
      ...{ compoundId: 'c', openedOn: '2024-02-01', interestRule: 'two-tier-annual' },
      depositRates: [{ from: '2000-01-01', ratePerM2: '80.00' }],
      interestRates: [{ from: '2000-01-01', demand: '0.0035', term: '0.013' }],
    });
    const deposit = (householdId: string, occurredOn: string) =>
      service.post('/v1/maintenance-funds/c/deposits', {
        ...{ kind: 'first', entries: [{ householdId, amount: '10.00' }], occurredOn },
      });
    await deposit('h01', '2024-03-01');
    await city.grant('g', '800.00');
    await city.fund('g', 's', '400.00');
    await city.pay('s', 'road', '100.00', 'central-grant', 'g');
    await city.compound('late', { builtYear: 2010 });
    const override = { rules: ['R01a'], reason: '会议纪要' };
    const scheme = { schemeId: 'w', compoundId: 'late', planYear: 2026, title: '方案', centralPlan: false, override };
    await service.post('/v1/schemes', { ...scheme, occurredOn: '2026-01-06' }, { key: 'waiting' });
    for (const path of PATHS) known.set(path, await asKnown(path));

    // An hour later all kinds of backdated facts arrive.
    clock.advance(3_600_000);
    await city.compound('c2', { occurredOn: '2025-12-01' });
    await city.scheme('s2', 'c2', { occurredOn: '2025-12-02', projectCode: 'P1' });
    await city.scheme('s3', 'c', { occurredOn: '2025-12-02' });
    await city.households('c2', ['70.00']);
    await city.grant('g2', '50.00', { occurredOn: '2025-12-03' });
    await service.post('/v1/schemes/s/corrections', {
      ...{ title: '更名', planYear: 2024, projectCode: 'P2', reason: '更正', occurredOn: '2025-12-04' },
    });
    await service.post('/v1/compounds/c/corrections', {
      ...{ name: '改名小区', reason: '更正', occurredOn: '2025-12-04' },
      households: [{ householdId: 'h01', floorAreaM2: '120.00' }],
    });
    await service.post('/v1/schemes/s/contributions', {
      ...{ source: 'resident-cash', form: 'cash', amount: '60.00', costArea: 'in-building', occurredOn: '2025-12-05' },
    });
    await city.fund('g', 's', '100.00', { occurredOn: '2026-01-12' });
    await city.pay('s', 'road', '50.00', 'central-grant', 'g', { occurredOn: '2026-01-21' });
    await city.budget('s', [
      { lineId: 'road', workItem: 'road', amount: '2000.00' },
      { lineId: 'gas', workItem: 'gas-supply', amount: '500.00' },
    ]);
    const approval = { approvedOn: '2026-01-21', documentNo: '长住建〔2026〕2号' };
    await service.post('/v1/schemes/s/approval', approval, { as: 'boss' });
    const { body } = await service.get('/v1/approvals');
    await service.post(`/v1/approvals/${body.items[0].approvalId}/grant`, {}, { as: 'boss' });
    const refused = { schemeId: 's', compoundId: 'c', planYear: 2026, title: '重复', centralPlan: true };
    await service.post('/v1/schemes', { ...refused, occurredOn: '2025-12-06' });
    await deposit('h02', '2024-03-01');
    // Two years go by, in which lines fall due and years end.
    clock.advance(730 * 86_400_000);
  });
  afterAll(() => service.close());

  /** Without `revision`, which is the lock of now (docs/rulings.md). */
  async function asKnown(path: string): Promise<unknown> {
    const url = encodeURI(`${path}${path.includes('?') ? '&' : '?'}recordedAt=${FIRST}`);
    const { status, body } = await service.get(url, { as: 'auditor' });
    expect(status).toBe(200);
    return JSON.parse(JSON.stringify(body, (name, value: unknown) => (name === 'revision' ? undefined : value)));
  }

  it.each(PATHS)('as known at an instant never changes: %s', async (path) => {
    expect(await asKnown(path)).toEqual(known.get(path));
  });

  it('has changed where nothing holds the moment', async () => {
    const { body } = await service.get('/v1/schemes/s/cost-split');
    // 2,000.00 + 500.00 approved since; 400.00 + 100.00 of the grant arrived; 100.00 + 50.00 paid.
    expect(body.publicArea).toMatchObject({ budget: '2500.00', received: '500.00', paid: '150.00' });
    expect(body.inBuilding).toMatchObject({ budget: '0.00', received: '60.00' });
  });

  it('holds to both clocks at once', async () => {
    const at = async (asOf: string, recordedAt?: string) =>
      (await service.get(`/v1/schemes/s/cost-split?asOf=${asOf}${recordedAt ? `&recordedAt=${recordedAt}` : ''}`)).body;
    // What happened by 31 January as known at first: 400.00 sent on the 25th, nothing paid before 1 February.
    expect((await at('2026-01-31', FIRST)).publicArea).toMatchObject({ received: '400.00', paid: '0.00' });
    // The same day as known now: 100.00 of the 12th and 50.00 of the 21st came to light.
    expect((await at('2026-01-31')).publicArea).toMatchObject({ received: '500.00', paid: '50.00' });
    expect((await at('2026-01-11')).total).toMatchObject({ received: '60.00', paid: '0.00' });
    expect(await at('2025-01-01')).toMatchObject({ budgetRevision: null, total: { budget: '0.00', received: '0.00' } });
  });

  it('is a 404 only for what does not exist at all', async () => {
    const query = '?asOf=2000-01-01';
    for (const path of ['/v1/schemes/s', '/v1/compounds/c', '/v1/grants/g', '/v1/schemes/s/household-shares'])
      expect([path, (await service.get(`${path}${query}`)).status]).toEqual([path, 200]);
    expect(said(await service.get(`/v1/schemes/none${query}`))).toBe('404 scheme-not-found');
    expect((await service.get(`/v1/grants/g${query}`)).body).toMatchObject({ awarded: '0.00', available: '0.00' });
    expect((await service.get(`/v1/compounds${query}`)).body.items).toEqual([]);
    expect((await service.get(`/v1/schemes${query}`)).body.items).toEqual([]);
    expect((await service.get(`/v1/grants${query}`)).body.items).toEqual([]);
    expect((await service.get(`/v1/overview${query}`)).body.total).toMatchObject({ compounds: 0, budget: '0.00' });
  });
});
