import { jest } from '@jest/globals';
import { City } from '../support/city.js';
import { ProtocolTestServer } from '../support/protocol-test-server.js';
import { TestService } from '../support/service.js';
import { eventually } from '../support/stored-events.js';

const GRANT = {
  level: 'central',
  programme: 'mof',
  documentNo: '财综〔2026〕1号',
  amount: '5.00',
  fiscalYear: 2026,
  divisionCode: '1404',
  occurredOn: '2026-01-10',
};

jest.setTimeout(60_000);

describe('a store that is away', () => {
  let server: ProtocolTestServer;
  let service: TestService | undefined;
  beforeEach(async () => {
    server = await new ProtocolTestServer().start();
  });
  afterEach(async () => {
    await service?.close();
    await server.stop();
    service = undefined;
  });
  const open = async () => (service = await TestService.open(undefined, { EVENT_STORE: server.url }));
  const isReady = async () => (await service!.get('/readyz', { as: null })).status === 200;

  it('at the start is waited for: alive, not ready, and then ready by itself', async () => {
    await server.stop();
    const { get, post } = await open().then((one) => ({ get: one.get.bind(one), post: one.post.bind(one) }));
    expect((await get('/livez', { as: null })).status).toBe(200);
    const ready = await get('/readyz', { as: null });
    expect([ready.status, ready.headers['retry-after'], ready.body.head]).toEqual([503, '1', null]);
    const refused = await post('/v1/grants', { grantId: 'g1', ...GRANT }, { key: 'first' });
    expect([refused.status, refused.body.code, refused.headers['retry-after']]).toEqual([
      503,
      'store-unavailable',
      '1',
    ]);
    await server.start();
    await eventually(isReady);
    await eventually(
      async () => (await post('/v1/grants', { grantId: 'g1', ...GRANT }, { key: 'first' })).status === 201,
    );
    expect((await get('/v1/grants/g1')).body.awarded).toBe('5.00');
  });

  it('in the middle of commands answers 503, and the same keys then find or make one effect each', async () => {
    const { post } = await open().then((one) => ({ post: one.post.bind(one) }));
    const ask = (index: number) => post('/v1/grants', { grantId: `g${index}`, ...GRANT }, { key: `k${index}` });
    const asked = Array.from({ length: 40 }, (_, index) => ask(index));
    await eventually(() => server.log.records.some(({ stream }) => stream.startsWith('grant-')));
    await server.stop();
    const replies = await Promise.all(asked);
    const statuses = new Set(replies.map(({ status }) => status));
    expect([...statuses].every((status) => status === 201 || status === 503)).toBe(true);
    expect(statuses.has(503)).toBe(true);
    for (const { status, headers } of replies) if (status === 503) expect(headers['retry-after']).toBe('1');
    await server.start();
    await eventually(isReady);
    for (const [index, before] of replies.entries()) {
      const again = await ask(index);
      expect(again.status).toBe(201);
      if (before.status === 201) expect(again.text).toBe(before.text);
    }
    const awards = server.log.records.filter(({ stream }) => stream.startsWith('grant-'));
    expect(awards).toHaveLength(40);
  });

  it('leaves money in transit, which arrives when the store is back', async () => {
    const city = new City(await open());
    await city.approvedScheme('s1', 'c1');
    await city.grant('g1', '2000.00');
    const body = { schemeId: 's1', amount: '70.00', occurredOn: '2026-01-25' };
    expect((await service!.post('/v1/grants/g1/allocations', body)).status).toBe(201);
    const has = (type: string) => server.log.records.filter((record) => record.type === type).length;
    const unfollow = server.log.follow(({ type }) => {
      // Between the two legs.
      if (type === 'GrantDisbursed') setImmediate(() => void server.stop());
    });
    const sending = () => service!.post('/v1/grants/g1/disbursements', { ...body, voucherNo: '拨-1' }, { key: 'send' });
    const first = await sending();
    unfollow();
    expect([202, 503]).toContain(first.status);
    expect([has('GrantDisbursed'), has('GrantFundsReceived')]).toEqual([1, 0]);
    await server.start();
    await eventually(() => has('GrantFundsReceived') > 0);
    await eventually(async () => (await sending()).status === 201);
    expect([has('GrantDisbursed'), has('GrantFundsReceived')]).toEqual([1, 1]);
  });

  it('is not the log that was read before: the service does not start on it', async () => {
    await open();
    await new City(service!).compound('c1');
    await expect(service!.restart(() => server.log.loseAfter(0))).rejects.toThrow('the log lost events');
    service = undefined;
  });
});
