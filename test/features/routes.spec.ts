import type { RouteOptions } from 'fastify';
import { KEYS, type Person, TestService } from '../support/service.js';
import { said } from '../support/refusals.js';

/** Who may ask at all (4-api.md §4, 7-rulings.md §2). */
type Audience =
  | 'everybody'
  // of the pages, who sign in by a form of their own
  | 'visitors'
  | 'recorders'
  | 'those-who-command'
  | 'approvers'
  | 'readers'
  | 'auditors'
  | 'viewers'
  | 'anybody-with-a-key'
  | 'admins';
const ROLES = ['recorder', 'approver', 'auditor', 'viewer', 'admin'] as const;
const MAY: Readonly<Record<Exclude<Audience, 'everybody' | 'visitors'>, readonly string[]>> = {
  recorders: ['recorder'],
  approvers: ['approver'],
  'those-who-command': ['recorder', 'approver'],
  readers: ['recorder', 'approver', 'auditor'],
  auditors: ['auditor'],
  viewers: ['recorder', 'approver', 'auditor', 'viewer'],
  'anybody-with-a-key': ROLES,
  admins: ['admin'],
};
const PEOPLE: Readonly<Record<string, Person>> = {
  recorder: 'clerk',
  approver: 'boss',
  auditor: 'auditor',
  viewer: 'viewer',
  admin: 'admin',
};

