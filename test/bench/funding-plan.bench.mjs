/**
 * P7: the funding plan against HiGHS on the same instances, in one process, one after the other.
 * `npm run bench:plan [-- <seed>]`. Times are medians; nothing here asserts.
 *
 * HiGHS is asked for less than the engine answers: it gets the numbers ready made, and finds the largest total and the
 * smallest Σ fen × rank (two runs, the second from the basis of the first), no degree and no third criterion. Its
 * better figure of this and of one run with both in one objective is the yardstick.
 */
import loadHighs from 'highs';
import { planFunding } from '../../dist/calculation/funding-plan.engine.js';

const SEED = Number(process.argv[2] ?? 1);
const ROUNDS = 9;
const WARM_UP = 30;

function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `rankOf(random, source, line)`; undefined leaves every rank 1. Sources have 20 % more than lines need. */
function instance(sources, lines, { chance = 1, rankOf, equal = false }) {
  const random = randomFrom(SEED);
  const amount = () => (equal ? 100_000 : 1 + Math.floor(random() * 10_000_000));
  const needs = Array.from({ length: lines }, (_, at) => ({ id: `l${at}`, amount: BigInt(amount()) }));
  const needed = needs.reduce((sum, need) => sum + Number(need.amount), 0);
  const weights = Array.from({ length: sources }, () => (equal ? 1 : 0.2 + random()));
  const weight = weights.reduce((sum, part) => sum + part, 0);
  return {
    lines: needs,
    sources: weights.map((part, source) => {
      const amount = BigInt(Math.floor((needed * (equal ? 1 : 1.2) * part) / weight));
      const mayFund = needs.map(({ id }) => id).filter(() => random() < chance);
      const ranks =
        rankOf && Object.fromEntries(mayFund.map((id) => [id, rankOf(random, source, Number(id.slice(1)))]));
      return { id: `s${source}`, amount, mayFund, ...(ranks ? { rank: ranks } : {}) };
    }),
  };
}

function modelOf(highs, { sources, lines }, withTotalRow) {
  const lineRow = new Map(lines.map(({ id }, at) => [id, sources.length + at]));
  const numRows = sources.length + lines.length + (withTotalRow ? 1 : 0);
  const [indices, ranks, starts] = [[], [], [0]];
  sources.forEach((source, row) => {
    for (const id of source.mayFund) {
      indices.push(row, lineRow.get(id));
      if (withTotalRow) indices.push(numRows - 1);
      starts.push(indices.length);
      ranks.push(source.rank?.[id] ?? 1);
    }
  });
  const caps = [...sources, ...lines].map(({ amount }) => Number(amount));
  return {
    numCols: ranks.length,
    numRows,
    ranks,
    sense: highs.constants.objectiveSense.minimize,
    colLower: ranks.map(() => 0),
    colUpper: ranks.map(() => highs.infinity),
    rowLower: Array.from({ length: numRows }, () => 0),
    rowUpper: withTotalRow ? [...caps, highs.infinity] : caps,
    matrix: { format: 'csc', numRows, numCols: ranks.length, starts, indices, values: indices.map(() => 1) },
  };
}

function timed(work) {
  const start = performance.now();
  const result = work();
  return { result, ms: performance.now() - start };
}

/** From the model in memory to the values of the optimum; reading the request into it is not counted. */
function inTwoRuns(highs, { ranks, ...data }) {
  const model = highs.createModel({ ...data, colCost: ranks.map(() => -1) });
  model.options.set({ output_flag: false });
  const { result, ms } = timed(() => {
    model.run();
    const funded = Math.round(-model.getObjectiveValue());
    model.changeRowBounds(data.numRows - 1, funded, funded);
    ranks.forEach((rank, column) => model.changeColCost(column, rank));
    model.run();
    model.getSolution();
    return { funded, rankCost: Math.round(model.getObjectiveValue()) };
  });
  model.dispose();
  return { result, ms };
}

