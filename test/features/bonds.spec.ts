import { City } from '../support/city.js';
import { accepted, TestService } from '../support/service.js';

describe('a special bond is issued, sent to schemes and served', () => {
  let service: TestService;
  let city: City;
  const at = { occurredOn: '2026-02-01' };
  beforeAll(async () => {
    service = await TestService.open();
    city = new City(service);
    await city.compound('c1');
    await city.scheme('s1', 'c1');
    await city.budget('s1', [
      { lineId: 'L1', workItem: 'parking', amount: '60000000.00' },
      { lineId: 'L2', workItem: 'road', amount: '100.00' },
      { lineId: 'L3', workItem: 'water-and-drainage', amount: '100.00' },
    ]);
    await city.approve('s1');
    const bond = {
      bondId: 'b1',
      name: '2026年专项债一期',
      divisionCode: '1404',
      principal: '50000000.00',
      couponRate: '0.0188',
      termYears: 10,
      valueDate: '2026-01-15',
      paymentsPerYear: 1,
      repayment: 'bullet',
      occurredOn: '2026-01-15',
    };
    accepted(await service.post('/v1/bonds', bond));
  });
  afterAll(() => service.close());

  it('has the published schedule: 94.00万 a year on 5,000.00万 at 1.88 %', async () => {
    const { body } = await service.get('/v1/bonds/b1');
    expect(body.periods).toHaveLength(10);
    expect(body.periods[0]).toEqual({
      dueOn: '2027-01-15',
      interest: '940000.00',
      principal: '0.00',
      outstanding: '50000000.00',
    });
    expect(body.totalDebtService).toBe('59400000.00');
  });

  it('tells how well the project carries it', async () => {
    const years = [{ year: 2027, income: '80000000.00', cost: '8000000.00' }];
    accepted(await service.post('/v1/bonds/b1/revenue-forecasts', { years, ...at }));
    const { body } = await service.get('/v1/bonds/b1');
    // (80,000,000 − 8,000,000) ÷ 59,400,000 = 1.21212…; 8 ÷ 80 = 0.1
    expect([body.debtServiceCoverage, body.costRatio]).toEqual(['1.2121', '0.1000']);
  });

  it('is allocated to the last fen and not one more, and its money is spent at the scheme', async () => {
    accepted(await service.post('/v1/bonds/b1/allocations', { schemeId: 's1', amount: '50000000.00', ...at }));
    const more = await service.post('/v1/bonds/b1/allocations', { schemeId: 's1', amount: '0.01', ...at });
    expect([more.status, more.body.rule]).toEqual([422, 'R09']);
    const sent = accepted(
      await service.post('/v1/bonds/b1/disbursements', {
        schemeId: 's1',
        amount: '20000000.00',
        voucherNo: '拨-1',
        ...at,
      }),
    );
    expect(sent.body.eventIds).toHaveLength(2);
    accepted(await city.pay('s1', 'L1', '20000000.00', 'special-bond', 'b1'));
    const { body } = await service.get('/v1/bonds/b1');
    expect(body).toMatchObject({
      allocated: '50000000.00',
      disbursed: '20000000.00',
      paid: '20000000.00',
      available: '0.00',
    });
    const running = await city.pay('s1', 'L1', '0.01', 'special-bond', 'b1', { nature: 'operation' });
    expect([running.status, running.body.rule]).toEqual([422, 'R18']);
  });

  it('pays its interest on days of its schedule, never more than is due', async () => {
    const path = '/v1/bonds/b1/interest-payments';
    expect((await service.post(path, { amount: '1.00', dueOn: '2027-01-14' })).body.code).toBe('schedule-mismatch');
    accepted(await service.post(path, { amount: '939999.99', dueOn: '2027-01-15', occurredOn: '2027-01-20' }));
    expect((await service.post(path, { amount: '0.02', dueOn: '2027-01-15' })).body.code).toBe('schedule-mismatch');
    accepted(await service.post(path, { amount: '0.01', dueOn: '2027-01-15' }));
    expect((await service.get('/v1/bonds/b1')).body.interestPaid).toBe('940000.00');
    const { body } = await service.get('/v1/ledger/trial-balance');
    expect(body.books.map(({ sum }: { sum: string }) => sum)).toEqual(['0.00', '0.00', '0.00', '0.00']);
  });

  it('warns of in-building work, which takes a second person', async () => {
    const refused = await service.post('/v1/bonds/b1/allocation-withdrawals', {
      schemeId: 's1',
      amount: '30000000.01',
      reason: '调整',
      ...at,
    });
    expect([refused.status, refused.body.rule]).toEqual([422, 'R09']);
    accepted(
      await service.post('/v1/bonds/b1/allocation-withdrawals', {
        schemeId: 's1',
        amount: '30000000.00',
        reason: '调整',
        ...at,
      }),
    );
    const inside = { schemeId: 's1', amount: '100.00', costArea: 'in-building', ...at };
    const warned = await service.post('/v1/bonds/b1/allocations', inside);
    expect([warned.status, warned.body.code, warned.body.rules]).toEqual([422, 'needs-override', ['R03']]);
    const asked = await service.post('/v1/bonds/b1/allocations', {
      ...inside,
      override: { rules: ['R03'], reason: '市政府专题会议纪要' },
    });
    expect(asked.status).toBe(202);
    accepted(await service.post(`/v1/approvals/${asked.body.approvalId}/grant`, {}, { as: 'boss' }));
    expect((await service.get('/v1/bonds/b1')).body.allocated).toBe('20000100.00');
  });
});
