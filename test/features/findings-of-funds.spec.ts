import { type FoundItem, FindingsStory } from '../support/findings.js';
import { Fund } from '../support/fund.js';
import { accepted, TestClock } from '../support/service.js';

let story: FindingsStory;
let fund: Fund;
beforeEach(async () => {
  story = await FindingsStory.open();
});
afterEach(() => story.service.close());

const SUBJECT = 'maintenanceFund-c1';
const URGENT = { vote: undefined, emergency: { kind: 'roof-leak', reason: '顶层渗漏' } };

/** Flats of 100.00 and 50.00 m², 8,000.00 and 4,000.00 asked for; opened on 1 February 2019. */
const twoFlats = async () => (fund = await Fund.of(story.service, 'c1', ['100.00', '50.00']));

/** Paid from the sub-accounts in its scope, without a vote. */
async function draw(drawId: string, amount: string, on: string, scope: object = { all: true }) {
  accepted(await fund.propose(drawId, amount, { ...URGENT, scope, occurredOn: on }));
  accepted(await fund.approve(drawId, { occurredOn: on }));
  return accepted(await fund.pay(drawId, { occurredOn: on }));
}

describe('R16: below 30 % of the first deposit', () => {
  beforeEach(async () => {
    await twoFlats();
    accepted(await fund.deposit({ h01: '8000.00', h02: '4000.00' }, '2019-03-01'));
  });
  const due = (asOf: string, more = '') => story.standing('replenishment-due', asOf, more);

  it('is told once a fund, with what all owe, since the first fell below, until they replenish', async () => {
    // 30 % of 8,000.00 is 2,400.00: at the trigger nothing is due, a fen below it 0.01.
    await draw('d1', '5600.00', '2020-05-01', { households: ['h01'] });
    expect(await due('2020-05-01')).toEqual([]);
    await draw('d2', '0.01', '2020-06-01', { households: ['h01'] });
    expect(await due('2020-05-31')).toEqual([]);
    expect(await due('2020-06-01')).toEqual([[SUBJECT, '0.01', '2020-06-01']]);
    // h02: 4,000.00 − 3,000.00 = 1,000.00, 200.00 below its 1,200.00.
    await draw('d3', '3000.00', '2020-07-01', { households: ['h02'] });
    expect(await due('2020-07-01')).toEqual([[SUBJECT, '200.01', '2020-06-01']]);
    const [item] = await story.find('code=replenishment-due&asOf=2020-07-01');
    expect(item).toMatchObject({
      ...{ rule: 'R16', clause: '河南省物业管理条例 第六十八条', severity: 'warning', verified: false },
      clauseText: expect.stringContaining('百分之三十') as string,
      detail: {
        zh: '2 户余额低于首期交存的 30%，应续筹 200.01 元，最早自 2020-06-01',
        en: expect.stringContaining('2 households hold less than 30%') as string,
      },
    });
    // The list the finding speaks of.
    const listed = (await fund.get('/sub-accounts?belowThreshold=true&asOf=2020-07-01')).body.items as {
      replenishmentDue: string;
    }[];
    expect(listed.map(({ replenishmentDue }) => replenishmentDue)).toEqual(['0.01', '200.00']);
    // A replenishment never counts for the basis: 0.01 is enough for h01, and h02 fell below a month later.
    accepted(await fund.deposit({ h01: '0.01' }, '2020-08-01', 'replenishment'));
    expect(await due('2020-08-01')).toEqual([[SUBJECT, '200.00', '2020-07-01']]);
    accepted(await fund.deposit({ h02: '199.99' }, '2020-09-01', 'replenishment'));
    expect(await due('2020-09-01')).toEqual([[SUBJECT, '0.01', '2020-07-01']]);
    accepted(await fund.deposit({ h02: '0.01' }, '2020-09-02', 'replenishment'));
    expect(await due('2020-09-02')).toEqual([]);
    expect(await due('2020-09-01')).toHaveLength(1);
  });

  it('goes when the draw is reversed, stays known as it was known, and forgets who fell below and came back', async () => {
    const paid = await draw('d1', '9000.00', '2020-05-01');
    // 9,000.00 over 100 : 50 leaves 2,000.00 and 1,000.00, where 2,400.00 and 1,200.00 are asked for.
    expect(await due('2020-05-01')).toEqual([[SUBJECT, '600.00', '2020-05-01']]);
    const before = story.service.clock.now().toISOString();
    (story.service.clock as TestClock).advance(60_000);
    await story.reverse(paid.body.eventIds[0] as string, '2020-06-01');
    expect(await due('2020-06-01')).toEqual([]);
    expect(await due('2020-05-31')).toEqual([[SUBJECT, '600.00', '2020-05-01']]);
    expect(await due('2020-06-01', `&recordedAt=${before}`)).toEqual([[SUBJECT, '600.00', '2020-05-01']]);
    accepted(await fund.pay('d1', { occurredOn: '2020-07-01' }));
    expect(await due('2020-07-01')).toEqual([[SUBJECT, '600.00', '2020-07-01']]);
  });

  it('asks nothing of a closed sub-account', async () => {
    accepted(await fund.post('/closures', { householdId: 'h01', reason: '房屋灭失', occurredOn: '2020-03-01' }));
    expect(await due('2020-03-01')).toEqual([]);
    expect(await story.standing('fund-not-established', '2020-03-01')).toEqual([]);
  });
});

