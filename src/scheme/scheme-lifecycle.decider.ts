import type { Decision } from '../kernel/decider.js';
import { millionths } from '../kernel/decimal.js';
import { assertNotBefore, assertOpen, type Known, type Noted } from '../kernel/facts.js';
import { notFound, Rejected } from '../kernel/rejection.js';
import { centralPlanContent } from '../policy/essential-kinds.rules.js';
import { type Check, judge, must, should } from '../policy/judgement.rules.js';
import type { RulePack } from '../policy/rule-pack.js';
import { majorityFor, voteCarries } from '../policy/votes.rules.js';
import type { WorkItem } from '../policy/work-item.js';
import type { CompoundState } from '../compound/compound.decider.js';
import { floors } from './scheme-budget.decider.js';
import {
  type AreaTally,
  linesOf,
  type Revision,
  type SchemeChanges,
  type SchemeData,
  type SchemeEvent,
  type SchemeState,
  type Tally,
} from './scheme-state.decider.js';

type OnCompound = { readonly known: Known & { readonly compound: CompoundState } };
export type LifecycleCommand = OnCompound &
  (
    | { readonly type: 'DraftScheme'; readonly data: SchemeData & Noted; readonly pack: RulePack }
    | { readonly type: 'CorrectScheme'; readonly data: { changes: SchemeChanges; reason: string } & Noted }
    | { readonly type: 'PublishScheme'; readonly data: { publishedOn: string; endsOn: string } & Noted }
    | {
        readonly type: 'CloseConsultation';
        readonly data: { closedOn: string; owners: Tally; areaM2: AreaTally } & Noted;
      }
    | {
        readonly type: 'ApproveScheme';
        readonly data: { approvedOn: string; budgetRevision?: number; heritageOpinionNo?: string } & Noted;
        /** Who asks: nobody approves what they recorded. */
        readonly approver: string;
      }
    | { readonly type: 'StartConstruction'; readonly data: { startedOn: string } & Noted }
    | {
        readonly type: 'RecordAcceptance';
        readonly data: {
          passed: boolean;
          parties: readonly string[];
          specialAcceptances: readonly SpecialAcceptance[];
        } & Noted;
      }
    | { readonly type: 'HandOverScheme'; readonly data: { receiver: string; archiveNo?: string } & Noted }
  );
type SpecialAcceptance = { readonly workItem: WorkItem; readonly authority: string; readonly documentNo: string };
type Of<Type extends LifecycleCommand['type']> = Extract<LifecycleCommand, { type: Type }>;
type Decide = Decision<SchemeEvent>;

/** 改造对象: R01b puts some areas outside; R01a asks a second person where the text's weight does not lie. */
export function draft({ data, known, pack }: Of<'DraftScheme'>, granted: readonly string[]): Decide {
  assertOpen(data.occurredOn, known);
  // What amends the policy judges nothing from before it was in force; the policy itself judges whatever came before.
  if (pack.basedOn !== null && data.occurredOn < pack.effectiveFrom)
    throw new Rejected('out-of-range', { pointer: '/policyId', facts: { effectiveFrom: pack.effectiveFrom } });
  const { exclusions = {}, builtYear, locality } = known.compound.compound!;
  const outside = Object.entries(exclusions).find(([, isSo]) => isSo === true);
  const { builtBeforeYear, localitiesInScope } = pack.parameters;
  const inWeight = builtYear < builtBeforeYear && (localitiesInScope as readonly string[]).includes(locality);
  const checks = [must('R01b', outside === undefined, outside && { exclusion: outside[0] }), should('R01a', inWeight)];
  return { events: [{ type: 'SchemeDrafted', data }], ...judge(pack, checks, granted) };
}

export function correct({ data, known }: Of<'CorrectScheme'>): Decide {
  assertOpen(data.occurredOn, known);
  return { events: [{ type: 'SchemeCorrected', data }] };
}

export function publish(state: SchemeState, { data, known }: Of<'PublishScheme'>, pack: RulePack): Decide {
  if (state.publication) throw new Rejected('already-done');
  assertOpen(data.occurredOn, known);
  const tried = judge(pack, [must('R06', state.revisions.length > 0, { missing: 'budget-revision' })], []);
  return { events: [{ type: 'SchemePublished', data: { ...data, schemeId: state.scheme!.schemeId } }], ...tried };
}

export function closeConsultation(
  state: SchemeState,
  { data, known }: Of<'CloseConsultation'>,
  pack: RulePack,
): Decide {
  if (state.consultation) throw new Rejected('already-done');
  assertOpen(data.occurredOn, known);
  assertNotBefore(data.closedOn, state.publication?.endsOn);
  const tried = judge(pack, [must('R06', state.publication !== undefined, { missing: 'publication' })], []);
  return { events: [{ type: 'ConsultationClosed', data: { ...data, schemeId: state.scheme!.schemeId } }], ...tried };
}

