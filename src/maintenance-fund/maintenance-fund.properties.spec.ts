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
  /** Commands that were carried out, by the type of what they made. */
  readonly carried = new Map<string, number>();
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
    const type = made[0]?.type ?? '';
    this.carried.set(type, (this.carried.get(type) ?? 0) + 1);
    return made;
  }

  /** A walk asks for what may not be possible; that it is refused by a rule or a state is fine. */
  try(command: object): FundEvent[] {
    try {
      return this.run(command);
    } catch (error) {
      if (error instanceof Rejected) return [];
      throw error;
    }
  }
}

type Leg = { on: string; account: string; measure: string; item: string; isWhole: boolean; amount: bigint };

/** Every cash leg, by the rule that every screen reads. */
const legs = (events: readonly FundEvent[]): Leg[] =>
  events.flatMap((event) =>
    postingsOf({ ...event, stream: 'maintenanceFund-c1' } as unknown as RecordedEvent).flatMap(
      ({ book, account, amount, marks: { measure = '', item = '', householdId, unitId } }) =>
        book === 'cash'
          ? [
              {
                ...{ on: event.data.occurredOn, account, measure, item, amount },
                isWhole: householdId === undefined && unitId === undefined,
              },
            ]
          : [],
    ),
  );

const [FIRST_YEAR, LAST_YEAR] = [2019, 2023];

function build(): History {
  const next = walk(SEED);
  const history = new History(households(next));
  const interestRates = [{ from: '2019-01-01', demand: '0.0035', term: '0.013' }];
  const opening = { openedOn: '2019-01-01', occurredOn: '2019-01-01', interestRule: 'two-tier-annual', interestRates };
  const depositRates = [{ from: '2019-01-01', ratePerM2: '80.00' }];
  history.run({
    type: 'OpenMaintenanceFund',
    data: { compoundId: 'c1', divisionCode: '445102', depositRates, ...opening },
  });
  // In its last year by the quarter.
  const rule = { from: '2023-01-01', interestRule: 'quarterly-demand', occurredOn: '2021-06-30' };
  history.run({ type: 'ChangeRates', data: rule });
  const step = new Walk(history, next);
  for (let year = FIRST_YEAR; year <= LAST_YEAR; year++) step.year(year);
  return history;
}

/** Years of a fund, in the order of the days: its deposits spread over all of them, and whatever else happens. */
class Walk {
  private deposited = 0;
  private draws = 0;

  constructor(
    private readonly history: History,
    private readonly next: (below: number) => number,
  ) {}

  year(year: number): void {
    const share = year === LAST_YEAR ? DEPOSITS : Math.ceil((DEPOSITS * (year - FIRST_YEAR + 1)) / 5);
    for (let day = 5; day < 350; day += 5 + this.next(30)) {
      const on = addDays(`${year}-01-01`, day);
      if (this.deposited < share) this.deposit(on, Math.min(share - this.deposited, 100 + this.next(400)));
      this.something(on);
    }
    while (this.deposited < share) this.deposit(`${year}-12-19`, Math.min(share - this.deposited, AN_EVENT));
    const settledOn = year < LAST_YEAR ? `${year}-12-31` : `${year}-12-20`;
    this.history.run({ type: 'SettleInterest', data: { settledOn, occurredOn: settledOn } });
  }

  /** One deposit a household, 10,653 in all, and of a tenth of them the selling unit's beside it. */
  private deposit(on: string, count: number): void {
    const entries = Array.from({ length: count }, (_, index) => ({
      householdId: idOf(this.deposited + index),
      amount: yuanOf(1 + this.next(500_000)),
    }));
    this.history.run({ type: 'ReceiveDeposits', data: { kind: 'first', entries, occurredOn: on } });
    this.deposited += count;
    const sold = entries.filter((_, index) => index % 97 === 0).map((one) => ({ ...one, payer: 'selling-unit' }));
    this.history.try({ type: 'ReceiveDeposits', data: { kind: 'first', entries: sold, occurredOn: on } });
  }

  private something(on: string): void {
    const steps = [
      () => this.draw(on),
      () => this.draw(on),
      () => this.back(on),
      () => this.collect(on),
      () => this.income(on),
      () => this.reverse(on),
      () => this.close(on),
    ];
    steps[this.next(steps.length)]!();
  }

  private income(on: string): void {
    const kind = ['interest', 'common-area-income', 'treasury-bond', 'salvage'][this.next(4)];
    this.history.try({
      type: 'CreditIncome',
      data: { kind, amount: yuanOf(1 + this.next(9_999_999)), occurredOn: on },
    });
  }

