import type { BusinessDate } from '../kernel/dates.js';
import { type Decider, type Decision, type Override, SECOND_PERSON } from '../kernel/decider.js';
import type { Identified, Noted } from '../kernel/facts.js';
import { Rejected } from '../kernel/rejection.js';

type Told<Type extends string, Data> = {
  readonly type: Type;
  readonly data: Data & Noted & { readonly override?: Override };
};
// Events are the storage format: a type or field never changes its name or meaning, it is only joined by others.
export type PeriodEvent = Identified &
  (
    | Told<'PeriodClosed', { divisionCode: string; through: BusinessDate; reason: string }>
    | Told<
        'PeriodSealed',
        { divisionCode: string; through: BusinessDate; closePosition: number; trialBalanceHash: string }
      >
    | Told<'PeriodReopened', { divisionCode: string; through: BusinessDate; reason: string }>
  );
type Asked = { divisionCode: string; through: BusinessDate; reason: string } & Noted;
export type PeriodCommand =
  | {
      readonly type: 'ClosePeriod';
      readonly data: Asked;
      /** Today in Asia/Shanghai, and events of crossings that are still on their way inside the period. */
      readonly known: { readonly today: BusinessDate; readonly inTransit: readonly string[] };
    }
  | { readonly type: 'ReopenPeriod'; readonly data: Asked }
  | {
      readonly type: 'SealPeriod';
      readonly data: {
        divisionCode: string;
        through: BusinessDate;
        closePosition: number;
        trialBalanceHash: string;
      } & Noted;
    };

/** Ascending: each later close reaches further. */
export type PeriodState = { divisionCode?: string; readonly closes: BusinessDate[] };

/** The books of a division, closed through a day by two people, and reopened by two. */
export const periodDecider: Decider<PeriodState, PeriodCommand, PeriodEvent> = {
  category: 'period',
  subject: 'period',
  initial: () => ({ closes: [] }),
  divisionOf: (state) => state.divisionCode,
  events: {
    PeriodClosed: { version: 1, says: 'The books of a division were closed through a day.' },
    PeriodSealed: { version: 1, says: 'The trial balance at the close was hashed and sealed.' },
    PeriodReopened: { version: 1, says: 'Closes at or after a day were lifted, with a reason.' },
  },
  decide: (state, command, granted) => {
    switch (command.type) {
      case 'ClosePeriod':
        return close(state, command, granted);
      case 'ReopenPeriod':
        return reopen(state, command.data, granted);
      case 'SealPeriod':
        return { events: [{ type: 'PeriodSealed', data: command.data }] };
    }
  },
  evolve: (state, event) => {
    const { divisionCode, through } = event.data;
    state.divisionCode = divisionCode;
    if (event.type === 'PeriodClosed') state.closes.push(through);
    if (event.type === 'PeriodReopened') {
      const kept = state.closes.filter((one) => one < through);
      state.closes.splice(0, state.closes.length, ...kept);
    }
    return state;
  },
};

export const closedThrough = ({ closes }: PeriodState): BusinessDate | null => closes.at(-1) ?? null;

function close(
  state: PeriodState,
  { data, known }: Extract<PeriodCommand, { type: 'ClosePeriod' }>,
  granted: readonly string[],
): Decision<PeriodEvent> {
  const last = closedThrough(state);
  if (last !== null && data.through <= last) throw new Rejected('already-done', { facts: { through: last } });
  if (known.inTransit.length > 0) throw new Rejected('in-transit', { eventIds: known.inTransit });
  if (data.through > known.today) throw new Rejected('date-order', { facts: { latest: known.today } });
  assertSecondPerson(granted);
  return { events: [{ type: 'PeriodClosed', data }] };
}

function reopen(state: PeriodState, data: Asked, granted: readonly string[]): Decision<PeriodEvent> {
  if (!state.closes.some((one) => one >= data.through)) throw new Rejected('already-done');
  assertSecondPerson(granted);
  return { events: [{ type: 'PeriodReopened', data }] };
}

function assertSecondPerson(granted: readonly string[]): void {
  if (!granted.includes(SECOND_PERSON)) throw new Rejected('needs-second-person', { rules: [SECOND_PERSON] });
}
