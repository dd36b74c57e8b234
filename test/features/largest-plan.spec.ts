import { type Reply, TestService } from '../support/service.js';

let service: TestService;
beforeAll(async () => (service = await TestService.open()));
afterAll(() => service.close());

const ask = (name: string, body: unknown): Promise<Reply> =>
  service.post(`/v1/calculations/${name}`, body, { as: 'viewer', key: null });

describe('The largest plan', () => {
  const line = (index: number): string => `line-${String(index).padStart(11, '0')}`;
  const many = (count: number) => Array.from({ length: count }, (_, index) => index);
  const large = (sources: number, lines: number): string =>
    JSON.stringify({
      sources: many(sources).map((s) => ({
        id: `source-${s}`,
        amount: `${1000 + ((s * 7919) % 1000)}.00`,
        mayFund: many(lines).map(line),
        rank: Object.fromEntries(many(lines).map((l) => [line(l), (s * l) % 9])),
      })),
      lines: many(lines).map((l) => ({ id: line(l), amount: `${900 + ((l * 104729) % 1000)}.00` })),
    });

  it('of 300 × 300 with ranks and ids of sixteen characters fits, and others are answered meanwhile', async () => {
    const body = large(300, 300);
    expect(body.length).toBeLessThan(4 * 1_048_576);
    let done = false;
    const asked = ask('funding-plan', body).finally(() => (done = true));
    let [answered, longest] = [0, 0];
    while (!done) {
      const before = performance.now();
      expect((await service.get('/livez')).status).toBe(200);
      longest = Math.max(longest, performance.now() - before);
      answered += 1;
      // A request in process never leaves the turn of the event loop it was made in.
      await new Promise(setImmediate);
    }
    expect((await asked).status).toBe(200);
    // No time is asserted here, only that the calculation stood aside again and again.
    expect(answered).toBeGreaterThan(20);
    if (process.env['SHOW_TIMES']) process.stdout.write(`livez ${answered} times, longest ${longest.toFixed(0)} ms\n`);
  });

  it('of more pairs is too many, and a body beyond its limit too large', async () => {
    const empty = (count: number) => many(count).map((index) => ({ id: `x${index}`, amount: '1.00' }));
    const sources = empty(301).map((one) => ({ ...one, mayFund: [] }));
    const { status, body } = await ask('funding-plan', { sources, lines: empty(300) });
    expect([status, body.code]).toEqual([422, 'too-many']);
    expect((await ask('funding-plan', ' '.repeat(4 * 1_048_576 + 1))).status).toBe(413);
    expect((await ask('apportionment', ' '.repeat(1_048_577))).status).toBe(413);
  });
});
