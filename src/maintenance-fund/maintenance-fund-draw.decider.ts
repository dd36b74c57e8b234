import { type FundDrawHousehold, splitFundDraw } from '../calculation/draw-apportionment.engine.js';
import type { CompoundState, Household } from '../compound/compound.decider.js';
import { millionths } from '../kernel/decimal.js';
import type { Decision } from '../kernel/decider.js';
import { assertNotBefore, type Noted } from '../kernel/facts.js';
import { type Fen, fen, larger, yuan } from '../kernel/money.js';
import { notFound, Rejected } from '../kernel/rejection.js';
import { ceiling, type Check, judge, must } from '../policy/judgement.rules.js';
import { cell } from '../policy/matrix.rules.js';
import type { RulePack } from '../policy/rule-pack.js';
import { majorityFor, type Vote, voteCarries } from '../policy/votes.rules.js';
import { isCommonPart, WORK_ITEMS } from '../policy/work-item.js';
import { isInScope } from '../scheme/household-shares.projection.js';
import type { Scope } from '../scheme/scheme-state.decider.js';
import { assertDated, LARGEST_REMAINDER, shownShares, sumOf } from './maintenance-fund-deposit.decider.js';
import {
  type Draw,
  type DrawData,
  flatOf,
  type FundEvent,
  type FundKnown,
  type FundState,
  householdKey,
  inParts,
  isClosed,
  keyOf,
  unpaidOf,
  type VoteData,
} from './maintenance-fund-state.decider.js';

/** What the fund must know of the scheme a draw is for, as its handler read it. */
export type DrawScheme = { readonly schemeId: string; readonly compoundId: string };
export type DrawCommand = { readonly known: FundKnown; readonly pack: RulePack } & (
  | {
      readonly type: 'ProposeDraw';
      readonly data: DrawData & Noted;
      readonly proposer: string;
      readonly scheme?: DrawScheme;
    }
  | { readonly type: 'ApproveDraw'; readonly data: { drawId: string } & Noted; readonly approver: string }
  | {
      readonly type: 'RejectDraw';
      readonly data: { drawId: string; reason: string } & Noted;
      readonly approver: string;
    }
);
type Of<Type extends DrawCommand['type']> = Extract<DrawCommand, { type: Type }>;
type Decide = Decision<FundEvent>;

export function drawNamed(state: FundState, drawId: string): Draw {
  const draw = state.draws.get(drawId);
  if (!draw) throw notFound('draw');
  return draw;
}

/** R15 is judged here, on the proposal's date (7-rulings.md §4). */
export function proposeDraw(
  state: FundState,
  { data, known, pack, proposer, scheme }: Of<'ProposeDraw'>,
  granted: readonly string[],
): Decide {
  assertPlaces(known.compound, data.scope);
  if (state.draws.has(data.drawId)) throw new Rejected('already-exists');
  assertScopeOpen(state, known.compound, data.scope);
  assertDated(state, data.occurredOn, known);
  const costArea = WORK_ITEMS[data.workItem].costArea ?? 'public-area';
  const checks = [
    ...(scheme ? schemeChecks(state, data, pack, scheme) : []),
    commonPartOnly(data),
    votedOrUrgent(data, pack),
  ];
  const tried = judge(pack, checks, granted);
  const event = { ...data, compoundId: state.fund!.compoundId, costArea, proposedBy: proposer };
  return { events: [{ type: 'DrawProposed', data: event }], ...tried };
}

/** What the fund may pay of a renovation at all, and of its own compound's only (专款专用). */
function schemeChecks(
  { fund }: FundState,
  { workItem }: DrawData,
  pack: RulePack,
  { compoundId, schemeId }: DrawScheme,
): Check[] {
  const costArea = WORK_ITEMS[workItem].costArea ?? 'public-area';
  const { rule, level } = cell(pack, { source: 'maintenance-fund' }, { costArea, workItem });
  return [
    { rule, level, facts: { source: 'maintenance-fund', workItem } },
    must('R08', compoundId === fund!.compoundId, { schemeId }),
  ];
}

/** R14: common parts only; not what a builder, an operator, a liable person or the property company has to pay. */
const commonPartOnly = ({ workItem, commonPart, assetOwner, exclusion }: DrawData): Check =>
  exclusion === undefined
    ? must('R14', isCommonPart(workItem, { commonPart, assetOwner }) === true, { workItem })
    : must('R14', false, { workItem, exclusion });

/** R15: the owners concerned decide, or it is an emergency (民法典 第二百八十一条 第二款). */
function votedOrUrgent({ vote, emergency, occurredOn, workItem }: DrawData & Noted, pack: RulePack): Check {
  if (emergency) return must('R15', true);
  if (!vote) return must('R15', false, { missing: 'vote' });
  return must('R15', voteCarries(counted(vote), { on: occurredOn, majority: majorityFor(pack, workItem) }, pack));
}

/** A vote as it was told, in exact numbers. */
export const counted = ({ owners, areaM2 }: VoteData): Vote => ({
  owners,
  areaMillionths: {
    total: millionths(areaM2.total),
    participated: millionths(areaM2.participated),
    agreed: millionths(areaM2.agreed),
  },
});

