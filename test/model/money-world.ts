import type { SchemeFacts } from '../../src/grant/allocation.decider.js';
import { grantDecider, type GrantCommand } from '../../src/grant/grant.decider.js';
import type { GrantEvent, GrantState } from '../../src/grant/grant-state.decider.js';
import type { Entry, ReversedData } from '../../src/kernel/facts.js';
import { yuan } from '../../src/kernel/money.js';
import { Rejected } from '../../src/kernel/rejection.js';
import { postingsOf } from '../../src/ledger/ledger.read-model.js';
import { assertBalanced } from '../../src/ledger/posting.postings.js';
import type { RecordedEvent } from '../../src/platform/event-store/codec.js';
import { CHANGZHI_2020 } from '../../src/policy/changzhi-2020.rules.js';
import { schemeDecider, type SchemeCommand } from '../../src/scheme/scheme.decider.js';
import { paidByProgramme } from '../../src/scheme/scheme-evolve.decider.js';
import type { SchemeEvent, SchemeState } from '../../src/scheme/scheme-state.decider.js';
import {
  type Bearer,
  type Command,
  GRANTS,
  type GrantId,
  type LineId,
  LINES,
  OK,
  ofGiver,
  type Part,
  RETENTION_DUE,
  SCHEME,
  type Verdict,
} from './money-commands.js';

type Event = SchemeEvent | GrantEvent;
type Told = { readonly stream: string; readonly event: Event & { readonly eventId: string } };
/** What one command recorded: on its own stream, and on the other where its money crossed. */
type Recorded = { readonly own: Told; readonly other?: Told };

const dateOf = (day: number): string => new Date(Date.UTC(2026, 1, 1 + day)).toISOString().slice(0, 10);
const told = ({ amount, ...bearer }: Part) => ({ ...bearer, amount: yuan(amount) });
const GRANT_OF: Record<string, string> = { city: '1404', child: '140403' };

/** The deciders themselves, with crossings played by hand: the receiving leg is fed what the sending one recorded. */
export class World {
  private scheme: SchemeState = schemeDecider.initial();
  private readonly grants = new Map<string, GrantState>();
  private closedThrough: string | null = null;
  private readonly recorded = new Map<number, Recorded>();
  readonly balances = new Map<string, bigint>();
  private eventNo = 0;

  constructor() {
    const on = (occurredOn: string) => ({ occurredOn, schemeId: SCHEME });
    const lines = Object.entries(LINES).map(([lineId, { item, area, amount }]) => ({
      ...{ lineId, workItem: item, costArea: area, amount: yuan(amount) },
      ...{ scope: { all: true as const }, shareMethod: 'area' as const },
    }));
    const drafted = { compoundId: 'c1', divisionCode: '140403', planYear: 2026, title: '方案', centralPlan: true };
    const data = { ...drafted, ...on('2026-01-05'), planStage: 'planned' as const, policyId: 'changzhi-2020' };
    this.tell(`scheme-${SCHEME}`, { type: 'SchemeDrafted', data });
    const budget = { budgetRevision: 1, lines, reason: '编制', recordedBy: 'clerk', ...on('2026-01-06') };
    this.tell(`scheme-${SCHEME}`, { type: 'BudgetRevised', data: budget });
    const approval = { approvedOn: '2026-01-09', budgetRevision: 1, ...on('2026-01-09') };
    this.tell(`scheme-${SCHEME}`, { type: 'SchemeApproved', data: approval });
    Object.entries(GRANTS).forEach(([grantId, { source, programme, amount }], index) => {
      const award = { grantId, source, amount: yuan(amount), fiscalYear: 2026, divisionCode: '1404' };
      const more = { budgetBook: 'general' as const, directFunds: false, ...(programme ? { programme } : {}) };
      const awarded = { type: 'GrantAwarded' as const, data: { ...award, ...more, occurredOn: dateOf(-22) } };
      this.recorded.set(-1 - index, { own: this.tell(`grant-${grantId}`, awarded) });
    });
  }

