import type { Decider, Decision } from '../kernel/decider.js';
import { assertKnown, assertNotBefore, assertOpen, type Known, type Noted } from '../kernel/facts.js';
import { fen, yuan } from '../kernel/money.js';
import { Rejected } from '../kernel/rejection.js';
import { CHANGZHI_2020 } from '../policy/changzhi-2020.rules.js';
import { ceiling, type Check, judge, must } from '../policy/judgement.rules.js';
import type { RulePack } from '../policy/rule-pack.js';
import {
  allocationChecks,
  areaOf,
  assertDivision,
  disbursable,
  permittedFor,
  type SchemeFacts,
  type ToSchemeCommand,
  withdrawable,
} from './allocation.decider.js';
import {
  type Award,
  availableOf,
  evolve,
  type GrantEvent,
  type GrantState,
  initialGrant,
} from './grant-state.decider.js';
import {
  carryOver,
  lapse,
  receiveReturn,
  receiveReturned,
  register,
  returnUpwards,
  type YearCommand,
} from './grant-year.decider.js';
import { distribute, type DistributionCommand } from './grant-distribution.decider.js';
import { reverse, type ReversalCommand } from './grant-reversal.decider.js';

export type GrantCommand =
  | { readonly type: 'AwardGrant'; readonly data: Award & Noted; readonly known: Known }
  | { readonly type: 'AmendGrant'; readonly data: { amount: string; reason: string } & Noted; readonly known: Known }
  | {
      readonly type: 'DecomposeGrant';
      readonly data: { childGrantId: string; divisionCode: string; amount: string } & Noted;
      readonly known: Known & { childElsewhere: boolean };
    }
  | {
      readonly type: 'AllocateGrant';
      readonly data: ToSchemeCommand & Noted;
      readonly known: Known;
      readonly scheme: SchemeFacts;
    }
  | {
      readonly type: 'WithdrawAllocation';
      readonly data: ToSchemeCommand & { reason: string } & Noted;
      readonly known: Known;
      readonly scheme: SchemeFacts;
    }
  | {
      readonly type: 'DisburseGrant';
      readonly data: ToSchemeCommand & { voucherNo: string } & Noted;
      readonly known: Known;
      readonly scheme: SchemeFacts;
    }
  | { readonly type: 'ReceiveDecomposition'; readonly data: Award & Noted; readonly crossingId: string }
  | DistributionCommand
  | YearCommand
  | ReversalCommand;

type Of<Type extends GrantCommand['type']> = Extract<GrantCommand, { type: Type }>;
type Decide = Decision<GrantEvent>;

/** A 指标: money promised by a document, passed down a chain of documents and out to schemes. */
export const grantDecider: Decider<GrantState, GrantCommand, GrantEvent> = {
  category: 'grant',
  subject: 'grant',
  initial: initialGrant,
  divisionOf: (state) => state.award?.divisionCode,
  decide,
  evolve,
  events: {
    GrantAwarded: { version: 1, says: 'A document awarded money; a child grant names its parent.' },
    GrantAmended: { version: 1, says: 'A document changed the total of an award.' },
    GrantDecomposed: { version: 1, says: 'Part of a grant was passed down by a document to a child grant.' },
    GrantAllocated: { version: 1, says: 'Part of a grant was allocated to a scheme.' },
    GrantAllocationWithdrawn: { version: 1, says: 'An allocation was taken back, with a reason.' },
    GrantDisbursed: { version: 1, says: 'Money of a grant was sent to a scheme.' },
    GrantDisbursementReturned: { version: 1, says: 'Money of a grant came back from a scheme.' },
    GrantCarriedOver: { version: 1, says: 'What was unspent on 31 December was carried over.' },
    GrantLapsed: { version: 1, says: 'What was still available a year later lapsed (结余).' },
    GrantReturned: { version: 1, says: 'Money of a grant was returned to the level above.' },
    DecompositionReturned: { version: 1, says: 'A child grant returned money, which is again available here.' },
    EntryReversed: { version: 1, says: 'A fact was reversed, with a reason; what it moved is moved back.' },
    DirectFundsRegistered: { version: 1, says: 'Direct funds were registered in the monitoring system.' },
  },
};

function decide(state: GrantState, command: GrantCommand, granted: readonly string[]): Decide {
  if ('known' in command) assertKnown(command.known);
  switch (command.type) {
    case 'AwardGrant':
      assertOpen(command.data.occurredOn, command.known);
      return { events: [{ type: 'GrantAwarded', data: command.data }] };
    case 'AmendGrant':
      return amend(state, command);
    case 'DecomposeGrant':
      return decompose(state, command);
    case 'AllocateGrant':
      return allocate(state, command, granted);
    case 'WithdrawAllocation':
      return withdrawAllocation(state, command);
    case 'DisburseGrant':
      return disburse(state, command);
    case 'ReceiveDecomposition':
      return receiveDecomposition(state, command);
    case 'DistributeGrant':
      return distribute(state, command, granted, inherited);
    case 'CarryOverGrant':
      return carryOver(state, command);
    case 'LapseGrant':
      return lapse(state, command);
    case 'ReturnGrant':
      return returnUpwards(state, command);
    case 'RegisterDirectFunds':
      return register(state, command);
    case 'ReceiveReturn':
      return receiveReturn(state, command);
    case 'ReceiveReturnedDecomposition':
      return receiveReturned(state, command);
    case 'ReverseEntry':
      return reverse(state, command);
  }
}

