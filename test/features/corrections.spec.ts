import { City } from '../support/city.js';
import { accepted, TestService } from '../support/service.js';

const reversal = { reason: '录入有误', occurredOn: '2026-03-01' };

describe('what was recorded wrongly is reversed, once, and only while everything else still holds', () => {
  let service: TestService;
  let city: City;
  beforeEach(async () => {
    service = await TestService.open();
    city = new City(service);
    await city.approvedScheme('s1', 'c1');
    await city.grant('g1', '2000.00');
  });
  afterEach(() => service.close());
  const split = async () => (await service.get('/v1/schemes/s1/cost-split')).body;
  const books = async () =>
    (await service.get('/v1/ledger/trial-balance')).body.books as { book: string; sum: string }[];

  it('reverses a payment and nothing is paid', async () => {
    await city.fund('g1', 's1', '700.00');
    const paid = accepted(await city.pay('s1', 'L1', '100.00', 'central-grant', 'g1'));
    const [eventId] = paid.body.eventIds as string[];
    accepted(await service.post(`/v1/entries/${eventId}/reversal`, reversal));
    expect((await split()).total).toMatchObject({ paid: '0.00', received: '700.00', available: '700.00' });
    expect((await service.post(`/v1/entries/${eventId}/reversal`, reversal)).body.code).toBe('already-reversed');
    expect((await books()).map(({ sum }) => sum)).toEqual(['0.00', '0.00', '0.00', '0.00']);
  });

  it('reverses both legs of a disbursement, whichever is named, and decides it where the money now is', async () => {
    const sent = await city.fund('g1', 's1', '700.00');
    const [left, arrived] = sent.body.eventIds as string[];
    const paid = accepted(await city.pay('s1', 'L1', '100.00', 'central-grant', 'g1'));
    // 100.00 of the 700.00 are paid: the money is no longer all there to go back.
    const refused = await service.post(`/v1/entries/${left}/reversal`, reversal);
    expect([refused.status, refused.body.rule]).toEqual([422, 'R08']);
    accepted(await service.post(`/v1/entries/${paid.body.eventIds[0]}/reversal`, reversal));
    const reversed = accepted(await service.post(`/v1/entries/${arrived}/reversal`, reversal));
    expect(reversed.body.eventIds).toHaveLength(2);
    expect((await service.get('/v1/grants/g1')).body).toMatchObject({ allocated: '700.00', disbursed: '0.00' });
    expect((await split()).total).toMatchObject({ received: '0.00', committed: '700.00' });
    expect((await service.post(`/v1/entries/${left}/reversal`, reversal)).body.code).toBe('already-reversed');
  });

  it('lets exactly one of two reversals at once through', async () => {
    await city.fund('g1', 's1', '700.00');
    const paid = accepted(await city.pay('s1', 'L1', '100.00', 'central-grant', 'g1'));
    const path = `/v1/entries/${paid.body.eventIds[0]}/reversal`;
    const replies = await Promise.all([service.post(path, reversal), service.post(path, reversal)]);
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it('tells what still stands on it, newest first', async () => {
    const pledge = { pledgeId: 'p1', source: 'resident-cash', amount: '50.00', occurredOn: '2026-02-01' };
    const promised = accepted(await service.post('/v1/schemes/s1/pledges', pledge));
    const cash = { source: 'resident-cash', amount: '20.00', form: 'cash', pledgeId: 'p1', occurredOn: '2026-02-02' };
    const first = accepted(await service.post('/v1/schemes/s1/contributions', cash));
    const second = accepted(await service.post('/v1/schemes/s1/contributions', cash));
    const refused = await service.post(`/v1/entries/${promised.body.eventIds[0]}/reversal`, reversal);
    expect(refused.body).toMatchObject({
      status: 409,
      code: 'dependent-entries',
      eventIds: [second.body.eventIds[0], first.body.eventIds[0]],
    });
  });

  it('does not reverse what has no amount, before its date, or what is not there', async () => {
    const { body } = await service.get('/v1/events?type=SchemeApproved');
    expect((await service.post(`/v1/entries/${body.items[0].id}/reversal`, reversal)).body.code).toBe('not-reversible');
    await city.fund('g1', 's1', '700.00');
    const paid = accepted(await city.pay('s1', 'L1', '100.00', 'central-grant', 'g1'));
    const early = await service.post(`/v1/entries/${paid.body.eventIds[0]}/reversal`, {
      ...reversal,
      occurredOn: '2026-01-31',
    });
    expect(early.body.code).toBe('date-order');
    expect((await service.post('/v1/entries/nothing/reversal', reversal)).body.code).toBe('entry-not-found');
  });

  it('amends in one call: the old fact is reversed and the new one stands', async () => {
    await city.fund('g1', 's1', '700.00');
    const paid = accepted(await city.pay('s1', 'L1', '100.00', 'central-grant', 'g1'));
    const replacement = {
      lineId: 'L1',
      amount: '90.00',
      payee: '施工单位',
      voucherNo: '付-2',
      from: [{ source: 'central-grant', reference: 'g1', amount: '90.00' }],
      occurredOn: '2026-03-01',
    };
    const path = `/v1/entries/${paid.body.eventIds[0]}/amendment`;
    const amended = accepted(await service.post(path, { ...reversal, replacement }, { key: 'amend-1' }));
    expect(amended.body.eventIds).toHaveLength(2);
    expect((await split()).total.paid).toBe('90.00');
    expect((await service.post(path, { ...reversal, replacement }, { key: 'amend-1' })).text).toBe(amended.text);
  });

  it('records neither half of an amendment whose replacement is refused', async () => {
    await city.fund('g1', 's1', '700.00');
    const paid = accepted(await city.pay('s1', 'L1', '100.00', 'central-grant', 'g1'));
    const replacement = {
      lineId: 'L1',
      amount: '700.01',
      payee: '施工单位',
      voucherNo: '付-2',
      from: [{ source: 'central-grant', reference: 'g1', amount: '700.01' }],
      occurredOn: '2026-03-01',
    };
    const refused = await service.post(`/v1/entries/${paid.body.eventIds[0]}/amendment`, { ...reversal, replacement });
    expect([refused.status, refused.body.rule]).toEqual([422, 'R08']);
    expect((await split()).total.paid).toBe('100.00');
  });

  it('sends money back to its grant, and the grant has it again', async () => {
    await city.fund('g1', 's1', '700.00');
    const back = {
      source: 'central-grant',
      reference: 'g1',
      amount: '300.00',
      reason: '工程核减',
      occurredOn: '2026-03-01',
    };
    const returned = accepted(await service.post('/v1/schemes/s1/fund-returns', back));
    expect(returned.body.eventIds).toHaveLength(2);
    expect((await service.get('/v1/grants/g1')).body.disbursed).toBe('400.00');
    const tooMuch = await service.post('/v1/schemes/s1/fund-returns', { ...back, amount: '400.01' });
    expect([tooMuch.status, tooMuch.body.rule]).toEqual([422, 'R08']);
    accepted(await service.post(`/v1/entries/${returned.body.eventIds[0]}/reversal`, reversal));
    expect((await service.get('/v1/grants/g1')).body.disbursed).toBe('700.00');
    expect((await books()).map(({ sum }) => sum)).toEqual(['0.00', '0.00', '0.00', '0.00']);
  });

  it('amends a disbursement on both sides at once, or on neither where the new one is refused', async () => {
    const sent = await city.fund('g1', 's1', '700.00');
    const [left, arrived] = sent.body.eventIds as string[];
    const replacement = { schemeId: 's1', amount: '700.01', voucherNo: '拨-2', occurredOn: '2026-03-01' };
    const amend = (eventId: string, amount: string, key: string) =>
      service.post(
        `/v1/entries/${eventId}/amendment`,
        { ...reversal, replacement: { ...replacement, amount } },
        { key },
      );
    // 700.00 is allocated: one fen more is refused, and the first disbursement stands.
    for (const replayed of [undefined, 'true']) {
      const refused = await amend(left!, '700.01', 'too-much');
      expect([refused.status, refused.body.rule]).toEqual([422, 'R09']);
      expect(refused.headers['idempotent-replayed']).toBe(replayed);
    }
    expect((await split()).total).toMatchObject({ received: '700.00' });
    const dry = await service.post(`/v1/entries/${left}/amendment?dryRun=true`, {
      ...reversal,
      replacement: { ...replacement, amount: '650.00' },
    });
    expect([dry.status, dry.body.events.map(({ type }: { type: string }) => type)]).toEqual([
      200,
      ['EntryReversed', 'EntryReversed', 'GrantDisbursed'],
    ]);
    // Named by the leg that arrived, it is amended where it was sent.
    const amended = accepted(await amend(arrived!, '650.00', 'right'));
    expect(amended.body.eventIds).toHaveLength(4);
    expect((await amend(arrived!, '650.00', 'right')).text).toBe(amended.text);
    expect((await split()).total).toMatchObject({ received: '650.00', committed: '700.00' });
    expect((await service.get('/v1/grants/g1')).body).toMatchObject({ allocated: '700.00', disbursed: '650.00' });
  });

  it('keeps a refused amendment refused under its key', async () => {
    await city.fund('g1', 's1', '700.00');
    const paid = accepted(await city.pay('s1', 'L1', '100.00', 'central-grant', 'g1'));
    const from = [{ source: 'central-grant', reference: 'g1', amount: '700.01' }];
    const replacement = {
      lineId: 'L1',
      amount: '700.01',
      payee: '施工单位',
      voucherNo: '付-2',
      from,
      occurredOn: '2026-03-01',
    };
    const path = `/v1/entries/${paid.body.eventIds[0]}/amendment`;
    const ask = () => service.post(path, { ...reversal, replacement }, { key: 'refused' });
    expect((await ask()).body.rule).toBe('R08');
    // Another 1,300.00 would cover it now; under its key it stays refused.
    await city.fund('g1', 's1', '300.00');
    const again = await ask();
    expect([again.body.rule, again.headers['idempotent-replayed']]).toEqual(['R08', 'true']);
    expect((await split()).total.paid).toBe('100.00');
  });

  it('waits as a whole for a second person where the new fact does, and is then recorded as a whole', async () => {
    const cash = { source: 'social-capital', amount: '20.00', form: 'cash', occurredOn: '2026-02-02' };
    const first = accepted(await service.post('/v1/schemes/s1/contributions', cash));
    const path = `/v1/entries/${first.body.eventIds[0]}/amendment`;
    const override = { rules: ['R03'], reason: '会议纪要' };
    const replacement = { ...cash, amount: '25.00', costArea: 'in-building', occurredOn: '2026-03-01', override };
    const ask = () => service.post(path, { ...reversal, replacement }, { key: 'wait' });
    const waiting = await ask();
    expect(waiting.status).toBe(202);
    expect((await split()).publicArea.received).toBe('20.00');
    accepted(await service.post(`/v1/approvals/${waiting.body.approvalId}/grant`, {}, { as: 'boss' }));
    const { publicArea, inBuilding } = await split();
    expect([publicArea.received, inBuilding.received]).toEqual(['0.00', '25.00']);
    expect([(await ask()).status, (await ask()).body.approvalId]).toEqual([202, waiting.body.approvalId]);
  });

  it('corrects upwards what is mostly spent: together both facts hold, though the old one cannot go alone', async () => {
    const cash = { source: 'social-capital', amount: '100.00', form: 'cash', occurredOn: '2026-02-02' };
    const first = accepted(await service.post('/v1/schemes/s1/contributions', cash));
    accepted(await city.pay('s1', 'L1', '90.00', 'social-capital', undefined, { occurredOn: '2026-02-10' }));
    const [eventId] = first.body.eventIds as string[];
    expect((await service.post(`/v1/entries/${eventId}/reversal`, reversal)).body.rule).toBe('R08');
    const amend = (amount: string) =>
      service.post(`/v1/entries/${eventId}/amendment`, { ...reversal, replacement: { ...cash, amount } });
    // 90.00 are paid: one fen less than that cannot be what came in.
    expect((await amend('89.99')).body.rule).toBe('R08');
    const amended = accepted(await amend('105.00'));
    expect(amended.body.contributionId).toBeDefined();
    expect((await split()).total).toMatchObject({ received: '105.00', paid: '90.00', available: '15.00' });
  });

  it('reverses a part of deposits only', async () => {
    const pledge = { pledgeId: 'p1', source: 'resident-cash', amount: '50.00', occurredOn: '2026-02-01' };
    const promised = accepted(await service.post('/v1/schemes/s1/pledges', pledge));
    const path = `/v1/entries/${promised.body.eventIds[0]}/reversal`;
    const refused = await service.post(path, { ...reversal, only: ['h1'] });
    expect([refused.status, refused.body.code, refused.body.errors[0].pointer]).toEqual([
      422,
      'not-reversible',
      '/only',
    ]);
  });
});
