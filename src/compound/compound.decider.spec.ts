import { specification } from '../../test/support/given.js';
import { type CompoundCommand, compoundDecider, type CompoundEvent, type Household } from './compound.decider.js';

const given = specification(compoundDecider);
const known = { closedThrough: null };
const COMPOUND = {
  compoundId: 'c',
  name: '演示小区',
  divisionCode: '140403',
  builtYear: 1998,
  buildings: [
    { buildingNo: '1', floors: 6, hasElevator: false },
    { buildingNo: '2', floors: 6, hasElevator: false },
  ],
  locality: 'city' as const,
  occurredOn: '2026-01-05',
};
const registered: CompoundEvent = { type: 'CompoundRegistered', data: COMPOUND };
const flat = (householdId: string, buildingNo = '1'): Household => ({
  ...{ householdId, buildingNo, floor: 1, floorAreaM2: '80.00', ownership: 'commodity', use: 'residential' },
});
const register = (...households: Household[]): CompoundCommand => ({
  ...{ type: 'RegisterHouseholds', known, data: { households, occurredOn: '2026-01-06' } },
});
const households = (...flats: Household[]): CompoundEvent => ({
  ...{ type: 'HouseholdsRegistered', eventId: 'e1', data: { households: flats, occurredOn: '2026-01-06' } },
});
type Correction = Extract<CompoundCommand, { type: 'CorrectCompound' }>;
const correct = (
  changes: Correction['data']['changes'],
  of: Correction['data']['households'] = [],
  dependents: readonly string[] = [],
): CompoundCommand => ({
  type: 'CorrectCompound',
  known,
  dependents,
  data: { changes, households: of, reason: '更正', occurredOn: '2026-01-07' },
});

describe('A compound', () => {
  it('is put on the register', () => {
    given().when({ type: 'RegisterCompound', known, data: COMPOUND }).then(registered);
  });

  it('takes no facts into a closed period, and takes them the day after', () => {
    const closed = { closedThrough: '2026-01-05' };
    given().when({ type: 'RegisterCompound', known: closed, data: COMPOUND }).thenRejected('period-closed');
    given()
      .when({ type: 'RegisterCompound', known: { closedThrough: '2026-01-04' }, data: COMPOUND })
      .thenTypes('CompoundRegistered');
  });

  it('registers households of its own buildings, each id once', () => {
    given(registered)
      .when(register(flat('h1'), flat('h2', '2')))
      .thenTypes('HouseholdsRegistered');
    given(registered)
      .when(register(flat('h1', '3')))
      .thenRejected('building-not-found');
    given(registered, households(flat('h1')))
      .when(register(flat('h2'), flat('h1')))
      .thenRejected('already-exists');
  });

  it('tells at most 1,000 households in an event', () => {
    const many = Array.from({ length: 2_001 }, (_, index) => flat(`h${index}`));
    given(registered)
      .when(register(...many))
      .thenTypes('HouseholdsRegistered', 'HouseholdsRegistered', 'HouseholdsRegistered');
  });

  it('is corrected in what changed', () => {
    given(registered)
      .when(correct({ builtYear: 2001 }))
      .thenTypes('CompoundCorrected');
    const own = given(registered, households(flat('h1')));
    own.when(correct({}, [{ householdId: 'h1', floorAreaM2: '81.00' }])).thenTypes('HouseholdsCorrected');
    own.when(correct({}, [{ householdId: 'h2', floorAreaM2: '81.00' }])).thenRejected('household-not-found');
    own.when(correct({}, [{ householdId: 'h1', buildingNo: '3' }])).thenRejected('building-not-found');
  });

  it('keeps a building that has households, unless they are moved with it', () => {
    const rest = { buildings: [COMPOUND.buildings[1]!] };
    const own = given(registered, households(flat('h1')));
    own.when(correct(rest)).thenRejected('dependent-entries');
    own
      .when(correct(rest, [{ householdId: 'h1', buildingNo: '2' }]))
      .thenTypes('CompoundCorrected', 'HouseholdsCorrected');
  });

  it('does not move to another division once schemes exist', () => {
    given(registered)
      .when(correct({ divisionCode: '140404' }))
      .thenTypes('CompoundCorrected');
    given(registered)
      .when(correct({ divisionCode: '140404' }, [], ['e9']))
      .thenRejected('dependent-entries');
    given(registered)
      .when(correct({ divisionCode: '140403', name: '改名' }, [], ['e9']))
      .thenTypes('CompoundCorrected');
  });
});
