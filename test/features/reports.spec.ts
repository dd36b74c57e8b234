import { City } from '../support/city.js';
import { accepted, TestService } from '../support/service.js';

/**
 * Two compounds in two counties. s1: budget 1,500.00 public, 300.00 in the building; s2: 800.00 public.
 * g1 (mof, 2,000.00 of the city): 600.00 decomposed to g2 of 140403; 700.00 allocated to s1, 500.00 to s2. g2: 400.00 to s1.
 * g3 (ndrc, 100.00): 100.00 to s2.
 */
describe('the reports of the bureau', () => {
  let service: TestService;
  let city: City;
  const at = { occurredOn: '2026-02-01' };
  const post = async (path: string, body: object) => accepted(await service.post(`/v1/${path}`, body));
  const get = async (path: string) => (await service.get(`/v1/${path}`)).body;

  beforeAll(async () => {
    service = await TestService.open();
    city = new City(service);
    await city.compound('c1', { name: '东街小区' });
    await city.households('c1', ['60.00', '40.00']);
    const declared = { households: 10, floorAreaM2: '6453.33' };
    await city.compound('c2', { name: '南关小区', divisionCode: '140404', declared });
    await city.scheme('s1', 'c1', { title: '东街小区改造', projectCode: '2026-140403-01' });
    await city.scheme('s2', 'c2', { title: '南关小区改造' });
    await city.budget('s1', [
      { lineId: 'L1', workItem: 'road', amount: '1000.00' },
      { lineId: 'L2', workItem: 'water-and-drainage', amount: '500.00' },
      { lineId: 'L3', workItem: 'stairs', amount: '300.00' },
    ]);
    await city.budget('s2', [
      { lineId: 'L1', workItem: 'road', amount: '400.00' },
      { lineId: 'L2', workItem: 'gas-supply', amount: '400.00' },
    ]);
    await city.approve('s1');
    await city.approve('s2');
    await city.grant('g1', '2000.00');
    const child = { divisionCode: '140403', amount: '600.00', documentNo: '长财〔2026〕2号', childGrantId: 'g2' };
    await post('grants/g1/decompositions', { ...child, occurredOn: '2026-01-20' });
    await city.grant('g3', '100.00', { programme: 'ndrc', documentNo: '发改投资〔2026〕3号' });
    await city.fund('g1', 's1', '700.00');
    await post('grants/g1/allocations', { schemeId: 's2', amount: '500.00', ...at });
    await post('grants/g1/disbursements', { schemeId: 's2', amount: '450.00', voucherNo: '拨-2', ...at });
    await city.fund('g2', 's1', '400.00');
    await city.fund('g3', 's2', '100.00');
    accepted(await city.pay('s1', 'L1', '350.00', 'central-grant', 'g1', { occurredOn: '2026-02-10' }));
    accepted(await city.pay('s1', 'L2', '0.01', 'central-grant', 'g2', { occurredOn: '2026-02-11' }));
    const inside = { source: 'resident-cash', form: 'cash', costArea: 'in-building' };
    await post('schemes/s1/contributions', {
      ...{ ...inside, amount: '120.00', payer: { householdId: 'h01' }, ...at },
      providentFund: { amount: '50.00', certificateNo: '公积金-1' },
    });
    const pledge = { pledgeId: 'p2', source: 'resident-cash', costArea: 'in-building', amount: '120.00' };
    await post('schemes/s1/pledges', { ...pledge, payer: { householdId: 'h02' }, ...at });
    await post('schemes/s2/contributions', {
      ...{ source: 'enterprise-donation', form: 'goods', amount: '30.00', purpose: '路灯', ...at },
    });
  });
  afterAll(() => service.close());

  it('指标执行台账: every figure in one row, and what is decomposed is not counted twice', async () => {
    const body = await get('reports/grant-execution');
    const rows = body.items.map((item: Record<string, string>) => [
      ...[item['grantId'], item['schemeId'], item['divisionCode']],
      ...[item['awarded'], item['allocated'], item['received'], item['paid'], item['executionRate']],
    ]);
    expect(rows).toEqual([
      ['g3', null, '1404', '100.00', '0.00', '0.00', '0.00', null],
      ['g3', 's2', '140404', '0.00', '100.00', '100.00', '0.00', '0.0000'],
      ['g1', null, '1404', '2000.00', '0.00', '0.00', '0.00', null],
      // 350.00 ÷ 700.00
      ['g1', 's1', '140403', '0.00', '700.00', '700.00', '350.00', '0.5000'],
      ['g1', 's2', '140404', '0.00', '500.00', '450.00', '0.00', '0.0000'],
      ['g2', null, '140403', '600.00', '0.00', '0.00', '0.00', null],
      ['g2', 's1', '140403', '0.00', '400.00', '400.00', '0.01', '0.0000'],
    ]);
    expect(body.total).toEqual({
      // 2,000.00 + 100.00: g2 is a part of g1
      awarded: '2100.00',
      decomposed: '0.00',
      allocated: '1700.00',
      received: '1650.00',
      paid: '350.01',
      carriedOver: '0.00',
      lapsed: '0.00',
      returned: '0.00',
      // 2,000.00 − 600.00 − 1,200.00 of g1, 600.00 − 400.00 of g2
      available: '400.00',
      // 350.01 ÷ 2,100.00 = 0.16667
      executionRate: '0.1667',
    });
    expect(body.items[3]).toMatchObject({
      ...{ documentNo: '财综〔2026〕1号', compoundName: '东街小区', awardedOn: '2026-01-10', receivedOn: '2026-01-25' },
      ...{ paidOn: '2026-02-10', vouchers: ['拨-1'] },
    });
  });

  it('指标执行台账: its money at schemes is that of the splits', async () => {
    const { total } = await get('reports/grant-execution');
    const splits = await Promise.all(['s1', 's2'].map((id) => get(`schemes/${id}/cost-split`)));
    const sources = splits.flatMap(({ bySource }) => bySource as { source: string; received: string; paid: string }[]);
    const sum = (name: 'received' | 'paid') =>
      sources
        .filter(({ source }) => source === 'central-grant')
        .reduce((all, one) => all + BigInt(one[name].replace('.', '')), 0n);
    expect([sum('received'), sum('paid')]).toEqual([165_000n, 35_001n]);
    expect([total.received, total.paid]).toEqual(['1650.00', '350.01']);
  });

  it('指标执行台账: a county sees its own grants, and what others sent to its compounds', async () => {
    const { body } = await service.get('/v1/reports/grant-execution', { as: 'luzhou' });
    expect(body.items.map((item: { grantId: string; row: string }) => [item.grantId, item.row])).toEqual([
      ['g1', 'scheme'],
      ['g2', 'grant'],
      ['g2', 'scheme'],
    ]);
    expect(body.total).toMatchObject({ awarded: '600.00', allocated: '1100.00', available: '200.00' });
    const narrowed = await get('reports/grant-execution?documentNo=' + encodeURIComponent('发改投资〔2026〕3号'));
    expect(narrowed.total).toMatchObject({ awarded: '100.00', allocated: '100.00' });
  });

  it('指标执行台账: carry-over, lapse and return stand with the grant, and the past without them', async () => {
    await post('grants/g3/carry-overs', { fiscalYear: 2026, occurredOn: '2026-12-31' });
    const [row] = (await get('reports/grant-execution')).items;
    expect(row).toMatchObject({ grantId: 'g3', carriedOver: '100.00' });
    const [before] = (await get('reports/grant-execution?asOf=2026-12-30')).items;
    expect(before).toMatchObject({ grantId: 'g3', carriedOver: '0.00' });
    expect((await get('reports/grant-execution?asOf=2026-01-09')).items).toEqual([]);
  });

  it('资金筹措与到位表: a row for each scheme, whose totals are those of the overview', async () => {
    const { items, total } = await get('reports/funding-and-arrival');
    expect(items).toHaveLength(2);
    expect(items[0]).toMatchObject({
      ...{ schemeId: 's1', title: '东街小区改造', projectCode: '2026-140403-01', divisionName: '潞州区' },
      ...{ compounds: 1, buildings: 1, households: 2, floorAreaM2: '100.00', totalInvestment: '1800.00' },
      // 700.00 + 400.00 + 120.00 cash + 120.00 pledged; 120.00 of it still promised
      ...{ committed: '1340.00', received: '1220.00', inKind: '0.00', paid: '350.01', providentFund: '50.00' },
      // 1,500.00 − 1,100.00 in the public area, 300.00 − 240.00 in the building
      ...{ fundingGap: '460.00', approved: true },
    });
    expect(items[0].sources).toMatchObject({
      'central-mof': { committed: '1100.00', received: '1100.00' },
      'central-ndrc': { committed: '0.00', received: '0.00' },
      'resident-cash': { committed: '240.00', received: '120.00' },
    });
    expect(items[1].sources).toMatchObject({
      'central-mof': { committed: '500.00', received: '450.00' },
      'central-ndrc': { committed: '100.00', received: '100.00' },
      donations: { committed: '0.00', received: '0.00' },
    });
    const overview = (await get('overview')).total;
    expect(total).toMatchObject({
      ...{ schemes: 2, compounds: overview.compounds, households: overview.households },
      ...{ floorAreaM2: overview.floorAreaM2, totalInvestment: overview.budget, committed: overview.committed },
      ...{ received: overview.received, inKind: overview.inKind, paid: overview.paid },
      fundingGap: overview.fundingGap,
    });
    expect(total).toMatchObject({ totalInvestment: '2600.00', committed: '1940.00', received: '1770.00' });
  });

  it('资金筹措与到位表: counts a compound with two schemes once', async () => {
    const other = await TestService.open();
    try {
      const town = new City(other);
      await town.compound('c1', { declared: { households: 7, floorAreaM2: '10000.00' } });
      await town.scheme('s1', 'c1');
      await town.scheme('s2', 'c1', { planYear: 2027 });
      const { body } = await other.get('/v1/reports/funding-and-arrival');
      expect(body.total).toMatchObject({ schemes: 2, compounds: 1, households: 7, floorAreaM2: '10000.00' });
      const { body: later } = await other.get('/v1/reports/funding-and-arrival?planYear=2027');
      expect(later.items.map(({ schemeId }: { schemeId: string }) => schemeId)).toEqual(['s2']);
    } finally {
      await other.close();
    }
  });

  const table = async (path: string) =>
    (await service.get(`/v1/${path}`)).text
      .slice(1)
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(','));
  const cell = (rows: string[][], row: number, heading: string) => rows.at(row)![rows[0]!.indexOf(heading)];

  it('资金筹措与到位表: has its Chinese headings, in 元 and in 万元, the total summed before it is scaled', async () => {
    const rows = await table('reports/funding-and-arrival?format=csv');
    expect(rows[0]).toEqual([
      ...['项目统一名称', '投资项目代码', '区划', '小区数', '栋数', '户数', '建筑面积(万㎡)', '总投资'],
      ...['中央财政', '中央预算内', '省', '市', '县(区)', '专项债', '其他债务融资', '其他财政资金', '居民直接出资']
        .concat('维修资金', '公共收益', '专营单位', '相关联单位', '社会资本', '捐赠', '合计')
        .flatMap((name) => [`${name}(筹措)`, `${name}(到位)`]),
      ...['捐物及投工折价', '资金缺口', '已支付', '备注'],
    ]);
    expect([cell(rows, 1, '中央财政(筹措)'), cell(rows, -1, '合计(到位)')]).toEqual(['1100.00', '1770.00']);
    expect(cell(rows, 1, '备注')).toBe('居民出资中住房公积金提取 50.00 元');
    const wan = await table('reports/funding-and-arrival?format=csv&unit=wan');
    // 1,800.00 and 2,600.00 yuan; 6,453.33 + 100.00 m² = 0.66万㎡, which is no money.
    expect([cell(wan, 1, '总投资'), cell(wan, -1, '总投资')]).toEqual(['0.18', '0.26']);
    expect([cell(wan, 2, '建筑面积(万㎡)'), cell(wan, -1, '建筑面积(万㎡)')]).toEqual(['0.65', '0.66']);
    const sheet = await service.get('/v1/reports/funding-and-arrival?format=xlsx');
    expect([sheet.status, sheet.headers['content-type']]).toEqual([200, expect.stringContaining('spreadsheetml')]);
  });

  it('指标执行台账: has its Chinese headings', async () => {
    const rows = await table('reports/grant-execution?format=csv');
    expect(rows[0]).toEqual([
      ...[
        '来源',
        '文号',
        '年度',
        '区划',
        '小区',
        '下达日期',
        '指标金额',
        '分解下达',
        '分配金额',
        '到位日期',
        '到位金额',
      ],
      ...['拨付日期', '拨付金额', '进度', '结转', '结余', '收回', '可用', '收款单位', '凭证号'],
    ]);
    expect([cell(rows, 1, '来源'), cell(rows, -1, '来源')]).toEqual(['中央预算内投资', '合计']);
    expect(cell(rows, -1, '指标金额')).toBe('2100.00');
  });

  it('分户出资公示表: by place, without a name, its total that of the household shares', async () => {
    const body = await get('reports/household-notice?schemeId=s1');
    // 300.00 of stairs over 60.00 and 40.00 m².
    expect(body.items).toEqual([
      {
        ...{ householdId: 'h01', buildingNo: '1', entranceNo: '1', floor: 1, roomNo: null, floorAreaM2: '60.00' },
        ...{ share: '180.00', pledged: '0.00', paid: '120.00', outstanding: '60.00', overdue: '0.00' },
      },
      {
        ...{ householdId: 'h02', buildingNo: '1', entranceNo: '1', floor: 1, roomNo: null, floorAreaM2: '40.00' },
        ...{ share: '120.00', pledged: '120.00', paid: '0.00', outstanding: '120.00', overdue: '0.00' },
      },
    ]);
    const shares = await get('schemes/s1/household-shares');
    expect(body.total).toEqual(shares.total);
    expect(body.residentAmount).toBe(shares.residentAmount);
    const rows = await table('reports/household-notice?schemeId=s1&format=csv&unit=wan');
    expect(rows[0]).toEqual([
      ...['户号', '楼栋', '单元', '楼层', '房号', '建筑面积(㎡)', '应出资', '已认缴', '已出资', '尚欠', '逾期'],
    ]);
    expect([cell(rows, 1, '建筑面积(㎡)'), cell(rows, -1, '应出资')]).toEqual(['60.00', '0.03']);
  });

  it('分户出资公示表: names its scheme, inside the division, and is not for viewers', async () => {
    const said = async (path: string, as: 'clerk' | 'viewer' | 'elsewhere' = 'clerk') => {
      const { status, body } = await service.get(`/v1/reports/${path}`, { as });
      return [status, body.code];
    };
    expect(await said('household-notice')).toEqual([400, 'invalid-parameter']);
    expect(await said('household-notice?schemeId=nothing')).toEqual([404, 'scheme-not-found']);
    expect(await said('household-notice?schemeId=s1', 'elsewhere')).toEqual([404, 'scheme-not-found']);
    expect(await said('household-notice?schemeId=s1', 'viewer')).toEqual([403, 'forbidden']);
    expect((await said('funding-and-arrival', 'viewer'))[0]).toBe(200);
    expect((await said('grant-execution', 'viewer'))[0]).toBe(200);
  });
});

