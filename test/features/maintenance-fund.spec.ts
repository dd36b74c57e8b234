import { City } from '../support/city.js';
import { everyFlat, FUND, Fund, TWELVE } from '../support/fund.js';
import { accepted, TestService } from '../support/service.js';

const fenOf = (amount: string): bigint => BigInt(amount.replace('.', ''));
const sum = (amounts: readonly string[]): bigint => amounts.reduce((all, amount) => all + fenOf(amount), 0n);

describe('the maintenance fund over HTTP', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await TestService.open();
  });
  afterAll(() => service.close());

  it('asks 80.00 a square metre as first deposit, and 30 % of it at least (§7)', async () => {
    const fund = await Fund.of(service, 'deposits', ['89.37']);
    accepted(await fund.deposit({ h01: '7149.60' }, '2019-03-01'));
    const { body } = await fund.get('/sub-accounts');
    expect(body.items).toEqual([
      expect.objectContaining({
        householdId: 'h01',
        requiredFirstDeposit: '7149.60',
        firstDeposit: '7149.60',
        balance: '7149.60',
        firstDepositRatio: '1.0000',
        replenishmentTrigger: '2144.88',
        replenishmentDue: '0.00',
        dueFromHousehold: '0.00',
        book: 'commodity',
      }),
    ]);
  });

  it('earns by two tiers: 104.00, then 105.35 and 2.65, and stands at 9,712.00 (§6)', async () => {
    const fund = await Fund.of(service, 'two-tier', ['100.00'], { openedOn: '2024-12-31' });
    // Received on 31 December 2024: no day of that year is left to earn anything.
    accepted(await fund.deposit({ h01: '8000.00' }, '2024-12-31'));
    accepted(await fund.deposit({ h01: '1500.00' }, '2026-06-30', 'replenishment'));
    const settled = accepted(await fund.post('/interest-settlements', { settledOn: '2026-12-31' }));
    expect(settled.body.settlements).toEqual([
      { settledOn: '2024-12-31', interest: '0.00' },
      { settledOn: '2025-12-31', interest: '104.00' },
      // 8,104.00 × 1.30 % = 105.35; 1,500.00 × 0.35 % × 184 ÷ 365 = 2.65
      { settledOn: '2026-12-31', interest: '108.00' },
    ]);
    expect((await fund.get()).body).toMatchObject({ balance: '9712.00', deposited: '9500.00', income: '212.00' });
    expect((await fund.get('?asOf=2025-12-31')).body.balance).toBe('8104.00');
    expect((await fund.post('/interest-settlements', { settledOn: '2026-12-31' })).body.code).toBe('already-done');
    expect((await fund.post('/interest-settlements', { settledOn: '2027-06-30' })).body.code).toBe(
      'not-a-settlement-date',
    );
  });

  it('earns by the quarter: 8.76 on 20 March 2026, and 2.27 where the demand rate falls in October (§6)', async () => {
    const quarterly = await Fund.of(service, 'quarterly', ['100.00'], {
      openedOn: '2025-12-01',
      interestRule: 'quarterly-demand',
      interestRates: [
        { from: '2025-12-21', demand: '0.0035', term: '0.013' },
        { from: '2000-01-01', demand: '0', term: '0' },
      ],
    });
    accepted(await quarterly.deposit({ h01: '10000.00' }, '2025-12-20'));
    accepted(await quarterly.deposit({ h01: '1000.00' }, '2026-03-20', 'replenishment'));
    const { body } = accepted(await quarterly.post('/interest-settlements', { settledOn: '2026-03-20' }));
    expect(body.settlements.at(-1)).toEqual({ settledOn: '2026-03-20', interest: '8.76' });

    const falling = await Fund.of(service, 'falling', ['100.00'], { openedOn: '2025-01-01' });
    accepted(await falling.deposit({ h01: '1500.00' }, '2025-06-30'));
    accepted(
      await falling.post('/rates', { from: '2025-10-01', interestRates: [{ demand: '0.0025', term: '0.013' }] }),
    );
    const reply = accepted(await falling.post('/interest-settlements', { settledOn: '2025-12-31' }));
    expect(reply.body.interest).toBe('2.27');
  });

  it('draws 35,000.00 over the twelve areas, pays it, and takes it back to the exact fen (§1)', async () => {
    const fund = await Fund.of(service, 'twelve', TWELVE);
    accepted(await fund.deposit(everyFlat('3000.00'), '2019-03-01'));
    accepted(await fund.propose('d1', '35000.00'));
    const approval = accepted(await fund.approve('d1'));
    const published = '2862.23 2862.23 3050.29 3050.29 2452.68 2452.68 2862.23 2862.23 3050.29 3050.28 2452.68 3991.89';
    expect(approval.body.shares.map(({ amount }: { amount: string }) => amount)).toEqual(published.split(' '));
    expect((await fund.get()).body).toMatchObject({ balance: '36000.00', reserved: '35000.00', due: '0.00' });

    const payment = accepted(await fund.pay('d1'));
    // 3,050.29 and 3,991.89 are more than the 3,000.00 there: 4 × 50.29 less 0.01, and 991.89.
    expect(payment.body).toMatchObject({ amount: '35000.00', due: '1193.04' });
    expect((await fund.get()).body).toMatchObject({
      balance: '1000.00',
      reserved: '0.00',
      due: '1193.04',
      drawn: '35000.00',
    });
    const draw = (await fund.get('/draws/d1')).body;
    expect(draw).toMatchObject({ state: 'paid', paid: '35000.00', due: '1193.04', refunded: '0.00' });
    expect(draw.shares.at(-1)).toEqual({
      householdId: 'h12',
      amount: '3991.89',
      paid: '3991.89',
      refunded: '0.00',
      due: '991.89',
    });
    expect((await fund.get('/sub-accounts?due=true')).body.items).toHaveLength(5);

    accepted(await fund.post('/draws/d1/refund', { amount: '35000.00', reason: '工程取消', occurredOn: '2026-04-01' }));
    const after = (await fund.get('/sub-accounts')).body.items as { balance: string; dueFromHousehold: string }[];
    expect(after.map(({ balance, dueFromHousehold }) => [balance, dueFromHousehold])).toEqual(
      TWELVE.map(() => ['3000.00', '0.00']),
    );
    expect((await fund.get()).body).toMatchObject({ balance: '36000.00', drawn: '0.00', due: '0.00' });
    const again = await fund.post('/draws/d1/refund', { amount: '0.01', reason: '再退', occurredOn: '2026-04-01' });
    expect(again.body.code).toBe('already-done');
  });

  it('splits a draw over mixed ownership as it was recorded when approved (§2)', async () => {
    const fund = await Fund.of(service, 'mixed-ownership', ['200.00', '60.00', '40.00', '70.00', '30.00']);
    const titles = {
      h02: 'sold-public-housing',
      h03: 'sold-public-housing',
      h04: 'unsold-commodity',
      h05: 'state-owned',
    };
    for (const [householdId, ownership] of Object.entries(titles))
      accepted(
        await fund.post('/transfers', { householdId, ownership, ownerUnitId: 'unit-1', occurredOn: '2019-02-02' }),
      );
    accepted(await fund.deposit({ h01: '20000.00', h02: '1000.00', h03: '2000.00' }, '2019-03-01'));
    const entries = [
      { householdId: 'h02', amount: '9000.00', payer: 'selling-unit' },
      { unitId: 'unit-1', amount: '500.00' },
    ];
    accepted(await fund.post('/deposits', { kind: 'first', entries, occurredOn: '2019-03-01' }));
    accepted(await fund.propose('d1', '10000.00'));
    const { body } = accepted(await fund.approve('d1'));
    // 10,000.00 over 200 + 100 + 100 m²: 5,000.00 commodity, 2,500.00 sold public, 2,500.00 unsold. Sold public: owners
    // deposited 3,000.00, the seller 9,000.00 for them (the 500.00 is for no household) → 625.00 and 1,875.00; 60 : 40.
    expect(body.shares).toEqual([
      { householdId: 'h01', amount: '5000.00' },
      { householdId: 'h02', amount: '375.00' },
      { householdId: 'h03', amount: '250.00' },
      { unitId: 'unit-1', amount: '4375.00' },
    ]);
    expect((await fund.get('/sub-accounts/unit-1')).body).toMatchObject({
      unitId: 'unit-1',
      balance: '9500.00',
      reserved: '4375.00',
      firstDeposit: '9500.00',
      book: 'sold-public-housing',
    });
  });

  it('keeps commodity housing and sold public housing in books of their own (财会〔2020〕7号)', async () => {
    const fund = new Fund(service, 'mixed-ownership');
    accepted(await fund.pay('d1'));
    const { body } = await fund.get('/books', 'viewer');
    const of = (index: number) =>
      body.books[index].accounts.map(({ code, amount }: { code: string; amount: string }) => `${code} ${amount}`);
    // h01 20,000.00 less 5,000.00. h02 and h03 1,000.00 and 2,000.00, the unit 9,500.00, less 375.00, 250.00 and 4,375.00.
    expect(of(0)).toEqual(['1001 15000.00', '3001 15000.00', '4001 20000.00', '5001 5000.00']);
    expect(of(1)).toEqual(['1001 7500.00', '3002 7500.00', '4001 12500.00', '5001 5000.00']);
  });

  it('a developer that has sold its last flat stays in the book of commodity housing', async () => {
    const fund = await Fund.of(service, 'developer', ['100.00', '60.00']);
    const transfer = (householdId: string, ownership: string, occurredOn: string, ownerUnitId?: string) =>
      fund.post('/transfers', { householdId, ownership, occurredOn, ...(ownerUnitId ? { ownerUnitId } : {}) });
    accepted(await transfer('h01', 'unsold-commodity', '2019-02-02', 'dev'));
    accepted(await transfer('h02', 'sold-public-housing', '2019-02-02', 'mill'));
    const entries = [
      { unitId: 'dev', amount: '8000.00' },
      { householdId: 'h02', amount: '3000.00', payer: 'selling-unit' },
    ];
    accepted(await fund.post('/deposits', { kind: 'first', entries, occurredOn: '2019-03-01' }));
    const books = async () =>
      (await fund.get('/books')).body.books.map(
        ({ accounts }: { accounts: { amount: string }[] }) => accounts[0]?.amount,
      );
    expect(await books()).toEqual(['8000.00', '3000.00']);
    const households = [{ householdId: 'h01', ownership: 'unsold-commodity', ownerUnitId: 'dev' }];
    const correction = { households, reason: '登记', occurredOn: '2019-03-02' };
    accepted(await service.post('/v1/compounds/developer/corrections', correction));
    accepted(await transfer('h01', 'commodity', '2020-01-01'));
    expect(await books()).toEqual(['8000.00', '3000.00']);
    expect((await fund.get('/sub-accounts/dev')).body.book).toBe('commodity');
    const { text } = await service.get('/v1/ledger/export?format=hledger', { as: 'auditor' });
    expect(/cash:fund:developer:unit:dev .*\n {4}; book: ([a-z-]+)/.exec(text)?.[1]).toBe('commodity');
  });

  it('pays a draw to its scheme through the in-transit account', async () => {
    const fund = await Fund.of(service, 'crossing', TWELVE);
    const city = new City(service);
    await city.scheme('s-crossing', 'crossing');
    await city.budget('s-crossing', [
      { lineId: 'L1', workItem: 'roof', amount: '40000.00' },
      { lineId: 'L2', workItem: 'road', amount: '1000.00' },
      { lineId: 'L3', workItem: 'water-and-drainage', amount: '1000.00' },
    ]);
    accepted(await fund.deposit(everyFlat('3000.00'), '2019-03-01'));
    accepted(await fund.propose('d1', '35000.00', { schemeId: 's-crossing' }));
    const split = async () => (await service.get('/v1/schemes/s-crossing/cost-split')).body;
    expect((await split()).total).toMatchObject({ committed: '0.00', received: '0.00' });
    accepted(await fund.approve('d1'));
    expect((await split()).total).toMatchObject({ committed: '35000.00', received: '0.00', fundingGap: '7000.00' });
    expect((await fund.pay('d1')).body.code).toBe('wrong-route');
    const paid = accepted(await fund.pay('d1', { payee: undefined, schemeId: 's-crossing', amount: '30000.00' }));
    expect(paid.body.eventIds).toHaveLength(2);
    expect((await split()).bySource).toEqual([
      {
        source: 'maintenance-fund',
        reference: 'd1',
        costArea: 'public-area',
        committed: '35000.00',
        received: '30000.00',
        inKind: '0.00',
        paid: '0.00',
        available: '30000.00',
      },
    ]);
    const rejection = { reason: '结余', occurredOn: '2026-03-20' };
    accepted(await fund.post('/draws/d1/rejection', rejection, 'boss'));
    expect((await split()).total).toMatchObject({ committed: '30000.00', received: '30000.00' });
    expect((await fund.get('/draws/d1')).body).toMatchObject({ state: 'paid', amount: '35000.00', paid: '30000.00' });
    const balances = (await service.get('/v1/ledger/trial-balance')).body.books as {
      accounts: { account: string }[];
      sum: string;
    }[];
    expect(balances.map((book) => book.sum)).toEqual(['0.00', '0.00', '0.00', '0.00']);
    expect(balances.flatMap(({ accounts }) => accounts).some(({ account }) => /in-transit:d1/.test(account))).toBe(
      false,
    );
  });

  it('publishes a year that equals its entries', async () => {
    const { body } = await service.get(`${FUND}/twelve/statement?year=2026`);
    expect(body).toMatchObject({
      opening: '36000.00',
      deposits: '0.00',
      income: '0.00',
      collected: '0.00',
      drawn: '0.00',
      returned: '0.00',
      closing: '36000.00',
    });
    const before = (await service.get(`${FUND}/twelve/statement?year=2026&asOf=2026-03-31`)).body;
    expect(before).toMatchObject({ opening: '36000.00', drawn: '35000.00', closing: '1000.00' });
    expect(sum(before.draws[0].split.map(({ amount }: { amount: string }) => amount))).toBe(3_500_000n);
    const seen = (await service.get(`${FUND}/twelve/statement?year=2026&asOf=2026-03-31`, { as: 'viewer' })).body;
    expect(seen.draws).toEqual([
      { drawId: 'd1', purpose: '屋面防水', workItem: 'roof', schemeId: null, drawn: '35000.00' },
    ]);
    expect((await service.get(`${FUND}/twelve/statement`)).status).toBe(400);
  });

  it('looks thirty years ahead from the balance at a date (§8)', async () => {
    const fund = await Fund.of(service, 'ahead', ['100.00'], { openedOn: '2024-01-01' });
    accepted(await fund.deposit({ h01: '70000.00' }, '2024-06-30'));
    const components = [
      { id: 'roof', name: '屋面', cost: '100000.00', usefulLife: 20, remainingLife: 8 },
      { id: 'paint', name: '粉刷', cost: '60000.00', usefulLife: 6, remainingLife: 2 },
    ];
    const asked = await service.post(`${FUND}/ahead/forecast?asOf=2026-01-01&years=3`, { components }, { key: null });
    expect(asked.status).toBe(200);
    expect(asked.body.years).toHaveLength(3);
    // Roof 100,000 × 12 ÷ 20 = 60,000; paint 60,000 × 4 ÷ 6 = 40,000; 70,000 of 100,000.
    expect(asked.body.years[0]).toMatchObject({
      year: 2026,
      open: '70000.00',
      fullyFundedBalance: '100000.00',
      fundedRatio: '0.7000',
    });
    accepted(
      await fund.post('/components', {
        surveyedOn: '2024-03-01',
        components: [{ id: 'c', name: '电梯', cost: '3000.00', usefulLife: 3, remainingLife: 2 }],
      }),
    );
    const surveyed = (
      await service.get(`${FUND}/ahead/forecast?asOf=2024-07-01&years=7&inflation=0.025&runs=50&seed=7`)
    ).body;
    // Surveyed in 2024, forecast from 2025: two years left are one.
    expect(surveyed.components).toEqual([{ id: 'c', cost: '3000.00', usefulLife: 3, remainingLife: 1 }]);
    expect(surveyed.years[0]).toMatchObject({ year: 2025, fullyFundedBalance: '2000.00' });
    expect(surveyed.sensitivity).toMatchObject({ runs: 50, seed: 7, neverNegative: 50 });
    expect(surveyed.actual).toEqual([
      { year: 2024, close: '70000.00' },
      { year: 2025, close: '70000.00' },
    ]);
    const posted = await service.post(
      `${FUND}/ahead/forecast?asOf=2024-01-01`,
      {
        years: 7,
        inflation: '0.025',
        components: [{ id: 'c', name: '电梯', cost: '3000.00', usefulLife: 3, remainingLife: 2 }],
      },
      { key: null, as: 'viewer' },
    );
    expect(posted.body.years.map((row: { fullyFundedBalance: string }) => row.fullyFundedBalance)).toEqual(
      '1000.00 2050.00 3151.88 1076.89 2207.63 3394.22 1159.69'.split(' '),
    );
  });

  it('keeps everything over a restart without its read models', async () => {
    const paths = ['', '/sub-accounts', '/sub-accounts/h01', '/draws', '/statement?year=2026', '/forecast'].map(
      (path) => `${FUND}/twelve${path}`,
    );
    paths.push('/v1/overview?groupBy=compound', '/v1/ledger/trial-balance');
    const before = await Promise.all(paths.map((path) => service.get(path)));
    expect(before.map(({ status }) => status)).toEqual(paths.map(() => 200));
    await service.restart(async () => {
      const { rmSync } = await import('node:fs');
      for (const suffix of ['', '-wal', '-shm'])
        rmSync(`${service.directory}/read-models.db${suffix}`, { force: true });
    });
    const after = await Promise.all(paths.map((path) => service.get(path)));
    expect(after.map(({ body }) => body as unknown)).toEqual(before.map(({ body }) => body as unknown));
    const overview = before.at(-2)!.body.items as { key: string; fundBalance: string }[];
    expect(overview.find(({ key }) => key === 'twelve')?.fundBalance).toBe('36000.00');
  });
});
