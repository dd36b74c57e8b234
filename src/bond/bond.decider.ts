import {
  allocationChecks,
  allot,
  areaOf,
  assertDivision,
  disbursable,
  initialSending,
  permit,
  permittedFor,
  type SchemeFacts,
  sentOf,
  type ToSchemeCommand,
  withdrawable,
} from '../grant/allocation.decider.js';
import type { BusinessDate } from '../kernel/dates.js';
import type { Decider, Decision } from '../kernel/decider.js';
import { assertKnown, assertNotBefore, assertOpen, type Known, type Noted } from '../kernel/facts.js';
import { fen, yuan } from '../kernel/money.js';
import { Rejected } from '../kernel/rejection.js';
import { CHANGZHI_2020 } from '../policy/changzhi-2020.rules.js';
import { ceiling, judge } from '../policy/judgement.rules.js';
import type { CostArea } from '../policy/work-item.js';
import {
  availableOf,
  type BondData,
  type BondEvent,
  type BondState,
  type RevenueYear,
  scheduleOf,
} from './bond-state.decider.js';
import { reverse, type ReversalCommand } from './bond-reversal.decider.js';

type Serve = { amount: string; dueOn: BusinessDate; paidFrom: 'project-income' | 'budget' } & Noted;
type OnScheme = { readonly known: Known; readonly scheme: SchemeFacts };
export type BondCommand =
  | { readonly type: 'IssueBond'; readonly data: BondData & Noted; readonly known: Known }
  | {
      readonly type: 'ForecastRevenue';
      readonly data: { years: readonly RevenueYear[] } & Noted;
      readonly known: Known;
    }
  | ({ readonly type: 'AllocateProceeds'; readonly data: ToSchemeCommand & Noted } & OnScheme)
  | ({ readonly type: 'WithdrawAllocation'; readonly data: ToSchemeCommand & { reason: string } & Noted } & OnScheme)
  | ({ readonly type: 'DisburseProceeds'; readonly data: ToSchemeCommand & { voucherNo: string } & Noted } & OnScheme)
  | { readonly type: 'PayInterest' | 'RepayPrincipal'; readonly data: Serve; readonly known: Known }
  | {
      readonly type: 'ReceiveReturn';
      readonly data: {
        schemeId: string;
        costArea: CostArea;
        amount: string;
        reason: string;
        crossingId: string;
      } & Noted;
    }
  | ReversalCommand;
type Of<Type extends BondCommand['type']> = Extract<BondCommand, { type: Type }>;
type Decide = Decision<BondEvent>;

/** A special bond: its proceeds on their way to schemes, and its service against the computed schedule. */
export const bondDecider: Decider<BondState, BondCommand, BondEvent> = {
  category: 'bond',
  subject: 'bond',
  initial: () => ({ ...initialSending(), interest: new Map(), repaid: new Map(), reversed: new Set(), entries: [] }),
  divisionOf: (state) => state.bond?.divisionCode,
  decide,
  evolve,
  events: {
    BondIssued: { version: 1, says: 'A special bond was issued.' },
    BondRevenueForecast: { version: 1, says: 'What the project will earn and cost was forecast, year by year.' },
    BondProceedsAllocated: { version: 1, says: 'Part of the proceeds was allocated to a scheme.' },
    BondAllocationWithdrawn: { version: 1, says: 'An allocation of proceeds was taken back, with a reason.' },
    BondProceedsDisbursed: { version: 1, says: 'Proceeds were sent to a scheme.' },
    BondDisbursementReturned: { version: 1, says: 'Proceeds came back from a scheme.' },
    BondInterestPaid: { version: 1, says: 'Interest of a period was paid, from project income or the budget.' },
    BondPrincipalRepaid: { version: 1, says: 'Principal of a period was repaid, from project income or the budget.' },
    EntryReversed: { version: 1, says: 'A fact was reversed, with a reason; what it moved is moved back.' },
  },
};

/** Special bonds have one source code in the matrix. */
const MONEY = { source: 'special-bond' } as const;

function decide(state: BondState, command: BondCommand, granted: readonly string[]): Decide {
  if ('known' in command) assertKnown(command.known);
  switch (command.type) {
    case 'IssueBond':
      assertOpen(command.data.occurredOn, command.known);
      scheduleOf(command.data);
      return { events: [{ type: 'BondIssued', data: command.data }] };
    case 'ForecastRevenue':
      assertOpen(command.data.occurredOn, command.known);
      return { events: [{ type: 'BondRevenueForecast', data: { ...command.data, bondId: state.bond!.bondId } }] };
    case 'AllocateProceeds':
      return allocate(state, command, granted);
    case 'WithdrawAllocation':
      return withdraw(state, command);
    case 'DisburseProceeds':
      return disburse(state, command);
    case 'PayInterest':
    case 'RepayPrincipal':
      return serve(state, command);
    case 'ReceiveReturn':
      return { events: [{ type: 'BondDisbursementReturned', data: { ...command.data, bondId: state.bond!.bondId } }] };
    case 'ReverseEntry':
      return reverse(state, command);
  }
}

