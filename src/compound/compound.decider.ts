import type { Decider, Decision } from '../kernel/decider.js';
import { assertOpen, type Known, type Identified, type Noted } from '../kernel/facts.js';
import { notFound, Rejected } from '../kernel/rejection.js';

export const LOCALITIES = ['city', 'county-town', 'other'] as const;
export type Locality = (typeof LOCALITIES)[number];
export const OWNERSHIPS = [
  'commodity',
  'sold-public-housing',
  'unsold-commodity',
  'unsold-public',
  'state-owned',
] as const;
export type Ownership = (typeof OWNERSHIPS)[number];
export const USES = ['residential', 'commercial', 'garage'] as const;
export type Use = (typeof USES)[number];

export type Building = {
  readonly buildingNo: string;
  readonly floors: number;
  readonly hasElevator: boolean;
  readonly builtYear?: number;
};
export type Exclusions = {
  readonly shantytownPlan?: boolean;
  readonly demolishRebuild?: boolean;
  readonly selfBuilt?: boolean;
  readonly urbanVillage?: boolean;
};
export type CompoundData = {
  readonly compoundId: string;
  readonly name: string;
  readonly divisionCode: string;
  readonly builtYear: number;
  readonly buildings: readonly Building[];
  readonly locality: Locality;
  readonly exclusions?: Exclusions;
  readonly heritage?: boolean;
  readonly address?: string;
  readonly declared?: { readonly households: number; readonly floorAreaM2: string };
};
/** One household: a flat, shop or garage. Who lives in it is not told here: the log never forgets. */
export type Household = {
  readonly householdId: string;
  readonly buildingNo: string;
  readonly entranceNo?: string;
  readonly floor: number;
  readonly roomNo?: string;
  readonly floorAreaM2: string;
  readonly ownership: Ownership;
  readonly use: Use;
  readonly ownerUnitId?: string;
};
/** Shops and garages have owners and pay by area; a household is who lives in a flat (3-calculations.md §2). */
export const isDwelling = ({ use }: Pick<Household, 'use'>): boolean => use === 'residential';
type HouseholdChange = { readonly householdId: string } & Partial<Household>;
type CompoundChange = Partial<Omit<CompoundData, 'compoundId'>>;

// Events are the storage format: a type or field never changes its name or meaning, it is only joined by others.
export type CompoundEvent = Identified &
  (
    | { readonly type: 'CompoundRegistered'; readonly data: CompoundData & Noted }
    | { readonly type: 'HouseholdsRegistered'; readonly data: { households: readonly Household[] } & Noted }
    | { readonly type: 'CompoundCorrected'; readonly data: { changes: CompoundChange; reason: string } & Noted }
    | {
        readonly type: 'HouseholdsCorrected';
        readonly data: { changes: readonly HouseholdChange[]; reason: string } & Noted;
      }
  );

export type CompoundCommand = { readonly known: Known } & (
  | { readonly type: 'RegisterCompound'; readonly data: CompoundData & Noted }
  | { readonly type: 'RegisterHouseholds'; readonly data: { households: readonly Household[] } & Noted }
  | {
      readonly type: 'CorrectCompound';
      readonly data: { changes: CompoundChange; households: readonly HouseholdChange[]; reason: string } & Noted;
      /**
       * Ids of the events that drafted schemes or opened the fund here: their books are kept under the division, so a
       * compound that has any does not move to another.
       */
      readonly dependents: readonly string[];
    }
);

export type CompoundState = {
  compound?: CompoundData;
  readonly households: Map<string, Household & { readonly registeredBy?: string | undefined }>;
};

const HOUSEHOLDS_AN_EVENT = 1_000;

