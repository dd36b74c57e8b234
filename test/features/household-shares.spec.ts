import { City } from '../support/city.js';
import { TWELVE } from '../support/fund.js';
import { expectRefused, said } from '../support/refusals.js';
import { TestService } from '../support/service.js';

type Fields = Record<string, unknown>;
const AREAS = TWELVE;

/** 3-calculations.md §10, over twelve flats h01 … h12, two a floor: figures published there or computed by hand. */
describe('what each household bears of a scheme', () => {
  let service: TestService;
  let city: City;
  beforeAll(async () => {
    service = await TestService.open();
    city = new City(service);
    await city.compound('c', {
      buildings: ['1', '2'].map((buildingNo) => ({ buildingNo, floors: 6, hasElevator: false })),
    });
    await city.households('c', AREAS);
  });
  afterAll(() => service.close());

  async function drawnUp(schemeId: string, ...lines: Fields[]) {
    await city.scheme(schemeId, 'c', { centralPlan: false });
    await city.budget(schemeId, lines);
    await city.approve(schemeId);
  }
  const on = (schemeId: string, name: string, body: Fields) =>
    service.post(`/v1/schemes/${schemeId}/${name}`, { occurredOn: '2026-02-01', ...body });
  const told = async (schemeId: string, asOf = '2026-12-31') =>
    (await service.get(`/v1/schemes/${schemeId}/household-shares?asOf=${asOf}`)).body;
  const shares = async (schemeId: string): Promise<Record<string, string>> =>
    Object.fromEntries(
      ((await told(schemeId)).items as { householdId: string; share: string }[]).map((one) => [
        one.householdId,
        one.share,
      ]),
    );

  it('is apportioned by each line’s own method, to the fen', async () => {
    const line = { workItem: 'stairs', amount: '35000.00' };
    await drawnUp('by-area', { lineId: 'a', ...line });
    // §1, published: the last fen of the largest remainders does not reach h10.
    expect(Object.values(await shares('by-area'))).toEqual(
      '2862.23 2862.23 3050.29 3050.29 2452.68 2452.68 2862.23 2862.23 3050.29 3050.28 2452.68 3991.89'.split(' '),
    );
    const elevator = { workItem: 'elevator', amount: '500000.00', shareMethod: 'floor-coefficient' };
    await drawnUp('by-floor', { lineId: 'e', ...elevator, coefficients: 'guangzhou-2016' });
    // §3, published: floors 1 to 6, two flats each.
    const floors = ['0.00', '24509.80', '49019.61', '53921.57', '58823.53', '63725.49'];
    expect(Object.values(await shares('by-floor'))).toEqual(floors.flatMap((share) => [share, share]));
    await drawnUp('equal', { lineId: 'q', ...line, amount: '100.00', shareMethod: 'equal' });
    // 10,000 fen ÷ 12 = 833 and four over, to the smaller ids.
    expect(Object.values(await shares('equal'))).toEqual([
      ...['8.34', '8.34', '8.34', '8.34'],
      ...['8.33', '8.33', '8.33', '8.33', '8.33', '8.33', '8.33', '8.33'],
    ]);
    const agreedWeights = [
      { householdId: 'h01', weight: '1' },
      { householdId: 'h02', weight: '2' },
    ];
    await drawnUp('agreed', { lineId: 'w', ...line, amount: '10.00', shareMethod: 'agreed', agreedWeights });
    expect(await shares('agreed')).toMatchObject({ h01: '3.33', h02: '6.67', h03: '0.00' });
  });

  it('is in-building lines in full, public lines as far as stated, and shown where nobody is there to bear it', async () => {
    const resident = {
      lineId: 'r',
      workItem: 'road',
      amount: '5000.00',
      residentAmount: '12.00',
      shareMethod: 'equal',
    };
    const empty = { lineId: 'x', workItem: 'stairs', amount: '7.00', scope: { buildings: ['2'] } };
    await drawnUp('parts', { lineId: 'p', workItem: 'greening', amount: '900.00' }, resident, empty);
    expect(await told('parts')).toMatchObject({ residentAmount: '19.00', unassigned: '7.00', borneByOthers: '0.00' });
    expect((await told('parts')).total).toMatchObject({ share: '12.00' });
  });

  it('is lowered by what others have committed on the line, not by gifts in kind, one way or the other', async () => {
    await drawnUp('others', { lineId: 's', workItem: 'stairs', amount: '100.00' });
    const pledge = { pledgeId: 'p', source: 'affiliated-unit', lineId: 's', amount: '30.00' };
    await on('others', 'pledges', pledge);
    expect((await told('others')).residentAmount).toBe('70.00');
    const goods = { source: 'affiliated-unit', form: 'goods', lineId: 's' };
    await on('others', 'contributions', { ...goods, amount: '50.00' });
    expect((await told('others')).residentAmount).toBe('70.00');
    // 10.00 of the pledge come in kind: 20.00 are still committed, as the split says, and the goods lower nothing.
    expect(said(await on('others', 'contributions', { ...goods, amount: '10.00', pledgeId: 'p' }))).toBe('201');
    expect((await told('others')).residentAmount).toBe('80.00');
    const { inBuilding } = (await service.get('/v1/schemes/others/cost-split')).body;
    expect(inBuilding).toMatchObject({ committed: '20.00', inKind: '60.00', fundingGap: '20.00' });
    await on('others', 'contributions', { source: 'resident-donation', form: 'cash', lineId: 's', amount: '5.00' });
    expect((await told('others')).residentAmount).toBe('80.00');
  });

  it('is lowered to zero and no further; who bears it instead is another', async () => {
    await drawnUp('adjusted', { lineId: 'q', workItem: 'stairs', amount: '120.00', shareMethod: 'equal' });
    const adjust = (householdId: string, amount: string, borneBy: Fields) =>
      on('adjusted', 'share-adjustments', { householdId, lineId: 'q', amount, reason: 'hardship', borneBy });
    expect(said(await adjust('h01', '1.00', { householdId: 'h01' }))).toBe('400 invalid-field');
    expect(said(await adjust('h01', '10.01', { householdId: 'h02' }))).toBe('422 out-of-range');
    expect(said(await adjust('h01', '10.00', { householdId: 'h02' }))).toBe('201');
    expect(said(await adjust('h01', '0.01', { source: 'county-grant' }))).toBe('422 out-of-range');
    expect(said(await adjust('h02', '20.00', { source: 'county-grant' }))).toBe('201');
    expect(await shares('adjusted')).toMatchObject({ h01: '0.00', h02: '0.00', h03: '10.00' });
    expect(await told('adjusted')).toMatchObject({ residentAmount: '120.00', borneByOthers: '20.00' });
    expect(said(await adjust('h03', '1.00', { householdId: 'nobody' }))).toBe('404 household-not-found');
  });

  it('is overdue the day after its line is due, less what was paid; what was paid too much is negative', async () => {
    const line = { lineId: 'q', workItem: 'stairs', amount: '120.00', shareMethod: 'equal', dueOn: '2026-03-31' };
    await drawnUp('due', line);
    const pay = (householdId: string, amount: string) =>
      on('due', 'contributions', {
        ...{ source: 'resident-cash', form: 'cash', costArea: 'in-building', amount, payer: { householdId } },
        ...{ providentFund: { amount: '4.00', certificateNo: '提取-1' } },
      });
    await pay('h01', '4.00');
    await pay('h02', '11.00');
    expect((await told('due', '2026-03-31')).total).toMatchObject({ paid: '15.00', overdue: '0.00' });
    const { items, total } = await told('due', '2026-04-01');
    expect(items.slice(0, 2)).toMatchObject([
      { paid: '4.00', outstanding: '6.00', overdue: '6.00' },
      { paid: '11.00', outstanding: '-1.00', overdue: '0.00' },
    ]);
    // 10 flats × 10.00 + 6.00
    expect(total).toMatchObject({ share: '120.00', paid: '15.00', outstanding: '105.00', overdue: '106.00' });
  });

  it('is shown in 万元 with what its rows, scaled alone, miss of the total', async () => {
    const scope = { households: ['h01', 'h02', 'h03'] };
    const line = { lineId: 'q', workItem: 'stairs', shareMethod: 'equal', scope };
    const notice = async (schemeId: string, amount: string, unit: string) => {
      await drawnUp(schemeId, { ...line, amount });
      const path = `/v1/reports/household-notice?schemeId=${schemeId}&format=csv&unit=${unit}`;
      return (await service.get(path)).text.trim().split('\r\n').slice(13);
    };
    // 340.00 each are 0.03万, 0.09 together; 1,020.00 are 0.10.
    expect(await notice('scaled', '1020.00', 'wan')).toEqual([
      '合计,按万元四舍五入，合计减各行之和：应出资 0.01、尚欠 0.01,,,,,0.10,0.00,0.00,0.10,0.00',
    ]);
    expect(await notice('even', '900.00', 'wan')).toEqual(['合计,,,,,,0.09,0.00,0.00,0.09,0.00']);
    expect(await notice('yuan', '1020.00', 'yuan')).toEqual(['合计,,,,,,1020.00,0.00,0.00,1020.00,0.00']);
  });

  it('rests on income the owners gave up, named or with its vote', async () => {
    await drawnUp('income', { lineId: 's', workItem: 'stairs', amount: '100.00' });
    const give = (decision: unknown) =>
      on('income', 'contributions', {
        ...{ source: 'common-area-income', form: 'cash', lineId: 's', amount: '10.00', decision },
      });
    const tally = { total: 12, participated: 12, agreed: 12 };
    const areaM2 = { total: '1036.99', participated: '1036.99', agreed: '1036.99' };
    expect(said(await give('业主大会决议1号'))).toBe('201');
    expect(said(await give({ vote: { owners: tally, areaM2 }, documentNo: '业主大会决议2号' }))).toBe('201');
    for (const wrong of ['', 7, null, {}, { documentNo: '业' }, { vote: { owners: tally }, documentNo: '业' }])
      expect([wrong, said(await give(wrong))]).toEqual([wrong, '400 invalid-field']);
    expectRefused(await city.pay('income', 's', '20.01', 'common-area-income'), 'R08');
    expect((await told('income')).residentAmount).toBe('80.00');
  });
});
