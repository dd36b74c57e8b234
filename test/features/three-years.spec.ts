import { createHash } from 'node:crypto';
import { type Reply, TestClock, TestService } from '../support/service.js';
import { canonical, k, Story, threeYears } from '../support/three-years.js';

/**
 * Three fiscal years of a county, played over HTTP (test/support/three-years.ts) and held against figures computed by
 * hand, in thousands of yuan. Nothing below is taken from the service.
 */
const DATES = [
  '2023-02-28',
  '2023-03-31',
  '2023-06-30',
  '2023-12-31',
  '2024-03-10',
  '2024-06-30',
  '2024-12-31',
  '2025-02-28',
  '2025-06-30',
  '2025-12-31',
] as const;
type Row = readonly number[];
type Table = readonly Row[];

// Scheme s1, public area: budget road 600 + water 300 + parking 200 + design 20 = 1120; goods 10 since February 2023.
// committed: GC 400 + county 300 + operator's own payment 50 = 750; + bond 250 = 1000; − 80 withdrawn = 920.
// gap = 1120 − committed − 10.
// committed, received, paid, gap
const PUBLIC: Table = [
  [750, 50, 50, 360], // the operator paid its contractor 50
  [750, 500, 200, 360], // + GC 250 + county 200; + p1 150
  [1000, 700, 340, 110], // + bond 200; + p2 20 + p4 120
  [1000, 670, 430, 110], // − 30 returned; + p5 100 − 10 refunded; the substitution moves 40 between two sources
  [1000, 820, 730, 110], // + GC 150; + p6 200 + p7 100
  [1000, 820, 710, 110], // p7 reversed − 100; + p8 80
  [1000, 820, 780.5, 110], // + p9 25.6 + p12 44.9
  [1000, 820, 780.5, 110],
  [1000, 820, 770.5, 110], // p6 200 amended to 190
  [920, 790, 790, 190], // − 30 of the bond returned; + p13 14.4 + p14 5.1
];
// In the building: budget 100. Pledged 40 + 30; a refund of 2 leaves the pledge of 40 standing. gap = 100 − committed.
const IN_BUILDING: Table = [
  [70, 40, 0, 30],
  [70, 40, 0, 30],
  [70, 40, 30, 30], // p3
  [70, 40, 30, 30],
  [70, 40, 30, 30],
  [70, 68, 30, 30], // − 2 refunded, + 30 of the second household
  [70, 68, 68, 30], // p10 38
  [70, 68, 68, 30],
  [90, 88, 85, 10], // + 20 of common-area income (22 − 2); p11 17
  [87, 85, 85, 13], // 3 of it refunded: what nobody had promised is committed as far as it came
];
// committed, received, paid of each source at s1
const SOURCES: Readonly<Record<string, Table>> = {
  'central-grant|GC|public-area': [
    [400, 0, 0],
    [400, 250, 150], // p1
    [400, 250, 150],
    [400, 250, 190], // takes over 40
    [400, 400, 390], // p6 200
    [400, 400, 390],
    [400, 400, 400], // p9 10
    [400, 400, 400],
    [400, 400, 390], // p6 is 190
    [400, 400, 400], // p13 10
  ],
  'city-grant|G-county|public-area': [
    [300, 0, 0],
    [300, 200, 0],
    [300, 200, 20], // p2
    [300, 170, 70], // 20 + 100 − 10 − 40
    [300, 170, 170], // p7 100
    [300, 170, 150], // − 100 + 80
    [300, 170, 165.6], // p9 15.6
    [300, 170, 165.6],
    [300, 170, 165.6],
    [300, 170, 170], // p13 4.4
  ],
  'special-bond|B1|public-area': [
    [0, 0, 0],
    [0, 0, 0],
    [250, 200, 120],
    [250, 200, 120],
    [250, 200, 120],
    [250, 200, 120],
    [250, 200, 164.9], // p12 44.9
    [250, 200, 164.9],
    [250, 200, 164.9],
    [170, 170, 170], // p14 5.1; 30 returned; 80 withdrawn
  ],
};
// paid on road, water (with the operator's 50), parking, stairs; contracted road; settled road
const LINES: Table = [
  [0, 50, 0, 0, 0, 0],
  [150, 50, 0, 0, 500, 0],
  [150, 50, 120, 30, 500, 0],
  [240, 50, 120, 30, 500, 0], // + 100 − 10
  [440, 150, 120, 30, 540, 0],
  [440, 130, 120, 30, 540, 0],
  [465.6, 130, 164.9, 68, 540, 480], // 480 audited − 14.4 retention = 465.6; 170 − 5.1 = 164.9
  [465.6, 130, 164.9, 68, 540, 480],
  [455.6, 130, 164.9, 85, 540, 480],
  [470, 130, 170, 85, 540, 480],
];
// awarded, decomposed, allocated, disbursed, returned, lapsed, carriedOver, paid, paidWithChildren, available, unspent
// available = awarded − decomposed − allocated − returned − lapsed; unspent = awarded − decomposed − returned − lapsed − paid
const GC: Table = [
  [500, 0, 400, 0, 0, 0, 0, 0, 0, 100, 500],
  [500, 0, 400, 250, 0, 0, 0, 150, 150, 100, 350],
  [500, 0, 400, 250, 0, 0, 0, 150, 150, 100, 350],
  [500, 0, 400, 250, 0, 0, 310, 190, 190, 100, 310], // carried over: 500 − 190
  [500, 0, 400, 400, 0, 0, 310, 390, 390, 100, 110],
  [500, 0, 400, 400, 0, 0, 310, 390, 390, 100, 110],
  [500, 0, 400, 400, 0, 100, 310, 400, 400, 0, 0], // lapsed: what was available
  [500, 0, 400, 400, 100, 0, 310, 400, 400, 0, 0],
  [500, 0, 400, 400, 100, 0, 310, 390, 390, 0, 10],
  [500, 0, 400, 400, 100, 0, 310, 400, 400, 0, 0],
];
// its schemes: s1 as above, and s2 (allocated 200, sent 120, paid 90; 30 back, 110 withdrawn in 2025)
const COUNTY: Table = [
  [800, 0, 500, 0, 0, 0, 0, 0, 0, 300, 800],
  [800, 0, 500, 320, 0, 0, 0, 0, 0, 300, 800],
  [800, 0, 500, 320, 0, 0, 0, 110, 110, 300, 690], // 20 + 90
  [800, 0, 500, 290, 0, 0, 640, 160, 160, 300, 640], // 70 + 90; carried over 800 − 160
  [800, 0, 500, 290, 0, 0, 640, 260, 260, 300, 540],
  [800, 0, 500, 290, 0, 0, 640, 240, 240, 300, 560],
  [800, 0, 500, 290, 0, 300, 640, 255.6, 255.6, 0, 244.4],
  [800, 0, 390, 260, 410, 0, 640, 255.6, 255.6, 0, 134.4], // 300 lapsed + 110 withdrawn = 410 to the city
  [800, 0, 390, 260, 410, 0, 640, 255.6, 255.6, 0, 134.4],
  [800, 0, 390, 260, 410, 0, 640, 260, 260, 0, 130],
];
const CITY: Table = [
  [1000, 800, 0, 0, 0, 0, 0, 0, 0, 200, 200],
  [1000, 800, 0, 0, 0, 0, 0, 0, 0, 200, 200],
  [1000, 800, 0, 0, 0, 0, 0, 0, 110, 200, 200],
  [1000, 800, 0, 0, 0, 0, 200, 0, 160, 200, 200],
  [1000, 800, 0, 0, 0, 0, 200, 0, 260, 200, 200],
  [1000, 800, 0, 0, 0, 0, 200, 0, 240, 200, 200],
  [1000, 800, 0, 0, 0, 200, 200, 0, 255.6, 0, 0],
  [1000, 390, 0, 0, 610, 0, 200, 0, 255.6, 0, 0], // 800 − 410; 200 lapsed + 410 come back = 610 returned upwards
  [1000, 390, 0, 0, 610, 0, 200, 0, 255.6, 0, 0],
  [1000, 390, 0, 0, 610, 0, 200, 0, 260, 0, 0],
];
// paidWithChildren ÷ awarded
const EXECUTION: Readonly<Record<string, readonly string[]>> = {
  GC: ['0.0000', '0.3000', '0.3000', '0.3800', '0.7800', '0.7800', '0.8000', '0.8000', '0.7800', '0.8000'],
  // 110 ÷ 800 = 0.1375; 255.6 ÷ 800 = 0.3195
  'G-county': ['0.0000', '0.0000', '0.1375', '0.2000', '0.3250', '0.3000', '0.3195', '0.3195', '0.3195', '0.3250'],
  'G-city': ['0.0000', '0.0000', '0.1100', '0.1600', '0.2600', '0.2400', '0.2556', '0.2556', '0.2556', '0.2600'],
};
// principal, allocated, disbursed, available, paid, interestPaid: 300 × 3 % = 9 a year
const BOND: Table = [
  [0, 0, 0, 0, 0, 0], // not issued yet
  [0, 0, 0, 0, 0, 0],
  [300, 250, 200, 50, 120, 0],
  [300, 250, 200, 50, 120, 0],
  [300, 250, 200, 50, 120, 0],
  [300, 250, 200, 50, 120, 9],
  [300, 250, 200, 50, 164.9, 9],
  [300, 250, 200, 50, 164.9, 9],
  [300, 250, 200, 50, 164.9, 18], // 5 on the day, 4 late
  [300, 170, 170, 130, 170, 18],
];
// s1 (both areas) + s2. s2: budget 300; committed 200, then 90; received 120, then 90; paid 90 since May 2023; gap 300 − committed.
// committed, received, paid, gap, then arrival = received ÷ 1520 and execution = paid ÷ received
const OVERVIEW: readonly (readonly [number, number, number, number, string, string])[] = [
  [1020, 90, 50, 490, '0.0592', '0.5556'], // 750 + 70 + 200; 50 + 40; 50; 360 + 30 + 100
  [1020, 660, 200, 490, '0.4342', '0.3030'], // 500 + 40 + 120
  [1270, 860, 460, 240, '0.5658', '0.5349'], // 340 + 30 + 90
  [1270, 830, 550, 240, '0.5461', '0.6627'], // 430 + 30 + 90
  [1270, 980, 850, 240, '0.6447', '0.8673'], // 820 + 40 + 120; 730 + 30 + 90
  [1270, 1008, 830, 240, '0.6632', '0.8234'], // 820 + 68 + 120; 710 + 30 + 90
  [1270, 1008, 938.5, 240, '0.6632', '0.9311'], // 780.5 + 68 + 90
  [1160, 978, 938.5, 350, '0.6434', '0.9596'], // 1000 + 70 + 90; 820 + 68 + 90; 110 + 30 + 210
  [1180, 998, 945.5, 330, '0.6566', '0.9474'], // 770.5 + 85 + 90; 110 + 10 + 210
  [1097, 965, 965, 413, '0.6349', '1.0000'], // 920 + 87 + 90; 790 + 85 + 90; 190 + 13 + 210
];
// The cash book at the end: what left, and where it is. −965 + 965; the interest 18 is a movement of its own.
const CASH_BOOK: Readonly<Record<string, number>> = {
  'cash:bond:B1': -170,
  'cash:bond:B1:interest': 18,
  'cash:grant:G-county': -260,
  'cash:grant:GC': -400,
  'cash:outside:common-area-income': -17,
  'cash:outside:project-income': -18,
  'cash:outside:resident-cash': -68,
  'cash:outside:utility-operator': -50,
  'cash:paid:s1:design': 20,
  'cash:paid:s1:park': 170,
  'cash:paid:s1:road': 470,
  'cash:paid:s1:stair': 85,
  'cash:paid:s1:water': 130,
  'cash:paid:s2:road': 90,
};

