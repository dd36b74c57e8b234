import { type Person, type Reply, TestService } from '../support/service.js';

type Body = Record<string, unknown>;

let service: TestService;
beforeAll(async () => (service = await TestService.open()));
afterAll(() => service.close());

const ask = (name: string, body: unknown, as: Person | null = 'viewer'): Promise<Reply> =>
  service.post(`/v1/calculations/${name}`, body, { as, key: null });

/** The answer of a calculation that must have been possible. */
async function answer(name: string, body: Body) {
  const reply = await ask(name, body);
  expect([reply.status, reply.text]).toEqual([200, expect.anything()]);
  return reply.body;
}

/** Status, code and the pointers told. */
async function refusal(name: string, body: unknown): Promise<unknown[]> {
  const { status, body: problem } = await ask(name, body);
  const pointers = ((problem.errors ?? []) as { pointer: string }[]).map(({ pointer }) => pointer);
  return [status, problem.code, ...pointers];
}

const HOUSE = ['86.45', '86.45', '92.13', '92.13', '74.08', '74.08', '86.45', '86.45', '92.13', '92.13', '74.08'];
const areas = [...HOUSE, '120.57'].map((weight, index) => ({ id: `h${String(index + 1).padStart(2, '0')}`, weight }));
const parts = { amount: '35000.00', parts: areas };
const plan = {
  sources: [
    { id: 'grant', amount: '100.00', mayFund: ['road'] },
    { id: 'residents', amount: '50.00', mayFund: ['road', 'stairs'], rank: { road: 5 } },
  ],
  lines: [
    { id: 'road', amount: '120.00' },
    { id: 'stairs', amount: '40.00' },
  ],
};
const factors = {
  amount: '30000000.00',
  factors: [
    { name: '面积', weight: '0.40' },
    { name: '户数', weight: '0.40' },
    { name: '楼栋', weight: '0.10' },
    { name: '小区', weight: '0.10' },
  ],
  recipients: [
    { id: '140403', coefficient: '1.00', values: { 面积: '38.72', 户数: '5300', 楼栋: '160', 小区: '60' } },
    { id: '140404', coefficient: '1.20', values: { 面积: '14.24', 户数: '1340', 楼栋: '59', 小区: '44' } },
    { id: '140406', coefficient: '1.10', values: { 面积: '9.50', 户数: '1100', 楼栋: '40', 小区: '15' } },
  ],
};
const elevator = {
  amount: '500000.00',
  table: 'guangzhou-2016',
  basis: 'coefficient',
  households: [1, 2, 3, 4, 5, 6].flatMap((floor) => ['a', 'b'].map((side) => ({ id: `${floor}${side}`, floor }))),
};
const byArea = { ...elevator, basis: 'coefficient-area', households: [{ id: 'a', floor: 2 }] };
const draw = {
  amount: '1000.00',
  households: [
    { id: 'h1', areaM2: '60.00', ownership: 'commodity' },
    { id: 'h2', areaM2: '30.00', ownership: 'sold-public-housing', ownerDeposit: '300.00' },
    { id: 'h3', areaM2: '10.00', ownership: 'unsold-public' },
  ],
  sellerDeposit: '700.00',
};
const forecast = {
  openingBalance: '1000.00',
  firstYear: 2026,
  years: 7,
  contribution: '1000.00',
  inflation: '0.025',
  interestRate: '0.00',
  components: [{ id: 'pump', name: '水泵', cost: '3000.00', usefulLife: 3, remainingLife: 2 }],
};
const bond = {
  principal: '50000000.00',
  couponRate: '0.0188',
  termYears: 10,
  valueDate: '2026-01-31',
  paymentsPerYear: 1,
  repayment: 'bullet',
};
const interest = {
  rule: 'two-tier-annual',
  rates: [
    { from: '2025-01-01', demand: '0.0035', term: '0.0130' },
    { from: '2025-10-01', demand: '0.0025', term: '0.0130' },
  ],
  openingBalance: '0.00',
  flows: [{ occurredOn: '2025-06-30', amount: '1500.00' }],
  from: '2025-01-01',
  to: '2025-12-31',
};
const WELL_FORMED: Readonly<Record<string, Body>> = {
  apportionment: parts,
  'draw-apportionment': draw,
  'elevator-shares': elevator,
  'factor-distribution': factors,
  'funding-plan': plan,
  'reserve-forecast': forecast,
  'debt-service': bond,
  interest,
};

