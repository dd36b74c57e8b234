import fc from 'fast-check';
import {
  splitDraw,
  splitFundDraw,
  type DrawHousehold,
  type FundDrawHousehold,
  type Ownership,
} from './draw-apportionment.engine.js';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 1_000);

const M2 = 1_000_000n;
const flat = (id: string, ownership: Ownership, area: bigint, ownerDeposit = 0n): DrawHousehold => ({
  id,
  ownership,
  areaMillionths: area * M2,
  ownerDeposit,
});
const sum = (amounts: Iterable<{ amount: bigint }>) => [...amounts].reduce((all, { amount }) => all + amount, 0n);

describe('splitDraw', () => {
  it('goes by area between kinds, by deposits between owners and seller, by area among owners', () => {
    // 10,000.00 over 200 + 100 + 100 m²: 5,000.00 commodity, 2,500.00 sold public, 2,500.00 unsold.
    // Sold public: owners deposited 3,000.00, the seller 9,000.00 → 625.00 and 1,875.00; owners 60 : 40 → 375.00, 250.00.
    const split = splitDraw(
      1_000_000n,
      [
        flat('c1', 'commodity', 150n),
        flat('p1', 'sold-public-housing', 60n, 100_000n),
        flat('u1', 'unsold-commodity', 70n),
        flat('c2', 'commodity', 50n),
        flat('p2', 'sold-public-housing', 40n, 200_000n),
        flat('u2', 'state-owned', 20n),
        flat('u3', 'unsold-public', 10n),
      ],
      900_000n,
    );
    expect(split).toEqual({
      commodity: 500_000n,
      soldPublicHousing: 250_000n,
      unsold: 250_000n,
      soldPublicOwners: 62_500n,
      seller: 187_500n,
      owners: [
        { id: 'c1', amount: 375_000n },
        { id: 'p1', amount: 37_500n },
        { id: 'c2', amount: 125_000n },
        { id: 'p2', amount: 25_000n },
      ],
      unsoldFlats: [
        { id: 'u1', amount: 175_000n },
        { id: 'u2', amount: 50_000n },
        { id: 'u3', amount: 25_000n },
      ],
    });
  });

  it('breaks the ties of the first step by the names of the parts', () => {
    // 0.02 over three equal areas: commodity and sold-public-housing come before unsold.
    const split = splitDraw(
      2n,
      [flat('a', 'unsold-public', 1n), flat('b', 'sold-public-housing', 1n), flat('c', 'commodity', 1n)],
      0n,
    );
    expect([split.commodity, split.soldPublicHousing, split.unsold]).toEqual([1n, 1n, 0n]);
  });

  it('breaks the tie between owners and seller in favour of the word owners', () => {
    expect(splitDraw(1n, [flat('p', 'sold-public-housing', 1n, 5n)], 5n)).toMatchObject({
      soldPublicOwners: 1n,
      seller: 0n,
    });
  });

  it('lets the owners of sold public housing bear all where nobody deposited', () => {
    expect(splitDraw(101n, [flat('p', 'sold-public-housing', 1n)], 0n)).toMatchObject({
      soldPublicOwners: 101n,
      seller: 0n,
    });
    expect(splitDraw(101n, [flat('p', 'sold-public-housing', 1n)], 1n)).toMatchObject({
      soldPublicOwners: 0n,
      seller: 101n,
    });
    expect(splitDraw(101n, [flat('p', 'sold-public-housing', 1n, 1n)], 0n)).toMatchObject({
      soldPublicOwners: 101n,
      seller: 0n,
    });
  });

  it('weighs only the deposits of sold public owners', () => {
    const split = splitDraw(200n, [flat('c', 'commodity', 1n, 999n), flat('p', 'sold-public-housing', 1n, 1n)], 1n);
    expect(split).toMatchObject({ soldPublicOwners: 50n, seller: 50n });
  });

  it('gives a kind without area nothing', () => {
    const split = splitDraw(7n, [flat('c', 'commodity', 1n), flat('p', 'sold-public-housing', 0n, 1n)], 3n);
    expect(split).toMatchObject({ commodity: 7n, soldPublicHousing: 0n, seller: 0n, unsoldFlats: [] });
    expect(split.owners).toEqual([
      { id: 'c', amount: 7n },
      { id: 'p', amount: 0n },
    ]);
  });

  it('says no to ids repeated, across kinds too, and to areas that are all zero', () => {
    const twice = [flat('a', 'commodity', 1n), flat('a', 'state-owned', 1n)];
    expect(() => splitDraw(1n, twice, 0n)).toThrow(expect.objectContaining({ code: 'repeated-id' }));
    expect(() => splitDraw(1n, [flat('a', 'commodity', 0n)], 0n)).toThrow(
      expect.objectContaining({ code: 'zero-weights' }),
    );
  });
});

