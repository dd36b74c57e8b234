import { City } from '../support/city.js';
import { FUND, Fund } from '../support/fund.js';
import { accepted, type Reply, TestClock, TestService } from '../support/service.js';

type Column = 'deposits' | 'income' | 'collected' | 'drawn' | 'returned';
const COLUMNS: readonly Column[] = ['deposits', 'income', 'collected', 'drawn', 'returned'];
/** A line of the cash book this test keeps by hand, beside the service. */
type Line = { readonly on: string; readonly column: Column; readonly fen: bigint; readonly drawId?: string };
type Entry = { eventId: string; type: string; occurredOn: string; amount: string; due: string };

const fenOf = (amount: string): bigint => BigInt(amount.replace('.', ''));
const yuanOf = (fen: bigint): string => {
  const digits = String(fen < 0n ? -fen : fen).padStart(3, '0');
  return `${fen < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
};
const sum = (fen: readonly bigint[]): bigint => fen.reduce((all, one) => all + one, 0n);

/** Which column an entry of a sub-account belongs to, and what it adds there. */
function columnOf(type: string, { amount, due }: Entry): [Column, bigint] {
  const [own, owed] = [fenOf(amount), fenOf(due)];
  switch (type) {
    case 'DepositReceived':
      return ['deposits', own];
    case 'IncomeCredited':
      return ['income', own];
    case 'DueCollected':
      return ['collected', -owed];
    case 'SubAccountClosed':
      return ['returned', -own];
    default:
      // What the sub-account covered, and what the fund advanced for it.
      return ['drawn', owed - own];
  }
}

/** Eleven flats and two units, played over five years and two rules of interest. */
class Years {
  readonly book: Line[] = [];
  readonly done = new Map<string, { ids: string[]; lines: Line[] }>();

  constructor(
    readonly service: TestService,
    readonly fund: Fund,
  ) {}

  /** Posts a command, and books what it moves; named, it can be reversed. */
  async play(path: string, body: object, lines: readonly Omit<Line, 'on'>[], name?: string): Promise<Reply> {
    const reply = accepted(await this.fund.post(path, body as Record<string, unknown>));
    const on = (body as { occurredOn: string }).occurredOn;
    const booked = lines.map((line) => ({ on, ...line }));
    this.book.push(...booked);
    if (name) this.done.set(name, { ids: reply.body.eventIds as string[], lines: booked });
    return reply;
  }

  deposit(kind: string, entries: readonly object[], occurredOn: string, fields: object = {}, name?: string) {
    const fen = sum(entries.map((entry) => fenOf((entry as { amount: string }).amount)));
    return this.play('/deposits', { kind, entries, occurredOn, ...fields }, [{ column: 'deposits', fen }], name);
  }
  income(kind: string, amount: string, occurredOn: string, name?: string) {
    return this.play('/income', { kind, amount, occurredOn }, [{ column: 'income', fen: fenOf(amount) }], name);
  }
  async settle(settledOn: string) {
    const { body } = accepted(await this.fund.post('/interest-settlements', { settledOn }));
    for (const { settledOn: on, interest } of body.settlements as { settledOn: string; interest: string }[])
      this.book.push({ on, column: 'income', fen: fenOf(interest) });
  }
  async draw(drawId: string, amount: string, on: string, fields: Record<string, unknown> = {}) {
    accepted(await this.fund.propose(drawId, amount, { occurredOn: on, ...fields }));
    accepted(await this.fund.approve(drawId, { occurredOn: on }));
  }
  pay(drawId: string, amount: string, occurredOn: string, fields: object = { payee: '公司' }, name?: string) {
    const body = { amount, occurredOn, ...fields };
    return this.play(`/draws/${drawId}/payment`, body, [{ column: 'drawn', fen: fenOf(amount), drawId }], name);
  }
  refund(drawId: string, amount: string, occurredOn: string, name?: string) {
    const body = { amount, reason: '核减', occurredOn };
    return this.play(`/draws/${drawId}/refund`, body, [{ column: 'drawn', fen: -fenOf(amount), drawId }], name);
  }
  collect(drawId: string, holder: object, amount: string, occurredOn: string, name?: string) {
    const body = { ...holder, amount, voucherNo: '收-1', occurredOn };
    return this.play(`/draws/${drawId}/collections`, body, [{ column: 'collected', fen: fenOf(amount) }], name);
  }
  /** On its own day, with the opposite sign; of a deposit, one household's part only. */
  async reverse(name: string, occurredOn: string, only?: { id: string; amount: string }) {
    const { ids, lines } = this.done.get(name)!;
    const body = { reason: '更正', occurredOn, ...(only ? { only: [only.id] } : {}) };
    accepted(await this.service.post(`/v1/entries/${ids[0]}/reversal`, body));
    for (const line of lines) this.book.push({ ...line, on: occurredOn, fen: -(only ? fenOf(only.amount) : line.fen) });
  }

  /** What the cash book says of a column between two days. */
  told(column: Column, from: string, to: string): string {
    const own = this.book.filter((line) => line.column === column && from <= line.on && line.on <= to);
    return yuanOf(sum(own.map(({ fen }) => fen)));
  }
  toldOfDraw(drawId: string, from: string, to: string): string {
    const own = this.book.filter((line) => line.drawId === drawId && from <= line.on && line.on <= to);
    return yuanOf(sum(own.map(({ fen }) => fen)));
  }

  async accounts(query = ''): Promise<Record<string, string>[]> {
    return (await this.fund.get(`/sub-accounts?limit=500${query}`)).body.items as Record<string, string>[];
  }

  /** Every entry of every sub-account, with the type of the fact it is, or takes back. */
  async entries(): Promise<(Entry & { of: string })[]> {
    const reversed = new Map<string, string>();
    const found: (Entry & { of: string })[] = [];
    for (const { householdId, unitId } of await this.accounts()) {
      const { body } = await this.fund.get(`/sub-accounts/${householdId ?? unitId!}`);
      for (const entry of body.entries as Entry[]) {
        if (entry.type === 'EntryReversed' && !reversed.has(entry.eventId)) {
          const { body: event } = await this.service.get(`/v1/events/${entry.eventId}`);
          reversed.set(entry.eventId, event.data.reverses[0].type as string);
        }
        found.push({ ...entry, of: reversed.get(entry.eventId) ?? entry.type });
      }
    }
    return found;
  }
}

const YEARS = [2019, 2020, 2021, 2022, 2023];
const COMMODITY = ['h01', 'h02', 'h03', 'h04', 'h05', 'h06'];
const URGENT = { vote: undefined, emergency: { kind: 'roof-leak', reason: '顶层渗漏' } };

async function open(service: TestService): Promise<Years> {
  const fund = await Fund.of(service, 'c1', ['86.45', '92.13', '74.08', '120.57', '60.01', '33.33']);
  const flat = (householdId: string, floorAreaM2: string, fields: object) => ({
    ...{ householdId, buildingNo: '1', entranceNo: '1', floor: 2, floorAreaM2 },
    ...fields,
  });
  const households = [
    flat('h07', '55.55', { ownership: 'sold-public-housing', ownerUnitId: 'u1' }),
    flat('h08', '44.44', { ownership: 'sold-public-housing', ownerUnitId: 'u1' }),
    flat('h09', '77.77', { ownership: 'unsold-commodity', ownerUnitId: 'u2' }),
    flat('shop', '140.00', { ownership: 'commodity', use: 'commercial' }),
    flat('garage', '20.00', { ownership: 'commodity', use: 'garage' }),
  ];
  accepted(await service.post('/v1/compounds/c1/households', { households, occurredOn: '2019-01-06' }));
  return new Years(service, fund);
}

async function play2019To2021(years: Years): Promise<void> {
  const each = (ids: readonly string[], amount: string) => ids.map((householdId) => ({ householdId, amount }));
  await years.deposit('first', each(COMMODITY, '3000.07'), '2019-03-01', {}, 'first');
  const seller = { amount: '4000.11', payer: 'selling-unit' };
  await years.deposit('first', [...each(['h07', 'h08'], '1000.00'), { householdId: 'h07', ...seller }], '2019-03-02');
  await years.deposit('first', [{ unitId: 'u2', amount: '2500.00' }], '2019-03-03');
  await years.deposit('establishment', each(['shop', 'garage'], '900.45'), '2019-11-11');
  await years.deposit('replenishment', each(['h06'], '2000.00'), '2019-12-01', { voluntary: true });
  await years.settle('2019-12-31');

  await years.income('common-area-income', '500.01', '2020-03-05', 'rent');
  await years.draw('e1', '5800.00', '2020-05-01', { ...URGENT, scope: { households: ['h01', 'h02'] } });
  await years.pay('e1', '5800.00', '2020-05-06');
  await years.income('interest', '12.34', '2020-08-08');
  await years.deposit('replenishment', each(['h03'], '0.01'), '2020-10-01', { voluntary: true }, 'voluntary');
  await years.settle('2020-12-31');

  await years.reverse('rent', '2021-01-05');
  await years.draw('v1', '20000.00', '2021-03-01');
  await years.pay('v1', '10000.01', '2021-04-01');
  await years.pay('v1', '4999.98', '2021-06-01', { payee: '公司' }, 'second part');
  const rejection = { reason: '结余', occurredOn: '2021-07-01' };
  accepted(await years.fund.post('/draws/v1/rejection', rejection, 'boss'));
  await years.refund('v1', '3000.03', '2021-08-01');
  await years.collect('v1', { householdId: 'h01' }, '5.55', '2021-09-01', 'collection');
  await years.collect('v1', { householdId: 'h02' }, '100.00', '2021-09-02');
  await years.income('treasury-bond', '77.77', '2021-09-03');
  await years.income('salvage', '5.05', '2021-09-04', 'salvage');
  await years.settle('2021-12-31');
}

/** 2021 is closed: what of it was wrong is put right in 2022 and later. */
async function play2022To2023(years: Years): Promise<void> {
  const { service, fund } = years;
  const close = { through: '2021-12-31', reason: '年结' };
  const asked = await service.post('/v1/periods/140403/close', close, { as: 'boss' });
  const granted = await service.post(`/v1/approvals/${asked.body.approvalId}/grant`, {}, { as: 'luzhouBoss' });
  expect([asked.status, granted.status]).toEqual([202, 201]);
  accepted(await fund.post('/rates', { from: '2022-01-01', interestRule: 'quarterly-demand' }));

  await years.reverse('collection', '2022-02-02');
  await years.reverse('first', '2022-02-03', { id: 'h06', amount: '3000.07' });
  await years.reverse('salvage', '2022-02-04');
  await years.reverse('voluntary', '2022-02-05');
  await years.deposit('first', [{ householdId: 'h06', amount: '3100.00' }], '2022-02-06');
  accepted(await fund.post('/transfers', { householdId: 'h07', ownership: 'commodity', occurredOn: '2022-05-01' }));
  const before = (await years.accounts()).find(({ householdId }) => householdId === 'h05')!;
  const returned = [{ column: 'returned' as const, fen: fenOf(before['balance']!) }];
  await years.play('/closures', { householdId: 'h05', reason: '灭失', occurredOn: '2022-06-01' }, returned, 'closure');
  await years.income('common-area-income', '1000.00', '2022-07-01');
  await years.settle('2022-12-20');

  await years.reverse('closure', '2023-01-15');
  await years.draw('v2', '1234.56', '2023-03-01');
  await years.pay('v2', '1234.56', '2023-03-02', { payee: '公司' }, 'v2');
  await years.reverse('v2', '2023-03-05');
  accepted(await fund.post('/draws/v2/rejection', { reason: '作废', occurredOn: '2023-03-06' }, 'boss'));
  await new City(service).scheme('s1', 'c1', { occurredOn: '2023-04-01' });
  await years.draw('v3', '900.00', '2023-04-02', { schemeId: 's1' });
  await years.pay('v3', '900.00', '2023-05-01', { schemeId: 's1' });
  const back = { source: 'maintenance-fund', reference: 'v3', amount: '300.30', reason: '结余' };
  accepted(await service.post('/v1/schemes/s1/fund-returns', { ...back, occurredOn: '2023-06-01' }));
  years.book.push({ on: '2023-06-01', column: 'drawn', fen: -30_030n, drawId: 'v3' });
  await years.refund('v1', '0.50', '2023-07-01', 'late refund');
  await years.reverse('late refund', '2023-07-02');
  await years.settle('2023-12-20');
}

describe('the statement of a year equals its entries', () => {
  let service: TestService;
  let years: Years;
  let entries: (Entry & { of: string })[];
  beforeAll(async () => {
    service = await TestService.open();
    years = await open(service);
    await play2019To2021(years);
    await play2022To2023(years);
    entries = await years.entries();
  }, 120_000);
  afterAll(() => service.close());

  const statement = async (year: number, more = '') => (await years.fund.get(`/statement?year=${year}${more}`)).body;

  it.each(YEARS)('%i: its columns are those of the cash book, and of all entries by their types', async (year) => {
    const body = await statement(year);
    const [from, to] = [`${year}-01-01`, `${year}-12-31`];
    const own = entries.filter(({ occurredOn }) => from <= occurredOn && occurredOn <= to);
    for (const column of COLUMNS) {
      const added = own.map((entry) => columnOf(entry.of, entry)).filter(([name]) => name === column);
      const fromEntries = yuanOf(sum(added.map(([, fen]) => fen)));
      expect([column, body[column], fromEntries]).toEqual([
        column,
        years.told(column, from, to),
        years.told(column, from, to),
      ]);
    }
  });

  it.each(YEARS)(
    '%i: opening and what moved make the closing, which is the fund and the next opening',
    async (year) => {
      const body = await statement(year);
      const fen = (name: string) => fenOf(body[name] as string);
      expect(fen('opening') + fen('deposits') + fen('income') + fen('collected') - fen('drawn') - fen('returned')).toBe(
        fen('closing'),
      );
      expect((await statement(year + 1)).opening).toBe(body.closing);
      const at = (await years.fund.get(`?asOf=${year}-12-31`)).body;
      expect(at.balance).toBe(body.closing);
      const names = { deposited: 'deposits', income: 'income', collected: 'collected', drawn: 'drawn' } as const;
      for (const [name, column] of Object.entries({ ...names, returned: 'returned' } as const))
        expect([name, at[name]]).toEqual([name, years.told(column, '2019-01-01', `${year}-12-31`)]);
      const accounts = await years.accounts(`&asOf=${year}-12-31`);
      const [balances, dues] = ['balance', 'dueFromHousehold'].map((name) =>
        sum(accounts.map((row) => fenOf(row[name]!))),
      );
      expect(yuanOf(balances! - dues!)).toBe(body.closing);
      expect(at.due).toBe(yuanOf(dues!));
    },
  );

  it.each(YEARS)('%i: each draw with its split', async (year) => {
    const { draws, drawn } = await statement(year);
    const rows = draws as { drawId: string; drawn: string; split: { amount: string }[] }[];
    expect(yuanOf(sum(rows.map((row) => fenOf(row.drawn))))).toBe(drawn);
    for (const row of rows) {
      expect(yuanOf(sum(row.split.map(({ amount }) => fenOf(amount))))).toBe(row.drawn);
      expect([row.drawId, row.drawn]).toEqual([
        row.drawId,
        years.toldOfDraw(row.drawId, `${year}-01-01`, `${year}-12-31`),
      ]);
    }
    // A draw whose payment was reversed within the year is not published.
    const told = ['e1', 'v1', 'v2', 'v3'].filter(
      (drawId) => years.toldOfDraw(drawId, `${year}-01-01`, `${year}-12-31`) !== '0.00',
    );
    expect(rows.map(({ drawId }) => drawId)).toEqual(told);
  });

  it('at a day in the middle of a year it tells what had happened by then', async () => {
    for (const day of ['2021-05-31', '2021-08-15', '2022-02-03', '2023-03-04']) {
      const body = await statement(Number(day.slice(0, 4)), `&asOf=${day}`);
      for (const column of COLUMNS)
        expect([day, column, body[column]]).toEqual([day, column, years.told(column, `${day.slice(0, 4)}-01-01`, day)]);
      expect(body.closing).toBe((await years.fund.get(`?asOf=${day}`)).body.balance);
    }
  });

  it('a closed year is what it was when it was closed', async () => {
    const asked = await service.get(`${FUND}/c1/statement?year=2021&format=csv`, { as: 'viewer' });
    expect(asked.text).toContain(years.told('drawn', '2021-01-01', '2021-12-31'));
    // 10,000.01 + 4,999.98 − 3,000.03
    expect(years.told('drawn', '2021-01-01', '2021-12-31')).toBe('11999.96');
    expect(years.told('deposits', '2022-01-01', '2022-12-31')).toBe('99.92');
  });

  it('what is kept added up is what the postings sum to, at any moment', async () => {
    // Nothing is recorded after the moment yet, so these are read from the sums that are kept.
    const paths = ['', '/sub-accounts?limit=500', '/sub-accounts?groupBy=building', '/books'];
    const kept = await Promise.all(paths.map(async (path) => timeless((await years.fund.get(path)).body)));
    const known = service.clock.now().toISOString();
    (service.clock as TestClock).advance(60_000);
    const later = {
      kind: 'replenishment',
      entries: [{ householdId: 'h02', amount: '1.00' }],
      occurredOn: '2030-01-01',
    };
    accepted(await years.fund.post('/deposits', later));
    const at = (path: string, query: string) => years.fund.get(`${path}${path.includes('?') ? '&' : '?'}${query}`);
    for (const query of ['asOf=2026-06-01', `recordedAt=${known}`]) {
      const summed = await Promise.all(paths.map(async (path) => timeless((await at(path, query)).body)));
      expect(summed).toEqual(kept);
    }
    expect((await years.fund.get()).body.deposited).not.toBe(kept[0]!['deposited']);
    expect(timeless((await at('', 'asOf=2030-01-01')).body)).toEqual(timeless((await years.fund.get()).body));
  });
});

function timeless(body: Record<string, unknown>): Record<string, unknown> {
  const { asOf: _, recordedAt: __, position: ___, revision: ____, ...rest } = body;
  return rest;
}
