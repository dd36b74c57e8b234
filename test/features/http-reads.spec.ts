import { City } from '../support/city.js';
import { said } from '../support/refusals.js';
import { type Reply, TestClock, TestService } from '../support/service.js';

type Item = Record<string, unknown>;
const SPLIT = '/v1/schemes/s/cost-split';

describe('the manners of a read', () => {
  const clock = new TestClock();
  let service: TestService;
  let city: City;
  beforeAll(async () => {
    service = await TestService.open(clock);
    city = new City(service);
    await city.compound('c', { name: '=HYPERLINK("x")小区' });
    await city.scheme('s', 'c');
    await city.budget('s', [
      { lineId: 'road', workItem: 'road', amount: '1000.00' },
      { lineId: 'gas', workItem: 'gas-supply', amount: '500.00' },
      { lineId: 'stairs', workItem: 'stairs', amount: '300.00' },
    ]);
    await city.approve('s');
    for (let number = 1; number <= 8; number++) {
      const body = {
        pledgeId: `p${number}`,
        source: 'resident-cash',
        amount: `${number}.00`,
        occurredOn: '2026-02-01',
      };
      await service.post('/v1/schemes/s/pledges', body);
    }
  });
  afterAll(() => service.close());

  const get = (path: string, headers: Record<string, string> = {}) => service.get(path, { headers });
  const ids = ({ body }: Reply) => (body.items as Item[]).map(({ pledgeId }) => pledgeId);

  it('echoes the moment asked for, with the position', async () => {
    const { body: head } = await get(SPLIT);
    expect(head).toMatchObject({ asOf: null, recordedAt: null, position: expect.any(Number) });
    const { body } = await get(`${SPLIT}?asOf=2026-01-31&recordedAt=2026-06-01T08:00:00%2B08:00`);
    expect(body).toMatchObject({
      asOf: '2026-01-31',
      recordedAt: '2026-06-01T08:00:00+08:00',
      position: head.position,
    });
    // A plus that arrived as a space is a plus.
    expect((await get(`${SPLIT}?recordedAt=2026-06-01T08:00:00+08:00`)).body.recordedAt).toBe(
      '2026-06-01T08:00:00+08:00',
    );
    expect((await get(`${SPLIT}?recordedAt=2026-05-31T23:59:59.999Z`)).body).toMatchObject({
      ...{ position: 0, budgetRevision: null, approved: false },
      total: { budget: '0.00', committed: '0.00', fundingGap: '0.00' },
    });
    expect((await get(`${SPLIT}?asOf=2999-12-31`)).body.total).toEqual(head.total);
  });

  it.each([
    ...['asOf=2026-02-30', 'asOf=2026-2-1', 'asOf=', 'asOf=2026-01-01T00:00:00Z', 'asOf=2026-01-01&asOf=2026-01-01'],
    ...['recordedAt=2026-06-01', 'recordedAt=2026-06-01T08:00:00', 'recordedAt=now', 'recordedAt=2026-06-31T08:00:00Z'],
    ...[
      'recordedAt=2026-06-01T08:60:00Z',
      'minPosition=-1',
      'minPosition=1.0',
      'minPosition=01',
      'format=pdf',
      'unit=fen',
    ],
  ])('refuses ?%s', async (query) => {
    const reply = await get(`${SPLIT}?${query}`);
    expect(said(reply)).toBe('400 invalid-parameter');
    expect(reply.body.errors).toEqual([expect.objectContaining({ parameter: query.split('=')[0] })]);
  });

  it.each(['asof=2026-01-01', 'as_of=2026-01-01', 'limit=5', 'x=1', '__proto__=1', 'constructor=1'])(
    'knows no ?%s here',
    async (query) => expect(said(await get(`${SPLIT}?${query}`))).toBe('400 unknown-parameter'),
  );

  it('waits for a position up to the seconds preferred, and says when it is behind', async () => {
    const { position } = (await get(SPLIT)).body as { position: number };
    expect((await get(`${SPLIT}?minPosition=${position}`)).status).toBe(200);
    expect((await get(SPLIT, { 'ledger-position': String(position) })).status).toBe(200);
    const started = Date.now();
    const behind = await get(`${SPLIT}?minPosition=${position + 1}`, { prefer: 'wait=0' });
    expect(said(behind)).toBe('503 projection-behind');
    expect(behind.headers['retry-after']).toBe('1');
    expect(Date.now() - started).toBeLessThan(900);
    expect(said(await get(SPLIT, { 'ledger-position': String(position + 1), prefer: 'wait=0' }))).toBe(
      '503 projection-behind',
    );
    expect(said(await get(SPLIT, { 'ledger-position': 'soon' }))).toBe('400 invalid-parameter');
    const soon = get(`${SPLIT}?minPosition=${position + 1}`, { prefer: 'respond-async, wait=5' });
    const made = await service.post('/v1/schemes/s/pledges', {
      ...{ pledgeId: 'q', source: 'resident-cash', amount: '9.00', occurredOn: '2026-02-01' },
    });
    expect((await soon).status).toBe(200);
    expect(made.body.position).toBeGreaterThanOrEqual(position + 1);
  });

  it('answers 304 to who has it already, in every form', async () => {
    for (const path of [SPLIT, `${SPLIT}?format=csv`, '/v1/schemes/s/pledges?limit=2', '/v1/policies/changzhi-2020']) {
      const first = await get(path);
      expect(first.headers['etag']).toMatch(/^"[^"]+"$/);
      for (const header of [
        first.headers['etag']!,
        `W/${first.headers['etag']}`,
        `"other", ${first.headers['etag']}`,
        '*',
      ]) {
        const again = await get(path, { 'if-none-match': header });
        expect([path, header, again.status, again.text]).toEqual([path, header, 304, '']);
        expect(again.headers['etag']).toBe(first.headers['etag']);
      }
      expect((await get(path, { 'if-none-match': '"other"' })).status).toBe(200);
    }
  });

  describe('a list', () => {
    beforeAll(async () => {
      await city.scheme('l', 'c');
      for (let number = 1; number <= 8; number++) {
        const body = { pledgeId: `p${number}`, source: 'resident-cash', amount: '1.00', occurredOn: '2026-02-01' };
        await service.post('/v1/schemes/l/pledges', body);
      }
    });

    it('is walked to its end and back, each page the same as before', async () => {
      const pages: Reply[] = [await get('/v1/schemes/l/pledges?limit=3')];
      while (pages.at(-1)!.body.next !== null)
        pages.push(await get(`/v1/schemes/l/pledges?limit=3&cursor=${pages.at(-1)!.body.next}`));
      expect(pages.map(ids)).toEqual([
        ['p1', 'p2', 'p3'],
        ['p4', 'p5', 'p6'],
        ['p7', 'p8'],
      ]);
      expect(pages[0]!.body.prev).toBeNull();
      const back = await get(`/v1/schemes/l/pledges?limit=3&cursor=${pages[2]!.body.prev}`);
      expect(ids(back)).toEqual(['p4', 'p5', 'p6']);
      const first = await get(`/v1/schemes/l/pledges?limit=3&cursor=${back.body.prev}`);
      expect(ids(first)).toEqual(['p1', 'p2', 'p3']);
      expect(first.body.prev).toBeNull();
    });

    it('links its neighbours', async () => {
      const second = await get(
        (await get('/v1/schemes/l/pledges?limit=3')).headers['link']!.match(/<([^>]+)>; rel="next"/)![1]!,
      );
      expect(ids(second)).toEqual(['p4', 'p5', 'p6']);
      const link = second.headers['link']!;
      expect(ids(await get(/<([^>]+)>; rel="prev"/.exec(link)![1]!))).toEqual(['p1', 'p2', 'p3']);
      expect(ids(await get(/<([^>]+)>; rel="next"/.exec(link)![1]!))).toEqual(['p7', 'p8']);
      expect((await get('/v1/schemes/l/pledges')).headers['link']).toBeUndefined();
    });

    it('has 50 rows unless up to 500 are asked for', async () => {
      for (const limit of ['0', '501', '999', '-1', '1e2', '1.0', '', '050'])
        expect([limit, said(await get(`/v1/events?limit=${limit}`))]).toEqual([limit, '400 invalid-parameter']);
      expect((await get('/v1/events?limit=500')).status).toBe(200);
      for (const cursor of ['x', 'bnVsbA', '%22', 'W10'])
        expect([cursor, said(await get(`/v1/events?cursor=${cursor}`))]).toEqual([cursor, '400 invalid-parameter']);
    });

    it('keeps its filters beside its cursor', async () => {
      const { body } = await get('/v1/events?type=FundingPledged&limit=2');
      const next = await get(`/v1/events?type=FundingPledged&limit=2&cursor=${body.next}`);
      expect((next.body.items as Item[]).map(({ type }) => type)).toEqual(['FundingPledged', 'FundingPledged']);
      const positions = [...body.items, ...next.body.items].map(({ position }: { position: number }) => position);
      expect(positions).toEqual([...positions].sort((a, b) => a - b));
      expect(new Set(positions).size).toBe(4);
    });

    it('is filtered by its fields, under their names', async () => {
      await city.compound('filtered');
      await city.scheme('drafted', 'filtered', { planStage: 'reserve', centralPlan: false });
      const granted = { occurredOn: '2026-03-01' };
      await city.grant('g-mof', '10.00', { documentNo: '财综[2026]07号', ...granted });
      await city.grant('g-city', '10.00', { level: 'city', ...granted });
      const told = async (path: string) =>
        ((await get(path)).body.items as Record<string, string>[]).map((one) => one['grantId'] ?? one['schemeId']);
      expect(await told('/v1/schemes?state=drafted&compoundId=filtered')).toEqual(['drafted']);
      expect(await told('/v1/schemes?state=approved')).toEqual(['s']);
      expect(await told('/v1/schemes?planStage=reserve&centralPlan=false')).toEqual(['drafted']);
      expect(await told('/v1/schemes?planStage=reserve&centralPlan=true')).toEqual([]);
      expect(await told('/v1/grants?level=central')).toEqual(['g-mof']);
      expect(await told('/v1/grants?level=city')).toEqual(['g-city']);
      expect(await told('/v1/grants?programme=mof')).toEqual(['g-mof']);
      for (const documentNo of ['财综〔2026〕7号', '财综[2026]07号'])
        expect(await told(`/v1/grants?documentNo=${encodeURIComponent(documentNo)}`)).toEqual(['g-mof']);
      expect((await get('/v1/grants/g-city')).body).toMatchObject({ level: 'city', source: 'city-grant' });
      expect(said(await get('/v1/schemes?stage=drafted'))).toBe('400 unknown-parameter');
    });

    it('is empty, with no neighbours, where there is nothing', async () => {
      const { body, headers } = await get('/v1/schemes/s/payments');
      expect(body).toMatchObject({ items: [], next: null, prev: null });
      expect(headers['link']).toBeUndefined();
    });
  });

  describe('in flat forms', () => {
    it('gives CSV with a byte order mark, and no cell a spreadsheet would run', async () => {
      const reply = await get('/v1/compounds?format=csv');
      expect(reply.headers['content-type']).toBe('text/csv; charset=utf-8');
      const [head, row] = reply.text.split('\r\n');
      expect(head!.startsWith('\ufeff')).toBe(true);
      expect(head).toContain('compoundId');
      expect(row).toContain(`'=HYPERLINK`);
    });

    it('gives one JSON object a line', async () => {
      const reply = await get('/v1/schemes/s/pledges?format=ndjson&limit=3');
      expect(reply.headers['content-type']).toMatch(/^application\/x-ndjson/);
      const rows = reply.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Item);
      expect(rows.map(({ pledgeId, amount }) => [pledgeId, amount])).toEqual([
        ['p1', '1.00'],
        ['p2', '2.00'],
        ['p3', '3.00'],
      ]);
      expect(reply.headers['link']).toContain('rel="next"');
    });

    it('gives a workbook', async () => {
      const reply = await get(`${SPLIT}?format=xlsx`);
      expect(reply.headers['content-type']).toBe('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet');
      expect(reply.text.startsWith('PK')).toBe(true);
    });

    it('shows 万元 for display only, halves up, and JSON stays in yuan', async () => {
      await city.scheme('wan', 'c');
      await city.budget('wan', [
        { lineId: 'road', workItem: 'road', amount: '19979500.00' },
        { lineId: 'gas', workItem: 'gas-supply', amount: '150.00' },
      ]);
      const wan = await get('/v1/schemes/wan/cost-split?format=csv&unit=wan');
      // 19,979,650.00 yuan are 1,997.965 万元: 1,997.97.
      expect(wan.text).toContain('1997.97');
      expect((await get('/v1/schemes/wan/cost-split?unit=wan')).body.publicArea.budget).toBe('19979650.00');
      const bond = {
        ...{ bondId: 'wan', name: '专项债', divisionCode: '140403', principal: '50000000.00', couponRate: '0.03' },
        ...{ termYears: 1, valueDate: '2026-04-01', paymentsPerYear: 1, repayment: 'bullet', occurredOn: '2026-04-01' },
      };
      await service.post('/v1/bonds', bond);
      // A rate of two places is no money.
      const [names, values] = (await get('/v1/bonds?format=csv&unit=wan')).text
        .split('\r\n')
        .map((row) => row.split(','));
      const told = Object.fromEntries(names!.map((name, index) => [name, values![index]]));
      expect(told).toMatchObject({ principal: '5000.00', couponRate: '0.03' });
    });
  });

  it('lists events as CloudEvents, after a position, of a stream, of a type, of a compound, between dates', async () => {
    const { body } = await get('/v1/events?limit=1');
    expect(body.items[0]).toMatchObject({ specversion: '1.0', subject: 'compound-c', type: 'CompoundRegistered' });
    const one = body.items[0] as { position: number; id: string };
    expect((await get(`/v1/events/${one.id}`)).body).toEqual(body.items[0]);
    const after = await get(`/v1/events?after=${one.position}&limit=1`);
    expect(after.body.items[0].position).toBeGreaterThan(one.position);
    const of = async (query: string) =>
      ((await get(`/v1/events?limit=500&${query}`)).body.items as Item[]).map(({ type }) => type);
    expect(await of('stream=compound-c')).toEqual(['CompoundRegistered']);
    expect(await of('compound=c&type=SchemeDrafted')).toEqual(['SchemeDrafted', 'SchemeDrafted', 'SchemeDrafted']);
    expect(said(await get('/v1/events?from=2026-02-30'))).toBe('400 invalid-parameter');
    expect(await of('from=2026-01-08&to=2026-01-15')).toEqual(['SchemePublished', 'ConsultationClosed']);
  });

  describe('inside a division', () => {
    beforeAll(async () => {
      await city.compound('far', { divisionCode: '140404' });
      await city.scheme('far-s', 'far');
      await city.grant('far-g', '10.00', { level: 'county', divisionCode: '140404' });
    });
    const asLuzhou = (path: string) => service.get(path, { as: 'luzhou' });

    it('is told nothing of what lies outside', async () => {
      for (const [path, code] of [
        ['/v1/compounds/far', 'compound'],
        ['/v1/compounds/far/households', 'compound'],
        ['/v1/compounds/far/cost-split', 'compound'],
        ['/v1/schemes/far-s', 'scheme'],
        ['/v1/schemes/far-s/cost-split', 'scheme'],
        ['/v1/schemes/far-s/household-shares', 'scheme'],
        ['/v1/schemes/far-s/payments', 'scheme'],
        ['/v1/grants/far-g', 'grant'],
      ]) {
        expect((await get(path!)).status).toBe(200);
        expect(said(await asLuzhou(path!))).toBe(`404 ${code}-not-found`);
      }
      const listed = async (path: string) => (await asLuzhou(path)).text;
      for (const path of [
        '/v1/compounds',
        '/v1/schemes',
        '/v1/grants',
        '/v1/events?limit=500',
        '/v1/ledger/trial-balance',
      ])
        expect([path, (await listed(path)).includes('far')]).toEqual([path, false]);
      expect((await asLuzhou('/v1/overview')).body.items.map(({ key }: Item) => key)).toEqual(['140403']);
    });

    it('writes nothing there: 404 for what is there, 403 for what would be made', async () => {
      const post = (path: string, body: object) => service.post(path, body, { as: 'luzhou' });
      const pledge = { source: 'resident-cash', amount: '1.00', occurredOn: '2026-02-01' };
      expect(said(await post('/v1/schemes/far-s/pledges', pledge))).toBe('404 scheme-not-found');
      const amendment = { amount: '1.00', reason: '调整', documentNo: '长财〔2026〕1号', occurredOn: '2026-02-01' };
      expect(said(await post('/v1/grants/far-g/amendments', amendment))).toBe('404 grant-not-found');
      const compound = {
        ...{ name: '小区', divisionCode: '140404', builtYear: 1998, occurredOn: '2026-01-05' },
        buildings: [{ buildingNo: '1', floors: 6, hasElevator: false }],
      };
      expect(said(await post('/v1/compounds', compound))).toBe('403 outside-division');
      const grant = { level: 'county', documentNo: '长财〔2026〕2号', amount: '1.00', fiscalYear: 2026 };
      const awarded = { ...grant, divisionCode: '1404', occurredOn: '2026-01-10' };
      expect(said(await post('/v1/grants', awarded))).toBe('403 outside-division');
      const scheme = { compoundId: 'far', planYear: 2026, title: '方案', centralPlan: true, occurredOn: '2026-01-06' };
      expect(said(await post('/v1/schemes', scheme))).toBe('404 compound-not-found');
      // An id taken outside one's own division is answered, and not recorded there.
      const before = (await get('/v1/schemes/far-s')).body.revision;
      expect(said(await post('/v1/schemes', { ...scheme, schemeId: 'far-s', compoundId: 'c' }))).toBe(
        '409 already-exists',
      );
      expect((await get('/v1/schemes/far-s')).body.revision).toBe(before);
      const move = { divisionCode: '140404', reason: '更正', occurredOn: '2026-01-06' };
      await city.compound('near');
      expect(said(await post('/v1/compounds/near/corrections', move))).toBe('403 outside-division');
    });

    it('shares a grant with every division it is passed to, for reading', async () => {
      await city.grant('shared', '100.00', { level: 'city' });
      expect(said(await asLuzhou('/v1/grants/shared'))).toBe('404 grant-not-found');
      const body = { schemeId: 's', amount: '10.00', occurredOn: '2026-02-01' };
      expect(said(await service.post('/v1/grants/shared/allocations', body))).toBe('201');
      expect((await asLuzhou('/v1/grants/shared')).body).toMatchObject({ allocated: '10.00' });
      const again = await service.post('/v1/grants/shared/allocations', body, { as: 'luzhou' });
      expect(said(again)).toBe('404 grant-not-found');
    });
  });

  it('shows what it is asked for in Chinese and English', async () => {
    for (const path of ['/v1/policies/changzhi-2020', '/v1/funding-sources', '/v1/work-items'])
      expect((await get(path)).text).toMatch(/[\u4e00-\u9fff]/);
    const { body } = await get('/v1/policies/changzhi-2020');
    expect(body.rules).toHaveLength(22);
    expect(said(await get('/v1/policies/none'))).toBe('404 policy-not-found');
    const labels = async (groupBy: string, headers: Record<string, string> = {}) =>
      ((await get(`/v1/overview?groupBy=${groupBy}`, headers)).body.items as { label: string }[]).map(
        ({ label }) => label,
      );
    expect(await labels('work-class')).toEqual(['基础设施', '品质提升']);
    expect(await labels('work-class', { 'accept-language': 'en' })).toEqual(['Infrastructure', 'Quality']);
    // A compound that bears a year for its id lends it no name.
    await city.compound('2026', { name: '同名小区' });
    expect(await labels('year')).toEqual(['2026']);
  });
});
