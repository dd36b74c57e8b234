import { TWO_KINDS } from '../support/city.js';
import { FindingsStory } from '../support/findings.js';
import { accepted } from '../support/service.js';

let story: FindingsStory;
beforeEach(async () => {
  story = await FindingsStory.open();
});
afterEach(() => story.service.close());

describe('contracts, budgets and their payments', () => {
  beforeEach(async () => {
    await story.approved();
    await story.city.grant('g1', '2000.00');
    await story.city.fund('g1', 's1', '1500.00');
  });
  const pay = async (amount: string, fields: Record<string, unknown> = {}) =>
    accepted(await story.city.pay('s1', 'L1', amount, 'central-grant', 'g1', fields));

  it('stands against what is paid above the audit until it is refunded', async () => {
    await story.contract();
    await pay('700.00', { contractNo: '合-1', paymentId: 'p1' });
    await story.start();
    await story.accept();
    const lines = [{ lineId: 'L1', submitted: '800.00', audited: '650.00' }];
    await story.post('schemes/s1/contract-settlements', { contractNo: '合-1', lines, occurredOn: '2026-04-01' });
    expect(await story.standing('paid-above-settlement', '2026-03-31')).toEqual([]);
    // 700.00 paid − 650.00 audited
    expect(await story.standing('paid-above-settlement', '2026-05-01')).toEqual([['scheme-s1', '50.00', '2026-04-01']]);
    const back = { paymentId: 'p1', amount: '50.00', reason: '审减退回', occurredOn: '2026-05-02' };
    await story.post('schemes/s1/payment-refunds', back);
    expect(await story.standing('paid-above-settlement', '2026-05-02')).toEqual([]);
    expect(await story.standing('paid-above-settlement', '2026-05-01')).toHaveLength(1);
  });

  it('stands while a retention is paid before its day', async () => {
    await story.contract();
    await pay('640.00', { paymentId: 'p1' });
    const line = { lineId: 'L1', submitted: '800.00', audited: '650.00', retention: '20.00' };
    const lines = [{ ...line, retentionDueOn: '2027-04-01' }];
    await story.post('schemes/s1/contract-settlements', { contractNo: '合-1', lines, occurredOn: '2026-04-01' });
    // 640.00 paid − (650.00 − 20.00), told for the line: the payment names no contract.
    const [item] = await story.find('code=paid-above-settlement&asOf=2027-03-31');
    expect(item).toMatchObject({ about: { lineId: 'L1' }, amount: '10.00', since: '2026-04-01' });
    expect(await story.standing('paid-above-settlement', '2027-04-01')).toEqual([]);
  });

  it('stands where one of two contracts of a line is audited down, and payments name neither', async () => {
    await story.contract();
    await story.contract({ contractNo: '合-2', lines: [{ lineId: 'L1', amount: '200.00' }] });
    await pay('800.00');
    await pay('200.00');
    const lines = [{ lineId: 'L1', submitted: '800.00', audited: '650.00' }];
    await story.post('schemes/s1/contract-settlements', { contractNo: '合-1', lines, occurredOn: '2026-04-01' });
    expect(await story.standing('paid-above-settlement', '2026-03-31')).toEqual([]);
    // 1,000.00 paid − (650.00 audited + 200.00 of the contract not settled yet)
    expect(await story.standing('paid-above-settlement', '2026-04-01')).toEqual([
      ['scheme-s1', '150.00', '2026-04-01'],
    ]);
    expect(await story.standing('payment-above-contract-or-budget', '2026-04-01')).toEqual([]);
  });

  it('shows a progress payment that was above its contract for as long as it was', async () => {
    await story.contract();
    const lines = [{ lineId: 'L1', amount: '100.00' }];
    const change = { contractNo: '合-1', lines, reason: 'variation', documentNo: '变更-1', occurredOn: '2026-03-01' };
    await story.post('schemes/s1/contract-changes', change);
    // 800.00 in February, 900.00 from March on; 850.00 are paid in February.
    await pay('850.00', { contractNo: '合-1', occurredOn: '2026-02-10' });
    const code = 'payment-above-contract-or-budget';
    expect(await story.standing(code, '2026-02-09')).toEqual([]);
    expect(await story.standing(code, '2026-02-28')).toEqual([['scheme-s1', '50.00', '2026-02-10']]);
    expect(await story.standing(code, '2026-03-01')).toEqual([]);
    expect((await story.service.get('/v1/schemes/s1/contracts?asOf=2026-01-24')).status).toBe(200);
  });

  it('does not fall over a payment dated before the contract it names', async () => {
    await story.contract({ occurredOn: '2026-02-10' });
    await pay('100.00', { contractNo: '合-1', occurredOn: '2026-02-01' });
    expect((await story.service.get('/v1/schemes/s1/payments?asOf=2026-02-05')).status).toBe(200);
    expect(await story.standing('payment-above-contract-or-budget', '2026-02-05')).toEqual([]);
  });

  it('shows a line paid above its budget before a larger one was approved, and the larger total itself', async () => {
    const more = [{ ...TWO_KINDS[0]!, amount: '1300.00' }, TWO_KINDS[1]!];
    await story.post('schemes/s1/budget-revisions', { lines: more, reason: '增项', occurredOn: '2026-03-01' });
    await story.post('schemes/s1/approval', { approvedOn: '2026-03-10', documentNo: '长住建〔2026〕9号' }, 'boss');
    await pay('1200.00', { occurredOn: '2026-03-05' });
    const code = 'payment-above-contract-or-budget';
    // 1,200.00 paid − 1,000.00 approved then
    expect(await story.standing(code, '2026-03-09')).toEqual([['scheme-s1', '200.00', '2026-03-05']]);
    expect(await story.standing(code, '2026-03-10')).toEqual([]);
    // 1,800.00 now − 1,500.00 first
    expect(await story.standing('approved-above-first', '2026-03-09')).toEqual([]);
    expect(await story.standing('approved-above-first', '2026-04-01')).toEqual([['scheme-s1', '300.00', '2026-03-10']]);
  });

  it('clears an approved total when a later revision comes back under the first', async () => {
    const revise = async (amount: string, on: string, documentNo: string) => {
      const lines = [{ ...TWO_KINDS[0]!, amount }, TWO_KINDS[1]!];
      await story.post('schemes/s1/budget-revisions', { lines, reason: '调整', occurredOn: on });
      await story.post('schemes/s1/approval', { approvedOn: on, documentNo }, 'boss');
    };
    await revise('1300.00', '2026-03-10', '长住建〔2026〕9号');
    await revise('1000.00', '2026-04-10', '长住建〔2026〕10号');
    expect(await story.standing('approved-above-first', '2026-04-09')).toHaveLength(1);
    expect(await story.standing('approved-above-first', '2026-04-10')).toEqual([]);
  });
});

