import { planFunding } from '../../src/calculation/funding-plan.engine.js';
import { fen, total, yuan } from '../../src/kernel/money.js';
import { City } from '../support/city.js';
import { accepted, type Reply, TestService } from '../support/service.js';

let service: TestService;
let city: City;
beforeAll(async () => {
  service = await TestService.open();
  city = new City(service);
});
afterAll(() => service.close());

/** A scheme with a road and stairs in one building, approved; 140403. */
async function scheme(id: string, lines: object[]): Promise<void> {
  await city.compound(`c-${id}`);
  await city.households(`c-${id}`, ['60.00', '60.00']);
  await city.scheme(id, `c-${id}`);
  await city.budget(id, lines as Record<string, unknown>[]);
  await city.approve(id);
}
const LINES = [
  { lineId: 'road', workItem: 'road', amount: '1000.00' },
  { lineId: 'water', workItem: 'water-and-drainage', amount: '500.00' },
  { lineId: 'stairs', workItem: 'stairs', amount: '300.00' },
];
const plan = async (id: string, query = '') => (await service.get(`/v1/schemes/${id}/funding-plan${query}`)).body;
const give = (id: string, body: object): Promise<Reply> =>
  service.post(`/v1/schemes/${id}/contributions`, { form: 'cash', occurredOn: '2026-01-28', ...body });
/** Money of the two central programmes, allocated and sent. */
async function centralMoney(id: string, { m, n }: { m?: string; n?: string }, more = ''): Promise<void> {
  if (m !== undefined) {
    await city.grant(`m${more}-${id}`, '5000.00');
    await city.fund(`m${more}-${id}`, id, m);
  }
  if (n !== undefined) {
    await city.grant(`n${more}-${id}`, '5000.00', { programme: 'ndrc' });
    await city.fund(`n${more}-${id}`, id, n);
  }
}
const promise = (id: string, body: object): Promise<Reply> =>
  service.post(`/v1/schemes/${id}/pledges`, { occurredOn: '2026-01-27', ...body });

