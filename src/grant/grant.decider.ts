import type { Decider, Decision, Override } from '../kernel/decider.js';
import { assertKnown, assertNotBefore, assertOpen, type Known, type Identified, type Noted } from '../kernel/facts.js';
import { fen, type Fen, yuan } from '../kernel/money.js';
import { Rejected } from '../kernel/rejection.js';
import { centralPlanContent } from '../policy/essential-kinds.rules.js';
import type { FundingSource } from '../policy/funding-source.js';
import { ceiling, type Check, judge, must } from '../policy/judgement.rules.js';
import { CHANGZHI_2020 } from '../policy/changzhi-2020.rules.js';
import { cell } from '../policy/matrix.rules.js';
import type { Programme, RulePack } from '../policy/rule-pack.js';
import type { CostArea, WorkItem } from '../policy/work-item.js';

export const GRANT_LEVELS = ['central', 'provincial', 'city', 'county'] as const;
export const GRANT_SOURCES = ['housing-sale-proceeds', 'pooled-compound-funds'] as const;

/** An award as it was made; a child inherits all of it but the document, the division and the amount. */
export type Award = {
  readonly grantId: string;
  readonly source: FundingSource;
  readonly programme?: Programme;
  readonly programmeName?: string;
  readonly mayFund?: readonly WorkItem[];
  readonly amount: string;
  readonly fiscalYear: number;
  readonly budgetSubject?: string;
  readonly budgetBook: 'general' | 'government-fund';
  readonly divisionCode: string;
  readonly directFunds: boolean;
  readonly parentGrantId?: string;
};
type ToScheme = {
  readonly grantId: string;
  readonly source: FundingSource;
  readonly schemeId: string;
  readonly amount: string;
  readonly costArea: CostArea;
};
type Told<Type extends string, Data> = {
  readonly type: Type;
  readonly data: Data & Noted & { readonly override?: Override };
};

// Events are the storage format: a type or field never changes its name or meaning, it is only joined by others.
export type GrantEvent = Identified &
  (
    | Told<'GrantAwarded', Award & { readonly crossingId?: string }>
    | Told<
        'GrantAmended',
        {
          grantId: string;
          amount: string;
          previous: string;
          reason?: string;
          parentGrantId?: string;
          crossingId?: string;
        }
      >
    | Told<
        'GrantDecomposed',
        { grantId: string; childGrantId: string; divisionCode: string; amount: string; inherits: Award }
      >
    | Told<'GrantAllocated', ToScheme & { lineId?: string; programme?: Programme }>
    | Told<'GrantAllocationWithdrawn', ToScheme & { lineId?: string; programme?: Programme; reason: string }>
    | Told<
        'GrantDisbursed',
        ToScheme & {
          voucherNo: string;
          programme?: Programme;
          mayFund?: readonly WorkItem[];
          permitted?: readonly { rule: string; lineId: string | null }[];
        }
      >
    | Told<'GrantDisbursementReturned', ToScheme & { reason: string; crossingId: string }>
    | Told<'GrantCarriedOver', { grantId: string; fiscalYear: number; amount: string; readPosition: number }>
    | Told<'GrantLapsed', { grantId: string; fiscalYear: number; amount: string }>
    | Told<'GrantReturned', { grantId: string; amount: string; fromLapsed: string; parentGrantId?: string }>
    | Told<'DirectFundsRegistered', { grantId: string; systemNo: string }>
  );

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
  | { readonly type: 'ReceiveDecomposition'; readonly data: Award & Noted; readonly crossingId: string };

type Sent = { allocated: Fen; disbursed: Fen; marked: Map<string, Fen> };
export type GrantState = {
  award?: Award & { readonly awardedOn: string };
  awarded: Fen;
  decomposed: Fen;
  allocated: Fen;
  returned: Fen;
  lapsed: Fen;
  readonly children: Map<string, { divisionCode: string; amount: Fen }>;
  /** By scheme and cost area. */
  readonly sent: Map<string, Sent>;
  readonly permitted: { schemeId: string; costArea: CostArea; rule: string; lineId: string | null }[];
};
type Of<Type extends GrantCommand['type']> = Extract<GrantCommand, { type: Type }>;
type Decide = Decision<GrantEvent>;

