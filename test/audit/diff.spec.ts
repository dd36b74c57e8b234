import { jest } from '@jest/globals';
import { accepted, TestService } from '../support/service.js';
import { tellStory } from './story.js';

jest.setTimeout(120_000);

type Row = Readonly<Record<string, unknown>>;
type Change = { readonly pointer: string; readonly from: unknown; readonly to: unknown; readonly positions: number[] };
type Told = {
  readonly changes: Change[];
  readonly truncated: boolean;
  readonly searchedTo: number;
  readonly events: { readonly position: number; readonly type: string }[];
};

/** What a row of a split is known by; its place in its list may be another at every position. */
const KNOWN_BY: Readonly<Record<string, string[]>> = {
  bySource: ['source', 'reference', 'costArea'],
  byLine: ['schemeId', 'lineId'],
};

/** The value of a figure in an answer, found by its row in another answer of the same read. */
function valueIn(answer: Row, pointer: string, shown: Row): unknown {
  const [list = '', place = '', name = ''] = pointer.slice(1).split('/');
  const names = KNOWN_BY[list];
  if (!names)
    return pointer
      .slice(1)
      .split('/')
      .reduce<unknown>((inner, one) => (inner as Row | null)?.[one], answer);
  const known = (shown[list] as Row[])[Number(place)]!;
  return (answer[list] as Row[]).find((row) => names.every((one) => row[one] === known[one]))?.[name];
}

