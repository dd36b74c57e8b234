import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { renewal } from '../../src/cli/renewal.js';
import { StoreUnavailable } from '../../src/platform/event-store/event-store.js';
import { openDatabase } from '../../src/platform/sqlite.js';
import { ProtocolTestServer } from '../support/protocol-test-server.js';
import { KEYS, type Person, TestService } from '../support/service.js';
import { tellStory } from './story.js';

type Line = Readonly<Record<string, unknown>> & { readonly line: number };
const linesOf = async (service: TestService, query = ''): Promise<Line[]> => {
  const { status, body } = await service.get(`/v1/audit/access-log?limit=500${query}`, { as: 'auditor' });
  expect(status).toBe(200);
  return body.items as Line[];
};

describe('who read rows of persons, or the log in bulk, is on record', () => {
  let service: TestService;
  beforeEach(async () => {
    service = await TestService.open();
    await tellStory(service);
  });
  afterEach(() => service.close());

  it('with the route, whose rows, how many, by whom and in answer to which request; and nothing of the rows', async () => {
    const answer = await service.get('/v1/compounds/c1/households', { as: 'luzhou' });
    const shown = answer.body.items as { householdId: string }[];
    const [line, ...others] = await linesOf(service);
    expect(others).toEqual([]);
    expect(line).toEqual({
      line: 1,
      recordedAt: '2026-06-01T00:00:00.000Z',
      actor: 'luzhou',
      role: 'recorder',
      division: '140403',
      route: '/v1/compounds/:compoundId/households',
      subject: 'c1',
      format: 'json',
      rows: shown.length,
      requestId: answer.headers['x-request-id'],
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    for (const { householdId } of shown) expect(JSON.stringify(line)).not.toContain(householdId);
  });

  it.each([
    ['/v1/compounds/c1/households?format=csv', 'csv', 'c1'],
    ['/v1/compounds/c1/households?format=xlsx', 'xlsx', 'c1'],
    ['/v1/schemes/s1/household-shares', 'json', 's1'],
    ['/v1/schemes/s1/contributions', 'json', 's1'],
    ['/v1/reports/household-notice?schemeId=s1', 'json', 's1'],
    ['/v1/events?limit=2', 'json', null],
    ['/v1/events?stream=scheme-s1', 'json', 'scheme-s1'],
    ['/v1/ledger/trial-balance?format=csv', 'csv', null],
    ['/v1/ledger/export?format=ledger', 'ledger', null],
    ['/v1/audit/bundle', 'zip', null],
    // What explain opens is read by its caller, like anything else.
    ['/v1/explain?figure=%2Fv1%2Fschemes%2Fs1%2Fhousehold-shares%23%2Fitems%2F0%2Fpaid', 'json', 's1'],
  ])('%s', async (path, format, subject) => {
    expect((await service.get(path, { as: 'auditor' })).status).toBe(200);
    const [line, ...others] = await linesOf(service);
    expect(others).toEqual([]);
    expect(line).toMatchObject({ actor: 'auditor', format, subject });
    expect(line!['rows']).toBeGreaterThan(0);
  });

  it.each<[string, Person]>([
    ['/v1/schemes/s1/cost-split', 'auditor'],
    ['/v1/overview', 'auditor'],
    ['/v1/audit/heads', 'auditor'],
    ['/v1/audit/access-log', 'auditor'],
    // Nobody saw anything.
    ['/v1/compounds/c1/households', 'viewer'],
    ['/v1/compounds/none/households', 'auditor'],
    ['/v1/events?stream=13800138000', 'auditor'],
  ])('not %s for the %s', async (path, as) => {
    await service.get(path, { as });
    expect(await linesOf(service)).toEqual([]);
  });

  it('moves no position, no figure and no leaf of the tree', async () => {
    const look = async () => [
      (await service.get('/v1/overview', { as: 'auditor' })).text,
      (await service.get('/v1/audit/head', { as: 'auditor' })).body.rootHash,
      (await service.get('/v1/events?limit=500', { as: 'auditor' })).text,
    ];
    const before = await look();
    for (let time = 0; time < 3; time++) await service.get('/v1/compounds/c1/households');
    expect(await look()).toEqual(before);
    expect(await linesOf(service)).toHaveLength(5);
  });

  it('is listed in pages, by actor, subject and day, to auditors of the readers’ division', async () => {
    for (const as of ['clerk', 'boss', 'clerk'] as const) await service.get('/v1/compounds/c1/households', { as });
    await service.get('/v1/events?limit=1', { as: 'auditor' });
    expect((await linesOf(service, '&actor=clerk')).map(({ line }) => line)).toEqual([1, 3]);
    expect(await linesOf(service, '&subject=c1')).toHaveLength(3);
    expect(await linesOf(service, '&to=2026-05-31')).toEqual([]);
    expect(await linesOf(service, '&asOf=2026-06-01')).toHaveLength(4);
    expect(await linesOf(service, '&recordedAt=2026-05-31T23:59:59Z')).toEqual([]);
    const first = await service.get('/v1/audit/access-log?limit=3', { as: 'auditor' });
    expect(first.body).toMatchObject({ lines: 4, lastHash: (await linesOf(service)).at(-1)!['hash'] });
    const second = await service.get(`/v1/audit/access-log?limit=3&cursor=${first.body.next}`, { as: 'auditor' });
    expect([...first.body.items, ...second.body.items].map(({ line }) => line)).toEqual([1, 2, 3, 4]);
  });

  it('begins a stream with one line and ends it with the number of events that were sent', async () => {
    await service.inner.app.listen(0, '127.0.0.1');
    const { port } = service.inner.app.getHttpServer().address() as AddressInfo;
    const headers = { authorization: `Bearer ${KEYS.clerk}` };
    await new Promise<void>((resolve, reject) => {
      const request = get({ port, path: '/v1/events/stream?after=0', headers }, (answer) => {
        answer.on('error', () => undefined);
        answer.once('data', () => (request.destroy(), resolve()));
      }).on('error', reject);
    });
    let lines: Line[] = [];
    for (let wait = 0; lines.length < 2 && wait < 200; wait++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      lines = await linesOf(service);
    }
    const route = '/v1/events/stream';
    expect(lines).toEqual([
      expect.objectContaining({ actor: 'clerk', route, rows: null }),
      expect.objectContaining({ actor: 'clerk', route, rows: expect.any(Number) }),
    ]);
  });

  it('no record, no rows', async () => {
    const failing = jest.spyOn(service.inner.store, 'append').mockRejectedValue(new StoreUnavailable('away'));
    const answer = await service.get('/v1/compounds/c1/households');
    expect([answer.status, answer.body.code]).toEqual([503, 'store-unavailable']);
    expect((await service.get('/v1/schemes/s1/cost-split')).status).toBe(200);
    failing.mockRestore();
    expect((await service.get('/v1/compounds/c1/households')).status).toBe(200);
    expect(await linesOf(service)).toHaveLength(1);
  });

  it('many at once share appends and lose no line; a restart and a rebuild go on with the same chain', async () => {
    const append = jest.spyOn(service.inner.store, 'append');
    await Promise.all(Array.from({ length: 60 }, () => service.get('/v1/compounds/c1/households')));
    expect(append.mock.calls.length).toBeLessThan(60);
    append.mockRestore();
    await service.restart(() =>
      ['', '-wal', '-shm'].forEach((end) => rmSync(join(service.directory, `read-models.db${end}`), { force: true })),
    );
    await service.get('/v1/compounds/c1/households');
    expect((await linesOf(service)).map(({ line }) => line)).toEqual(
      Array.from({ length: 61 }, (_, index) => index + 1),
    );
    const { body } = await service.post('/v1/audit/verify', {}, { as: 'auditor', key: null });
    expect(body).toMatchObject({ ok: true, accessLines: 61 });
  });
});

describe('two replicas', () => {
  it('write one access log', async () => {
    const server = await new ProtocolTestServer().start();
    const [one, other] = [
      await TestService.open(undefined, { EVENT_STORE: server.url }),
      await TestService.open(undefined, { EVENT_STORE: server.url }),
    ];
    await tellStory(one);
    await Promise.all([one, other, one, other, one, other].map((service) => service.get('/v1/events?limit=1')));
    const { body } = await one.post('/v1/audit/verify', {}, { as: 'auditor', key: null });
    expect(body).toMatchObject({ ok: true, accessLines: 6 });
    await Promise.all([one.close(), other.close()]);
    await server.stop();
  }, 30_000);
});

describe('an access log somebody changed', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'renewal-access-'));
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));
  let service: TestService;
  const positions: number[] = [];
  const kept = join(scratch, 'kept.json');
  beforeEach(async () => {
    service = await TestService.open();
    await tellStory(service);
    for (let time = 0; time < 4; time++) await service.get('/v1/compounds/c1/households');
    const { text } = await service.get('/v1/audit/access-log', { as: 'auditor' });
    writeFileSync(kept, text);
    const stored = await service.inner.store.readStream('access-log', 0, 10);
    positions.splice(0, 10, ...stored.map(({ position }) => position));
  });
  afterEach(() => service.close());

  /** `renewal verify` of the files as somebody left them. */
  async function verified(change: (sql: (text: string) => void) => void, words: string[] = []) {
    let told = '';
    let code = -1;
    await service.restart(async () => {
      const database = openDatabase(join(service.directory, 'events.db'), 'full');
      change((text) => database.exec(text));
      database.close();
      rmSync(join(service.directory, 'read-models.db'));
      code = await renewal(['verify', ...words], (text) => (told += text), { DATA_DIR: service.directory });
    });
    return { code, told };
  }

  it('is whole before', async () => {
    const { code, told } = await verified(() => undefined, ['--access-log', kept]);
    expect([code, told]).toEqual([0, expect.stringContaining('4 lines of access')]);
  });

  it('a changed line is found where it stands', async () => {
    const { code, told } = await verified((sql) =>
      sql(`UPDATE events SET data = replace(data, '"rows":', '"rows":1') WHERE position = ${positions[1]}`),
    );
    expect([code, told.split('\n')[0]]).toEqual([
      1,
      `WRONG: position ${positions[1]}: the event is not what its hash says [hash-differs]`,
    ]);
  });

  it('a removed line is found where the next one stands', async () => {
    const { code, told } = await verified((sql) => sql(`DELETE FROM events WHERE position = ${positions[1]}`));
    expect([code, told.split('\n')[0]]).toEqual([
      1,
      `WRONG: position ${positions[2]}: revision 2 stands where 1 must [revision-gap]`,
    ]);
  });

  it('a cut end is found by who kept an earlier end, and by nobody else', async () => {
    // The last of the stream, and of the whole log: nothing after it could show a gap.
    const cut = (sql: (text: string) => void) => sql(`DELETE FROM events WHERE position = ${positions[3]}`);
    expect((await verified(cut)).code).toBe(0);
    const { code, told } = await verified(() => undefined, ['--access-log', kept]);
    expect([code, told]).toEqual([1, expect.stringContaining('the access log had 4 lines, 3 are here')]);
  });
});
