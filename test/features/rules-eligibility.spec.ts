import { City } from '../support/city.js';
import { expectNeedsOverride, expectRefused, said } from '../support/refusals.js';
import { TestService } from '../support/service.js';

type Fields = Record<string, unknown>;

describe('what may be renovated, and with whose money', () => {
  let service: TestService;
  let city: City;
  beforeAll(async () => {
    service = await TestService.open();
    city = new City(service);
    await city.compound('plain');
  });
  afterAll(() => service.close());

  const draft = (schemeId: string, compoundId: string, fields: Fields = {}) =>
    service.post('/v1/schemes', {
      ...{ schemeId, compoundId, planYear: 2026, title: '改造方案', centralPlan: false, occurredOn: '2026-01-06' },
      ...fields,
    });
  const lines = (...items: readonly string[]) =>
    items.map((workItem, index) => ({ lineId: `L${index + 1}`, workItem, amount: '1000.00' }));
  /** A scheme with these lines, published and consulted, so that only its approval is missing. */
  async function readyForApproval(schemeId: string, items: readonly string[], scheme: Fields = {}, compound = 'plain') {
    await city.scheme(schemeId, compound, scheme);
    await city.budget(schemeId, lines(...items));
    await service.post(`/v1/schemes/${schemeId}/publication`, { publishedOn: '2026-01-08', endsOn: '2026-01-15' });
    const areaM2 = { total: '1000.00', participated: '1000.00', agreed: '1000.00' };
    const owners = { total: 10, participated: 10, agreed: 10 };
    await service.post(`/v1/schemes/${schemeId}/consultation`, { closedOn: '2026-01-15', owners, areaM2 });
  }
  const approve = (schemeId: string, fields: Fields = {}) =>
    service.post(
      `/v1/schemes/${schemeId}/approval`,
      { approvedOn: '2026-01-20', documentNo: '长住建〔2026〕1号', ...fields },
      { as: 'boss' },
    );

  describe('R01a: the weight is on compounds built before 2000 in a city or county town', () => {
    it('takes a compound of 1999 and asks for an override in 2000', async () => {
      await city.compound('y1999', { builtYear: 1999 });
      await city.compound('y2000', { builtYear: 2000 });
      expect((await draft('r01a-1999', 'y1999')).status).toBe(201);
      expectNeedsOverride(await draft('r01a-2000', 'y2000'), 'R01a');
    });

    it('takes a county town and asks for an override elsewhere', async () => {
      await city.compound('town', { locality: 'county-town' });
      await city.compound('village', { locality: 'other' });
      expect((await draft('r01a-town', 'town')).status).toBe(201);
      expectNeedsOverride(await draft('r01a-village', 'village'), 'R01a');
    });
  });

  describe('R01b: what the text puts outside', () => {
    it.each(['shantytownPlan', 'demolishRebuild', 'selfBuilt', 'urbanVillage'])('refuses %s', async (exclusion) => {
      await city.compound(`is-${exclusion}`, { exclusions: { [exclusion]: true } });
      await city.compound(`not-${exclusion}`, { exclusions: { [exclusion]: false } });
      expect((await draft(`r01b-not-${exclusion}`, `not-${exclusion}`)).status).toBe(201);
      expectRefused(await draft(`r01b-${exclusion}`, `is-${exclusion}`), 'R01b');
    });

    it('is not overridden, and is told before the warning of R01a', async () => {
      await city.compound('new-and-out', { builtYear: 2010, exclusions: { urbanVillage: true } });
      const override = { rules: ['R01a', 'R01b'], reason: '群众要求' };
      expectRefused(await draft('r01b-both', 'new-and-out', { override }), 'R01b');
    });
  });

  describe('R02: what a scheme of the central plan must renew', () => {
    it.each([
      ['two kinds', ['road', 'gas-supply']],
      ['a kind in the public area and one in the building', ['water-and-drainage', 'indoor-power']],
      ['none of the four kinds and an elevator', ['elevator', 'heating']],
    ])('approves %s', async (_, items) => {
      const schemeId = `r02-yes-${items.join('-')}`;
      await readyForApproval(schemeId, items);
      expect((await approve(schemeId)).status).toBe(201);
    });

    it.each([
      ['one kind', ['road', 'heating']],
      ['one kind twice: a kind counts once', ['water-and-drainage', 'indoor-water']],
      ['no kind and no elevator', ['greening']],
    ])('refuses %s', async (_, items) => {
      const schemeId = `r02-no-${items.join('-')}`;
      await readyForApproval(schemeId, items);
      expectRefused(await approve(schemeId), 'R02');
    });

    it('asks for an override where exactly one kind stands beside an elevator', async () => {
      await readyForApproval('r02-unclear', ['road', 'elevator']);
      expectNeedsOverride(await approve('r02-unclear'), 'R02');
    });

    it('says nothing of a scheme outside the central plan', async () => {
      await readyForApproval('r02-outside', ['greening'], { centralPlan: false });
      expect((await approve('r02-outside')).status).toBe(201);
    });

    it('is asked at every approval of a revision', async () => {
      await readyForApproval('r02-again', ['road', 'gas-supply']);
      expect((await approve('r02-again')).status).toBe(201);
      await city.budget('r02-again', lines('road'));
      expectRefused(await approve('r02-again', { approvedOn: '2026-03-01' }), 'R02');
    });
  });

  describe('R15 at the first approval: a consultation below the numbers warns', () => {
    // 278: two thirds take part by number and area, more than half of those agree; an elevator takes three quarters.
    const table: readonly (readonly [string, string[], number[], string[], string])[] = [
      ['8 of 12 take part, 5 of 8 agree', ['road', 'gas-supply'], [12, 8, 5], ['1200', '800', '401'], '201'],
      ['half by number is not more than half', ['road', 'gas-supply'], [12, 8, 4], ['1200', '800', '401'], 'R15'],
      ['half by area is not more than half', ['road', 'gas-supply'], [12, 8, 5], ['1200', '800', '400'], 'R15'],
      ['7 of 12 are fewer than two thirds', ['road', 'gas-supply'], [12, 7, 7], ['1200', '800', '800'], 'R15'],
      ['799.99 of 1,200 m² is less', ['road', 'gas-supply'], [12, 8, 8], ['1200', '799.99', '799.99'], 'R15'],
      ['an elevator with 6 of 8', ['elevator'], [12, 8, 6], ['1200', '800', '600'], '201'],
      ['an elevator with 5 of 8', ['elevator'], [12, 8, 5], ['1200', '800', '600'], 'R15'],
      ['an elevator with 599.99 of 800 m²', ['elevator'], [12, 8, 6], ['1200', '800', '599.99'], 'R15'],
    ];
    it.each(table)('%s', async (name, items, owners, area, outcome) => {
      const schemeId = `r15-${table.findIndex((row) => row[0] === name)}`;
      await city.scheme(schemeId, 'plain');
      await city.budget(schemeId, lines(...items));
      const tally = <T>([total, participated, agreed]: readonly T[]) => ({ total, participated, agreed });
      await service.post(`/v1/schemes/${schemeId}/publication`, { publishedOn: '2026-01-08', endsOn: '2026-01-15' });
      const closing = { closedOn: '2026-01-15', owners: tally(owners), areaM2: tally(area) };
      expect(said(await service.post(`/v1/schemes/${schemeId}/consultation`, closing))).toBe('201');
      const reply = await approve(schemeId);
      if (outcome === '201') expect(said(reply)).toBe('201');
      else expectNeedsOverride(reply, outcome);
    });
  });

  describe('R19: central money goes only to the central plan', () => {
    beforeAll(() => city.grant('g19', '9000.00'));
    const allocate = (schemeId: string, fields: Fields = {}) =>
      service.post('/v1/grants/g19/allocations', {
        ...{ schemeId, amount: '1.00', occurredOn: '2026-02-01' },
        ...fields,
      });

    it('is allocated to a scheme of the plan whose latest revision passes R02', async () => {
      await city.scheme('r19-in', 'plain');
      await city.budget('r19-in', lines('road', 'gas-supply'));
      expect((await allocate('r19-in')).status).toBe(201);
    });

    it('passes where R02 only warns', async () => {
      await city.scheme('r19-warn', 'plain');
      await city.budget('r19-warn', lines('road', 'elevator'));
      expect((await allocate('r19-warn')).status).toBe(201);
    });

    it('is refused outside the plan, without a revision, and below R02', async () => {
      await city.scheme('r19-out', 'plain', { centralPlan: false });
      await city.budget('r19-out', lines('road', 'gas-supply'));
      expectRefused(await allocate('r19-out'), 'R19');
      await city.scheme('r19-empty', 'plain');
      expectRefused(await allocate('r19-empty'), 'R19');
      await city.scheme('r19-one', 'plain');
      await city.budget('r19-one', lines('road'));
      expectRefused(await allocate('r19-one'), 'R19');
    });

    it('asks only central money', async () => {
      await city.grant('g19-city', '10.00', { level: 'city' });
      const body = { schemeId: 'r19-out', amount: '10.00', occurredOn: '2026-02-01' };
      expect((await service.post('/v1/grants/g19-city/allocations', body)).status).toBe(201);
    });

    it('is asked again at payment', async () => {
      await readyForApproval('r19-pay', ['road', 'gas-supply']);
      await approve('r19-pay');
      await city.fund('g19', 'r19-pay', '100.00');
      expect(said(await city.pay('r19-pay', 'L1', '10.00', 'central-grant', 'g19'))).toBe('201');
      const correction = { centralPlan: false, reason: '调出计划', occurredOn: '2026-02-02' };
      expect((await service.post('/v1/schemes/r19-pay/corrections', correction)).status).toBe(201);
      expectRefused(
        await city.pay('r19-pay', 'L1', '10.00', 'central-grant', 'g19', { occurredOn: '2026-02-03' }),
        'R19',
      );
    });
  });

  describe('R11: the two programmes of central money never pay the same line', () => {
    beforeAll(async () => {
      await readyForApproval('r11', ['road', 'gas-supply']);
      await approve('r11');
      await city.grant('mof', '1000.00');
      await city.grant('ndrc', '1000.00', { programme: 'ndrc' });
    });

    it('refuses the other programme on a marked line, and takes it on another', async () => {
      await city.fund('mof', 'r11', '300.00', { lineId: 'L1' });
      const body = { schemeId: 'r11', amount: '300.00', occurredOn: '2026-02-01' };
      expectRefused(await service.post('/v1/grants/ndrc/allocations', { ...body, lineId: 'L1' }), 'R11');
      expect((await service.post('/v1/grants/ndrc/allocations', { ...body, lineId: 'L2' })).status).toBe(201);
    });

    it('refuses a payment where the other has paid, until that was refunded', async () => {
      await city.fund('ndrc', 'r11', '200.00');
      expect(said(await city.pay('r11', 'L1', '50.00', 'central-grant', 'mof', { paymentId: 'p1' }))).toBe('201');
      const byOther = () => city.pay('r11', 'L1', '50.00', 'central-grant', 'ndrc', { occurredOn: '2026-02-10' });
      expectRefused(await byOther(), 'R11');
      const refund = { paymentId: 'p1', amount: '50.00', reason: '退回', occurredOn: '2026-02-05' };
      expect((await service.post('/v1/schemes/r11/payment-refunds', refund)).status).toBe(201);
      expect(said(await byOther())).toBe('201');
    });

    it('refuses both in one payment', async () => {
      const from = [
        { source: 'central-grant', reference: 'mof', amount: '10.00' },
        { source: 'central-grant', reference: 'ndrc', amount: '10.00' },
      ];
      const reply = await city.pay('r11', 'L2', '20.00', 'central-grant', 'mof', { from, occurredOn: '2026-02-20' });
      expectRefused(reply, 'R11');
    });
  });

  describe('R21: a historic quarter or building', () => {
    it('is approved with the heritage opinion, and refused without', async () => {
      await city.compound('historic', { heritage: true });
      await readyForApproval('r21', ['road', 'gas-supply'], {}, 'historic');
      expectRefused(await approve('r21'), 'R21');
      expect((await approve('r21', { heritageOpinionNo: '长文物〔2026〕3号' })).status).toBe(201);
    });

    it('is asked at every approval', async () => {
      await city.budget('r21', lines('road', 'gas-supply', 'heating'));
      expectRefused(await approve('r21', { approvedOn: '2026-03-01' }), 'R21');
    });
  });
});
