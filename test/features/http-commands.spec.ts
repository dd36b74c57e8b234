import { City } from '../support/city.js';
import { said } from '../support/refusals.js';
import { itAlone, type Reply, TestService } from '../support/service.js';

type Fields = Record<string, unknown>;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe('the manners of a command', () => {
  let service: TestService;
  let city: City;
  beforeAll(async () => {
    service = await TestService.open();
    city = new City(service);
    await city.compound('c');
    await city.scheme('s', 'c');
    await city.budget('s', [{ lineId: 'road', workItem: 'road', amount: '10.00' }]);
  });
  afterAll(() => service.close());

  const pledge = (fields: Fields = {}) => ({
    ...{ source: 'resident-cash', amount: '1.00', occurredOn: '2026-02-01', ...fields },
  });
  const PLEDGES = '/v1/schemes/s/pledges';
  const post = (key: string | null, body: unknown, path = PLEDGES, headers: Record<string, string> = {}) =>
    service.post(path, body, { key, headers });
  const replayed = (reply: Reply) => reply.headers['idempotent-replayed'];
  const revisionOf = async () => (await service.get('/v1/schemes/s')).body.revision as number;

  it('answers 201 with where the thing is, its revision and its position', async () => {
    const reply = await service.post('/v1/compounds', {
      ...{ compoundId: 'here', name: '演示小区', divisionCode: '140403', builtYear: 1998, occurredOn: '2026-01-05' },
      buildings: [{ buildingNo: '1', floors: 6, hasElevator: false }],
    });
    expect(reply.status).toBe(201);
    expect(reply.headers).toMatchObject({
      location: '/v1/compounds/here',
      etag: '"0"',
      'ledger-position': String(reply.body.position),
      'content-type': 'application/json; charset=utf-8',
    });
    expect(reply.body).toEqual({
      ...{ compoundId: 'here', eventIds: [expect.stringMatching(UUID)], revision: 0, position: expect.any(Number) },
    });
    expect((await service.get(reply.headers['location']!)).status).toBe(200);
  });

  it('answers the first event as the place of what has no address of its own', async () => {
    const reply = await post('place', pledge());
    expect(reply.headers['location']).toBe(`/v1/events/${reply.body.eventIds[0]}`);
    expect(reply.body.pledgeId).toMatch(UUID);
    const event = await service.get(reply.headers['location']!);
    expect(event.body).toMatchObject({
      id: reply.body.eventIds[0],
      position: reply.body.position,
      type: 'FundingPledged',
    });
  });

  describe('the idempotency key', () => {
    it('is required, of 1 to 255 visible ASCII characters', async () => {
      expect(said(await post(null, pledge()))).toBe('400 missing-idempotency-key');
      for (const key of ['a b', '键', 'x'.repeat(256), 'a\tb'])
        expect(said(await post(Buffer.from(key).toString('latin1'), pledge()))).toBe('400 invalid-idempotency-key');
      expect(said(await post('x'.repeat(255), pledge()))).toBe('201');
      expect(said(await post('!~', pledge()))).toBe('201');
      const { body } = await post(null, pledge());
      expect(body.errors).toEqual([expect.objectContaining({ header: 'Idempotency-Key' })]);
    });

    it('gives the same request the stored bytes, however it is spelt, also after a restart without read models', async () => {
      const first = await post('same', '{"source":"resident-cash","amount":"1.00","occurredOn":"2026-02-01"}');
      const spelt = '{ "occurredOn": "2026-02-01", "amount": "1.0\\u0030", "source": "resident-cash" }';
      const again = await post('same', spelt);
      expect([again.status, again.text, replayed(again)]).toEqual([201, first.text, 'true']);
      expect(again.headers).toMatchObject({
        ...{ location: first.headers['location'], etag: first.headers['etag'] },
        'ledger-position': first.headers['ledger-position'],
      });
      expect(replayed(first)).toBeUndefined();
      await service.restart(async () => {
        const { rmSync } = await import('node:fs');
        for (const suffix of ['', '-wal', '-shm'])
          rmSync(`${service.directory}/read-models.db${suffix}`, { force: true });
      });
      const later = await post('same', pledge());
      expect([later.status, later.text, replayed(later)]).toEqual([201, first.text, 'true']);
    });

    it('is refused for another body, path or query, and stays with its first use', async () => {
      await city.scheme('s-other', 'c');
      const first = await post('taken', pledge());
      const reused = '422 idempotency-key-reused';
      expect(said(await post('taken', pledge({ amount: '2.00' })))).toBe(reused);
      expect(said(await post('taken', pledge(), '/v1/schemes/s-other/pledges'))).toBe(reused);
      expect(said(await post('taken', pledge(), `${PLEDGES}?dryRun=false`))).toBe(reused);
      expect(said(await post('taken', { ...pledge(), form: 'cash' }, '/v1/schemes/s/contributions'))).toBe(reused);
      expect((await post('taken', pledge())).text).toBe(first.text);
    });

    it('belongs to its caller', async () => {
      const first = await post('mine', pledge());
      const other = await service.post(PLEDGES, pledge(), { key: 'mine', as: 'luzhou' });
      expect([other.status, replayed(other)]).toEqual([201, undefined]);
      expect(other.body.eventIds).not.toEqual(first.body.eventIds);
    });

    it('makes a new fact of each key where the body has no id', async () => {
      const ids = [await post('one', pledge()), await post('two', pledge())].map(({ body }) => body.pledgeId as string);
      expect(new Set(ids).size).toBe(2);
      expect(said(await post('three', pledge({ pledgeId: 'own' })))).toBe('201');
      expect(said(await post('four', pledge({ pledgeId: 'own' })))).toBe('409 already-exists');
      expect(said(await post('five', pledge({ pledgeId: 'own', amount: '7.00' })))).toBe('409 already-exists');
    });

    it('keeps refusals of a rule or a state, told anew in the language asked for', async () => {
      const body = pledge({ pledgeId: 'own' });
      const again = await post('four', body, PLEDGES, { 'accept-language': 'en' });
      expect([said(again), replayed(again), again.body.title]).toEqual([
        ...['409 already-exists', 'true', 'This id already exists'],
      ]);
      const cutover = pledge({ lineId: 'road', costArea: 'in-building' });
      expect(said(await post('mismatch', cutover))).toBe('422 cost-area-mismatch');
      const stored = await post('mismatch', cutover);
      expect([said(stored), replayed(stored)]).toEqual(['422 cost-area-mismatch', 'true']);
    });

    it('forgets what was refused before a decision, dry runs included', async () => {
      expect(said(await post('later', pledge({ amount: '0.00' })))).toBe('400 invalid-field');
      expect(said(await post('later', pledge({ lineId: 'none' })))).toBe('404 line-not-found');
      expect(said(await post('later', pledge(), '/v1/schemes/none/pledges'))).toBe('404 scheme-not-found');
      expect(said(await post('later', pledge(), PLEDGES, { 'if-match': '"9999"' }))).toBe('412 stale-revision');
      expect(said(await service.post(PLEDGES, pledge(), { key: 'later', as: 'boss' }))).toBe('403 forbidden');
      expect((await post('later', pledge(), `${PLEDGES}?dryRun=true`)).status).toBe(200);
      const made = await post('later', pledge());
      expect([said(made), replayed(made)]).toEqual(['201', undefined]);
    });

    it('makes one effect of the same request sent twenty times at once', async () => {
      const before = await revisionOf();
      const replies = await Promise.all(Array.from({ length: 20 }, () => post('storm', pledge())));
      const texts = new Set(replies.filter(({ status }) => status === 201).map(({ text }) => text));
      expect(texts.size).toBe(1);
      for (const reply of replies) expect(['201', '409 in-progress']).toContain(said(reply));
      expect(await revisionOf()).toBe(before + 1);
    });

    itAlone(
      'answers 503 where the store cuts short what the key recorded, and the answer itself when it does not',
      async () => {
        const body = {
          ...{ compoundId: 'cut-short', name: '演示小区', divisionCode: '140403', builtYear: 1998 },
          ...{ buildings: [{ buildingNo: '1', floors: 6, hasElevator: false }], occurredOn: '2026-01-05' },
        };
        const first = await post('cut-short', body, '/v1/compounds');
        const { store } = service.inner;
        const read = store.readStream.bind(store);
        store.readStream = () => Promise.resolve([]);
        const cut = await post('cut-short', body, '/v1/compounds');
        store.readStream = read;
        expect([said(first), said(cut)]).toEqual(['201', '503 store-unavailable']);
        expect((await post('cut-short', body, '/v1/compounds')).text).toBe(first.text);
      },
    );

    // Of two replicas each takes the first it sees: the one gap docs/operations.md names.
    itAlone('is used once where different requests come with it at once', async () => {
      const bodies = Array.from({ length: 10 }, (_, index) => ({
        ...{ compoundId: `race-${index}`, name: '演示小区', divisionCode: '140403', builtYear: 1998 },
        ...{ buildings: [{ buildingNo: '1', floors: 6, hasElevator: false }], occurredOn: '2026-01-05' },
      }));
      const replies = await Promise.all(bodies.map((body) => post('race', body, '/v1/compounds')));
      const answers = replies.map(said).sort();
      expect(answers[0]).toBe('201');
      for (const answer of answers.slice(1))
        expect(['422 idempotency-key-reused', '409 in-progress']).toContain(answer);
    });
  });

  describe('the lock', () => {
    it('takes the revision as it is, and tells the current one to who is behind', async () => {
      const revision = await revisionOf();
      const stale = await post('lock-1', pledge(), PLEDGES, { 'if-match': `"${revision - 1}"` });
      expect(said(stale)).toBe('412 stale-revision');
      expect(stale.body.currentRevision).toBe(revision);
      const fresh = await post('lock-2', pledge(), PLEDGES, { 'if-match': `"${revision}"` });
      expect(fresh.headers['etag']).toBe(`"${revision + 1}"`);
      // A replay beats a stale lock.
      const again = await post('lock-2', pledge(), PLEDGES, { 'if-match': `"${revision}"` });
      expect([said(again), replayed(again)]).toEqual(['201', 'true']);
    });

    it.each(['1', 'W/"1"', '"1", "2"', '*', '""', '"-1"', '"01"', '"x"'])('refuses If-Match %s', async (header) => {
      const reply = await post(`bad-${header.length}`, pledge(), PLEDGES, { 'if-match': header });
      expect(said(reply)).toBe('400 invalid-parameter');
      expect(reply.body.errors).toEqual([expect.objectContaining({ header: 'If-Match' })]);
    });

    it('stands after the subject of the path and before what the body names', async () => {
      const lock = { 'if-match': '"9999"' };
      expect(said(await post('order-1', pledge(), '/v1/schemes/none/pledges', lock))).toBe('404 scheme-not-found');
      expect(said(await post('order-2', pledge({ lineId: 'none' }), PLEDGES, lock))).toBe('412 stale-revision');
    });
  });

  it('is checked in order: 401, 404, 405, 403, 413 and 415, 400', async () => {
    const faults = { 'content-type': 'text/plain' };
    const send = (method: string, path: string, as: 'viewer' | 'clerk' | null, headers: Record<string, string>) =>
      service.send(method, path, as, headers, '{"a":1,"a":2}');
    expect(said(await send('POST', '/v1/nowhere?x=1', null, faults))).toBe('401 unauthenticated');
    expect(said(await send('POST', '/v1/nowhere?x=1', 'viewer', faults))).toBe('404 not-found');
    expect(said(await send('PUT', `${PLEDGES}?x=1`, 'viewer', faults))).toBe('405 method-not-allowed');
    expect(said(await send('POST', `${PLEDGES}?x=1`, 'viewer', faults))).toBe('403 forbidden');
    expect(said(await send('POST', `${PLEDGES}?x=1`, 'clerk', faults))).toBe('415 unsupported-media-type');
    const json = { 'content-type': 'application/json' };
    expect(said(await send('POST', `${PLEDGES}?x=1`, 'clerk', json))).toBe('400 missing-idempotency-key');
    const keyed = { ...json, 'idempotency-key': 'checked' };
    expect(said(await send('POST', `${PLEDGES}?x=1`, 'clerk', keyed))).toBe('400 duplicate-key');
  });

  describe('a dry run', () => {
    it('needs no key, shows what would be recorded, and records nothing', async () => {
      const before = await service.get('/v1/events?limit=500');
      const reply = await post(null, pledge({ pledgeId: 'dry', note: '试算' }), `${PLEDGES}?dryRun=true`);
      expect([reply.status, reply.headers['dry-run']]).toEqual([200, 'true']);
      expect(reply.body).toMatchObject({
        pledgeId: 'dry',
        events: [{ stream: 'scheme-s', type: 'FundingPledged', data: { amount: '1.00', occurredOn: '2026-02-01' } }],
      });
      expect(reply.headers['ledger-position']).toBeUndefined();
      expect((await service.get('/v1/events?limit=500')).text).toBe(before.text);
    });

    it('says the same no as the command, and records none of it', async () => {
      const before = await revisionOf();
      const dry = (body: Fields, path = PLEDGES) => post(null, body, `${path}?dryRun=true`);
      expect(said(await dry(pledge({ pledgeId: 'own' })))).toBe('409 already-exists');
      expect(said(await dry(pledge({ amount: '0.00' })))).toBe('400 invalid-field');
      expect(said(await dry(pledge({ lineId: 'none' })))).toBe('404 line-not-found');
      expect(said(await dry(pledge(), '/v1/schemes/none/pledges'))).toBe('404 scheme-not-found');
      const payment = { lineId: 'road', amount: '1.00', payee: '单位', voucherNo: '1', occurredOn: '2026-02-01' };
      const from = [{ source: 'resident-cash', amount: '1.00' }];
      expect(said(await dry({ ...payment, from }, '/v1/schemes/s/payments'))).toBe('422 rule-refused R06');
      expect(await revisionOf()).toBe(before);
    });

    it.each(['yes', 'TRUE', '1', ''])('is asked for as true or false, not %j', async (value) => {
      expect(said(await post('dry-value', pledge(), `${PLEDGES}?dryRun=${value}`))).toBe('400 invalid-parameter');
    });
  });

  it('takes no unknown or repeated query parameter', async () => {
    expect(said(await post('query', pledge(), `${PLEDGES}?dryrun=true`))).toBe('400 unknown-parameter');
    expect(said(await post('query', pledge(), `${PLEDGES}?dryRun=false&dryRun=false`))).toBe('400 invalid-parameter');
    expect(said(await post('query', pledge(), `${PLEDGES}?asOf=2026-01-01`))).toBe('400 unknown-parameter');
  });

  it('tells a problem whole, in Chinese unless English is asked for, with the code the same', async () => {
    const zh = await post('problem', pledge({ amount: '1', name: 1 }));
    const en = await post('problem', pledge({ amount: '1', name: 1 }), PLEDGES, {
      'accept-language': 'en-GB,en;q=0.9',
    });
    for (const reply of [zh, en]) {
      expect(reply.headers['content-type']).toBe('application/problem+json; charset=utf-8');
      expect(reply.body).toMatchObject({
        ...{ type: '/problems/unknown-field', status: 400, code: 'unknown-field', instance: PLEDGES },
        ...{ title: expect.any(String), detail: expect.any(String), requestId: expect.any(String) },
      });
      const pointers = (reply.body.errors as { pointer: string; code: string; detail: string }[]).map(
        (one) => one.pointer,
      );
      expect(pointers.sort()).toEqual(['/amount', '/name']);
      for (const error of reply.body.errors as object[])
        expect(error).toEqual({ pointer: expect.any(String), code: expect.any(String), detail: expect.any(String) });
      const explained = await service.send('GET', reply.body.type as string, null, {});
      expect(explained.body).toMatchObject({ code: 'unknown-field', status: 400 });
    }
    expect(zh.body.title).toMatch(/[\u4e00-\u9fff]/);
    expect(en.body.title).toMatch(/^[\u0020-\u007e]+$/);
    const russian = await post('problem', {}, PLEDGES, { 'accept-language': 'ru' });
    expect(russian.body.title).toMatch(/[\u4e00-\u9fff]/);
  });

  it('records a refusal on the stream it was decided on: revision counts it, decisions list it', async () => {
    const before = await revisionOf();
    expect(said(await post('counted', pledge({ pledgeId: 'own' })))).toBe('409 already-exists');
    expect(await revisionOf()).toBe(before + 1);
    const excluded = { exclusions: { urbanVillage: true } };
    await city.compound('village', excluded);
    const scheme = {
      schemeId: 'begins-at-1',
      compoundId: 'village',
      planYear: 2026,
      title: '方案',
      centralPlan: false,
    };
    const refused = await service.post('/v1/schemes', { ...scheme, occurredOn: '2026-01-06' });
    expect(said(refused)).toBe('422 rule-refused R01b');
    const correction = { exclusions: {}, reason: '更正', occurredOn: '2026-01-06' };
    const { body } = await service.get('/v1/decisions?rule=R01b&outcome=refused');
    expect(body.items).toEqual([
      expect.objectContaining({ stream: 'scheme-begins-at-1', clause: '改造对象', policyId: 'changzhi-2020' }),
    ]);
    const { body: luzhous } = await service.get('/v1/decisions?rule=R01b&outcome=refused', { as: 'luzhou' });
    expect(luzhous.items).toHaveLength(1);
    const { body: others } = await service.get('/v1/decisions?rule=R01b&outcome=refused', { as: 'elsewhere' });
    expect(others.items).toEqual([]);
    expect(said(await service.post('/v1/compounds/village/corrections', correction))).toBe('201');
    const made = await service.post('/v1/schemes', { ...scheme, occurredOn: '2026-01-06' });
    expect(made.body.revision).toBe(1);
  });
});