const named = (names: readonly string[], row: Row): Record<string, string> =>
  Object.fromEntries(names.map((name, index) => [name, k(row[index]!)]));
const AREA = ['committed', 'received', 'paid', 'fundingGap'] as const;
const GRANT = [
  ...(['awarded', 'decomposed', 'allocated', 'disbursed', 'returned', 'lapsed', 'carriedOver'] as const),
  ...(['paid', 'paidWithChildren', 'available', 'unspent'] as const),
];

describe('three fiscal years of a county', () => {
  const clock = new TestClock(new Date('2023-01-05T02:00:00.000Z'));
  let service: TestService;
  let story: Story;
  let closing: Reply;
  const remembered: { path: string; body: unknown }[] = [];

  /** An answer without the lock of its stream, which is always today's. */
  async function known(path: string): Promise<unknown> {
    const { status, body } = await service.get(path);
    expect([path, status]).toEqual([path, 200]);
    const { revision: _, ...answer } = body;
    return answer;
  }

  /** Answers as they are known now: asked again at the end, they are the same. */
  async function remember(asOf: string): Promise<void> {
    // Whatever comes next is recorded later than this instant.
    clock.advance(1_000);
    const at = `recordedAt=${encodeURIComponent(story.now)}`;
    const paths = [
      ...['/v1/schemes/s1/cost-split', '/v1/compounds/c1/cost-split', '/v1/schemes/s1/household-shares'],
      ...['/v1/grants/GC', '/v1/grants/G-county', '/v1/grants/G-city', '/v1/overview', '/v1/ledger/trial-balance'],
    ];
    for (const one of paths)
      for (const query of [at, `${at}&asOf=${asOf}`]) {
        const path = `${one}?${query}`;
        remembered.push({ path, body: await known(path) });
      }
  }

  beforeAll(async () => {
    service = await TestService.open(clock);
    story = new Story(service, clock);
    closing = await threeYears(story, remember);
  }, 120_000);
  afterAll(() => service.close());
  const asOf = async (path: string, index: number) => (await service.get(`${path}?asOf=${DATES[index]}`)).body;

  describe.each(DATES.map((date, index) => ({ date, index })))('as of $date', ({ index }) => {
    it('every book sums to zero, and no money is on its way', async () => {
      for (const scope of ['clerk', 'luzhou', 'auditor'] as const) {
        const path = `/v1/ledger/trial-balance?asOf=${DATES[index]}`;
        const { body } = await service.get(path, { as: scope });
        expect(body.books.map(({ sum }: { sum: string }) => sum)).toEqual(['0.00', '0.00', '0.00', '0.00']);
        expect(JSON.stringify(body)).not.toContain('in-transit');
      }
    });

    it('the split of the scheme is what was computed by hand', async () => {
      for (const path of ['/v1/schemes/s1/cost-split', '/v1/compounds/c1/cost-split']) {
        const body = await asOf(path, index);
        expect(body).toMatchObject({
          publicArea: { budget: k(1120), inKind: k(10), ...named(AREA, PUBLIC[index]!) },
          inBuilding: { budget: k(100), inKind: '0.00', ...named(AREA, IN_BUILDING[index]!) },
          total: { budget: k(1220), inKind: k(10) },
        });
        const [, received, paid] = PUBLIC[index]!;
        expect(body.publicArea.available).toBe(k(received! - paid!));
      }
    });

    it('each source bore what it bore, on each line', async () => {
      const body = await asOf('/v1/schemes/s1/cost-split', index);
      type Source = { source: string; reference: string | null; costArea: string };
      const found = new Map(
        body.bySource.map((one: Source) => [`${one.source}|${one.reference ?? ''}|${one.costArea}`, one]),
      );
      for (const [key, rows] of Object.entries(SOURCES)) {
        const row = rows[index]!;
        if (row.every((amount) => amount === 0)) expect([key, found.get(key)]).toEqual([key, undefined]);
        else expect([key, found.get(key)]).toMatchObject([key, named(['committed', 'received', 'paid'], row)]);
      }
      expect(found.get('utility-operator|water|public-area')).toMatchObject(
        named(['committed', 'received', 'paid'], [50, 50, 50]),
      );
      const lines = new Map<string, Record<string, string>>(
        body.byLine.map((one: { lineId: string }) => [one.lineId, one]),
      );
      const [road, water, park, stair, contracted, settled] = LINES[index]!;
      expect(lines.get('road')).toMatchObject({ paid: k(road!), contracted: k(contracted!), settled: k(settled!) });
      expect([lines.get('water')!['paid'], lines.get('park')!['paid'], lines.get('stair')!['paid']]).toEqual([
        k(water!),
        k(park!),
        k(stair!),
      ]);
    });

    it('the grants and the bond stand as computed by hand', async () => {
      for (const [grantId, table] of [
        ['GC', GC],
        ['G-county', COUNTY],
        ['G-city', CITY],
      ] as const) {
        const body = await asOf(`/v1/grants/${grantId}`, index);
        expect([grantId, body]).toMatchObject([
          grantId,
          { ...named(GRANT, table[index]!), executionRate: EXECUTION[grantId]![index] },
        ]);
      }
      const { children } = await asOf('/v1/grants/G-city', index);
      expect(children).toEqual([{ grantId: 'G-county', amount: k(CITY[index]![1]!) }]);
      const names = ['principal', 'allocated', 'disbursed', 'available', 'paid', 'interestPaid'];
      expect(await asOf('/v1/bonds/B1', index)).toMatchObject(named(names, BOND[index]!));
    });

    it('the overview of the county is the sum of its schemes', async () => {
      const body = await asOf('/v1/overview', index);
      const [committed, received, paid, gap, arrivalRate, executionRate] = OVERVIEW[index]!;
      const figures = named(AREA, [committed, received, paid, gap]);
      const row = { compounds: 2, schemes: 2, budget: k(1520), inKind: k(10), ...figures, arrivalRate, executionRate };
      expect(body.total).toMatchObject(row);
      expect(body.items).toMatchObject([{ key: '140403', ...row }]);
    });
  });

  it('ends with a cash book in which every fen is where it went', async () => {
    const { books } = await asOf('/v1/ledger/trial-balance', 9);
    const cash = books.find(({ book }: { book: string }) => book === 'cash');
    expect(
      Object.fromEntries(cash.accounts.map((one: { account: string; balance: string }) => [one.account, one.balance])),
    ).toEqual(Object.fromEntries(Object.entries(CASH_BOOK).map(([account, amount]) => [account, k(amount)])));
  });

  it('told at the final account what was left of each source and what becomes of it', () => {
    // Pools on 1 November 2025: bond 200 − 170 = 30, common-area income 20 − 17 = 3, all others at zero.
    expect(story.replies.get('final-account')!.body.surplus).toEqual([
      { source: 'common-area-income', reference: null, costArea: 'in-building', amount: k(3), action: 'refund' },
      { source: 'special-bond', reference: 'B1', costArea: 'public-area', amount: k(30), action: 'return' },
    ]);
  });

  it('serves the bond by its schedule: 300 at 3 % for five years', async () => {
    const body = await asOf('/v1/bonds/B1', 9);
    expect(
      body.periods.map(({ dueOn, interest, principal }: Record<string, string>) => [dueOn, interest, principal]),
    ).toEqual([
      ['2024-06-01', k(9), '0.00'],
      ['2025-06-01', k(9), '0.00'],
      ['2026-06-01', k(9), '0.00'],
      ['2027-06-01', k(9), '0.00'],
      ['2028-06-01', k(9), k(300)],
    ]);
    expect([body.totalInterest, body.totalDebtService]).toEqual([k(45), k(345)]);
  });

  it('was closed by two people, sealed with the hash of its trial balance, and takes nothing dated inside', async () => {
    const { body: period } = await service.get('/v1/periods/140403');
    const [close] = period.closes;
    const { body: event } = await service.get(`/v1/events/${closing.body.eventIds[0]}`);
    expect(event.data.override).toMatchObject({ requestedBy: 'boss', grantedBy: 'luzhou-boss' });
    expect(period.closedThrough).toBe('2024-12-31');
    const at = `asOf=2024-12-31&recordedAt=${encodeURIComponent('2025-03-01T02:00:00.500Z')}`;
    const { body: balance } = await service.get(`/v1/ledger/trial-balance?${at}`, { as: 'luzhou' });
    const sealed = canonical({ divisionCode: '140403', through: '2024-12-31', books: balance.books });
    expect(close.sealed.trialBalanceHash).toBe(createHash('sha256').update(sealed).digest('hex'));
    const late = { source: 'resident-cash', amount: '1.00', form: 'cash', occurredOn: '2024-12-31' };
    expect((await service.post('/v1/schemes/s1/contributions', late)).body.code).toBe('period-closed');
  });

  it('shows the correction of a frozen payment as an adjustment of the closed period', async () => {
    const { body } = await service.get('/v1/periods/140403');
    const [reversal] = story.replies.get('amended')!.body.eventIds as string[];
    expect(body.adjustments).toEqual([
      expect.objectContaining({
        eventId: reversal,
        type: 'EntryReversed',
        stream: 'scheme-s1',
        occurredOn: '2025-03-10',
      }),
    ]);
    // What was known at the close has not moved: 780.5 were paid, and still are, as of that day.
    expect((await service.get('/v1/schemes/s1/cost-split?asOf=2024-12-31')).body.publicArea.paid).toBe(k(780.5));
  });

  it('answers what was known at a moment as it did then', async () => {
    expect(remembered.length).toBe(64);
    for (const { path, body } of remembered) expect([path, await known(path)]).toEqual([path, body]);
  });
});
