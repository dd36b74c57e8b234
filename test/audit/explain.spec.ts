import { type Reply, TestService } from '../support/service.js';
import { tellStory } from './story.js';

describe('any figure is opened down to its events', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await TestService.open();
    await tellStory(service);
  });
  afterAll(() => service.close());

  const explain = (figure: string): Promise<Reply> =>
    service.get(`/v1/explain?figure=${encodeURIComponent(figure)}`, { as: 'auditor' });
  const diff = (path: string, from: string | number, to: string | number): Promise<Reply> =>
    service.get(
      `/v1/diff?path=${encodeURIComponent(path)}&from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`,
      { as: 'auditor' },
    );

  it('tells the postings, the events, their rules and the arithmetic', async () => {
    const { body } = await explain('/v1/schemes/s1/cost-split#/publicArea/paid');
    expect(body).toMatchObject({
      figure: { value: '100.10' },
      computed: '100.10',
      agrees: true,
      arithmetic: 'paid = − Σ paid',
    });
    expect(body.postings).toEqual([
      expect.objectContaining({ account: 'cash:scheme:s1:central-grant:g1:public-area', amount: '-100.10' }),
    ]);
    expect(body.events).toHaveLength(1);
    expect(body.events[0]).toMatchObject({ type: 'PaymentMade', stream: 'scheme-s1' });
    expect(body.events[0].rules.length).toBeGreaterThan(0);
    expect(body.events[0].rules[0].clause).toEqual(expect.any(String));
  });

  /** Every amount in an answer, by its pointer. */
  function figuresIn(value: unknown, pointer = ''): [string, string][] {
    if (typeof value === 'string') return /^-?\d+\.\d{2}$/.test(value) ? [[pointer, value]] : [];
    if (value === null || typeof value !== 'object') return [];
    return Object.entries(value).flatMap(([name, inner]) => figuresIn(inner, `${pointer}/${name}`));
  }

  it.each([
    ['/v1/schemes/s1/cost-split', 42],
    ['/v1/schemes/s1/cost-split?asOf=2026-01-27', 30],
    ['/v1/compounds/c1/cost-split', 42],
    ['/v1/grants/g1', 9],
    ['/v1/ledger/trial-balance', 10],
  ])('agrees with every figure of %s', async (path, least) => {
    const { body } = await service.get(path, { as: 'auditor' });
    const explained = await Promise.all(
      figuresIn(body).map(async ([pointer, value]) => ({
        pointer,
        value,
        told: (await explain(`${path}#${pointer}`)).body,
      })),
    );
    const withRecipe = explained.filter(({ told }) => told.agrees !== null);
    expect(withRecipe.length).toBeGreaterThanOrEqual(least);
    for (const { pointer, value, told } of withRecipe)
      expect([pointer, told.computed, told.agrees]).toEqual([pointer, value, true]);
  });

  it('takes a pointer that was encoded once more, and refuses what is no figure', async () => {
    expect((await explain('/v1/schemes/s1/cost-split#%2FpublicArea%2Fpaid')).body.computed).toBe('100.10');
    for (const figure of [
      '/v1/schemes/s1/cost-split',
      '/v1/schemes/s1/cost-split#publicArea',
      '/v1/schemes/s1/cost-split#/publicArea',
      '/v1/schemes/s1/cost-split#/nothing',
      '/v1/schemes/none/cost-split#/publicArea/paid',
      '/v1/explain?figure=x#/a',
      '/v1/funding-sources#/items/0/code',
    ])
      expect((await explain(figure)).status).toBe(400);
    expect((await service.get('/v1/explain', { as: 'auditor' })).status).toBe(400);
    const elsewhere = await service.get(
      `/v1/explain?figure=${encodeURIComponent('/v1/schemes/s1/cost-split#/publicArea/paid')}`,
      { as: 'elsewhere' },
    );
    expect(elsewhere.status).toBe(400);
  });

  it('says what changed between two moments, and which events did it', async () => {
    const { body: now } = await service.get('/v1/schemes/s1/cost-split', { as: 'auditor' });
    const { body } = await diff('/v1/schemes/s1/cost-split', now.position - 1, now.position);
    const changes = Object.fromEntries(
      (body.changes as { pointer: string }[]).map((change) => [change.pointer, change]),
    );
    expect(changes['/publicArea/paid']).toEqual({
      pointer: '/publicArea/paid',
      from: '0.00',
      to: '100.10',
      positions: [now.position],
    });
    expect(changes['/inBuilding/paid']).toBeUndefined();
    expect(body.events).toEqual([expect.objectContaining({ type: 'PaymentMade', position: now.position })]);
    const same = await diff('/v1/schemes/s1/cost-split', now.position, now.position);
    expect(same.body).toMatchObject({ changes: [], events: [] });
    const whole = await diff('/v1/schemes/s1/cost-split', '2020-01-01T00:00:00Z', '2030-01-01T00:00:00Z');
    expect(whole.body.changes.length).toBeGreaterThan(10);
    expect((await diff('/v1/schemes/none/cost-split', 1, 2)).status).toBe(400);
    expect((await diff('/v1/schemes/s1/cost-split', 'yesterday', 2)).status).toBe(400);
  });
});
