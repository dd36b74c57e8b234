import {
  type FundCommand as FundAsked,
  maintenanceFundDecider,
} from '../../src/maintenance-fund/maintenance-fund.decider.js';
import type { FundEvent, FundState } from '../../src/maintenance-fund/maintenance-fund-state.decider.js';
import type { CompoundState, Household } from '../../src/compound/compound.decider.js';
import type { Entry } from '../../src/kernel/facts.js';
import { yuan } from '../../src/kernel/money.js';
import { Rejected } from '../../src/kernel/rejection.js';
import type { RecordedEvent } from '../../src/platform/event-store/codec.js';
import { CHANGZHI_2020 } from '../../src/policy/changzhi-2020.rules.js';
import { type SchemeCommand, schemeDecider } from '../../src/scheme/scheme.decider.js';
import type { SchemeEvent, SchemeState } from '../../src/scheme/scheme-state.decider.js';
import {
  FLATS,
  type FundCommand,
  type FundCommandTo,
  type FundDeed,
  FUND,
  type HolderId,
  OF_SCHEME,
  ROOF,
  UNIT,
  UNSOLD,
} from './fund-commands.js';
import { MoneyLedger } from './money-ledger.js';
import { OK, type Verdict } from './money-commands.js';

type Event = (SchemeEvent | FundEvent) & { readonly eventId: string };
type Told = { readonly stream: string; readonly events: readonly Event[] };
type Recorded = { readonly own: Told; readonly other?: Told };
const FUND_STREAM = `maintenanceFund-${FUND}`;
const SCHEME_STREAM = `scheme-${OF_SCHEME}`;

/** 1 February 2026 and so on: every command a day of its own. */
const dayOf = (n: number): string => new Date(Date.UTC(2026, 1, n)).toISOString().slice(0, 10);
const holderOf = (holder: HolderId) => (holder === UNIT ? { unitId: holder } : { householdId: holder });
const flats = Object.entries(FLATS).map(([householdId, area]): Household => ({
  ...{ householdId, buildingNo: '1', floor: 1, floorAreaM2: yuan(area), use: 'residential' },
  ...(householdId === UNSOLD ? { ownership: 'unsold-commodity', ownerUnitId: UNIT } : { ownership: 'commodity' }),
}));
const COMPOUND: CompoundState = {
  compound: {
    ...{ compoundId: FUND, name: '小区', divisionCode: '140403', builtYear: 1998, locality: 'city' },
    buildings: [{ buildingNo: '1', floors: 6, hasElevator: false }],
  },
  households: new Map(flats.map((flat) => [flat.householdId, flat])),
};
const known = { closedThrough: null, compound: COMPOUND };

/** Says whether a command is taken for another: a service that is wrong on purpose. */
export type FundWrong = { readonly hears?: (command: FundCommand) => FundCommand };

/** The deciders of a fund and of a scheme its draws pay for, with crossings played by hand. */
export class FundWorld {
  private fund: FundState = maintenanceFundDecider.initial();
  private scheme: SchemeState = schemeDecider.initial();
  private readonly recorded = new Map<number, Recorded>();
  readonly ledger = new MoneyLedger();
  private eventNo = 0;

  constructor(private readonly wrong: FundWrong = {}) {
    const line = { lineId: 'roof', workItem: 'roof' as const, costArea: 'public-area' as const, amount: yuan(ROOF) };
    const lines = [{ ...line, scope: { all: true as const }, shareMethod: 'area' as const }];
    const on = (occurredOn: string) => ({ occurredOn, schemeId: OF_SCHEME });
    const drafted = { compoundId: FUND, divisionCode: '140403', planYear: 2026, title: '方案', centralPlan: false };
    const data = { ...drafted, ...on('2026-01-05'), planStage: 'planned' as const, policyId: 'changzhi-2020' };
    const budget = { budgetRevision: 1, lines, reason: '编制', recordedBy: 'clerk', ...on('2026-01-06') };
    const approval = { approvedOn: '2026-01-09', budgetRevision: 1, ...on('2026-01-09') };
    this.tell(SCHEME_STREAM, [
      { type: 'SchemeDrafted', data },
      { type: 'BudgetRevised', data: budget },
      { type: 'SchemeApproved', data: approval },
    ]);
    const rates = {
      depositRates: [{ from: '2026-01-01', ratePerM2: '80.00' }],
      interestRule: 'two-tier-annual' as const,
    };
    const interestRates = [{ from: '2026-01-01', demand: '0.0035', term: '0.0130' }];
    const opened = { compoundId: FUND, divisionCode: '140403', openedOn: '2026-01-01', occurredOn: '2026-01-01' };
    this.tell(FUND_STREAM, [{ type: 'MaintenanceFundOpened', data: { ...opened, ...rates, interestRates } }]);
  }