describe('The published figures of the calculations', () => {
  it('apportions 35,000.00 over twelve flats', async () => {
    const body = await answer('apportionment', parts);
    expect(body.parts.map(({ amount }: { amount: string }) => amount)).toEqual(
      `2862.23 2862.23 3050.29 3050.29 2452.68 2452.68 2862.23 2862.23 3050.29 3050.28 2452.68 3991.89`.split(' '),
    );
    expect([body.rounding, body.tieBreak]).toEqual(['largest-remainder', 'id']);
  });

  it('splits a draw between owners, the seller and the developer', async () => {
    expect(await answer('draw-apportionment', draw)).toEqual({
      owners: [
        { id: 'h1', amount: '600.00' },
        { id: 'h2', amount: '90.00' },
      ],
      seller: '210.00',
      developer: '100.00',
    });
  });

  it('shares an elevator of 500,000.00 over six floors', async () => {
    const { shares } = await answer('elevator-shares', elevator);
    const byFloor = ['0.00', '24509.80', '49019.61', '53921.57', '58823.53', '63725.49'];
    expect(shares.map(({ amount }: { amount: string }) => amount)).toEqual(byFloor.flatMap((one) => [one, one]));
    const { table: _, ...own } = elevator;
    const coefficients = ['0', '0.5', '1.0', '1.1', '1.2', '1.3'].map((coefficient, index) => ({
      floor: index + 1,
      coefficient,
    }));
    expect(await answer('elevator-shares', { ...own, coefficients })).toEqual({ shares });
  });

  it('distributes a grant of 30,000,000.00 by factors', async () => {
    expect(await answer('factor-distribution', factors)).toEqual({
      shares: [
        { id: '140403', share: '0.5995', amount: '17985865.40' },
        { id: '140404', share: '0.2490', amount: '7469735.09' },
        { id: '140406', share: '0.1515', amount: '4544399.51' },
      ],
    });
  });

  it('plans the largest funding and proves what is short', async () => {
    expect(await answer('funding-plan', plan)).toEqual({
      funded: '150.00',
      assignments: [
        { sourceId: 'grant', lineId: 'road', amount: '100.00' },
        { sourceId: 'residents', lineId: 'road', amount: '10.00' },
        { sourceId: 'residents', lineId: 'stairs', amount: '40.00' },
      ],
      unfunded: [{ lineId: 'road', amount: '10.00' }],
      unused: [],
      certificate: {
        lines: ['road', 'stairs'],
        sources: ['grant', 'residents'],
        needed: '160.00',
        available: '150.00',
        short: '10.00',
      },
    });
  });

  it('forecasts a reserve by the CAI method', async () => {
    const body = await answer('reserve-forecast', forecast);
    expect(body.years.map((row: { fullyFundedBalance: string }) => row.fullyFundedBalance)).toEqual(
      '1000.00 2050.00 3151.88 1076.89 2207.63 3394.22 1159.69'.split(' '),
    );
    expect(Object.keys(body.years[0])).toEqual(
      'year open contribution interest expenditure close fullyFundedBalance fundedRatio'.split(' '),
    );
    const roofAndPaint = [
      { id: 'roof', name: '屋面', cost: '100000.00', usefulLife: 20, remainingLife: 8 },
      { id: 'paint', name: '粉刷', cost: '60000.00', usefulLife: 6, remainingLife: 2 },
    ];
    const painted = await answer('reserve-forecast', {
      ...forecast,
      openingBalance: '70000.00',
      components: roofAndPaint,
    });
    expect(painted.years[0]).toMatchObject({ fullyFundedBalance: '100000.00', fundedRatio: '0.7000' });
    const gutters = Array.from({ length: 30 }, (_, remainingLife) => ({
      ...{ id: `g${remainingLife}`, name: '檐沟', cost: '1000.00', usefulLife: 30, remainingLife },
    }));
    const dripping = await answer('reserve-forecast', { ...forecast, components: gutters });
    expect(dripping.years[0].fullyFundedBalance).toBe('15500.00');
  });

  it('schedules the service of a bond', async () => {
    const body = await answer('debt-service', bond);
    expect(body.periods[0]).toEqual({
      ...{ dueOn: '2027-01-31', interest: '940000.00', principal: '0.00', outstanding: '50000000.00' },
    });
    const larger = await answer('debt-service', { ...bond, principal: '70000000.00', couponRate: '0.0201' });
    expect(larger.periods[9]).toMatchObject({ interest: '1407000.00', principal: '70000000.00', outstanding: '0.00' });
  });

  it('settles interest by both rules', async () => {
    expect((await answer('interest', interest)).interest).toBe('2.27');
    const quarterly = {
      ...{ rule: 'quarterly-demand', rates: [{ from: '2025-01-01', demand: '0.0035', term: '0.00' }] },
      ...{ openingBalance: '10000.00', flows: [{ occurredOn: '2026-03-20', amount: '1000.00' }] },
      ...{ from: '2025-12-21', to: '2026-03-20' },
    };
    const { periods } = await answer('interest', quarterly);
    expect(periods).toEqual([
      { from: '2025-12-21', to: '2026-03-20', opening: '10000.00', interest: '8.76', closing: '11008.76' },
    ]);
    const twoYears = {
      ...{ ...interest, rates: [{ from: '2024-01-01', demand: '0.0035', term: '0.0130' }], openingBalance: '8000.00' },
      ...{ from: '2024-01-01' },
    };
    const both = await answer('interest', twoYears);
    expect(both.periods.map(({ closing }: { closing: string }) => closing)).toEqual(['8104.00', '9712.00']);
  });
});