function inOneRun(highs, { ranks, ...data }) {
  const most = (Math.max(...ranks) + 1) * 2;
  const weight = most * Math.min(data.numRows, 1_000);
  const model = highs.createModel({ ...data, colCost: ranks.map((rank) => rank - weight) });
  model.options.set({ output_flag: false });
  const { result, ms } = timed(() => {
    model.run();
    return model.getSolution().colValue;
  });
  model.dispose();
  const [funded, rankCost] = [0, 1].map((weighted) =>
    Math.round(result.reduce((sum, value, at) => sum + value * (weighted ? ranks[at] : 1), 0)),
  );
  return { result: { funded, rankCost }, ms };
}

function byEngine(request) {
  const { result, ms } = timed(() => planFunding(request));
  const rankOf = new Map(request.sources.map(({ id, rank }) => [id, rank]));
  const rankCost = result.assignments.reduce(
    (sum, { sourceId, lineId, amount }) => sum + Number(amount) * (rankOf.get(sourceId)?.[lineId] ?? 1),
    0,
  );
  return { result: { funded: Number(result.funded), rankCost }, ms };
}

/** The first run is told apart; a service is warm, and so are both sides for the others. */
function medianOf(run) {
  const first = run().ms;
  for (let round = 0; round < WARM_UP; round++) run();
  const runs = Array.from({ length: ROUNDS }, run);
  const times = runs.map(({ ms }) => ms).sort((a, b) => a - b);
  return { result: runs[0].result, ms: times[ROUNDS >> 1], slowest: times[ROUNDS - 1], first };
}

const small = (random) => 1 + Math.floor(random() * 8);
const highs = await loadHighs();
console.log(`seed ${SEED}, median of ${ROUNDS} after ${WARM_UP + 1}, node ${process.version}`);
for (const [name, shape] of Object.entries({
  'ranks 1–8 per pair, half allowed': { chance: 0.5, rankOf: small },
  'ranks 1–8 per pair, all allowed': { rankOf: small },
  'all ranks 1, all allowed': {},
})) {
  const request = instance(40, 200, shape);
  const engine = medianOf(() => byEngine(request));
  const two = medianOf(() => inTwoRuns(highs, modelOf(highs, request, true)));
  const one = medianOf(() => inOneRun(highs, modelOf(highs, request, false)));
  const best = Math.min(one.ms, two.ms);
  const same = [one, two].every(({ result }) => JSON.stringify(result) === JSON.stringify(engine.result));
  console.log(
    `40 × 200, ${name}: engine ${engine.ms.toFixed(2)} ms (first ${engine.first.toFixed(0)}), HiGHS ${best.toFixed(2)} ms ` +
      `(two runs ${two.ms.toFixed(2)}, one ${one.ms.toFixed(2)}), ratio ${(best / engine.ms).toFixed(1)}, ` +
      (same ? 'same optimum' : `NOT THE SAME: ${JSON.stringify([engine.result, two.result, one.result])}`),
  );
}
for (const [name, shape] of Object.entries({
  'all ranks 1': {},
  'all ranks 1, equal amounts': { equal: true },
  'random ranks up to 1,000,000': { rankOf: (random) => Math.floor(random() * 1_000_001) },
  'every rank another, equal amounts': {
    equal: true,
    rankOf: (_, source, line) => ((source * 300 + line) * 7_919) % 90_000,
  },
  'rank = source × line, equal amounts': { equal: true, rankOf: (_, source, line) => (source + 1) * (line + 1) },
  'rank falling with source × line': { rankOf: (_, source, line) => 90_000 - (source + 1) * (line + 1) },
})) {
  const request = instance(300, 300, shape);
  const { ms, slowest, first } = medianOf(() => byEngine(request));
  console.log(
    `300 × 300, ${name}: engine ${ms.toFixed(0)} ms, slowest ${slowest.toFixed(0)}, first ${first.toFixed(0)}`,
  );
}