const ROUTES: Readonly<Record<string, Audience>> = {
  'POST /v1/compounds': 'recorders',
  'POST /v1/compounds/:compoundId/corrections': 'recorders',
  'POST /v1/compounds/:compoundId/households': 'recorders',
  'POST /v1/schemes': 'recorders',
  'POST /v1/schemes/:schemeId/corrections': 'recorders',
  'POST /v1/schemes/:schemeId/budget-revisions': 'recorders',
  'POST /v1/schemes/:schemeId/publication': 'recorders',
  'POST /v1/schemes/:schemeId/consultation': 'recorders',
  'POST /v1/schemes/:schemeId/approval': 'approvers',
  'POST /v1/schemes/:schemeId/contracts': 'recorders',
  'POST /v1/schemes/:schemeId/contract-changes': 'recorders',
  'POST /v1/schemes/:schemeId/construction-start': 'recorders',
  'POST /v1/schemes/:schemeId/acceptance': 'recorders',
  'POST /v1/schemes/:schemeId/handover': 'recorders',
  'POST /v1/schemes/:schemeId/contract-settlements': 'recorders',
  'POST /v1/schemes/:schemeId/pledges': 'recorders',
  'POST /v1/schemes/:schemeId/pledges/:pledgeId/withdrawal': 'recorders',
  'POST /v1/schemes/:schemeId/contributions': 'recorders',
  'POST /v1/schemes/:schemeId/refunds': 'recorders',
  'POST /v1/schemes/:schemeId/payments': 'recorders',
  'POST /v1/schemes/:schemeId/payment-refunds': 'recorders',
  'POST /v1/schemes/:schemeId/fund-substitutions': 'recorders',
  'POST /v1/schemes/:schemeId/fund-returns': 'recorders',
  'POST /v1/schemes/:schemeId/final-account': 'recorders',
  'POST /v1/schemes/:schemeId/share-adjustments': 'recorders',
  'POST /v1/grants': 'recorders',
  'POST /v1/grants/:grantId/amendments': 'recorders',
  'POST /v1/grants/:grantId/decompositions': 'recorders',
  'POST /v1/grants/:grantId/allocations': 'recorders',
  'POST /v1/grants/:grantId/allocation-withdrawals': 'recorders',
  'POST /v1/grants/:grantId/disbursements': 'recorders',
  'POST /v1/grants/:grantId/carry-overs': 'recorders',
  'POST /v1/grants/:grantId/lapses': 'recorders',
  'POST /v1/grants/:grantId/returns': 'recorders',
  'POST /v1/grants/:grantId/registrations': 'recorders',
  'POST /v1/entries/:eventId/reversal': 'recorders',
  'POST /v1/entries/:eventId/amendment': 'recorders',
  'POST /v1/command-batches': 'those-who-command',
  'POST /v1/periods/:divisionCode/close': 'approvers',
  'POST /v1/periods/:divisionCode/reopen': 'approvers',
  'GET /v1/periods/:divisionCode': 'viewers',
  'POST /v1/approvals/:approvalId/grant': 'approvers',
  'POST /v1/approvals/:approvalId/refuse': 'approvers',
  'GET /v1/compounds': 'viewers',
  'GET /v1/compounds/:compoundId': 'viewers',
  'GET /v1/compounds/:compoundId/households': 'readers',
  'GET /v1/compounds/:compoundId/cost-split': 'viewers',
  'GET /v1/schemes': 'viewers',
  'GET /v1/schemes/:schemeId': 'viewers',
  'GET /v1/schemes/:schemeId/budget-revisions': 'viewers',
  'GET /v1/schemes/:schemeId/contracts': 'viewers',
  'GET /v1/schemes/:schemeId/pledges': 'readers',
  'GET /v1/schemes/:schemeId/contributions': 'readers',
  'GET /v1/schemes/:schemeId/payments': 'readers',
  'GET /v1/schemes/:schemeId/cost-split': 'viewers',
  'POST /v1/simulations': 'viewers',
  'GET /v1/schemes/:schemeId/household-shares': 'readers',
  'GET /v1/contracts': 'viewers',
  'GET /v1/grants': 'viewers',
  'GET /v1/grants/:grantId': 'viewers',
  'GET /v1/overview': 'viewers',
  'GET /v1/events': 'readers',
  'GET /v1/events/:eventId': 'readers',
  'GET /v1/decisions': 'readers',
  'GET /v1/findings': 'readers',
  'GET /v1/reports/grant-execution': 'viewers',
  'GET /v1/reports/funding-and-arrival': 'viewers',
  'GET /v1/reports/household-notice': 'readers',
  'GET /v1/approvals': 'readers',
  'GET /v1/approvals/:approvalId': 'readers',
  'GET /v1/ledger/trial-balance': 'readers',
  'GET /v1/ledger/accounts/:account/entries': 'readers',
  ...Object.fromEntries(
    [
      ...['apportionment', 'draw-apportionment', 'debt-service', 'elevator-shares', 'factor-distribution'],
      ...['funding-plan', 'reserve-forecast', 'interest'],
    ].map((name): [string, Audience] => [`POST /v1/calculations/${name}`, 'anybody-with-a-key']),
  ),
  'GET /v1/audit/head': 'anybody-with-a-key',
  'GET /v1/audit/heads': 'anybody-with-a-key',
  'GET /v1/audit/proofs/:eventId': 'readers',
  'GET /v1/audit/consistency': 'anybody-with-a-key',
  'POST /v1/audit/verify': 'auditors',
  'GET /v1/audit/bundle': 'auditors',
  'GET /v1/audit/access-log': 'auditors',
  ...Object.fromEntries(
    [
      ...['rates', 'deposits', 'draws', 'draws/:drawId/refund', 'draws/:drawId/payment', 'draws/:drawId/collections'],
      ...['income', 'interest-settlements', 'transfers', 'closures', 'components'],
    ].map((name): [string, Audience] => [`POST /v1/maintenance-funds/:compoundId/${name}`, 'recorders']),
  ),
  'POST /v1/maintenance-funds': 'recorders',
  'POST /v1/maintenance-funds/:compoundId/draws/:drawId/approval': 'approvers',
  'POST /v1/maintenance-funds/:compoundId/draws/:drawId/rejection': 'approvers',
  'GET /v1/maintenance-funds/:compoundId': 'viewers',
  'GET /v1/maintenance-funds/:compoundId/statement': 'viewers',
  'GET /v1/maintenance-funds/:compoundId/forecast': 'viewers',
  'POST /v1/maintenance-funds/:compoundId/forecast': 'viewers',
  // Shares of a draw and sub-accounts are rows of households.
  'GET /v1/maintenance-funds/:compoundId/draws': 'readers',
  'GET /v1/maintenance-funds/:compoundId/draws/:drawId': 'readers',
  'GET /v1/maintenance-funds/:compoundId/books': 'viewers',
  'GET /v1/maintenance-funds/:compoundId/sub-accounts': 'readers',
  'GET /v1/maintenance-funds/:compoundId/sub-accounts/:holderId': 'readers',
  'POST /v1/bonds': 'recorders',
  'POST /v1/bonds/:bondId/allocations': 'recorders',
  'POST /v1/bonds/:bondId/allocation-withdrawals': 'recorders',
  'POST /v1/bonds/:bondId/disbursements': 'recorders',
  'POST /v1/bonds/:bondId/revenue-forecasts': 'recorders',
  'POST /v1/bonds/:bondId/interest-payments': 'recorders',
  'POST /v1/bonds/:bondId/principal-repayments': 'recorders',
  'GET /v1/bonds': 'viewers',
  'GET /v1/bonds/:bondId': 'viewers',
  'GET /v1/ledger/export': 'readers',
  'GET /v1/explain': 'readers',
  'GET /v1/diff': 'readers',
  'GET /v1/policies/:policyId': 'viewers',
  'GET /v1/funding-sources': 'viewers',
  'GET /v1/work-items': 'viewers',
  'GET /v1/projections': 'anybody-with-a-key',
  'POST /v1/projections/:name/rebuild': 'admins',
  'POST /v1/grants/:grantId/distributions': 'recorders',
  'GET /v1/schemes/:schemeId/funding-plan': 'viewers',
  'GET /v1/events/stream': 'readers',
  'GET /': 'visitors',
  'GET /pages/style.css': 'visitors',
  'GET /compounds/:compoundId': 'visitors',
  'GET /explain': 'visitors',
  'GET /sign-in': 'visitors',
  'POST /sign-in': 'visitors',
  'GET /sign-out': 'visitors',
  'GET /livez': 'everybody',
  'GET /readyz': 'everybody',
  'GET /version': 'everybody',
  'GET /problems/:code': 'everybody',
  'GET /metrics': 'anybody-with-a-key',
};