describe('splitFundDraw', () => {
  const sold = (id: string, area: bigint, ownerDeposit: bigint, sellers: [string, bigint][]): FundDrawHousehold => ({
    ...flat(id, 'sold-public-housing', area, ownerDeposit),
    sellerDeposits: new Map(sellers),
  });

  it('divides the selling side by what each unit deposited and charges unsold flats to their units', () => {
    // 400.00: 100 m² sold public, 300 m² unsold → 100.00 and 300.00. Deposits: owners 1.00, factory 2.00, school 1.00 →
    // owners 25.00, selling side 75.00 = factory 50.00 + school 25.00. Unsold 1 : 1 : 1 → 100.00 each; the factory has two.
    const split = splitFundDraw(40_000n, [
      sold('p1', 50n, 100n, [['factory', 150n]]),
      sold('p2', 50n, 0n, [
        ['factory', 50n],
        ['school', 100n],
      ]),
      { ...flat('u1', 'unsold-public', 100n), ownerUnitId: 'factory' },
      { ...flat('u2', 'unsold-commodity', 100n), ownerUnitId: 'developer' },
      { ...flat('u3', 'state-owned', 100n), ownerUnitId: 'factory' },
    ]);
    expect(split.units).toEqual([
      { id: 'developer', amount: 10_000n },
      { id: 'factory', amount: 25_000n },
      { id: 'school', amount: 2_500n },
    ]);
    expect(split.owners).toEqual([
      { id: 'p1', amount: 1_250n },
      { id: 'p2', amount: 1_250n },
    ]);
  });

  it('rounds unsold flats one by one, ties by household id, before it sums them by unit', () => {
    // 0.02 over three flats alike: z1 and z2 pay, z3 does not, so the unit of z1 and z3 pays 0.01, not 0.01 and a third.
    const split = splitFundDraw(
      2n,
      ['z3', 'z2', 'z1'].map((id) => ({ ...flat(id, 'unsold-public', 1n), ownerUnitId: id === 'z2' ? 'b' : 'a' })),
    );
    expect(split.units).toEqual([
      { id: 'a', amount: 1n },
      { id: 'b', amount: 1n },
    ]);
  });

  it('weighs no seller’s deposit for a flat that is not sold public housing', () => {
    const odd: FundDrawHousehold = { ...flat('c', 'commodity', 1n), sellerDeposits: new Map([['factory', 9n]]) };
    const split = splitFundDraw(100n, [odd, flat('p', 'sold-public-housing', 1n, 1n)]);
    expect(split).toMatchObject({ seller: 0n, units: [] });
  });

  it('leaves units out that bear nothing, and breaks their ties by id', () => {
    const split = splitFundDraw(1n, [
      sold('p', 1n, 0n, [
        ['b', 1n],
        ['a', 1n],
      ]),
    ]);
    expect(split.units).toEqual([{ id: 'a', amount: 1n }]);
  });

  it('does not know an unsold flat without a unit', () => {
    expect(() => splitFundDraw(1n, [flat('u', 'unsold-public', 1n)])).toThrow(
      new RangeError('an unsold flat without its unit: u'),
    );
  });

  const ownership = fc.constantFrom<Ownership>(
    'commodity',
    'sold-public-housing',
    'unsold-commodity',
    'unsold-public',
    'state-owned',
  );
  const unit = fc.constantFrom('u1', 'u2', 'u3');
  const household = (id: string): fc.Arbitrary<FundDrawHousehold> =>
    fc.record({
      id: fc.constant(id),
      areaMillionths: fc.oneof(fc.bigInt(0n, 3n), fc.bigInt(0n, 200n * M2)),
      ownership,
      ownerUnitId: unit,
      ownerDeposit: fc.oneof(fc.constant(0n), fc.bigInt(0n, 1_000_000n)),
      sellerDeposits: fc
        .array(fc.tuple(unit, fc.bigInt(0n, 1_000_000n)), { maxLength: 2 })
        .map((each) => new Map(each)),
    });
  const households = fc
    .integer({ min: 1, max: 9 })
    .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => household(`h${index}`))))
    .filter((all) => all.some((each) => each.areaMillionths > 0n));

  it('charges every fen once, and follows the three steps of the text', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 999_999_999_999_999n), households, (amount, all) => {
        const split = splitFundDraw(amount, all);
        expect(sum(split.owners) + sum(split.units)).toBe(amount);
        expect(sum(split.units)).toBe(split.seller + split.unsold);
        expect(sum(split.unsoldFlats)).toBe(split.unsold);
        expect(split.owners.map((share) => share.id)).toEqual(
          all.filter((each) => ['commodity', 'sold-public-housing'].includes(each.ownership)).map((each) => each.id),
        );
        expect(
          Object.fromEntries([...split.owners, ...split.units].filter(({ amount: own }) => own > 0n).map(pair)),
        ).toEqual(literally(amount, all));
      }),
      { numRuns },
    );
  });

  it('does not depend on the order of the households', () => {
    const shuffled = households.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
    );
    fc.assert(
      fc.property(fc.bigInt(0n, 1_000n), shuffled, (amount, [all, reordered]) => {
        const [one, other] = [splitFundDraw(amount, all), splitFundDraw(amount, reordered)];
        expect(other.units).toEqual(one.units);
        expect(new Map(other.owners.map(pair))).toEqual(new Map(one.owners.map(pair)));
      }),
      { numRuns },
    );
  });
});

