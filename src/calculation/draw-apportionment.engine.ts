import { byCodePoint } from '../kernel/ids.js';
import { total, type Fen } from '../kernel/money.js';
import { apportion, apportionOrNothing, type Share } from './apportionment.engine.js';
import { unrepeated } from './bounds.js';

export type Ownership = 'commodity' | 'sold-public-housing' | 'unsold-commodity' | 'unsold-public' | 'state-owned';

/** A flat or shop in the scope of a draw. */
export type DrawHousehold = {
  readonly id: string;
  /** Millionths of a square metre. */
  readonly areaMillionths: bigint;
  readonly ownership: Ownership;
  /** What the owner deposited, in fen; weighs only inside sold public housing. */
  readonly ownerDeposit: Fen;
};

/** The same with the units behind it, as a maintenance fund knows them. */
export type FundDrawHousehold = DrawHousehold & {
  /** The unit that sold it or still owns it; an unsold flat must name one. */
  readonly ownerUnitId?: string;
  /** Fen deposited for this household by each selling unit, by unit id. */
  readonly sellerDeposits?: ReadonlyMap<string, Fen>;
};

/** A draw split between the three kinds of flats and, inside sold public housing, its two sides. */
export type DrawSplit = {
  readonly commodity: Fen;
  readonly soldPublicHousing: Fen;
  readonly unsold: Fen;
  /** Of sold public housing: what its owners bear, and what the selling side bears. */
  readonly soldPublicOwners: Fen;
  readonly seller: Fen;
  /** Commodity and sold public households, in the order given: what each owner bears. */
  readonly owners: readonly Share[];
  /** Unsold flats in the order given: what each costs the unit that has it. */
  readonly unsoldFlats: readonly Share[];
};

export type FundDrawSplit = DrawSplit & {
  /** Selling and owning units by id: their part of `seller` and their flats of `unsold`, summed. No zeros. */
  readonly units: readonly Share[];
};

/** The parts of step 1; as ids they also break its ties. */
type Kind = 'commodity' | 'sold-public-housing' | 'unsold';
const KINDS: readonly Kind[] = ['commodity', 'sold-public-housing', 'unsold'];

const kindOf = (ownership: Ownership): Kind =>
  ownership === 'commodity' || ownership === 'sold-public-housing' ? ownership : 'unsold';

const byArea = (households: readonly DrawHousehold[]) =>
  households.map(({ id, areaMillionths }) => ({ id, weight: areaMillionths }));

/**
 * Splits a draw over mixed ownership (165号令 art. 20, unverified; 3-calculations.md §2): between commodity, sold public
 * and unsold flats by area; inside sold public housing between owners and seller by their deposits (both zero: the
 * owners bear it); then inside each kind by area, ties by household id. Every step sums to the fen.
 *
 * @param amount fen
 * @param sellerDeposit fen deposited by all selling units for the households given
 * @throws Rejected `repeated-id`; `zero-weights` where all areas are zero
 */
export function splitDraw(amount: Fen, households: readonly DrawHousehold[], sellerDeposit: Fen): DrawSplit {
  unrepeated(households.map((household) => household.id));
  const members: Record<Kind, DrawHousehold[]> = { commodity: [], 'sold-public-housing': [], unsold: [] };
  for (const household of households) members[kindOf(household.ownership)].push(household);

  const kinds = apportion(
    amount,
    KINDS.map((id) => ({ id, weight: total(members[id].map((household) => household.areaMillionths)) })),
  );
  const [commodity, soldPublicHousing, unsold] = kinds.map((kind) => kind.amount) as [Fen, Fen, Fen];
  const ownerDeposit = total(members['sold-public-housing'].map((household) => household.ownerDeposit));
  const soldPublicOwners = ownersPart(soldPublicHousing, ownerDeposit, sellerDeposit);

  const owed = new Map(
    [
      ...apportionOrNothing(commodity, byArea(members.commodity)),
      ...apportionOrNothing(soldPublicOwners, byArea(members['sold-public-housing'])),
    ].map((share) => [share.id, share.amount]),
  );
  return {
    commodity,
    soldPublicHousing,
    unsold,
    soldPublicOwners,
    seller: soldPublicHousing - soldPublicOwners,
    owners: households.flatMap(({ id }) => (owed.has(id) ? [{ id, amount: owed.get(id)! }] : [])),
    unsoldFlats: apportionOrNothing(unsold, byArea(members.unsold)),
  };
}

function ownersPart(amount: Fen, ownerDeposit: Fen, sellerDeposit: Fen): Fen {
  // "Both zero: the owners bear it"; and they do where the seller alone deposited nothing.
  if (sellerDeposit === 0n) return amount;
  const sides = [
    { id: 'owners', weight: ownerDeposit },
    { id: 'seller', weight: sellerDeposit },
  ];
  return apportion(amount, sides)[0]!.amount;
}

/**
 * A draw on a maintenance fund, down to households and units: the split above, its selling side divided "by the deposits
 * each made for households in the scope", and each unsold flat charged to its unit (7-rulings.md §6). Only deposits made
 * for sold public households weigh. A unit that both sold and still owns flats bears both.
 *
 * @throws Rejected as {@link splitDraw}
 */
export function splitFundDraw(amount: Fen, households: readonly FundDrawHousehold[]): FundDrawSplit {
  const deposits = new Map<string, Fen>();
  for (const { ownership, sellerDeposits } of households) {
    if (ownership !== 'sold-public-housing') continue;
    for (const [unitId, deposit] of sellerDeposits ?? []) add(deposits, unitId, deposit);
  }
  const split = splitDraw(amount, households, total(deposits.values()));

  const units = new Map<string, Fen>();
  const sellers = [...deposits].map(([id, weight]) => ({ id, weight }));
  for (const share of apportionOrNothing(split.seller, sellers)) add(units, share.id, share.amount);
  const unitOf = new Map(households.map((household) => [household.id, household.ownerUnitId]));
  for (const flat of split.unsoldFlats) {
    const unitId = unitOf.get(flat.id);
    if (unitId === undefined) throw new RangeError(`an unsold flat without its unit: ${flat.id}`);
    add(units, unitId, flat.amount);
  }
  return {
    ...split,
    units: [...units]
      .filter(([, share]) => share > 0n)
      .map(([id, share]) => ({ id, amount: share }))
      .sort((a, b) => byCodePoint(a.id, b.id)),
  };
}

const add = (sums: Map<string, Fen>, id: string, amount: Fen): Map<string, Fen> =>
  sums.set(id, (sums.get(id) ?? 0n) + amount);
