import { jest } from '@jest/globals';
import { ProtocolTestServer } from '../support/protocol-test-server.js';
import { City } from '../support/city.js';
import { TestClock, TestService } from '../support/service.js';
import { eventually } from '../support/stored-events.js';

/** Names and sizes are those of the short story; here it is told by two services with one log between them. */
jest.setTimeout(60_000);

describe('two replicas on one log', () => {
  let server: ProtocolTestServer;
  let one: TestService;
  let other: TestService;
  beforeAll(async () => {
    server = await new ProtocolTestServer().start();
    const open = (instant: string) => TestService.open(new TestClock(new Date(instant)), { EVENT_STORE: server.url });
    one = await open('2026-06-01T00:00:00.000Z');
    // Their clocks never agree.
    other = await open('2026-06-01T00:00:03.141Z');
    const city = new City(one);
    await city.approvedScheme('s1', 'c1');
    await city.grant('g1', '100000.00');
    await city.fund('g1', 's1', '700.00');
  }, 60_000);
  afterAll(async () => {
    await one.close();
    await other.close();
    await server.stop();
  });

  const payment = (amount: string) => ({
    lineId: 'L1',
    amount,
    payee: '施工单位',
    voucherNo: '付-1',
    from: [{ source: 'central-grant', reference: 'g1', amount }],
    occurredOn: '2026-02-01',
  });
  const allocation = { schemeId: 's1', amount: '10.00', occurredOn: '2026-01-25' };
  const hashes = async ({ inner }: TestService) =>
    (await inner.projections.statuses()).map(({ name, stateHash, status }) => [name, status, stateHash]);

  it('shows the one what the other has recorded, from its position on', async () => {
    const { headers, status } = await other.post('/v1/schemes/s1/payments', payment('10.00'));
    expect(status).toBe(201);
    const { body } = await one.get(`/v1/schemes/s1/cost-split?minPosition=${headers['ledger-position']}`);
    expect(body.publicArea.paid).toBe('10.00');
    expect(body.position).toBeGreaterThanOrEqual(Number(headers['ledger-position']));
  });

  it('shows each its own writes without being asked to', async () => {
    for (const service of [one, other, one, other]) {
      const { body } = await service.post('/v1/grants/g1/allocations', allocation);
      const read = await service.get('/v1/grants/g1');
      expect(read.body.position).toBeGreaterThanOrEqual(body.position);
    }
  });

  it('does what both are asked at once under one key once, and answers both the same', async () => {
    const before = (await one.get('/v1/schemes/s1/cost-split')).body.publicArea.paid;
    for (let round = 0; round < 10; round++) {
      const asked = [one, other, one, other].map((service) =>
        service.post('/v1/schemes/s1/payments', payment('1.00'), { key: `both-${round}` }),
      );
      const replies = await Promise.all(asked);
      expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
      expect(replies.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
      expect(replies.filter(({ headers }) => headers['idempotent-replayed'] === undefined)).toHaveLength(1);
    }
    const { text } = await one.post('/v1/schemes/s1/payments', payment('1.00'), { key: 'both-0' });
    expect((await other.post('/v1/schemes/s1/payments', payment('1.00'), { key: 'both-0' })).text).toBe(text);
    const after = (await one.get('/v1/schemes/s1/cost-split')).body.publicArea.paid;
    expect(Number(after) - Number(before)).toBe(10);
  });

  it('refuses both at once once, and tells both the same', async () => {
    for (let round = 0; round < 10; round++) {
      const asked = [one, other].map((service) =>
        service.post('/v1/schemes/s1/payments', payment('9999999.00'), { key: `no-${round}` }),
      );
      const [first, second] = await Promise.all(asked);
      expect([first!.status, second!.status]).toEqual([422, 422]);
      expect(first!.body.rule).toBe(second!.body.rule);
    }
    const refusals = server.log.records.filter(({ type }) => type === 'CommandRefused');
    expect(refusals).toHaveLength(10);
  });

  it('knows a key that the other has used on another path', async () => {
    expect((await one.post('/v1/grants/g1/allocations', allocation, { key: 'moved' })).status).toBe(201);
    const reply = await other.post('/v1/schemes/s1/payments', payment('1.00'), { key: 'moved' });
    expect([reply.status, reply.body.code]).toEqual([422, 'idempotency-key-reused']);
  });

  it('answers an amendment asked at one and granted at the other with its 202 for ever, at both', async () => {
    const cash = { source: 'social-capital', amount: '20.00', form: 'cash', occurredOn: '2026-02-02' };
    const { body, headers } = await one.post('/v1/schemes/s1/contributions', cash);
    const override = { rules: ['R03'], reason: '会议纪要' };
    const replacement = { ...cash, amount: '25.00', costArea: 'in-building', override };
    const path = `/v1/entries/${body.eventIds[0]}/amendment`;
    const ask = (service: TestService) =>
      service.post(path, { reason: '误记', occurredOn: '2026-03-01', replacement }, { key: 'waits' });
    await other.get(`/v1/overview?minPosition=${headers['ledger-position']}`);
    const asked = await ask(one);
    expect(asked.status).toBe(202);
    await other.get(`/v1/overview?minPosition=${asked.headers['ledger-position']}`);
    const granted = await other.post(`/v1/approvals/${asked.body.approvalId}/grant`, {}, { as: 'boss' });
    expect(granted.status).toBe(201);
    for (const service of [other, one]) {
      const again = await ask(service);
      expect([again.status, again.body.approvalId]).toEqual([202, asked.body.approvalId]);
    }
  });

  it('takes commands on one stream at both, and loses none', async () => {
    const before = Number((await one.get('/v1/grants/g1')).body.allocated);
    const asked = Array.from({ length: 60 }, (_, index) =>
      (index % 2 ? one : other).post('/v1/grants/g1/allocations', { ...allocation, amount: '1.00' }),
    );
    const replies = await Promise.all(asked);
    expect(replies.every(({ status }) => status === 201)).toBe(true);
    expect(new Set(replies.map(({ body }) => body.revision as number)).size).toBe(60);
    const { body } = await one.get(`/v1/grants/g1?minPosition=${Math.max(...replies.map((one) => one.body.position))}`);
    expect(Number(body.allocated) - before).toBe(60);
  });

  it('carries money over to another stream once, whichever of the two gets there first', async () => {
    const received = () => server.log.records.filter(({ type }) => type === 'GrantFundsReceived').length;
    const before = received();
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        (index % 2 ? one : other).post('/v1/grants/g1/disbursements', {
          ...allocation,
          amount: '1.00',
          voucherNo: '拨-2',
        }),
      ),
    );
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 201));
    for (const service of [one, other]) await service.get(`/v1/overview?minPosition=${replies[9]!.body.position}`);
    expect(received() - before).toBe(10);
  });

  it('comes to the same read models on both, and to the same again from nothing', async () => {
    const head = await one.inner.store.head();
    await eventually(() => [one, other].every(({ inner }) => inner.projections.position >= head));
    const found = await hashes(one);
    expect(await hashes(other)).toEqual(found);
    for (const [name] of found) await other.inner.projections.rebuild(name!);
    expect(await hashes(other)).toEqual(found);
    expect(found.every(([, status]) => status === 'live')).toBe(true);
  });
});
