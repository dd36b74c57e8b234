import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beancountAccount, type JournalFormat } from '../../src/audit/journals.js';
import { TestService } from '../support/service.js';
import { tellRandomHistory } from './random-history.js';
import { tellStory } from './story.js';

type Program = {
  readonly name: string;
  readonly check: (file: string) => string[];
  readonly balances: (file: string) => string[];
};

/** The three programs, asked to check the assertions and to tell their own balances. */
const PROGRAMS: Record<JournalFormat, Program> = {
  hledger: {
    name: 'hledger',
    check: (file) => ['-f', file, 'check', 'assertions', 'balancednoautoconversion'],
    balances: (file) => ['-f', file, 'balance', '--flat', '--no-total', '-O', 'csv'],
  },
  ledger: {
    name: 'ledger',
    check: (file) => ['-f', file, 'balance', '--depth', '1'],
    balances: (file) => [
      '-f',
      file,
      'balance',
      '--flat',
      '--no-total',
      '--balance-format',
      '"%(account)","%(display_total)"\\n',
    ],
  },
  beancount: {
    name: 'bean-check',
    check: (file) => [file],
    balances: () => [],
  },
};

const isThere = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;
const run = (program: string, given: string[]) =>
  spawnSync(program, given, { encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, LC_ALL: 'C.UTF-8' } });

/** `"cash:grant:g1","CNY -1.00"` → the account and its balance as we write it. */
function balancesIn(csv: string): Map<string, string> {
  const rows = [...csv.matchAll(/^"([^"]+)","CNY(?: ?)(-?[\d.]+)"$/gm)];
  return new Map(rows.map(([, account, amount]) => [account!, amount!]));
}

type TrialBalance = { books: { accounts: { account: string; balance: string }[] }[] };
const ourBalances = (body: TrialBalance): Map<string, string> =>
  new Map(body.books.flatMap(({ accounts }) => accounts.map(({ account, balance }) => [account, balance])));

const directory = mkdtempSync(join(tmpdir(), 'renewal-export-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function exported(
  service: TestService,
  format: JournalFormat,
  query = '',
): Promise<{ file: string; text: string }> {
  const answer = await service.get(`/v1/ledger/export?format=${format}${query}`, { as: 'auditor' });
  expect(answer.status).toBe(200);
  const file = join(directory, `${format}.journal`);
  writeFileSync(file, answer.text);
  return { file, text: answer.text };
}

describe.each([
  ['a story', tellStory],
  ['a random history', tellRandomHistory],
] as const)('other programs agree to the fen: %s', (_, tell) => {
  let service: TestService;
  beforeAll(async () => {
    service = await TestService.open();
    await tell(service);
  }, 120_000);
  afterAll(() => service.close());

  for (const [format, program] of Object.entries(PROGRAMS) as [JournalFormat, Program][]) {
    // Which programs a machine has is no fault of ours; CI installs all three.
    const test = isThere(program.name) ? it : it.skip;
    if (!isThere(program.name)) process.stdout.write(`skipped: ${program.name} is not installed\n`);

    test(`${program.name} accepts the journal and its assertions, and refuses one that is a fen off`, async () => {
      const { file, text } = await exported(service, format);
      const good = run(program.name, program.check(file));
      expect({ status: good.status, errors: good.stderr.slice(0, 500) }).toEqual({ status: 0, errors: '' });
      const wrong = text.replace(
        /^(.*(?:= CNY|balance Assets\S+ ).*\d)(\d)( ~.*)?$/m,
        (__, before: string, digit: string, after = '') => `${before}${(Number(digit) + 1) % 10}${after as string}`,
      );
      expect(wrong).not.toBe(text);
      writeFileSync(file, wrong);
      expect(run(program.name, program.check(file)).status).not.toBe(0);
    }, 120_000);

    if (format !== 'beancount')
      test(`${program.name} finds our trial balance`, async () => {
        const { file } = await exported(service, format);
        const theirs = balancesIn(run(program.name, program.balances(file)).stdout);
        const { body } = await service.get('/v1/ledger/trial-balance', { as: 'auditor' });
        expect(theirs.size).toBeGreaterThan(5);
        expect(Object.fromEntries(theirs)).toEqual(Object.fromEntries(ourBalances(body)));
      }, 120_000);
  }
});

describe('an account of ours as beancount writes it', () => {
  it.each([
    ['cash:grant:g1', 'Assets:Xcash:Xgrant:Xg1'],
    ['in-kind:outside:S1', 'Assets:Xin-2dkind:Xoutside:S1'],
    ['cash:scheme:X1', 'Assets:Xcash:Xscheme:XX1'],
    ['commitment:contract:S:%E5.1_a', 'Assets:Xcommitment:Xcontract:S:X-25E5-2e1-5fa'],
  ])('%s → %s', (ours, theirs) => expect(beancountAccount(ours)).toBe(theirs));
});
