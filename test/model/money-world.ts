import { type BondCommand, bondDecider } from '../../src/bond/bond.decider.js';
import type { BondEvent, BondState } from '../../src/bond/bond-state.decider.js';
import type { SchemeFacts } from '../../src/grant/allocation.decider.js';
import { grantDecider, type GrantCommand } from '../../src/grant/grant.decider.js';
import type { GrantEvent, GrantState } from '../../src/grant/grant-state.decider.js';
import type { Entry, ReversedData } from '../../src/kernel/facts.js';
import { yuan } from '../../src/kernel/money.js';
import { Rejected } from '../../src/kernel/rejection.js';
import type { RecordedEvent } from '../../src/platform/event-store/codec.js';
import { CHANGZHI_2020 } from '../../src/policy/changzhi-2020.rules.js';
import { schemeDecider, type SchemeCommand } from '../../src/scheme/scheme.decider.js';
import { paidByProgramme } from '../../src/scheme/scheme-evolve.decider.js';
import type { SchemeEvent, SchemeState } from '../../src/scheme/scheme-state.decider.js';
import {
  BOND,
  type Command,
  type CommandTo,
  type GrantCommand as Asked,
  GRANTS,
  isOnGrant,
  type LineId,
  LINES,
  OK,
  SCHEME,
  type SchemeCommand as AskedOfScheme,
  type SenderId,
  streamOf,
  type Verdict,
} from './money-commands.js';
import { MoneyLedger } from './money-ledger.js';
import { BUDGET, dateOf, FLATS, placeOf, schemeCommand } from './money-told.js';

type Event = SchemeEvent | GrantEvent | BondEvent;
type Told = { readonly stream: string; readonly event: Event & { readonly eventId: string } };
/** What one command recorded: on its own stream, and on the other where its money crossed. */
type Recorded = { readonly own: Told; readonly other?: Told };

const GRANT_OF: Record<string, string> = { city: '1404', child: '140403' };

/** `fen`: more in every award and bond than there is; `hears`: a command taken for another. */
export type Wrong = { readonly fen?: bigint; readonly hears?: (command: Command) => Command };

/** The deciders themselves, with crossings played by hand: the receiving leg is fed what the sending one recorded. */
export class World {
  private scheme: SchemeState = schemeDecider.initial();
  private readonly grants = new Map<string, GrantState>();
  private closedThrough: string | null = null;
  private readonly recorded = new Map<number, Recorded>();
  private bond: BondState = bondDecider.initial();
  readonly ledger = new MoneyLedger();
  private eventNo = 0;

  /** A service that is wrong on purpose, so that the test can show it would be found. */
  constructor(private readonly wrong: Wrong = {}) {
    const { fen: extra = 0n } = wrong;
    const on = (occurredOn: string) => ({ occurredOn, schemeId: SCHEME });
    const drafted = { compoundId: 'c1', divisionCode: '140403', planYear: 2026, title: '方案', centralPlan: true };
    const data = { ...drafted, ...on('2026-01-05'), planStage: 'planned' as const, policyId: 'changzhi-2020' };
    this.tell(`scheme-${SCHEME}`, { type: 'SchemeDrafted', data });
    const budget = { budgetRevision: 1, lines: BUDGET, reason: '编制', recordedBy: 'clerk', ...on('2026-01-06') };
    this.tell(`scheme-${SCHEME}`, { type: 'BudgetRevised', data: budget });
    const approval = { approvedOn: '2026-01-09', budgetRevision: 1, ...on('2026-01-09') };
    this.tell(`scheme-${SCHEME}`, { type: 'SchemeApproved', data: approval });
    const started = { startedOn: '2026-01-12', ...on('2026-01-12') };
    this.tell(`scheme-${SCHEME}`, { type: 'ConstructionStarted', data: started });
    Object.entries(GRANTS).forEach(([grantId, { source, programme, amount }], index) => {
      const award = { grantId, source, amount: yuan(amount + extra), fiscalYear: 2026, divisionCode: '1404' };
      const more = { budgetBook: 'general' as const, directFunds: false, ...(programme ? { programme } : {}) };
      const awarded = { type: 'GrantAwarded' as const, data: { ...award, ...more, occurredOn: dateOf(-22) } };
      this.recorded.set(-1 - index, { own: this.tell(`grant-${grantId}`, awarded) });
    });
    const { amount, couponRate, termYears, paymentsPerYear, valueDate } = BOND;
    const terms = { couponRate, termYears, paymentsPerYear, valueDate, repayment: 'equal-principal' as const };
    const bond = { bondId: 'bond', name: '专项债', divisionCode: '1404', principal: yuan(amount + extra), ...terms };
    const issued = this.tell('bond-bond', { type: 'BondIssued', data: { ...bond, occurredOn: dateOf(-22) } });
    this.recorded.set(-1 - Object.keys(GRANTS).length, { own: issued });
  }