  private grant(grantId: string): GrantState {
    if (!this.grants.has(grantId)) this.grants.set(grantId, grantDecider.initial());
    return this.grants.get(grantId)!;
  }

  /** An event becomes part of its stream, and of the books: every posting is added up, every book at zero. */
  private tell(stream: string, event: object): Told {
    const dressed = { ...event, stream, eventId: `e${++this.eventNo}` } as unknown as Told['event'];
    for (const posting of assertBalanced(postingsOf(dressed as unknown as RecordedEvent)))
      this.balances.set(posting.account, (this.balances.get(posting.account) ?? 0n) + posting.amount);
    if (stream.startsWith('scheme-')) this.scheme = schemeDecider.evolve(this.scheme, dressed as SchemeEvent);
    else {
      const grantId = stream.slice('grant-'.length);
      this.grants.set(grantId, grantDecider.evolve(this.grant(grantId), dressed as GrantEvent));
    }
    return { stream, event: dressed };
  }

  /** Decides and records a command as the service would; what is refused says why. */
  run(command: Command): Verdict {
    if (command.do === 'close') return this.close(dateOf(command.through));
    try {
      const made = command.do === 'reverse' ? this.reverse(command) : this.act(command);
      this.recorded.set(command.n, made);
      return OK;
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      return [error.code, ...(error.details.rule === undefined ? [] : [error.details.rule])].join(' ');
    }
  }

  private close(through: string): Verdict {
    if (this.closedThrough !== null && through <= this.closedThrough) return 'already-done';
    this.closedThrough = through;
    return OK;
  }

  private act(command: Exclude<Command, { do: 'close' | 'reverse' }>): Recorded {
    const agreed = 'agreed' in command && command.agreed;
    const grantId = command.do === 'decompose' ? 'city' : 'grant' in command ? command.grant : undefined;
    if (grantId === undefined) {
      const own = this.decide(`scheme-${SCHEME}`, schemeCommand(command as never, this.known()), agreed);
      return { own, ...this.arriveBack(own) };
    }
    if (!this.grant(grantId).award) throw new Rejected('grant-not-found');
    const own = this.decide(`grant-${grantId}`, this.grantCommand(command as never), agreed);
    return { own, ...this.arrive(own) };
  }

  private known() {
    return { closedThrough: this.closedThrough, compound: { households: new Map() } };
  }

  private decide(stream: string, command: object, agreed: boolean): Told {
    const decideWith = (granted: readonly string[]) =>
      stream.startsWith('scheme-')
        ? schemeDecider.decide(this.scheme, command as SchemeCommand, granted)
        : grantDecider.decide(this.grant(stream.slice('grant-'.length)), command as GrantCommand, granted);
    let override = {};
    let decision;
    try {
      decision = decideWith([]);
    } catch (error) {
      if (!(error instanceof Rejected) || error.code !== 'needs-override' || !agreed) throw error;
      const rules = error.details.rules!;
      decision = decideWith(rules);
      override = { override: { rules, reason: '纪要', requestedBy: 'clerk', grantedBy: 'boss', approvalId: 'a' } };
    }
    const [event] = decision.events as readonly Event[];
    return this.tell(stream, { ...event, data: { ...event!.data, ...override } });
  }

