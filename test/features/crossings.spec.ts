import { rmSync } from 'node:fs';
import { StoreUnavailable } from '../../src/platform/event-store/event-store.js';
import { City } from '../support/city.js';
import { said } from '../support/refusals.js';
import { itAlone, type Reply, TestService } from '../support/service.js';

type Item = Record<string, unknown>;
const DISBURSEMENT = { schemeId: 's', amount: '70.00', voucherNo: '拨-1', occurredOn: '2026-02-01' };

/** Money crosses two streams by two appends; a crash or a delay between them loses nothing and doubles nothing. */
describe('money on its way from a grant to a scheme', () => {
  let service: TestService;
  let city: City;
  beforeEach(async () => {
    service = await TestService.open();
    city = new City(service);
    await city.compound('c');
    await city.scheme('s', 'c');
    await city.budget('s', [
      { lineId: 'road', workItem: 'road', amount: '1000.00' },
      { lineId: 'gas', workItem: 'gas-supply', amount: '1000.00' },
    ]);
    await city.grant('g', '100.00');
    const allocation = { schemeId: 's', amount: '100.00', occurredOn: '2026-01-25' };
    await service.post('/v1/grants/g/allocations', allocation);
  });
  afterEach(() => service.close());

  /** From now on appends to this stream do what `instead` does. */
  function onAppendTo(stream: string, instead: () => Promise<void>): void {
    const { store } = service.inner;
    const append = store.append.bind(store);
    store.append = async (to, ...rest) => {
      if (to === stream) await instead();
      return append(to, ...rest);
    };
  }
  const crash = () => Promise.reject(new StoreUnavailable('the machine is gone'));
  const disburse = (key: string) => service.post('/v1/grants/g/disbursements', DISBURSEMENT, { key });
  const balances = async () => {
    const { body } = await service.get('/v1/ledger/trial-balance');
    for (const { sum } of body.books as Item[]) expect(sum).toBe('0.00');
    const cash = (body.books as { book: string; accounts: { account: string; balance: string }[] }[]).find(
      ({ book }) => book === 'cash',
    )!;
    return Object.fromEntries(cash.accounts.map(({ account, balance }) => [account, balance]));
  };
  const receipts = async () =>
    ((await service.get('/v1/events?type=GrantFundsReceived')).body.items as { data: Item }[]).map(
      ({ data }) => data['amount'],
    );
  const TRANSIT = 'cash:in-transit:g:s';
  const ARRIVED = 'cash:scheme:s:central-grant:g:public-area';

  it('is answered when it has arrived, with the events of both sides, its own first', async () => {
    const reply = await disburse('k');
    expect(said(reply)).toBe('201');
    expect(reply.body.eventIds).toHaveLength(2);
    const [sent, received] = await Promise.all(
      (reply.body.eventIds as string[]).map((id) => service.get(`/v1/events/${id}`)),
    );
    expect(sent!.body).toMatchObject({ subject: 'grant-g', type: 'GrantDisbursed', revision: reply.body.revision });
    expect(received!.body).toMatchObject({
      ...{ subject: 'scheme-s', type: 'GrantFundsReceived', position: reply.body.position },
      data: { crossingId: sent!.body.id, amount: '70.00', occurredOn: '2026-02-01' },
    });
    expect(reply.headers['etag']).toBe(`"${reply.body.revision}"`);
    expect(await balances()).toMatchObject({ [ARRIVED]: '70.00' });
    expect(await balances()).not.toHaveProperty(TRANSIT);
    const again = await disburse('k');
    expect([again.status, again.text, again.headers['idempotent-replayed']]).toEqual([201, reply.text, 'true']);
  });

  itAlone.each([
    ['with', () => undefined],
    [
      'without',
      (directory: string) => {
        for (const suffix of ['', '-wal', '-shm']) rmSync(`${directory}/read-models.db${suffix}`, { force: true });
      },
    ],
  ])('is finished once after a crash between the two appends, %s its read models', async (_, between) => {
    onAppendTo('scheme-s', crash);
    const reply = await disburse('k');
    expect([reply.status, reply.body]).toEqual([202, { state: 'in-transit' }]);
    expect(await balances()).toMatchObject({ [TRANSIT]: '70.00' });
    expect(await balances()).not.toHaveProperty(ARRIVED);
    expect(await receipts()).toEqual([]);
    await service.restart(() => between(service.directory));
    expect(await receipts()).toEqual(['70.00']);
    expect(await balances()).toMatchObject({ [ARRIVED]: '70.00' });
    expect(await balances()).not.toHaveProperty(TRANSIT);
    expect((await disburse('k')).status).toBeLessThan(300);
    await service.restart();
    await service.restart(() => between(service.directory));
    expect(await receipts()).toEqual(['70.00']);
    expect((await service.get('/v1/grants/g')).body).toMatchObject({ disbursed: '70.00', allocated: '100.00' });
  });

  itAlone('is answered 202 after two seconds where the other side is late, and arrives later, once', async () => {
    let release = (): void => undefined;
    const late = new Promise<void>((resolve) => (release = resolve));
    onAppendTo('scheme-s', () => late);
    const started = Date.now();
    const reply: Reply = await disburse('k');
    expect([reply.status, reply.body]).toEqual([202, { state: 'in-transit' }]);
    expect(Date.now() - started).toBeGreaterThanOrEqual(1_900);
    // The rest of the allocation is 30.00: what is on its way counts as sent.
    const more = { ...DISBURSEMENT, amount: '30.01' };
    expect(said(await service.post('/v1/grants/g/disbursements', more))).toBe('422 rule-refused R09');
    release();
    await service.restart();
    expect(await receipts()).toEqual(['70.00']);
  });

  itAlone(
    'is refused on the grant and never on the scheme: a receipt is recorded whatever the rules would say',
    async () => {
      onAppendTo('scheme-s', crash);
      await disburse('k');
      await service.restart();
      const correction = { centralPlan: false, reason: '调出计划', occurredOn: '2026-01-30' };
      await service.post('/v1/schemes/s/corrections', correction);
      expect(said(await service.post('/v1/grants/g/disbursements', { ...DISBURSEMENT, amount: '30.00' }))).toBe('201');
      expect(await receipts()).toEqual(['70.00', '30.00']);
    },
  );

  itAlone('reaches a child grant in the same way', async () => {
    await city.grant('parent', '500.00', { level: 'city', note: '第一批' });
    onAppendTo('grant-child', crash);
    const body = { divisionCode: '140403', amount: '200.00', documentNo: '长财〔2026〕20号', childGrantId: 'child' };
    const down = { ...body, occurredOn: '2026-02-01' };
    expect((await service.post('/v1/grants/parent/decompositions', down, { key: 'd' })).status).toBe(202);
    expect(said(await service.get('/v1/grants/child'))).toBe('404 grant-not-found');
    await service.restart();
    const child = { parentGrantId: 'parent', awarded: '200.00', available: '200.00', documentNo: '长财〔2026〕20号' };
    expect((await service.get('/v1/grants/child')).body).toMatchObject({ ...child, divisionCode: '140403' });
    // The same child again raises it.
    expect(said(await service.post('/v1/grants/parent/decompositions', down, { key: 'again' }))).toBe('201');
    expect((await service.get('/v1/grants/child')).body).toMatchObject({ awarded: '400.00' });
    expect((await service.get('/v1/grants/parent')).body).toMatchObject({
      ...{ decomposed: '400.00', available: '100.00', children: [{ grantId: 'child', amount: '400.00' }] },
    });
  });

  itAlone('finishes what a second person granted just before a crash', async () => {
    await city.compound('late', { builtYear: 2005 });
    const body = {
      ...{ schemeId: 'warned', compoundId: 'late', planYear: 2026, title: '方案', centralPlan: false },
      ...{ occurredOn: '2026-01-06', override: { rules: ['R01a'], reason: '会议纪要' } },
    };
    const asked = await service.post('/v1/schemes', body, { key: 'asked' });
    expect(asked.status).toBe(202);
    onAppendTo('scheme-warned', crash);
    const path = `/v1/approvals/${asked.body.approvalId}/grant`;
    expect(said(await service.post(path, {}, { as: 'boss', key: 'yes' }))).toBe('503 store-unavailable');
    await service.restart();
    const { body: drafted } = await service.get('/v1/events?type=SchemeDrafted&stream=scheme-warned');
    expect(drafted.items).toHaveLength(1);
    expect(drafted.items[0].data.override).toMatchObject({ requestedBy: 'clerk', grantedBy: 'boss' });
    expect((await service.post(path, {}, { as: 'boss', key: 'yes' })).status).toBe(201);
    expect((await service.post('/v1/schemes', body, { key: 'asked' })).text).toBe(asked.text);
    expect((await service.get('/v1/approvals?status=granted')).body.items).toHaveLength(1);
  });
});