  private grant(grantId: string): GrantState {
    if (!this.grants.has(grantId)) this.grants.set(grantId, grantDecider.initial());
    return this.grants.get(grantId)!;
  }

  /** An event becomes part of its stream, and of the books: every posting is added up, every book at zero. */
  private tell(stream: string, event: object): Told {
    const dressed = { ...event, stream, eventId: `e${++this.eventNo}` } as unknown as Told['event'];
    this.ledger.post(dressed as unknown as RecordedEvent);
    if (stream.startsWith('scheme-')) this.scheme = schemeDecider.evolve(this.scheme, dressed as SchemeEvent);
    else if (stream.startsWith('bond-')) this.bond = bondDecider.evolve(this.bond, dressed as BondEvent);
    else {
      const grantId = stream.slice('grant-'.length);
      this.grants.set(grantId, grantDecider.evolve(this.grant(grantId), dressed as GrantEvent));
    }
    return { stream, event: dressed };
  }

  /** What the final account that a command made says is left. */
  surplusOf(n: number) {
    const { event } = this.recorded.get(n)!.own;
    return event.type === 'FinalAccountApproved' ? event.data.surplus : [];
  }

  /** Decides and records a command as the service would; what is refused says why. */
  run(asked: Command): Verdict {
    const command = this.wrong.hears?.(asked) ?? asked;
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
    if (!isOnGrant(command)) {
      const own = this.decide(`scheme-${SCHEME}`, this.onScheme(command), agreed);
      return { own, ...this.arriveBack(own) };
    }
    const sender = streamOf(command);
    if (sender === 'bond') {
      const own = this.decide('bond-bond', this.bondCommand(command as never), agreed);
      return { own, ...this.arrive(own) };
    }
    if (!this.grant(sender).award) throw new Rejected('grant-not-found');
    const own = this.decide(`grant-${sender}`, this.grantCommand(command as never), agreed);
    return { own, ...this.arrive(own) };
  }

  private known() {
    const households = new Map(FLATS.map((flat) => [flat.householdId, flat]));
    return { closedThrough: this.closedThrough, compound: { households } };
  }

  private onScheme(command: AskedOfScheme): object {
    const told = schemeCommand(command, this.known());
    if (command.do !== 'adjust-share') return told;
    const borne = this.ledger.shares().shares.get(command.household)?.get(command.line) ?? 0n;
    return { ...told, borne };
  }

