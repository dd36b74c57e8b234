import { jest } from '@jest/globals';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { City } from '../support/city.js';
import { type Person, type Reply, TestService } from '../support/service.js';

const SPLIT = '/v1/schemes/s1/cost-split';
const at = (path: string, body: object) => ({ path, body: { occurredOn: '2026-02-01', ...body } });
const payment = (amount: string, more: object = {}) =>
  at('/v1/schemes/s1/payments', {
    ...{ lineId: 'road', amount, payee: '施工单位', voucherNo: '付-1' },
    ...{ from: [{ source: 'central-grant', reference: 'g1', amount }], ...more },
  });

// Each opens a whole service beside the one that is asked.
jest.setTimeout(30_000);

let service: TestService;
beforeAll(async () => {
  service = await TestService.open();
  const city = new City(service);
  await city.compound('c1');
  await city.households('c1', ['60.00', '40.00']);
  await city.scheme('s1', 'c1');
  await city.budget('s1', [
    { lineId: 'road', workItem: 'road', amount: '1000.00' },
    { lineId: 'water', workItem: 'water-and-drainage', amount: '500.00' },
    { lineId: 'stairs', workItem: 'stairs', amount: '300.00' },
  ]);
  await city.approve('s1');
  await city.grant('g1', '5000.00');
  await city.fund('g1', 's1', '700.00');
});
afterAll(() => service.close());

const simulate = (body: unknown, as: Person | null = 'viewer', headers = {}): Promise<Reply> =>
  service.post('/v1/simulations', body, { as, key: null, headers });

const home = (): string => join(service.directory, 'simulations');

/** Everything a simulation must leave as it was. */
async function standing() {
  const { items } = (await service.get('/v1/projections', { as: 'admin' })).body;
  return {
    head: await service.inner.store.head(),
    states: items.map(({ name, stateHash, position }: Record<string, string>) => [name, stateHash, position]),
    heads: (await service.inner.store.readStream('audit-heads', 0, 100)).length,
    split: (await service.get(SPLIT)).body,
    left: existsSync(home()) ? readdirSync(home()) : [],
  };
}

