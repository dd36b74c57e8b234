import { City } from '../support/city.js';
import { said } from '../support/refusals.js';
import { accepted, TestService } from '../support/service.js';

type Fields = Record<string, unknown>;
type Item = { path: string; body: Fields };

describe('commands in a batch: all or nothing on one stream, or row by row', () => {
  let service: TestService;
  let city: City;
  beforeEach(async () => {
    service = await TestService.open();
    city = new City(service);
    await city.approvedScheme('s', 'c');
  });
  afterEach(() => service.close());
  const cash = (amount: string, more: Fields = {}): Item => ({
    path: '/v1/schemes/s/contributions',
    body: { source: 'resident-cash', amount, form: 'cash', occurredOn: '2026-02-01', ...more },
  });
  const spent = (amount: string): Item => {
    const from = [{ source: 'resident-cash', amount }];
    const body = { lineId: 'L1', amount, payee: '施工单位', voucherNo: '付-1', from, occurredOn: '2026-02-02' };
    return { path: '/v1/schemes/s/payments', body };
  };
  const batch = (mode: 'atomic' | 'partial', commands: Item[], key: string) =>
    service.post(`/v1/command-batches?mode=${mode}`, { commands }, { key });
  const total = async () => (await service.get('/v1/schemes/s/cost-split')).body.total;
  const revision = async () => (await service.get('/v1/schemes/s')).body.revision as number;

  it('records an atomic batch whole: each command sees what those before it did', async () => {
    const before = await revision();
    const items = [cash('60.00'), cash('40.00'), spent('100.00')];
    const reply = await batch('atomic', items, 'k');
    expect(reply.status).toBe(207);
    expect(reply.body).toMatchObject({ mode: 'atomic', summary: { total: 3, succeeded: 3, failed: 0 } });
    expect(reply.body.items.map(({ index, status }: Fields) => [index, status])).toEqual([
      ...[0, 1, 2].map((index) => [index, 201]),
    ]);
    expect(await total()).toMatchObject({ received: '100.00', paid: '100.00', available: '0.00' });
    expect(await revision()).toBe(before + 3);
    const { body: newest } = await service.get(`/v1/events/${reply.body.items[2].eventIds[0]}`);
    expect(Number(reply.headers['ledger-position'])).toBe(newest.position);
    const again = await batch('atomic', items, 'k');
    expect([again.status, again.text, again.headers['idempotent-replayed']]).toEqual([207, reply.text, 'true']);
    await service.restart();
    expect((await batch('atomic', items, 'k')).text).toBe(reply.text);
    expect(await revision()).toBe(before + 3);
  });

  it('records nothing of an atomic batch in which one command is refused, and shows its rows', async () => {
    const before = await revision();
    const reply = await batch('atomic', [cash('60.00'), spent('60.01'), cash('1.00')], 'k');
    expect(said(reply)).toBe('422 batch-failed R08');
    expect(reply.body.items).toHaveLength(2);
    expect(reply.body.items[0]).toMatchObject({ index: 0, status: 201 });
    expect(reply.body.items[0].eventIds).toBeUndefined();
    expect(reply.body.items[1]).toMatchObject({
      index: 1,
      status: 422,
      problem: { code: 'rule-refused', rule: 'R08' },
    });
    expect(await total()).toMatchObject({ received: '0.00', paid: '0.00' });
    // The refusal of the whole is one fact of the stream, found by the rule that said no.
    expect(await revision()).toBe(before + 1);
    expect((await service.get('/v1/decisions?rule=R08&outcome=refused')).body.items).toHaveLength(1);
    // Money is there now; under its key the batch stays refused, with the same rows.
    accepted(await service.post('/v1/schemes/s/contributions', cash('0.01').body));
    const again = await batch('atomic', [cash('60.00'), spent('60.01'), cash('1.00')], 'k');
    expect([said(again), again.headers['idempotent-replayed']]).toEqual(['422 batch-failed R08', 'true']);
    expect(again.body.items.map(({ index, status }: Fields) => [index, status])).toEqual([
      [0, 201],
      [1, 422],
    ]);
    expect(again.body.items[1].problem).toMatchObject({ code: 'rule-refused', rule: 'R08' });
    expect(said(await batch('atomic', [cash('60.00')], 'k'))).toBe('422 idempotency-key-reused');
    // Nothing was recorded under its items' keys either: the same rows without the bad one go through.
    expect((await batch('atomic', [cash('60.00'), spent('60.00')], 'k2')).status).toBe(207);
  });

  it('takes an atomic batch on one stream only, and none that waits for a second person', async () => {
    await city.grant('g', '100.00', { level: 'county' });
    const allocation: Item = {
      path: '/v1/grants/g/allocations',
      body: { schemeId: 's', amount: '10.00', occurredOn: '2026-01-25' },
    };
    expect(said(await batch('atomic', [cash('60.00'), allocation], 'k'))).toBe('422 batch-not-one-stream');
    expect(await total()).toMatchObject({ received: '0.00', committed: '0.00' });
    const override = { rules: ['R03'], reason: '会议纪要' };
    const warned = cash('5.00', { source: 'social-capital', costArea: 'in-building', override });
    const waiting = await batch('atomic', [cash('60.00'), warned], 'w');
    expect(said(waiting)).toBe('422 batch-failed R03');
    expect(waiting.body.items[1]).toMatchObject({
      index: 1,
      status: 422,
      problem: { code: 'needs-override', rule: 'R03' },
    });
    expect((await service.get('/v1/approvals?status=waiting')).body.items).toEqual([]);
    expect(await total()).toMatchObject({ received: '0.00' });
  });

  it('answers a partial batch row by row, and the same key again with the same rows', async () => {
    await city.grant('g', '100.00', { level: 'county' });
    const allocate = (amount: string): Item => ({
      path: '/v1/grants/g/allocations',
      body: { schemeId: 's', amount, occurredOn: '2026-01-25' },
    });
    const items = [cash('60.00'), spent('60.01'), allocate('70.00'), allocate('31.00'), spent('60.00')];
    const reply = await batch('partial', items, 'k');
    expect(reply.status).toBe(207);
    expect(reply.body).toMatchObject({ mode: 'partial', summary: { total: 5, succeeded: 3, failed: 2 } });
    const rows = (body: { items: { status: number; problem?: Fields }[] }) =>
      body.items.map(({ status, problem }) => (problem ? `${status} ${problem['rule']}` : String(status)));
    expect(rows(reply.body)).toEqual(['201', '422 R08', '201', '422 R09', '201']);
    expect(await total()).toMatchObject({ received: '60.00', paid: '60.00', committed: '130.00' });
    // Gone is the cause of the refusal of row 1; under its key it stays refused.
    accepted(await service.post('/v1/schemes/s/contributions', cash('100.00').body));
    const before = await revision();
    const again = await batch('partial', items, 'k');
    expect(rows(again.body)).toEqual(rows(reply.body));
    expect(again.body.items.map(({ eventIds }: Fields) => eventIds)).toEqual(
      reply.body.items.map(({ eventIds }: Fields) => eventIds),
    );
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(await revision()).toBe(before);
    // The same key is no key for other rows, for fewer of them, or for all or nothing.
    for (const [mode, other] of [
      ['partial', [...items, cash('1.00')]],
      ['partial', items.slice(0, 2)],
      ['atomic', items],
    ] as const)
      expect(said(await batch(mode, [...other], 'k'))).toBe('422 idempotency-key-reused');
  });

  it('tries a batch without recording it, each row upon those before it', async () => {
    const before = await revision();
    const tried = await service.post('/v1/command-batches?mode=partial&dryRun=true', {
      commands: [cash('60.00'), spent('60.01'), spent('60.00')],
    });
    expect([tried.status, tried.headers['dry-run']]).toEqual([200, 'true']);
    expect(tried.body.items.map(({ status }: Fields) => status)).toEqual([200, 422, 200]);
    expect(await revision()).toBe(before);
    const whole = await service.post('/v1/command-batches?mode=atomic&dryRun=true', {
      commands: [cash('60.00'), spent('60.01')],
    });
    expect(said(whole)).toBe('422 batch-failed R08');
    expect(await revision()).toBe(before);
  });

  it('is partial where no mode is told, and carries crossings to their other side', async () => {
    await city.grant('g', '100.00', { level: 'county' });
    const to = { schemeId: 's', amount: '70.00', occurredOn: '2026-01-25' };
    const items = [
      { path: '/v1/grants/g/allocations', body: to },
      { path: '/v1/grants/g/disbursements', body: { ...to, voucherNo: '拨-1' } },
    ];
    const reply = await service.post('/v1/command-batches', { commands: items }, { key: 'k' });
    expect(reply.body).toMatchObject({ mode: 'partial', summary: { succeeded: 2 } });
    expect(await total()).toMatchObject({ received: '70.00' });
    const atomic = await batch(
      'atomic',
      [
        { ...items[0]!, body: { ...to, amount: '30.00' } },
        {
          ...items[1]!,
          body: { ...to, amount: '30.00', voucherNo: '拨-2' },
        },
      ],
      'a',
    );
    expect(atomic.status).toBe(207);
    expect(await total()).toMatchObject({ received: '100.00', committed: '100.00' });
  });

  it('runs the same batch sent twice at once only once', async () => {
    const items = [cash('60.00'), spent('60.00')];
    for (const mode of ['atomic', 'partial'] as const) {
      const both = await Promise.all([batch(mode, items, `k-${mode}`), batch(mode, items, `k-${mode}`)]);
      expect(both.map(({ status }) => [207, 409].includes(status))).toEqual([true, true]);
    }
    expect(await total()).toMatchObject({ received: '120.00', paid: '120.00' });
  });
});