function amend(state: GrantState, { data, known }: Of<'AmendGrant'>): Decide {
  const award = state.award!;
  if (award.parentGrantId !== undefined) throw new Rejected('wrong-route');
  assertOpen(data.occurredOn, known);
  assertNotBefore(data.occurredOn, award.awardedOn);
  const least = state.awarded - availableOf(state);
  const tried = verdict([must('R09', fen(data.amount) >= least, { asked: data.amount, least: yuan(least) })]);
  const event = { ...data, grantId: award.grantId, previous: yuan(state.awarded) };
  return { events: [{ type: 'GrantAmended', data: event }], ...tried };
}

function decompose(state: GrantState, { data, known }: Of<'DecomposeGrant'>): Decide {
  const award = state.award!;
  const child = state.children.get(data.childGrantId);
  if (!data.divisionCode.startsWith(award.divisionCode)) throw new Rejected('wrong-division');
  if (child && child.divisionCode !== data.divisionCode) throw new Rejected('wrong-division');
  if (!child && (known.childElsewhere || data.childGrantId === award.grantId)) throw new Rejected('already-exists');
  assertOpen(data.occurredOn, known);
  assertNotBefore(data.occurredOn, award.awardedOn);
  const tried = verdict([fromAvailable(state, data.amount)]);
  const event = { ...data, grantId: award.grantId, inherits: inherited(award) };
  return { events: [{ type: 'GrantDecomposed', data: event }], ...tried };
}

const INHERITED = [
  ...(['grantId', 'source', 'programme', 'programmeName', 'mayFund', 'amount', 'fiscalYear'] as const),
  ...(['budgetSubject', 'budgetBook', 'divisionCode', 'directFunds', 'parentGrantId'] as const),
] satisfies readonly (keyof Award)[];

/** The award itself, without the papers and remarks of the day it was recorded: a child has its own. */
const inherited = (award: Award): Award =>
  Object.fromEntries(
    INHERITED.flatMap((name) => (award[name] === undefined ? [] : [[name, award[name]]])),
  ) as unknown as Award;

function fromAvailable(state: GrantState, amount: string): Check {
  const available = availableOf(state);
  return ceiling('R09', fen(amount), available, { asked: amount, available: yuan(available) });
}

/** Rules of a grant's own stream are the same under every pack; the scheme's pack judges what depends on the scheme. */
const verdict = (checks: readonly Check[], pack?: RulePack, granted: readonly string[] = []) =>
  judge(pack ?? CHANGZHI_2020, checks, granted);

function allocate(state: GrantState, { data, known, scheme }: Of<'AllocateGrant'>, granted: readonly string[]): Decide {
  const award = state.award!;
  assertDivision(award.divisionCode, scheme);
  const costArea = areaOf(data.costArea, scheme);
  assertOpen(data.occurredOn, known);
  assertNotBefore(data.occurredOn, award.awardedOn);
  const checks = [...allocationChecks(state, award, scheme, costArea), fromAvailable(state, data.amount)];
  const tried = verdict(checks, scheme.pack, granted);
  return { events: [{ type: 'GrantAllocated', data: { ...data, ...originOf(award), costArea } }], ...tried };
}

const originOf = ({ grantId, source, programme }: Award) => ({ grantId, source, ...(programme ? { programme } : {}) });

function withdrawAllocation(state: GrantState, { data, known, scheme }: Of<'WithdrawAllocation'>): Decide {
  const award = state.award!;
  const costArea = areaOf(data.costArea, scheme);
  assertOpen(data.occurredOn, known);
  assertNotBefore(data.occurredOn, award.awardedOn);
  const tried = verdict([withdrawable(state, data, costArea)], scheme.pack);
  return { events: [{ type: 'GrantAllocationWithdrawn', data: { ...data, ...originOf(award), costArea } }], ...tried };
}

function disburse(state: GrantState, { data, known, scheme }: Of<'DisburseGrant'>): Decide {
  const award = state.award!;
  const costArea = areaOf(data.costArea, scheme);
  assertOpen(data.occurredOn, known);
  assertNotBefore(data.occurredOn, award.awardedOn);
  const tried = verdict([disbursable(state, data.schemeId, data.amount, costArea)], scheme.pack);
  const { lineId: _, ...told } = data;
  const more = {
    ...(award.mayFund ? { mayFund: award.mayFund } : {}),
    ...permittedFor(state, data.schemeId, costArea),
  };
  return { events: [{ type: 'GrantDisbursed', data: { ...told, ...originOf(award), costArea, ...more } }], ...tried };
}

/** The child's side of a decomposition: its award, or a higher total where it exists. Never refused. */
function receiveDecomposition(state: GrantState, { data, crossingId }: Of<'ReceiveDecomposition'>): Decide {
  if (!state.award) return { events: [{ type: 'GrantAwarded', data: { ...data, crossingId } }] };
  const { grantId, parentGrantId, occurredOn } = data;
  const raised = {
    grantId,
    occurredOn,
    crossingId,
    previous: yuan(state.awarded),
    amount: yuan(state.awarded + fen(data.amount)),
    ...(parentGrantId === undefined ? {} : { parentGrantId }),
    ...(data.documentNo === undefined ? {} : { documentNo: data.documentNo }),
  };
  return { events: [{ type: 'GrantAmended', data: raised }] };
}