const pair = ({ id, amount }: { id: string; amount: bigint }): [string, bigint] => [id, amount];

/** The text of the design read aloud, with an apportionment of its own; only who bears more than nothing. */
function literally(amount: bigint, all: FundDrawHousehold[]): Record<string, bigint> {
  const result: Record<string, bigint> = {};
  const charge = (id: string, fen: bigint) => {
    if (fen > 0n) result[id] = (result[id] ?? 0n) + fen;
  };
  const of = (...kinds: Ownership[]) => all.filter((each) => kinds.includes(each.ownership));
  const area = (list: FundDrawHousehold[]) => list.reduce((total, each) => total + each.areaMillionths, 0n);
  const areas = (list: FundDrawHousehold[]) => new Map(list.map((each) => [each.id, each.areaMillionths]));
  const unsold = of('unsold-commodity', 'unsold-public', 'state-owned');
  const sold = of('sold-public-housing');
  const kinds = giveOut(
    amount,
    new Map([
      ['commodity', area(of('commodity'))],
      ['sold-public-housing', area(sold)],
      ['unsold', area(unsold)],
    ]),
  );
  giveOut(kinds.get('commodity')!, areas(of('commodity'))).forEach((fen, id) => charge(id, fen));
  giveOut(kinds.get('unsold')!, areas(unsold)).forEach((fen, id) =>
    charge(unsold.find((each) => each.id === id)!.ownerUnitId!, fen),
  );
  const byUnit = new Map<string, bigint>();
  for (const each of sold) {
    for (const [id, fen] of each.sellerDeposits!) byUnit.set(id, (byUnit.get(id) ?? 0n) + fen);
  }
  const owners = sold.reduce((total, each) => total + each.ownerDeposit, 0n);
  const sellers = [...byUnit.values()].reduce((total, fen) => total + fen, 0n);
  const sides = new Map([
    ['owners', owners + sellers === 0n ? 1n : owners],
    ['seller', sellers],
  ]);
  const two = giveOut(kinds.get('sold-public-housing')!, sides);
  giveOut(two.get('owners')!, areas(sold)).forEach((fen, id) => charge(id, fen));
  giveOut(two.get('seller')!, byUnit).forEach((fen, id) => charge(id, fen));
  return result;
}

/** Largest remainder, a fen at a time: whoever is furthest below the exact share among those not yet topped up. */
function giveOut(amount: bigint, weights: Map<string, bigint>): Map<string, bigint> {
  const all = [...weights.values()].reduce((total, weight) => total + weight, 0n);
  const shares = new Map([...weights].map(([id, weight]) => [id, all === 0n ? 0n : (amount * weight) / all]));
  if (all === 0n) return shares;
  const behind = (id: string) => amount * weights.get(id)! - shares.get(id)! * all;
  const given = () => [...shares.values()].reduce((total, share) => total + share, 0n);
  const order = [...weights.keys()].sort();
  while (given() < amount) {
    const next = order.reduce((best, id) => (behind(id) > behind(best) ? id : best));
    shares.set(next, shares.get(next)! + 1n);
  }
  return shares;
}
