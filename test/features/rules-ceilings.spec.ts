import { City } from '../support/city.js';
import { expectRefused, said } from '../support/refusals.js';
import { TestService } from '../support/service.js';

type Fields = Record<string, unknown>;

/** Each ceiling at its last accepted and its first refused fen. */
describe('how much may be paid, contracted and passed on', () => {
  let service: TestService;
  let city: City;
  beforeAll(async () => {
    service = await TestService.open();
    city = new City(service);
    await city.compound('c');
  });
  afterAll(() => service.close());

  const on = (schemeId: string, name: string, body: Fields, as: 'clerk' | 'boss' = 'clerk') =>
    service.post(`/v1/schemes/${schemeId}/${name}`, { occurredOn: '2026-02-01', ...body }, { as });
  /** Approved on 20 January 2026 with a road of 1,000.00, gas of 500.00 and stairs of 300.00; 2,000.00 of residents. */
  async function approved(schemeId: string) {
    await city.scheme(schemeId, 'c');
    await city.budget(schemeId, [
      { lineId: 'road', workItem: 'road', amount: '1000.00' },
      { lineId: 'gas', workItem: 'gas-supply', amount: '500.00' },
      { lineId: 'stairs', workItem: 'stairs', amount: '300.00' },
    ]);
    await city.approve(schemeId);
    await on(schemeId, 'contributions', {
      ...{ contributionId: 'all', source: 'resident-cash', form: 'cash', amount: '2000.00', costArea: 'public-area' },
    });
  }
  const pay = (schemeId: string, amount: string, fields: Fields = {}, lineId = 'road') =>
    city.pay(schemeId, lineId, amount, 'resident-cash', undefined, fields);

  describe('R08: what one source, reference and area received', () => {
    it('is paid out to the last fen', async () => {
      await approved('r08');
      await on('r08', 'contributions', { source: 'social-capital', form: 'cash', amount: '100.00' });
      const social = (amount: string) => city.pay('r08', 'road', amount, 'social-capital');
      expectRefused(await social('100.01'), 'R08');
      expect(said(await social('100.00'))).toBe('201');
      expectRefused(await social('0.01'), 'R08');
    });

    it('keeps every grant, every area and every source apart', async () => {
      await city.grant('r08-a', '100.00', { level: 'city' });
      await city.grant('r08-b', '100.00', { level: 'city' });
      await city.fund('r08-a', 'r08', '100.00');
      await city.fund('r08-b', 'r08', '60.00');
      expectRefused(await city.pay('r08', 'gas', '60.01', 'city-grant', 'r08-b'), 'R08');
      expect(said(await city.pay('r08', 'gas', '60.00', 'city-grant', 'r08-b'))).toBe('201');
      expect(said(await city.pay('r08', 'gas', '100.00', 'city-grant', 'r08-a'))).toBe('201');
      // Residents' money came for the public area; nothing came for the inside of the buildings.
      expectRefused(await city.pay('r08', 'stairs', '0.01', 'resident-cash'), 'R08');
    });

    it('is the answer for a source that never sent anything; a grant nobody knows is a 404', async () => {
      expectRefused(await city.pay('r08', 'gas', '0.01', 'enterprise-donation'), 'R08');
      await city.grant('r08-idle', '100.00', { level: 'city' });
      expectRefused(await city.pay('r08', 'gas', '0.01', 'city-grant', 'r08-idle'), 'R08');
      const reply = await city.pay('r08', 'gas', '0.01', 'city-grant', 'nobody');
      expect(said(reply)).toBe('404 grant-not-found');
      expect(reply.body.errors).toEqual([expect.objectContaining({ pointer: '/from/0/reference' })]);
    });

    it('is no answer about what does not exist, or lies outside the caller’s division, whoever names it', async () => {
      const grant = { source: 'county-grant', reference: 'r08-far' };
      await city.compound('far', { divisionCode: '140404' });
      await city.grant('r08-far', '100.00', { level: 'county', divisionCode: '140404' });
      const returned = (fields: Fields, as: 'clerk' | 'luzhou' = 'clerk') =>
        service.post(
          '/v1/schemes/r08/fund-returns',
          { amount: '1.00', reason: '退回', occurredOn: '2026-02-02', ...fields },
          { as },
        );
      expectRefused(await returned(grant), 'R08');
      expect(said(await returned(grant, 'luzhou'))).toBe('404 grant-not-found');
      const paid = { lineId: 'gas', amount: '1.00', payee: '施工单位', voucherNo: '付-1', occurredOn: '2026-02-02' };
      const body = { ...paid, from: [{ ...grant, amount: '1.00' }] };
      expect(said(await service.post('/v1/schemes/r08/payments', body, { as: 'luzhou' }))).toBe('404 grant-not-found');
      // The city's own grant is known to the county whose scheme it pays.
      expectRefused(await returned({ source: 'city-grant', reference: 'r08-b', amount: '0.01' }, 'luzhou'), 'R08');
      for (const [source, answer] of [
        ['county-grant', '404 grant-not-found'],
        ['special-bond', '404 bond-not-found'],
        ['maintenance-fund', '404 draw-not-found'],
      ] as const) {
        const reply = await returned({ source, reference: 'nobody' });
        expect([source, said(reply)]).toEqual([source, answer]);
        expect(reply.body.errors).toEqual([expect.objectContaining({ pointer: '/reference' })]);
        // A reference of another source (7-rulings §5).
        expectRefused(await returned({ source, reference: 'r08-a' }), 'R08');
      }
    });

    it('limits refunds to the contribution, and to what is not yet paid out', async () => {
      await approved('r08-refund');
      const refund = (amount: string) => on('r08-refund', 'refunds', { contributionId: 'all', amount, reason: '多缴' });
      expect(said(await pay('r08-refund', '900.00'))).toBe('201');
      expectRefused(await refund('2000.01'), 'R08');
      expectRefused(await refund('1100.01'), 'R08'); // 2,000.00 less 900.00 paid
      expect(said(await refund('1100.00'))).toBe('201');
      expectRefused(await refund('0.01'), 'R08');
    });

    it('limits payment refunds to the payment, and to what each source bears', async () => {
      await approved('r08-back');
      await on('r08-back', 'contributions', { source: 'social-capital', form: 'cash', amount: '100.00' });
      const from = [
        { source: 'resident-cash', amount: '200.00' },
        { source: 'social-capital', amount: '100.00' },
      ];
      expect(said(await pay('r08-back', '300.00', { paymentId: 'p', from }))).toBe('201');
      const back = (amount: string, to?: readonly Fields[]) =>
        on('r08-back', 'payment-refunds', { paymentId: 'p', amount, reason: '退款', ...(to ? { to } : {}) });
      expectRefused(await back('300.01'), 'R08');
      expectRefused(await back('100.01', [{ source: 'social-capital', amount: '100.01' }]), 'R08');
      expect(said(await back('40.00', [{ source: 'social-capital', amount: '40.00' }]))).toBe('201');
      // 130.00 over what is left, 200.00 and 60.00: 100.00 and 30.00.
      const reply = await back('130.00');
      expect(said(reply)).toBe('201');
      const event = await service.get(`/v1/events/${reply.body.eventIds[0]}`);
      expect(event.body.data.to).toEqual([
        { source: 'resident-cash', reference: null, amount: '100.00' },
        { source: 'social-capital', reference: null, amount: '30.00' },
      ]);
      expectRefused(await back('130.01'), 'R08');
      expect(said(await back('130.00'))).toBe('201');
    });

    it('gives a refund to who bears the payment now, after a substitution', async () => {
      await approved('r08-swap');
      await city.grant('r08-swap', '500.00', { level: 'city' });
      await city.fund('r08-swap', 'r08-swap', '100.00');
      expect(said(await pay('r08-swap', '100.00', { paymentId: 'p' }))).toBe('201');
      const residents = { source: 'resident-cash' };
      const grant = { source: 'city-grant', reference: 'r08-swap' };
      const swap = (amount: string, fields: Fields = {}) =>
        on('r08-swap', 'fund-substitutions', {
          ...{ lineId: 'road', from: residents, to: grant, amount, documentNo: '长财〔2026〕9号', ...fields },
        });
      expectRefused(await swap('100.01'), 'R08');
      expect(said(await swap('100.00'))).toBe('201');
      const back = (to: Fields) =>
        on('r08-swap', 'payment-refunds', { paymentId: 'p', amount: '30.00', reason: '退款', to: [to] });
      // Residents bear nothing any more; the grant bears 100.00.
      expectRefused(await back({ ...residents, amount: '30.00' }), 'R08');
      expect(said(await back({ ...grant, amount: '30.00' }))).toBe('201');
      const { body } = await service.get('/v1/schemes/r08-swap/cost-split');
      const paid = (body.bySource as { source: string; paid: string }[]).map((row) => [row.source, row.paid]);
      expect(paid).toEqual([
        ['city-grant', '70.00'],
        ['resident-cash', '0.00'],
      ]);
    });
  });

  describe('R09: a grant gives no more than it was awarded', () => {
    beforeAll(async () => {
      await approved('r09');
      await city.grant('r09', '1000.00', { level: 'city' });
    });
    const grant = (name: string, body: Fields) =>
      service.post(`/v1/grants/r09/${name}`, { occurredOn: '2026-02-01', ...body });
    const down = (amount: string) =>
      grant('decompositions', {
        divisionCode: '140403',
        amount,
        documentNo: '长财〔2026〕10号',
        childGrantId: 'r09-child',
      });

    it('decomposes, allocates, disburses and withdraws to the last fen', async () => {
      expectRefused(await down('1000.01'), 'R09');
      expect(said(await down('400.00'))).toBe('201');
      expectRefused(await grant('allocations', { schemeId: 'r09', amount: '600.01' }), 'R09');
      expect(said(await grant('allocations', { schemeId: 'r09', amount: '600.00' }))).toBe('201');
      expectRefused(await down('0.01'), 'R09');
      const send = (amount: string) => grant('disbursements', { schemeId: 'r09', amount, voucherNo: '拨-1' });
      expectRefused(await send('600.01'), 'R09');
      expect(said(await send('250.00'))).toBe('201');
      expectRefused(await send('350.01'), 'R09');
      const withdraw = (amount: string) => grant('allocation-withdrawals', { schemeId: 'r09', amount, reason: '调整' });
      // 600.00 allocated, 250.00 already sent.
      expectRefused(await withdraw('350.01'), 'R09');
      expect(said(await withdraw('350.00'))).toBe('201');
      expectRefused(await send('0.01'), 'R09');
    });

    it('never falls below what it gave', async () => {
      const amend = (amount: string) => grant('amendments', { amount, reason: '调减', documentNo: '长财〔2026〕11号' });
      // 400.00 decomposed and 250.00 allocated.
      expectRefused(await amend('649.99'), 'R09');
      expect(said(await amend('650.00'))).toBe('201');
      expectRefused(await grant('allocations', { schemeId: 'r09', amount: '0.01' }), 'R09');
    });

    it('holds for the child as well, whose amount only its parent changes', async () => {
      const child = (name: string, body: Fields) =>
        service.post(`/v1/grants/r09-child/${name}`, { occurredOn: '2026-02-02', ...body });
      expectRefused(await child('allocations', { schemeId: 'r09', amount: '400.01' }), 'R09');
      expect(said(await child('allocations', { schemeId: 'r09', amount: '400.00' }))).toBe('201');
      const amendment = { amount: '500.00', reason: '调增', documentNo: '长财〔2026〕12号' };
      expect(said(await child('amendments', amendment))).toBe('422 wrong-route');
    });

    it('stays inside its own division', async () => {
      await city.grant('r09-county', '10.00', { level: 'county', divisionCode: '140404' });
      const body = { schemeId: 'r09', amount: '1.00', occurredOn: '2026-02-01' };
      expect(said(await service.post('/v1/grants/r09-county/allocations', body))).toBe('422 wrong-division');
      const document = { amount: '1.00', documentNo: '长财〔2026〕13号', occurredOn: '2026-02-01' };
      const sideways = { ...document, divisionCode: '140403' };
      expect(said(await service.post('/v1/grants/r09-county/decompositions', sideways))).toBe('422 wrong-division');
    });

    it('counts marked lines: withdrawing without the line leaves the marks covered', async () => {
      await city.grant('r09-marks', '100.00', { level: 'city' });
      const marks = (name: string, body: Fields) =>
        service.post(`/v1/grants/r09-marks/${name}`, { schemeId: 'r09', occurredOn: '2026-02-01', ...body });
      await marks('allocations', { amount: '60.00', lineId: 'road' });
      await marks('allocations', { amount: '40.00' });
      expectRefused(await marks('allocation-withdrawals', { amount: '40.01', reason: '调整' }), 'R09');
      expectRefused(await marks('allocation-withdrawals', { amount: '60.01', reason: '调整', lineId: 'road' }), 'R09');
      expect(said(await marks('allocation-withdrawals', { amount: '40.00', reason: '调整' }))).toBe('201');
      expect(said(await marks('allocation-withdrawals', { amount: '60.00', reason: '调整', lineId: 'road' }))).toBe(
        '201',
      );
    });
  });

  describe('R10: contracts within the budget, payments within contract and audit', () => {
    const contract = (schemeId: string, contractNo: string, amount: string, fields: Fields = {}) =>
      on(schemeId, 'contracts', {
        ...{ contractNo, contractor: '施工单位', lines: [{ lineId: 'road', amount }], ...fields },
      });
    const settle = (schemeId: string, line: Fields, fields: Fields = {}) =>
      on(schemeId, 'contract-settlements', {
        ...{ contractNo: '合-1', lines: [{ lineId: 'road', ...line }], occurredOn: '2026-06-01', ...fields },
      });

    it('pays a line without a contract to its approved amount, direct payments included', async () => {
      await approved('r10');
      const direct = { source: 'affiliated-unit', form: 'direct-payment', lineId: 'road', amount: '200.00' };
      expect(said(await on('r10', 'contributions', direct))).toBe('201');
      expectRefused(await pay('r10', '800.01'), 'R10');
      expect(said(await pay('r10', '800.00'))).toBe('201');
      expectRefused(await pay('r10', '0.01'), 'R10');
      expectRefused(await on('r10', 'contributions', { ...direct, amount: '0.01' }), 'R10');
    });

    it('awards contracts on a line up to its budget, all together', async () => {
      await approved('r10-award');
      expectRefused(await contract('r10-award', '合-0', '1000.01'), 'R10');
      expect(said(await contract('r10-award', '合-1', '700.00'))).toBe('201');
      expectRefused(await contract('r10-award', '合-2', '300.01'), 'R10');
      expect(said(await contract('r10-award', '合-2', '300.00'))).toBe('201');
      expect(said(await contract('r10-award', '合-2', '0.01'))).toBe('409 already-exists');
    });

    it('pays within the contract named, and within all contracts of the line', async () => {
      await approved('r10-pay');
      await contract('r10-pay', '合-1', '600.00');
      await contract('r10-pay', '合-2', '100.00');
      expectRefused(await pay('r10-pay', '600.01', { contractNo: '合-1' }), 'R10');
      expect(said(await pay('r10-pay', '600.00', { contractNo: '合-1' }))).toBe('201');
      expectRefused(await pay('r10-pay', '0.01', { contractNo: '合-1' }), 'R10');
      expectRefused(await pay('r10-pay', '100.01'), 'R10');
      expect(said(await pay('r10-pay', '100.00'))).toBe('201');
      // A direct payment is no payment of the contract: the line has 1,000.00 less 700.00.
      const direct = { source: 'affiliated-unit', form: 'direct-payment', lineId: 'road' };
      expectRefused(await on('r10-pay', 'contributions', { ...direct, amount: '300.01' }), 'R10');
      expect(said(await on('r10-pay', 'contributions', { ...direct, amount: '300.00' }))).toBe('201');
    });

    it('changes a contract between what is paid and what is budgeted', async () => {
      await approved('r10-change');
      await contract('r10-change', '合-1', '600.00');
      await pay('r10-change', '250.00', { contractNo: '合-1' });
      const change = (amount: string) =>
        on('r10-change', 'contract-changes', {
          ...{ contractNo: '合-1', lines: [{ lineId: 'road', amount }], reason: 'variation', documentNo: '变-1' },
        });
      expectRefused(await change('400.01'), 'R10');
      expect(said(await change('400.00'))).toBe('201');
      expectRefused(await change('-750.01'), 'R10');
      expect(said(await change('-750.00'))).toBe('201');
      expectRefused(await pay('r10-change', '0.01', { contractNo: '合-1' }), 'R10');
    });

    it('pays after the settlement what was audited, less the retention until it is due', async () => {
      await approved('r10-settle');
      await contract('r10-settle', '合-1', '800.00');
      expectRefused(await settle('r10-settle', { submitted: '900.00', audited: '800.01' }), 'R10');
      const retained = { submitted: '800.00', audited: '700.00', retention: '50.00', retentionDueOn: '2027-06-01' };
      expect(said(await settle('r10-settle', retained))).toBe('201');
      expect(said(await settle('r10-settle', retained))).toBe('409 already-done');
      const named = { contractNo: '合-1' };
      expectRefused(await pay('r10-settle', '650.01', { ...named, occurredOn: '2026-07-01' }), 'R10');
      expect(said(await pay('r10-settle', '650.00', { ...named, occurredOn: '2026-07-01' }))).toBe('201');
      expectRefused(
        await pay('r10-settle', '50.00', { ...named, occurredOn: '2027-05-31', stage: 'retention' }),
        'R10',
      );
      expectRefused(
        await pay('r10-settle', '50.01', { ...named, occurredOn: '2027-06-01', stage: 'retention' }),
        'R10',
      );
      expect(said(await pay('r10-settle', '50.00', { ...named, occurredOn: '2027-06-01', stage: 'retention' }))).toBe(
        '201',
      );
      const change = { contractNo: '合-1', lines: [{ lineId: 'road', amount: '1.00' }], reason: 'variation' };
      expect(said(await on('r10-settle', 'contract-changes', { ...change, documentNo: '变-1' }))).toBe(
        '409 already-done',
      );
    });

    it('records a settlement below what is paid; then payments stop', async () => {
      await approved('r10-below');
      await contract('r10-below', '合-1', '800.00');
      await pay('r10-below', '500.00', { contractNo: '合-1', paymentId: 'p' });
      expect(said(await settle('r10-below', { submitted: '800.00', audited: '499.99' }))).toBe('201');
      expectRefused(await pay('r10-below', '0.01', { contractNo: '合-1', occurredOn: '2026-07-01' }), 'R10');
      expect(said(await settle('r10-below', { submitted: '800.00', audited: '800.01' }))).toBe('400 invalid-field');
    });

    it('takes a revision into effect only with its approval', async () => {
      await approved('r10-revise');
      await city.budget('r10-revise', [
        { lineId: 'road', workItem: 'road', amount: '1500.00' },
        { lineId: 'gas', workItem: 'gas-supply', amount: '500.00' },
      ]);
      expectRefused(await pay('r10-revise', '1000.01'), 'R10');
      const approval = { approvedOn: '2026-03-01', documentNo: '长住建〔2026〕2号' };
      expect(said(await on('r10-revise', 'approval', { ...approval, occurredOn: '2026-03-01' }, 'boss'))).toBe('201');
      expect(said(await pay('r10-revise', '1000.01'))).toBe('201');
    });

    it('never revises a line below its contracts or its payments', async () => {
      await approved('r10-floor');
      await contract('r10-floor', '合-1', '600.00');
      await pay('r10-floor', '200.00', {}, 'gas');
      const revise = (road: string, gas: string) =>
        on('r10-floor', 'budget-revisions', {
          lines: [
            { lineId: 'road', workItem: 'road', amount: road },
            { lineId: 'gas', workItem: 'gas-supply', amount: gas },
          ],
          reason: '调减',
        });
      expectRefused(await revise('599.99', '500.00'), 'R10');
      expectRefused(await revise('600.00', '199.99'), 'R10');
      expect(said(await revise('600.00', '200.00'))).toBe('201');
      // … and again when it is approved: more was contracted since.
      await contract('r10-floor', '合-2', '0.01');
      const approval = { approvedOn: '2026-03-01', documentNo: '长住建〔2026〕2号', occurredOn: '2026-03-01' };
      expectRefused(await on('r10-floor', 'approval', approval, 'boss'), 'R10');
    });
  });
});
