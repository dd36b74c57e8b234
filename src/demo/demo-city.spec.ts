import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { TestClock, TestService } from '../../test/support/service.js';
import { Settings } from '../platform/config/settings.js';
import {
  type Appended,
  type EncodedEvent,
  type EventStore,
  isAside,
  StoreUnavailable,
} from '../platform/event-store/event-store.js';
import { SqliteEventStore } from '../platform/event-store/sqlite/sqlite-event-store.js';
import { FUNDING_SOURCES } from '../policy/funding-source.js';
import { UTILITIES } from '../policy/work-item.js';
import { openService } from '../service.js';

const SEEDING_MS = 60_000;
const AS_AUDITOR = { as: 'auditor' } as const;
type Stored = { eventId: string; stream: string; type: string; data: Record<string, unknown> };

describe('the demonstration city', () => {
  let service: TestService;
  let events: Stored[];
  beforeAll(async () => {
    service = await TestService.open(undefined, { SEED_DEMO: 'auto' });
    events = await storedIn(service.inner.store);
  }, SEEDING_MS);
  afterAll(() => service.close());
  const get = async (path: string) => (await service.get(path, AS_AUDITOR)).body;
  const told = (type: string) => events.filter((event) => event.type === type).map(({ data }) => data);

  it('is several hundred events of about thirty compounds in every county', async () => {
    expect(events.length).toBeGreaterThanOrEqual(300);
    const { items, total } = await get('/v1/overview');
    expect(items).toHaveLength(12);
    expect(total.compounds).toBe(31);
    expect(Number(total.households)).toBeGreaterThan(1_000);
  });

  it('has schemes in every stage, and an acceptance that failed', async () => {
    const { items } = await get('/v1/schemes?limit=500');
    const states = new Set((items as { state: string }[]).map(({ state }) => state));
    expect([...states].sort()).toEqual(
      ['accepted', 'approved', 'consulted', 'drafted', 'handed-over', 'published', 'under-construction'].sort(),
    );
    expect(told('AcceptanceFailed').length).toBeGreaterThan(0);
    expect(told('ContractSettled').length).toBeGreaterThan(0);
    expect(told('FinalAccountApproved').length).toBeGreaterThan(0);
  });

  it('has money of every source that can be recorded, in every form, and from operators of every kind', async () => {
    const { items } = await get('/v1/overview?groupBy=source');
    const recordable = Object.entries(FUNDING_SOURCES).filter(([, { route }]) =>
      ['grant', 'bond', 'maintenance-fund', 'contribution'].includes(route),
    );
    expect((items as { key: string }[]).map(({ key }) => key)).toEqual(recordable.map(([code]) => code).sort());
    for (const { received, inKind, key } of items as { received: string; inKind: string; key: string }[])
      expect([key, received !== '0.00' || inKind !== '0.00']).toEqual([key, true]);
    const arrived = told('ContributionReceived');
    expect(new Set(arrived.map(({ form }) => form))).toEqual(new Set(['cash', 'goods', 'labour', 'direct-payment']));
    expect(new Set(arrived.flatMap(({ reference }) => reference ?? []))).toEqual(new Set(UTILITIES));
    expect(arrived.some(({ providentFund }) => providentFund !== undefined)).toBe(true);
    expect(new Set(told('GrantAwarded').flatMap(({ programme }) => programme ?? []))).toEqual(new Set(['mof', 'ndrc']));
  });

  it('shows refusals by their rules, and what a second person allowed, refused and has not looked at', async () => {
    const { items } = await get('/v1/decisions?outcome=refused&limit=500');
    const rules = new Set((items as { rule: string | null }[]).map(({ rule }) => rule));
    for (const rule of [
      'R01b',
      'R02',
      'R03',
      'R05',
      'R06',
      'R07',
      'R08',
      'R09',
      'R10',
      'R11',
      'R14',
      'R15',
      'R18',
      'R19',
      'R21',
    ])
      expect(rules).toContain(rule);
    expect((await get('/v1/decisions?outcome=overridden')).items.length).toBeGreaterThan(0);
    for (const status of ['granted', 'refused', 'waiting'])
      expect((await get(`/v1/approvals?status=${status}`)).items.length).toBeGreaterThan(0);
  });

  it('balances to zero in every book', async () => {
    const { books } = await get('/v1/ledger/trial-balance');
    for (const { sum } of books as { sum: string }[]) expect(sum).toBe('0.00');
    expect((books as { accounts: object[] }[]).every(({ accounts }) => accounts.length > 0)).toBe(true);
    const inTransit = (books as { accounts: { account: string }[] }[])
      .flatMap(({ accounts }) => accounts)
      .filter(({ account }) => account.includes('in-transit'));
    expect(inTransit).toEqual([]);
  });

  it('says of every name and document that it is a demonstration', () => {
    for (const { name } of told('CompoundRegistered')) expect(name).toMatch(/演示.*demo/);
    const names = ['title', 'payee', 'contractor', 'documentNo', 'voucherNo', 'receiver', 'decision', 'programmeName'];
    for (const { data } of events)
      for (const name of names) if (typeof data[name] === 'string') expect([name, data[name]]).toEqual([name, marked]);
    for (const { payer } of told('ContributionReceived'))
      if ((payer as { organisation?: string }).organisation !== undefined)
        expect((payer as { organisation: string }).organisation).toContain('演示');
  });
  const marked = expect.stringContaining('演示') as string;

  it('is recorded once: another start adds nothing', async () => {
    await service.restart();
    expect(await storedIn(service.inner.store)).toEqual(events);
  });

  it(
    'is finished after a crash, event for event',
    async () => {
      const directory = mkdtempSync(join(tmpdir(), 'renewal-demo-'));
      const path = join(directory, 'events.db');
      for (const appends of [70, 300]) await expect(seedOn(directory, new DyingStore(path, appends))).rejects.toThrow();
      const store = new SqliteEventStore(path);
      const again = await seedOn(directory, store);
      const ids = (all: readonly Stored[]) => all.map(({ eventId }) => eventId).sort();
      expect(ids(await storedIn(store))).toEqual(ids(events));
      await again.close();
      rmSync(directory, { recursive: true });
    },
    SEEDING_MS,
  );
});

