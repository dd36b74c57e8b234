import { City } from '../support/city.js';
import { accepted, type Reply, TestService } from '../support/service.js';

let service: TestService;
let city: City;
beforeAll(async () => {
  service = await TestService.open();
  city = new City(service);
  await city.compound('c1');
  await city.scheme('s1', 'c1');
  await city.budget('s1', [
    { lineId: 'road', workItem: 'road', amount: '1000.00' },
    { lineId: 'water', workItem: 'water-and-drainage', amount: '500.00' },
    { lineId: 'square', workItem: 'adjacent-municipal', amount: '200.00' },
  ]);
  await city.approve('s1');
  await city.grant('g1', '5000.00', { level: 'city' });
  await city.fund('g1', 's1', '700.00');
  // Promised to the scheme and not there yet: nothing to pay with.
  accepted(
    await service.post('/v1/grants/g1/allocations', { schemeId: 's1', amount: '300.00', occurredOn: '2026-01-26' }),
  );
  for (const body of [
    { source: 'resident-cash', amount: '400.00' },
    { source: 'utility-operator', utility: 'water', amount: '500.00' },
  ])
    accepted(await service.post('/v1/schemes/s1/contributions', { form: 'cash', occurredOn: '2026-01-28', ...body }));
});
afterAll(() => service.close());

const propose = (
  lineId: string,
  amount: string,
  more: object = {},
  query = '?dryRun=true',
  schemeId = 's1',
): Promise<Reply> =>
  service.post(`/v1/schemes/${schemeId}/payments${query}`, {
    ...{ lineId, amount, payee: '施工单位', voucherNo: '付-1', occurredOn: '2026-02-01', ...more },
  });

