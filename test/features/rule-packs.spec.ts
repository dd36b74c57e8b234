import { City } from '../support/city.js';
import { accepted, TestService } from '../support/service.js';

const AMENDED = 'demo-amendment-2025';
const LINES = [
  { lineId: 'road', workItem: 'road', amount: '100.00' },
  { lineId: 'water', workItem: 'water-and-drainage', amount: '100.00' },
  { lineId: 'paint', workItem: 'stairwell-painting', amount: '100.00' },
];

let service: TestService;
let city: City;
beforeAll(async () => {
  service = await TestService.open();
  city = new City(service);
  await city.compound('c1');
  for (const [id, policyId] of [
    ['old', 'changzhi-2020'],
    ['new', AMENDED],
  ] as const) {
    await city.scheme(id, 'c1', { policyId });
    await city.budget(id, LINES);
    await city.approve(id);
  }
  await city.grant('g1', '1000.00', { level: 'county' });
});
afterAll(() => service.close());

const allocate = (schemeId: string, lineId: string) =>
  service.post('/v1/grants/g1/allocations', { schemeId, amount: '10.00', lineId, occurredOn: '2026-01-25' });

describe('Two rule packs side by side', () => {
  it('are both there to read, the invented one marked as such', async () => {
    const { body } = await service.get(`/v1/policies/${AMENDED}`);
    expect(body).toMatchObject({ policyId: AMENDED, basedOn: 'changzhi-2020', parameters: { builtBeforeYear: 2005 } });
    expect(body.name.zh).toContain('虚构');
    const changed = body.rules.filter(({ source }: { source: string }) => source.includes('虚构'));
    expect(changed.map(({ id }: { id: string }) => id)).toEqual(['R01a']);
    expect((await service.get('/v1/policies/changzhi-2020')).body.parameters.builtBeforeYear).toBe(2000);
  });

  it('answer one cell differently, each for the schemes drafted under it', async () => {
    const refused = await allocate('old', 'paint');
    expect([refused.status, refused.body.rule, refused.body.policyId]).toEqual([422, 'R03', 'changzhi-2020']);
    accepted(await allocate('new', 'paint'));
    // The area as a whole is not changed.
    const area = { schemeId: 'new', amount: '10.00', costArea: 'in-building', occurredOn: '2026-01-25' };
    expect((await service.post('/v1/grants/g1/allocations', area)).body.policyId).toBe(AMENDED);
  });

  it('put the threshold of one year differently', async () => {
    await city.compound('c2', { builtYear: 2003 });
    const draft = (schemeId: string, policyId: string) =>
      service.post('/v1/schemes', {
        ...{ schemeId, compoundId: 'c2', planYear: 2026, title: '改造方案', centralPlan: true, policyId },
        occurredOn: '2026-01-06',
      });
    expect((await draft('late-old', 'changzhi-2020')).body.rules).toEqual(['R01a']);
    accepted(await draft('late-new', AMENDED));
  });

  it('leave old decisions explained by the pack that judged them', async () => {
    const { items } = (await service.get('/v1/decisions?rule=R03')).body;
    type Decision = { policyId: string; outcome: string; clause: string };
    const of = (policyId: string) => items.filter((one: Decision) => one.policyId === policyId);
    expect(of('changzhi-2020').map(({ outcome }: Decision) => outcome)).toEqual(['refused']);
    expect(
      of(AMENDED)
        .map(({ outcome }: Decision) => outcome)
        .sort(),
    ).toEqual(['accepted', 'refused']);
    for (const { clause } of of('changzhi-2020')) expect(clause).toBe('主要任务（五）落实改造资金');
  });

  it('plan by their own cells', async () => {
    accepted(
      await service.post('/v1/grants/g1/disbursements', {
        ...{ schemeId: 'new', amount: '10.00', costArea: 'in-building', voucherNo: '拨-1', occurredOn: '2026-01-26' },
      }),
    );
    const { assignments } = (await service.get('/v1/schemes/new/funding-plan')).body;
    expect(assignments).toEqual([{ sourceId: 'county-grant:g1:in-building', lineId: 'paint', amount: '10.00' }]);
  });
});
