import { City } from '../support/city.js';
import { accepted, TestService } from '../support/service.js';

describe('a grant is distributed by the factor method, proposed by one person and granted by another', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await TestService.open();
    await city().grant('pool', '30000000.00', { level: 'provincial', programme: undefined });
  });
  afterAll(() => service.close());
  const city = () => new City(service);
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

  const reversal = { reason: '分配有误', occurredOn: '2026-03-01' };
  const awarded = async (county: string) => (await service.get(`/v1/grants/child-${county}`)).body.awarded;
  const firstOfPool = async () => (await service.get('/v1/events?stream=grant-pool&type=GrantDecomposed')).body.items;

  it('is not reversed while one county has passed its share on, and then nothing of it is', async () => {
    await city().approvedScheme('s', 'c', { divisionCode: '140406' });
    await city().fund('child-140406', 's', '100.00', { occurredOn: '2026-02-02' });
    const [first] = await firstOfPool();
    const refused = await service.post(`/v1/entries/${first.id}/reversal`, reversal, { key: 'all' });
    // The award of the third county has an allocation and a disbursement standing on it.
    expect([refused.status, refused.body.code]).toEqual([409, 'dependent-entries']);
    expect([await awarded('140403'), await awarded('140406')]).toEqual(['17985865.40', '4544399.51']);
    const again = await service.post(`/v1/entries/${first.id}/reversal`, reversal, { key: 'all' });
    expect([again.body.code, again.headers['idempotent-replayed']]).toEqual(['dependent-entries', 'true']);
  });

  it('is reversed whole, whichever of its events is named, and the pool has everything again', async () => {
    const sent = (await service.get('/v1/events?stream=grant-child-140406&limit=500')).body.items as {
      id: string;
      type: string;
    }[];
    for (const type of ['GrantDisbursed', 'GrantAllocated']) {
      const { id } = sent.find((event) => event.type === type)!;
      accepted(await service.post(`/v1/entries/${id}/reversal`, reversal));
    }
    const arrived = sent.find((event) => event.type === 'GrantAwarded')!;
    const done = accepted(await service.post(`/v1/entries/${arrived.id}/reversal`, reversal, { key: 'whole' }));
    // Three counties, two legs each.
    expect(done.body.eventIds).toHaveLength(6);
    const { body: pool } = await service.get('/v1/grants/pool');
    expect([pool.decomposed, pool.available]).toEqual(['0.00', '30000000.00']);
    expect([await awarded('140403'), await awarded('140404'), await awarded('140406')]).toEqual([
      '0.00',
      '0.00',
      '0.00',
    ]);
    const again = await service.post(`/v1/entries/${arrived.id}/reversal`, reversal, { key: 'whole' });
    expect([again.text, again.headers['idempotent-replayed']]).toEqual([done.text, 'true']);
    const [first] = await firstOfPool();
    expect((await service.post(`/v1/entries/${first.id}/reversal`, reversal)).body.code).toBe('already-reversed');
    const { books } = (await service.get('/v1/ledger/trial-balance')).body;
    expect(books.map(({ sum }: { sum: string }) => sum)).toEqual(['0.00', '0.00', '0.00', '0.00']);
  });
});