describe('R16: no basis at all', () => {
  const without = (asOf: string) => story.standing('fund-not-established', asOf);

  it('is fund-not-established until each household has a first or an establishment deposit', async () => {
    await twoFlats();
    expect(await without('2019-01-31')).toEqual([]);
    // 150.00 m² at 80.00.
    expect(await without('2019-02-01')).toEqual([[SUBJECT, '12000.00', '2019-02-01']]);
    const { body } = await fund.get('/sub-accounts/h01');
    expect(body).toMatchObject({ firstDepositRatio: null, replenishmentTrigger: '0.00', replenishmentDue: '0.00' });
    accepted(await fund.deposit({ h01: '100.00' }, '2019-03-01', 'replenishment'));
    expect(await without('2019-03-01')).toEqual([[SUBJECT, '12000.00', '2019-02-01']]);
    accepted(await fund.deposit({ h01: '8000.00' }, '2019-04-01'));
    const establishment = accepted(await fund.deposit({ h02: '1.00' }, '2019-05-01', 'establishment'));
    expect(await without('2019-04-01')).toEqual([[SUBJECT, '4000.00', '2019-02-01']]);
    expect(await without('2019-05-01')).toEqual([]);
    // Taken back, the household stands without one from that day on.
    await story.reverse(establishment.body.eventIds[0] as string, '2019-06-01');
    expect(await without('2019-06-01')).toEqual([[SUBJECT, '4000.00', '2019-06-01']]);
    expect(await story.find('code=fund-not-established&asOf=2019-06-01')).toMatchObject([
      { rule: 'R16', clause: '河南省物业管理条例 第六十八条' },
    ]);
  });

  it('counts a household from its registration, and a flat not sold yet with its unit', async () => {
    await twoFlats();
    accepted(await fund.deposit({ h01: '8000.00', h02: '4000.00' }, '2019-03-01'));
    const late = { buildingNo: '1', floor: 1, floorAreaM2: '10.00' };
    const households = [
      { ...late, householdId: 'h03', ownership: 'commodity' },
      { ...late, householdId: 'h04', ownership: 'unsold-commodity', ownerUnitId: 'u1' },
    ];
    await story.post('compounds/c1/households', { households, occurredOn: '2021-01-01' });
    expect(await without('2021-01-01')).toEqual([[SUBJECT, '1600.00', '2021-01-01']]);
    const entries = [{ unitId: 'u1', amount: '800.00' }];
    accepted(await fund.post('/deposits', { kind: 'first', entries, occurredOn: '2021-02-01' }));
    expect(await without('2021-02-01')).toEqual([[SUBJECT, '800.00', '2021-01-01']]);
    accepted(await fund.deposit({ h03: '800.00' }, '2021-03-01'));
    expect(await without('2021-03-01')).toEqual([]);
    // Sold: from that day on it is the owner's, whose deposit is not there.
    const sold = { householdId: 'h04', ownership: 'commodity', occurredOn: '2021-04-01' };
    accepted(await fund.post('/transfers', sold));
    expect(await without('2021-04-01')).toEqual([[SUBJECT, '800.00', '2021-04-01']]);
  });
});