describe('the demonstration city stays away', () => {
  it.each([
    ['from a log that began with something else', 'auto'],
    ['where it is not wanted', 'never'],
  ])('%s', async (_, seedDemo) => {
    const service = await TestService.open(new TestClock(), { SEED_DEMO: 'never' });
    if (seedDemo === 'auto') await service.post('/v1/compounds', COMPOUND);
    const before = await storedIn(service.inner.store);
    const { directory } = service;
    await service.inner.close();
    const store = new SqliteEventStore(join(directory, 'events.db'));
    const again = await seedOn(directory, store, seedDemo);
    expect(await storedIn(store)).toEqual(before);
    await again.close();
    rmSync(directory, { recursive: true });
  });
});

const COMPOUND = {
  name: '真实小区',
  divisionCode: '140403',
  builtYear: 1990,
  buildings: [{ buildingNo: '1', floors: 6, hasElevator: false }],
  occurredOn: '2026-01-01',
};

/** Answers nothing any more after so many appends: the process as good as died there. */
class DyingStore extends SqliteEventStore {
  constructor(
    path: string,
    private left: number,
  ) {
    super(path);
  }
  override append(stream: string, events: readonly EncodedEvent[], expected: number): Promise<Appended> {
    if (this.left-- <= 0) return Promise.reject(new StoreUnavailable('the machine is off'));
    return super.append(stream, events, expected);
  }
}

function seedOn(directory: string, store: SqliteEventStore, seedDemo = 'auto') {
  const settings = Settings.from({ DATA_DIR: directory, API_KEYS: 'a:auditor:*:key', SEED_DEMO: seedDemo });
  return openService({ settings, logger: pino({ level: 'silent' }), clock: new TestClock(), store });
}

/** Everything but the signed heads of the tree, which are made when their time comes. */
async function storedIn(store: EventStore): Promise<Stored[]> {
  const all = await store.readAll(0, 10_000);
  return all
    .filter(({ stream }) => !isAside(stream))
    .map(({ eventId, stream, type, data }) => ({
      eventId,
      stream,
      type,
      data: JSON.parse(data) as Record<string, unknown>,
    }));
}
