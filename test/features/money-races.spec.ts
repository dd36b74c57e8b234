import { City } from '../support/city.js';
import { expectRefused, said } from '../support/refusals.js';
import { accepted, type Person, type Reply, TestService } from '../support/service.js';

type Fields = Record<string, unknown>;
const reversal = { reason: '录入有误', occurredOn: '2026-03-01' };

describe('money that many reach for at once, and dates and keys that stay refused', () => {
  let service: TestService;
  let city: City;
  beforeEach(async () => {
    service = await TestService.open();
    city = new City(service);
    await city.approvedScheme('s', 'c');
  });
  afterEach(() => service.close());
  const reverse = ({ body }: Reply, leg = 0, key?: string) =>
    service.post(`/v1/entries/${body.eventIds[leg]}/reversal`, reversal, key === undefined ? {} : { key });
  const zero = async () => {
    const { body } = await service.get('/v1/ledger/trial-balance');
    expect(body.books.map(({ sum }: Fields) => sum)).toEqual(['0.00', '0.00', '0.00', '0.00']);
  };
  /** The boss asks, an approver of the county grants. */
  const closed = async (through: string, second: Person = 'luzhouBoss') => {
    const asked = await service.post('/v1/periods/140403/close', { through, reason: '月结' }, { as: 'boss' });
    expect(asked.status).toBe(202);
    return accepted(await service.post(`/v1/approvals/${asked.body.approvalId}/grant`, {}, { as: second }));
  };

  it('gives 60.00 of a grant of 100.00 to exactly one of fifty schemes that ask at once', async () => {
    await city.grant('g', '100.00', { level: 'county' });
    const schemes = Array.from({ length: 50 }, (_, index) => `s${index}`);
    for (const schemeId of schemes) await city.scheme(schemeId, 'c');
    const body = (schemeId: string) => ({ schemeId, amount: '60.00', occurredOn: '2026-01-25' });
    const replies = await Promise.all(
      schemes.map((schemeId) => service.post('/v1/grants/g/allocations', body(schemeId), { key: `to-${schemeId}` })),
    );
    const taken = replies.filter(({ status }) => status === 201);
    expect(taken).toHaveLength(1);
    for (const reply of replies) if (reply.status !== 201) expectRefused(reply, 'R09');
    expect((await service.get('/v1/grants/g')).body).toMatchObject({ allocated: '60.00', available: '40.00' });
    // 40.00 are left, and not a fen more.
    const rest = { schemeId: 's', amount: '40.01', occurredOn: '2026-01-25' };
    expect(said(await service.post('/v1/grants/g/allocations', rest))).toBe('422 rule-refused R09');
    accepted(await service.post('/v1/grants/g/allocations', { ...rest, amount: '40.00' }));
    const { body: decisions } = await service.get('/v1/decisions?rule=R09&outcome=refused&stream=grant-g&limit=500');
    expect(decisions.items).toHaveLength(50);
    const committed = await Promise.all(
      schemes.map(async (schemeId) => (await service.get(`/v1/schemes/${schemeId}/cost-split`)).body.total.committed),
    );
    expect(committed.sort().reverse().slice(0, 2)).toEqual(['60.00', '0.00']);
    await zero();
  });

  it('sends what is allocated once, however many send it at the same time', async () => {
    await city.grant('g', '100.00', { level: 'county' });
    const sent = { schemeId: 's', amount: '60.00', occurredOn: '2026-01-25' };
    accepted(await service.post('/v1/grants/g/allocations', { ...sent, amount: '100.00' }));
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => service.post('/v1/grants/g/disbursements', { ...sent, voucherNo: '拨-1' })),
    );
    expect(replies.map(said).sort()).toEqual(['201', ...Array<string>(7).fill('422 rule-refused R09')]);
    expect((await service.get('/v1/schemes/s/cost-split')).body.total.received).toBe('60.00');
    await zero();
  });

  it('spends the last of a pool once, and returns it or spends it but never both', async () => {
    await city.grant('g', '100.00');
    await city.fund('g', 's', '100.00');
    const back = { source: 'central-grant', reference: 'g', amount: '100.00', reason: '退', occurredOn: '2026-02-01' };
    const replies = await Promise.all([
      ...Array.from({ length: 4 }, () => city.pay('s', 'L1', '100.00', 'central-grant', 'g')),
      ...Array.from({ length: 4 }, () => service.post('/v1/schemes/s/fund-returns', back)),
    ]);
    expect(replies.map(said).sort()).toEqual(['201', ...Array<string>(7).fill('422 rule-refused R08')]);
    expect((await service.get('/v1/schemes/s/cost-split')).body.total.available).toBe('0.00');
    await zero();
  });

  it('lets one of two reversals at once through, whichever leg of a crossing each names', async () => {
    await city.grant('g', '100.00');
    const sent = await city.fund('g', 's', '100.00');
    const both = await Promise.all([reverse(sent, 0), reverse(sent, 1), reverse(sent, 0), reverse(sent, 1)]);
    expect(both.map(said).sort()).toEqual(['201', ...Array<string>(3).fill('409 already-reversed')]);
    expect((await service.get('/v1/grants/g')).body).toMatchObject({ allocated: '100.00', disbursed: '0.00' });
    expect((await service.get('/v1/schemes/s/cost-split')).body.total.received).toBe('0.00');
    const { body } = await service.get('/v1/events?type=EntryReversed');
    expect(body.items.map(({ subject }: Fields) => subject)).toEqual(['scheme-s', 'grant-g']);
    await zero();
  });

  it('reverses a receipt or spends it, never both', async () => {
    await city.grant('g', '100.00');
    const sent = await city.fund('g', 's', '100.00');
    const [gone, paid] = await Promise.all([reverse(sent), city.pay('s', 'L1', '0.01', 'central-grant', 'g')]);
    expect([gone.status, paid.status].sort()).toEqual([201, 422]);
    await zero();
  });

  it('refuses a reversal that would overdraw and says why: rule, clause, what is asked and what is there', async () => {
    await city.grant('g', '100.00');
    const sent = await city.fund('g', 's', '100.00');
    accepted(await city.pay('s', 'L1', '30.00', 'central-grant', 'g'));
    const refused = await reverse(sent);
    expectRefused(refused, 'R08');
    expect(refused.body.detail).toMatch(/100\.00/);
    expect(refused.body.detail).toMatch(/70\.00/);
    const { body } = await service.get('/v1/decisions?rule=R08&outcome=refused');
    expect(body.items).toEqual([expect.objectContaining({ stream: 'scheme-s', code: 'rule-refused', rule: 'R08' })]);
    expect((await service.get('/v1/schemes/s/cost-split')).body.total).toMatchObject({
      ...{ received: '100.00', paid: '30.00', available: '70.00' },
    });
    await zero();
  });

  it('takes no fact dated in a closed period, on any stream of the division, and takes the next day', async () => {
    await city.grant('g', '1000.00', { divisionCode: '140403' });
    await city.fund('g', 's', '200.00');
    const paid = accepted(await city.pay('s', 'L1', '100.00', 'central-grant', 'g', { paymentId: 'p' }));
    await closed('2026-03-31');
    const bodies: [path: string, body: Fields][] = [
      ['/v1/grants/g/allocations', { schemeId: 's', amount: '2.00' }],
      ['/v1/grants/g/allocation-withdrawals', { schemeId: 's', amount: '1.00', reason: '调' }],
      ['/v1/grants/g/disbursements', { schemeId: 's', amount: '1.00', voucherNo: '拨' }],
      ['/v1/grants/g/amendments', { amount: '1000.00', reason: '调', documentNo: '文' }],
      ['/v1/grants/g/returns', { amount: '1.00', documentNo: '文' }],
      ['/v1/schemes/s/pledges', { source: 'resident-cash', amount: '1.00' }],
      ['/v1/schemes/s/contributions', { source: 'resident-cash', amount: '1.00', form: 'cash' }],
      ['/v1/schemes/s/payment-refunds', { paymentId: 'p', amount: '1.00', reason: '退' }],
      ['/v1/schemes/s/fund-returns', { source: 'central-grant', reference: 'g', amount: '1.00', reason: '退' }],
      ['/v1/schemes/s/contracts', { contractNo: '甲', contractor: '乙', lines: [{ lineId: 'L1', amount: '200.00' }] }],
      [`/v1/entries/${paid.body.eventIds[0]}/reversal`, { reason: '错' }],
    ];
    for (const [path, body] of bodies) {
      const late = await service.post(path, { ...body, occurredOn: '2026-03-31' });
      expect([path, said(late)]).toEqual([path, '409 period-closed']);
    }
    for (const [path, body] of bodies) {
      const next = await service.post(path, { ...body, occurredOn: '2026-04-01' });
      // The refund of 1.00 stands on the payment by now: the payment is not reversed, and not for its date.
      expect([path, said(next)]).toEqual([path, path.endsWith('reversal') ? '409 dependent-entries' : '201']);
    }
    await zero();
  });

  it('checks the closed period of both sides of a crossing at its first leg', async () => {
    await city.grant('g', '100.00');
    accepted(
      await service.post('/v1/grants/g/allocations', { schemeId: 's', amount: '90.00', occurredOn: '2026-01-25' }),
    );
    await closed('2026-03-31');
    const send = { schemeId: 's', amount: '10.00', voucherNo: '拨', occurredOn: '2026-03-31' };
    expect(said(await service.post('/v1/grants/g/disbursements', send))).toBe('409 period-closed');
    // The allocation is the city's own fact: its books are open.
    const more = { schemeId: 's', amount: '10.00', occurredOn: '2026-03-31' };
    expect(said(await service.post('/v1/grants/g/allocations', more))).toBe('201');
    accepted(await service.post('/v1/grants/g/disbursements', { ...send, occurredOn: '2026-04-01' }));
  });

  it('orders a close and the facts that race with it by position: what came later is refused or an adjustment', async () => {
    await city.grant('g', '1000.00');
    await city.fund('g', 's', '500.00');
    const asked = await service.post(
      '/v1/periods/140403/close',
      { through: '2026-03-31', reason: '月结' },
      { as: 'boss' },
    );
    const grant = service.post(`/v1/approvals/${asked.body.approvalId}/grant`, {}, { as: 'luzhouBoss' });
    const racing = Array.from({ length: 12 }, (_, index) =>
      city.pay('s', 'L1', '10.00', 'central-grant', 'g', { paymentId: `p${index}`, occurredOn: '2026-03-31' }),
    );
    const replies = await Promise.all(racing);
    accepted(await grant);
    for (const reply of replies) expect(['201', '409 period-closed']).toContain(said(reply));
    const { body } = await service.get('/v1/periods/140403');
    const [close] = body.closes;
    const late = replies.filter(({ status, body: { position } }) => status === 201 && position > close.position);
    expect(body.adjustments.map(({ eventId }: Fields) => eventId).sort()).toEqual(
      late.map((reply) => reply.body.eventIds[0]).sort(),
    );
    expect(close.sealed).toMatchObject({ closePosition: close.position, trialBalanceHash: expect.any(String) });
    await zero();
  });

  it('keeps a refusal under its key after its cause is gone, and across a restart; another key is tried anew', async () => {
    await city.grant('g', '100.00', { level: 'county' });
    const body = { schemeId: 's', amount: '160.00', occurredOn: '2026-01-25' };
    const refused = await service.post('/v1/grants/g/allocations', body, { key: 'k' });
    expectRefused(refused, 'R09');
    const more = { amount: '200.00', reason: '追加', documentNo: '长财〔2026〕3号', occurredOn: '2026-01-26' };
    accepted(await service.post('/v1/grants/g/amendments', more));
    for (const restarted of [false, true]) {
      if (restarted) await service.restart();
      const again = await service.post('/v1/grants/g/allocations', body, { key: 'k' });
      expectRefused(again, 'R09');
      expect(again.headers['idempotent-replayed']).toBe('true');
    }
    expect(said(await service.post('/v1/grants/g/allocations', { ...body, amount: '1.00' }, { key: 'k' }))).toBe(
      '422 idempotency-key-reused',
    );
    expect(said(await service.post('/v1/grants/g/allocations', body, { key: 'k2' }))).toBe('201');
  });

  it('keeps the refusal of a reversal and of a closed period under their keys too', async () => {
    await city.grant('g', '100.00');
    const sent = await city.fund('g', 's', '100.00');
    const paid = accepted(await city.pay('s', 'L1', '100.00', 'central-grant', 'g'));
    expect(said(await reverse(sent, 0, 'r'))).toBe('422 rule-refused R08');
    await closed('2026-02-28');
    const late = { source: 'resident-cash', amount: '1.00', form: 'cash', occurredOn: '2026-02-28' };
    const contribute = () => service.post('/v1/schemes/s/contributions', late, { key: 'late' });
    expect(said(await contribute())).toBe('409 period-closed');
    const asked = await service.post(
      '/v1/periods/140403/reopen',
      { through: '2026-02-28', reason: '更正' },
      { as: 'boss' },
    );
    accepted(await service.post(`/v1/approvals/${asked.body.approvalId}/grant`, {}, { as: 'luzhouBoss' }));
    accepted(await reverse(paid));
    expect(said(await reverse(sent, 0, 'r'))).toBe('422 rule-refused R08');
    expect(said(await contribute())).toBe('409 period-closed');
    expect(said(await reverse(sent, 0, 'r2'))).toBe('201');
    await zero();
  });
});
