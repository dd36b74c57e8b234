import type { CompoundState, Household } from '../../src/compound/compound.decider.js';
import { CHANGZHI_2020 } from '../../src/policy/changzhi-2020.rules.js';
import { specification } from './given.js';
import { type FundCommand, maintenanceFundDecider } from '../../src/maintenance-fund/maintenance-fund.decider.js';
import type { DataOf, FundEvent, VoteData } from '../../src/maintenance-fund/maintenance-fund-state.decider.js';

/** A fund of three flats with commands and facts of their own; every amount is stated by the test. */
export const given = specification(maintenanceFundDecider);
export const COMPOUND = 'c1';
export const pack = CHANGZHI_2020;

const flat = (householdId: string, floorAreaM2: string, fields: Partial<Household> = {}): Household => ({
  householdId,
  buildingNo: '1',
  entranceNo: '1',
  floor: 1,
  floorAreaM2,
  ownership: 'commodity',
  use: 'residential',
  ...fields,
});
export const compound = (...flats: readonly Household[]): CompoundState => ({
  compound: {
    compoundId: COMPOUND,
    name: '小区',
    divisionCode: '140403',
    builtYear: 1998,
    locality: 'city',
    buildings: [{ buildingNo: '1', floors: 6, hasElevator: false }],
  },
  households: new Map(flats.map((one) => [one.householdId, one])),
});
export const HOMES = compound(flat('a', '60.00'), flat('b', '40.00'), flat('shop', '100.00', { use: 'commercial' }));
export const known = { closedThrough: null, compound: HOMES };

export const opened: FundEvent = {
  type: 'MaintenanceFundOpened',
  data: {
    compoundId: COMPOUND,
    divisionCode: '140403',
    openedOn: '2015-01-01',
    occurredOn: '2015-01-01',
    depositRates: [{ from: '2015-01-01', ratePerM2: '80.00' }],
    interestRule: 'two-tier-annual',
    interestRates: [{ from: '2015-01-01', demand: '0.0035', term: '0.013' }],
  },
};
export const deposited = (amounts: Readonly<Record<string, string>>, eventId = 'e-deposit'): FundEvent => ({
  type: 'DepositReceived',
  eventId,
  data: {
    compoundId: COMPOUND,
    kind: 'first',
    occurredOn: '2015-02-01',
    amount: '0.00',
    entries: Object.entries(amounts).map(([householdId, amount]) => ({ householdId, amount, payer: 'owner' })),
  },
});
export const vote = (
  owners: readonly [number, number, number],
  areaM2: readonly [string, string, string],
): VoteData => ({
  owners: { total: owners[0], participated: owners[1], agreed: owners[2] },
  areaM2: { total: areaM2[0], participated: areaM2[1], agreed: areaM2[2] },
});
export const ALL = vote([3, 3, 3], ['200.00', '200.00', '200.00']);

type Propose = Extract<FundCommand, { type: 'ProposeDraw' }>;
export const propose = (fields: Partial<Propose['data']> = {}): Propose => ({
  type: 'ProposeDraw',
  proposer: 'clerk',
  known,
  pack,
  data: {
    drawId: 'd1',
    purpose: '屋面',
    workItem: 'roof',
    amount: '100.00',
    scope: { all: true },
    vote: ALL,
    occurredOn: '2022-03-01',
    ...fields,
  },
});
export const proposed = (amount = '100.00', fields: Partial<DataOf<'DrawProposed'>> = {}): FundEvent => ({
  type: 'DrawProposed',
  eventId: 'e-proposed',
  data: { ...propose().data, amount, compoundId: COMPOUND, costArea: 'public-area', proposedBy: 'clerk', ...fields },
});
export const approve = (approver = 'boss'): FundCommand => ({
  type: 'ApproveDraw',
  data: { drawId: 'd1', occurredOn: '2022-03-02', documentNo: '长维〔2022〕1号' },
  approver,
  known,
  pack,
});
export const SPLIT = {
  commodity: '0.00',
  soldPublicHousing: '0.00',
  soldPublicOwners: '0.00',
  seller: '0.00',
  unsold: '0.00',
};
export const ROUNDED = { rounding: 'largest-remainder', tieBreak: 'id' } as const;
export const approved = (shares: Readonly<Record<string, string>>, amount = '100.00'): FundEvent => ({
  type: 'DrawApproved',
  eventId: 'e-approved',
  data: {
    ...{
      compoundId: COMPOUND,
      drawId: 'd1',
      costArea: 'public-area',
      occurredOn: '2022-03-02',
      approvedBy: 'boss',
      split: SPLIT,
    },
    ...ROUNDED,
    amount,
    shares: Object.entries(shares).map(([householdId, own]) => ({ householdId, amount: own })),
  },
});
export const pay = (fields: object = {}): FundCommand => ({
  type: 'PayDraw',
  data: { drawId: 'd1', payee: '施工单位', occurredOn: '2022-03-10', ...fields },
  known,
  pack,
});
export const paid = (
  shares: Readonly<Record<string, readonly [covered: string, due: string]>>,
  amount: string,
  eventId = 'e-paid',
): FundEvent => ({
  type: 'DrawPaid',
  eventId,
  data: {
    ...{
      compoundId: COMPOUND,
      drawId: 'd1',
      costArea: 'public-area',
      payee: '施工单位',
      occurredOn: '2022-03-10',
      amount,
    },
    shares: Object.entries(shares).map(([householdId, [covered, due]]) => ({
      householdId,
      amount: sum(covered, due),
      covered,
      due,
    })),
  },
});
export const sum = (a: string, b: string): string => (Number(a) + Number(b)).toFixed(2);
export const FUNDED = [opened, deposited({ a: '30.00', b: '20.00', shop: '50.00' })] as const;
export const APPROVED = [...FUNDED, proposed(), approved({ a: '30.00', b: '20.00', shop: '50.00' })] as const;
