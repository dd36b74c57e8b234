import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renewal } from '../../src/cli/renewal.js';
import { openDatabase } from '../../src/platform/sqlite.js';
import { TestService } from '../support/service.js';
import { tellStory } from './story.js';
import { packBundle, readBundle, unpack, verifyBundle } from './verifying.js';

const isThere = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;

describe('an auditor with a bundle, the public key and Node', () => {
  let service: TestService;
  const directory = mkdtempSync(join(tmpdir(), 'renewal-auditor-'));
  const at = (name: string): string => join(directory, name);
  const cli = async (...words: string[]): Promise<{ code: number; said: string }> => {
    let said = '';
    const code = await renewal(words, (text) => (said += text), { DATA_DIR: service.directory });
    return { code, said };
  };

  beforeAll(async () => {
    service = await TestService.open();
    await tellStory(service);
    const { text } = await service.get('/v1/audit/head', { as: 'auditor' });
    writeFileSync(at('earlier-head.json'), text);
    writeFileSync(at('bureau.pub'), (JSON.parse(text) as { publicKeyPem: string }).publicKeyPem);
    const more = { amount: '2100.00', reason: '追加', documentNo: '财综〔2026〕9号', occurredOn: '2026-02-03' };
    await service.post('/v1/grants/g1/amendments', more);
    writeFileSync(
      at('reported.csv'),
      (await service.get('/v1/ledger/trial-balance?format=csv', { as: 'auditor' })).text,
    );
    expect(await cli('audit', 'bundle', '--out', at('bundle.zip'))).toMatchObject({ code: 0 });
    unpack(at('bundle.zip'), at('unpacked'));
  });
  afterAll(async () => {
    await service.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('finds it whole, with the head kept from before', () => {
    const found = verifyBundle(at('bundle.zip'), ['--key', at('bureau.pub'), '--head', at('earlier-head.json')]);
    expect(found.stdout).toMatch(/^OK: \d+ events in \d+ streams, 2 signed heads/);
    expect(found.status).toBe(0);
  });

  it('finds it whole after somebody unpacked and packed it again, folders and all', () => {
    packBundle({ ...readBundle(at('bundle.zip')), 'tables/': new Uint8Array() }, at('again.zip'));
    expect(verifyBundle(at('again.zip'), ['--key', at('bureau.pub')]).status).toBe(0);
  });

  it('is told when the key is another, and when it cannot be checked at all', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    writeFileSync(at('other.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
    const other = verifyBundle(at('bundle.zip'), ['--key', at('other.pub')]);
    expect(other.status).toBe(1);
    expect(other.stdout).toContain('not signed with the key given');
    for (const given of [[], ['--key', at('nothing')], ['--key', at('bureau.pub'), '--what']])
      expect(verifyBundle(at('bundle.zip'), given).status).toBe(2);
    writeFileSync(at('half.zip'), readFileSync(at('bundle.zip')).subarray(0, 2_000));
    expect(verifyBundle(at('half.zip'), ['--key', at('bureau.pub')]).status).toBe(2);
  });

  const openssl = isThere('openssl') ? it : it.skip;
  if (!isThere('openssl')) process.stdout.write('skipped: openssl is not installed\n');
  openssl('checks the hashes and the signatures by hand', () => {
    const run = (program: string, ...words: string[]) =>
      spawnSync(program, words, { cwd: at('unpacked'), encoding: 'utf8' });
    expect(run('sha256sum', '--quiet', '-c', 'SHA256SUMS').status).toBe(0);
    const signed = (file: string, signature: string) =>
      run(
        'openssl',
        'pkeyutl',
        '-verify',
        '-pubin',
        '-inkey',
        at('bureau.pub'),
        '-rawin',
        '-in',
        file,
        '-sigfile',
        signature,
      );
    expect(signed('SHA256SUMS', 'SHA256SUMS.sig').stdout).toContain('Signature Verified Successfully');
    expect(signed('head.json', 'head.sig').status).toBe(0);
    expect(signed('manifest.json', 'head.sig').status).not.toBe(0);
  });

  it('gets the same log over HTTP, auditors only', async () => {
    const answer = await service.inner.app.inject({
      url: '/v1/audit/bundle?from=2026-01-20&to=2026-01-31',
      headers: { authorization: 'Bearer key-auditor' },
    });
    writeFileSync(at('http.zip'), answer.rawPayload);
    expect(verifyBundle(at('http.zip'), ['--key', at('bureau.pub')]).status).toBe(0);
    unpack(at('http.zip'), at('http'));
    expect(readFileSync(at('http/events.ndjson'), 'utf8')).toBe(readFileSync(at('unpacked/events.ndjson'), 'utf8'));
    const dates = readFileSync(at('http/tables/postings.csv'), 'utf8').match(/\b2026-\d\d-\d\d\b/g)!;
    expect(dates.length).toBeGreaterThan(5);
    expect(dates.every((date) => date >= '2026-01-20' && date <= '2026-01-31')).toBe(true);
    expect((await service.get('/v1/audit/bundle')).status).toBe(403);
  });

  it('gets the whole chain or, where part of it is not theirs to see, none of it', async () => {
    const ask = async (division: string) => {
      await service.post('/v1/compounds', {
        ...{ compoundId: `in-${division}`, name: '小区', divisionCode: division, builtYear: 1990 },
        ...{ buildings: [{ buildingNo: '1', floors: 6, hasElevator: false }], occurredOn: '2026-01-05' },
      });
      const { status, body } = await service.get('/v1/audit/bundle', { as: 'luzhouAuditor' });
      return [status, body.code];
    };
    expect(await ask('140404')).toEqual([403, 'outside-division']);
  });

  it.each([
    ['2026-01-31', '2026-01-30'],
    ['2026-02-30', '2026-03-01'],
    ['2026-01-01', '2026-13-01'],
  ])('is told that %s to %s is no period', async (from, to) => {
    const { status, body } = await service.get(`/v1/audit/bundle?from=${from}&to=${to}`, { as: 'auditor' });
    expect([status, body.code]).toEqual([400, 'invalid-parameter']);
    expect((await cli('audit', 'bundle', '--from', from, '--to', to, '--out', at('no.zip'))).code).toBe(2);
  });

  it.each(['garbage', '2026-02-30', '2026-6-3', '20260630'])('replays to no date like %s', async (date) => {
    const found = await cli('replay', '--bundle', at('bundle.zip'), '--as-of', date);
    expect(found).toEqual({ code: 2, said: `${date} is not a date\n` });
  });

  it('takes no report in which an account stands twice', async () => {
    const row = 'cash,cash:paid:s1:L1,';
    writeFileSync(at('twice.csv'), `book,account,balance\n${row}999.00\n${row}100.10\n`);
    const { code, said } = await cli('replay', '--bundle', at('bundle.zip'), '--diff', at('twice.csv'));
    expect([code, said]).toEqual([2, 'cash cash:paid:s1:L1 is reported twice\n']);
  });

  it('holds the log against a whole head, never half of one', async () => {
    for (const half of [{ size: 1 }, { rootHash: '0'.repeat(64) }]) {
      const { status, body } = await service.post('/v1/audit/verify', half, { as: 'auditor', key: null });
      expect([status, body.code]).toEqual([400, 'invalid-field']);
    }
  });

  it('replays a bundle to any date, and lists differences only', async () => {
    expect(await cli('replay', '--bundle', at('bundle.zip'), '--diff', at('reported.csv'))).toEqual({
      code: 0,
      said: '',
    });
    const wrong = readFileSync(at('reported.csv'), 'utf8').replace('100.10', '100.11');
    writeFileSync(at('wrong.csv'), wrong);
    const found = await cli('replay', '--bundle', at('bundle.zip'), '--diff', at('wrong.csv'));
    expect(found).toEqual({ code: 1, said: 'book,account,reported,replayed\ncash,cash:paid:s1:L1,100.11,100.10\n' });
    const early = await cli('replay', '--bundle', at('bundle.zip'), '--as-of', '2026-01-10');
    expect(early.said).toBe(await balancesAt('2026-01-10'));
    expect((await cli('replay', '--as-of', '2026-01-31')).said).toBe(await balancesAt('2026-01-31'));
  });

  async function balancesAt(asOf: string): Promise<string> {
    const { body } = await service.get(`/v1/ledger/trial-balance?asOf=${asOf}`, { as: 'auditor' });
    type Book = { book: string; accounts: { account: string; balance: string }[] };
    const rows = (body.books as Book[]).flatMap(({ book, accounts }) =>
      accounts.map(({ account, balance }) => `${book},${account},${balance}\n`),
    );
    return `book,account,balance\n${rows.sort().join('')}`;
  }

  it('verifies the files in full, and finds read models changed by hand until they are rebuilt', async () => {
    const clean = await cli('verify', '--full', '--head', at('earlier-head.json'));
    expect(clean).toMatchObject({ code: 0, said: expect.stringMatching(/^OK/) as string });
    for (const change of [
      `UPDATE ledger_v1_postings SET amount = amount + 1 WHERE leg = 0 AND book = 'cash'`,
      `UPDATE log_v1_commands SET fingerprint = 'x'`,
      `DELETE FROM tree_v1_leaves WHERE leaf = 2`,
    ]) {
      await service.restart(async () => {
        const models = openDatabase(join(service.directory, 'read-models.db'), 'rebuildable');
        models.exec(change);
        models.close();
        const found = await cli('verify', '--full');
        expect(found).toMatchObject({ code: 1, said: expect.stringContaining('read-model-differs') as string });
        expect((await cli('rebuild')).code).toBe(0);
        expect((await cli('verify', '--full')).code).toBe(0);
      });
    }
  });

  it('points at what stands in another place, or no more, by the leaves of a head kept from before', async () => {
    expect((await cli('audit', 'head', '--leaves', '--out', at('leaves.json'))).code).toBe(0);
    const verified = async () => (await cli('verify', '--full', '--head', at('leaves.json'))).said;
    const changed = async (...changes: string[]) => {
      const events = openDatabase(join(service.directory, 'events.db'), 'full');
      for (const sql of changes) events.exec(sql);
      events.close();
      return verified();
    };
    const swap = (one: number, other: number) =>
      [
        `position = -1 WHERE position = ${one}`,
        `position = ${one} WHERE position = ${other}`,
        `position = ${other} WHERE position = -1`,
      ].map((change) => `UPDATE events SET ${change}`);
    await service.restart(async () => {
      expect(await verified()).toMatch(/^OK/);
      // Of two streams, so that neither chain is broken.
      expect(await changed(...swap(1, 2))).toContain(
        'WRONG: position 1: event 1 of the log is not the one that was signed',
      );
      expect(await changed(...swap(1, 2))).toMatch(/^OK/);
      const head = JSON.parse(readFileSync(at('leaves.json'), 'utf8')) as { leafHashes: string[] };
      writeFileSync(at('other.json'), JSON.stringify({ ...head, leafHashes: head.leafHashes.toReversed() }));
      const { code, said } = await cli('verify', '--full', '--head', at('other.json'));
      expect([code, said]).toEqual([2, 'the leaves of the kept head are not those of its root\n']);
    });
  });

  it('finds events changed by hand, and where', async () => {
    await service.restart(() => {
      const events = openDatabase(join(service.directory, 'events.db'), 'full');
      events.exec(`UPDATE events SET data = replace(data, '100.10', '900.10') WHERE type = 'PaymentMade'`);
      events.close();
    });
    const { body } = await service.get('/v1/events?type=PaymentMade', { as: 'auditor' });
    const found = await cli('verify', '--full');
    expect(found.code).toBe(1);
    expect(found.said).toContain(`WRONG: position ${body.items[0].position}: the event is not what its hash says`);
    expect((await cli('nonsense')).code).toBe(2);
  });
});
