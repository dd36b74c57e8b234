import { City } from '../support/city.js';
import { expectNeedsOverride, expectRefused, said } from '../support/refusals.js';
import { TestService } from '../support/service.js';

type Fields = Record<string, unknown>;
const PARTIES = ['departments', 'specialist-units', 'street-community', 'residents'];
const TALLY = {
  owners: { total: 10, participated: 10, agreed: 10 },
  areaM2: { total: '1000.00', participated: '1000.00', agreed: '1000.00' },
};

describe('the order of a scheme’s life', () => {
  let service: TestService;
  let city: City;
  beforeAll(async () => {
    service = await TestService.open();
    city = new City(service);
    await city.compound('c');
  });
  afterAll(() => service.close());

  async function drafted(
    schemeId: string,
    items: readonly string[] = ['road', 'gas-supply', 'preliminary-and-design'],
  ) {
    await city.scheme(schemeId, 'c');
    const lines = items.map((workItem) => ({
      lineId: workItem,
      workItem,
      amount: '1000.00',
      ...(workItem === 'preliminary-and-design' ? { costArea: 'public-area' } : {}),
    }));
    await city.budget(schemeId, lines);
  }
  const step = (schemeId: string, name: string, body: Fields, as: 'clerk' | 'boss' = 'clerk') =>
    service.post(`/v1/schemes/${schemeId}/${name}`, body, { as });
  const publish = (schemeId: string, fields: Fields = {}) =>
    step(schemeId, 'publication', { publishedOn: '2026-01-08', endsOn: '2026-01-15', ...fields });
  const consult = (schemeId: string, closedOn = '2026-01-15') => step(schemeId, 'consultation', { closedOn, ...TALLY });
  const approve = (schemeId: string, approvedOn = '2026-01-20') =>
    step(schemeId, 'approval', { approvedOn, documentNo: '长住建〔2026〕1号' }, 'boss');
  const start = (schemeId: string, startedOn = '2026-02-01') => step(schemeId, 'construction-start', { startedOn });
  const accept = (schemeId: string, fields: Fields = {}) =>
    step(schemeId, 'acceptance', { passed: true, parties: PARTIES, occurredOn: '2026-06-01', ...fields });
  const handOver = (schemeId: string, occurredOn = '2026-06-10') =>
    step(schemeId, 'handover', { receiver: '物业公司', occurredOn });
  const contract = (schemeId: string, fields: Fields = {}) =>
    step(schemeId, 'contracts', {
      ...{ contractNo: '合-1', contractor: '施工单位', lines: [{ lineId: 'road', amount: '1.00' }] },
      ...{ occurredOn: '2026-01-25', ...fields },
    });

  describe('R06: published, consulted, approved, and only then carried out', () => {
    it('refuses every step whose predecessor is missing, and takes them in order, each once', async () => {
      await city.scheme('walk', 'c');
      expectRefused(await publish('walk'), 'R06');
      await city.budget('walk', [
        { lineId: 'road', workItem: 'road', amount: '1.00' },
        { lineId: 'gas', workItem: 'gas-supply', amount: '1.00' },
      ]);
      expectRefused(await consult('walk'), 'R06');
      expectRefused(await approve('walk'), 'R06');
      expect(said(await publish('walk'))).toBe('201');
      expectRefused(await approve('walk'), 'R06');
      expect(said(await publish('walk'))).toBe('409 already-done');
      expect(said(await consult('walk'))).toBe('201');
      expectRefused(await start('walk'), 'R06');
      expect(said(await consult('walk'))).toBe('409 already-done');
      expect(said(await approve('walk'))).toBe('201');
      expect(said(await approve('walk'))).toBe('409 already-done');
      expectRefused(await accept('walk'), 'R07');
      expect(said(await start('walk'))).toBe('201');
      expect(said(await start('walk'))).toBe('409 already-done');
      expectRefused(await handOver('walk'), 'R07');
      expect(said(await accept('walk'))).toBe('201');
      expect(said(await accept('walk'))).toBe('409 already-done');
      expect(said(await handOver('walk'))).toBe('201');
      expect(said(await handOver('walk'))).toBe('409 already-done');
    });

    it('stops construction contracts before the approval, and other roles not', async () => {
      await drafted('r06-contract');
      expectRefused(await contract('r06-contract'), 'R06');
      expect(said(await contract('r06-contract', { contractNo: '设-1', role: 'design' }))).toBe('201');
      const exempt = { contractNo: '前-1', lines: [{ lineId: 'preliminary-and-design', amount: '1000.00' }] };
      expect(said(await contract('r06-contract', exempt))).toBe('201');
      await publish('r06-contract');
      await consult('r06-contract');
      await approve('r06-contract');
      // 7-rulings §5: a construction contract dated before the first approval is R06, not date-order
      expectRefused(await contract('r06-contract', { occurredOn: '2026-01-19' }), 'R06');
      expect(said(await contract('r06-contract', { occurredOn: '2026-01-20' }))).toBe('201');
    });

    it('stops payments and direct payments before the approval, but not preliminary work', async () => {
      await drafted('r06-pay');
      const cash = { source: 'affiliated-unit', form: 'cash', amount: '500.00', occurredOn: '2026-01-09' };
      await step('r06-pay', 'contributions', cash);
      const direct = { ...cash, form: 'direct-payment', amount: '100.00', occurredOn: '2026-01-10' };
      expectRefused(await city.pay('r06-pay', 'road', '1.00', 'affiliated-unit'), 'R06');
      expectRefused(await step('r06-pay', 'contributions', { ...direct, lineId: 'road' }), 'R06');
      const early = { occurredOn: '2026-01-10' };
      expect(
        said(await city.pay('r06-pay', 'preliminary-and-design', '1.00', 'affiliated-unit', undefined, early)),
      ).toBe('201');
      expect(said(await step('r06-pay', 'contributions', { ...direct, lineId: 'preliminary-and-design' }))).toBe('201');
      await publish('r06-pay');
      await consult('r06-pay');
      await approve('r06-pay');
      const dated = (occurredOn: string) =>
        city.pay('r06-pay', 'road', '1.00', 'affiliated-unit', undefined, { occurredOn });
      expect(said(await dated('2026-01-19'))).toBe('422 date-order');
      expect(said(await dated('2026-01-20'))).toBe('201');
      const onRoad = { ...direct, lineId: 'road' };
      expect(said(await step('r06-pay', 'contributions', { ...onRoad, occurredOn: '2026-01-19' }))).toBe(
        '422 date-order',
      );
      expect(said(await step('r06-pay', 'contributions', { ...onRoad, occurredOn: '2026-01-20' }))).toBe('201');
      // Preliminary work does not rest on the approval, also where it is recorded afterwards.
      const late = { ...direct, lineId: 'preliminary-and-design', occurredOn: '2026-01-11' };
      expect(said(await step('r06-pay', 'contributions', late))).toBe('201');
      const payLate = { occurredOn: '2026-01-11' };
      expect(
        said(await city.pay('r06-pay', 'preliminary-and-design', '1.00', 'affiliated-unit', undefined, payLate)),
      ).toBe('201');
    });
  });

  it('never lets the dates of a life decrease', async () => {
    await drafted('dates');
    expect(said(await publish('dates', { endsOn: '2026-01-07' }))).toBe('400 invalid-field');
    await publish('dates');
    expect(said(await consult('dates', '2026-01-14'))).toBe('422 date-order');
    expect(said(await consult('dates', '2026-01-15'))).toBe('201');
    expect(said(await approve('dates', '2026-01-14'))).toBe('422 date-order');
    expect(said(await approve('dates', '2026-01-15'))).toBe('201');
    expect(said(await start('dates', '2026-01-14'))).toBe('422 date-order');
    expect(said(await start('dates', '2026-01-15'))).toBe('201');
    expect(said(await accept('dates', { occurredOn: '2026-01-14' }))).toBe('422 date-order');
    expect(said(await accept('dates', { occurredOn: '2026-01-15' }))).toBe('201');
    expect(said(await handOver('dates', '2026-01-14'))).toBe('422 date-order');
    expect(said(await handOver('dates', '2026-01-15'))).toBe('201');
  });

  describe('R07: the joint acceptance', () => {
    async function built(schemeId: string, items: readonly string[]) {
      await drafted(schemeId, items);
      await publish(schemeId);
      await consult(schemeId);
      await approve(schemeId);
      await start(schemeId);
    }
    const special = (workItem: string) => ({ workItem, authority: '市场监督管理局', documentNo: '长市监〔2026〕5号' });

    it.each(PARTIES)('is refused without %s', async (missing) => {
      await built(`r07-${missing}`, ['road', 'gas-supply']);
      const parties = PARTIES.filter((party) => party !== missing);
      expectRefused(await accept(`r07-${missing}`, { parties }), 'R07');
      expect(said(await accept(`r07-${missing}`))).toBe('201');
    });

    it('may fail, and pass another day', async () => {
      await built('r07-twice', ['road', 'gas-supply']);
      expect(said(await accept('r07-twice', { passed: false, parties: ['residents'] }))).toBe('201');
      expectRefused(await handOver('r07-twice'), 'R07');
      expect(said(await accept('r07-twice', { occurredOn: '2026-07-01' }))).toBe('201');
    });

    it('needs the competent authority for an elevator', async () => {
      await built('r07-elevator', ['elevator']);
      expectRefused(await accept('r07-elevator'), 'R07');
      expect(said(await accept('r07-elevator', { specialAcceptances: [special('elevator')] }))).toBe('201');
    });

    it.each(['external-wall-insulation', 'overhead-line-duct', 'overhead-line-cutover'])(
      'asks for an override without the authority for %s',
      async (item) => {
        await built(`r07-${item}`, ['road', 'gas-supply', item]);
        expectNeedsOverride(await accept(`r07-${item}`), 'R07');
        expect(said(await accept(`r07-${item}`, { specialAcceptances: [special(item)] }))).toBe('201');
      },
    );
  });
});
