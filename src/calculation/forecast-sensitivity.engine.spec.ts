import { forecastSensitivity, MOST_DRAWS, MOST_RUNS, splitMix64 } from './forecast-sensitivity.engine.js';
import { forecastReserve, type Forecast } from './reserve-forecast.engine.js';

const forecast: Forecast = {
  openingBalance: 5_000_000n,
  firstYear: 2026,
  years: 12,
  contribution: 2_000_000n,
  inflation: 25_000n,
  interestRate: 15_000n,
  floor: 0n,
  // Not in the order of their ids, which is the order of their random numbers.
  components: [
    { id: 'roof', cost: 10_000_000n, usefulLife: 20, remainingLife: 3 },
    { id: 'paint', cost: 6_000_000n, usefulLife: 4, remainingLife: 0 },
    { id: 'Pump', cost: 800_003n, usefulLife: 1, remainingLife: 1 },
  ],
  firstYearDraws: 123_456n,
};

describe('splitMix64', () => {
  it('gives the numbers of the reference implementation', () => {
    const next = splitMix64(1_234_567n);
    expect([next(), next(), next(), next(), next()]).toEqual([
      6_457_827_717_110_365_317n,
      3_203_168_211_198_807_973n,
      9_817_491_932_198_370_423n,
      4_593_380_528_125_082_431n,
      16_408_922_859_458_223_821n,
    ]);
    expect(splitMix64(0n)()).toBe(0xe220a8397b1dcdafn);
  });

  it('takes any seed modulo 2^64', () => {
    expect(splitMix64(-1n)()).toBe(splitMix64(2n ** 64n - 1n)());
    expect(splitMix64(2n ** 64n + 5n)()).toBe(splitMix64(5n)());
  });
});

describe('forecastSensitivity', () => {
  it('ranks, year by year, the closes of runs calculated one by one', () => {
    for (const [runs, seed] of [
      [1, 7n],
      [9, 42n],
      [10, 42n],
      [11, 2_026n],
      [200, 18_446_744_073_709_551_615n],
    ] as const) {
      const closes = runsOf(forecast, runs, seed);
      const answer = forecastSensitivity(forecast, runs, seed);
      const neverNegative = closes.filter((run) => run.every((close) => close >= 0n)).length;
      expect(answer).toMatchObject({ runs, seed, neverNegative });
      expect(answer.close).toEqual(
        Array.from({ length: forecast.years }, (_, t) => {
          const column = closes.map((run) => run[t]!).sort((a, b) => (a < b ? -1 : 1));
          /** The smallest close that at least `tenths` tenths of the runs do not exceed. */
          const ranked = (tenths: number) =>
            column.find((close) => column.filter((each) => each <= close).length * 10 >= tenths * runs);
          return { year: 2026 + t, p10: ranked(1), p50: ranked(5), p90: ranked(9) };
        }),
      );
    }
  });

  it('has runs that go below 0.00 and runs that do not, so that the count says something', () => {
    const { neverNegative } = forecastSensitivity({ ...forecast, contribution: 4_400_000n }, 500, 1n);
    expect(neverNegative).toBeGreaterThan(50);
    expect(neverNegative).toBeLessThan(450);
  });

  it('counts a close of exactly 0.00 as not negative', () => {
    const empty = { ...forecast, components: [], openingBalance: 0n, contribution: 0n, firstYearDraws: 0n };
    expect(forecastSensitivity(empty, 3, 1n).neverNegative).toBe(3);
    expect(forecastSensitivity({ ...empty, firstYearDraws: 1n }, 3, 1n).neverNegative).toBe(0);
  });

  it('is the plain forecast where nothing varies: draws already approved stay as they are', () => {
    const fixed = { ...forecast, components: [] };
    const closes = forecastReserve(fixed).years.map((row) => row.close);
    expect(forecastSensitivity(fixed, 20, 3n).close.map((each) => each.p10)).toEqual(closes);
    expect(forecastSensitivity(fixed, 20, 3n).close.map((each) => each.p90)).toEqual(closes);
  });

  it('does not depend on the order of the components', () => {
    const turned = { ...forecast, components: forecast.components.toReversed() };
    expect(forecastSensitivity(turned, 50, 9n)).toEqual(forecastSensitivity(forecast, 50, 9n));
  });

  it('says no to what the plain forecast refuses, to no run, and to more than it can answer', () => {
    const refusal = (code: string) => expect.objectContaining({ code });
    const worn = { id: 'x', cost: 1n, usefulLife: 1, remainingLife: 2 };
    expect(() => forecastSensitivity({ ...forecast, components: [worn] }, 1, 1n)).toThrow(refusal('out-of-range'));
    expect(() => forecastSensitivity(forecast, 0, 1n)).toThrow(refusal('out-of-range'));
    expect(() => forecastSensitivity(forecast, MOST_RUNS + 1, 1n)).toThrow(refusal('too-many'));
    const many = (count: number) => ({
      ...forecast,
      years: 1,
      components: Array.from({ length: count }, (_, k) => ({ id: `c${k}`, cost: 1n, usefulLife: 9, remainingLife: 9 })),
    });
    expect(() => forecastSensitivity(many(MOST_DRAWS / MOST_RUNS), MOST_RUNS, 1n)).toThrow(refusal('too-many'));
    expect(forecastSensitivity(many(0), MOST_RUNS, 1n).runs).toBe(MOST_RUNS);
    expect(forecastSensitivity(many(999), MOST_DRAWS / 1_000, 1n).runs).toBe(1_000);
    expect(() => forecastSensitivity(many(1_000), MOST_DRAWS / 1_000, 1n)).toThrow(refusal('too-many'));
  });

  it('says no where a percentile is above the largest amount, however far', () => {
    const outOfRange = expect.objectContaining({ code: 'out-of-range' });
    const largest = 999_999_999_999_999n;
    const idle = { ...forecast, years: 1, components: [], contribution: 0n, firstYearDraws: 0n, interestRate: 0n };
    expect(forecastSensitivity({ ...idle, openingBalance: largest }, 1, 1n).close[0]!.p50).toBe(largest);
    for (const openingBalance of [largest + 1n, 2n ** 63n, 2n ** 64n, 2n ** 80n]) {
      expect(() => forecastSensitivity({ ...idle, openingBalance }, 2, 1n)).toThrow(outOfRange);
      expect(() => forecastSensitivity({ ...idle, openingBalance: -openingBalance }, 2, 1n)).toThrow(outOfRange);
    }
  });
});

