import { City } from '../support/city.js';
import { everyFlat, FUND, Fund, TWELVE } from '../support/fund.js';
import { accepted, TestService } from '../support/service.js';

type Amount = { readonly amount: string };
const component = (id: string, cost: string, usefulLife: number, remainingLife: number) => ({
  ...{ id, name: '部位', cost, usefulLife, remainingLife },
});
const GUTTERS = Array.from({ length: 30 }, (_, life) => component(`g${life}`, '1000.00', 30, life));

/** Figures of 3-calculations.md that the other features do not ask of the running service already. */
describe('published figures of owners and their fund', () => {
  let service: TestService;
  let city: City;
  beforeAll(async () => {
    service = await TestService.open();
    city = new City(service);
  });
  afterAll(() => service.close());
  const calculate = async (name: string, body: object) => {
    const reply = await service.post(`/v1/calculations/${name}`, body, { as: 'viewer', key: null });
    expect([reply.status, reply.text]).toEqual([200, expect.anything()]);
    return reply.body;
  };

  it('§1: half-up of each share would come to 35,000.01, one fen more than there is', async () => {
    const fund = await Fund.of(service, 'twelve', TWELVE);
    accepted(await fund.deposit(everyFlat('3000.00'), '2019-03-01'));
    accepted(await fund.propose('d1', '35000.00'));
    const { shares } = accepted(await fund.approve('d1')).body as { shares: Amount[] };
    // Each share in fen, half-up; only h10 (92.13 m², 3,050.285…) loses its fen.
    const halfUp = TWELVE.map((area) => Math.round((3_500_000 * Number(area)) / 1057.13));
    expect(halfUp.reduce((sum, one) => sum + one, 0)).toBe(3_500_001);
    const differs = shares.flatMap(({ amount }, index) =>
      Number(amount.replace('.', '')) === halfUp[index] ? [] : [index + 1],
    );
    expect(differs).toEqual([10]);
    const inAll = shares.reduce((sum, { amount }) => sum + Number(amount.replace('.', '')), 0);
    expect(inAll).toBe(3_500_000);
  });

  it('§2: commodity, sold public and unsold by area, owners and seller by deposits, owners by area', async () => {
    const flat = (id: string, areaM2: string, ownership: string, ownerDeposit = '0.00') => ({
      ...{ id, areaM2, ownership, ownerDeposit },
    });
    const households = [
      flat('h01', '200.00', 'commodity', '20000.00'),
      flat('h02', '60.00', 'sold-public-housing', '1000.00'),
      flat('h03', '40.00', 'sold-public-housing', '2000.00'),
      flat('h04', '70.00', 'unsold-commodity'),
      flat('h05', '30.00', 'state-owned'),
    ];
    // As the fund of the same flats does it (maintenance-fund.spec.ts).
    expect(await calculate('draw-apportionment', { amount: '10000.00', households, sellerDeposit: '9000.00' })).toEqual(
      {
        owners: [
          { id: 'h01', amount: '5000.00' },
          { id: 'h02', amount: '375.00' },
          { id: 'h03', amount: '250.00' },
        ],
        seller: '1875.00',
        developer: '2500.00',
      },
    );
    // Neither owners nor seller deposited anything: the owners bear it, 60 : 40 of 2,500.00.
    const empty = households.map((one) => ({ ...one, ownerDeposit: '0.00' }));
    const { owners, seller } = await calculate('draw-apportionment', { amount: '10000.00', households: empty });
    expect([owners[1].amount, owners[2].amount, seller]).toEqual(['1500.00', '1000.00', '0.00']);
  });

  it('§3: an elevator of 500,000.00 for twelve flats on six floors, in the scheme itself', async () => {
    await city.compound('lift');
    await city.households('lift', TWELVE);
    await city.scheme('lift', 'lift', { centralPlan: false });
    const line = { lineId: 'L1', workItem: 'elevator', amount: '500000.00' };
    await city.budget('lift', [{ ...line, shareMethod: 'floor-coefficient', coefficients: 'guangzhou-2016' }]);
    const { body } = await service.get('/v1/schemes/lift/household-shares');
    const byFloor = ['0.00', '24509.80', '49019.61', '53921.57', '58823.53', '63725.49'];
    expect(body.items.map(({ share }: { share: string }) => share)).toEqual(byFloor.flatMap((one) => [one, one]));
    expect(body.total.share).toBe('500000.00');
  });

  it('§3: 荔景新村: floors 1 and 2 nothing, 0.7 on the third, a tenth more a floor, by area', async () => {
    const households = [1, 2, 3, 4, 5, 6].map((floor) => ({ id: `f${floor}`, floor, areaM2: '80.00' }));
    const asked = { amount: '272000.00', table: 'guangzhou-lijiang-xincun', basis: 'coefficient-area', households };
    const { shares } = await calculate('elevator-shares', asked);
    // 80 m² × 0.7, 0.8, 0.9, 1.0 = 56, 64, 72, 80 of 272.
    expect(shares.map(({ amount }: Amount) => amount)).toEqual(
      '0.00 0.00 56000.00 64000.00 72000.00 80000.00'.split(' '),
    );
  });

  it('§7: the first deposit by the rate of its day: 89.37 m² at 80.00 before it rises', async () => {
    const fund = await Fund.of(service, 'rates', ['89.37', '89.37']);
    accepted(await fund.post('/rates', { from: '2020-01-01', depositRates: [{ ratePerM2: '100.00' }] }));
    accepted(await fund.deposit({ h01: '7149.60' }, '2019-12-31'));
    const rows = (await fund.get('/sub-accounts')).body.items;
    expect(rows[0]).toMatchObject({ requiredFirstDeposit: '7149.60', replenishmentTrigger: '2144.88' });
    expect(rows[1]).toMatchObject({ requiredFirstDeposit: '8937.00', firstDepositRatio: null });
    const then = (await fund.get('/sub-accounts?asOf=2019-06-30')).body.items;
    expect(then[1].requiredFirstDeposit).toBe('7149.60');
  });

  it("§8: thirty gutters are 15,500.00, by the stateless route and by the fund's own, asked for or surveyed", async () => {
    const fund = await Fund.of(service, 'gutters', ['100.00']);
    accepted(await fund.deposit({ h01: '8000.00' }, '2019-03-01'));
    const figures = { openingBalance: '8000.00', firstYear: 2026, years: 30, contribution: '1000.00' };
    const rates = { inflation: '0.00', interestRate: '0.00' };
    const stateless = await calculate('reserve-forecast', { ...figures, ...rates, components: GUTTERS });
    const posted = await service.post(
      `${FUND}/gutters/forecast?asOf=2026-01-01&contribution=1000.00`,
      { components: GUTTERS },
      { key: null },
    );
    accepted(await fund.post('/components', { surveyedOn: '2026-01-01', components: GUTTERS }));
    const surveyed = await fund.get('/forecast?asOf=2026-01-01&contribution=1000.00');
    for (const body of [stateless, posted.body, surveyed.body]) {
      expect(body.years[0]).toMatchObject({ year: 2026, open: '8000.00', fullyFundedBalance: '15500.00' });
      // One gutter of 1,000.00 a year: the contribution of Σ cost ÷ UL is 1,000.00, and what is there stays.
      expect(body.years.at(-1)).toMatchObject({
        expenditure: '1000.00',
        close: '8000.00',
        fullyFundedBalance: '15500.00',
      });
      expect([body.componentMethodContribution, body.firstNegativeYear]).toEqual(['1000.00', null]);
      expect(body.years).toEqual(stateless.years);
    }
  });

  it("§8: 3,000.00 every three years and roof with paint, from the fund's own survey", async () => {
    const fund = await Fund.of(service, 'surveyed', ['100.00']);
    accepted(await fund.deposit({ h01: '70000.00' }, '2019-03-01'));
    const survey = (surveyedOn: string, components: object[]) => fund.post('/components', { surveyedOn, components });
    accepted(await survey('2024-01-01', [component('c', '3000.00', 3, 2)]));
    const { body } = await fund.get('/forecast?asOf=2024-01-01&years=7&inflation=0.025');
    expect(body.years.map((row: { fullyFundedBalance: string }) => row.fullyFundedBalance)).toEqual(
      '1000.00 2050.00 3151.88 1076.89 2207.63 3394.22 1159.69'.split(' '),
    );
    accepted(await survey('2026-01-01', [component('roof', '100000.00', 20, 8), component('paint', '60000.00', 6, 2)]));
    const roof = (await fund.get('/forecast?asOf=2026-01-01')).body;
    expect(roof).toMatchObject({ openingBalance: '70000.00', surveyedOn: '2026-01-01' });
    expect(roof.years[0]).toMatchObject({ fullyFundedBalance: '100000.00', fundedRatio: '0.7000' });
  });
});
