import fc from 'fast-check';
import { COEFFICIENT_TABLES, elevatorShares, floorWeights, type CoefficientTable } from './elevator-shares.engine.js';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 1_000);

const house = (floors: number, flatsAFloor: number) =>
  Array.from({ length: floors * flatsAFloor }, (_, index) => ({
    id: `${Math.floor(index / flatsAFloor) + 1}0${(index % flatsAFloor) + 1}`,
    floor: Math.floor(index / flatsAFloor) + 1,
  }));
const guangzhou = COEFFICIENT_TABLES['guangzhou-2016'];
const lijiang = COEFFICIENT_TABLES['guangzhou-lijiang-xincun'];

describe('elevatorShares', () => {
  it('gives the published shares of 500,000.00, six floors, two flats a floor', () => {
    // Σ coefficients = 2 × (0 + 0.5 + 1.0 + 1.1 + 1.2 + 1.3) = 10.2; floor 2: 500,000 × 0.5 ÷ 10.2 = 24,509.803…
    const shares = elevatorShares(50_000_000n, guangzhou, house(6, 2));
    const published = [0n, 2_450_980n, 4_901_961n, 5_392_157n, 5_882_353n, 6_372_549n];
    expect(shares).toEqual(house(6, 2).map(({ id, floor }) => ({ id, amount: published[floor - 1] })));
  });

  it('weighs coefficient × area where the table or the scheme says so', () => {
    // Lijiang: floor 3 weighs 0.7, floor 4 0.8: 0.7 × 100 : 0.8 × 50 = 70 : 40 of 110.00.
    const households = [
      { id: 'a', floor: 3, areaMillionths: 100_000_000n },
      { id: 'b', floor: 4, areaMillionths: 50_000_000n },
      { id: 'c', floor: 2, areaMillionths: 50_000_000n },
      { id: 'd', floor: 1, areaMillionths: 50_000_000n },
    ];
    expect(elevatorShares(11_000n, lijiang, households).map((share) => share.amount)).toEqual([7_000n, 4_000n, 0n, 0n]);
    expect(floorWeights({ ...lijiang, basis: 'coefficient' }, households).map((part) => part.weight)).toEqual([
      700_000n,
      800_000n,
      0n,
      0n,
    ]);
  });

  it('extends both tables upward by 0.1 a floor', () => {
    const on = (table: CoefficientTable, floor: number) =>
      floorWeights({ ...table, basis: 'coefficient' }, [{ id: 'a', floor }])[0]!.weight;
    expect([1, 2, 3, 4, 5, 9, 34].map((floor) => on(guangzhou, floor))).toEqual(
      [0n, 5n, 10n, 11n, 12n, 16n, 41n].map((tenths) => tenths * 100_000n),
    );
    expect([1, 2, 3, 4, 5, 9, 34].map((floor) => on(lijiang, floor))).toEqual(
      [0n, 0n, 7n, 8n, 9n, 13n, 38n].map((tenths) => tenths * 100_000n),
    );
  });

  it('has no coefficient for a basement, nor for a floor a scheme’s own table leaves out', () => {
    const own: CoefficientTable = {
      basis: 'coefficient',
      rows: [
        { floor: -1, coefficient: 200_000n },
        { floor: 2, coefficient: 1_000_000n },
      ],
    };
    const outOfRange = expect.objectContaining({ code: 'out-of-range' });
    expect(
      elevatorShares(120n, own, [
        { id: 'a', floor: -1 },
        { id: 'b', floor: 2 },
      ]).map((each) => each.amount),
    ).toEqual([20n, 100n]);
    expect(() => elevatorShares(1n, own, [{ id: 'a', floor: 1 }])).toThrow(outOfRange);
    expect(() => elevatorShares(1n, own, [{ id: 'a', floor: 3 }])).toThrow(outOfRange);
    expect(() => elevatorShares(1n, { ...own, stepAbove: 1n }, [{ id: 'a', floor: 1 }])).toThrow(outOfRange);
    expect(() =>
      elevatorShares(1n, { basis: 'coefficient', rows: [], stepAbove: 1n }, [{ id: 'a', floor: 1 }]),
    ).toThrow(outOfRange);
    for (const floor of [0, -1]) {
      expect(() =>
        elevatorShares(1n, guangzhou, [
          { id: 'top', floor: 6 },
          { id: 'a', floor },
        ]),
      ).toThrow(
        expect.objectContaining({ code: 'out-of-range', details: { facts: { id: 'a', floor: String(floor) } } }),
      );
    }
  });

  it('says no to a floor twice, a household twice, and a house where nobody pays', () => {
    const twice: CoefficientTable = {
      basis: 'coefficient',
      rows: [
        { floor: 2, coefficient: 1n },
        { floor: 2, coefficient: 1n },
      ],
    };
    expect(() => elevatorShares(1n, twice, [{ id: 'a', floor: 2 }])).toThrow(
      expect.objectContaining({ code: 'repeated-id' }),
    );
    expect(() =>
      elevatorShares(1n, guangzhou, [
        { id: 'a', floor: 2 },
        { id: 'a', floor: 3 },
      ]),
    ).toThrow(expect.objectContaining({ code: 'repeated-id' }));
    expect(() => elevatorShares(1n, guangzhou, [{ id: 'a', floor: 1 }])).toThrow(
      expect.objectContaining({ code: 'zero-weights' }),
    );
  });

  it('needs areas where areas count: a programmer’s error, the edge asks for them', () => {
    expect(() => elevatorShares(1n, lijiang, [{ id: 'a', floor: 3 }])).toThrow(new RangeError('no area for a'));
  });

  it('sums to the amount, and who lives higher never pays less', () => {
    const flats = fc
      .array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 })
      .filter((floors) => floors.some((floor) => floor > 2))
      .map((floors) => floors.map((floor, index) => ({ id: `h${index}`, floor, areaMillionths: 75_000_000n })));
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 15n), flats, fc.constantFrom(guangzhou, lijiang), (amount, given, table) => {
        const shares = elevatorShares(amount, table, given).map((share, index) => ({ ...share, ...given[index]! }));
        expect(shares.reduce((sum, share) => sum + share.amount, 0n)).toBe(amount);
        shares.sort((a, b) => a.floor - b.floor || Number(a.amount - b.amount));
        for (let index = 1; index < shares.length; index++) {
          expect(shares[index - 1]!.amount <= shares[index]!.amount).toBe(true);
        }
      }),
      { numRuns },
    );
  });
});
