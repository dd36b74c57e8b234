import { WORDS } from '../../src/pages/words.js';
import { City } from '../support/city.js';
import { itAlone, KEYS, type Person, type Reply, TestService } from '../support/service.js';

const FIGURE = /<a href="(\/v1\/[^"#]+)#([^"]+)"[^>]*>\s*<data value="([^"]*)"/g;
const unescaped = (text: string): string =>
  text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&amp;', '&');
const NASTY = `<script>alert("1")</script> & 'co'`;
const SEEDING_MS = 60_000;

/** Every figure of a page, held against the answer of the path it links to. */
async function figuresOf(service: TestService, page: Reply, as: Person): Promise<number> {
  const answers = new Map<string, unknown>();
  let count = 0;
  for (const [, path, pointer, value] of page.text.matchAll(FIGURE)) {
    const url = unescaped(path!);
    if (!answers.has(url)) answers.set(url, (await service.get(url, { as })).body);
    let found = answers.get(url);
    for (const part of pointer!.split('/').slice(1)) found = (found as Record<string, unknown>)[part];
    expect([url, pointer, String(found ?? '')]).toEqual([url, pointer, value]);
    count++;
  }
  return count;
}

const look = (service: TestService, path: string, headers: Record<string, string> = {}, as: Person | null = null) =>
  service.send('GET', path, as, headers);
const signIn = (service: TestService, key: string) =>
  service.send('POST', '/sign-in', null, { 'content-type': 'application/x-www-form-urlencoded' }, `key=${key}`);
const cookieOf = ({ headers }: Reply): string => String(headers['set-cookie']).split(';')[0]!;

// A session lives in the replica that opened it: a balancer keeps a browser where it signed in (docs/operations.md).
describe('the pages of real compounds', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await TestService.open();
    const city = new City(service);
    await city.compound('c1', { name: NASTY, address: NASTY });
    await city.scheme('s1', 'c1', { title: NASTY });
    await city.budget('s1', [
      { lineId: 'L1', workItem: 'road', amount: '1234567.89' },
      { lineId: 'L2', workItem: 'water-and-drainage', amount: '500.00' },
      { lineId: 'L3', workItem: 'stairs', amount: '300.00' },
    ]);
    await city.approve('s1');
    await city.grant('g1', '2000.00');
    await city.fund('g1', 's1', '700.00');
    await city.pay('s1', 'L1', '100.00', 'central-grant', 'g1');
  });
  afterAll(() => service.close());

  it.each([
    ['/', 30],
    ['/?divisionCode=140403&asOf=2026-01-22', 30],
    ['/compounds/c1', 38],
    ['/compounds/c1?asOf=2026-01-10&lang=en', 33],
  ])('%s shows the figures of the API, each with its path', async (path, least) => {
    const page = await look(service, path, {}, 'viewer');
    expect(page.status).toBe(200);
    expect(await figuresOf(service, page, 'viewer')).toBeGreaterThanOrEqual(least);
  });

  it('lead whoever may see events from every figure to its postings, events and clauses', async () => {
    const LINK = /<a href="(\/explain\?[^"]+)"[^>]*>\s*<data value="([^"]*)"/g;
    const page = await look(service, '/compounds/c1?asOf=2026-02-01&lang=en', {}, 'auditor');
    const links = [...page.text.matchAll(LINK)];
    expect(links.length).toBeGreaterThanOrEqual(38);
    for (const [, path, value] of links.slice(0, 12)) {
      const { status, text } = await look(service, unescaped(path!), {}, 'auditor');
      expect([path, status]).toEqual([path, 200]);
      expect(text).toContain(`<data value="${value}">`.slice(0, 8));
      expect(text).toContain('— agrees');
      expect(text).not.toMatch(/style=|<script/);
    }
    const figure = encodeURIComponent('/v1/schemes/s1/cost-split#/publicArea/paid');
    const { text } = await look(service, `/explain?figure=${figure}`, {}, 'auditor');
    expect(text).toContain('<html lang="zh-CN">');
    // The payment of 100.00, its posting, its event, and the sentence of the policy its rule rests on.
    for (const told of [
      'paid = − Σ paid',
      'cash:scheme:s1:central-grant:g1:public-area',
      '-100.00',
      'PaymentMade',
      'R10',
    ])
      expect(text).toContain(told);
    expect(text).toMatch(/<tr id="R\d{2}[ab]?">/);
    for (const [head] of text.matchAll(/<th\b[^>]*>/g)) expect(head).toMatch(/scope="(col|row)"/);
    const english = await look(service, `/explain?figure=${figure}&lang=en`, {}, 'auditor');
    const data = /<(\w+)[^>]*lang="zh-CN"[^>]*>[^<]*<\/\1\s*>/g;
    expect(english.text.replace(data, '')).not.toMatch(/\p{Script=Han}/u);
    const refused = await look(service, `/explain?figure=${figure}`, {}, 'viewer');
    expect(refused.status).toBe(403);
    expect((await look(service, '/explain?figure=%2Fv1%2Fnothing%23%2Fa', {}, 'auditor')).status).toBe(400);
  });

  it('groups the digits and changes none', async () => {
    const page = await look(service, '/compounds/c1', {}, 'viewer');
    expect(page.text).toContain('<data value="1234567.89">1,234,567.89</data>');
  });

  it('escapes every text', async () => {
    for (const path of ['/', '/compounds/c1', '/?lang=en']) {
      const { text } = await look(service, path, {}, 'viewer');
      expect(text).not.toContain('<script');
      expect(text).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;co&#39;');
    }
  });

  it('names every column and row it heads', async () => {
    for (const path of ['/', '/compounds/c1']) {
      const { text } = await look(service, path, {}, 'viewer');
      for (const [head] of text.matchAll(/<th\b[^>]*>/g)) expect(head).toMatch(/scope="(col|row)"/);
      expect(text.match(/<caption>/g)!.length).toBe(text.match(/<table>/g)!.length);
    }
  });

  it('is complete in both languages', async () => {
    for (const [word, { zh, en }] of Object.entries(WORDS)) {
      if (word === 'otherLanguage') continue;
      expect([word, /\p{Script=Han}/u.test(zh)]).toEqual([word, true]);
      expect([word, /\p{Script=Han}/u.test(en)]).toEqual([word, false]);
    }
    const data = /<(\w+)[^>]*lang="zh-CN"[^>]*>[^<]*<\/\1\s*>/g;
    for (const path of ['/?lang=en', '/compounds/c1?lang=en', '/sign-in?lang=en']) {
      const { text } = await look(service, path, {}, 'viewer');
      expect(text).toContain('<html lang="en">');
      expect(text.replace(data, '')).not.toMatch(/\p{Script=Han}/u);
    }
    expect((await look(service, '/compounds/c1', {}, 'viewer')).text).toContain('<html lang="zh-CN">');
  });

  it('loads nothing from another origin', async () => {
    const style = await look(service, '/pages/style.css');
    expect(style.headers['content-type']).toContain('text/css');
    expect(style.text).not.toMatch(/url\(|@import/);
    for (const path of ['/', '/compounds/c1', '/sign-in', '/compounds/none']) {
      const { text, headers } = await look(service, path, {}, 'viewer');
      expect(headers['content-security-policy']).toContain("default-src 'self'; script-src 'none'");
      for (const [, target] of text.matchAll(/(?:href|src|action)="([^"]*)"/g)) expect(target).toMatch(/^[/#](?!\/)/);
      expect(text).not.toMatch(/style=|<style|<script/);
    }
  });

  it('says in words what the API would have refused', async () => {
    const nowhere = await look(service, '/compounds/none', {}, 'viewer');
    expect(nowhere.status).toBe(404);
    expect(nowhere.headers['content-type']).toContain('text/html');
    expect((await look(service, '/', {}, 'admin')).status).toBe(403);
    expect((await look(service, '/compounds/c1', {}, 'elsewhere')).status).toBe(404);
  });

  itAlone('asks for a key, and lets its holder look, not record', async () => {
    expect((await look(service, '/')).status).toBe(401);
    expect((await look(service, '/')).text).toContain('action="/sign-in"');
    expect((await signIn(service, 'wrong')).status).toBe(401);
    const signed = await signIn(service, KEYS.luzhou);
    expect([signed.status, signed.headers['location']]).toEqual([303, '/']);
    expect(String(signed.headers['set-cookie'])).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    const cookie = cookieOf(signed);
    expect((await look(service, '/', { cookie })).status).toBe(200);
    expect((await look(service, '/v1/compounds/c1/cost-split', { cookie })).status).toBe(200);
    const command = { cookie, 'content-type': 'application/json', 'idempotency-key': 'k' };
    expect((await service.send('POST', '/v1/compounds', null, command, '{}')).status).toBe(401);
    const both = { cookie, authorization: 'Bearer wrong' };
    expect((await look(service, '/v1/compounds/c1/cost-split', both)).status).toBe(401);
    expect((await look(service, '/sign-out', { cookie })).status).toBe(303);
    expect((await look(service, '/', { cookie })).status).toBe(401);
  });

  it('takes a form nowhere else', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'idempotency-key': 'k' };
    expect((await service.send('POST', '/v1/compounds', 'clerk', form, 'name=x')).status).toBe(415);
    expect((await signIn(service, '')).status).toBe(401);
  });
});

