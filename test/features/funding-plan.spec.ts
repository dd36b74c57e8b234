import { planFunding } from '../../src/calculation/funding-plan.engine.js';
import { fen, yuan } from '../../src/kernel/money.js';
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

  it('keeps the two central programmes apart on every line', async () => {
    await scheme('s5', LINES.slice(0, 2));
    await city.grant('m5', '5000.00');
    await city.grant('n5', '5000.00', { programme: 'ndrc' });
    await city.fund('m5', 's5', '800.00');
    await city.fund('n5', 's5', '700.00');
    const { assignments, unfunded } = await plan('s5');
    const programmes = new Map<string, Set<string>>();
    for (const { lineId, sourceId } of assignments)
      programmes.set(lineId, new Set([...(programmes.get(lineId) ?? []), sourceId]));
    for (const sources of programmes.values()) expect(sources.size).toBe(1);
    expect(unfunded).not.toEqual([]);
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