  private draw(on: string): void {
    const drawId = `d${++this.draws}`;
    const tally = { total: '1.00', participated: '1.00', agreed: '1.00' };
    const basis =
      this.next(2) === 0
        ? { vote: { owners: { total: 1, participated: 1, agreed: 1 }, areaM2: tally } }
        : { emergency: { kind: 'roof-leak', reason: '渗漏' } };
    const scope = this.next(8) === 0 ? { all: true } : { buildings: [String(this.next(40))] };
    const amount = yuanOf(100_000 + this.next(20_000_000));
    const data = { drawId, purpose: '维修', workItem: 'roof', amount, scope, occurredOn: on, ...basis };
    this.history.run({ type: 'ProposeDraw', proposer: 'clerk', data });
    this.history.try({ type: 'ApproveDraw', approver: 'boss', data: { drawId, occurredOn: on, documentNo: drawId } });
    const part = yuanOf(1 + this.next(100_000));
    this.history.try({ type: 'PayDraw', data: { drawId, payee: '公司', amount: part, occurredOn: on } });
    const rest = { drawId, occurredOn: on };
    if (this.next(4) === 0)
      this.history.try({ type: 'RejectDraw', approver: 'boss', data: { ...rest, reason: '结余' } });
    else this.history.try({ type: 'PayDraw', data: { ...rest, payee: '公司' } });
  }

  private back(on: string): void {
    const data = { drawId: `d${1 + this.next(this.draws + 1)}`, amount: yuanOf(1 + this.next(50_000)), reason: '核减' };
    this.history.try({ type: 'RefundDraw', data: { ...data, occurredOn: on } });
  }

  private collect(on: string): void {
    const owing = [...this.history.state.accounts.values()].filter(({ due }) => due > 0n);
    const one = owing[this.next(owing.length)];
    if (!one) return;
    const draw = [...this.history.state.draws.values()].find(({ shares }) => (shares.get(one.key)?.due ?? 0n) > 0n)!;
    const amount = yuanOf(1 + this.next(Number(draw.shares.get(one.key)!.due)));
    const { householdId, unitId } = one;
    const holder = unitId === undefined ? { householdId } : { unitId };
    const data = { ...holder, drawId: draw.drawId, amount, voucherNo: '1', occurredOn: on };
    this.history.try({ type: 'CollectDue', data });
  }

  /** One whole command of the last that can be taken back. */
  private reverse(on: string): void {
    const kinds = ['DepositReceived', 'IncomeCredited', 'DrawPaid', 'DrawRefunded', 'DueCollected', 'SubAccountClosed'];
    const { events } = this.history;
    for (let at = events.length - 1 - this.next(20); at >= 0; at--) {
      const event = events[at]!;
      const part = (event.data as { part?: { number: number; of: number } }).part;
      if (!kinds.includes(event.type) || (event.data as { settlement?: unknown }).settlement) continue;
      const first = at - ((part?.number ?? 1) - 1);
      const reverses = events.slice(first, first + (part?.of ?? 1));
      this.history.try({ type: 'ReverseEntry', data: { reverses, reason: '更正', occurredOn: on } });
      return;
    }
  }

  private close(on: string): void {
    const { accounts } = this.history.state;
    const from = this.next(this.deposited);
    // Somebody who owes nothing, or it is refused.
    const free = Array.from({ length: 200 }, (_, index) => idOf((from + index) % this.deposited)).find(
      (id) => accounts.get(`${id} h`)?.due === 0n,
    );
    const data = { householdId: free ?? idOf(from), reason: '灭失', occurredOn: on };
    this.history.try({ type: 'CloseSubAccount', data });
  }
}