/** A decision of four owners of 100.00 m² together, of whom `agreed` agree. */
const decision = (agreed: number, agreedM2: string, participated = 4) => ({
  documentNo: '业决〔2022〕1号',
  vote: {
    owners: { total: 4, participated, agreed },
    areaM2: { total: '100.00', participated: '100.00', agreed: agreedM2 },
  },
});

describe('R20: what the owners have to decide', () => {
  beforeEach(twoFlats);
  const levy = async (kind: string, amount: string, occurredOn: string, fields: object = {}) => {
    const entries = [{ householdId: 'h01', amount }];
    return accepted(await fund.post('/deposits', { kind, entries, occurredOn, ...fields }));
  };
  const undecided = (asOf: string, more = '') => story.standing('levy-without-decision', asOf, more);

  it('a levy needs three quarters of those taking part by number and by area, and is recorded all the same', async () => {
    await levy('first', '8000.00', '2022-01-01');
    await levy('replenishment', '1.00', '2022-01-01', { voluntary: true });
    await levy('replenishment', '2.00', '2022-02-01', { decision: decision(3, '75.00') });
    expect(await undecided('2022-02-01')).toEqual([]);
    const short = await levy('replenishment', '4.00', '2022-03-01', { decision: decision(3, '74.99') });
    await levy('replenishment', '8.00', '2022-04-01', { decision: decision(2, '75.00') });
    await levy('replenishment', '16.00', '2022-05-01');
    await levy('establishment', '32.00', '2022-06-01');
    expect((await fund.get()).body.deposited).toBe('8063.00');
    expect(await undecided('2022-03-31')).toEqual([[SUBJECT, '4.00', '2022-03-01']]);
    expect((await story.find('code=levy-without-decision&asOf=2022-06-01')).map(told)).toEqual([
      [{ kind: 'establishment' }, '32.00', '2022-06-01'],
      [{ kind: 'replenishment' }, '28.00', '2022-03-01'],
    ]);
    expect((await story.find('code=levy-without-decision&asOf=2022-04-01'))[0]).toMatchObject({
      ...{ rule: 'R20', clause: expect.stringContaining('第二百七十八条') as string },
      detail: { zh: '续筹资金 2 笔共 12.00 元未见达到法定比例的业主决定，最早收于 2022-03-01' },
    });
    await story.reverse(short.body.eventIds[0] as string, '2022-07-01');
    expect((await story.find('code=levy-without-decision&asOf=2022-07-01')).map(told)[1]).toEqual([
      ...[{ kind: 'replenishment' }, '24.00', '2022-04-01'],
    ]);
  });

  it('counts of a levy what was not taken back, and before 2021 two thirds of all owners were enough', async () => {
    const entries = [
      { householdId: 'h01', amount: '10.00' },
      { householdId: 'h02', amount: '5.00' },
    ];
    const both = accepted(await fund.post('/deposits', { kind: 'replenishment', entries, occurredOn: '2022-01-01' }));
    const only = { reason: '误记', only: ['h01'], occurredOn: '2022-02-01' };
    await story.post(`entries/${both.body.eventIds[0] as string}/reversal`, only);
    expect(await undecided('2022-01-31')).toEqual([[SUBJECT, '15.00', '2022-01-01']]);
    expect(await undecided('2022-02-01')).toEqual([[SUBJECT, '5.00', '2022-01-01']]);
    const three = { ...decision(2, '66.67'), vote: { ...decision(2, '66.67').vote } };
    three.vote.owners = { total: 3, participated: 3, agreed: 2 };
    // Two of three and 66.67 of 100.00 m²: two thirds of all, and not three quarters.
    await levy('establishment', '1.00', '2020-12-31', { decision: three });
    expect(await undecided('2020-12-31')).toEqual([]);
    await levy('establishment', '1.00', '2021-01-01', { decision: three });
    expect(await undecided('2021-01-01')).toEqual([[SUBJECT, '1.00', '2021-01-01']]);
  });

  it('common-area income needs more than half, in the fund and in a scheme', async () => {
    const income = async (amount: string, occurredOn: string, given?: object) => {
      const body = { kind: 'common-area-income', amount, occurredOn, ...(given ? { decision: given } : {}) };
      return accepted(await fund.post('/income', body));
    };
    accepted(await fund.post('/income', { kind: 'salvage', amount: '9.00', occurredOn: '2022-01-01' }));
    await income('1.00', '2022-01-01', decision(3, '50.01'));
    const half = await income('2.00', '2022-02-01', decision(2, '60.00'));
    await income('4.00', '2022-03-01', decision(3, '50.00'));
    await income('8.00', '2022-04-01');
    const found = () => story.standing('income-without-decision', '2022-05-01');
    const [two, four, eight] = ['2.00', '4.00', '8.00'];
    expect(sorted(await found())).toEqual([
      [SUBJECT, two, '2022-02-01'],
      [SUBJECT, four, '2022-03-01'],
      [SUBJECT, eight, '2022-04-01'],
    ]);
    await story.reverse(half.body.eventIds[0] as string, '2022-05-01');
    expect(sorted(await found()).map(([, amount]) => amount)).toEqual([four, eight]);

    await story.city.scheme('s1', 'c1');
    const contribute = (contributionId: string, fields: object) =>
      story.post('schemes/s1/contributions', {
        ...{ contributionId, source: 'common-area-income', form: 'cash', amount: '70.00', occurredOn: '2026-02-01' },
        ...fields,
      });
    await contribute('k1', { decision: '业决〔2026〕1号' });
    await contribute('k2', { grossAmount: '100.00', cost: '30.00' });
    // More than half by area as well as by number: 50.01 of 100.00 m², and three of four, not two.
    await contribute('k3', { decision: decision(3, '50.01') });
    await contribute('k4', { decision: decision(2, '60.00'), occurredOn: '2026-04-01' });
    await contribute('k5', { decision: decision(3, '50.00'), occurredOn: '2026-05-01' });
    const inScheme = async (asOf: string) =>
      (await story.find(`code=income-without-decision&subject=scheme-s1&asOf=${asOf}`)).map(told);
    expect(await inScheme('2026-02-01')).toEqual([[{ contributionId: 'k2' }, '70.00', '2026-02-01']]);
    await story.post('schemes/s1/refunds', {
      ...{ contributionId: 'k2', amount: '20.00', reason: '退', occurredOn: '2026-03-01' },
    });
    expect(await inScheme('2026-03-01')).toEqual([[{ contributionId: 'k2' }, '50.00', '2026-02-01']]);
    await story.post('schemes/s1/refunds', {
      ...{ contributionId: 'k2', amount: '50.00', reason: '退', occurredOn: '2026-03-02' },
    });
    expect(await inScheme('2026-03-02')).toEqual([]);
    expect(await inScheme('2026-05-01')).toEqual([
      [{ contributionId: 'k4' }, '70.00', '2026-04-01'],
      [{ contributionId: 'k5' }, '70.00', '2026-05-01'],
    ]);
  });

  it('is read where the fund is, and known when it was known', async () => {
    const before = story.service.clock.now().toISOString();
    (story.service.clock as TestClock).advance(60_000);
    await levy('replenishment', '16.00', '2022-05-01');
    expect(await undecided('2022-05-01', `&recordedAt=${before}`)).toEqual([]);
    const codes = async (as: 'luzhou' | 'elsewhere') =>
      (await story.service.get('/v1/findings?rule=R20', { as })).body.items.map(
        ({ code }: FoundItem) => code,
      ) as string[];
    expect(await codes('luzhou')).toEqual(['levy-without-decision']);
    expect(await codes('elsewhere')).toEqual([]);
  });
});

const told = ({ about, amount, since }: FoundItem): unknown[] => [about, amount, since];
const sorted = (rows: (string | null)[][]) => rows.sort((a, b) => (a[2]! < b[2]! ? -1 : 1));
