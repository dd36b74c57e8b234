import { City } from '../support/city.js';
import { accepted, TestService } from '../support/service.js';

describe('a grant is distributed by the factor method, proposed by one person and granted by another', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await TestService.open();
    await new City(service).grant('pool', '30000000.00', { level: 'provincial', programme: undefined });
  });
  afterAll(() => service.close());
  const factors = [
    { name: 'area', weight: '0.40' },
    { name: 'households', weight: '0.40' },
    { name: 'buildings', weight: '0.10' },
    { name: 'compounds', weight: '0.10' },
  ];
  const recipient = (
    divisionCode: string,
    coefficient: string,
    [area, households, buildings, compounds]: string[],
  ) => ({
    divisionCode,
    childGrantId: `child-${divisionCode}`,
    coefficient,
    values: { area, households, buildings, compounds },
  });
  // 3-calculations.md §4, the published example.
  const body = {
    method: 'factor',
    factors,
    recipients: [
      recipient('140403', '1.00', ['38.72', '5300', '160', '60']),
      recipient('140404', '1.20', ['14.24', '1340', '59', '44']),
      recipient('140406', '1.10', ['9.50', '1100', '40', '15']),
    ],
    documentNo: '长财综〔2026〕3号',
    occurredOn: '2026-02-01',
  };

  it('refuses weights that do not sum to one, a missing value and a county outside', async () => {
    const lighter = [...factors.slice(1), { name: 'area', weight: '0.39' }];
    expect((await service.post('/v1/grants/pool/distributions', { ...body, factors: lighter })).body.code).toBe(
      'factor-weights',
    );
    const outside = [{ ...body.recipients[0], divisionCode: '1501', childGrantId: 'x' }];
    expect((await service.post('/v1/grants/pool/distributions', { ...body, recipients: outside })).body.code).toBe(
      'wrong-division',
    );
    const missing = [{ ...body.recipients[0], values: { area: '1' } }];
    expect((await service.post('/v1/grants/pool/distributions', { ...body, recipients: missing })).status).toBe(400);
  });

  it('waits for the second person, and then gives every county its published share to the fen', async () => {
    const asked = await service.post('/v1/grants/pool/distributions', body);
    expect(asked.status).toBe(202);
    expect((await service.get('/v1/grants/pool')).body.decomposed).toBe('0.00');
    const done = accepted(await service.post(`/v1/approvals/${asked.body.approvalId}/grant`, {}, { as: 'boss' }));
    expect(done.body.eventIds).toHaveLength(6);
    const { body: pool } = await service.get('/v1/grants/pool');
    expect(pool.children).toEqual([
      { grantId: 'child-140403', amount: '17985865.40' },
      { grantId: 'child-140404', amount: '7469735.09' },
      { grantId: 'child-140406', amount: '4544399.51' },
    ]);
    expect([pool.decomposed, pool.available]).toEqual(['30000000.00', '0.00']);
    expect((await service.get('/v1/grants/child-140404')).body).toMatchObject({
      awarded: '7469735.09',
      documentNo: '长财综〔2026〕3号',
    });
  });
});