describe('Who may calculate', () => {
  it.each(Object.entries(WELL_FORMED))('%s answers 200 to every role and 401 to nobody', async (name, body) => {
    for (const as of ['clerk', 'boss', 'auditor', 'viewer', 'admin'] as const)
      expect([as, (await ask(name, body, as)).status]).toEqual([as, 200]);
    expect((await ask(name, body, null)).status).toBe(401);
  });

  it('answers only to POST and takes no parameters', async () => {
    const reply = await service.get('/v1/calculations/interest');
    expect([reply.status, reply.headers['allow']]).toEqual([405, 'POST']);
    expect((await ask('interest?asOf=2026-01-01', interest)).body.code).toBe('unknown-parameter');
  });
});

describe('A body of the wrong form is 400 and says where', () => {
  const BAD: readonly (readonly [string, Body, ...string[]])[] = [
    ['apportionment', { ...parts, amount: 35000 }, 'invalid-field', '/amount'],
    ['apportionment', { ...parts, amount: '-1.00' }, 'invalid-field', '/amount'],
    ['apportionment', { ...parts, amount: '35000.0' }, 'invalid-field', '/amount'],
    ['apportionment', { ...parts, amount: '３５０００.００' }, 'invalid-field', '/amount'],
    ['apportionment', { ...parts, amount: '10000000000000.00' }, 'invalid-field', '/amount'],
    ['apportionment', { ...parts, amount: null }, 'invalid-field', '/amount'],
    ['apportionment', { amount: '1.00' }, 'invalid-field', '/parts'],
    ['apportionment', { ...parts, parts: [] }, 'invalid-field', '/parts'],
    ['apportionment', { ...parts, parts: {} }, 'invalid-field', '/parts'],
    ['apportionment', { ...parts, parts: [null] }, 'invalid-field', '/parts/0'],
    ['apportionment', { ...parts, parts: [[]] }, 'invalid-field', '/parts/0'],
    ['apportionment', { ...parts, parts: [areas[0], { id: 'h2' }] }, 'invalid-field', '/parts/1/weight'],
    ['apportionment', { ...parts, parts: [{ id: 'h1', weight: 1 }] }, 'invalid-field', '/parts/0/weight'],
    ['apportionment', { ...parts, parts: [{ id: 'h1', weight: '-1' }] }, 'invalid-field', '/parts/0/weight'],
    ['apportionment', { ...parts, parts: [{ id: '１号', weight: '1' }] }, 'invalid-field', '/parts/0/id'],
    ['apportionment', { ...parts, asOf: '2026-01-01' }, 'unknown-field', '/asOf'],
    ['apportionment', { ...parts, parts: [{ ...areas[0], x: 1 }] }, 'unknown-field', '/parts/0/x'],
    ['draw-apportionment', { ...draw, sellerDeposit: null }, 'invalid-field', '/sellerDeposit'],
    ['elevator-shares', { ...elevator, table: 'nowhere' }, 'invalid-field', '/table'],
    ['elevator-shares', { ...elevator, coefficients: [{ floor: 1, coefficient: '1' }] }, 'invalid-field', '/table'],
    ['elevator-shares', byArea, 'invalid-field', '/households/0/areaM2'],
    ['elevator-shares', { ...elevator, households: [{ id: 'a', floor: '2' }] }, 'invalid-field', '/households/0/floor'],
    ['elevator-shares', { amount: '1.00', households: [{ id: 'a', floor: 2 }] }, 'invalid-field', '/table', '/basis'],
    ['funding-plan', { ...plan, sources: undefined }, 'invalid-field', '/sources'],
    ['reserve-forecast', { ...forecast, years: 51 }, 'invalid-field', '/years'],
    ['reserve-forecast', { ...forecast, years: 0 }, 'invalid-field', '/years'],
    ['reserve-forecast', { ...forecast, inflation: '1.00' }, 'invalid-field', '/inflation'],
    ['debt-service', { ...bond, paymentsPerYear: 3 }, 'invalid-field', '/paymentsPerYear'],
    ['debt-service', { ...bond, valueDate: '2026-02-30' }, 'invalid-field', '/valueDate'],
    ['interest', { ...interest, to: '2024-12-31' }, 'invalid-field', '/to'],
    ['interest', { ...interest, dayBasis: 0 }, 'invalid-field', '/dayBasis'],
  ];
  it.each(BAD.map(([name, body, ...told], index) => ({ name, body, told, index })))(
    '$name $told ($index)',
    async ({ name, body, told }) => expect(await refusal(name, body)).toEqual([400, ...told]),
  );

  it('of a plan: lines and ranks', async () => {
    const source = { id: 's', amount: '1.00', mayFund: ['road'] };
    const withSource = (more: Body) => ({ ...plan, sources: [{ ...source, ...more }] });
    const at = '/sources/0';
    expect(await refusal('funding-plan', withSource({ mayFund: null }))).toEqual([
      400,
      'invalid-field',
      `${at}/mayFund`,
    ]);
    expect(await refusal('funding-plan', withSource({ mayFund: [1] }))).toEqual([
      400,
      'invalid-field',
      `${at}/mayFund`,
    ]);
    for (const rank of [-1, 1.5, '1', null, [], 1_000_001, { road: '1' }])
      expect(await refusal('funding-plan', withSource({ rank }))).toEqual([400, 'invalid-field', `${at}/rank`]);
  });

  it('of a distribution: a value missing or of an unknown factor', async () => {
    const { 小区: _, ...less } = factors.recipients[0]!.values;
    const withValues = (values: unknown) => ({ ...factors, recipients: [{ ...factors.recipients[0]!, values }] });
    const at = '/recipients/0/values';
    expect(await refusal('factor-distribution', withValues(less))).toEqual([400, 'invalid-field', `${at}/小区`]);
    expect(await refusal('factor-distribution', withValues({ ...less, 小区: '60', x: '1' }))).toEqual([
      ...[400, 'unknown-field', `${at}/x`],
    ]);
    expect(await refusal('factor-distribution', withValues({ ...less, 小区: 60 }))).toEqual([400, 'invalid-field', at]);
    expect(await refusal('factor-distribution', withValues(null))).toEqual([400, 'invalid-field', at]);
  });

  it('tells all faults at once, an unknown field first', async () => {
    expect(await refusal('apportionment', { amount: 1, parts: [{ id: '', weight: '1', x: 1 }] })).toEqual([
      ...[400, 'unknown-field', '/amount', '/parts/0/x', '/parts/0/id'],
    ]);
    const many = Array.from({ length: 500 }, () => ({ id: '', weight: '1' }));
    const { body } = await ask('apportionment', { amount: '1.00', parts: [...many, { ...many[0], x: 1 }] });
    expect([body.code, body.errors.length]).toEqual(['unknown-field', 100]);
  });

  it('of no object at all', async () => {
    for (const body of ['[]', 'null', '"x"', '1']) expect((await ask('interest', body)).status).toBe(400);
    expect((await ask('interest', '{"rule":"x","rule":"y"}')).body.code).toBe('duplicate-key');
    expect((await ask('apportionment', '{"__proto__":{"amount":"1.00"}}')).body.code).toBe('unknown-field');
  });
});

