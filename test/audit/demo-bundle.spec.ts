import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { renewal } from '../../src/cli/renewal.js';
import { TestService } from '../support/service.js';
import { unpack, verifyBundle } from './verifying.js';

type Row = Readonly<Record<string, string>>;

describe('a bundle of the demonstration city', () => {
  const directory = mkdtempSync(join(tmpdir(), 'renewal-demo-bundle-'));
  const at = (name: string): string => join(directory, name);
  let service: TestService;
  beforeAll(async () => {
    service = await TestService.open(undefined, { SEED_DEMO: 'always' });
  }, 120_000);
  afterAll(async () => {
    await service.close();
    rmSync(directory, { recursive: true, force: true });
  });

  // Thousands of rows are walked while statements come and go: one that was collected under its walker ends the process.
  it('is made, again and again, is whole, and its tables say what the screens say', async () => {
    const run = (...words: string[]) => renewal(words, () => undefined, { DATA_DIR: service.directory });
    for (const name of ['first.zip', 'second.zip', 'bundle.zip'])
      expect(await run('audit', 'bundle', '--out', at(name))).toBe(0);
    expect(await run('audit', 'key', '--out', at('bureau.pub'))).toBe(0);
    const found = verifyBundle(at('bundle.zip'), ['--key', at('bureau.pub')]);
    expect([found.status, found.stdout]).toEqual([0, expect.stringMatching(/^OK: \d+ events/)]);
    unpack(at('bundle.zip'), at('unpacked'));
    const table = (name: string) =>
      parse(readFileSync(at(`unpacked/tables/${name}.csv`)), { columns: true, bom: true }) as Row[];
    const { items } = (await service.get('/v1/schemes?limit=500', { as: 'auditor' })).body as { items: Row[] };
    const splits = table('cost-splits');
    for (const { schemeId } of items.slice(0, 5)) {
      const { body } = await service.get(`/v1/schemes/${schemeId}/cost-split`, { as: 'auditor' });
      expect(splits.find((row) => row['schemeId'] === schemeId && row['row'] === 'total')).toMatchObject(body.total);
    }
    const funds = table('maintenance-funds');
    expect(funds.length).toBeGreaterThan(1);
    for (const { compoundId, ...figures } of funds)
      expect((await service.get(`/v1/maintenance-funds/${compoundId}`, { as: 'auditor' })).body).toMatchObject(figures);
  }, 120_000);
});
