import { Fund } from '../support/fund.js';
import { said } from '../support/refusals.js';
import { accepted, TestService } from '../support/service.js';

/** Thirty owners of 300.00 m² together: two thirds are 20 and 200.00, half of those 10 and 100.00. */
const ballot = (owners: readonly [number, number], areaM2: readonly [string, string]) => ({
  owners: { total: 30, participated: owners[0], agreed: owners[1] },
  areaM2: { total: '300.00', participated: areaM2[0], agreed: areaM2[1] },
});
type Ballot = Parameters<typeof ballot>;

describe('the last that is accepted and the first that is refused, over HTTP', () => {
  let service: TestService;
  let fund: Fund;
  beforeAll(async () => {
    service = await TestService.open();
    fund = await Fund.of(service, 'c1', ['200.00', '100.00']);
  });
  afterAll(() => service.close());

  let draws = 0;
  const propose = async (occurredOn: string, vote: Ballot, fields: object = {}) =>
    said(await fund.propose(`d${++draws}`, '1.00', { occurredOn, vote: ballot(...vote), ...fields }));
  const [YES, NO] = ['201', '422 rule-refused R15'];

  it.each<[string, string, object, Ballot, string]>([
    // From 2021-01-01: two thirds take part, more than half of them agree.
    [
      '2021-01-01',
      'exactly two thirds take part',
      {},
      [
        [20, 11],
        ['200.00', '100.01'],
      ],
      YES,
    ],
    [
      '2021-01-01',
      'one owner fewer takes part',
      {},
      [
        [19, 19],
        ['300.00', '300.00'],
      ],
      NO,
    ],
    [
      '2021-01-01',
      'a hundredth of a metre fewer takes part',
      {},
      [
        [30, 30],
        ['199.99', '199.99'],
      ],
      NO,
    ],
    [
      '2021-01-01',
      'half of the owners are not more than half',
      {},
      [
        [20, 10],
        ['200.00', '200.00'],
      ],
      NO,
    ],
    [
      '2021-01-01',
      'half of the area is not more than half',
      {},
      [
        [20, 20],
        ['200.00', '100.00'],
      ],
      NO,
    ],
    [
      '2021-01-01',
      'a hundredth of a metre more is',
      {},
      [
        [20, 20],
        ['200.00', '100.01'],
      ],
      YES,
    ],
    // Before it: two thirds of all agree.
    [
      '2020-12-31',
      'exactly two thirds agree',
      {},
      [
        [20, 20],
        ['200.00', '200.00'],
      ],
      YES,
    ],
    [
      '2020-12-31',
      'one owner fewer agrees',
      {},
      [
        [30, 19],
        ['300.00', '300.00'],
      ],
      NO,
    ],
    [
      '2020-12-31',
      'a hundredth of a metre fewer agrees',
      {},
      [
        [30, 30],
        ['300.00', '199.99'],
      ],
      NO,
    ],
    [
      '2020-12-31',
      'what carries a day later does not yet',
      {},
      [
        [20, 11],
        ['200.00', '100.01'],
      ],
      NO,
    ],
    // An elevator: three quarters of those taking part (278(7), unverified).
    [
      '2021-01-01',
      'three quarters for an elevator',
      { workItem: 'elevator' },
      [
        [20, 15],
        ['200.00', '150.00'],
      ],
      YES,
    ],
    [
      '2021-01-01',
      'one owner fewer for it',
      { workItem: 'elevator' },
      [
        [20, 14],
        ['200.00', '150.00'],
      ],
      NO,
    ],
    [
      '2021-01-01',
      '0.01 m² fewer for it',
      { workItem: 'elevator' },
      [
        [20, 15],
        ['200.00', '149.99'],
      ],
      NO,
    ],
  ])('R15 on %s: %s', async (occurredOn, _, fields, vote, expected) => {
    expect(await propose(occurredOn, vote, fields)).toBe(expected);
  });

  it.each<[string, object, string]>([
    ['the roof', { workItem: 'roof' }, '201'],
    ['windows of a flat', { workItem: 'doors-and-windows' }, '422 rule-refused R14'],
    ['windows that are a common part', { workItem: 'doors-and-windows', commonPart: true }, '201'],
    ["the owners' pipes", { workItem: 'indoor-water', assetOwner: 'owners' }, '201'],
    ["an operator's pipes", { workItem: 'indoor-water', assetOwner: 'operator' }, '422 rule-refused R14'],
    ['pipes of one household', { workItem: 'indoor-gas', assetOwner: 'household' }, '422 rule-refused R14'],
    ['pipes of nobody told', { workItem: 'gas-supply' }, '422 rule-refused R14'],
    ['a common part that is said to be none', { workItem: 'roof', commonPart: false }, '422 rule-refused R14'],
    ['within the warranty', { exclusion: 'warranty' }, '422 rule-refused R14'],
    ["an operator's asset", { exclusion: 'operator-asset' }, '422 rule-refused R14'],
    ['damage by somebody liable', { exclusion: 'liable-person' }, '422 rule-refused R14'],
    ["the property company's duty", { exclusion: 'property-contract' }, '422 rule-refused R14'],
    [
      'in an emergency too',
      { exclusion: 'warranty', vote: undefined, emergency: { kind: 'pump', reason: '停水' } },
      '422 rule-refused R14',
    ],
  ])('R14: %s', async (_, fields, expected) => {
    expect(
      await propose(
        '2022-01-01',
        [
          [30, 30],
          ['300.00', '300.00'],
        ],
        fields,
      ),
    ).toBe(expected);
  });

  it('R17: reserves the fund to its last fen, and not one more', async () => {
    accepted(await fund.deposit({ h01: '60.00', h02: '39.99' }, '2022-01-01'));
    const draw = async (drawId: string, amount: string) => {
      const vote = ballot([30, 30], ['300.00', '300.00']);
      accepted(await fund.propose(drawId, amount, { vote, occurredOn: '2022-02-01' }));
      return said(await fund.approve(drawId, { occurredOn: '2022-02-02' }));
    };
    expect(await draw('above', '100.00')).toBe('422 rule-refused R17');
    expect(await draw('all', '99.99')).toBe('201');
    expect(await draw('one-more', '0.01')).toBe('422 rule-refused R17');
  });
});