describe('a fund with 10,653 deposits', () => {
  const history = build();
  const all = legs(history.events);
  const isOfFund = ({ account }: Leg): boolean => account.startsWith('cash:fund:c1:');
  const isDue = ({ account }: Leg): boolean => account.startsWith('cash:fund:c1:due:');

  it('had something of everything in its years', () => {
    const types = ['DrawPaid', 'DrawRefunded', 'DrawRejected', 'DueCollected', 'SubAccountClosed', 'EntryReversed'];
    for (const type of [...types, 'IncomeCredited'])
      expect([type, history.carried.get(type) ?? 0]).not.toEqual([type, 0]);
    const first = history.events.filter((event) => event.type === 'DepositReceived');
    const ids = new Set(first.flatMap(({ data }) => data.entries.map(({ householdId }) => householdId)));
    expect(ids.size).toBe(DEPOSITS);
  });

  it('sums to the fen with its sub-accounts at every date, and with what its facts say', () => {
    const dates = [...new Set(all.map(({ on }) => on))].sort();
    expect(dates.length).toBeGreaterThan(60);
    // What the events themselves say came in and went out, added without the postings.
    const flows = history.events.flatMap((event) => ownFlow(event));
    const [ownOn, wholeOn, toldOn] = [
      all.filter(({ isWhole }) => !isWhole),
      all.filter((leg) => leg.isWhole),
      flows,
    ].map(byDay) as [Map<string, bigint>, Map<string, bigint>, Map<string, bigint>];
    let [subAccounts, whole, told] = [0n, 0n, 0n];
    for (const date of dates) {
      subAccounts += ownOn.get(date) ?? 0n;
      whole -= wholeOn.get(date) ?? 0n;
      told += toldOn.get(date) ?? 0n;
      expect([date, subAccounts, whole]).toEqual([date, told, told]);
    }
  });

  it('publishes for each year what its entries sum to', () => {
    for (let year = FIRST_YEAR; year <= LAST_YEAR; year++) {
      const inYear = all.filter(({ on }) => on.startsWith(String(year)));
      const [published, entered] = [new Map<string, bigint>(), new Map<string, bigint>()];
      for (const { isWhole, measure, item, amount } of inYear) {
        // The fund advances a due, so it is drawn; what is collected of it comes in as a column of its own.
        const own = measure === 'due' ? (item === 'collection' ? 'collected' : 'drawn') : measure;
        if (isWhole) published.set(measure, (published.get(measure) ?? 0n) - amount);
        else entered.set(own, (entered.get(own) ?? 0n) + amount);
      }
      expect([...published.keys()].sort()).toEqual([...entered.keys()].sort());
      for (const [column, amount] of published)
        expect([year, column, entered.get(column)]).toEqual([year, column, amount]);
      expect(published.get('deposited')).toBeGreaterThan(0n);
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
    const { reserved } = history.state;
    const draw = { drawId: 'last', purpose: '维修', workItem: 'roof', amount: '777777.77', scope: { all: true } };
    const vote = {
      owners: { total: 1, participated: 1, agreed: 1 },
      areaM2: { total: '1.00', participated: '1.00', agreed: '1.00' },
    };
    const on = '2025-03-01';
    history.run({ type: 'ProposeDraw', proposer: 'clerk', data: { ...draw, vote, occurredOn: on } });
    history.run({ type: 'ApproveDraw', approver: 'boss', data: { drawId: 'last', occurredOn: on, documentNo: '9' } });
    const paid = history.run({ type: 'PayDraw', data: { drawId: 'last', payee: '公司', occurredOn: on } });
    expect(paid.length).toBeGreaterThan(9);
    expect(snapshot(history.state)).not.toEqual(before);
    history.run({ type: 'ReverseEntry', data: { reverses: paid, reason: '重复支付', occurredOn: '2025-03-02' } });
    expect(history.state.draws.get('last')!.state).toBe('approved');
    expect(snapshot(history.state)).toEqual(before);
    expect(() =>
      history.run({ type: 'ReverseEntry', data: { reverses: paid, reason: '再次', occurredOn: '2025-03-02' } }),
    ).toThrow(Rejected);
    history.run({ type: 'RejectDraw', approver: 'boss', data: { drawId: 'last', reason: '作废', occurredOn: on } });
    expect(history.state.reserved).toBe(reserved);
  });
});

const snapshot = ({ accounts }: FundState): unknown[] =>
  [...accounts.values()].map(({ key, pot, due }) => [key, pot.balance, due]);

function byDay(moves: readonly { on: string; amount: bigint }[]): Map<string, bigint> {
  const days = new Map<string, bigint>();
  for (const { on, amount } of moves) days.set(on, (days.get(on) ?? 0n) + amount);
  return days;
}

/** What a fact says moved between the fund and the world; a reversal takes it back on its own day. */
function ownFlow(event: FundEvent): { on: string; amount: bigint }[] {
  const on = event.data.occurredOn;
  switch (event.type) {
    case 'DepositReceived':
    case 'IncomeCredited':
    case 'DrawRefunded':
    case 'DueCollected':
      return [{ on, amount: fenOf(event.data.amount) }];
    case 'DrawPaid':
    case 'SubAccountClosed':
      return [{ on, amount: -fenOf(event.data.amount) }];
    case 'EntryReversed':
      return event.data.reverses
        .flatMap((entry) => ownFlow(entry as unknown as FundEvent))
        .map(({ amount }) => ({ on, amount: -amount }));
    default:
      return [];
  }
}