  private tell(stream: string, events: readonly object[]): Told {
    const dressed = events.map((event) => ({ ...event, stream, eventId: `e${++this.eventNo}` }) as unknown as Event);
    for (const event of dressed) {
      this.ledger.post(event as unknown as RecordedEvent);
      if (stream === FUND_STREAM) this.fund = maintenanceFundDecider.evolve(this.fund, event as FundEvent);
      else this.scheme = schemeDecider.evolve(this.scheme, event as SchemeEvent);
    }
    return { stream, events: dressed };
  }

  run(asked: FundCommand): Verdict {
    const command = this.wrong.hears?.(asked) ?? asked;
    try {
      this.recorded.set(command.n, command.do === 'reverse' ? this.reverse(command) : this.act(command));
      return OK;
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      return [error.code, ...(error.details.rule === undefined ? [] : [error.details.rule])].join(' ');
    }
  }

  private decide(stream: string, command: object): Told {
    return this.tell(stream, this.verdictOn(stream, command).events);
  }

  private verdictOn(stream: string, command: object) {
    return stream === FUND_STREAM
      ? maintenanceFundDecider.decide(this.fund, { pack: CHANGZHI_2020, ...command } as FundAsked, [])
      : schemeDecider.decide(this.scheme, command as SchemeCommand, []);
  }

  private act(command: Exclude<FundCommand, { do: 'reverse' }>): Recorded {
    const occurredOn = dayOf(command.n);
    if (command.do === 'spend' || command.do === 'return') return this.atScheme(command, occurredOn);
    const own = this.decide(FUND_STREAM, this.toFund(command, occurredOn));
    const [event] = own.events;
    if (event?.type !== 'DrawPaid' || event.data.schemeId === undefined) return { own };
    const { drawId, schemeId, costArea, amount } = event.data;
    const receipt = { schemeId, source: 'maintenance-fund', reference: drawId, costArea, amount, occurredOn };
    const data = { ...receipt, crossingId: event.eventId };
    return { own, other: this.decide(SCHEME_STREAM, { type: 'ReceiveFunds', of: 'MaintenanceFundsReceived', data }) };
  }

  private atScheme(command: FundCommandTo<'spend' | 'return'>, occurredOn: string): Recorded {
    const draw = this.fund.draws.get(command.draw);
    if (!draw) throw new Rejected('draw-not-found');
    const of = { source: 'maintenance-fund', reference: command.draw };
    const amount = yuan(command.amount);
    if (command.do === 'spend') {
      const told = {
        paymentId: `p${command.n}`,
        lineId: 'roof',
        payee: '单位',
        voucherNo: '付',
        nature: 'construction',
      };
      const data = { ...told, amount, from: [{ ...of, amount }], occurredOn };
      return { own: this.decide(SCHEME_STREAM, { type: 'MakePayment', data, known }) };
    }
    const data = { ...of, amount, reason: '核减', occurredOn };
    const own = this.decide(SCHEME_STREAM, { type: 'ReturnFunds', data, known });
    const { eventId } = own.events[0]!;
    const back = { drawId: command.draw, amount, reason: '核减', occurredOn, crossingId: eventId };
    return { own, other: this.decide(FUND_STREAM, { type: 'ReceiveReturn', data: back }) };
  }

