import { City } from '../support/city.js';
import { everyFlat, FUND, Fund, TWELVE, VOTE } from '../support/fund.js';
import { expectRefused, said } from '../support/refusals.js';
import { accepted, TestClock, TestService } from '../support/service.js';

describe('what a maintenance fund refuses, over HTTP', () => {
  let service: TestService;
  let fund: Fund;
  beforeAll(async () => {
    service = await TestService.open();
    fund = await Fund.of(service, 'twelve', TWELVE);
    accepted(await fund.deposit(everyFlat('3000.00'), '2019-03-01'));
  });
  afterAll(() => service.close());

  it('takes no deposit that names nobody, twice, nothing or too much detail, and records none of it', async () => {
    const post = (entries: object[]) => fund.post('/deposits', { kind: 'first', entries, occurredOn: '2026-01-10' });
    const unknown = await post([
      { householdId: 'h01', amount: '1.00' },
      { householdId: 'h99', amount: '1.00' },
    ]);
    expect(said(unknown)).toBe('404 household-not-found');
    expect(unknown.body.errors[0].pointer).toBe('/entries/1/householdId');
    const twice = { householdId: 'h01', amount: '1.00' };
    for (const entries of [
      [twice, { ...twice, payer: 'owner' }],
      [{ householdId: 'h01', amount: '0.00' }],
      [{ householdId: 'h01', amount: '1.000' }],
      [{ householdId: 'h01', unitId: 'u1', amount: '1.00' }],
      [],
    ])
      expect(said(await post(entries))).toBe('400 invalid-field');
    expect((await fund.get()).body).toMatchObject({ deposited: '36000.00', balance: '36000.00' });
  });

  it('refuses a draw by its rule and the words of its clause', async () => {
    const inside = await fund.propose('r1', '1.00', { workItem: 'doors-and-windows' });
    expect(said(inside)).toBe('422 rule-refused R14');
    expect(inside.body.clauseText).toContain('可以用于电梯、屋顶、外墙、无障碍设施等共有部分的维修、更新和改造。');
    expect(said(await fund.propose('r2', '1.00', { workItem: 'indoor-gas', assetOwner: 'operator' }))).toMatch(/R14$/);
    expect(said(await fund.propose('r3', '1.00', { exclusion: 'warranty' }))).toMatch(/R14$/);
    const owners = { total: 12, participated: 8, agreed: 4 };
    expectRefused(await fund.propose('r4', '1.00', { vote: { ...VOTE, owners } }), 'R15');
    // Two thirds of 1,057.13 m² are 704.753…: 704.75 fall short by a hundredth, 704.76 do not.
    const areaM2 = (participated: string) => ({ total: '1057.13', participated, agreed: participated });
    expectRefused(await fund.propose('r5', '1.00', { vote: { ...VOTE, areaM2: areaM2('704.75') } }), 'R15');
    accepted(await fund.propose('r6', '1.00', { vote: { ...VOTE, areaM2: areaM2('704.76') } }));
    expect(said(await fund.propose('r7', '1.00', { vote: undefined }))).toMatch(/R15$/);
    const emergency = { kind: 'roof-leak', reason: '顶层渗漏' };
    expect(said(await fund.propose('r8', '1.00', { emergency }))).toBe('400 invalid-field');
    accepted(await fund.propose('r9', '1.00', { emergency, vote: undefined }));
    expect(said(await fund.propose('r9', '1.00'))).toBe('409 already-exists');
    const { items } = (await service.get('/v1/decisions?rule=R14&outcome=refused')).body;
    expect(items).toHaveLength(3);
  });

  it('says which place of a scope is not there', async () => {
    const scope = (one: object) => fund.propose('p1', '1.00', { scope: one });
    const found = async (one: object) => {
      const reply = await scope(one);
      return `${said(reply)} ${reply.body.errors[0].pointer}`;
    };
    expect(await found({ households: ['h01', 'h99'] })).toBe('404 household-not-found /scope/households/1');
    expect(await found({ buildings: ['9'] })).toBe('404 building-not-found /scope/buildings/0');
    expect(await found({ entrances: [{ buildingNo: '1', entranceNo: '9' }] })).toBe(
      '404 entrance-not-found /scope/entrances/0/entranceNo',
    );
    expect(said(await scope({ buildings: [] }))).toBe('400 invalid-field');
    expect(said(await scope({ all: true, buildings: ['1'] }))).toBe('400 invalid-field');
    expect(said(await fund.propose('p1', '1.00', { schemeId: 'nowhere' }))).toBe('404 scheme-not-found');
  });

  it('is opened once, and shown to those it may be shown to', async () => {
    const body = {
      compoundId: 'twelve',
      openedOn: '2019-02-01',
      depositRates: [{ from: '2019-02-01', ratePerM2: '80.00' }],
      interestRule: 'two-tier-annual',
      interestRates: [{ from: '2019-02-01', demand: '0.0035', term: '0.013' }],
    };
    expect(said(await service.post(FUND, body))).toBe('409 already-exists');
    expect(said(await service.post(FUND, { ...body, compoundId: 'nowhere' }))).toBe('404 compound-not-found');
    expect(said(await service.get(`${FUND}/nowhere`))).toBe('404 maintenance-fund-not-found');
    for (const path of ['/sub-accounts', '/sub-accounts/h01', '/draws', '/draws/r6'])
      expect(said(await fund.get(path, 'viewer'))).toBe('403 forbidden');
    for (const path of ['', '/statement?year=2026', '/forecast'])
      expect((await fund.get(path, 'viewer')).status).toBe(200);
    expect(said(await service.get(`${FUND}/twelve`, { as: 'elsewhere' }))).toBe('404 maintenance-fund-not-found');
    expect(said(await fund.get('/forecast?years=51'))).toBe('400 invalid-parameter');
    const worn = [{ id: 'a', name: '屋面', cost: '1.00', usefulLife: 5, remainingLife: 6 }];
    expect(said(await fund.post('/components', { surveyedOn: '2026-01-01', components: worn }))).toBe(
      '422 out-of-range',
    );
    expect(said(await service.post(`${FUND}/twelve/forecast`, { components: worn }, { key: null }))).toBe(
      '422 out-of-range',
    );
    expect(said(await fund.post('/rates', { from: '2026-01-01' }))).toBe('400 invalid-field');
  });

  it('keeps its compound in the division its books are kept under', async () => {
    await new City(service).compound('mover');
    const move = () =>
      service.post('/v1/compounds/mover/corrections', {
        ...{ divisionCode: '140404', reason: '区划录入有误', occurredOn: '2026-02-01' },
      });
    accepted(await move());
    const rates = {
      depositRates: [{ from: '2026-02-01', ratePerM2: '80.00' }],
      interestRates: [{ from: '2026-02-01', demand: '0.0035', term: '0.013' }],
    };
    const body = { compoundId: 'mover', openedOn: '2026-02-01', interestRule: 'two-tier-annual', ...rates };
    const opened = accepted(await service.post(FUND, body));
    const back = { divisionCode: '140403', reason: '再次更正', occurredOn: '2026-02-02' };
    const refused = await service.post('/v1/compounds/mover/corrections', back);
    expect([said(refused), refused.body.eventIds]).toEqual(['409 dependent-entries', opened.body.eventIds]);
    accepted(await service.post('/v1/compounds/mover/corrections', { ...back, divisionCode: '140404', name: '新名' }));
  });

  it('shows no more before it was known or happened', async () => {
    const clock = new TestClock();
    const other = await TestService.open(clock);
    const late = await Fund.of(other, 'late', ['100.00']);
    accepted(await late.deposit({ h01: '100.00' }, '2026-02-01'));
    const known = clock.now().toISOString();
    clock.advance(60_000);
    accepted(await late.deposit({ h01: '11.00' }, '2026-01-15'));
    const balance = async (query: string) => (await late.get(query)).body.balance as string;
    expect(await balance('')).toBe('111.00');
    expect(await balance('?asOf=2026-01-31')).toBe('11.00');
    expect(await balance(`?recordedAt=${known}`)).toBe('100.00');
    expect(await balance(`?recordedAt=${known}&asOf=2026-01-31`)).toBe('0.00');
    expect((await late.get('/draws/none')).body.code).toBe('draw-not-found');
    expect((await late.get('/sub-accounts/none')).body.code).toBe('sub-account-not-found');
    await other.close();
  });
});

