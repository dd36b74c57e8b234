import { City } from '../support/city.js';
import { said } from '../support/refusals.js';
import { accepted, type Reply, TestService } from '../support/service.js';

/** Found by the model of money: reversals after which a ceiling would no longer hold, and such that were refused wrongly. */
describe('a reversal leaves every ceiling standing', () => {
  let service: TestService;
  let city: City;
  beforeEach(async () => {
    service = await TestService.open();
    city = new City(service);
    await city.approvedScheme('s1', 'c1');
  });
  afterEach(() => service.close());
  const reverse = (reply: Reply) =>
    service.post(`/v1/entries/${reply.body.eventIds[0]}/reversal`, { reason: '录入有误', occurredOn: '2026-03-01' });
  const contract = (contractNo: string, amount: string, lineId = 'L1') =>
    service.post('/v1/schemes/s1/contracts', {
      ...{ contractNo, contractor: '施工单位', lines: [{ lineId, amount }], occurredOn: '2026-01-28' },
    });
  const change = async (contractNo: string, lineId: string, amount: string) => {
    const body = { contractNo, lines: [{ lineId, amount }], reason: 'variation', documentNo: '变更1' };
    return service.post('/v1/schemes/s1/contract-changes', { ...body, occurredOn: '2026-01-29' });
  };

  it('does not take back a payment that another source has taken over', async () => {
    await city.grant('g1', '700.00');
    await city.fund('g1', 's1', '700.00');
    const cash = { source: 'resident-cash', amount: '100.00', form: 'cash', occurredOn: '2026-02-01' };
    accepted(await service.post('/v1/schemes/s1/contributions', cash));
    const paid = accepted(await city.pay('s1', 'L1', '100.00', 'resident-cash'));
    const takenOver = await service.post('/v1/schemes/s1/fund-substitutions', {
      ...{ lineId: 'L1', from: { source: 'resident-cash' }, to: { source: 'central-grant', reference: 'g1' } },
      ...{ amount: '60.00', documentNo: '归垫1', occurredOn: '2026-02-10' },
    });
    expect(said(await reverse(paid))).toBe('422 rule-refused R08');
    accepted(await reverse(takenOver));
    accepted(await reverse(paid));
    const { body } = await service.get('/v1/schemes/s1/cost-split');
    expect(body.bySource.map(({ source, paid: net }: { source: string; paid: string }) => [source, net])).toEqual([
      ['central-grant', '0.00'],
      ['resident-cash', '0.00'],
    ]);
  });

  it('does not take a contract from under what was paid on its line, where another contract stays', async () => {
    await city.grant('g1', '700.00');
    await city.fund('g1', 's1', '700.00');
    accepted(await contract('甲', '60.00'));
    const second = accepted(await contract('乙', '40.00'));
    const paid = accepted(await city.pay('s1', 'L1', '80.00', 'central-grant', 'g1'));
    expect(said(await reverse(second))).toBe('422 rule-refused R10');
    accepted(await reverse(paid));
    accepted(await reverse(second));
  });

  it('measures a smaller contract beside a settled one by what was audited', async () => {
    await city.grant('g1', '700.00');
    await city.fund('g1', 's1', '700.00');
    accepted(await contract('甲', '100.00'));
    accepted(await contract('乙', '100.00'));
    const settled = { contractNo: '甲', lines: [{ lineId: 'L1', submitted: '100.00', audited: '50.00' }] };
    accepted(await service.post('/v1/schemes/s1/contract-settlements', { ...settled, occurredOn: '2026-01-30' }));
    accepted(await city.pay('s1', 'L1', '120.00', 'central-grant', 'g1'));
    // 50.00 audited + 100.00 − 30.01 < 120.00 paid
    expect(said(await change('乙', 'L1', '-30.01'))).toBe('422 rule-refused R10');
    accepted(await change('乙', 'L1', '-30.00'));
  });

  it('lets a line go that only a reversed change had brought into a contract', async () => {
    await city.grant('g1', '700.00');
    await city.fund('g1', 's1', '700.00');
    accepted(await contract('甲', '60.00'));
    accepted(await reverse(await change('甲', 'L2', '10.00')));
    // L2 is a line without a contract again: its own amount is the ceiling.
    accepted(await city.pay('s1', 'L2', '500.00', 'central-grant', 'g1'));
  });

  it('names a reversed contract as reversed, not as one without the line', async () => {
    await city.grant('g1', '700.00');
    await city.fund('g1', 's1', '700.00');
    accepted(await reverse(await contract('甲', '60.00')));
    const paid = await city.pay('s1', 'L1', '10.00', 'central-grant', 'g1', { contractNo: '甲' });
    expect(said(paid)).toBe('409 already-reversed');
  });

  it('takes back the earlier of two raises of a child grant: a decomposition is a ceiling, not an amendment', async () => {
    await city.grant('p', '500.00', { level: 'city' });
    const down = (amount: string) =>
      service.post('/v1/grants/p/decompositions', {
        ...{
          divisionCode: '140403',
          amount,
          documentNo: '长财〔2026〕20号',
          childGrantId: 'k',
          occurredOn: '2026-02-01',
        },
      });
    const first = accepted(await down('10.00'));
    const raised = accepted(await down('20.00'));
    accepted(await down('30.00'));
    expect(said(await reverse(first))).toBe('409 dependent-entries');
    accepted(await reverse(raised));
    expect((await service.get('/v1/grants/k')).body).toMatchObject({ awarded: '40.00', available: '40.00' });
    expect((await service.get('/v1/grants/p')).body).toMatchObject({ decomposed: '40.00', available: '460.00' });
  });
});
