import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beancountAccount, type JournalFormat } from '../../src/audit/journals.js';
import { Fund } from '../support/fund.js';
import { accepted, TestService } from '../support/service.js';
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

type Book = { book: string; accounts: { code: string; amount: string }[] };
/** ledger keeps the account behind the tag it pivots on. */
const GL = /^"(?:gl:)?(\d{4})(?::[^"]*)?","CNY ?(-?[\d.]+)"$/gm;
const fenOf = (amount: string): bigint => BigInt(amount.replace('.', ''));
/** What came in has the other sign in a journal, and 1001 is what 3001 or 3002 says already. */
const asJournal = ({ accounts }: Book): Map<string, bigint> =>
  byCode(accounts.map(({ code, amount }) => [code, code.startsWith('4') ? -fenOf(amount) : fenOf(amount)]));

/** Sums by account, zeros and the money itself left out. */
function byCode(amounts: readonly (readonly [string, bigint])[]): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const [code, fen] of amounts) sums.set(code, (sums.get(code) ?? 0n) + fen);
  return new Map([...sums].filter(([code, fen]) => fen !== 0n && code !== '1001').sort());
}

describe('the two books of a maintenance fund (财会〔2020〕7号) are kept apart', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await TestService.open();
    const fund = await Fund.of(service, 'c1', ['200.00', '60.00', '40.00', '70.00']);
    const transfer = (householdId: string, ownership: string, ownerUnitId: string, occurredOn: string) =>
      fund.post('/transfers', { householdId, ownership, ownerUnitId, occurredOn });
    accepted(await transfer('h02', 'sold-public-housing', 'u1', '2019-02-02'));
    accepted(await transfer('h03', 'sold-public-housing', 'u1', '2019-02-02'));
    accepted(await transfer('h04', 'unsold-commodity', 'u2', '2019-02-02'));
    accepted(await fund.deposit({ h01: '20000.00', h02: '1000.00', h03: '2000.00' }, '2019-03-01'));
    const entries = [
      { householdId: 'h02', amount: '9000.00', payer: 'selling-unit' },
      { unitId: 'u2', amount: '100.00' },
    ];
    accepted(await fund.post('/deposits', { kind: 'first', entries, occurredOn: '2019-03-02' }));
    const income = { kind: 'common-area-income', amount: '370.00', occurredOn: '2020-01-01' };
    const wrong = accepted(await fund.post('/income', income));
    accepted(await fund.post('/interest-settlements', { settledOn: '2020-12-31' }));
    accepted(
      await service.post(`/v1/entries/${wrong.body.eventIds[0]}/reversal`, {
        reason: '误记',
        occurredOn: '2021-01-01',
      }),
    );
    accepted(await fund.propose('d1', '12000.00'));
    accepted(await fund.approve('d1'));
    accepted(await fund.pay('d1', { amount: '11000.00' }));
    accepted(await fund.post('/draws/d1/refund', { amount: '1000.00', reason: '核减', occurredOn: '2026-04-01' }));
    const due = { unitId: 'u2', amount: '7.00', voucherNo: '1', occurredOn: '2026-04-02' };
    accepted(await fund.post('/draws/d1/collections', due));
  }, 60_000);
  afterAll(() => service.close());

  const PIVOTS = {
    hledger: (file: string, book: string) => [
      ...['-f', file, 'balance', 'cash', `tag:book=^${book}$`, '--pivot', 'gl', '--flat', '-N', '-O', 'csv'],
    ],
    ledger: (file: string, book: string) => [
      ...['-f', file, 'balance', '--pivot', 'gl', '--limit', `tag("book") =~ /^${book}$/`, '--flat', '--no-total'],
      ...['--balance-format', '"%(account)","%(display_total)"\\n'],
    ],
  };

  it.each(['hledger', 'ledger'] as const)(
    '%s finds the accounts of each book as the fund tells them',
    async (program) => {
      if (!isThere(program)) return;
      for (const asOf of ['2020-12-31', '2026-12-31']) {
        const { file } = await exported(service, program, `&asOf=${asOf}`);
        const { body } = await service.get(`/v1/maintenance-funds/c1/books?asOf=${asOf}`);
        for (const book of body.books as Book[]) {
          const { stdout } = run(program, PIVOTS[program](file, book.book));
          const theirs = byCode([...stdout.matchAll(GL)].map(([, code, amount]) => [code!, fenOf(amount!)]));
          expect([asOf, book.book, theirs]).toEqual([asOf, book.book, asJournal(book)]);
          expect(theirs.size).toBeGreaterThan(2);
        }
      }
    },
  );

  it('every leg of the fund is in one of the books, and each book sums to zero', async () => {
    const { text } = await exported(service, 'beancount');
    const legs = [...text.matchAll(/^ {2}\S*Xcash\S*Xfund\S* {2}(-?[\d.]+) CNY\n {4}book: "([a-z-]+)"$/gm)];
    expect(legs.length).toBe([...text.matchAll(/^ {2}\S*Xcash\S*Xfund\S* {2}-?[\d.]+ CNY$/gm)].length);
    for (const book of ['commodity', 'sold-public-housing']) {
      const own = legs.filter(([, , one]) => one === book).map(([, amount]) => fenOf(amount!));
      expect(own.length).toBeGreaterThan(10);
      expect(own.reduce((sum, one) => sum + one, 0n)).toBe(0n);
    }
    // h01 and the unsold flat's unit are commodity housing, h02, h03 and the unit that sold them are not.
    const bookOf = (account: string) => new RegExp(`Xc1:${account} .*\\n {4}book: "([a-z-]+)"`).exec(text)?.[1];
    expect(['Xh01', 'Xunit:Xu2', 'Xh02', 'Xunit:Xu1'].map(bookOf)).toEqual([
      ...['commodity', 'commodity', 'sold-public-housing', 'sold-public-housing'],
    ]);
    if (isThere('bean-check')) {
      const { file } = await exported(service, 'beancount');
      expect(run('bean-check', [file]).stderr).toBe('');
    }
  });

  it('a flat that changes hands is in the book of its day', async () => {
    const at = async (asOf: string) => {
      const { text } = await exported(service, 'hledger', `&asOf=${asOf}`);
      return /cash:fund:c1:h02 .*\n {4}; book: ([a-z-]+)/.exec(text)?.[1];
    };
    accepted(
      await service.post('/v1/maintenance-funds/c1/transfers', {
        ...{ householdId: 'h02', ownership: 'commodity', occurredOn: '2026-05-01' },
      }),
    );
    expect([await at('2026-04-30'), await at('2026-05-01')]).toEqual(['sold-public-housing', 'commodity']);
    const correction = { households: [{ householdId: 'h02', ownership: 'sold-public-housing', ownerUnitId: 'u1' }] };
    accepted(
      await service.post('/v1/compounds/c1/corrections', { ...correction, reason: '更正', occurredOn: '2026-05-02' }),
    );
    // The register was corrected after the transfer, so it counts again.
    expect(await at('2026-05-02')).toBe('sold-public-housing');
    const { body } = await service.get('/v1/maintenance-funds/c1/sub-accounts/h02?asOf=2026-05-02');
    expect(body.book).toBe('sold-public-housing');
  });
});

describe('an account of ours as beancount writes it', () => {
  it.each([
    ['cash:grant:g1', 'Assets:Xcash:Xgrant:Xg1'],
    ['in-kind:outside:S1', 'Assets:Xin-2dkind:Xoutside:S1'],
    ['cash:scheme:X1', 'Assets:Xcash:Xscheme:XX1'],
    ['commitment:contract:S:%E5.1_a', 'Assets:Xcommitment:Xcontract:S:X-25E5-2e1-5fa'],
  ])('%s → %s', (ours, theirs) => expect(beancountAccount(ours)).toBe(theirs));
});