describe('the pages of the demonstration city', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await TestService.open(undefined, { SEED_DEMO: 'auto' });
  }, SEEDING_MS);
  afterAll(() => service.close());

  itAlone('are open on this machine, with the rights of a viewer', async () => {
    const page = await look(service, '/');
    expect(page.status).toBe(200);
    expect(page.text).toContain('演示数据');
    expect(await figuresOf(service, page, 'viewer')).toBeGreaterThan(400);
    const cookie = cookieOf(page);
    expect((await look(service, '/v1/overview', { cookie })).status).toBe(200);
    expect((await look(service, '/v1/events', { cookie })).status).toBe(403);
    expect((await look(service, '/v1/overview')).status).toBe(401);
  });

  itAlone('link to every compound, which opens', async () => {
    const { text } = await look(service, '/?lang=en');
    const paths = [...text.matchAll(/href="(\/compounds\/[^"]+)"/g)].map(([, path]) => unescaped(path!));
    expect(paths).toHaveLength(31);
    for (const path of paths) expect((await look(service, path)).status).toBe(200);
    const page = await look(service, '/compounds/lz-05');
    expect(await figuresOf(service, page, 'viewer')).toBeGreaterThan(100);
  });

  it('are closed to another name for this machine', async () => {
    expect((await look(service, '/', { host: 'evil.example' })).status).toBe(401);
  });

  it(
    'are closed where the service listens to other machines',
    async () => {
      const open = await TestService.open(undefined, { SEED_DEMO: 'auto', HOST: '0.0.0.0' });
      expect((await look(open, '/')).status).toBe(401);
      await open.close();
    },
    SEEDING_MS,
  );
});
