import { City } from '../support/city.js';
import { TestService } from '../support/service.js';

describe('a compound is recorded, funded and paid for', () => {
  let service: TestService;
  let city: City;
  beforeAll(async () => {
    service = await TestService.open();
    city = new City(service);
    await city.compound('c1');
    await city.scheme('s1', 'c1');
    await city.budget('s1', [
      { lineId: 'L1', workItem: 'road', amount: '1000.00' },
      { lineId: 'L2', workItem: 'water-and-drainage', amount: '500.00' },
      { lineId: 'L3', workItem: 'stairs', amount: '300.00' },
    ]);
    await city.approve('s1');
    await city.grant('g1', '2000.00');
    await city.fund('g1', 's1', '700.00');
  });
  afterAll(() => service.close());

  it('shows who pays for what', async () => {
    expect((await city.pay('s1', 'L1', '100.00', 'central-grant', 'g1')).status).toBe(201);
    const { body } = await service.get('/v1/schemes/s1/cost-split');
    // Public area: 1,000.00 + 500.00 budgeted, 700.00 allocated, so 800.00 short; in the building 300.00, nothing promised.
    expect(body.publicArea).toEqual({
      budget: '1500.00',
      committed: '700.00',
      received: '700.00',
      inKind: '0.00',
      paid: '100.00',
      fundingGap: '800.00',
      available: '600.00',
    });
    expect(body.total).toMatchObject({ budget: '1800.00', fundingGap: '1100.00' });
  });

  it('keeps everything over a restart, and without its read models', async () => {
    const paths = [
      '/v1/schemes/s1/cost-split',
      '/v1/grants/g1',
      '/v1/overview',
      '/v1/ledger/trial-balance',
      '/v1/events',
    ];
    const before = await Promise.all(paths.map((path) => service.get(path)));
    await service.restart(async () => {
      const { rmSync } = await import('node:fs');
      for (const suffix of ['', '-wal', '-shm'])
        rmSync(`${service.directory}/read-models.db${suffix}`, { force: true });
    });
    const after = await Promise.all(paths.map((path) => service.get(path)));
    expect(after.map(({ body }) => body as unknown)).toEqual(before.map(({ body }) => body as unknown));
  });
});