describe('what changed between two moments, and after which events it did', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await TestService.open(undefined, { SEED_DEMO: 'always' });
  });
  afterAll(() => service.close());

  const get = async (path: string): Promise<Row> => {
    const { status, body } = await service.get(path, { as: 'auditor' });
    expect([path, status]).toEqual([path, 200]);
    return body as Row;
  };
  const diff = async (path: string, from: number | string, to: number | string): Promise<Told> =>
    (await get(
      `/v1/diff?path=${encodeURIComponent(path)}&from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`,
    )) as unknown as Told;
  const eventsOf = async (filter: string) =>
    (await get(`/v1/events?limit=500&${filter}`))['items'] as { position: number; subject: string; type: string }[];

  /** Against the plainest way there is: the read asked again after every event of the stretch, whatever it is about. */
  async function expectExactly(path: string, from: number, to: number): Promise<Change[]> {
    const { changes, truncated, searchedTo } = await diff(path, from, to);
    expect([truncated, searchedTo]).toEqual([false, to]);
    const answers: Row[] = [];
    for (let position = from; position <= to; position++) answers.push(await get(`${path}?atPosition=${position}`));
    for (const { pointer, positions, ...change } of changes) {
      const values = answers.map((answer) => valueIn(answer, pointer, answers.at(-1)!) ?? null);
      const caused = values.flatMap((value, index) => (index > 0 && value !== values[index - 1] ? [from + index] : []));
      expect({ pointer, positions, ...change }).toEqual({
        ...{ pointer, positions: caused, from: values[0], to: values.at(-1) },
      });
      expect(change.from).not.toEqual(change.to);
    }
    return changes;
  }

  it('of a split into which money came, and was paid, refunded and returned', async () => {
    const { position: from } = (await get('/v1/overview')) as { position: number };
    const city = await tellStory(service);
    await city.grant('g2', '500.00', { level: 'provincial', documentNo: '晋财综〔2026〕2号' });
    await city.fund('g2', 's1', '300.00');
    const { paymentId } = accepted(await city.pay('s1', 'L1', '80.00', 'provincial-grant', 'g2')).body;
    const day = { reason: '退回', occurredOn: '2026-02-02' };
    const back = { source: 'provincial-grant', reference: 'g2', amount: '50.00', ...day };
    accepted(await service.post('/v1/schemes/s1/payment-refunds', { paymentId, amount: '30.00', ...day }));
    accepted(await service.post('/v1/schemes/s1/fund-returns', back));
    const { position: to } = (await get('/v1/overview')) as { position: number };
    const changes = await expectExactly('/v1/schemes/s1/cost-split', from, to);
    const types = new Map(
      (await eventsOf(`after=${from}`)).map((event) => [event.position, event.type.replace(/^\w+\./, '')]),
    );
    const causesOf = (pointer: string) =>
      changes.find((change) => change.pointer === pointer)!.positions.map((position) => types.get(position));
    const { bySource } = (await get('/v1/schemes/s1/cost-split')) as { bySource: Row[] };
    const row = bySource.findIndex(({ reference }) => reference === 'g2');
    expect(causesOf(`/bySource/${row}/source`)).toEqual(['GrantAllocated']);
    // With its row a figure becomes 0.00, which it was not before.
    expect(causesOf(`/bySource/${row}/received`)).toEqual(['GrantAllocated', 'GrantFundsReceived', 'FundsReturned']);
    expect(causesOf(`/bySource/${row}/paid`)).toEqual(['GrantAllocated', 'PaymentMade', 'PaymentRefunded']);
    expect(causesOf('/publicArea/committed')).toEqual(['GrantAllocated', 'GrantAllocated']);
    // What is null in a row that is new was null before.
    const none = bySource.findIndex(({ reference }) => reference === null);
    expect(changes.map(({ pointer }) => pointer)).not.toContain(`/bySource/${none}/reference`);
    for (const path of ['/v1/compounds/c1/cost-split', '/v1/grants/g2', '/v1/grants/g1'])
      await expectExactly(path, from, to);
    // A year of other events between them: then only those of the subject are tried, and what differs is halved.
    await expectExactly('/v1/schemes/s1/cost-split', from - 250, to);
    const refund = [...types].find(([, type]) => type === 'PaymentRefunded')![0];
    const [there, again] = [
      await diff('/v1/schemes/s1/cost-split', refund - 1, refund),
      await diff('/v1/schemes/s1/cost-split', refund, refund - 1),
    ];
    expect(there.changes.length).toBeGreaterThan(0);
    expect(again.changes.map(({ from: now, to: then, positions }) => [then, now, positions])).toEqual(
      there.changes.map(({ from: then, to: now, positions }) => [then, now, positions]),
    );
  });

  it('a new row has one cause, and what stands before it in its list is not changed by it', async () => {
    const { subject, position } = (await eventsOf('type=BondProceedsAllocated'))[0]!;
    const { schemeId } = ((await get(`/v1/events?limit=500&stream=${subject}`))['items'] as Row[])
      .map((event) => event['data'] as Row)
      .find((one) => one['schemeId'] !== undefined) as { schemeId: string };
    const path = `/v1/schemes/${schemeId}/cost-split`;
    const changes = await expectExactly(path, position - 120, position);
    const source = changes.find(
      ({ pointer, to }) => /^\/bySource\/\d+\/source$/.test(pointer) && to === 'special-bond',
    );
    expect(source).toMatchObject({ from: null, positions: [position] });
    for (const { pointer } of changes.filter(({ to }) => to === null)) expect(pointer).toBe('nothing is gone');
  });

  it('says how far it looked where that is too much, and goes on from there', async () => {
    const { position } = (await get('/v1/overview')) as { position: number };
    const first = await diff('/v1/overview', 0, position);
    expect(first.truncated).toBe(true);
    expect(first.searchedTo).toBeGreaterThan(0);
    expect(first.searchedTo).toBeLessThan(position);
    expect(Math.max(...first.events.map((event) => event.position))).toBeLessThanOrEqual(first.searchedTo);
    const next = await diff('/v1/overview', first.searchedTo, first.searchedTo + 20);
    expect(next).toMatchObject({ truncated: false, searchedTo: first.searchedTo + 20 });
  });

  it('notes what it shows in the access log, and not what it only compares', async () => {
    const { items } = (await get('/v1/schemes')) as { items: { schemeId: string }[] };
    const path = `/v1/schemes/${items[0]!.schemeId}/household-shares`;
    const lines = async () => ((await get('/v1/audit/access-log?limit=500'))['items'] as object[]).length;
    const before = await lines();
    const { position } = (await get('/v1/overview')) as { position: number };
    const { changes } = await diff(path, 0, position);
    expect(changes.length).toBeGreaterThan(0);
    // The answers at both ends, whose values are told.
    expect((await lines()) - before).toBeLessThanOrEqual(2);
  });
});