describe('after the acceptance', () => {
  beforeEach(() => story.approved());

  it('contracts are settled within 90 days', async () => {
    await story.contract();
    await story.contract({ contractNo: '设-1', role: 'design', lines: [{ lineId: 'L2', amount: '10.00' }] });
    await story.start();
    await story.accept();
    // 1 March + 90 days = 30 May.
    expect(await story.standing('settlement-late', '2026-05-30')).toEqual([]);
    expect(await story.standing('settlement-late', '2026-05-31')).toEqual([['scheme-s1', '800.00', '2026-05-31']]);
    const lines = [{ lineId: 'L1', submitted: '800.00', audited: '790.00' }];
    const settled = await story.post('schemes/s1/contract-settlements', {
      ...{ contractNo: '合-1', lines, occurredOn: '2026-06-10' },
    });
    expect(await story.standing('settlement-late', '2026-06-10')).toEqual([]);
    await story.reverse(settled.body.eventIds[0] as string, '2026-06-20');
    expect(await story.standing('settlement-late', '2026-06-20')).toEqual([['scheme-s1', '800.00', '2026-05-31']]);
  });

  it('pledges have been paid, or are told until they are', async () => {
    const pledge = { pledgeId: 'p1', source: 'enterprise-donation', amount: '100.00', occurredOn: '2026-02-01' };
    await story.post('schemes/s1/pledges', pledge);
    await story.start();
    expect(await story.standing('pledge-unpaid-after-acceptance', '2026-02-20')).toEqual([]);
    await story.accept();
    const cash = { source: 'enterprise-donation', form: 'cash', pledgeId: 'p1' };
    await story.post('schemes/s1/contributions', { ...cash, amount: '60.00', occurredOn: '2026-03-05' });
    const code = 'pledge-unpaid-after-acceptance';
    expect(await story.standing(code, '2026-03-01')).toEqual([['scheme-s1', '100.00', '2026-03-01']]);
    expect(await story.standing(code, '2026-03-05')).toEqual([['scheme-s1', '40.00', '2026-03-01']]);
    await story.post('schemes/s1/pledges/p1/withdrawal', { reason: '企业注销', occurredOn: '2026-04-01' });
    expect(await story.standing(code, '2026-04-01')).toEqual([]);
  });

  it('somebody manages it, its papers have a number, and the compound has a fund', async () => {
    await story.start();
    await story.accept();
    expect(await story.standing('no-maintenance-fund', '2026-02-28')).toEqual([]);
    expect(await story.standing('no-maintenance-fund', '2026-03-01')).toEqual([['compound-c1', null, '2026-03-01']]);
    // 1 March + 30 days = 31 March.
    expect(await story.standing('management-missing', '2026-03-31')).toEqual([]);
    expect(await story.standing('management-missing', '2026-04-01')).toEqual([['scheme-s1', '0.00', '2026-04-01']]);
    await story.post('schemes/s1/handover', { receiver: '物业公司', occurredOn: '2026-04-10' });
    expect(await story.standing('management-missing', '2026-04-10')).toEqual([]);
    const fund = {
      ...{ compoundId: 'c1', openedOn: '2026-04-15', interestRule: 'two-tier-annual' },
      depositRates: [{ from: '2026-04-15', ratePerM2: '40' }],
      interestRates: [{ from: '2026-04-15', demand: '0.0035', term: '0.015' }],
    };
    await story.post('maintenance-funds', fund);
    expect(await story.standing('no-maintenance-fund', '2026-04-14')).toHaveLength(1);
    expect(await story.standing('no-maintenance-fund', '2026-04-15')).toEqual([]);
    expect(await story.standing('archive-missing', '2026-04-10')).toEqual([['scheme-s1', null, '2026-04-10']]);
    await story.post('schemes/s1/corrections', { archiveNo: '档-2026-1', reason: '补录', occurredOn: '2026-04-20' });
    expect(await story.standing('archive-missing', '2026-04-19')).toHaveLength(1);
    expect(await story.standing('archive-missing', '2026-04-20')).toEqual([]);
    expect((await story.service.get('/v1/schemes/s1')).body.archiveNo).toBe('档-2026-1');
  });
});

