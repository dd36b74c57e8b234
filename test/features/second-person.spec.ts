import { City } from '../support/city.js';
import { expectNeedsOverride, expectRefused, said } from '../support/refusals.js';
import { type Person, type Reply, TestService } from '../support/service.js';

type Fields = Record<string, unknown>;
const REASON = '市政府会议纪要同意纳入';

describe('a warning is set aside by a second person', () => {
  let service: TestService;
  let city: City;
  beforeAll(async () => {
    service = await TestService.open();
    city = new City(service);
    await city.compound('late', { builtYear: 2003 });
    await city.compound('plain');
  });
  afterAll(() => service.close());

  const body = (schemeId: string, fields: Fields = {}) => ({
    ...{
      schemeId,
      compoundId: 'late',
      planYear: 2026,
      title: '改造方案',
      centralPlan: false,
      occurredOn: '2026-01-06',
    },
    ...{ override: { rules: ['R01a'], reason: REASON }, ...fields },
  });
  const ask = (schemeId: string, key?: string, fields: Fields = {}) =>
    service.post('/v1/schemes', body(schemeId, fields), key === undefined ? {} : { key });
  const decide = (reply: Reply, verdict: 'grant' | 'refuse', fields: Fields = {}, as: Person = 'boss') =>
    service.post(`/v1/approvals/${reply.body.approvalId}/${verdict}`, fields, { as });

  it('waits, is granted, and is recorded with the rule, the reason and both names', async () => {
    expectNeedsOverride(await ask('s1', 'k1-bare', { override: undefined }), 'R01a');
    const asked = await ask('s1', 'k1');
    expect(asked.status).toBe(202);
    const { approvalId } = asked.body;
    expect(asked.body).toEqual({ approvalId: expect.any(String) });
    expect(asked.headers['location']).toBe(`/v1/approvals/${approvalId}`);
    expect((await service.get('/v1/schemes/s1')).status).toBe(404);

    const waiting = await service.get(`/v1/approvals/${approvalId}`);
    expect(waiting.body).toMatchObject({
      ...{ approvalId, status: 'waiting', path: '/v1/schemes', body: body('s1'), rules: ['R01a'], reason: REASON },
      ...{ requestedBy: 'clerk', decidedBy: null, decidedAt: null, note: null, answer: null },
    });
    expect(waiting.body.requestedAt).toBe('2026-06-01T00:00:00.000Z');

    const granted = await decide(asked, 'grant', { note: '同意' });
    expect(granted.status).toBe(201);
    expect(granted.body).toMatchObject({ schemeId: 's1' });
    const { body: event } = await service.get(`/v1/events/${granted.body.eventIds[0]}`);
    expect(event).toMatchObject({ type: 'SchemeDrafted', subject: 'scheme-s1' });
    expect(event.data.override).toEqual({
      ...{ rules: ['R01a'], reason: REASON, requestedBy: 'clerk', grantedBy: 'boss', approvalId },
    });
    expect((await service.get('/v1/schemes/s1')).status).toBe(200);
    const after = await service.get(`/v1/approvals/${approvalId}`);
    expect(after.body).toMatchObject({ status: 'granted', decidedBy: 'boss', note: '同意', answer: { status: 201 } });
    expect(after.body.answer.body).toEqual(granted.body);
    const { body: decisions } = await service.get('/v1/decisions?rule=R01a&outcome=overridden');
    expect(decisions.items).toEqual([expect.objectContaining({ stream: 'scheme-s1', outcome: 'overridden' })]);
  });

  it('answers the request’s own key 202 for ever, also after the grant and a restart', async () => {
    const first = await ask('s2', 'k2');
    const again = await ask('s2', 'k2');
    expect([again.status, again.text, again.headers['idempotent-replayed']]).toEqual([202, first.text, 'true']);
    await service.get('/v1/overview');
    expect((await decide(first, 'grant')).status).toBe(201);
    const later = await ask('s2', 'k2');
    expect([later.status, later.text]).toEqual([202, first.text]);
    await service.restart();
    const restarted = await ask('s2', 'k2');
    expect([restarted.status, restarted.text]).toEqual([202, first.text]);
    expect(said(await ask('s2', 'k2', { title: '另一个' }))).toBe('422 idempotency-key-reused');
    expect(said(await ask('s2', 'k2-other'))).toBe('409 already-exists');
  });

  it('is never granted by who asked, under any key of the same name', async () => {
    const asked = await ask('s3');
    expect(said(await decide(asked, 'grant', {}, 'clerkAsBoss'))).toBe('403 same-person');
    expect(said(await decide(asked, 'refuse', { reason: '不' }, 'clerkAsBoss'))).toBe('403 same-person');
    expect(said(await decide(asked, 'grant', {}, 'clerk'))).toBe('403 forbidden');
    expect(said(await decide(asked, 'grant', {}, 'luzhouBoss'))).toBe('201');
  });

  it('is final: granted or refused once', async () => {
    const asked = await ask('s4');
    const refused = await decide(asked, 'refuse', { reason: '理由不足' });
    expect(said(refused)).toBe('201');
    expect(said(await decide(asked, 'grant'))).toBe('409 approval-decided');
    expect(said(await decide(asked, 'refuse', { reason: '再次' }))).toBe('409 approval-decided');
    expect((await service.get('/v1/schemes/s4')).status).toBe(404);
    // The request's reason stays; the refusal's stands in the note (7-rulings §7).
    const { body: approval } = await service.get(`/v1/approvals/${asked.body.approvalId}`);
    expect(approval).toMatchObject({ status: 'refused', reason: REASON, note: '理由不足', decidedBy: 'boss' });
    expect(approval.answer).toBeNull();
  });

  it('fails with the command’s own problem where the command cannot be carried out any more', async () => {
    const asked = await ask('s5');
    await city.scheme('s5', 'plain');
    const granted = await decide(asked, 'grant');
    expect(said(granted)).toBe('409 already-exists');
    const { body: approval } = await service.get(`/v1/approvals/${asked.body.approvalId}`);
    expect(approval).toMatchObject({ status: 'failed', answer: { status: 409, body: { code: 'already-exists' } } });
    // Whoever waits for it reads the failure, not the moment before.
    expect(Number(granted.headers['ledger-position'])).toBe(approval.position);
    expect(said(await decide(asked, 'grant'))).toBe('409 approval-decided');
  });

  it('replays the approver’s own key', async () => {
    const asked = await ask('s6');
    const path = `/v1/approvals/${asked.body.approvalId}/grant`;
    const first = await service.post(path, {}, { as: 'boss', key: 'grant-6' });
    const again = await service.post(path, {}, { as: 'boss', key: 'grant-6' });
    expect([again.status, again.text, again.headers['idempotent-replayed']]).toEqual([201, first.text, 'true']);
  });

  it('names all rules where an override names too few, and is ignored where nothing warns', async () => {
    await city.scheme('warned', 'plain');
    await city.budget('warned', [
      { lineId: 'road', workItem: 'road', amount: '1.00' },
      { lineId: 'lift', workItem: 'elevator', amount: '1.00' },
    ]);
    await service.post('/v1/schemes/warned/publication', { publishedOn: '2026-01-08', endsOn: '2026-01-15' });
    const owners = { total: 12, participated: 8, agreed: 5 };
    const areaM2 = { total: '1200', participated: '800', agreed: '500' };
    await service.post('/v1/schemes/warned/consultation', { closedOn: '2026-01-15', owners, areaM2 });
    const approve = (rules: readonly string[]) =>
      service.post(
        '/v1/schemes/warned/approval',
        { approvedOn: '2026-01-20', documentNo: '长住建〔2026〕1号', override: { rules, reason: REASON } },
        { as: 'boss' },
      );
    expectNeedsOverride(await approve(['R15']), 'R02', 'R15');
    const asked = await approve(['R15', 'R02']);
    expect(said(asked)).toBe('202');
    expect(said(await decide(asked, 'grant', {}, 'boss'))).toBe('403 same-person');
    expect(said(await decide(asked, 'grant', {}, 'luzhouBoss'))).toBe('201');
    expect(said(await ask('unwarned', undefined, { compoundId: 'plain' }))).toBe('201');
  });

  it('is dry-run without waiting: needsApproval', async () => {
    const reply = await service.post('/v1/schemes?dryRun=true', body('dry'), { key: null });
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({ needsApproval: true });
    expect(reply.headers['dry-run']).toBe('true');
    const { body: waiting } = await service.get('/v1/approvals?status=waiting');
    expect(waiting.items).toEqual([]);
  });

  it('keeps a refusal refused under its key, in either language', async () => {
    const bare = { ...body('s7'), override: undefined };
    const first = await service.post('/v1/schemes', bare, { key: 'k7' });
    expectNeedsOverride(first, 'R01a');
    await service.restart();
    const again = await service.post('/v1/schemes', bare, { key: 'k7', headers: { 'accept-language': 'en' } });
    expectNeedsOverride(again, 'R01a');
    expect(again.headers['idempotent-replayed']).toBe('true');
    // A refusal is a fact too: who reads of it at another replica needs its place.
    expect(Number(first.headers['ledger-position'])).toBeGreaterThan(0);
    expect(again.headers['ledger-position']).toBe(first.headers['ledger-position']);
    expect(again.body.title).not.toBe(first.body.title);
  });

  describe('asks once', () => {
    const on = (name: string, fields: Fields) =>
      service.post(`/v1/schemes/once/${name}`, { occurredOn: '2026-02-01', ...fields });
    const override = { rules: ['R03'], reason: REASON };
    const social = { source: 'social-capital', amount: '100.00', payer: { organisation: '运营公司' } };
    beforeAll(async () => {
      await city.scheme('once', 'plain');
      await city.budget('once', [
        { lineId: 'road', workItem: 'road', amount: '1000.00' },
        { lineId: 'gas', workItem: 'gas-supply', amount: '1000.00' },
        { lineId: 'stairs', workItem: 'stairs', amount: '1000.00' },
        { lineId: 'doors', workItem: 'doors-and-windows', amount: '1000.00' },
        { lineId: 'lift', workItem: 'elevator', amount: '1000.00' },
        { lineId: 'near', workItem: 'adjacent-municipal', amount: '1000.00' },
      ]);
      await city.approve('once');
    });

    it('at the promise, not again when the money arrives on it or is paid', async () => {
      const pledge = { ...social, pledgeId: 'p', costArea: 'in-building' };
      expectNeedsOverride(await on('pledges', pledge), 'R03');
      const asked = await on('pledges', { ...pledge, override });
      expect(said(await decide(asked, 'grant'))).toBe('201');
      const arrived = await on('contributions', { ...social, form: 'cash', pledgeId: 'p', costArea: 'in-building' });
      expect(said(arrived)).toBe('201');
      expect(said(await city.pay('once', 'stairs', '40.00', 'social-capital'))).toBe('201');
      expect(said(await city.pay('once', 'doors', '40.00', 'social-capital'))).toBe('201');
    });

    it('covers its own line only where it was granted with a line', async () => {
      await city.grant('once', '500.00');
      const allocation = { schemeId: 'once', amount: '200.00', lineId: 'lift', occurredOn: '2026-02-01' };
      expectNeedsOverride(await service.post('/v1/grants/once/allocations', allocation), 'R03');
      const asked = await service.post('/v1/grants/once/allocations', { ...allocation, override });
      expect(said(await decide(asked, 'grant'))).toBe('201');
      expect(said(await service.post('/v1/grants/once/allocations', { ...allocation, amount: '50.00' }))).toBe('201');
      const sent = { schemeId: 'once', amount: '250.00', costArea: 'in-building', voucherNo: '拨-1' };
      expect(said(await service.post('/v1/grants/once/disbursements', { ...sent, occurredOn: '2026-02-01' }))).toBe(
        '201',
      );
      expect(said(await city.pay('once', 'lift', '250.00', 'central-grant', 'once'))).toBe('201');
      expectRefused(await city.pay('once', 'stairs', '0.01', 'central-grant', 'once'), 'R03');
    });

    it('asks at payment for what the line adds', async () => {
      const cash = { source: 'resident-cash', form: 'cash', amount: '10.00', costArea: 'public-area' };
      expect(said(await on('contributions', cash))).toBe('201');
      expectNeedsOverride(await city.pay('once', 'near', '1.00', 'resident-cash'), 'R03');
      expect(said(await city.pay('once', 'road', '1.00', 'resident-cash'))).toBe('201');
      const asked = await city.pay('once', 'near', '1.00', 'resident-cash', undefined, { override });
      expect(said(await decide(asked, 'grant'))).toBe('201');
      expect(said(await city.pay('once', 'near', '1.00', 'resident-cash'))).toBe('201');
    });
  });
});