describe('A body of the wrong meaning is 422', () => {
  const zero = areas.map(({ id }) => ({ id, weight: '0' }));
  const weights = (...all: string[]) => factors.factors.map((one, index) => ({ ...one, weight: all[index] }));
  const nothing = factors.recipients.map((one) => ({ ...one, values: { ...one.values, 小区: '0' } }));
  const BAD: readonly (readonly [string, Body, string])[] = [
    ['apportionment', { ...parts, parts: zero }, 'zero-weights'],
    ['apportionment', { ...parts, parts: [areas[0], areas[0]] }, 'repeated-id'],
    ['draw-apportionment', { ...draw, households: [draw.households[0], draw.households[0]] }, 'repeated-id'],
    ['elevator-shares', { ...elevator, households: elevator.households.slice(0, 2) }, 'zero-weights'],
    ['elevator-shares', { ...elevator, households: [{ id: 'cellar', floor: -1 }] }, 'out-of-range'],
    ['factor-distribution', { ...factors, factors: weights('0.40', '0.40', '0.10', '0.11') }, 'factor-weights'],
    ['factor-distribution', { ...factors, recipients: nothing }, 'zero-weights'],
    ['factor-distribution', { ...factors, recipients: [...nothing, nothing[0]] }, 'repeated-id'],
    ['funding-plan', { ...plan, sources: [plan.sources[0], plan.sources[0]] }, 'repeated-id'],
    ['funding-plan', { ...plan, sources: [{ id: 's', amount: '1.00', mayFund: ['nowhere'] }] }, 'unknown-line'],
    ['funding-plan', { ...plan, sources: [{ ...plan.sources[0], rank: { nowhere: 1 } }] }, 'unknown-line'],
    ['funding-plan', { ...plan, lines: [...plan.lines, { id: 'all', amount: '9999999999999.99' }] }, 'out-of-range'],
    [
      'reserve-forecast',
      { ...forecast, components: [{ ...forecast.components[0], remainingLife: 4 }] },
      'out-of-range',
    ],
    ['debt-service', { ...bond, termYears: 101, paymentsPerYear: 12 }, 'too-many'],
    ['debt-service', { ...bond, principal: '9999999999999.99' }, 'out-of-range'],
    ['interest', { ...interest, rates: [] }, 'out-of-range'],
    ['interest', { ...interest, flows: [{ occurredOn: '2025-06-30', amount: '-0.01' }] }, 'out-of-range'],
    ['interest', { ...interest, flows: [{ occurredOn: '2026-01-01', amount: '1.00' }] }, 'out-of-range'],
    ['interest', { ...interest, from: '1900-01-01', to: '2100-01-01' }, 'too-many'],
  ];
  it.each(BAD.map(([name, body, code], index) => ({ name, body, code, index })))(
    '$name $code ($index)',
    async ({ name, body, code }) => expect((await refusal(name, body)).slice(0, 2)).toEqual([422, code]),
  );

  it('says it in the language asked for', async () => {
    const body = JSON.stringify({ ...parts, parts: zero });
    const headers = { 'content-type': 'application/json', authorization: 'Bearer key-viewer', 'accept-language': 'en' };
    const { body: problem } = await service.send('POST', '/v1/calculations/apportionment', null, headers, body);
    expect(problem.title).toBe('The weights sum to zero');
  });
});