/** A residential compound: its buildings, and its households as they are on the register. */
export const compoundDecider: Decider<CompoundState, CompoundCommand, CompoundEvent> = {
  category: 'compound',
  subject: 'compound',
  initial: () => ({ households: new Map() }),
  divisionOf: (state) => state.compound?.divisionCode,
  events: {
    CompoundRegistered: { version: 1, says: 'A compound was put on the register.' },
    HouseholdsRegistered: { version: 1, says: 'Households of a compound were put on the register.' },
    CompoundCorrected: { version: 1, says: 'The register entry of a compound was corrected, with a reason.' },
    HouseholdsCorrected: { version: 1, says: 'Register entries of households were corrected, with a reason.' },
  },
  decide: (state, command) => {
    switch (command.type) {
      case 'RegisterCompound':
        assertOpen(command.data.occurredOn, command.known);
        return { events: [{ type: 'CompoundRegistered', data: command.data }] };
      case 'RegisterHouseholds':
        return registerHouseholds(state, command);
      case 'CorrectCompound':
        return correct(state, command);
    }
  },
  evolve,
};

function evolve(state: CompoundState, event: CompoundEvent): CompoundState {
  switch (event.type) {
    case 'CompoundRegistered':
      state.compound = event.data;
      break;
    case 'HouseholdsRegistered':
      for (const household of event.data.households)
        state.households.set(household.householdId, { ...household, registeredBy: event.eventId });
      break;
    case 'CompoundCorrected':
      state.compound = { ...state.compound!, ...event.data.changes };
      break;
    case 'HouseholdsCorrected':
      for (const change of event.data.changes)
        state.households.set(change.householdId, { ...state.households.get(change.householdId)!, ...change });
      break;
  }
  return state;
}

type Register = Extract<CompoundCommand, { type: 'RegisterHouseholds' }>;
type Correct = Extract<CompoundCommand, { type: 'CorrectCompound' }>;

function registerHouseholds(state: CompoundState, { data, known }: Register): Decision<CompoundEvent> {
  const { households, ...noted } = data;
  households.forEach(({ buildingNo }, index) => assertBuilding(state.compound!, buildingNo, `/households/${index}`));
  if (households.some(({ householdId }) => state.households.has(householdId))) throw new Rejected('already-exists');
  assertOpen(data.occurredOn, known);
  return {
    events: inChunks(households).map((chunk) => ({
      type: 'HouseholdsRegistered',
      data: { ...noted, households: chunk },
    })),
  };
}

function correct(state: CompoundState, { data, known, dependents }: Correct): Decision<CompoundEvent> {
  const { changes, households, ...noted } = data;
  const after = { ...state.compound!, ...changes };
  households.forEach(({ householdId, buildingNo }, index) => {
    if (!state.households.has(householdId)) throw notFound('household', `/households/${index}/householdId`);
    if (buildingNo !== undefined) assertBuilding(after, buildingNo, `/households/${index}`);
  });
  if (after.divisionCode !== state.compound!.divisionCode && dependents.length > 0)
    throw new Rejected('dependent-entries', { eventIds: dependents });
  assertBuildingsKept(state, after, households);
  assertOpen(data.occurredOn, known);
  const corrected = Object.keys(changes).length > 0;
  return {
    events: [
      ...(corrected ? [{ type: 'CompoundCorrected' as const, data: { ...noted, changes } }] : []),
      ...inChunks(households).map((chunk) => ({
        type: 'HouseholdsCorrected' as const,
        data: { ...noted, changes: chunk },
      })),
    ],
  };
}

function assertBuilding({ buildings }: CompoundData, buildingNo: string, pointer: string): void {
  if (!buildings.some((building) => building.buildingNo === buildingNo))
    throw notFound('building', `${pointer}/buildingNo`);
}

function assertBuildingsKept(state: CompoundState, after: CompoundData, moved: readonly HouseholdChange[]): void {
  const kept = new Set(after.buildings.map(({ buildingNo }) => buildingNo));
  const movedTo = new Map(moved.map(({ householdId, buildingNo }) => [householdId, buildingNo]));
  const left = [...state.households.values()].filter(
    (household) => !kept.has(movedTo.get(household.householdId) ?? household.buildingNo),
  );
  if (left.length === 0) return;
  const eventIds = [...new Set(left.map(({ registeredBy }) => registeredBy).filter((id) => id !== undefined))];
  throw new Rejected('dependent-entries', { eventIds });
}

function inChunks<T>(items: readonly T[]): T[][] {
  const chunks: T[][] = [];
  for (let from = 0; from < items.length; from += HOUSEHOLDS_AN_EVENT)
    chunks.push(items.slice(from, from + HOUSEHOLDS_AN_EVENT));
  return chunks;
}