describe('A simulation', () => {
  it('shows before, after and what changes, by the same commands and projections', async () => {
    const { status, body } = await simulate({ commands: [payment('200.00')], read: [SPLIT, '/v1/grants/g1'] });
    expect([status, body.rejected]).toEqual([200, []]);
    const [split, grant] = body.results;
    expect(split.path).toBe(SPLIT);
    expect(split.before).toEqual((await service.get(SPLIT)).body);
    expect([split.before.total.paid, split.after.total.paid]).toEqual(['0.00', '200.00']);
    expect(split.changes).toContainEqual({
      ...{ pointer: '/publicArea/available', before: '700.00', after: '500.00', difference: '-200.00' },
    });
    expect(grant.changes.map(({ pointer }: { pointer: string }) => pointer)).toContain('/paid');
  });

  it('stores nothing: the log, every read model and the directory are as they were', async () => {
    await simulate({ commands: [payment('1.00')], read: [SPLIT] });
    const before = await standing();
    const commands = [
      payment('200.00'),
      payment('9999.00'),
      at('/v1/compounds/c1/corrections', { name: '新名', reason: '更正' }),
    ];
    const { body } = await simulate({ commands, read: [SPLIT, '/v1/compounds', '/v1/overview'] });
    expect(body.rejected).toHaveLength(1);
    expect(await standing()).toEqual(before);
    // Not even its keys are taken.
    expect((await service.get('/v1/events?stream=scheme-s1', { as: 'auditor' })).body.items).toHaveLength(6);
  });

  it('begins where it is asked to: what was recorded later has not happened yet', async () => {
    const { body: empty } = await service.get('/v1/events?type=GrantAwarded', { as: 'auditor' });
    const before = empty.items[0].position - 1;
    const now = await simulate({ commands: [payment('1.00')], read: [SPLIT] });
    const past = await service.post(
      `/v1/simulations?atPosition=${before}`,
      { commands: [payment('1.00')], read: [SPLIT, '/v1/grants/g1'] },
      { as: 'viewer', key: null },
    );
    expect(past.status).toBe(200);
    expect([past.body.position, now.body.rejected]).toEqual([before, []]);
    // The grant was not there: its money cannot be paid, and nothing of it is read.
    expect(past.body.rejected[0].code).toBe('grant-not-found');
    const [split, grant] = past.body.results;
    expect([split.before.total.received, grant.before]).toEqual(['0.00', null]);
    expect(split.before.total.budget).toBe('1800.00');
    const { position } = await standing().then(({ split: shown }) => shown);
    const beyond = await service.post(
      `/v1/simulations?atPosition=${Number(position) + 1_000_000_000_000}`,
      { commands: [payment('1.00')], read: [SPLIT] },
      { as: 'viewer', key: null },
    );
    expect([beyond.status, beyond.body.code]).toEqual([422, 'out-of-range']);
  });

  it('begins between the two legs of a crossing as well', async () => {
    const { body: sent } = await service.get('/v1/events?type=GrantDisbursed', { as: 'auditor' });
    const { status, body } = await service.post(
      `/v1/simulations?atPosition=${sent.items[0].position}`,
      { commands: [payment('1.00')], read: [SPLIT] },
      { as: 'viewer', key: null },
    );
    expect([status, body.position]).toEqual([200, sent.items[0].position]);
  });

  it('tells every refusal, with its rule and clause, and goes on', async () => {
    const commands = [
      payment('701.00'),
      payment('10.00'),
      at('/v1/schemes/nowhere/publication', { publishedOn: '2026-02-01', endsOn: '2026-02-08' }),
      at('/v1/nothing', {}),
      { path: '/v1/schemes/s1/payments', body: { amount: 1 } },
      payment('10.00', { lineId: 'stairs' }),
    ];
    const { body } = await simulate({ commands, read: [SPLIT] }, 'clerk');
    type Refusal = { index: number; status: number; code: string; rule?: string };
    expect(body.rejected.map(({ index, status, code, rule }: Refusal) => [index, status, code, rule])).toEqual([
      [0, 422, 'rule-refused', 'R08'],
      [2, 404, 'scheme-not-found', undefined],
      [3, 404, 'not-found', undefined],
      [4, 400, 'invalid-field', undefined],
      [5, 422, 'rule-refused', 'R03'],
    ]);
    expect(body.rejected[0]).toMatchObject({ available: '700.00', clause: '主要任务（五）落实改造资金' });
    expect(body.results[0].after.total.paid).toBe('10.00');
    const told = await simulate({ commands, read: [SPLIT] }, 'viewer', { 'accept-language': 'en' });
    expect(told.body.rejected[0].available).toBeUndefined();
    expect(told.body.rejected[0].title).toBe('A rule refuses this');
  });

  it('builds on what it has done, across streams and second persons', async () => {
    const commands = [
      at('/v1/grants', {
        ...{ grantId: 'g9', level: 'county', documentNo: '财〔2026〕9号', amount: '300.00', fiscalYear: 2026 },
        divisionCode: '1404',
      }),
      at('/v1/grants/g9/allocations', { schemeId: 's1', amount: '300.00' }),
      at('/v1/grants/g9/disbursements', { schemeId: 's1', amount: '300.00', voucherNo: '拨-9' }),
      payment('300.00', { from: [{ source: 'county-grant', reference: 'g9', amount: '300.00' }] }),
      at('/v1/compounds', {
        ...{ compoundId: 'c9', name: '新小区', divisionCode: '140403', builtYear: 2008 },
        buildings: [{ buildingNo: '1', floors: 6, hasElevator: false }],
      }),
      at('/v1/schemes', {
        ...{ schemeId: 's9', compoundId: 'c9', planYear: 2026, title: '方案', centralPlan: false },
        override: { rules: ['R01a'], reason: '居民要求' },
      }),
    ];
    const { body } = await simulate({ commands, read: [SPLIT, '/v1/grants/g9', '/v1/schemes/s9'] });
    expect(body.rejected).toEqual([]);
    expect(body.granted).toEqual([{ index: 5, path: '/v1/schemes', rules: ['R01a'] }]);
    const [split, grant, scheme] = body.results;
    expect(split.after.total.paid).toBe('300.00');
    expect([grant.before, grant.after.paid]).toEqual([null, '300.00']);
    expect([scheme.before, scheme.after.state]).toEqual([null, 'drafted']);
  });

  it('compares alternatives side by side, each from the same history', async () => {
    const alternatives = [
      { name: '先付道路', commands: [payment('200.00')] },
      { name: '先付供水', commands: [payment('150.00', { lineId: 'water' })] },
      { name: '不动', commands: [payment('9999.00')] },
    ];
    const { status, body } = await simulate({ alternatives, read: [SPLIT] });
    expect(status).toBe(200);
    expect(body.rejected).toMatchObject([{ alternative: '不动', index: 0, code: 'rule-refused' }]);
    type Result = { alternative: string; after: { total: { paid: string } }; changes: object[] };
    expect(body.results.map((one: Result) => [one.alternative, one.after.total.paid])).toEqual([
      ['先付道路', '200.00'],
      ['先付供水', '150.00'],
      ['不动', '0.00'],
    ]);
    expect(body.results[2].changes).toEqual([]);
    expect(body.comparison).toContainEqual({
      ...{ path: SPLIT, pointer: '/total/paid', before: '0.00' },
      after: { 先付道路: '200.00', 先付供水: '150.00', 不动: '0.00' },
    });
  });

  it('reads with the rights of who asks, and acts only inside their division', async () => {
    const rows = '/v1/schemes/s1/payments';
    expect((await simulate({ commands: [payment('1.00')], read: [rows] }, 'viewer')).body.code).toBe('forbidden');
    const { body } = await simulate({ commands: [payment('1.00')], read: [rows] }, 'auditor');
    expect([body.results[0].before.items.length, body.results[0].after.items.length]).toEqual([0, 1]);
    const outside = await simulate({ commands: [payment('1.00')], read: [SPLIT] }, 'elsewhere');
    expect(outside.body.rejected).toMatchObject([{ code: 'scheme-not-found' }]);
    expect(outside.body.results).toEqual([{ path: SPLIT, before: null, after: null, changes: [] }]);
    expect((await simulate({ commands: [payment('1.00')], read: [SPLIT] }, 'admin')).status).toBe(403);
    expect((await simulate({}, null)).status).toBe(401);
  });

  it('refuses what is not a simulation', async () => {
    const commands = [payment('1.00')];
    const refused = async (body: unknown) => {
      const { status, body: problem } = await simulate(body);
      return [status, problem.code, ...(problem.errors ?? []).map(({ pointer }: { pointer: string }) => pointer)];
    };
    expect(await refused({ read: [SPLIT] })).toEqual([400, 'invalid-field', '/commands']);
    expect(await refused({ commands, alternatives: [{ name: 'a', commands }], read: [SPLIT] })).toEqual([
      ...[400, 'invalid-field', '/commands'],
    ]);
    expect(await refused({ commands: [null], read: [SPLIT] })).toEqual([400, 'invalid-field', '/commands/0']);
    expect(await refused({ commands })).toEqual([400, 'invalid-field', '/read']);
    for (const read of [
      '/v1/audit/head',
      '/v1/audit',
      '/livez',
      'x',
      '/v1/events/stream',
      `${SPLIT}?format=csv`,
      1,
      null,
    ])
      expect([read, ...(await refused({ commands, read: [read] }))]).toEqual([read, 400, 'invalid-field', '/read']);
    for (const read of ['/v1/nothing', `${SPLIT}?asof=2026-01-01`, `${SPLIT}?asOf=x`])
      expect(await refused({ commands, read: [read] })).toEqual([400, 'invalid-field', '/read/0']);
    const many = Array.from({ length: 1_001 }, () => ({ path: '/v1/x', body: {} }));
    expect(await refused({ commands: many, read: [SPLIT] })).toEqual([422, 'too-many']);
    const twice = [
      { name: 'a', commands },
      { name: 'a', commands },
    ];
    expect(await refused({ alternatives: twice, read: [SPLIT] })).toEqual([422, 'repeated-id']);
  });

  it('answers others while it runs hundreds of commands, and reads at any moment', async () => {
    const commands = Array.from({ length: 300 }, () => payment('0.01'));
    let done = false;
    const asked = simulate({ commands, read: [SPLIT, `${SPLIT}?asOf=2026-01-31`] }).finally(() => (done = true));
    let answered = 0;
    for (; !done; answered++) {
      expect((await service.get('/livez')).status).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const { body } = await asked;
    expect(answered).toBeGreaterThan(20);
    expect(body.rejected).toEqual([]);
    expect(body.results.map(({ after }: { after: { total: { paid: string } } }) => after.total.paid)).toEqual([
      ...['3.00', '0.00'],
    ]);
    expect((await service.get(SPLIT)).body.total.paid).toBe('0.00');
  }, 60_000);

  it('leaves no trace after a restart either', async () => {
    await service.restart();
    const before = await standing();
    expect((await simulate({ commands: [payment('5.00')], read: [SPLIT] })).status).toBe(200);
    expect(await standing()).toEqual(before);
  });
});