describe('The edges of what is accepted', () => {
  it('takes the largest amount and nothing at all', async () => {
    const largest = await answer('apportionment', { ...parts, amount: '9999999999999.99' });
    const fen = (largest.parts as { amount: string }[]).map(({ amount }) => BigInt(amount.replace('.', '')));
    expect(fen.reduce((sum, one) => sum + one)).toBe(999_999_999_999_999n);
    expect((await answer('apportionment', { ...parts, amount: '0.00' })).parts[0]).toEqual({
      id: 'h01',
      amount: '0.00',
    });
    expect(await answer('funding-plan', { sources: [], lines: [] })).toEqual({
      ...{ funded: '0.00', assignments: [], unfunded: [], unused: [] },
    });
  });

  it('apportions over 10,000 parts to the fen', async () => {
    const many = Array.from({ length: 10_000 }, (_, index) => ({ id: `h${index}`, weight: '86.45' }));
    const { parts: shares } = await answer('apportionment', { amount: '1000000.01', parts: many });
    expect(shares[0]).toEqual({ id: 'h0', amount: '100.01' });
    expect(shares.filter(({ amount }: { amount: string }) => amount === '100.01')).toHaveLength(1);
  });

  it('leaves lines nobody may fund unfunded, and says which', async () => {
    const alone = { sources: [{ id: 's', amount: '5.00', mayFund: [] }], lines: [{ id: 'l', amount: '3.00' }] };
    expect(await answer('funding-plan', alone)).toEqual({
      funded: '0.00',
      assignments: [],
      unfunded: [{ lineId: 'l', amount: '3.00' }],
      unused: [{ sourceId: 's', amount: '5.00' }],
      certificate: { lines: ['l'], sources: [], needed: '3.00', available: '0.00', short: '3.00' },
    });
  });
});