  /** The receiving leg of what left a grant. */
  private arrive({ event }: Told): { other?: Told } {
    const { occurredOn } = event.data;
    if (event.type === 'GrantDisbursed') {
      const { grantId, source, costArea, schemeId, amount, programme, permitted } = event.data;
      const receipt = { schemeId, source, reference: grantId, costArea, amount, occurredOn, crossingId: event.eventId };
      const data = { ...receipt, ...(programme ? { programme } : {}), ...(permitted ? { permitted } : {}) };
      const command = { type: 'ReceiveFunds', of: 'GrantFundsReceived', data };
      return { other: this.decide(`scheme-${SCHEME}`, command, false) };
    }
    if (event.type === 'GrantDecomposed') {
      const { childGrantId, grantId, divisionCode, amount, inherits } = event.data;
      const data = { ...inherits, grantId: childGrantId, parentGrantId: grantId, divisionCode, amount, occurredOn };
      const command = { type: 'ReceiveDecomposition', data, crossingId: event.eventId };
      return { other: this.decide(`grant-${childGrantId}`, command, false) };
    }
    if (event.type === 'GrantReturned' && event.data.parentGrantId !== undefined) {
      const { grantId, amount, parentGrantId } = event.data;
      const data = { childGrantId: grantId, amount, occurredOn, crossingId: event.eventId };
      return {
        other: this.decide(`grant-${parentGrantId}`, { type: 'ReceiveReturnedDecomposition', data }, false),
      };
    }
    return {};
  }

  private arriveBack({ event }: Told): { other?: Told } {
    if (event.type !== 'FundsReturned') return {};
    const { source, reference, schemeId, costArea, amount, reason, occurredOn } = event.data;
    const data = { schemeId, source, costArea, amount, reason, occurredOn, crossingId: event.eventId };
    return { other: this.decide(`grant-${reference}`, { type: 'ReceiveReturn', data }, false) };
  }

  /** Either leg stands for both: decided where the money is now, the sender follows. */
  private reverse({ entry, otherLeg, day }: Extract<Command, { do: 'reverse' }>): Recorded {
    const found = this.recorded.get(entry);
    if (!found) throw new Rejected('entry-not-found');
    // The reversal of a crossing is two facts as well, and neither can be reversed: name either.
    const named = otherLeg ? (found.other ?? found.own) : found.own;
    const isReversal = named.event.type === 'EntryReversed';
    const received = isReversal ? named : (found.other ?? found.own);
    const crossing = found.other && !isReversal ? { crossingId: found.own.event.eventId } : {};
    const dated = { reason: '有误', occurredOn: dateOf(day), ...crossing };
    const data = (one: Told): ReversedData => ({ ...dated, reverses: [one.event as unknown as Entry] });
    const command = { type: 'ReverseEntry', data: data(received), known: this.known() };
    const own = this.decide(received.stream, command, false);
    if (!found.other || isReversal) return { own };
    const following = { type: 'ReverseEntry', data: data(found.own), known: { closedThrough: null }, follows: true };
    return { own, other: this.decide(found.own.stream, following, false) };
  }

  private facts(grant: GrantId, line: LineId | undefined): SchemeFacts {
    const own = grant === 'mof' || grant === 'ndrc' ? grant : undefined;
    const other = own === 'mof' ? 'ndrc' : 'mof';
    const marked = (lineId: LineId): bigint =>
      this.grant(other).sent.get(`${SCHEME}|${LINES[lineId].area}`)?.marked.get(lineId) ?? 0n;
    const spoken =
      own !== undefined && line !== undefined && (marked(line) > 0n || paidByProgramme(this.scheme, line, other) > 0n);
    return {
      ...{ schemeId: SCHEME, divisionCode: '140403', pack: CHANGZHI_2020, centralPlan: true, otherProgramme: spoken },
      workItems: Object.values(LINES).map(({ item }) => item),
      ...(line === undefined ? {} : { line: { lineId: line, workItem: LINES[line].item, costArea: LINES[line].area } }),
    };
  }

