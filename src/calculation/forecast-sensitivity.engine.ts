import { byCodePoint } from '../kernel/ids.js';
import { halfUp, smaller, larger, type Fen } from '../kernel/money.js';
import { Rejected } from '../kernel/rejection.js';
import { answerable } from './bounds.js';
import { cashFlow, checkForecast, replacementCosts, type Forecast } from './reserve-forecast.engine.js';

export type Sensitivity = {
  readonly runs: number;
  readonly seed: bigint;
  /** How many runs never closed a year below 0.00. */
  readonly neverNegative: number;
  /** Nearest-rank percentiles of the closes of all runs. */
  readonly close: readonly { readonly year: number; readonly p10: Fen; readonly p50: Fen; readonly p90: Fen }[];
};

export const MOST_RUNS = 10_000;
/** Each run draws a number for each component; beyond this a request would hold the service for seconds. */
export const MOST_DRAWS = 1_000_000;

const ONE = 1_000_000n;
/** u = k ÷ 2^53 with k a whole number of 53 bits. */
const UNIT = 1n << 53n;
/** A signed 64-bit integer holds this and anything beyond the largest amount is refused, so clamping loses nothing. */
const BEYOND_ANSWER = 1n << 62n;

/** SplitMix64 (Steele, Lea, Flood 2014): each call answers the next 64 bits of the sequence of the seed. */
export function splitMix64(seed: bigint): () => bigint {
  let state = BigInt.asUintN(64, seed);
  return () => {
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
    let z = state;
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    return z ^ (z >> 31n);
  };
}

/**
 * The forecast again under `runs` random costs and inflations: "inflation ± 0.02 and each cost × (1 ± 0.2), uniform, from
 * the seed by SplitMix64 … per run first inflation, then each component by id; u = (next >> 11) ÷ 2^53; nearest rank
 * ⌈p·runs⌉" (7-rulings.md §4, §6). Every run is exact where the plain forecast is and rounds where it does; draws
 * already approved do not vary.
 *
 * @param seed taken modulo 2^64
 * @throws Rejected as forecastReserve; `too-many` above {@link MOST_RUNS} or {@link MOST_DRAWS}; `out-of-range` for no run
 */
export function forecastSensitivity(forecast: Forecast, runs: number, seed: bigint): Sensitivity {
  const steps = sampling(forecast, runs, seed);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** `forecastSensitivity` run by run, for a server that answers others meanwhile. Same answer, same errors. */
export function* sampling(forecast: Forecast, runs: number, seed: bigint): Generator<void, Sensitivity, void> {
  checkForecast(forecast);
  if (runs < 1) throw new Rejected('out-of-range');
  if (runs > MOST_RUNS || runs * (forecast.components.length + 1) > MOST_DRAWS) throw new Rejected('too-many');
  const next = splitMix64(seed);
  const closes = Array.from({ length: forecast.years }, () => new BigInt64Array(runs));
  const scales = Array.from({ length: forecast.years }, (_, t) => COST_SCALE * GROWTH_SCALE ** BigInt(t));
  let neverNegative = 0;
  const ordered = { ...forecast, components: forecast.components.toSorted((a, b) => byCodePoint(a.id, b.id)) };
  for (let run = 0; run < runs; run++) {
    const flows = cashFlow(forecast, variedExpenditures(ordered, scales, next), forecast.contribution);
    if (flows.every((flow) => flow.close >= 0n)) neverNegative += 1;
    flows.forEach((flow, t) => {
      closes[t]![run] = smaller(larger(flow.close, -BEYOND_ANSWER), BEYOND_ANSWER);
    });
    yield;
  }
  const close = closes.map((column, t) => {
    column.sort();
    const ranked = (percent: number): Fen => answerable(column[Math.ceil((percent * runs) / 100) - 1]!);
    return { year: forecast.firstYear + t, p10: ranked(10), p50: ranked(50), p90: ranked(90) };
  });
  return { runs, seed, neverNegative, close };
}

/** 1 + inflation is kept times this, and each cost times five of these. */
const GROWTH_SCALE = ONE * UNIT;
const COST_SCALE = 5n * UNIT;

/** One run's expenditure of each year: exact costs and growth, one half-up a year. `scales`: what year t is kept times. */
function variedExpenditures(forecast: Forecast, scales: readonly bigint[], next: () => bigint): Fen[] {
  const { components, years, inflation, firstYearDraws } = forecast;
  // 1 + inflation − 0.02 + 0.04·u
  const growth = (ONE + inflation - 20_000n) * UNIT + 40_000n * (next() >> 11n);
  // cost × (0.8 + 0.4·u)
  const varied = components.map((each) => ({ ...each, cost: each.cost * (4n * UNIT + 2n * (next() >> 11n)) }));
  let grown = 1n;
  return replacementCosts(varied, years).map((cost, t) => {
    const expenditure = cost === 0n ? 0n : halfUp(cost * grown, scales[t]!);
    grown *= growth;
    return t === 0 ? expenditure + firstYearDraws : expenditure;
  });
}