describe('every route', () => {
  let service: TestService;
  const found: string[] = [];
  beforeAll(async () => {
    service = await TestService.open();
    const server = service.inner.app.getHttpAdapter().getInstance() as unknown as {
      printRoutes(options: { commonPrefix: boolean; includeHooks: boolean }): string;
    };
    found.push(...routesIn(server.printRoutes({ commonPrefix: false, includeHooks: false })));
  });
  afterAll(() => service.close());

  it('has its row in this table, and every row its route', () => {
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter((route) => !(route in ROUTES))).toEqual([]);
    expect(Object.keys(ROUTES).filter((route) => !found.includes(route))).toEqual([]);
  });

  const ask = (route: string, as: Person | null) => {
    const [method, template] = route.split(' ') as [string, string];
    const path = template.replace(':code', 'forbidden').replace(/:[A-Za-z]+/g, 'nothing-here');
    const headers = { 'idempotency-key': `table-${route}-${as}`.replaceAll(' ', '-') };
    return method === 'GET'
      ? service.send(method, path, as, {})
      : service.send(method, path, as, { 'content-type': 'application/json', ...headers }, '{}');
  };

  it.each(Object.entries(ROUTES))('%s is for %s', async (route, audience) => {
    const nobody = await ask(route, null);
    if (audience === 'everybody') {
      expect(nobody.status).toBe(200);
      return;
    }
    if (audience === 'visitors') {
      expect(nobody.body?.code).not.toBe('unauthenticated');
      expect(nobody.status).toBeLessThan(500);
      return;
    }
    expect(said(nobody)).toBe('401 unauthenticated');
    expect(nobody.headers['www-authenticate']).toBe('Bearer');
    for (const role of ROLES) {
      // A stream of events has no end: only who may not have it gets an answer here.
      if (route === 'GET /v1/events/stream' && MAY[audience].includes(role)) continue;
      const reply = await ask(route, PEOPLE[role]!);
      const outcome = reply.status === 403 ? 'forbidden' : 'let in';
      expect([role, outcome]).toEqual([role, MAY[audience].includes(role) ? 'let in' : 'forbidden']);
      expect(reply.status).not.toBe(401);
      expect(reply.status).toBeLessThan(500);
    }
  });

  it('answers 405 with Allow to another method, before it looks at the role', async () => {
    for (const [path, allow] of [
      ['/v1/overview', 'GET'],
      ['/v1/schemes/s/payments', 'GET, POST'],
      ['/v1/schemes/s/publication', 'POST'],
      ['/livez', 'GET'],
    ]) {
      const reply = await service.send('DELETE', path!, 'admin', {});
      expect(said(reply)).toBe('405 method-not-allowed');
      expect(reply.headers['allow']).toBe(allow);
      expect(reply.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    }
  });

  it('answers 401 before 404 and 405, and 404 where there is nothing', async () => {
    expect(said(await service.send('GET', '/v1/nothing', null, {}))).toBe('401 unauthenticated');
    expect(said(await service.send('DELETE', '/v1/overview', null, {}))).toBe('401 unauthenticated');
    expect(said(await service.send('GET', '/v1/nothing', 'clerk', {}))).toBe('404 not-found');
    expect(said(await service.send('GET', '/v1/overview/', 'clerk', {}))).toBe('404 not-found');
    expect(said(await service.send('GET', '/v1/compounds/%ZZ', 'clerk', {}))).toBe('404 not-found');
    expect(said(await service.send('GET', `/v1/compounds/${'x'.repeat(400)}`, 'clerk', {}))).toBe('404 not-found');
  });

  it('takes no key but a right one', async () => {
    for (const authorization of ['Bearer nonsense', 'Bearer ', 'Basic a2V5', KEYS.clerk])
      expect(said(await service.send('GET', '/v1/overview', null, { authorization }))).toBe('401 unauthenticated');
    const asBearer = { authorization: `bearer ${KEYS.clerk}` };
    expect((await service.send('GET', '/v1/overview', null, asBearer)).status).toBe(200);
  });
});

type Method = RouteOptions['method'];
/** Fastify prints its routes as a tree; each line adds to the path of the line it hangs on. */
function routesIn(tree: string): string[] {
  const parents: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const match = /^([│ ]*)[├└]── (.*?)(?: \(([A-Z, ]+)\))?$/.exec(line);
    if (!match) return [];
    const depth = match[1]!.length / 4;
    const path = (depth === 0 ? '' : parents[depth - 1]!) + match[2]!;
    parents[depth] = path;
    const methods: Method[] = match[3]?.split(', ') ?? [];
    return methods.filter((method) => method !== 'OPTIONS').map((method) => `${String(method)} ${path}`);
  });
}
