import { describe, expect, it } from '@jest/globals';
import { planFunding, planning } from './funding-plan.engine.js';

type Source = { id: string; amount: bigint; mayFund: string[]; rank?: number | Record<string, number> };
type Request = { sources: Source[]; lines: { id: string; amount: bigint }[] };

const refusal = (request: Request): unknown => {
  try {
    planFunding(request);
  } catch (error) {
    return { ...(error as object) };
  }
  return undefined;
};

describe('planFunding by hand', () => {
  it('funds everything where taking the sources as listed would not', () => {
    // Listed order gives a to l1 and leaves l2, which b may not fund. Everything is funded only as a → l2, b → l1.
    const plan = planFunding({
      sources: [
        { id: 'a', amount: 100n, mayFund: ['l1', 'l2'] },
        { id: 'b', amount: 100n, mayFund: ['l1'] },
      ],
      lines: [
        { id: 'l1', amount: 100n },
        { id: 'l2', amount: 100n },
      ],
    });
    expect(plan).toEqual({
      funded: 200n,
      assignments: [
        { sourceId: 'a', lineId: 'l2', amount: 100n },
        { sourceId: 'b', lineId: 'l1', amount: 100n },
      ],
      unfunded: [],
      unused: [],
    });
  });

  it('takes the lower rank first', () => {
    // 100 × 1 + 50 × 2 = 200; b first would be 100 × 2 + 50 × 1 = 250.
    const plan = planFunding({
      sources: [
        { id: 'a', amount: 100n, mayFund: ['l1'], rank: 2 },
        { id: 'b', amount: 100n, mayFund: ['l1'], rank: 1 },
      ],
      lines: [{ id: 'l1', amount: 150n }],
    });
    expect(plan.assignments).toEqual([
      { sourceId: 'a', lineId: 'l1', amount: 50n },
      { sourceId: 'b', lineId: 'l1', amount: 100n },
    ]);
    expect(plan.unused).toEqual([{ sourceId: 'a', amount: 50n }]);
  });

  it('ranks single pairs, and a pair not named has rank 1', () => {
    // a → l2 (1) and b → l1 (2) cost 300; a → l1 (5) and b → l2 (2) would cost 700 though it comes first.
    const plan = planFunding({
      sources: [
        { id: 'a', amount: 100n, mayFund: ['l1', 'l2'], rank: { l1: 5 } },
        { id: 'b', amount: 100n, mayFund: ['l1', 'l2'], rank: 2 },
      ],
      lines: [
        { id: 'l1', amount: 100n },
        { id: 'l2', amount: 100n },
      ],
    });
    expect(plan.assignments).toEqual([
      { sourceId: 'a', lineId: 'l2', amount: 100n },
      { sourceId: 'b', lineId: 'l1', amount: 100n },
    ]);
  });

  it('spends first what can be spent on fewer lines, empty lines counted and repeated ids not', () => {
    // Ranks are equal; a may fund 2 lines, b only 1 (though it says so twice): 100 × 1 against 100 × 2.
    const plan = planFunding({
      sources: [
        { id: 'a', amount: 100n, mayFund: ['l1', 'l2'] },
        { id: 'b', amount: 100n, mayFund: ['l1', 'l1', 'l1'] },
      ],
      lines: [
        { id: 'l1', amount: 100n },
        { id: 'l2', amount: 0n },
      ],
    });
    expect(plan.assignments).toEqual([{ sourceId: 'b', lineId: 'l1', amount: 100n }]);
    expect(plan.unused).toEqual([{ sourceId: 'a', amount: 100n }]);
  });

  it('gives the first source to the first line where all else is equal, first by code point', () => {
    // U+FF5E comes before U+1F600 by code point; UTF-16 order would put the surrogates of the latter first.
    const plan = planFunding({
      sources: [
        { id: '\u{1F600}', amount: 100n, mayFund: ['\u{1F600}', '\uFF5E'] },
        { id: '\uFF5E', amount: 60n, mayFund: ['\u{1F600}', '\uFF5E'] },
      ],
      lines: [
        { id: '\u{1F600}', amount: 80n },
        { id: '\uFF5E', amount: 80n },
      ],
    });
    expect(plan.assignments).toEqual([
      { sourceId: '\uFF5E', lineId: '\uFF5E', amount: 60n },
      { sourceId: '\u{1F600}', lineId: '\uFF5E', amount: 20n },
      { sourceId: '\u{1F600}', lineId: '\u{1F600}', amount: 80n },
    ]);
  });

  it('proves a shortage by the smallest set of lines that has it', () => {
    // a has 50 for l1 and l2, which need 80. l3 has more than enough; l4 exactly enough, so it would fit the sum of a
    // larger certificate (100 needed, 70 available) but not the smallest.
    const plan = planFunding({
      sources: [
        { id: 'a', amount: 50n, mayFund: ['l1', 'l2'] },
        { id: 'b', amount: 100n, mayFund: ['l3'] },
        { id: 'c', amount: 20n, mayFund: ['l4'] },
        { id: 'd', amount: 0n, mayFund: ['l1'] },
      ],
      lines: [
        { id: 'l1', amount: 40n },
        { id: 'l2', amount: 40n },
        { id: 'l3', amount: 60n },
        { id: 'l4', amount: 20n },
      ],
    });
    expect(plan.funded).toBe(130n);
    expect(plan.unfunded).toEqual([{ lineId: 'l2', amount: 30n }]);
    expect(plan.unused).toEqual([{ sourceId: 'b', amount: 40n }]);
    expect(plan.certificate).toEqual({
      lines: ['l1', 'l2'],
      sources: ['a', 'd'],
      needed: 80n,
      available: 50n,
      short: 30n,
    });
  });

  it('sends nothing by way of a line that needs nothing', () => {
    // a has plenty, but only for z. Of l and m, 55 together, b has 10 for l, and nobody anything for m.
    const plan = planFunding({
      sources: [
        { id: 'a', amount: 100n, mayFund: ['z'] },
        { id: 'b', amount: 10n, mayFund: ['l'] },
      ],
      lines: [
        { id: 'z', amount: 0n },
        { id: 'l', amount: 50n },
        { id: 'm', amount: 5n },
      ],
    });
    expect(plan).toEqual({
      funded: 10n,
      assignments: [{ sourceId: 'b', lineId: 'l', amount: 10n }],
      unfunded: [
        { lineId: 'l', amount: 40n },
        { lineId: 'm', amount: 5n },
      ],
      unused: [{ sourceId: 'a', amount: 100n }],
      certificate: { lines: ['l', 'm'], sources: ['b'], needed: 55n, available: 10n, short: 45n },
    });
  });

  it('is empty where there is nothing', () => {
    const empty = { funded: 0n, assignments: [], unfunded: [], unused: [] };
    expect(planFunding({ sources: [], lines: [] })).toEqual(empty);
    expect(planFunding({ sources: [{ id: 'a', amount: 0n, mayFund: [] }], lines: [] })).toEqual(empty);
    expect(planFunding({ sources: [], lines: [{ id: 'l', amount: 1n }] }).certificate).toEqual({
      lines: ['l'],
      sources: [],
      needed: 1n,
      available: 0n,
      short: 1n,
    });
  });

  it('is exact at the largest amounts and ranks', () => {
    const largest = 999_999_999_999_999n;
    const plan = planFunding({
      sources: [
        { id: 'a', amount: largest - 1n, mayFund: ['l', 'm'], rank: 1_000_000 },
        { id: 'b', amount: 1n, mayFund: ['l', 'm'], rank: { l: 1_000_000, m: 999_999 } },
      ],
      lines: [
        { id: 'l', amount: largest - 2n },
        { id: 'm', amount: 2n },
      ],
    });
    expect(plan.assignments).toEqual([
      { sourceId: 'a', lineId: 'l', amount: largest - 2n },
      { sourceId: 'a', lineId: 'm', amount: 1n },
      { sourceId: 'b', lineId: 'm', amount: 1n },
    ]);
  });
});