describe('what a scheme is and what it promised', () => {
  it('tells a gap at the start of construction, area by area, since it opened', async () => {
    await story.approved([...TWO_KINDS, { lineId: 'L3', workItem: 'stairs', amount: '300.00' }]);
    await story.city.grant('g1', '2000.00');
    await story.city.fund('g1', 's1', '1500.00');
    expect(await story.standing('gap-at-construction-start', '2026-02-01')).toEqual([]);
    await story.start('2026-02-01');
    const inside = { source: 'resident-cash', costArea: 'in-building', amount: '300.00' };
    const [item] = await story.find('code=gap-at-construction-start&asOf=2026-02-01');
    expect(item).toMatchObject({
      about: { costArea: 'in-building' },
      amount: '300.00',
      since: '2026-02-01',
      rule: 'R03',
    });
    await story.post('schemes/s1/pledges', { ...inside, pledgeId: 'p1', occurredOn: '2026-02-10' });
    expect(await story.standing('gap-at-construction-start', '2026-02-10')).toEqual([]);
    await story.post('schemes/s1/pledges/p1/withdrawal', { reason: '退出', occurredOn: '2026-03-10' });
    // Closed in February, open again since March.
    expect(await story.standing('gap-at-construction-start', '2026-03-20')).toEqual([
      ['scheme-s1', '300.00', '2026-03-10'],
    ]);
    const { body } = await story.service.get('/v1/schemes/s1/cost-split?asOf=2026-03-20');
    expect(body.total.fundingGap).toBe('300.00');
  });

  it('tells content that the central plan does not allow, until the plan or the content changes', async () => {
    await story.approved([TWO_KINDS[0]!], { centralPlan: false });
    expect(await story.standing('central-plan-content', '2026-02-01')).toEqual([]);
    await story.post('schemes/s1/corrections', { centralPlan: true, reason: '列入计划', occurredOn: '2026-02-02' });
    expect(await story.standing('central-plan-content', '2026-02-02')).toEqual([
      ['scheme-s1', '1000.00', '2026-02-02'],
    ]);
    await story.post('schemes/s1/budget-revisions', { lines: TWO_KINDS, reason: '增项', occurredOn: '2026-03-01' });
    expect(await story.standing('central-plan-content', '2026-03-05')).toHaveLength(1);
    await story.post('schemes/s1/approval', { approvedOn: '2026-03-10', documentNo: '长住建〔2026〕9号' }, 'boss');
    expect(await story.standing('central-plan-content', '2026-03-10')).toEqual([]);
  });

  it('tells a correction of the building year that changes what the compound is, until it is corrected back', async () => {
    await story.approved();
    await story.post('compounds/c1/corrections', { builtYear: 1999, reason: '核实', occurredOn: '2026-02-01' });
    expect(await story.standing('eligibility-changed', '2026-02-01')).toEqual([]);
    await story.post('compounds/c1/corrections', { builtYear: 2003, reason: '核实', occurredOn: '2026-03-01' });
    expect(await story.standing('eligibility-changed', '2026-03-01')).toEqual([['scheme-s1', null, '2026-03-01']]);
    const [item] = await story.find('code=eligibility-changed');
    expect(item).toMatchObject({ rule: 'R01a', severity: 'warning' });
    await story.post('compounds/c1/corrections', { builtYear: 1998, reason: '档案更正', occurredOn: '2026-04-01' });
    expect(await story.standing('eligibility-changed', '2026-04-01')).toEqual([]);
    const excluded = { exclusions: { urbanVillage: true }, reason: '核实', occurredOn: '2026-05-01' };
    await story.post('compounds/c1/corrections', excluded);
    expect((await story.find('code=eligibility-changed'))[0]).toMatchObject({ rule: 'R01b', severity: 'serious' });
  });

  it('tells a vote that was counted over another area than its draw has, until the register says so too', async () => {
    await story.city.compound('c1');
    await story.city.households('c1', ['60.00', '40.00']);
    const fund = { compoundId: 'c1', openedOn: '2026-01-06', interestRule: 'two-tier-annual' };
    const rates = {
      depositRates: [{ from: '2026-01-06', ratePerM2: '40' }],
      interestRates: [{ from: '2026-01-06', demand: '0.0035', term: '0.015' }],
    };
    await story.post('maintenance-funds', { ...fund, ...rates });
    const draw = (drawId: string, total: string) =>
      story.post('maintenance-funds/c1/draws', {
        ...{ drawId, purpose: '屋面防水', workItem: 'roof', amount: '10.00', scope: { all: true } },
        vote: {
          owners: { total: 2, participated: 2, agreed: 2 },
          areaM2: { total, participated: total, agreed: total },
        },
        occurredOn: '2026-02-01',
      });
    await draw('d1', '100.00');
    await draw('d2', '98.50');
    const code = 'vote-area-differs';
    expect(await story.standing(code, '2026-02-01')).toEqual([['maintenanceFund-c1', null, '2026-02-01']]);
    const households = [{ householdId: 'h01', floorAreaM2: '58.50' }];
    await story.post('compounds/c1/corrections', { households, reason: '实测', occurredOn: '2026-03-01' });
    // 58.50 + 40.00 = 98.50: now it is the other vote that differs.
    expect((await story.find(`code=${code}`)).map(({ about }) => about)).toEqual([{ drawId: 'd1' }]);
    await story.post(
      'maintenance-funds/c1/draws/d1/rejection',
      { reason: '重新表决', occurredOn: '2026-03-02' },
      'boss',
    );
    expect(await story.find(`code=${code}`)).toEqual([]);
  });

  it('tells a bond whose project carries less than 1.1 of it', async () => {
    const bond = {
      ...{
        bondId: 'b1',
        name: '专项债',
        divisionCode: '1404',
        principal: '1000.00',
        couponRate: '0.02',
        termYears: 10,
      },
      ...{ valueDate: '2026-01-15', paymentsPerYear: 1, repayment: 'bullet', occurredOn: '2026-01-15' },
    };
    await story.post('bonds', bond);
    const forecast = (income: string, occurredOn: string) =>
      story.post('bonds/b1/revenue-forecasts', { years: [{ year: 2027, income, cost: '20.00' }], occurredOn });
    expect(await story.standing('coverage-below', '2026-02-01')).toEqual([]);
    // Debt story.service 1,000.00 + 10 × 20.00 = 1,200.00; × 1.1 = 1,320.00; income less cost 1,319.99 is a fen short.
    await forecast('1339.99', '2026-02-01');
    expect(await story.standing('coverage-below', '2026-02-01')).toEqual([['bond-b1', '0.01', '2026-02-01']]);
    await forecast('1000.00', '2026-03-01');
    // 1,320.00 − 980.00
    expect(await story.standing('coverage-below', '2026-03-01')).toEqual([['bond-b1', '340.00', '2026-02-01']]);
    expect((await story.find('code=coverage-below'))[0]).toMatchObject({
      ...{ rule: 'R18', clauseText: '支持通过申报地方政府专项债券筹措改造资金。' },
    });
    await forecast('1340.00', '2026-04-01');
    expect(await story.standing('coverage-below', '2026-04-01')).toEqual([]);
  });
});
