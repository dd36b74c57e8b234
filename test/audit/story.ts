import { City } from '../support/city.js';
import { accepted, type TestService } from '../support/service.js';

/** A compound with a scheme that is approved, funded, paid for and paid into: something of every book. */
export async function tellStory(service: TestService): Promise<City> {
  const city = new City(service);
  await city.compound('c1');
  await city.households('c1', ['80.00', '60.00']);
  await city.scheme('s1', 'c1');
  await city.budget('s1', [
    { lineId: 'L1', workItem: 'road', amount: '1000.00' },
    { lineId: 'L2', workItem: 'water-and-drainage', amount: '500.00' },
    { lineId: 'L3', workItem: 'stairs', amount: '300.00' },
  ]);
  await city.approve('s1');
  await city.grant('g1', '2000.00');
  await city.fund('g1', 's1', '700.00');
  const contract = { contractNo: '施-1 号', contractor: '施工单位', lines: [{ lineId: 'L1', amount: '900.00' }] };
  accepted(await service.post('/v1/schemes/s1/contracts', { ...contract, occurredOn: '2026-01-26' }));
  const pledge = { pledgeId: 'p1', source: 'resident-cash', amount: '150.00', costArea: 'in-building' };
  accepted(
    await service.post('/v1/schemes/s1/pledges', {
      ...pledge,
      payer: { householdId: 'h01' },
      occurredOn: '2026-01-27',
    }),
  );
  const cash = { source: 'resident-cash', amount: '90.01', form: 'cash', costArea: 'in-building', pledgeId: 'p1' };
  accepted(
    await service.post('/v1/schemes/s1/contributions', {
      ...cash,
      payer: { householdId: 'h01' },
      occurredOn: '2026-01-28',
    }),
  );
  const gift = {
    source: 'enterprise-donation',
    amount: '12.34',
    form: 'goods',
    purpose: '绿化',
    costArea: 'public-area',
  };
  accepted(
    await service.post('/v1/schemes/s1/contributions', {
      ...gift,
      payer: { organisation: '某厂' },
      occurredOn: '2026-01-29',
    }),
  );
  accepted(await city.pay('s1', 'L1', '100.10', 'central-grant', 'g1'));
  return city;
}
