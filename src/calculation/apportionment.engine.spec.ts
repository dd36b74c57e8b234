import fc from 'fast-check';
import { apportion, apportionOrNothing } from './apportionment.engine.js';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 1_000);

type Weighed = { id: string; weight: bigint };
const amountsOf = (amount: bigint, parts: Weighed[]) => apportion(amount, parts).map((share) => share.amount);
const named = (weights: bigint[]): Weighed[] => weights.map((weight, index) => ({ id: `p${index}`, weight }));

const ids = fc.uniqueArray(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,3}$/), { minLength: 1, maxLength: 12 });
const partsWith = (weight: fc.Arbitrary<bigint>) =>
  ids
    .chain((names) => fc.tuple(...names.map((id) => weight.map((each) => ({ id, weight: each })))))
    .filter((parts) => parts.some((part) => part.weight > 0n));
const parts = partsWith(
  fc.oneof(fc.bigInt(0n, 3n), fc.bigInt(0n, 200_000_000n), fc.bigInt(0n, 10n ** 18n), fc.constant(86_450_000n)),
);
const amount = fc.oneof(fc.bigInt(0n, 20n), fc.bigInt(0n, 999_999_999_999_999n));

describe('apportion', () => {
  it('gives the published shares of 35,000.00 over twelve areas', () => {
    const areas = [8645n, 8645n, 9213n, 9213n, 7408n, 7408n, 8645n, 8645n, 9213n, 9213n, 7408n, 12057n];
    const households = areas.map((weight, index) => ({ id: `h${String(index + 1).padStart(2, '0')}`, weight }));
    // Σ areas = 1057.13. In fen: 74.08 → 245,267.85 (three), 86.45 → 286,223.08 (four), 92.13 → 305,028.71 (four),
    // 120.57 → 399,189.31. The floors sum to 3,499,994: three of the six fen left go to the .85, three to the .71, of which
    // h10, the largest id, gets none.
    const published = [
      286223n,
      286223n,
      305029n,
      305029n,
      245268n,
      245268n,
      286223n,
      286223n,
      305029n,
      305028n,
      245268n,
      399189n,
    ];
    expect(amountsOf(3_500_000n, households)).toEqual(published);
    expect(published.reduce((sum, share) => sum + share)).toBe(3_500_000n);
  });

  it('gives ties to the smaller id by code point, whatever the order of the parts', () => {
    // 1.00 over three: 33.33 fen each, one fen left. "A" (U+0041) comes before "_" and "a"; "𠮷" (U+20BB7) after "￥" (U+FFE5),
    // though its first UTF-16 unit is smaller.
    expect(
      apportion(
        100n,
        ['a', '_', 'A'].map((id) => ({ id, weight: 1n })),
      ),
    ).toEqual([
      { id: 'a', amount: 33n },
      { id: '_', amount: 33n },
      { id: 'A', amount: 34n },
    ]);
    expect(
      amountsOf(
        1n,
        ['𠮷', '￥'].map((id) => ({ id, weight: 1n })),
      ),
    ).toEqual([0n, 1n]);
    expect(
      amountsOf(
        2n,
        ['h10', 'h1', 'h2'].map((id) => ({ id, weight: 5n })),
      ),
    ).toEqual([1n, 1n, 0n]);
  });

  it('prefers the larger remainder to the smaller id', () => {
    // 0.10 over 1 : 2 : 4 = 1.43, 2.86, 5.71 fen: floors 1, 2, 5; the two left go to .86 and .71.
    expect(amountsOf(10n, named([1n, 2n, 4n]))).toEqual([1n, 3n, 6n]);
  });

  it('gives a weight of 0 nothing, even where fen are left over', () => {
    expect(amountsOf(2n, named([0n, 1n, 1n, 1n]))).toEqual([0n, 1n, 1n, 0n]);
    expect(amountsOf(0n, named([0n, 7n]))).toEqual([0n, 0n]);
  });

  it('says no where nothing weighs or an id comes twice', () => {
    expect(() => apportion(100n, named([0n, 0n]))).toThrow(expect.objectContaining({ code: 'zero-weights' }));
    expect(() => apportion(0n, [])).toThrow(expect.objectContaining({ code: 'zero-weights' }));
    const twice = [
      { id: 'a', weight: 0n },
      { id: 'b', weight: 0n },
      { id: 'a', weight: 0n },
    ];
    expect(() => apportion(100n, twice)).toThrow(
      expect.objectContaining({ code: 'repeated-id', details: { facts: { id: 'a' } } }),
    );
  });

  it('takes nothing negative: a programmer’s error', () => {
    const refusal = new RangeError('nothing negative is apportioned');
    expect(() => apportion(-1n, named([1n]))).toThrow(refusal);
    expect(() => apportion(1n, named([2n, -1n]))).toThrow(refusal);
  });

  it('sums to the amount, each share the floor of the exact one or a fen more', () => {
    fc.assert(
      fc.property(amount, parts, (whole, given) => {
        const shares = apportion(whole, given);
        const weights = given.reduce((sum, part) => sum + part.weight, 0n);
        let sum = 0n;
        const right = shares.every((share, index) => {
          const { id, weight } = given[index]!;
          const over = share.amount * weights - whole * weight;
          sum += share.amount;
          return share.id === id && -weights < over && over < weights && (weight > 0n || share.amount === 0n);
        });
        // A plain comparison: expect() a million times over costs more than the shares.
        if (!right || shares.length !== given.length) throw new Error('not the floor of the exact share or a fen more');
        if (sum !== whole) throw new Error('the shares do not sum to the amount');
      }),
      { numRuns },
    );
  });

  it('does not depend on the order of the parts nor on the scale of the weights', () => {
    const shuffled = parts.chain((given) =>
      fc.tuple(
        fc.constant(given),
        fc.shuffledSubarray(given, { minLength: given.length, maxLength: given.length }),
        fc.bigInt(1n, 10n ** 12n),
      ),
    );
    fc.assert(
      fc.property(amount, shuffled, (whole, [given, reordered, scale]) => {
        const scaled = reordered.map(({ id, weight }) => ({ id, weight: weight * scale }));
        const again = new Map(apportion(whole, scaled).map((share) => [share.id, share.amount]));
        if (apportion(whole, given).some((share) => again.get(share.id) !== share.amount))
          throw new Error('another answer');
      }),
      { numRuns },
    );
  });

  it('never gives the heavier less', () => {
    fc.assert(
      fc.property(amount, parts, (whole, given) => {
        const shares = apportion(whole, given).map((share, index) => ({ ...share, weight: given[index]!.weight }));
        shares.sort((a, b) => (a.weight < b.weight ? -1 : a.weight > b.weight ? 1 : a.amount < b.amount ? -1 : 1));
        if (shares.some(({ amount: own }, index) => own < (shares[index - 1]?.amount ?? 0n)))
          throw new Error('less for more');
      }),
      { numRuns },
    );
  });

  it('is, of all ways to divide a small amount, the closest to the exact shares, smaller ids first', () => {
    const small = partsWith(fc.bigInt(0n, 4n)).map((given) => given.slice(0, 4));
    fc.assert(
      fc.property(
        fc.bigInt(0n, 7n),
        small.filter((given) => given.some((part) => part.weight > 0n)),
        (whole, given) => {
          expect(amountsOf(whole, given)).toEqual(closestDivision(whole, given));
        },
      ),
      { numRuns: Math.min(numRuns, 20_000) },
    );
  });

  it('holds for 10,000 parts at the largest amount', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => ({ id: `h${index}`, weight: BigInt(index % 977) }));
    const shares = apportion(999_999_999_999_999n, many);
    expect(shares.reduce((sum, share) => sum + share.amount, 0n)).toBe(999_999_999_999_999n);
  });
});