describe('households', () => {
  it('live in flats: shops and garages are owned, have an area and are not counted', async () => {
    const service = await TestService.open();
    try {
      const city = new City(service);
      await city.compound('c');
      const unit = { buildingNo: '1', floor: 1, ownership: 'commodity', floorAreaM2: '50.00' };
      const households = [
        { ...unit, householdId: 'h1' },
        { ...unit, householdId: 'h2', use: 'residential' },
        { ...unit, householdId: 's1', use: 'commercial' },
        { ...unit, householdId: 'g1', use: 'garage' },
      ];
      accepted(await service.post('/v1/compounds/c/households', { households, occurredOn: '2026-01-06' }));
      await city.scheme('s', 'c');
      const counts = async (asOf: string) => {
        const read = async (path: string) =>
          (await service.get(`${path}${path.includes('?') ? '&' : '?'}asOf=${asOf}`)).body;
        const compound = await read('/v1/compounds/c');
        const { total } = await read('/v1/overview');
        const [row] = (await read('/v1/reports/funding-and-arrival')).items;
        return [compound, total, row].map(({ households: count, floorAreaM2 }) => [count, floorAreaM2]);
      };
      expect(await counts('2026-01-31')).toEqual([1, 2, 3].map(() => [2, '200.00']));
      accepted(
        await service.post('/v1/compounds/c/corrections', {
          ...{ reason: '住改商', households: [{ householdId: 'h1', use: 'commercial' }], occurredOn: '2026-02-01' },
        }),
      );
      expect(await counts('2026-02-01')).toEqual([1, 2, 3].map(() => [1, '200.00']));
      expect(await counts('2026-01-31')).toEqual([1, 2, 3].map(() => [2, '200.00']));
    } finally {
      await service.close();
    }
  });
});