function assertPlaces({ compound, households }: CompoundState, scope: Scope): void {
  if ('households' in scope)
    scope.households.forEach((householdId, index) => {
      if (!households.has(householdId)) throw notFound('household', `/scope/households/${index}`);
    });
  const buildings = new Set(compound!.buildings.map(({ buildingNo }) => buildingNo));
  if ('buildings' in scope)
    scope.buildings.forEach((buildingNo, index) => {
      if (!buildings.has(buildingNo)) throw notFound('building', `/scope/buildings/${index}`);
    });
  if (!('entrances' in scope)) return;
  const entrances = new Set(
    [...households.values()].map(({ buildingNo, entranceNo }) => `${buildingNo}\n${entranceNo}`),
  );
  scope.entrances.forEach(({ buildingNo, entranceNo }, index) => {
    if (!buildings.has(buildingNo)) throw notFound('building', `/scope/entrances/${index}/buildingNo`);
    if (!entrances.has(`${buildingNo}\n${entranceNo}`))
      throw notFound('entrance', `/scope/entrances/${index}/entranceNo`);
  });
}

/** "A request that names a closed sub-account" and "nobody left in it" are `already-done` (7-rulings.md §6, §7). */
function assertScopeOpen(state: FundState, compound: CompoundState, scope: Scope): Household[] {
  const closedIsNamed = 'households' in scope && scope.households.some((id) => isClosed(state, householdKey(id)));
  const flats = [...compound.households.values()].filter(
    (household) => isInScope(scope, household) && !isClosed(state, householdKey(household.householdId)),
  );
  if (closedIsNamed || flats.length === 0) throw new Rejected('already-done');
  return flats.map((household) => flatOf(state, household));
}

/**
 * Fixes whole shares and reserves them; refused where the fund's money that nobody else has reserved does not cover the
 * amount (R17). What a sub-account cannot cover is known only when it is paid.
 */
export function approveDraw(
  state: FundState,
  { data, known, pack, approver }: Of<'ApproveDraw'>,
  granted: readonly string[],
): Decide {
  const draw = drawNamed(state, data.drawId);
  if (draw.proposedBy === approver) throw new Rejected('same-person');
  if (draw.state !== 'proposed') throw new Rejected('already-done');
  const flats = assertScopeOpen(state, known.compound, draw.scope);
  assertDated(state, data.occurredOn, known);
  assertNotBefore(data.occurredOn, draw.proposedOn);
  const available = larger(state.net.balance - state.reserved, 0n);
  const facts = { asked: draw.amount, available: yuan(available) };
  const tried = judge(pack, [ceiling('R17', fen(draw.amount), available, facts)], granted);
  const { shares, split } = sharesOf(state, fen(draw.amount), flats);
  const event = { ...data, ...LARGEST_REMAINDER, ...ofDraw(state, draw), split, approvedBy: approver };
  return {
    events: inParts(shares, sumOf).map((part) => ({ type: 'DrawApproved', data: { ...event, ...part } })),
    ...tried,
  };
}

/** The marks every fact of a draw carries for its postings. */
export const ofDraw = ({ fund }: FundState, { drawId, costArea, schemeId }: Draw) => ({
  compoundId: fund!.compoundId,
  drawId,
  costArea,
  ...(schemeId === undefined ? {} : { schemeId }),
});

function sharesOf(state: FundState, amount: Fen, flats: readonly Household[]) {
  const split = splitFundDraw(
    amount,
    flats.map((flat) => weighed(state, flat)),
  );
  const shares = [
    ...split.owners.map(({ id, amount: own }) => ({ id: householdKey(id), amount: own })),
    ...split.units.map(({ id, amount: own }) => ({ id: keyOf({ unitId: id }), amount: own })),
  ];
  const { commodity, soldPublicHousing, soldPublicOwners, seller, unsold } = split;
  return {
    shares: shownShares(shares),
    split: {
      commodity: yuan(commodity),
      soldPublicHousing: yuan(soldPublicHousing),
      soldPublicOwners: yuan(soldPublicOwners),
      seller: yuan(seller),
      unsold: yuan(unsold),
    },
  };
}

/** "Step 2 of a draw weighs the deposits made by and for the households in its scope" (7-rulings.md §4). */
function weighed(state: FundState, { householdId, floorAreaM2, ownership, ownerUnitId }: Household): FundDrawHousehold {
  const account = state.accounts.get(householdKey(householdId));
  const sold = ownership === 'commodity' || ownership === 'sold-public-housing';
  if (!sold && ownerUnitId === undefined) throw notFound('unit');
  return {
    id: householdId,
    areaMillionths: millionths(floorAreaM2),
    ownership,
    ownerDeposit: account?.ownerDeposits ?? 0n,
    ...(account ? { sellerDeposits: account.sellerDeposits } : {}),
    ...(ownerUnitId === undefined ? {} : { ownerUnitId }),
  };
}

/** A proposed draw, or what is unpaid of an approved one: its reservation is free again. */
export function rejectDraw(state: FundState, { data, known, pack, approver }: Of<'RejectDraw'>): Decide {
  const draw = drawNamed(state, data.drawId);
  if (draw.state === 'rejected' || draw.state === 'paid') throw new Rejected('already-done');
  assertDated(state, data.occurredOn, known);
  assertNotBefore(data.occurredOn, draw.approvedOn ?? draw.proposedOn);
  const freed = shownShares([...draw.shares].map(([id, share]) => ({ id, amount: unpaidOf(share) })));
  const event = { ...data, ...ofDraw(state, draw), rejectedBy: approver };
  return {
    events: inParts(freed, sumOf).map((part) => ({ type: 'DrawRejected', data: { ...event, ...part } })),
    policyId: pack.id,
  };
}