describe('money of a draw goes to its scheme and comes back', () => {
  let service: TestService;
  let fund: Fund;
  let city: City;
  beforeAll(async () => {
    service = await TestService.open();
    fund = await Fund.of(service, 'c1', TWELVE);
    city = new City(service);
    await city.scheme('s1', 'c1');
    await city.budget('s1', [
      { lineId: 'L1', workItem: 'roof', amount: '40000.00' },
      { lineId: 'L2', workItem: 'road', amount: '1000.00' },
      { lineId: 'L3', workItem: 'water-and-drainage', amount: '1000.00' },
    ]);
    await city.approve('s1');
    accepted(await fund.deposit(everyFlat('3000.00'), '2019-03-01'));
    accepted(await fund.propose('d1', '35000.00', { schemeId: 's1' }));
    accepted(await fund.approve('d1'));
  });
  afterAll(() => service.close());
  const toScheme = { payee: undefined, schemeId: 's1' };
  const accounts = async () =>
    (await fund.get('/sub-accounts')).body.items.map((row: { balance: string; dueFromHousehold: string }) => [
      row.balance,
      row.dueFromHousehold,
    ]);
  const inTransit = async () =>
    (await service.get('/v1/ledger/trial-balance')).body.books
      .flatMap(({ accounts: list }: { accounts: { account: string }[] }) => list)
      .filter(({ account }: { account: string }) => account.includes('in-transit'));

  it('a payment reversed at either end is reversed at both, to the exact fen', async () => {
    const before = await accounts();
    const paid = accepted(await fund.pay('d1', toScheme));
    expect(await accounts()).not.toEqual(before);
    for (const [index, end] of paid.body.eventIds.entries()) {
      if (index > 0) accepted(await fund.pay('d1', toScheme));
      const reversal = { reason: '误付', occurredOn: '2026-03-11' };
      const eventId = index === 0 ? end : await latest('MaintenanceFundsReceived');
      accepted(await service.post(`/v1/entries/${eventId}/reversal`, reversal));
      expect(await accounts()).toEqual(before);
      expect((await fund.get('/draws/d1')).body).toMatchObject({
        state: 'approved',
        paid: '0.00',
        reserved: '35000.00',
      });
      expect(await inTransit()).toEqual([]);
    }
  });

  const latest = async (type: string): Promise<string> =>
    (await service.get(`/v1/events?type=${type}&limit=500`)).body.items.at(-1).id as string;

  it('comes back by fund-returns, first to what is due, then to the sub-accounts', async () => {
    accepted(await fund.pay('d1', toScheme));
    expect(said(await fund.post('/draws/d1/refund', { amount: '1.00', reason: '退', occurredOn: '2026-04-01' }))).toBe(
      '422 wrong-route',
    );
    const back = { source: 'maintenance-fund', reference: 'd1', amount: '35000.00', reason: '工程取消' };
    accepted(await service.post('/v1/schemes/s1/fund-returns', { ...back, occurredOn: '2026-04-01' }));
    expect(await accounts()).toEqual(TWELVE.map(() => ['3000.00', '0.00']));
    expect((await fund.get('/draws/d1')).body).toMatchObject({ state: 'paid', paid: '35000.00', refunded: '35000.00' });
    const { total } = (await service.get('/v1/schemes/s1/cost-split')).body;
    expect(total).toMatchObject({ committed: '0.00', received: '0.00' });
    expect(await inTransit()).toEqual([]);
  });

  const undo = (eventId: string) =>
    service.post(`/v1/entries/${eventId}/reversal`, { reason: '误付', occurredOn: '2026-03-20' });

  it('a payment to a scheme is not reversed while what it left due is collected, at either end', async () => {
    const small = await Fund.of(service, 'c9', ['50.00', '50.00']);
    await city.scheme('s9', 'c9');
    await city.budget('s9', [
      { lineId: 'L1', workItem: 'roof', amount: '100.00' },
      { lineId: 'L2', workItem: 'road', amount: '100.00' },
      { lineId: 'L3', workItem: 'water-and-drainage', amount: '100.00' },
    ]);
    await city.approve('s9');
    accepted(await small.deposit({ h01: '10.00' }, '2019-03-01'));
    accepted(await small.propose('d9', '1.00', { schemeId: 's9', scope: { households: ['h02'] } }));
    accepted(await small.approve('d9'));
    // h02 has nothing: the fund advances 1.00 and h02 owes it, and pays it.
    const paid = accepted(await small.pay('d9', { payee: undefined, schemeId: 's9' }));
    const collection = { householdId: 'h02', amount: '1.00', voucherNo: '收-1', occurredOn: '2026-03-15' };
    const collected = accepted(await small.post('/draws/d9/collections', collection));
    for (const end of paid.body.eventIds as string[]) {
      const refused = await undo(end);
      expect([said(refused), refused.body.eventIds]).toEqual(['409 dependent-entries', collected.body.eventIds]);
    }
    expect((await service.get('/v1/schemes/s9/cost-split')).body.total.received).toBe('1.00');
    accepted(await undo(collected.body.eventIds[0]));
    accepted(await undo(paid.body.eventIds[1]));
    expect((await small.get()).body).toMatchObject({ balance: '10.00', due: '0.00', drawn: '0.00', reserved: '1.00' });
  });

  it('a payment to a scheme of more households than one event holds crosses whole, and is reversed whole', async () => {
    const large = await Fund.of(
      service,
      'c11',
      Array.from({ length: 1_001 }, () => '50.00'),
    );
    await city.scheme('s11', 'c11');
    await city.budget('s11', [
      { lineId: 'L1', workItem: 'roof', amount: '1001.00' },
      { lineId: 'L2', workItem: 'road', amount: '100.00' },
      { lineId: 'L3', workItem: 'water-and-drainage', amount: '100.00' },
    ]);
    await city.approve('s11');
    const ids = Array.from({ length: 1_001 }, (_, index) => `h${String(index + 1).padStart(2, '0')}`);
    accepted(await large.deposit(Object.fromEntries(ids.map((id) => [id, '2.00'])), '2019-03-01'));
    accepted(await large.propose('d11', '1001.00', { schemeId: 's11' }));
    accepted(await large.approve('d11'));
    const paid = accepted(await large.pay('d11', { payee: undefined, schemeId: 's11' }));
    // Two of the fund, of 1,000 households and of one, and one of the scheme.
    const types = await Promise.all(
      (paid.body.eventIds as string[]).map(async (id) => (await service.get(`/v1/events/${id}`)).body.type as string),
    );
    expect(types).toEqual(['DrawPaid', 'DrawPaid', 'MaintenanceFundsReceived']);
    const received = async () => (await service.get('/v1/schemes/s11/cost-split')).body.total.received;
    expect(await received()).toBe('1001.00');
    accepted(await undo(paid.body.eventIds[1]));
    expect([await received(), (await large.get()).body.drawn, await inTransit()]).toEqual(['0.00', '0.00', []]);
  });

  it('deposits in an atomic batch, and one amended, stand as if they had come alone', async () => {
    const two = await Fund.of(service, 'c7', ['50.00', '50.00']);
    const deposit = (householdId: string, amount: string) => ({
      ...{ kind: 'first', entries: [{ householdId, amount }], occurredOn: '2019-03-01' },
    });
    const commands = [deposit('h01', '10.00'), deposit('h02', '20.00')].map((body) => ({
      ...{ path: '/v1/maintenance-funds/c7/deposits', body },
    }));
    const batch = await service.post('/v1/command-batches?mode=atomic', { commands });
    expect([batch.status, batch.body.summary.succeeded]).toEqual([207, 2]);
    const [first] = batch.body.items[0].eventIds as string[];
    const replacement = { ...deposit('h01', '11.00'), occurredOn: '2026-03-20' };
    const amended = { reason: '误记', occurredOn: '2026-03-20', replacement };
    accepted(await service.post(`/v1/entries/${first}/amendment`, amended));
    expect((await two.get()).body).toMatchObject({ balance: '31.00', deposited: '31.00' });
  });

  it('a payment is not reversed onto a sub-account that was closed since', async () => {
    const one = await Fund.of(service, 'c8', ['50.00']);
    accepted(await one.deposit({ h01: '10.00' }, '2019-03-01'));
    accepted(await one.propose('d8', '1.00'));
    accepted(await one.approve('d8'));
    const paid = accepted(await one.pay('d8'));
    const closing = { householdId: 'h01', reason: '灭失', occurredOn: '2026-03-16' };
    const closed = accepted(await one.post('/closures', closing));
    const refused = await undo(paid.body.eventIds[0]);
    expect([said(refused), refused.body.eventIds]).toEqual(['409 dependent-entries', closed.body.eventIds]);
    accepted(await undo(closed.body.eventIds[0]));
    accepted(await undo(paid.body.eventIds[0]));
    expect((await one.get()).body).toMatchObject({ balance: '10.00', reserved: '1.00' });
  });

  it('a deposit is reversed for some households only, once each', async () => {
    const deposit = accepted(await fund.deposit({ h01: '5.00', h02: '7.00' }, '2026-05-01', 'replenishment'));
    const reverse = (only?: string[]) =>
      service.post(`/v1/entries/${deposit.body.eventIds[0]}/reversal`, {
        reason: '误记',
        occurredOn: '2026-05-02',
        ...(only ? { only } : {}),
      });
    accepted(await reverse(['h01']));
    expect(said(await reverse(['h01']))).toBe('409 already-reversed');
    expect(said(await reverse())).toBe('409 already-reversed');
    expect(said(await reverse(['h03']))).toBe('404 household-not-found');
    accepted(await reverse(['h02']));
    expect((await fund.get()).body.balance).toBe('36000.00');
  });

  it('a sub-account tells its own story, and its entries sum to its balance', async () => {
    const { body } = await fund.get('/sub-accounts/h12');
    const sum = (name: 'amount' | 'due' | 'reserved') =>
      body.entries.reduce(
        (all: number, entry: Record<string, string>) => all + Math.round(Number(entry[name]) * 100),
        0,
      );
    expect([sum('amount'), sum('due'), sum('reserved')]).toEqual([300_000, 0, 0]);
    expect(body.balance).toBe('3000.00');
    const csv = await fund.get('/sub-accounts/h12?format=csv');
    expect(csv.text.split('\r\n').length).toBe(body.entries.length + 2);
  });
});