  private grantCommand(command: Extract<Command, { grant: GrantId } | { do: 'decompose' }>): object {
    const known = { closedThrough: this.closedThrough, childElsewhere: false };
    const on = { occurredOn: dateOf(command.day), documentNo: '长财〔2026〕1号', amount: yuan(command.amount) };
    if (command.do === 'decompose')
      return { type: 'DecomposeGrant', data: { ...on, childGrantId: 'child', divisionCode: GRANT_OF['child'] }, known };
    if (command.do === 'amend') return { type: 'AmendGrant', data: { ...on, reason: '调整' }, known };
    if (command.do === 'return-grant') return { type: 'ReturnGrant', data: on, known };
    const line = 'line' in command ? command.line : undefined;
    const place = {
      ...(line === undefined ? {} : { lineId: line }),
      ...(command.area ? { costArea: command.area } : {}),
    };
    const scheme = this.facts(command.grant, line);
    const data = { ...on, ...place, schemeId: SCHEME };
    if (command.do === 'allocate') return { type: 'AllocateGrant', data, known, scheme };
    if (command.do === 'withdraw')
      return { type: 'WithdrawAllocation', data: { ...data, reason: '调整' }, known, scheme };
    return { type: 'DisburseGrant', data: { ...data, voucherNo: '拨' }, known, scheme };
  }
}

type OnScheme = Exclude<Command, { grant: GrantId } | { do: 'decompose' | 'close' | 'reverse' }>;

function schemeCommand(command: OnScheme, known: object): object {
  const { n } = command;
  const on = { occurredOn: dateOf(command.day) };
  const make = (type: string, data: object) => ({ type, data: { ...data, ...on }, known });
  const withLine = (line: LineId | undefined) => (line === undefined ? {} : { lineId: line });
  const plain = ({ source, reference }: Bearer) => ({ source, reference });
  switch (command.do) {
    case 'return-funds': {
      const area = command.area ? { costArea: command.area } : {};
      return make('ReturnFunds', { ...plain(command.from), ...area, amount: yuan(command.amount), reason: '核减' });
    }
    case 'contribute': {
      const { source, form, amount, line, area } = command;
      const { reference } = ofGiver(source);
      const utility = reference === null ? {} : { utility: reference };
      const place = { ...withLine(line), ...(area ? { costArea: area } : {}), ...utility };
      return make('ReceiveContribution', { contributionId: `c${n}`, source, form, amount: yuan(amount), ...place });
    }
    case 'refund': {
      const { contribution, amount } = command;
      const data = { contributionId: contribution, amount: yuan(amount), reason: '退', refundTo: 'payer' };
      return make('RefundContribution', data);
    }
    case 'contract': {
      const lines = command.lines.map(({ line, amount }) => ({ lineId: line, amount: yuan(amount) }));
      return make('AwardContract', { contractNo: `k${n}`, contractor: '施工单位', role: 'construction', lines });
    }
    case 'change': {
      const lines = [{ lineId: command.line, amount: yuan(command.amount) }];
      return make('ChangeContract', { contractNo: command.contract, lines, reason: 'variation', documentNo: '变1' });
    }
    case 'settle': {
      const { audited, retention, line: lineId } = command;
      const held = { retention: yuan(retention), retentionDueOn: dateOf(RETENTION_DUE) };
      const lines = [{ lineId, submitted: yuan(audited), audited: yuan(audited), ...held }];
      return make('SettleContract', { contractNo: command.contract, lines });
    }
    case 'pay': {
      const { line, from, contract, operation } = command;
      const amount = yuan(from.reduce((all, part) => all + part.amount, 0n));
      const named = contract === undefined ? {} : { contractNo: contract };
      const to = { payee: '施工单位', voucherNo: '付', nature: operation ? 'operation' : 'construction' };
      return make('MakePayment', { paymentId: `p${n}`, lineId: line, amount, from: from.map(told), ...named, ...to });
    }
    case 'refund-payment': {
      const { payment, amount, to } = command;
      const back = to ? { to: to.map(told) } : {};
      return make('RefundPayment', { paymentId: payment, amount: yuan(amount), reason: '退', ...back });
    }
    case 'substitute': {
      const { line, from, to, amount } = command;
      return make('SubstituteFunds', { lineId: line, from: plain(from), to: plain(to), amount: yuan(amount) });
    }
  }
}
