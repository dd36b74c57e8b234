import { type FoundItem, FindingsStory } from '../support/findings.js';
import { accepted, TestClock } from '../support/service.js';

let story: FindingsStory;
beforeEach(async () => {
  story = await FindingsStory.open();
});
afterEach(() => story.service.close());

describe('money that does not move', () => {
  it('is idle from the 91st day, by what came last, and no longer once it is paid', async () => {
    await story.approved();
    await story.city.grant('g1', '2000.00');
    await story.city.fund('g1', 's1', '700.00', { occurredOn: '2026-01-25' });
    await story.city.fund('g1', 's1', '300.00', { occurredOn: '2026-03-25' });
    // 25 January + 90 days = 25 April: idle from the 26th.
    expect(await story.standing('idle-funds', '2026-04-25')).toEqual([]);
    expect(await story.standing('idle-funds', '2026-04-26')).toEqual([['scheme-s1', '700.00', '2026-04-26']]);
    // 600.00 paid out of what came first leave 100.00 of January and 300.00 of March, idle after 23 June.
    const paid = accepted(
      await story.city.pay('s1', 'L1', '600.00', 'central-grant', 'g1', { occurredOn: '2026-05-01' }),
    );
    expect(await story.standing('idle-funds', '2026-05-02')).toEqual([['scheme-s1', '100.00', '2026-04-26']]);
    expect(await story.standing('idle-funds', '2026-06-24')).toEqual([['scheme-s1', '400.00', '2026-04-26']]);
    accepted(await story.city.pay('s1', 'L1', '100.00', 'central-grant', 'g1', { occurredOn: '2026-05-03' }));
    expect(await story.standing('idle-funds', '2026-06-23')).toEqual([]);
    expect(await story.standing('idle-funds', '2026-06-24')).toEqual([['scheme-s1', '300.00', '2026-06-24']]);
    // A payment that never was leaves the money where it lay.
    await story.reverse(paid.body.eventIds[0] as string, '2026-05-10');
    expect(await story.standing('idle-funds', '2026-05-10')).toEqual([['scheme-s1', '600.00', '2026-04-26']]);
  });

  it('is not what was sent by mistake and taken back', async () => {
    await story.approved();
    await story.city.grant('g1', '2000.00');
    const wrong = await story.city.fund('g1', 's1', '700.00', { occurredOn: '2026-01-25' });
    await story.reverse(wrong.body.eventIds[0] as string, '2026-02-01');
    const again = { schemeId: 's1', amount: '700.00', voucherNo: '拨-2', occurredOn: '2026-03-01' };
    await story.post('grants/g1/disbursements', again);
    // 1 March + 90 days = 30 May.
    expect(await story.standing('idle-funds', '2026-05-30')).toEqual([]);
    expect(await story.standing('idle-funds', '2026-05-31')).toEqual([['scheme-s1', '700.00', '2026-05-31']]);
  });

  it('quotes its clause and says so in both languages', async () => {
    await story.approved();
    await story.city.grant('g1', '700.00');
    await story.city.fund('g1', 's1', '700.00');
    const [item] = await story.find('code=idle-funds&asOf=2026-05-31');
    expect(item).toEqual({
      code: 'idle-funds',
      title: { zh: '资金闲置', en: 'Idle funds' },
      severity: 'warning',
      rule: 'R08',
      clause: '物业管理条例 第五十三条',
      clauseText: expect.stringContaining('不得挪作他用') as string,
      verified: true,
      policyId: 'changzhi-2020',
      subject: 'scheme-s1',
      divisionCode: '140403',
      about: { source: 'central-grant', reference: 'g1', costArea: 'public-area' },
      amount: '700.00',
      since: '2026-04-26',
      detail: {
        zh: '中央补助资金 g1（公共区域）700.00 元到位超过 90 天未支付，最早到位于 2026-01-25',
        en: expect.stringContaining('700.00 yuan') as string,
      },
    });
  });

  it('a grant is passed down or allocated within 30 days of its award', async () => {
    await story.approved();
    await story.city.grant('g1', '1000.00');
    // 10 January + 30 days = 9 February.
    expect(await story.standing('grant-not-allocated', '2026-02-09')).toEqual([]);
    expect(await story.standing('grant-not-allocated', '2026-02-10')).toEqual([['grant-g1', '1000.00', '2026-02-10']]);
    await story.city.fund('g1', 's1', '400.00');
    const child = { divisionCode: '140403', amount: '600.00', documentNo: '长财〔2026〕2号', childGrantId: 'g2' };
    await story.post('grants/g1/decompositions', { ...child, occurredOn: '2026-02-20' });
    // The child has its own 30 days: 20 February + 30 = 22 March.
    expect(await story.standing('grant-not-allocated', '2026-03-22')).toEqual([]);
    expect(await story.standing('grant-not-allocated', '2026-03-23')).toEqual([['grant-g2', '600.00', '2026-03-23']]);
  });

  it('direct funds are registered within three days', async () => {
    await story.city.grant('g1', '1000.00', { directFunds: true });
    await story.city.grant('g2', '1000.00');
    expect(await story.standing('direct-funds-not-registered', '2026-01-13')).toEqual([]);
    expect(await story.standing('direct-funds-not-registered', '2026-01-14')).toEqual([
      ['grant-g1', '1000.00', '2026-01-14'],
    ]);
    await story.post('grants/g1/registrations', { systemNo: '直达-1', occurredOn: '2026-01-20' });
    expect(await story.standing('direct-funds-not-registered', '2026-01-19')).toHaveLength(1);
    expect(await story.standing('direct-funds-not-registered', '2026-01-20')).toEqual([]);
  });
});

