import { beforeAll, describe, expect, it } from '@jest/globals';
import highsModule, { type Highs } from 'highs';
import { planFunding } from '../../src/calculation/funding-plan.engine.js';

/** 1,000 by `HIGHS_RUNS=1000 npm test -- funding-plan.highs`. */
const RUNS = Number(process.env['HIGHS_RUNS'] ?? 40);
const WIDE_RUNS = Number(process.env['HIGHS_WIDE_RUNS'] ?? 1);

/** Its types say CommonJS, but what Node imports is its ES module, whose default is the loader itself. */
const loadHighs = highsModule as unknown as typeof highsModule.default;

type Source = { id: string; amount: bigint; mayFund: string[]; rank: Record<string, number> };
type Request = { sources: Source[]; lines: { id: string; amount: bigint }[] };
type Totals = { funded: bigint; rankCost: bigint };

/** Mulberry32: the same instances in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function instance(seed: number, sources: number, lines: number): Request {
  const random = randomFrom(seed);
  const upTo = (most: number): number => 1 + Math.floor(random() * most);
  const [chance, largestRank, largestNeed] = [0.1 + 0.9 * random(), upTo(20), upTo(1_000_000)];
  const needs = Array.from({ length: lines }, (_, at) => ({ id: `l${at}`, amount: BigInt(upTo(largestNeed)) }));
  const largestSource = Math.ceil((largestNeed * lines * (0.5 + random())) / sources);
  return {
    lines: needs,
    sources: Array.from({ length: sources }, (_, at) => {
      const mayFund = needs.map(({ id }) => id).filter(() => random() < chance);
      const rank = Object.fromEntries(mayFund.map((id) => [id, upTo(largestRank)]));
      return { id: `s${at}`, amount: BigInt(upTo(largestSource)), mayFund, rank };
    }),
  };
}

/** The two linear programs one after the other: the most that can be funded, then the smallest Σ fen × rank of that. */
function byHighs(highs: Highs, { sources, lines }: Request): Totals {
  const lineRow = new Map(lines.map(({ id }, at) => [id, sources.length + at]));
  const columns = sources.flatMap(({ mayFund, rank }, row) =>
    mayFund.map((id) => ({ rows: [row, lineRow.get(id)!, sources.length + lines.length], rank: rank[id]! })),
  );
  if (columns.length === 0) return { funded: 0n, rankCost: 0n };
  const numRows = sources.length + lines.length + 1;
  const caps = [...sources, ...lines].map(({ amount }) => Number(amount));
  const model = highs.createModel({
    numCols: columns.length,
    numRows,
    sense: highs.constants.objectiveSense.minimize,
    colCost: columns.map(() => -1),
    colLower: columns.map(() => 0),
    colUpper: columns.map(() => highs.infinity),
    rowLower: Array.from({ length: numRows }, () => 0),
    rowUpper: [...caps, highs.infinity],
    matrix: {
      format: 'csc',
      numRows,
      numCols: columns.length,
      starts: [...columns.map((_, at) => at * 3), columns.length * 3],
      indices: columns.flatMap(({ rows }) => rows),
      values: columns.flatMap(() => [1, 1, 1]),
    },
  });
  try {
    model.options.set({ output_flag: false });
    model.run();
    const funded = Math.round(-model.getObjectiveValue());
    model.changeRowBounds(numRows - 1, funded, funded);
    columns.forEach(({ rank }, at) => model.changeColCost(at, rank));
    model.run();
    return { funded: BigInt(funded), rankCost: BigInt(Math.round(model.getObjectiveValue())) };
  } finally {
    model.dispose();
  }
}

function byEngine(request: Request): Totals {
  const { funded, assignments } = planFunding(request);
  const rankOf = new Map(request.sources.map(({ id, rank }) => [id, rank]));
  let rankCost = 0n;
  for (const { sourceId, lineId, amount } of assignments) rankCost += amount * BigInt(rankOf.get(sourceId)![lineId]!);
  return { funded, rankCost };
}

describe('the funding plan and HiGHS agree on what is funded and on its ranks', () => {
  let highs: Highs;
  beforeAll(async () => {
    highs = await loadHighs();
  });

  it(`in ${RUNS} small instances`, () => {
    for (let seed = 1; seed <= RUNS; seed++) {
      const random = randomFrom(seed);
      const request = instance(seed, 1 + Math.floor(random() * 12), 1 + Math.floor(random() * 12));
      expect({ seed, ...byEngine(request) }).toEqual({ seed, ...byHighs(highs, request) });
    }
  });

  it(`in ${WIDE_RUNS} of 40 × 200`, () => {
    for (let seed = 1; seed <= WIDE_RUNS; seed++) {
      const request = instance(seed, 40, 200);
      expect({ seed, ...byEngine(request) }).toEqual({ seed, ...byHighs(highs, request) });
    }
  });
});