describe('apportionOrNothing', () => {
  it('gives everybody 0.00 only where there is nothing to give', () => {
    expect(apportionOrNothing(0n, [])).toEqual([]);
    expect(apportionOrNothing(0n, named([0n, 0n])).map((share) => share.amount)).toEqual([0n, 0n]);
    expect(apportionOrNothing(3n, named([0n, 1n])).map((share) => share.amount)).toEqual([0n, 3n]);
    expect(apportionOrNothing(0n, named([0n, 1n])).map((share) => share.amount)).toEqual([0n, 0n]);
    expect(() => apportionOrNothing(1n, named([0n]))).toThrow(expect.objectContaining({ code: 'zero-weights' }));
  });
});

/**
 * Every division of the amount is tried. Largest remainder is the one with the least Σ (share − exact)²; where several
 * are equally close, the one that gives more to the smaller ids.
 */
function closestDivision(whole: bigint, given: Weighed[]): bigint[] {
  const weights = given.reduce((sum, part) => sum + part.weight, 0n);
  const byId = given.map((part, index) => ({ ...part, index })).sort((a, b) => (a.id < b.id ? -1 : 1));
  let best: { distance: bigint; shares: bigint[] } | null = null;
  const divide = (shares: bigint[], left: bigint): void => {
    if (shares.length === byId.length - 1) {
      const complete = [...shares, left];
      const distance = complete.reduce((sum, share, k) => sum + (share * weights - whole * byId[k]!.weight) ** 2n, 0n);
      // Larger first shares are tried first, so of equals the first found stays.
      if (best === null || distance < best.distance) best = { distance, shares: complete };
      return;
    }
    for (let share = left; share >= 0n; share--) divide([...shares, share], left - share);
  };
  divide([], whole);
  const answer = given.map(() => 0n);
  byId.forEach((part, k) => (answer[part.index] = best!.shares[k]!));
  return answer;
}