describe('The funding plan of a scheme', () => {
  it('covers what is to be paid from what has come and what is promised', async () => {
    await scheme('s1', LINES);
    await city.grant('g1', '5000.00');
    await city.fund('g1', 's1', '900.00');
    await service.post('/v1/grants/g1/allocations', { schemeId: 's1', amount: '600.00', occurredOn: '2026-01-26' });
    accepted(await promise('s1', { source: 'resident-cash', amount: '300.00', costArea: 'in-building' }));
    accepted(await city.pay('s1', 'road', '400.00', 'central-grant', 'g1'));
    const body = await plan('s1');
    expect(body.lines).toMatchObject([{ needed: '600.00' }, { needed: '500.00' }, { needed: '300.00' }]);
    expect(body).toMatchObject({
      funded: '1400.00',
      assignments: [
        { sourceId: 'central-grant:g1:public-area', lineId: 'road', amount: '600.00' },
        { sourceId: 'central-grant:g1:public-area', lineId: 'water', amount: '500.00' },
        { sourceId: 'resident-cash:in-building', lineId: 'stairs', amount: '300.00' },
      ],
      unfunded: [],
      unused: [],
      remedies: [],
      policyId: 'changzhi-2020',
      budgetRevision: 1,
      approved: true,
    });
    expect(body.certificate).toBeUndefined();
    expect(body.explanation[0].zh).toBe('全部改造费用 1400.00 元均有资金来源。');
  });

  it('says why money that is left may not pay what is short, with the clause', async () => {
    await scheme('s2', LINES);
    await city.grant('g2', '5000.00');
    await city.fund('g2', 's2', '1800.00');
    const body = await plan('s2');
    expect(body).toMatchObject({
      funded: '1500.00',
      unfunded: [{ lineId: 'stairs', amount: '300.00' }],
      unused: [{ sourceId: 'central-grant:g2:public-area', amount: '300.00' }],
      certificate: { lines: ['stairs'], sources: [], needed: '300.00', available: '0.00', short: '300.00' },
    });
    expect(body.unused[0].blockedBy).toEqual([
      {
        ...{ lineId: 'stairs', rule: 'R03', level: 'stop', clause: '主要任务（五）落实改造资金' },
        clauseText: expect.stringContaining('属于楼体内的改造费用由居民自行承担'),
      },
    ]);
    expect(body.explanation.map(({ zh }: { zh: string }) => zh)).toEqual([
      '缺口 300.00 元：stairs（楼梯） 共需 300.00 元，可用于这些内容的来源（无）合计 0.00 元。',
      '中央补助资金 g2（公共区域）尚余 300.00 元，不得用于 stairs（楼梯）：R03 楼体内改造费用由居民承担（主要任务（五）落实改造资金）。',
    ]);
    expect(body.explanation[1].en).toContain('Central grant g2 (public area) has 300.00 yuan left and may not pay');
  });

  it('proposes single changes that close the gap, and each does', async () => {
    const { remedies } = await plan('s2');
    const kinds = new Set(remedies.map(({ kind }: { kind: string }) => kind));
    expect(kinds).toEqual(new Set(['add-source', 'reduce-line', 'allow-pair']));
    expect(remedies).toContainEqual({ kind: 'reduce-line', lineId: 'stairs', amount: '300.00' });
    expect(remedies).toContainEqual({ kind: 'add-source', sourceId: 'resident-cash:in-building', amount: '300.00' });
    expect(remedies).toContainEqual({
      ...{ kind: 'allow-pair', sourceId: 'central-grant:g2:public-area', lineId: 'stairs', amount: '300.00' },
      ...{ rule: 'R03', clause: '主要任务（五）落实改造资金' },
    });
    accepted(await give('s2', { source: 'resident-cash', amount: '300.00', costArea: 'in-building' }));
    expect((await plan('s2')).unfunded).toEqual([]);
  });

  it('offers an override where a rule only warns', async () => {
    await scheme('s3', [...LINES.slice(0, 2), { lineId: 'square', workItem: 'adjacent-municipal', amount: '80.00' }]);
    accepted(await give('s3', { source: 'resident-cash', amount: '1580.00' }));
    const { unused, remedies } = await plan('s3');
    expect(unused[0].blockedBy).toMatchObject([{ lineId: 'square', rule: 'R03', level: 'warn' }]);
    expect(remedies[0]).toEqual({
      ...{ kind: 'override', sourceId: 'resident-cash:public-area', lineId: 'square', amount: '80.00' },
      ...{ rule: 'R03', clause: '主要任务（五）落实改造资金' },
    });
  });

  it('counts an allocation a second person has allowed before its money has come', async () => {
    await scheme('s6', [{ lineId: 'lift', workItem: 'elevator', amount: '800.00' }]);
    await city.grant('g6', '5000.00', { level: 'county' });
    const body = {
      schemeId: 's6',
      amount: '800.00',
      costArea: 'in-building',
      lineId: 'lift',
      occurredOn: '2026-01-25',
    };
    const override = { rules: ['R03'], reason: '加装电梯补助' };
    const asked = await service.post('/v1/grants/g6/allocations', { ...body, override });
    accepted(await service.post(`/v1/approvals/${asked.body.approvalId}/grant`, {}, { as: 'boss' }));
    expect((await plan('s6')).assignments).toEqual([
      { sourceId: 'county-grant:g6:in-building', lineId: 'lift', amount: '800.00' },
    ]);
  });

  it('counts a bond a second person has allowed inside the building, and no other', async () => {
    await scheme('s7', LINES);
    const bond = {
      ...{
        bondId: 'b7',
        name: '老旧小区改造专项债券',
        divisionCode: '1404',
        principal: '5000.00',
        couponRate: '0.0188',
      },
      ...{ termYears: 10, valueDate: '2026-01-10', paymentsPerYear: 1, repayment: 'bullet', occurredOn: '2026-01-10' },
    };
    accepted(await service.post('/v1/bonds', bond));
    const body = { schemeId: 's7', amount: '300.00', costArea: 'in-building', occurredOn: '2026-01-25' };
    const asked = await service.post('/v1/bonds/b7/allocations', {
      ...body,
      override: { rules: ['R03'], reason: '楼道改造' },
    });
    accepted(await service.post(`/v1/approvals/${asked.body.approvalId}/grant`, {}, { as: 'boss' }));
    expect((await plan('s7')).assignments).toEqual([
      { sourceId: 'special-bond:b7:in-building', lineId: 'stairs', amount: '300.00' },
    ]);
  });

  it('lets gifts in kind cover their line, and money of one area never the other', async () => {
    await scheme('s4', LINES);
    accepted(await give('s4', { source: 'resident-donation', form: 'labour', amount: '100.00', lineId: 'stairs' }));
    accepted(await give('s4', { source: 'resident-cash', amount: '900.00' }));
    const body = await plan('s4');
    expect(body.assignments).toContainEqual({
      ...{ sourceId: 'resident-donation:in-building:in-kind:stairs', lineId: 'stairs', amount: '100.00' },
    });
    expect(body.unfunded).toContainEqual({ lineId: 'stairs', amount: '200.00' });
    // Gaps in both areas: no single change closes both.
    expect(body.remedies).toEqual([]);
  });

  it('gives each of the two central programmes the lines it fits, and tells no shortage where there is none', async () => {
    await scheme('s5', [
      { lineId: 'A', workItem: 'road', amount: '60.00' },
      { lineId: 'B', workItem: 'water-and-drainage', amount: '100.00' },
    ]);
    await centralMoney('s5', { m: '100.00', n: '60.00' });
    const body = await plan('s5');
    expect(body).toMatchObject({
      funded: '160.00',
      assignments: [
        { sourceId: 'central-grant:m-s5:public-area', lineId: 'B', amount: '100.00' },
        { sourceId: 'central-grant:n-s5:public-area', lineId: 'A', amount: '60.00' },
      ],
      ...{ unfunded: [], unused: [], remedies: [] },
    });
    expect(body.certificate).toBeUndefined();
  });

  it('tells a shortage that R11 makes, what the two can give at most, and remedies that were tried', async () => {
    await scheme('s8', [
      { lineId: 'A', workItem: 'road', amount: '100.00' },
      { lineId: 'B', workItem: 'water-and-drainage', amount: '100.00' },
    ]);
    await centralMoney('s8', { m: '130.00', n: '70.00' });
    const body = await plan('s8');
    expect(body).toMatchObject({
      funded: '170.00',
      unfunded: [{ lineId: 'B', amount: '30.00' }],
      unused: [{ sourceId: 'central-grant:m-s8:public-area', amount: '30.00' }],
      certificate: {
        ...{ lines: ['A', 'B'], sources: ['central-grant:m-s8:public-area', 'central-grant:n-s8:public-area'] },
        ...{ needed: '200.00', available: '170.00', short: '30.00' },
      },
    });
    expect(body.unused[0].blockedBy).toMatchObject([{ lineId: 'B', rule: 'R11', level: 'stop' }]);
    expect(body.explanation[0].zh).toContain('合计 200.00 元，其中至多可用 170.00 元：R11');
    expect(body.explanation[0].en).toContain('of the 200.00 yuan that may pay for them');
    const told = body.remedies.filter(({ kind }: { kind: string }) => kind !== 'add-source');
    expect(told).toMatchObject([
      { kind: 'raise-source', sourceId: 'central-grant:n-s8:public-area', amount: '30.00' },
      { kind: 'reduce-line', lineId: 'A', amount: '30.00' },
      { kind: 'reduce-line', lineId: 'B', amount: '30.00' },
      { kind: 'allow-pair', sourceId: 'central-grant:m-s8:public-area', lineId: 'B', amount: '30.00', rule: 'R11' },
    ]);
    await centralMoney('s8', { n: '30.00' }, 'more');
    expect((await plan('s8')).unfunded).toEqual([]);
  });

  it('leaves a line to the programme that has paid on it', async () => {
    await scheme('s9', [
      { lineId: 'A', workItem: 'road', amount: '60.00' },
      { lineId: 'B', workItem: 'water-and-drainage', amount: '100.00' },
    ]);
    await centralMoney('s9', { m: '100.00', n: '60.00' });
    accepted(await city.pay('s9', 'B', '10.00', 'central-grant', 'n-s9'));
    const body = await plan('s9');
    // B is the other's for good: 50.00 more of it at most, and all of A.
    expect([body.funded, body.unfunded]).toEqual(['110.00', [{ lineId: 'B', amount: '40.00' }]]);
    expect(body.certificate).toMatchObject({ lines: ['B'], needed: '90.00', available: '50.00', short: '40.00' });
    expect(body.remedies).toContainEqual(
      expect.objectContaining({ kind: 'allow-pair', lineId: 'B', amount: '40.00', rule: 'R11' }),
    );
  });

  it('tells no shortage, and no remedy, where there are too many plans to prove it', async () => {
    // Neither programme has whole yuan, so not everything is paid; which is millions of plans to prove one by one.
    const road = Array.from({ length: 24 }, (_, at) => ({
      ...{ lineId: `A${at + 10}`, workItem: 'road', amount: `${at * at + 100}.00` },
    }));
    await scheme('s10', [...road, { lineId: 'B', workItem: 'water-and-drainage', amount: '0.00' }]);
    await centralMoney('s10', { m: '3500.50', n: '3223.50' });
    const body = await plan('s10');
    expect(body).toMatchObject({ fundedAtMost: '6724.00', remedies: [] });
    const open = body.unfunded.map(({ amount }: { amount: string }) => fen(amount));
    expect(fen(body.funded) + total(open)).toBe(fen('6724.00'));
    expect(total(open)).toBeGreaterThanOrEqual(fen('0.50'));
    expect(body.certificate).toBeUndefined();
    expect(body.explanation[0].zh).toContain('其他方案最多可安排 6724.00 元，缺口未经证明。');
    expect(body.explanation[0].en).toContain('none funds more than 6724.00 yuan, so no shortage is proven.');
    // What a payment can be made of is known all the same.
    const payment = { lineId: 'A10', amount: '100.00', payee: '施工单位', voucherNo: '付-1', occurredOn: '2026-02-01' };
    const proposal = await service.post('/v1/schemes/s10/payments?dryRun=true', payment);
    expect([proposal.status, proposal.body.from.length]).toEqual([200, 1]);
  });

  it('answers as the stateless calculation does on the same sources and lines', async () => {
    const { sources, lines, funded, assignments } = await plan('s1');
    type Source = { sourceId: string; amount: string; costArea: string; rank: number };
    const stateless = planFunding({
      sources: sources.map(({ sourceId, amount, costArea, rank }: Source) => ({
        ...{ id: sourceId, amount: fen(amount), rank },
        mayFund: lines
          .filter((line: Source) => line.costArea === costArea)
          .map(({ lineId }: { lineId: string }) => lineId),
      })),
      lines: lines.map(({ lineId, needed }: Record<string, string>) => ({ id: lineId, amount: fen(needed!) })),
    });
    expect(yuan(stateless.funded)).toBe(funded);
    expect(stateless.assignments.map(({ amount, ...pair }) => ({ ...pair, amount: yuan(amount) }))).toEqual(
      assignments,
    );
  });

  it('travels in time, is empty before the scheme was there, and hides what is outside a division', async () => {
    const before = await plan('s1', '?asOf=2026-01-01');
    expect(before).toMatchObject({ funded: '0.00', lines: [], sources: [], asOf: '2026-01-01' });
    expect((await plan('s1', '?asOf=2026-01-31')).lines[0].needed).toBe('1000.00');
    const reply = await service.get('/v1/schemes/s1/funding-plan', { as: 'elsewhere' });
    expect([reply.status, reply.body.code]).toEqual([404, 'scheme-not-found']);
    expect((await service.get('/v1/schemes/s1/funding-plan', { as: 'viewer' })).status).toBe(200);
    expect((await service.get('/v1/schemes/s1/funding-plan', { as: 'admin' })).status).toBe(403);
  });
});
