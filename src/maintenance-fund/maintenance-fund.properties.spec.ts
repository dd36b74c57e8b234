import type { CompoundState, Household } from '../compound/compound.decider.js';
import { addDays } from '../kernel/dates.js';
import { Rejected } from '../kernel/rejection.js';
import { CHANGZHI_2020 } from '../policy/changzhi-2020.rules.js';
import { postingsOf } from '../ledger/ledger.read-model.js';
import type { RecordedEvent } from '../platform/event-store/codec.js';
import { type FundCommand, maintenanceFundDecider } from './maintenance-fund.decider.js';
import type { FundEvent, FundState } from './maintenance-fund-state.decider.js';

/** The households that paid in within a year at 潮州 2023, one deposit each. */
const DEPOSITS = 10_653;
const AN_EVENT = 1_000;
const SEED = Number(process.env['PROPERTY_SEED'] ?? 20_230_101);

/** A small linear congruential walk: the same seed gives the same history. */
function walk(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
const yuanOf = (fen: number): string => `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;
const fenOf = (amount: string): bigint => BigInt(amount.replace('.', ''));

const idOf = (index: number): string => `h${String(index).padStart(5, '0')}`;
function households(next: (below: number) => number): CompoundState {
  const flats = Array.from({ length: DEPOSITS }, (_, index): Household => {
    const sold = index % 10 === 0;
    return {
      householdId: idOf(index),
      buildingNo: String(index % 40),
      floor: 1 + (index % 6),
      floorAreaM2: yuanOf(4_000 + next(10_000)),
      use: 'residential',
      ...(sold
        ? { ownership: 'sold-public-housing' as const, ownerUnitId: 'u1' }
        : { ownership: 'commodity' as const }),
    };
  });
  const buildings = Array.from({ length: 40 }, (_, index) => ({
    buildingNo: String(index),
    floors: 6,
    hasElevator: false,
  }));
  const data = { compoundId: 'c1', name: '小区', divisionCode: '445102', builtYear: 1998, locality: 'city' as const };
  return { compound: { ...data, buildings }, households: new Map(flats.map((one) => [one.householdId, one])) };
}

/** A fund driven by commands, which keeps the facts they gave. */
class History {
  state: FundState = maintenanceFundDecider.initial();
  readonly events: FundEvent[] = [];
  private readonly known;

  constructor(compound: CompoundState) {
    this.known = { closedThrough: null, compound };
  }

  run(command: object): FundEvent[] {
    const whole = { known: this.known, pack: CHANGZHI_2020, ...command } as unknown as FundCommand;
    const made = maintenanceFundDecider
      .decide(this.state, whole, [])
      .events.map((event, index) => ({ ...event, eventId: `e${this.events.length + index}` }) as FundEvent);
    for (const event of made) {
      this.events.push(event);
      this.state = maintenanceFundDecider.evolve(this.state, event);
    }
    return made;
  }
}

type Leg = { on: string; account: string; amount: bigint };

/** Every cash leg, by the rule that every screen reads. */
const legs = (events: readonly FundEvent[]): Leg[] =>
  events.flatMap((event) =>
    postingsOf({ ...event, stream: 'maintenanceFund-c1' } as unknown as RecordedEvent).flatMap(
      ({ book, account, amount }) => (book === 'cash' ? [{ on: event.data.occurredOn, account, amount }] : []),
    ),
  );

function build(): History {
  const next = walk(SEED);
  const history = new History(households(next));
  const interestRates = [{ from: '2023-01-01', demand: '0.0035', term: '0.013' }];
  const opening = { openedOn: '2023-01-01', occurredOn: '2023-01-01', interestRule: 'two-tier-annual', interestRates };
  const depositRates = [{ from: '2023-01-01', ratePerM2: '80.00' }];
  history.run({
    type: 'OpenMaintenanceFund',
    data: { compoundId: 'c1', divisionCode: '445102', depositRates, ...opening },
  });
  for (let from = 0; from < DEPOSITS; from += AN_EVENT) {
    const ids = Array.from({ length: Math.min(AN_EVENT, DEPOSITS - from) }, (_, index) => idOf(from + index));
    const entries = ids.map((householdId) => ({ householdId, amount: yuanOf(1 + next(500_000)) }));
    const data = { kind: 'first', entries, occurredOn: addDays('2023-01-01', next(365)) };
    history.run({ type: 'ReceiveDeposits', data });
  }
  const seller = { householdId: idOf(0), amount: '12345.67', payer: 'selling-unit' };
  history.run({ type: 'ReceiveDeposits', data: { kind: 'first', entries: [seller], occurredOn: '2023-12-31' } });
  history.run({ type: 'SettleInterest', data: { settledOn: '2023-12-31', occurredOn: '2023-12-31' } });
  history.run({
    type: 'CreditIncome',
    data: { kind: 'common-area-income', amount: '98765.43', occurredOn: '2024-02-01' },
  });
  const vote = {
    owners: { total: 3, participated: 3, agreed: 3 },
    areaM2: { total: '3.00', participated: '3.00', agreed: '3.00' },
  };
  for (const drawId of ['d1', 'd2', 'd3']) {
    const on = addDays('2024-03-01', next(200));
    const scope = drawId === 'd1' ? { all: true } : { buildings: [String(next(40))] };
    const draw = { drawId, purpose: '维修', workItem: 'roof', amount: yuanOf(10_000_000 + next(100)), scope, vote };
    history.run({ type: 'ProposeDraw', proposer: 'clerk', data: { ...draw, occurredOn: on } });
    history.run({ type: 'ApproveDraw', approver: 'boss', data: { drawId, occurredOn: on, documentNo: drawId } });
    history.run({ type: 'PayDraw', data: { drawId, payee: '公司', amount: '70000.01', occurredOn: addDays(on, 3) } });
    history.run({ type: 'PayDraw', data: { drawId, payee: '公司', occurredOn: addDays(on, 5) } });
    history.run({
      type: 'RefundDraw',
      data: { drawId, amount: '33333.33', reason: '核减', occurredOn: addDays(on, 9) },
    });
  }
  history.run({ type: 'SettleInterest', data: { settledOn: '2024-12-31', occurredOn: '2024-12-31' } });
  return history;
}

describe('a fund with 10,653 deposits', () => {
  const history = build();
  const all = legs(history.events);
  const isOfFund = ({ account }: Leg): boolean => account.startsWith('cash:fund:c1:');
  const isDue = ({ account }: Leg): boolean => account.startsWith('cash:fund:c1:due:');

  it('sums to the fen with its sub-accounts at every date', () => {
    const dates = [...new Set(all.map(({ on }) => on))].sort();
    expect(dates.length).toBeGreaterThan(20);
    // What the events themselves say came in and went out, added without the postings.
    const flows = history.events.flatMap((event) => ownFlow(event));
    for (const date of dates) {
      const balances = new Map<string, bigint>();
      for (const leg of all)
        if (leg.on <= date && isOfFund(leg)) balances.set(leg.account, (balances.get(leg.account) ?? 0n) + leg.amount);
      const inAll = [...balances.values()].reduce((sum, one) => sum + one, 0n);
      const told = flows.reduce((sum, { on, amount }) => (on <= date ? sum + amount : sum), 0n);
      expect([date, inAll]).toEqual([date, told]);
    }
  });

  it('has the same balances in the decider as in the postings', () => {
    const balances = new Map<string, bigint>();
    for (const leg of all.filter(isOfFund)) balances.set(leg.account, (balances.get(leg.account) ?? 0n) + leg.amount);
    const of = (account: string): bigint => balances.get(account) ?? 0n;
    for (const { householdId, unitId, pot, due } of history.state.accounts.values()) {
      const path = unitId === undefined ? householdId! : `unit:${unitId}`;
      expect([path, pot.balance, -due]).toEqual([path, of(`cash:fund:c1:${path}`), of(`cash:fund:c1:due:${path}`)]);
    }
    const net = all.filter(isOfFund).reduce((sum, { amount }) => sum + amount, 0n);
    expect(history.state.net.balance).toBe(net);
    expect(all.filter(isDue).length).toBeGreaterThan(0);
  });

  it('never overdraws a sub-account, whatever is drawn', () => {
    for (const { pot, due } of history.state.accounts.values()) expect(pot.balance >= 0n && due >= 0n).toBe(true);
  });

  it('returns every sub-account to the exact fen when a draw is reversed', () => {
    const before = snapshot(history.state);
    const draw = { drawId: 'd9', purpose: '维修', workItem: 'roof', amount: '777777.77', scope: { all: true } };
    const vote = {
      owners: { total: 1, participated: 1, agreed: 1 },
      areaM2: { total: '1.00', participated: '1.00', agreed: '1.00' },
    };
    const on = '2025-03-01';
    history.run({ type: 'ProposeDraw', proposer: 'clerk', data: { ...draw, vote, occurredOn: on } });
    history.run({ type: 'ApproveDraw', approver: 'boss', data: { drawId: 'd9', occurredOn: on, documentNo: '9' } });
    const paid = history.run({ type: 'PayDraw', data: { drawId: 'd9', payee: '公司', occurredOn: on } });
    expect(paid.length).toBeGreaterThan(10);
    expect(snapshot(history.state)).not.toEqual(before);
    history.run({ type: 'ReverseEntry', data: { reverses: paid, reason: '重复支付', occurredOn: '2025-03-02' } });
    expect(history.state.draws.get('d9')!.state).toBe('approved');
    expect(snapshot(history.state)).toEqual(before);
    expect(() =>
      history.run({ type: 'ReverseEntry', data: { reverses: paid, reason: '再次', occurredOn: '2025-03-02' } }),
    ).toThrow(Rejected);
    history.run({ type: 'RejectDraw', approver: 'boss', data: { drawId: 'd9', reason: '作废', occurredOn: on } });
    expect(history.state.reserved).toBe(0n);
  });
});

const snapshot = ({ accounts }: FundState): unknown[] =>
  [...accounts.values()].map(({ key, pot, due }) => [key, pot.balance, due]);

/** What a fact says moved between the fund and the world. */
function ownFlow(event: FundEvent): { on: string; amount: bigint }[] {
  const on = event.data.occurredOn;
  switch (event.type) {
    case 'DepositReceived':
    case 'IncomeCredited':
    case 'DrawRefunded':
    case 'DueCollected':
      return [{ on, amount: fenOf(event.data.amount) }];
    case 'DrawPaid':
      return [{ on, amount: -fenOf(event.data.amount) }];
    default:
      return [];
  }
}
