import { jest } from '@jest/globals';
import { ReadRoutes } from '../../src/platform/http/read-routes.js';
import { randomFrom } from '../support/random-history.mjs';
import { TestService } from '../support/service.js';

jest.setTimeout(300_000);

/** Amounts, ratios, rates and counts; what stands in an id, a date or a text is no figure. */
const AMOUNT = /^-?\d+\.\d{2}$/;
const RATIO = /^-?\d+\.\d{4}$/;
/** Numbers that say where, when or which, and not how much. */
const NO_FIGURES = new Set([
  ...['position', 'revision', 'budgetRevision', 'fiscalYear', 'planYear', 'year', 'builtYear', 'floor', 'limit'],
  ...['asOf', 'recordedAt', 'termYears', 'paymentsPerYear', 'documentNo', 'number', 'of'],
]);

/** Every figure in an answer, by its pointer. */
function figuresIn(value: unknown, pointer = '', name = ''): [string, string | number][] {
  if (NO_FIGURES.has(name)) return [];
  if (typeof value === 'number') return [[pointer, value]];
  if (typeof value === 'string') return AMOUNT.test(value) || RATIO.test(value) ? [[pointer, value]] : [];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    figuresIn(inner, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, key),
  );
}

const OF_A_KIND = 2;
const random = randomFrom(Number(process.env['SEED'] ?? 1));