/** A 指标: money promised by a document, passed down a chain of documents and out to schemes. */
export const grantDecider: Decider<GrantState, GrantCommand, GrantEvent> = {
  category: 'grant',
  subject: 'grant',
  initial: () => ({
    awarded: 0n,
    decomposed: 0n,
    allocated: 0n,
    returned: 0n,
    lapsed: 0n,
    children: new Map(),
    sent: new Map(),
    permitted: [],
  }),
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
    DirectFundsRegistered: { version: 1, says: 'Direct funds were registered in the monitoring system.' },
  },
};

function decide(state: GrantState, command: GrantCommand, granted: readonly string[]): Decide {
  if (command.type !== 'ReceiveDecomposition') assertKnown(command.known);
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
  }
}

/** R09: what is awarded and neither passed down, allocated, returned nor lapsed. */
export const availableOf = ({ awarded, decomposed, allocated, returned, lapsed }: GrantState): Fen =>
  awarded - decomposed - allocated - returned - lapsed;

const sentTo = (state: GrantState, schemeId: string, costArea: CostArea): Sent =>
  state.sent.get(`${schemeId}|${costArea}`) ?? { allocated: 0n, disbursed: 0n, marked: new Map() };

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
  const { awardedOn: _, ...inherits } = award;
  return { events: [{ type: 'GrantDecomposed', data: { ...data, grantId: award.grantId, inherits } }], ...tried };
}

function fromAvailable(state: GrantState, amount: string): Check {
  const available = availableOf(state);
  return ceiling('R09', fen(amount), available, { asked: amount, available: yuan(available) });
}

/** Rules of a grant's own stream are the same under every pack; the scheme's pack judges what depends on the scheme. */
const verdict = (checks: readonly Check[], pack?: RulePack, granted: readonly string[] = []) =>
  judge(pack ?? CHANGZHI_2020, checks, granted);

function allocate(state: GrantState, { data, known, scheme }: Of<'AllocateGrant'>, granted: readonly string[]): Decide {
  const award = state.award!;
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

function evolve(state: GrantState, event: GrantEvent): GrantState {
  const { data } = event;
  switch (event.type) {
    case 'GrantAwarded':
      state.award = { ...event.data, awardedOn: data.occurredOn };
      state.awarded = fen(event.data.amount);
      break;
    case 'GrantAmended':
      state.awarded = fen(event.data.amount);
      break;
    case 'GrantDecomposed': {
      const { childGrantId, divisionCode, amount } = event.data;
      const before = state.children.get(childGrantId)?.amount ?? 0n;
      state.children.set(childGrantId, { divisionCode, amount: before + fen(amount) });
      state.decomposed += fen(amount);
      break;
    }
    case 'GrantAllocated':
      allot(state, event.data, 1n);
      for (const rule of data.override?.rules ?? []) {
        const { schemeId, costArea, lineId = null } = event.data;
        state.permitted.push({ schemeId, costArea, rule, lineId });
      }
      break;
    case 'GrantAllocationWithdrawn':
      allot(state, event.data, -1n);
      break;
    case 'GrantDisbursed':
      sent(state, event.data).disbursed += fen(event.data.amount);
      break;
    case 'GrantDisbursementReturned':
      sent(state, event.data).disbursed -= fen(event.data.amount);
      break;
    case 'GrantLapsed':
      state.lapsed += fen(event.data.amount);
      break;
    case 'GrantReturned':
      state.returned += fen(event.data.amount);
      state.lapsed -= fen(event.data.fromLapsed);
      break;
  }
  return state;
}

function sent(state: GrantState, { schemeId, costArea }: ToScheme): Sent {
  const key = `${schemeId}|${costArea}`;
  let to = state.sent.get(key);
  if (!to) state.sent.set(key, (to = { allocated: 0n, disbursed: 0n, marked: new Map() }));
  return to;
}

function allot(state: GrantState, data: ToScheme & { lineId?: string }, sign: 1n | -1n): void {
  const amount = fen(data.amount) * sign;
  const to = sent(state, data);
  to.allocated += amount;
  state.allocated += amount;
  if (data.lineId !== undefined) to.marked.set(data.lineId, (to.marked.get(data.lineId) ?? 0n) + amount);
}