function allocate(
  state: BondState,
  { data, known, scheme }: Of<'AllocateProceeds'>,
  granted: readonly string[],
): Decide {
  const bond = state.bond!;
  assertDivision(bond.divisionCode, scheme);
  const costArea = areaOf(data.costArea, scheme);
  assertOpen(data.occurredOn, known);
  assertNotBefore(data.occurredOn, bond.issuedOn);
  const available = availableOf(state);
  const within = ceiling('R09', fen(data.amount), available, { asked: data.amount, available: yuan(available) });
  const tried = judge(scheme.pack, [...allocationChecks(state, MONEY, scheme, costArea), within], granted);
  return { events: [{ type: 'BondProceedsAllocated', data: { ...data, bondId: bond.bondId, costArea } }], ...tried };
}

function withdraw(state: BondState, { data, known, scheme }: Of<'WithdrawAllocation'>): Decide {
  const costArea = areaOf(data.costArea, scheme);
  assertOpen(data.occurredOn, known);
  assertNotBefore(data.occurredOn, state.bond!.issuedOn);
  const tried = judge(scheme.pack, [withdrawable(state, data, costArea)], []);
  return {
    events: [{ type: 'BondAllocationWithdrawn', data: { ...data, bondId: state.bond!.bondId, costArea } }],
    ...tried,
  };
}

function disburse(state: BondState, { data, known, scheme }: Of<'DisburseProceeds'>): Decide {
  const costArea = areaOf(data.costArea, scheme);
  assertOpen(data.occurredOn, known);
  assertNotBefore(data.occurredOn, state.bond!.issuedOn);
  const tried = judge(scheme.pack, [disbursable(state, data.schemeId, data.amount, costArea)], []);
  const { lineId: _, ...told } = data;
  const event = { ...told, bondId: state.bond!.bondId, costArea, ...permittedFor(state, data.schemeId, costArea) };
  return { events: [{ type: 'BondProceedsDisbursed', data: event }], ...tried };
}

/** On a day of the schedule, and no more than is still due on it. */
function serve(state: BondState, { type, data, known }: Of<'PayInterest' | 'RepayPrincipal'>): Decide {
  const bond = state.bond!;
  const period = scheduleOf(bond).periods.find(({ dueOn }) => dueOn === data.dueOn);
  if (!period) throw new Rejected('schedule-mismatch', { facts: { dueOn: data.dueOn } });
  const [due, paid] = type === 'PayInterest' ? [period.interest, state.interest] : [period.principal, state.repaid];
  const available = due - (paid.get(data.dueOn) ?? 0n);
  if (fen(data.amount) > available)
    throw new Rejected('schedule-mismatch', { facts: { asked: data.amount, available: yuan(available) } });
  assertOpen(data.occurredOn, known);
  assertNotBefore(data.occurredOn, bond.issuedOn);
  const event = { ...data, bondId: bond.bondId };
  const tried = judge(CHANGZHI_2020, [{ rule: 'R18', level: 'allow' }], []);
  return {
    events: [{ type: type === 'PayInterest' ? 'BondInterestPaid' : 'BondPrincipalRepaid', data: event }],
    ...tried,
  };
}

function evolve(state: BondState, event: BondEvent): BondState {
  state.entries.push({ eventId: event.eventId ?? '', type: event.type });
  if (event.type !== 'EntryReversed') return apply(state, event, 1n);
  for (const entry of event.data.reverses) {
    state.reversed.add(entry.eventId);
    apply(state, entry as unknown as BondEvent, -1n);
  }
  return state;
}

/** A fact forwards, or (−1) taken back. */
function apply(state: BondState, event: BondEvent, sign: 1n | -1n): BondState {
  switch (event.type) {
    case 'BondIssued':
      if (sign === 1n) state.bond = { ...event.data, issuedOn: event.data.occurredOn };
      else state.bond = { ...event.data, issuedOn: event.data.occurredOn, principal: '0.00' };
      break;
    case 'BondProceedsAllocated':
      allot(state, event.data, sign);
      if (sign === 1n) permit(state, event.data, event.data.override?.rules ?? []);
      break;
    case 'BondAllocationWithdrawn':
      allot(state, event.data, sign === 1n ? -1n : 1n);
      break;
    case 'BondProceedsDisbursed':
      sentOf(state, event.data).disbursed += sign * fen(event.data.amount);
      break;
    case 'BondDisbursementReturned':
      sentOf(state, event.data).disbursed -= sign * fen(event.data.amount);
      break;
    case 'BondInterestPaid':
    case 'BondPrincipalRepaid': {
      const paid = event.type === 'BondInterestPaid' ? state.interest : state.repaid;
      paid.set(event.data.dueOn, (paid.get(event.data.dueOn) ?? 0n) + sign * fen(event.data.amount));
      break;
    }
  }
  return state;
}
