import { City } from '../support/city.js';
import { expectRefused, said } from '../support/refusals.js';
import { TestService } from '../support/service.js';

type Fields = Record<string, unknown>;

/**
 * 2-domain.md §4: existence, route, state, closed period, date order, then the rules in their order. Each test mends one
 * fault at a time of a command that has many, and hears the next.
 */
describe('the first no that is told', () => {
  let service: TestService;
  let city: City;
  beforeAll(async () => {
    service = await TestService.open();
    city = new City(service);
    await city.compound('c');
    await city.scheme('s', 'c');
    await city.budget('s', [
      { lineId: 'road', workItem: 'road', amount: '100.00' },
      { lineId: 'gas', workItem: 'gas-supply', amount: '100.00' },
      { lineId: 'cutover', workItem: 'overhead-line-cutover', amount: '100.00' },
      { lineId: 'stairs', workItem: 'stairs', amount: '100.00' },
    ]);
    await city.grant('g', '1000.00');
    await city.grant('out', '1000.00');
  });
  afterAll(() => service.close());

  const pledge = (fields: Fields) =>
    service.post('/v1/schemes/s/pledges', {
      ...{ pledgeId: 'p', source: 'resident-cash', amount: '1.00', occurredOn: '2026-02-01', ...fields },
    });

  it('of a pledge: line, household, route, cost area, id, rule', async () => {
    const payer = { householdId: 'nobody' };
    const all = { lineId: 'none', payer, source: 'maintenance-fund', costArea: 'in-building' };
    expect(said(await pledge(all))).toBe('404 line-not-found');
    expect(said(await pledge({ ...all, lineId: 'cutover' }))).toBe('404 household-not-found');
    expect(said(await pledge({ ...all, lineId: 'cutover', payer: undefined }))).toBe('422 wrong-route');
    const routed = { lineId: 'cutover', costArea: 'in-building' };
    expect(said(await pledge({ pledgeId: 'p' }))).toBe('201');
    expect(said(await pledge(routed))).toBe('422 cost-area-mismatch');
    expect(said(await pledge({ lineId: 'cutover' }))).toBe('409 already-exists');
    expectRefused(await pledge({ lineId: 'cutover', pledgeId: 'p2' }), 'R05');
  });

  it('of a contribution: pledge, route, match, withdrawn, id', async () => {
    const contribute = (fields: Fields) =>
      service.post('/v1/schemes/s/contributions', {
        ...{ contributionId: 'k', source: 'resident-cash', form: 'cash', amount: '1.00', occurredOn: '2026-02-01' },
        ...fields,
      });
    expect(said(await contribute({ contributionId: 'k' }))).toBe('201');
    await pledge({ pledgeId: 'gone' });
    const withdrawal = { reason: '放弃', occurredOn: '2026-02-02' };
    await service.post('/v1/schemes/s/pledges/gone/withdrawal', withdrawal);
    expect(said(await contribute({ pledgeId: 'none', source: 'maintenance-fund' }))).toBe('404 pledge-not-found');
    expect(said(await contribute({ pledgeId: 'gone', source: 'maintenance-fund' }))).toBe('422 wrong-route');
    expect(said(await contribute({ pledgeId: 'gone', source: 'social-capital' }))).toBe('422 pledge-mismatch');
    expect(said(await contribute({ pledgeId: 'gone', costArea: 'in-building' }))).toBe('422 pledge-mismatch');
    expect(said(await contribute({ pledgeId: 'gone' }))).toBe('409 already-done');
    expect(said(await contribute({ pledgeId: 'p' }))).toBe('409 already-exists');
    expect(said(await service.post('/v1/schemes/s/pledges/gone/withdrawal', withdrawal))).toBe('409 already-done');
    expect(said(await service.post('/v1/schemes/s/pledges/none/withdrawal', withdrawal))).toBe('404 pledge-not-found');
  });

  it('of a payment: line, contract, grant, id, date, R05, R03, R18, R06, R10, R08', async () => {
    const pay = (lineId: string, amount: string, fields: Fields = {}) =>
      city.pay('s', lineId, amount, 'central-grant', 'g', fields);
    expect(said(await pay('none', '1.00', { contractNo: 'none' }))).toBe('404 line-not-found');
    expect(said(await pay('road', '1.00', { contractNo: 'none' }))).toBe('404 contract-not-found');
    // Before the approval: what the money may not do at all is told before how much of it there is.
    expectRefused(await pay('cutover', '999.00', { nature: 'operation' }), 'R05');
    expectRefused(await pay('stairs', '999.00', { nature: 'operation' }), 'R03');
    expectRefused(await pay('road', '999.00', { nature: 'operation' }), 'R18');
    expectRefused(await pay('road', '999.00'), 'R06');
    await city.approve('s');
    expect(said(await pay('cutover', '999.00', { occurredOn: '2026-01-19' }))).toBe('422 date-order');
    expectRefused(await pay('road', '100.01'), 'R10');
    expectRefused(await pay('road', '100.00'), 'R08');
    await city.fund('g', 's', '100.00');
    expect(said(await pay('road', '50.00', { paymentId: 'one' }))).toBe('201');
    expect(said(await pay('road', '999.00', { paymentId: 'one', occurredOn: '2026-01-19' }))).toBe(
      '409 already-exists',
    );
  });

  it('of an allocation: scheme, line, cost area, date, R19, R03, R09', async () => {
    await city.scheme('unplanned', 'c', { centralPlan: false });
    await city.budget('unplanned', [{ lineId: 'stairs', workItem: 'stairs', amount: '100.00' }]);
    const allocate = (fields: Fields) =>
      service.post('/v1/grants/out/allocations', { amount: '1000.01', occurredOn: '2026-01-09', ...fields });
    expect(said(await allocate({ schemeId: 'none', lineId: 'none' }))).toBe('404 scheme-not-found');
    expect(said(await allocate({ schemeId: 'unplanned', lineId: 'none' }))).toBe('404 line-not-found');
    const wrongArea = { schemeId: 'unplanned', lineId: 'stairs', costArea: 'public-area' };
    expect(said(await allocate(wrongArea))).toBe('422 cost-area-mismatch');
    expect(said(await allocate({ schemeId: 'unplanned', lineId: 'stairs' }))).toBe('422 date-order');
    const dated = { occurredOn: '2026-02-01' };
    expectRefused(await allocate({ ...dated, schemeId: 'unplanned', lineId: 'stairs' }), 'R19');
    expectRefused(await allocate({ ...dated, schemeId: 's', lineId: 'stairs' }), 'R03');
    expectRefused(await allocate({ ...dated, schemeId: 's', lineId: 'cutover' }), 'R05');
    expectRefused(await allocate({ ...dated, schemeId: 's', lineId: 'road' }), 'R09');
    expect(said(await allocate({ ...dated, schemeId: 's', lineId: 'road', amount: '1000.00' }))).toBe('201');
  });

  it('of an approval: revision, same person, decided, date, R02, R21, R06', async () => {
    await city.compound('old', { heritage: true });
    await city.scheme('a', 'old');
    await city.budget('a', [{ lineId: 'road', workItem: 'road', amount: '1.00' }]);
    const approve = (fields: Fields, as: 'boss' | 'clerkAsBoss' = 'boss') =>
      service.post(
        '/v1/schemes/a/approval',
        { approvedOn: '2026-01-20', documentNo: '长住建〔2026〕1号', ...fields },
        { as },
      );
    expect(said(await approve({ budgetRevision: 2 }, 'clerkAsBoss'))).toBe('404 budget-revision-not-found');
    expect(said(await approve({}, 'clerkAsBoss'))).toBe('403 same-person');
    expectRefused(await approve({}), 'R02');
    await city.budget('a', [
      { lineId: 'road', workItem: 'road', amount: '1.00' },
      { lineId: 'gas', workItem: 'gas-supply', amount: '1.00' },
    ]);
    expectRefused(await approve({}), 'R21');
    expectRefused(await approve({ heritageOpinionNo: '长文物〔2026〕1号' }), 'R06');
  });

  it('of a new scheme: the compound, the policy, the id', async () => {
    const draft = (fields: Fields) =>
      service.post('/v1/schemes', {
        ...{
          schemeId: 's',
          compoundId: 'c',
          planYear: 2026,
          title: '方案',
          centralPlan: true,
          occurredOn: '2026-01-06',
        },
        ...fields,
      });
    const nowhere = await draft({ compoundId: 'none', policyId: 'none' });
    expect(said(nowhere)).toBe('404 compound-not-found');
    expect(nowhere.body.errors).toEqual([expect.objectContaining({ pointer: '/compoundId' })]);
    expect(said(await draft({ policyId: 'none' }))).toBe('404 policy-not-found');
    expect(said(await draft({}))).toBe('409 already-exists');
  });
});
