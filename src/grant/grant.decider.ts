import type { Decider, Decision } from '../kernel/decider.js';
import { assertKnown, assertNotBefore, assertOpen, type Known, type Noted } from '../kernel/facts.js';
import { fen, yuan } from '../kernel/money.js';
import { Rejected } from '../kernel/rejection.js';
import { CHANGZHI_2020 } from '../policy/changzhi-2020.rules.js';
import { centralPlanContent } from '../policy/essential-kinds.rules.js';
import { ceiling, type Check, judge, must } from '../policy/judgement.rules.js';
import { cell } from '../policy/matrix.rules.js';
import type { RulePack } from '../policy/rule-pack.js';
import type { CostArea, WorkItem } from '../policy/work-item.js';
import {
  type Award,
  availableOf,
  evolve,
  type GrantEvent,
  type GrantState,
  initialGrant,
  sentTo,
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
import { reverse, type ReversalCommand } from './grant-reversal.decider.js';

/** What the grant must know of the scheme it sends money to, as its handler read it. */
export type SchemeFacts = {
  readonly schemeId: string;
  readonly divisionCode: string;
  readonly pack: RulePack;
  readonly centralPlan: boolean;
  /** Of the approved revision, before the first approval the latest; null where there is none. */
  readonly workItems: readonly WorkItem[] | null;
  readonly line?: { readonly lineId: string; readonly workItem: WorkItem; readonly costArea: CostArea };
  /** True where the other central programme has marked or paid the line (R11). */
  readonly otherProgramme: boolean;
};
type ToSchemeCommand = { schemeId: string; amount: string; costArea?: CostArea; lineId?: string };
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
  if (!scheme.divisionCode.startsWith(award.divisionCode)) throw new Rejected('wrong-division');
  const costArea = areaOf(data.costArea, scheme);
  assertOpen(data.occurredOn, known);
  assertNotBefore(data.occurredOn, award.awardedOn);
  const tried = verdict(
    [...allocationChecks(state, scheme, costArea), fromAvailable(state, data.amount)],
    scheme.pack,
    granted,
  );
  return { events: [{ type: 'GrantAllocated', data: { ...data, ...originOf(award), costArea } }], ...tried };
}

function allocationChecks(state: GrantState, scheme: SchemeFacts, costArea: CostArea): Check[] {
  const { source, programme, mayFund } = state.award!;
  const money = { source, programme, mayFund };
  const { pack, line } = scheme;
  const answered = cell(pack, money, { costArea, workItem: line?.workItem });
  const areasOwn = cell(pack, money, { costArea }).level === 'warn';
  const covered = state.permitted.some(
    (one) =>
      one.schemeId === scheme.schemeId &&
      one.costArea === costArea &&
      one.rule === answered.rule &&
      (one.lineId === (line?.lineId ?? null) || (areasOwn && one.lineId === null)),
  );
  const facts = { source, costArea, ...(line ? { lineId: line.lineId, workItem: line.workItem } : {}) };
  return [
    ...(source === 'central-grant' ? [inCentralPlan(scheme)] : []),
    { rule: answered.rule, level: answered.level, facts, covered },
    must('R11', !(source === 'central-grant' && scheme.otherProgramme), line && { lineId: line.lineId }),
  ];
}

/** R19, as known at this moment: no revision at all refuses, a warning of R02 passes. */
const inCentralPlan = ({ centralPlan, workItems, pack }: SchemeFacts): Check =>
  must('R19', centralPlan && workItems !== null && centralPlanContent(pack, workItems) !== 'stop');

function areaOf(stated: CostArea | undefined, { line }: SchemeFacts): CostArea {
  if (stated !== undefined && line && line.costArea !== stated) throw new Rejected('cost-area-mismatch');
  return stated ?? line?.costArea ?? 'public-area';
}

const originOf = ({ grantId, source, programme }: Award) => ({ grantId, source, ...(programme ? { programme } : {}) });

function withdrawAllocation(state: GrantState, { data, known, scheme }: Of<'WithdrawAllocation'>): Decide {
  const award = state.award!;
  const costArea = areaOf(data.costArea, scheme);
  assertOpen(data.occurredOn, known);
  assertNotBefore(data.occurredOn, award.awardedOn);
  const { allocated, disbursed, marked } = sentTo(state, data.schemeId, costArea);
  const marks = [...marked.values()].reduce((sum, one) => sum + one, 0n);
  const amount = fen(data.amount);
  const free = data.lineId === undefined ? allocated - marks : (marked.get(data.lineId) ?? 0n);
  const available = free < allocated - disbursed ? free : allocated - disbursed;
  const tried = verdict(
    [ceiling('R09', amount, available, { asked: data.amount, available: yuan(available) })],
    scheme.pack,
  );
  return { events: [{ type: 'GrantAllocationWithdrawn', data: { ...data, ...originOf(award), costArea } }], ...tried };
}

function disburse(state: GrantState, { data, known, scheme }: Of<'DisburseGrant'>): Decide {
  const award = state.award!;
  const costArea = areaOf(data.costArea, scheme);
  assertOpen(data.occurredOn, known);
  assertNotBefore(data.occurredOn, award.awardedOn);
  const { allocated, disbursed } = sentTo(state, data.schemeId, costArea);
  const available = allocated - disbursed;
  const facts = { asked: data.amount, available: yuan(available), costArea };
  const tried = verdict([ceiling('R09', fen(data.amount), available, facts)], scheme.pack);
  const permitted = state.permitted
    .filter((one) => one.schemeId === data.schemeId && one.costArea === costArea)
    .map(({ rule, lineId }) => ({ rule, lineId }));
  const { lineId: _, ...told } = data;
  const event = {
    ...told,
    ...originOf(award),
    costArea,
    ...(award.mayFund ? { mayFund: award.mayFund } : {}),
    ...(permitted.length > 0 ? { permitted } : {}),
  };
  return { events: [{ type: 'GrantDisbursed', data: event }], ...tried };
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