/** （二）公示、征求意见、审核: once for the scheme, then every later revision is approved by itself. */
export function approve(
  state: SchemeState,
  command: Of<'ApproveScheme'>,
  pack: RulePack,
  granted: readonly string[],
): Decide {
  const { data, known, approver } = command;
  const number = data.budgetRevision ?? state.revisions.length;
  const revision = state.revisions[number - 1];
  if (data.budgetRevision !== undefined && !revision) throw notFound('budget-revision', '/budgetRevision');
  if (revision?.recordedBy === approver) throw new Rejected('same-person');
  if (revision && number <= state.approvedRevision) throw new Rejected('already-done');
  assertOpen(data.occurredOn, known);
  const isFirst = state.approvedRevision === 0;
  assertNotBefore(data.approvedOn, isFirst ? state.consultation?.closedOn : state.lastApprovedOn);
  const { heritageOpinionNo } = data;
  const heritageHeard = known.compound.compound?.heritage !== true || heritageOpinionNo !== undefined;
  const checks: Check[] = [
    must('R21', heritageHeard, { missing: 'heritageOpinionNo' }),
    must('R06', revision !== undefined, { missing: 'budget-revision' }),
    must('R06', state.publication !== undefined, { missing: 'publication' }),
    must('R06', state.consultation !== undefined, { missing: 'consultation' }),
    ...(revision ? revisionChecks(state, revision, pack, isFirst) : []),
  ];
  const tried = judge(pack, checks, granted);
  const event = { ...data, schemeId: state.scheme!.schemeId, budgetRevision: number };
  return { events: [{ type: 'SchemeApproved', data: event }], ...tried };
}

function revisionChecks(state: SchemeState, revision: Revision, pack: RulePack, isFirst: boolean): Check[] {
  const items = [...revision.lines.values()].map(({ workItem }) => workItem);
  const content: Check[] = state.scheme!.centralPlan ? [{ rule: 'R02', level: centralPlanContent(pack, items) }] : [];
  return [...content, ...(isFirst ? [consulted(state, items, pack)] : []), ...floors(state, revision.lines)];
}

/** The consultation is recorded as it was; below the numbers of R15 its approval warns. */
function consulted({ consultation }: SchemeState, items: readonly WorkItem[], pack: RulePack): Check {
  if (!consultation) return { rule: 'R15', level: 'allow' };
  const { closedOn, owners, areaM2 } = consultation;
  const majority = items.some((item) => majorityFor(pack, item) === 'raise') ? 'raise' : 'use';
  const area = {
    total: millionths(areaM2.total),
    participated: millionths(areaM2.participated),
    agreed: millionths(areaM2.agreed),
  };
  return should('R15', voteCarries({ owners, areaMillionths: area }, { on: closedOn, majority }, pack));
}

export function start(state: SchemeState, { data, known }: Of<'StartConstruction'>, pack: RulePack): Decide {
  if (state.startedOn !== undefined) throw new Rejected('already-done');
  assertOpen(data.occurredOn, known);
  assertNotBefore(data.startedOn, state.lifecycleOn);
  const tried = judge(pack, [must('R06', state.approvedRevision > 0, { missing: 'approval' })], []);
  return { events: [{ type: 'ConstructionStarted', data: { ...data, schemeId: state.scheme!.schemeId } }], ...tried };
}

/** （四）综合验收: four parties together, and the competent authority's own where the text names it. */
export function accept(
  state: SchemeState,
  { data, known }: Of<'RecordAcceptance'>,
  pack: RulePack,
  granted: readonly string[],
): Decide {
  if (state.acceptedOn !== undefined) throw new Rejected('already-done');
  assertOpen(data.occurredOn, known);
  assertNotBefore(data.occurredOn, state.lifecycleOn);
  const { passed, parties, specialAcceptances } = data;
  const missing = pack.parameters.acceptanceParties.filter((party) => !parties.includes(party));
  const checks = [must('R07', state.startedOn !== undefined, { missing: 'construction-start' })];
  if (passed)
    checks.push(
      must('R07', missing.length === 0, { missing: missing.join(' ') }),
      ...special(state, specialAcceptances, pack),
    );
  const tried = judge(pack, checks, granted);
  const { passed: _, ...facts } = data;
  const type = passed ? 'AcceptancePassed' : 'AcceptanceFailed';
  return { events: [{ type, data: { ...facts, schemeId: state.scheme!.schemeId } }], ...tried };
}

function special(state: SchemeState, given: readonly SpecialAcceptance[], pack: RulePack): Check[] {
  const items = new Set([...linesOf(state).values()].map(({ workItem }) => workItem));
  return pack.parameters.specialAcceptances
    .filter(({ workItem }) => items.has(workItem) && !given.some((one) => one.workItem === workItem))
    .map(({ workItem, level }) => ({ rule: 'R07', level, facts: { missing: workItem } }));
}

export function handOver(state: SchemeState, { data, known }: Of<'HandOverScheme'>, pack: RulePack): Decide {
  if (state.handedOverOn !== undefined) throw new Rejected('already-done');
  assertOpen(data.occurredOn, known);
  assertNotBefore(data.occurredOn, state.lifecycleOn);
  const tried = judge(pack, [must('R07', state.acceptedOn !== undefined, { missing: 'acceptance' })], []);
  return { events: [{ type: 'SchemeHandedOver', data: { ...data, schemeId: state.scheme!.schemeId } }], ...tried };
}