  private decide(stream: string, command: object, agreed: boolean): Told {
    const decideWith = (granted: readonly string[]) =>
      stream.startsWith('scheme-')
        ? schemeDecider.decide(this.scheme, command as SchemeCommand, granted)
        : stream.startsWith('bond-')
          ? bondDecider.decide(this.bond, command as BondCommand, granted)
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
    if (event.type === 'BondProceedsDisbursed') {
      const { bondId, costArea, schemeId, amount, permitted } = event.data;
      const receipt = { schemeId, source: 'special-bond', reference: bondId, costArea, amount, occurredOn };
      const data = { ...receipt, crossingId: event.eventId, ...(permitted ? { permitted } : {}) };
      const command = { type: 'ReceiveFunds', of: 'BondFundsReceived', data };
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
    const { source: _, ...toBond } = data;
    return source === 'special-bond'
      ? { other: this.decide('bond-bond', { type: 'ReceiveReturn', data: toBond }, false) }
      : { other: this.decide(`grant-${reference}`, { type: 'ReceiveReturn', data }, false) };
  }

  /** Either leg stands for both: decided where the money is now, the sender follows. */
  private reverse({ entry, otherLeg, day }: CommandTo<'reverse'>): Recorded {
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

  private facts(grant: SenderId, line: LineId | undefined): SchemeFacts {
    const own = grant === 'mof' || grant === 'ndrc' ? grant : undefined;
    const other = own === 'mof' ? 'ndrc' : 'mof';
    const marked = (lineId: LineId): bigint =>
      this.grant(other).sent.get(`${SCHEME}|${LINES[lineId].area}`)?.marked.get(lineId) ?? 0n;
    const spoken =
      own !== undefined && line !== undefined && (marked(line) > 0n || paidByProgramme(this.scheme, line, other) > 0n);
    return {
      ...{ schemeId: SCHEME, divisionCode: '140403', pack: CHANGZHI_2020, centralPlan: true, otherProgramme: spoken },
      workItems: Object.values(LINES).map(({ item }) => item),
      ...(line === undefined ? {} : { line: BUDGET.find(({ lineId }) => lineId === line)! }),
    };
  }

  private grantCommand(command: Exclude<Asked, { do: 'serve' }>): object {
    const known = { closedThrough: this.closedThrough, childElsewhere: false };
    const on = { occurredOn: dateOf(command.day), documentNo: '长财〔2026〕1号' };
    if (command.do === 'carry-over') {
      const year = { fiscalYear: command.year, ...on };
      const read = { paid: this.ledger.paidThrough(command.grant, '2026-12-31'), readPosition: 0 };
      return { type: 'CarryOverGrant', data: year, known: { ...known, ...read } };
    }
    if (command.do === 'lapse') return { type: 'LapseGrant', data: { fiscalYear: command.year, ...on }, known };
    const sum = { ...on, amount: yuan(command.amount) };
    if (command.do === 'decompose')
      return {
        type: 'DecomposeGrant',
        data: { ...sum, childGrantId: 'child', divisionCode: GRANT_OF['child'] },
        known,
      };
    if (command.do === 'amend') return { type: 'AmendGrant', data: { ...sum, reason: '调整' }, known };
    if (command.do === 'return-grant') return { type: 'ReturnGrant', data: sum, known };
    const scheme = this.facts(command.grant, 'line' in command ? command.line : undefined);
    const data = { ...sum, ...placeOf(command), schemeId: SCHEME };
    if (command.do === 'allocate') return { type: 'AllocateGrant', data, known, scheme };
    if (command.do === 'withdraw')
      return { type: 'WithdrawAllocation', data: { ...data, reason: '调整' }, known, scheme };
    return { type: 'DisburseGrant', data: { ...data, voucherNo: '拨' }, known, scheme };
  }

  private bondCommand(command: CommandTo<'allocate' | 'withdraw' | 'disburse' | 'serve'>): object {
    const known = { closedThrough: this.closedThrough };
    const on = { occurredOn: dateOf(command.day), amount: yuan(command.amount) };
    if (command.do === 'serve') {
      const type = command.of === 'interest' ? 'PayInterest' : 'RepayPrincipal';
      return { type, data: { ...on, dueOn: command.dueOn, paidFrom: 'project-income' }, known };
    }
    const scheme = this.facts('bond', 'line' in command ? command.line : undefined);
    const data = { ...on, ...placeOf(command), schemeId: SCHEME };
    if (command.do === 'allocate') return { type: 'AllocateProceeds', data, known, scheme };
    if (command.do === 'withdraw')
      return { type: 'WithdrawAllocation', data: { ...data, reason: '调整' }, known, scheme };
    return { type: 'DisburseProceeds', data: { ...data, voucherNo: '拨' }, known, scheme };
  }
}