describe('every figure of every projection of the demonstration city', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await TestService.open(undefined, { SEED_DEMO: 'always' });
  });
  afterAll(() => service.close());

  const read = async (path: string) => {
    const { status, body } = await service.get(path, { as: 'auditor' });
    expect([path, status]).toEqual([path, 200]);
    return body;
  };
  const ids = async (list: string, name: string): Promise<string[]> =>
    ((await read(`${list}?limit=500`)).items as Record<string, string>[]).map((row) => row[name]!);

  /** Of each kind of figure some, drawn from all there are; with `EVERY_FIGURE=1` every one of them. */
  async function each(paths: readonly string[], least: number, opened = /^/): Promise<void> {
    const kinds = new Map<string, [string, string, string | number][]>();
    for (const path of paths)
      for (const [pointer, value] of figuresIn(await read(path))) {
        if (!opened.test(pointer)) continue;
        const kind = pointer.replaceAll(/\/\d+(?=\/|$)/g, '/…');
        const known = kinds.get(kind) ?? [];
        known.push([path, pointer, value]);
        kinds.set(kind, known);
      }
    let count = 0;
    const wrong: unknown[] = [];
    for (const all of kinds.values()) {
      const wanted = process.env['EVERY_FIGURE'] === '1' ? all.length : Math.min(all.length, OF_A_KIND);
      for (let number = 0; number < wanted; number++) {
        const [path, pointer, value] = all.splice(Math.floor(random() * all.length), 1)[0]!;
        const { body } = await service.get(`/v1/explain?figure=${encodeURIComponent(`${path}#${pointer}`)}`, {
          as: 'auditor',
        });
        if (body.computed !== value || body.agrees !== true || typeof body.arithmetic !== 'string')
          wrong.push([path, pointer, value, body.computed, body.arithmetic]);
        count += 1;
      }
    }
    process.stdout.write(`${paths[0]} and ${paths.length - 1} more: ${count} figures of ${kinds.size} kinds\n`);
    expect(wrong).toEqual([]);
    expect(kinds.size).toBeGreaterThanOrEqual(least);
  }

  it('cost splits of schemes and compounds', async () => {
    const schemes = await ids('/v1/schemes', 'schemeId');
    const compounds = await ids('/v1/compounds', 'compoundId');
    await each(
      schemes.map((id) => `/v1/schemes/${id}/cost-split`),
      30,
    );
    await each(
      compounds.map((id) => `/v1/compounds/${id}/cost-split`),
      30,
    );
    await each([`/v1/schemes/${schemes[0]!}/cost-split?asOf=2025-03-31`], 21);
  });

  it('payments, contributions, pledges, contracts and budgets of schemes', async () => {
    const schemes = await ids('/v1/schemes', 'schemeId');
    for (const list of ['payments', 'contributions', 'pledges', 'contracts', 'budget-revisions'])
      await each(
        schemes.map((id) => `/v1/schemes/${id}/${list}?limit=500`),
        1,
      );
    await each(['/v1/contracts?limit=500', '/v1/contracts?limit=500&asOf=2025-06-30'], 3);
  });

  it('the amounts of all findings, and how many there are', async () => {
    const days = ['2024-12-31', '2025-06-30', '2026-05-31'];
    await each(['/v1/findings?limit=500', ...days.map((day) => `/v1/findings?limit=500&asOf=${day}`)], 2);
    const { items } = await read('/v1/findings?limit=500');
    for (const code of new Set((items as { code: string }[]).map((row) => row.code)))
      await each([`/v1/findings?limit=500&code=${code}`], 1);
  });

  it('what a funding plan starts from', async () => {
    const schemes = await ids('/v1/schemes', 'schemeId');
    const plans = schemes.map((id) => `/v1/schemes/${id}/funding-plan`);
    const given = /^\/(lines\/\d+\/(budget|needed)|sources\/\d+\/amount|funded)$/;
    await each([...plans, ...plans.map((path) => `${path}?asOf=2025-06-30`)], 4, given);
    // How a plan shares it out nobody recorded, and no posting says: the events are listed, and nothing is claimed.
    for (const path of plans)
      for (const [pointer] of figuresIn(await read(path)).filter(([one]) => /^\/(assignments|unfunded)\//.test(one))) {
        const figure = encodeURIComponent(`${path}#${pointer}`);
        const { body } = await service.get(`/v1/explain?figure=${figure}`, { as: 'auditor' });
        expect({ path, pointer, ...body }).toMatchObject({
          path,
          pointer,
          arithmetic: null,
          computed: null,
          agrees: null,
        });
        expect(body.events.length).toBeGreaterThan(0);
      }
  });

  it.each(['county', 'year', 'source', 'work-class', 'compound', 'project'])('the overview by %s', (groupBy) =>
    each(
      [`/v1/overview?groupBy=${groupBy}`, `/v1/overview?groupBy=${groupBy}&divisionCode=140403&asOf=2025-06-30`],
      25,
    ),
  );

  it('grants, one by one and as a list', async () => {
    const grants = await ids('/v1/grants', 'grantId');
    await each([...grants.map((id) => `/v1/grants/${id}`), '/v1/grants?limit=500'], 22);
  });

  it('bonds, one by one and as a list', async () => {
    const bonds = await ids('/v1/bonds', 'bondId');
    await each([...bonds.map((id) => `/v1/bonds/${id}`), '/v1/bonds'], 20);
  });

  it('maintenance funds: the whole, sub-accounts, draws, statements, books', async () => {
    const compounds = await ids('/v1/compounds', 'compoundId');
    const funds: string[] = [];
    for (const id of compounds)
      if ((await service.get(`/v1/maintenance-funds/${id}`, { as: 'auditor' })).status === 200)
        funds.push(`/v1/maintenance-funds/${id}`);
    expect(funds.length).toBeGreaterThan(1);
    await each(funds, 11);
    await each(
      funds.map((fund) => `${fund}/sub-accounts?limit=5`),
      13,
    );
    await each(
      funds.map((fund) => `${fund}/sub-accounts?groupBy=building`),
      13,
    );
    await each(
      funds.map((fund) => `${fund}/books`),
      1,
    );
    // What a forecast makes of it is a calculation of its own.
    const given = /^\/(openingBalance|approvedUnpaid|years\/\d+\/(open|close)|actual\/\d+\/close)$/;
    await each(
      funds.map((fund) => `${fund}/forecast?years=10&contribution=1000.00&interestRate=0.01`),
      5,
      given,
    );
    const years = ['2024', '2025', '2026'];
    await each(
      funds.flatMap((fund) => years.map((year) => `${fund}/statement?year=${year}`)),
      9,
    );
    for (const fund of funds) {
      const { items } = await read(`${fund}/sub-accounts?limit=3`);
      await each(
        (items as { householdId?: string; unitId?: string }[]).map(
          (row) => `${fund}/sub-accounts/${row.householdId ?? row.unitId}`,
        ),
        15,
      );
      const draws = await ids(`${fund}/draws`, 'drawId');
      if (draws.length > 0) await each([`${fund}/draws?limit=500`, ...draws.map((id) => `${fund}/draws/${id}`)], 12);
    }
  });

  it('household shares and the household notice', async () => {
    const withHouseholds: string[] = [];
    for (const id of await ids('/v1/schemes', 'schemeId'))
      if ((await read(`/v1/schemes/${id}/household-shares`)).items.length > 0) withHouseholds.push(id);
    expect(withHouseholds.length).toBeGreaterThan(1);
    await each(
      withHouseholds.slice(0, 3).map((id) => `/v1/schemes/${id}/household-shares`),
      13,
    );
    await each([`/v1/reports/household-notice?schemeId=${withHouseholds.at(-1)!}`], 14);
  });

  it('the reports', async () => {
    await each(['/v1/reports/grant-execution'], 20);
    await each(['/v1/reports/funding-and-arrival?planYear=2025'], 80);
  });

  it('the trial balance, and the entries of an account', async () => {
    await each(['/v1/ledger/trial-balance?asOf=2025-03-31'], 2);
    const { books } = (await read('/v1/ledger/trial-balance')) as { books: { accounts: { account: string }[] }[] };
    const paths = books.flatMap(({ accounts }) =>
      accounts.slice(0, 3).map(({ account }) => `/v1/ledger/accounts/${encodeURIComponent(account)}/entries`),
    );
    await each(paths, 3, /(amount|balance)$/);
  });

  it('how large compounds are', async () => {
    const compounds = await ids('/v1/compounds', 'compoundId');
    const sizes = /(households|floorAreaM2)$/;
    await each([...compounds.map((id) => `/v1/compounds/${id}`), '/v1/compounds?limit=500'], 4, sizes);
  });

  it('amounts that wait for a second person', () => each(['/v1/approvals'], 1, /amount$/));

  it('would say so: a figure that is a fen off does not agree', async () => {
    const [scheme] = await ids('/v1/schemes', 'schemeId');
    const path = `/v1/schemes/${scheme!}/cost-split`;
    const { total } = await read(path);
    const routes = service.inner.app.get(ReadRoutes);
    const wrong = {
      ...(await read(path)),
      total: { ...total, paid: `${total.paid.slice(0, -1)}${(Number(total.paid.at(-1)) + 1) % 10}` },
    };
    const lying = jest.spyOn(routes, 'ask').mockResolvedValue(wrong as object);
    const { body } = await service.get(`/v1/explain?figure=${encodeURIComponent(`${path}#/total/paid`)}`, {
      as: 'auditor',
    });
    lying.mockRestore();
    expect(body).toMatchObject({ figure: { value: wrong.total.paid }, computed: total.paid, agrees: false });
  });
});
