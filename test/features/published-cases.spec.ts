import { City } from '../support/city.js';
import { said } from '../support/refusals.js';
import { accepted, TestService } from '../support/service.js';

/** Published figures (issue 3), 万元 → yuan: 1,997.95万 = 19,979,500.00. */
describe('published figures come back as they were recorded', () => {
  let service: TestService;
  let city: City;
  beforeAll(async () => {
    service = await TestService.open();
    city = new City(service);
  });
  afterAll(() => service.close());

  it('a county programme: central 1,997.95万, county 2.84万, residents 12.40万, in all 2,013.19万', async () => {
    await city.compound('county', {
      name: '某县老旧小区（演示）',
      divisionCode: '140423',
      declared: { households: 1612, floorAreaM2: '120000.00' },
    });
    await city.scheme('county', 'county');
    await city.budget('county', [
      { lineId: 'road', workItem: 'road', amount: '12000000.00' },
      { lineId: 'water', workItem: 'water-and-drainage', amount: '8131900.00' },
    ]);
    await city.approve('county');
    await city.grant('county-central', '19979500.00');
    await city.fund('county-central', 'county', '19979500.00');
    await city.grant('county-own', '28400.00', { level: 'county', divisionCode: '140423' });
    await city.fund('county-own', 'county', '28400.00');
    accepted(
      await service.post('/v1/schemes/county/contributions', {
        ...{ source: 'resident-cash', form: 'cash', amount: '124000.00', occurredOn: '2026-01-25' },
      }),
    );

    const { body: split } = await service.get('/v1/schemes/county/cost-split');
    // 19,979,500.00 + 28,400.00 + 124,000.00 = 20,131,900.00; the budget is the same, so nothing is missing.
    expect(split.total).toMatchObject({
      ...{ budget: '20131900.00', received: '20131900.00', committed: '20131900.00', fundingGap: '0.00' },
    });
    expect(split.bySource).toEqual([
      expect.objectContaining({ source: 'central-grant', reference: 'county-central', received: '19979500.00' }),
      expect.objectContaining({ source: 'county-grant', reference: 'county-own', received: '28400.00' }),
      expect.objectContaining({ source: 'resident-cash', reference: null, received: '124000.00' }),
    ]);
    const { body: overview } = await service.get('/v1/overview?divisionCode=140423&groupBy=source');
    const bySource = (overview.items as { key: string; received: string }[]).map(({ key, received }) => [
      key,
      received,
    ]);
    expect(bySource).toEqual([
      ['central-grant', '19979500.00'],
      ['county-grant', '28400.00'],
      ['resident-cash', '124000.00'],
    ]);
    expect(overview.total).toMatchObject({ received: '20131900.00', arrivalRate: '1.0000', households: 1612 });
    // 2,013.19 万元, summed in fen before it is shown in 万元.
    const { text } = await service.get('/v1/overview?divisionCode=140423&groupBy=county&format=csv&unit=wan');
    expect(text).toContain('2013.19');
    // Not one fen more can be paid than came from each.
    expect(said(await city.pay('county', 'road', '28400.01', 'county-grant', 'county-own'))).toBe(
      '422 rule-refused R08',
    );
    expect(said(await city.pay('county', 'road', '28400.00', 'county-grant', 'county-own'))).toBe('201');
  });

  it('Luzhou district 2023: 60 compounds, 5,300 households, 387,200 m², 20,100.00万', async () => {
    for (let number = 1; number <= 60; number++) {
      const id = `lz-${String(number).padStart(2, '0')}`;
      // 20 × 89 + 40 × 88 = 5,300; 59 × 6,453.33 + 6,453.53 = 387,200.00; 60 × 3,350,000.00 = 201,000,000.00.
      const households = number <= 20 ? 89 : 88;
      const floorAreaM2 = number === 60 ? '6453.53' : '6453.33';
      await city.compound(id, { name: `潞州区演示小区${number}`, declared: { households, floorAreaM2 } });
      await city.scheme(id, id, { planYear: 2023, centralPlan: false });
      await city.budget(id, [{ lineId: 'road', workItem: 'road', amount: '3350000.00' }]);
    }
    const figures = { compounds: 60, households: 5300, floorAreaM2: '387200.00', schemes: 60, budget: '201000000.00' };
    const { body } = await service.get('/v1/overview?divisionCode=140403&groupBy=county');
    expect(body.items).toEqual([expect.objectContaining({ key: '140403', ...figures, fundingGap: '201000000.00' })]);
    expect(body.total).toMatchObject(figures);
    const { body: byYear } = await service.get('/v1/overview?divisionCode=140403&groupBy=year');
    expect(byYear.items).toEqual([expect.objectContaining({ key: '2023', ...figures })]);
    const { body: byCompound } = await service.get('/v1/overview?divisionCode=140403&groupBy=compound');
    expect(byCompound.items).toHaveLength(60);
    expect(byCompound.total).toEqual(body.total);
    const { text } = await service.get('/v1/overview?divisionCode=140403&groupBy=county&format=csv&unit=wan');
    expect(text).toContain('20100.00');
  });
});