  private toFund(
    command: Exclude<FundCommand, { do: FundDeed['do'] & ('reverse' | 'spend' | 'return') }>,
    occurredOn: string,
  ): object {
    const make = (type: string, data: object) => ({ type, data: { ...data, compoundId: FUND, occurredOn }, known });
    switch (command.do) {
      case 'deposit': {
        const entries = command.entries.map(({ holder, amount }) => ({ ...holderOf(holder), amount: yuan(amount) }));
        return make('ReceiveDeposits', { kind: 'first', entries });
      }
      case 'income':
        return make('CreditIncome', { kind: command.kind, amount: yuan(command.amount) });
      case 'close-account':
        return make('CloseSubAccount', { householdId: command.flat, reason: '灭失' });
      case 'propose':
        return { ...make('ProposeDraw', proposal(command)), proposer: 'clerk', ...schemeFor(command.toScheme) };
      case 'approve':
        return { ...make('ApproveDraw', { drawId: command.draw, documentNo: '准1' }), approver: 'boss' };
      case 'reject':
        return { ...make('RejectDraw', { drawId: command.draw, reason: '不用' }), approver: 'boss' };
      case 'pay': {
        const schemeId = this.fund.draws.get(command.draw)?.schemeId;
        const to = schemeId === undefined ? { payee: '施工单位' } : { schemeId };
        return make('PayDraw', { drawId: command.draw, amount: yuan(command.amount), ...to });
      }
      case 'refund':
        return make('RefundDraw', { drawId: command.draw, amount: yuan(command.amount), reason: '退' });
      case 'collect': {
        const data = { drawId: command.draw, amount: yuan(command.amount), voucherNo: '收' };
        return make('CollectDue', { ...data, ...holderOf(command.holder) });
      }
    }
  }

  /** Either leg stands for both: decided where the money is now, the sender follows. */
  private reverse({ entry, otherLeg, n }: FundCommandTo<'reverse'>): Recorded {
    const found = this.recorded.get(entry);
    if (!found) throw new Rejected('entry-not-found');
    const named = otherLeg ? (found.other ?? found.own) : found.own;
    const isReversal = named.events[0]!.type === 'EntryReversed';
    const received = isReversal ? named : (found.other ?? found.own);
    const crossing = found.other && !isReversal ? { crossingId: found.own.events[0]!.eventId } : {};
    const dated = { reason: '有误', occurredOn: dayOf(n), ...crossing };
    const data = ({ events }: Told) => ({ ...dated, reverses: events as unknown as readonly Entry[] });
    const first = { type: 'ReverseEntry', data: data(received), known };
    if (!found.other || isReversal) return { own: this.decide(received.stream, first) };
    const following = { type: 'ReverseEntry', data: data(found.own), known, follows: true };
    // On a payment to a scheme more may stand at the fund; the service asks both ends before it tells either.
    if (found.own.events[0]!.type === 'DrawPaid') {
      this.verdictOn(received.stream, first);
      this.verdictOn(found.own.stream, { ...following, follows: false });
    }
    return { own: this.decide(received.stream, first), other: this.decide(found.own.stream, following) };
  }
}

const schemeFor = (isFor: boolean) => (isFor ? { scheme: { schemeId: OF_SCHEME, compoundId: FUND } } : {});

function proposal({ n, scope, amount, toScheme, vote, isPipe }: FundCommandTo<'propose'>): object {
  const agreed = vote === 'carries' ? 100 : 10;
  const owners = { total: 100, participated: 100, agreed };
  const areaM2 = { total: '236.75', participated: '236.75', agreed: vote === 'carries' ? '236.75' : '1.00' };
  const grounds =
    vote === 'none'
      ? {}
      : vote === 'emergency'
        ? { emergency: { kind: 'roof-leak', reason: '漏' } }
        : { vote: { owners, areaM2 } };
  return {
    ...{ drawId: `d${n}`, purpose: '维修', workItem: isPipe ? 'indoor-water' : 'roof', amount: yuan(amount) },
    ...{ scope: scope ? { households: scope } : { all: true } },
    ...(toScheme ? { schemeId: OF_SCHEME } : {}),
    ...grounds,
  };
}