describe('planFunding refuses', () => {
  const source = (id: string, over: Partial<Source> = {}): Source => ({ id, amount: 1n, mayFund: [], ...over });
  const line = (id: string, amount = 1n): { id: string; amount: bigint } => ({ id, amount });
  const cases: [string, string, object, Request][] = [
    [
      'a source twice',
      'repeated-id',
      { pointer: '/sources/1/id', facts: { id: 'a' } },
      { sources: [source('a'), source('a')], lines: [] },
    ],
    [
      'a line twice',
      'repeated-id',
      { pointer: '/lines/2/id', facts: { id: 'l' } },
      { sources: [], lines: [line('l'), line('m'), line('l')] },
    ],
    [
      'a line it does not know',
      'unknown-line',
      { pointer: '/sources/0/mayFund/1', facts: { lineId: 'x' } },
      { sources: [source('a', { mayFund: ['l', 'x'] })], lines: [line('l')] },
    ],
    [
      'the rank of a line it does not know',
      'unknown-line',
      { pointer: '/sources/0/rank/~0x~1y~1~0', facts: { lineId: '~x/y/~' } },
      { sources: [source('a', { rank: { l: 1, '~x/y/~': 1 } })], lines: [line('l')] },
    ],
    [
      'a line known to every object only',
      'unknown-line',
      { pointer: '/sources/0/mayFund/0', facts: { lineId: 'constructor' } },
      { sources: [source('a', { mayFund: ['constructor'] })], lines: [line('l')] },
    ],
    [
      'sources above the largest sum',
      'out-of-range',
      { pointer: '/sources' },
      { sources: [source('a', { amount: 10n ** 15n })], lines: [] },
    ],
    [
      'lines above the largest sum',
      'out-of-range',
      { pointer: '/lines' },
      { sources: [], lines: [line('l', 10n ** 15n - 1n), line('m')] },
    ],
    [
      'an amount below 0',
      'out-of-range',
      { pointer: '/lines/0/amount' },
      { sources: [], lines: [line('l', -1n), line('m', 2n)] },
    ],
    [
      'a rank that is no integer',
      'out-of-range',
      { pointer: '/sources/0/rank' },
      { sources: [source('a', { rank: 1.5 })], lines: [] },
    ],
    [
      'a rank below 0',
      'out-of-range',
      { pointer: '/sources/0/rank' },
      { sources: [source('a', { rank: -1 })], lines: [] },
    ],
    [
      'a rank too large',
      'out-of-range',
      { pointer: '/sources/0/rank/~1l' },
      { sources: [source('a', { rank: { '/l': 1_000_001 } })], lines: [line('/l')] },
    ],
    [
      'too many pairs',
      'too-many',
      { facts: { sources: '301', lines: '300', most: '90000' } },
      {
        sources: Array.from({ length: 301 }, (_, at) => source(`s${at}`)),
        lines: Array.from({ length: 300 }, (_, at) => line(`l${at}`)),
      },
    ],
  ];
  it.each(cases)('%s: %s', (_, code, details, request) => {
    expect(refusal(request)).toEqual(expect.objectContaining({ code, details }));
  });

  it('nothing at the bounds: 90,000 pairs, ranks 0 and 1,000,000', () => {
    const sources = Array.from({ length: 300 }, (_, at) =>
      source(`s${at}`, { amount: 0n, rank: at === 0 ? 0 : 1_000_000 }),
    );
    const lines = Array.from({ length: 300 }, (_, at) => line(`l${at}`, 0n));
    expect(refusal({ sources, lines })).toBeUndefined();
  });

  it('reads a line called like what every object has', () => {
    const request = {
      sources: [{ id: 'a', amount: 1n, mayFund: ['constructor'], rank: {} }],
      lines: [line('constructor')],
    };
    expect(planFunding(request).funded).toBe(1n);
  });
});