describe('A dry run of a payment without `from`', () => {
  it('proposes it in the order of R04 and keeps for other lines what only they can be paid from', async () => {
    const { status, body, headers } = await propose('road', '900.00');
    expect([status, headers['dry-run']]).toEqual([200, 'true']);
    expect(body.from).toEqual([
      { source: 'city-grant', reference: 'g1', amount: '500.00' },
      { source: 'resident-cash', reference: null, amount: '400.00' },
    ]);
    expect(body.events).toMatchObject([{ type: 'PaymentMade', data: { from: body.from, amount: '900.00' } }]);
    // The operator pays for its own pipes, so the grant is left to what nobody else may pay: the square.
    expect((await propose('water', '500.00')).body.from).toEqual([
      { source: 'utility-operator', reference: 'water', amount: '500.00' },
    ]);
  });

  it('can be sent back as it is, and only then is anything recorded', async () => {
    const before = (await service.get('/v1/schemes/s1/cost-split')).body.total.paid;
    const { from } = (await propose('square', '50.00')).body;
    expect((await service.get('/v1/schemes/s1/cost-split')).body.total.paid).toBe(before);
    const sent = from.map(({ reference, ...part }: { reference: string | null }) =>
      reference === null ? part : { ...part, reference },
    );
    accepted(await propose('square', '50.00', { from: sent }, ''));
  });

  it('proposes money a rule warns of only where the rest does not suffice, and says that it waits for a second person', async () => {
    const without = await propose('square', '100.00');
    expect(without.body.from).toEqual([{ source: 'city-grant', reference: 'g1', amount: '100.00' }]);
    accepted(
      await propose('road', '650.00', { from: [{ source: 'city-grant', reference: 'g1', amount: '650.00' }] }, ''),
    );
    const warned = await propose('square', '100.00');
    expect([warned.status, warned.body.code]).toEqual([422, 'needs-override']);
    const asked = await propose('square', '100.00', { override: { rules: ['R03'], reason: '无其他资金' } });
    expect(asked.body).toEqual({
      ...{ events: [], needsApproval: true, rules: ['R03'] },
      from: [{ source: 'resident-cash', reference: null, amount: '100.00' }],
    });
  });

  it('says what is wrong with the payment before it says that there is too little', async () => {
    const refused = async (lineId: string, amount: string) => {
      const { status, body } = await propose(lineId, amount);
      return [status, body.code, body.rule, body.available];
    };
    expect(await refused('nowhere', '1.00')).toEqual([404, 'line-not-found', undefined, undefined]);
    expect(await refused('water', '500.01')).toEqual([422, 'rule-refused', 'R10', '500.00']);
    expect(await refused('road', '350.00')).toEqual([200, undefined, undefined, undefined]);
    accepted(await propose('road', '300.00', { from: [{ source: 'resident-cash', amount: '300.00' }] }, ''));
    expect(await refused('road', '50.00')).toEqual([200, undefined, undefined, undefined]);
    expect(await refused('square', '150.00')).toEqual([422, 'needs-override', 'R03', undefined]);
    const override = { rules: ['R03'], reason: '无其他资金' };
    const { body } = await propose('square', '150.00', { override });
    expect([body.code, body.rule, body.available, body.clause]).toEqual([
      ...['rule-refused', 'R08', '100.00', '物业管理条例 第五十三条'],
    ]);
  });

  it('pays a line with the central programme that leaves the other to the lines it fits', async () => {
    const approved = async (schemeId: string, road: string, pipes: string) => {
      await city.compound(`c-${schemeId}`);
      await city.scheme(schemeId, `c-${schemeId}`);
      await city.budget(schemeId, [
        { lineId: 'A', workItem: 'road', amount: road },
        { lineId: 'B', workItem: 'water-and-drainage', amount: pipes },
      ]);
      await city.approve(schemeId);
      await city.grant(`m-${schemeId}`, '500.00');
      await city.grant(`n-${schemeId}`, '500.00', { programme: 'ndrc' });
    };
    const from = async (schemeId: string, lineId: string, amount: string) =>
      (await propose(lineId, amount, {}, '?dryRun=true', schemeId)).body.from;
    await approved('s2', '60.00', '100.00');
    await city.fund('m-s2', 's2', '100.00');
    await city.fund('n-s2', 's2', '60.00');
    expect(await from('s2', 'B', '100.00')).toEqual([{ source: 'central-grant', reference: 'm-s2', amount: '100.00' }]);
    // A part of it, which either could pay: what pays it pays the rest of the line too.
    expect(await from('s2', 'B', '50.00')).toEqual([{ source: 'central-grant', reference: 'm-s2', amount: '50.00' }]);
    expect(await from('s2', 'A', '60.00')).toEqual([{ source: 'central-grant', reference: 'n-s2', amount: '60.00' }]);
    // Most of the whole scheme is paid with 60.00 on B, and the payment asked for with less of the whole.
    await approved('s3', '100.00', '80.00');
    await city.fund('m-s3', 's3', '60.00');
    await city.fund('n-s3', 's3', '100.00');
    expect(await from('s3', 'B', '80.00')).toEqual([{ source: 'central-grant', reference: 'n-s3', amount: '80.00' }]);
    expect((await propose('A', '100.00', {}, '?dryRun=true', 's3')).status).toBe(200);
    accepted(await city.pay('s3', 'B', '10.00', 'central-grant', 'n-s3'));
    const { status, body } = await propose('A', '95.00', {}, '?dryRun=true', 's3');
    expect([status, body.rule, body.available]).toEqual([422, 'R08', '90.00']);
  });

  it('is for dry runs only', async () => {
    const { status, body } = await propose('road', '1.00', {}, '');
    expect([status, body.code, body.errors[0].pointer]).toEqual([400, 'invalid-field', '/from']);
    expect(
      (
        await service.post('/v1/schemes/s9/payments?dryRun=true', {
          ...{ lineId: 'road', amount: '1.00', payee: '施工单位', voucherNo: '付-1', occurredOn: '2026-02-01' },
        })
      ).body.code,
    ).toBe('scheme-not-found');
  });
});