describe('the end of the year', () => {
  beforeEach(async () => {
    await story.approved();
    await story.city.grant('g1', '1000.00');
    await story.city.fund('g1', 's1', '700.00');
    accepted(await story.city.pay('s1', 'L1', '200.00', 'central-grant', 'g1', { occurredOn: '2026-12-01' }));
  });

  it('carries over what is unspent on 31 December, and lapses what is available a year later', async () => {
    expect(await story.standing('carry-over-due', '2026-12-30')).toEqual([]);
    // 1,000.00 − 200.00 paid
    expect(await story.standing('carry-over-due', '2026-12-31')).toEqual([['grant-g1', '800.00', '2026-12-31']]);
    await story.post('grants/g1/carry-overs', { fiscalYear: 2026, occurredOn: '2026-12-31' });
    expect(await story.standing('carry-over-due', '2027-06-01')).toEqual([]);
    expect(await story.standing('lapse-due', '2027-12-30')).toEqual([]);
    // 1,000.00 − 700.00 allocated
    expect(await story.standing('lapse-due', '2027-12-31')).toEqual([['grant-g1', '300.00', '2027-12-31']]);
    await story.post('grants/g1/lapses', { fiscalYear: 2027, occurredOn: '2028-01-02' });
    expect(await story.standing('lapse-due', '2028-01-01')).toHaveLength(1);
    expect(await story.standing('lapse-due', '2028-01-02')).toEqual([]);
    const [lapse] = await story.find('code=lapse-due&asOf=2027-12-31');
    expect(lapse!['clause']).toBe('预算法实施条例 第五十条');
  });

  it('tells a payment that was recorded for the old year after its carry-over, and only to those who can know', async () => {
    await story.post('grants/g1/carry-overs', { fiscalYear: 2026, occurredOn: '2026-12-31' });
    expect(await story.standing('carry-over-differs', '2027-02-01')).toEqual([]);
    const before = story.service.clock.now().toISOString();
    (story.service.clock as TestClock).advance(60_000);
    accepted(await story.city.pay('s1', 'L1', '50.00', 'central-grant', 'g1', { occurredOn: '2026-12-20' }));
    // Carried over 800.00; known now 1,000.00 − 200.00 − 50.00 = 750.00.
    expect(await story.standing('carry-over-differs', '2027-02-01')).toEqual([['grant-g1', '50.00', '2026-12-31']]);
    expect(await story.standing('carry-over-differs', '2027-02-01', `&recordedAt=${before}`)).toEqual([]);
    const [{ detail }] = (await story.find('code=carry-over-differs&asOf=2027-02-01')) as [
      FoundItem & { detail: { zh: string } },
    ];
    expect(detail.zh).toBe('结转 800.00 元，按现有支付记录应为 750.00 元');
  });
});

describe('the list of findings', () => {
  beforeEach(async () => {
    await story.approved();
    await story.city.grant('g1', '1000.00', { directFunds: true });
    await story.start();
  });

  it('puts the serious first, in pages, and is narrowed by each of its fields', async () => {
    // A gap of 1,500.00 at the start; the grant neither allocated nor registered.
    const codes = async (query: string) => (await story.find(`asOf=2026-03-01&${query}`)).map(({ code }) => code);
    const all = ['gap-at-construction-start', 'direct-funds-not-registered', 'grant-not-allocated'];
    expect(await codes('')).toEqual(all);
    expect(await codes('severity=serious')).toEqual([all[0]]);
    expect(await codes('rule=R09')).toEqual([all[1], all[2]]);
    expect(await codes('subject=scheme-s1')).toEqual([all[0]]);
    expect(await codes('divisionCode=140403')).toEqual([all[0]]);
    expect(await codes('divisionCode=1405')).toEqual([]);
    const first = await story.service.get('/v1/findings?asOf=2026-03-01&limit=2');
    expect(first.body).toMatchObject({ total: 3, measuredOn: '2026-03-01', asOf: '2026-03-01', recordedAt: null });
    const second = await story.service.get(`/v1/findings?asOf=2026-03-01&limit=2&cursor=${first.body.next}`);
    expect(second.body.items.map(({ code }: FoundItem) => code)).toEqual([all[2]]);
  });

  it('measures its days on the date asked for, else on today in Shanghai', async () => {
    // The clock of the tests stands at 1 June 2026.
    expect((await story.service.get('/v1/findings')).body).toMatchObject({ measuredOn: '2026-06-01', asOf: null });
    (story.service.clock as TestClock).advance(16 * 3_600_000);
    expect((await story.service.get('/v1/findings')).body.measuredOn).toBe('2026-06-02');
  });

  it('is for those who see rows, inside their division, a grant also where it was sent', async () => {
    expect((await story.service.get('/v1/findings', { as: 'viewer' })).status).toBe(403);
    expect((await story.service.get('/v1/findings', { as: 'elsewhere' })).body.items).toEqual([]);
    const seen = async () =>
      (await story.service.get('/v1/findings?asOf=2026-03-01', { as: 'luzhou' })).body.items.map(
        ({ code }: FoundItem) => code,
      ) as string[];
    expect(await seen()).toEqual(['gap-at-construction-start']);
    await story.post('grants/g1/allocations', { schemeId: 's1', amount: '1.00', occurredOn: '2026-02-20' });
    expect(await seen()).toContain('direct-funds-not-registered');
  });

  it('can be asked under another pack, which must exist', async () => {
    const [item] = await story.find('rulesAt=changzhi-2020&code=gap-at-construction-start');
    expect(item).toMatchObject({ policyId: 'changzhi-2020', amount: '1500.00' });
    expect((await story.service.get('/v1/findings?rulesAt=nowhere-2020')).body.code).toBe('policy-not-found');
    expect((await story.service.get('/v1/findings?code=nothing')).body.code).toBe('invalid-parameter');
  });
});
