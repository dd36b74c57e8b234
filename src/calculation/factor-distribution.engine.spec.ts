import fc from 'fast-check';
import { distributeByFactors, MOST_FACTORS, type Factor, type Recipient } from './factor-distribution.engine.js';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 1_000);

const ONE = 1_000_000n;
const factor = (name: string, weight: bigint, applyCoefficient = true): Factor => ({ name, weight, applyCoefficient });

describe('distributeByFactors', () => {
  it('gives the amounts of the example over three counties of Changzhi', () => {
    const factors = [
      factor('area', 400_000n),
      factor('households', 400_000n),
      factor('buildings', 100_000n),
      factor('compounds', 100_000n),
    ];
    const county = (id: string, area: bigint, values: bigint[], coefficient: bigint): Recipient => ({
      id,
      coefficient,
      values: [area, ...values.map((value) => value * ONE)],
    });
    const shares = distributeByFactors(3_000_000_000n, factors, [
      county('140403', 38_720_000n, [5300n, 160n, 60n], 1_000_000n),
      county('140404', 14_240_000n, [1340n, 59n, 44n], 1_200_000n),
      county('140406', 9_500_000n, [1100n, 40n, 15n], 1_100_000n),
    ]);
    expect(shares).toEqual([
      { id: '140403', share: '0.5995', amount: 1_798_586_540n },
      { id: '140404', share: '0.2490', amount: 746_973_509n },
      { id: '140406', share: '0.1515', amount: 454_439_951n },
    ]);
  });

  it('leaves the coefficient out of a factor that says so', () => {
    // need: 1·1 : 1·3 = 1/4, 3/4; performance without coefficients 1 : 1. Half and half: 3/8 and 5/8 of 8.00.
    const recipients = [
      { id: 'a', coefficient: ONE, values: [ONE, ONE] },
      { id: 'b', coefficient: 3n * ONE, values: [ONE, ONE] },
    ];
    expect(
      distributeByFactors(800n, [factor('need', 500_000n), factor('performance', 500_000n, false)], recipients),
    ).toEqual([
      { id: 'a', share: '0.3750', amount: 300n },
      { id: 'b', share: '0.6250', amount: 500n },
    ]);
  });

  it('rounds only the shown share, half-up, and the amounts over the exact ones', () => {
    // 1/3 each of 1.00: 0.34, 0.33, 0.33; and 1 : 19,999 is 0.00005, shown as 0.0001.
    const equal = ['c', 'b', 'a'].map((id) => ({ id, coefficient: ONE, values: [7n] }));
    expect(distributeByFactors(100n, [factor('x', ONE)], equal)).toEqual([
      { id: 'c', share: '0.3333', amount: 33n },
      { id: 'b', share: '0.3333', amount: 33n },
      { id: 'a', share: '0.3333', amount: 34n },
    ]);
    const uneven = [
      { id: 'a', coefficient: ONE, values: [1n] },
      { id: 'b', coefficient: ONE, values: [19_999n] },
    ];
    expect(distributeByFactors(0n, [factor('x', ONE)], uneven).map(({ share }) => share)).toEqual(['0.0001', '1.0000']);
  });

  const pair = [
    { id: 'a', coefficient: ONE, values: [1n, 0n] },
    { id: 'b', coefficient: ONE, values: [1n, 0n] },
  ];

  it('says no to weights that are not exactly 1, before it looks at the values', () => {
    for (const weight of [499_999n, 500_001n]) {
      expect(() => distributeByFactors(1n, [factor('x', 500_000n), factor('y', weight)], pair)).toThrow(
        expect.objectContaining({ code: 'factor-weights' }),
      );
    }
  });

  it('says no to a factor that sums to nothing, even with no weight of its own', () => {
    expect(() => distributeByFactors(1n, [factor('x', ONE), factor('y', 0n)], pair)).toThrow(
      expect.objectContaining({ code: 'zero-weights', details: { facts: { factor: 'y' } } }),
    );
    const poor = pair.map((recipient) => ({ ...recipient, coefficient: 0n, values: [1n, 1n] }));
    expect(() => distributeByFactors(1n, [factor('x', 0n, false), factor('y', ONE)], poor)).toThrow(
      expect.objectContaining({ code: 'zero-weights', details: { facts: { factor: 'y' } } }),
    );
  });

  it('says no to what comes twice', () => {
    const repeated = expect.objectContaining({ code: 'repeated-id' });
    expect(() => distributeByFactors(1n, [factor('x', ONE)], [pair[0]!, pair[0]!])).toThrow(repeated);
    expect(() => distributeByFactors(1n, [factor('x', ONE), factor('x', 0n)], pair)).toThrow(repeated);
  });

  it('takes as many factors as it can promise to answer', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, k) => factor(`f${k}`, k < 10 ? 100_000n : 0n, k % 2 === 0));
    const recipients = (count: number) =>
      ['a', 'b'].map((id, r) => ({
        id,
        coefficient: ONE,
        values: many(count).map((_, k) => 999_999_999_999n * ONE - BigInt(k * r)),
      }));
    const shares = distributeByFactors(100n, many(MOST_FACTORS), recipients(MOST_FACTORS));
    expect(shares.map((share) => share.amount)).toEqual([50n, 50n]);
    expect(() => distributeByFactors(100n, many(MOST_FACTORS + 1), recipients(MOST_FACTORS + 1))).toThrow(
      expect.objectContaining({ code: 'too-many' }),
    );
  });

  it('needs a value for each factor: a programmer’s error, the edge asks for them', () => {
    expect(() => distributeByFactors(1n, [factor('x', ONE)], pair)).toThrow(
      new RangeError(`a value per factor for ${pair[0]!.id}`),
    );
  });

  const weights = fc
    .array(fc.integer({ min: 0, max: 1_000_000 }), { maxLength: 4 })
    .map((cuts) => [0, ...cuts.sort((a, b) => a - b), 1_000_000])
    .map((cuts) => cuts.slice(1).map((cut, k) => BigInt(cut - cuts[k]!)));
  const requests = weights
    .chain((given) =>
      fc.record({
        amount: fc.bigInt(0n, 999_999_999_999_999n),
        factors: fc.tuple(...given.map((weight, k) => fc.boolean().map((apply) => factor(`f${k}`, weight, apply)))),
        recipients: fc.array(
          fc.record({
            coefficient: fc.bigInt(1n, 2n * ONE),
            values: fc.tuple(...given.map(() => fc.bigInt(0n, 10_000n * ONE))),
          }),
          { minLength: 1, maxLength: 8 },
        ),
      }),
    )
    .map(({ recipients, ...rest }) => ({
      ...rest,
      recipients: recipients.map((recipient, index) => ({ id: `r${index}`, ...recipient })),
    }))
    .filter(({ factors, recipients }) => factors.every((_, k) => recipients.some(({ values }) => values[k]! > 0n)));

  it('sums to the amount, each within a fen of the exact share and shown to half of its last place', () => {
    fc.assert(
      fc.property(requests, ({ amount, factors, recipients }) => {
        const shares = distributeByFactors(amount, factors, recipients);
        expect(shares.reduce((sum, share) => sum + share.amount, 0n)).toBe(amount);
        const sums = factors.map(({ applyCoefficient }, k) =>
          recipients.reduce((sum, each) => sum + each.values[k]! * (applyCoefficient ? each.coefficient : 1n), 0n),
        );
        recipients.forEach((recipient, index) => {
          // Σ w·x·c ÷ S added term by term as a fraction: n ÷ d.
          let [n, d] = [0n, 1n];
          factors.forEach(({ weight, applyCoefficient }, k) => {
            const x = recipient.values[k]! * (applyCoefficient ? recipient.coefficient : 1n);
            [n, d] = [n * ONE * sums[k]! + weight * x * d, d * ONE * sums[k]!];
          });
          const { share, amount: own } = shares[index]!;
          const away = own * d - amount * n;
          expect(-d < away && away < d).toBe(true);
          // shown − 0.00005 ≤ exact < shown + 0.00005
          const shown = BigInt(share.replace('.', ''));
          expect((2n * shown - 1n) * d <= 20_000n * n && 20_000n * n < (2n * shown + 1n) * d).toBe(true);
        });
      }),
      { numRuns },
    );
  });

  it('depends on the order neither of recipients nor of factors', () => {
    fc.assert(
      fc.property(requests, ({ amount, factors, recipients }) => {
        const backwards = distributeByFactors(
          amount,
          factors.toReversed(),
          recipients.map((each) => ({ ...each, values: each.values.toReversed() })).toReversed(),
        );
        expect(backwards.toReversed()).toEqual(distributeByFactors(amount, factors, recipients));
      }),
      { numRuns },
    );
  });
});