describe('planning, in steps', () => {
  const lines = (count: number) => Array.from({ length: count }, (_, at) => ({ id: `l${at}`, amount: 0n }));
  const reading = (mayFund: number, over: Partial<Source> = {}): Source => ({
    ...{ id: 'a', amount: 0n, mayFund: Array<string>(mayFund).fill('l0') },
    ...over,
  });
  const stepsOf = (request: Request): number => [...planning(request)].length;

  // Nothing is to be funded: one step after the ids are checked, one after they are in order, one after the network.
  it.each<[string, number, Request]>([
    ['a short request', 3, { sources: [reading(9_998)], lines: lines(1) }],
    ['10,000 read: ids of lines, and the ranks of all lines', 4, { sources: [reading(9_999)], lines: lines(1) }],
    ['each 10,000 ids of one source', 6, { sources: [reading(20_000)], lines: lines(1) }],
    [
      'a sum of 10,000, twice',
      5,
      { sources: ['a', 'b', 'c', 'd'].map((id) => reading(4_999, { id })), lines: lines(1) },
    ],
    ['9,999 lines', 3, { sources: [reading(0)], lines: lines(9_999) }],
    ['10,000 lines', 4, { sources: [reading(0)], lines: lines(10_000) }],
    [
      'each 10,000 ranks of one source',
      6,
      {
        sources: [reading(0, { rank: Object.fromEntries(lines(20_000).map(({ id }) => [id, 1])) })],
        lines: lines(20_000),
      },
    ],
  ])('%s: %s', (_, count, request) => expect(stepsOf(request)).toBe(count));
});