describe('a deposit is recorded whole, or not at all', () => {
  let service: TestService;
  let fund: Fund;
  const AREAS = Array.from({ length: 1_200 }, () => '50.00');
  beforeAll(async () => {
    service = await TestService.open();
    fund = await Fund.of(service, 'c1', AREAS);
  });
  afterAll(() => service.close());

  /** Two events of at most 1,000 households; the last entry lies in the second. */
  const deposit = (last: object, fields: object = {}) => {
    const entries: object[] = AREAS.map((_, index) => ({
      ...{ householdId: `h${String(index + 1).padStart(2, '0')}`, amount: '0.01' },
    }));
    return fund.post('/deposits', {
      kind: 'first',
      entries: [...entries.slice(0, -1), last],
      occurredOn: '2022-01-01',
      ...fields,
    });
  };
  const recorded = async () => {
    const { items } = (await service.get('/v1/events?stream=maintenanceFund-c1&type=DepositReceived')).body;
    return [items.length, (await fund.get()).body.balance];
  };
  const LAST = { householdId: 'h1200', amount: '0.01' };

  it.each<[string, object, object, string, string | undefined]>([
    [
      'an unknown household',
      { ...LAST, householdId: 'h1201' },
      {},
      '404 household-not-found',
      '/entries/1199/householdId',
    ],
    ['an unknown unit', { unitId: 'u9', amount: '0.01' }, {}, '404 unit-not-found', '/entries/1199/unitId'],
    [
      'a selling unit nobody knows',
      { ...LAST, payer: 'selling-unit' },
      {},
      '404 unit-not-found',
      '/entries/1199/payer',
    ],
    ['a household twice', { ...LAST, householdId: 'h01' }, {}, '400 invalid-field', '/entries'],
    ['nothing', { ...LAST, amount: '0.00' }, {}, '400 invalid-field', '/entries/1199/amount'],
    ['three decimals', { ...LAST, amount: '0.010' }, {}, '400 invalid-field', '/entries/1199/amount'],
    ['a number', { ...LAST, amount: 0.01 }, {}, '400 invalid-field', '/entries/1199/amount'],
    ['less than nothing', { ...LAST, amount: '-0.01' }, {}, '400 invalid-field', '/entries/1199/amount'],
    ['a day before the fund', LAST, { occurredOn: '2019-01-31' }, '422 date-order', undefined],
  ])('refused with %s', async (_, last, fields, expected, pointer) => {
    const before = await recorded();
    const reply = await deposit(last, fields);
    expect([said(reply), reply.body.errors?.[0]?.pointer]).toEqual([expected, pointer]);
    expect(await recorded()).toEqual(before);
  });

  it('accepted as two events of one command, to the fen, and reversed as one', async () => {
    const reply = accepted(await deposit(LAST, { occurredOn: '2019-02-01' }));
    expect(reply.body.eventIds).toHaveLength(2);
    expect(await recorded()).toEqual([2, '12.00']);
    const [, second] = reply.body.eventIds as string[];
    accepted(await service.post(`/v1/entries/${second}/reversal`, { reason: '误记', occurredOn: '2022-02-01' }));
    expect((await fund.get()).body).toMatchObject({ balance: '0.00', deposited: '0.00', firstDepositTotal: '0.00' });
  });

  it('for 5,000 entries and no more', async () => {
    const entries = Array.from({ length: 5_001 }, (_, index) => ({ householdId: `x${index}`, amount: '0.01' }));
    const post = (some: object[]) => fund.post('/deposits', { kind: 'first', entries: some, occurredOn: '2022-01-01' });
    // Five thousand are a command like any other: it is the households that are not there.
    expect(said(await post(entries.slice(0, 5_000)))).toBe('404 household-not-found');
    expect(said(await post(entries))).toBe('400 invalid-field');
  });
});