/** Each run by fractions over 2^53, with a SplitMix64 of its own, its constants in decimal. */
function runsOf(given: Forecast, runs: number, seed: bigint): bigint[][] {
  const next = decimalSplitMix64(seed);
  const two53 = 2n ** 53n;
  const byId = [...given.components].sort((a, b) => (a.id < b.id ? -1 : 1));
  return Array.from({ length: runs }, () => {
    const k = next() >> 11n;
    // inflation − 0.02 + 0.04·k/2^53, in millionths over 2^53.
    const inflation = given.inflation * two53 - 20_000n * two53 + 40_000n * k;
    const costs = byId.map((each) => {
      const drawn = next() >> 11n;
      // cost × (1 − 0.2 + 0.4·k/2^53), over 10·2^53.
      return { ...each, cost: each.cost * (8n * two53 + 4n * drawn) };
    });
    let balance = given.openingBalance;
    return Array.from({ length: given.years }, (_, t) => {
      const due = costs.filter(
        ({ usefulLife, remainingLife }) => t >= remainingLife && (t - remainingLife) % usefulLife === 0,
      );
      const numerator = due.reduce((sum, each) => sum + each.cost, 0n) * (1_000_000n * two53 + inflation) ** BigInt(t);
      const denominator = 10n * two53 * (1_000_000n * two53) ** BigInt(t);
      const spent = (2n * numerator + denominator) / (2n * denominator) + (t === 0 ? given.firstYearDraws : 0n);
      const base = 2n * balance + given.contribution - spent;
      const interest = base > 0n ? (base * given.interestRate + 1_000_000n) / 2_000_000n : 0n;
      balance += given.contribution - spent + interest;
      return balance;
    });
  });
}

function decimalSplitMix64(seed: bigint): () => bigint {
  const mask = 2n ** 64n - 1n;
  let state = seed;
  return () => {
    state = (state + 11_400_714_819_323_198_485n) & mask;
    let z = state;
    z = ((z ^ (z / 2n ** 30n)) * 13_787_848_793_156_543_929n) & mask;
    z = ((z ^ (z / 2n ** 27n)) * 10_723_151_780_598_845_931n) & mask;
    return z ^ (z / 2n ** 31n);
  };
}
