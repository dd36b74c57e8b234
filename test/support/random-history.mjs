/**
 * A made-up city told as facts, without deciders in the way: what the postings, the chain and the exports are measured
 * on. Plain JavaScript, because the benchmarks run it without a compiler.
 */
export function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const SCHEME_EVENTS = 60;
const AREAS = ['public-area', 'in-building'];
const LINES = [
  { lineId: 'L1', workItem: 'road', costArea: 'public-area' },
  { lineId: 'L2', workItem: 'water-and-drainage', costArea: 'public-area' },
  { lineId: 'L3', workItem: 'stairs', costArea: 'in-building' },
];
const DIVISIONS = ['140403', '140404', '140405', '140406'];
const yuan = (fen) => `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;

class City {
  made = 0;
  /** Of a pledge or a contract: a new one each time, or one of so many. */
  get number() {
    return this.ids === undefined ? this.made : this.made % this.ids;
  }
  constructor(seed, ids) {
    this.ids = ids;
    this.random = randomFrom(seed);
    this.seed = seed;
  }
  below(n) {
    return Math.floor(this.random() * n);
  }
  pick(list) {
    return list[this.below(list.length)];
  }
  amount() {
    return 1 + this.below(5_000_000);
  }
  date() {
    return `202${4 + this.below(3)}-${String(1 + this.below(12)).padStart(2, '0')}-${String(1 + this.below(28)).padStart(2, '0')}`;
  }
  fact(stream, type, data) {
    this.made += 1;
    const tail = this.made.toString(16).padStart(12, '0');
    const eventId = `${(this.seed >>> 0).toString(16).padStart(8, '0')}-0000-7000-8000-${tail}`;
    return { eventId, stream, type, data };
  }
}

/** What may happen to a scheme, again and again. */
const HAPPENINGS = [
  (city, { schemeId, occurredOn, costArea }) => {
    const pledge = { pledgeId: `p${city.number}`, source: 'resident-cash', reference: null, costArea };
    return [
      [
        'FundingPledged',
        { schemeId, ...pledge, amount: yuan(city.amount()), payer: { householdId: 'h01' }, occurredOn },
      ],
    ];
  },
  (city, { schemeId, occurredOn, costArea }) => {
    const form = city.pick(['cash', 'cash', 'goods', 'labour']);
    const source = form === 'cash' ? 'resident-cash' : 'resident-donation';
    const told = {
      contributionId: `c${city.made}`,
      source,
      reference: null,
      costArea,
      form,
      amount: yuan(city.amount()),
    };
    return [['ContributionReceived', { schemeId, ...told, payer: { householdId: 'h01' }, occurredOn }]];
  },
  (city, { schemeId, occurredOn }) => {
    const line = city.pick(LINES);
    const [first, second] = [city.amount(), city.amount()];
    const from = [
      { source: 'central-grant', reference: `g${schemeId}`, amount: yuan(first) },
      { source: 'resident-cash', reference: null, amount: yuan(second) },
    ];
    const told = {
      paymentId: `pay${city.made}`,
      lineId: line.lineId,
      costArea: line.costArea,
      amount: yuan(first + second),
      from,
    };
    return [
      [
        'PaymentMade',
        { schemeId, ...told, payee: '施工单位', voucherNo: `付-${city.made}`, nature: 'construction', occurredOn },
      ],
    ];
  },
  (city, { schemeId, occurredOn }) => {
    const lines = LINES.map(({ lineId }) => ({ lineId, amount: yuan(city.amount()) }));
    return [
      [
        'ContractAwarded',
        { schemeId, contractNo: `施${city.number}号`, contractor: '施工单位', lines, role: 'construction', occurredOn },
      ],
    ];
  },
  (city, { schemeId, occurredOn, costArea }) => {
    const told = {
      source: 'central-grant',
      reference: `g${schemeId}`,
      costArea,
      amount: yuan(city.amount()),
      reason: '收回',
    };
    return [['FundsReturned', { schemeId, ...told, occurredOn }]];
  },
];

function* beginning(city, schemeId) {
  const occurredOn = city.date();
  const [grantId, divisionCode] = [`g${schemeId}`, city.pick(DIVISIONS)];
  const compound = {
    compoundId: `c${schemeId}`,
    name: '演示小区',
    divisionCode,
    builtYear: 1998,
    buildings: [{ buildingNo: '1', floors: 6, hasElevator: false }],
    locality: 'city',
  };
  yield city.fact(`compound-${compound.compoundId}`, 'CompoundRegistered', { ...compound, occurredOn });
  const scheme = {
    schemeId,
    compoundId: compound.compoundId,
    divisionCode,
    planYear: 2026,
    title: '改造方案',
    centralPlan: true,
    planStage: 'planned',
    policyId: 'changzhi-2020',
  };
  yield city.fact(`scheme-${schemeId}`, 'SchemeDrafted', { ...scheme, occurredOn });
  const lines = LINES.map((line) => ({
    ...line,
    amount: yuan(city.amount()),
    scope: { all: true },
    shareMethod: 'area',
  }));
  yield city.fact(`scheme-${schemeId}`, 'BudgetRevised', {
    schemeId,
    budgetRevision: 1,
    lines,
    reason: '初次编制',
    recordedBy: 'clerk',
    occurredOn,
  });
  const award = {
    grantId,
    source: 'central-grant',
    programme: 'mof',
    amount: yuan(100_000_000 + city.amount()),
    fiscalYear: 2026,
    budgetBook: 'general',
    divisionCode,
    directFunds: false,
  };
  yield city.fact(`grant-${grantId}`, 'GrantAwarded', { ...award, occurredOn });
  const sent = {
    grantId,
    source: 'central-grant',
    schemeId,
    amount: yuan(city.amount()),
    costArea: 'public-area',
    programme: 'mof',
  };
  yield city.fact(`grant-${grantId}`, 'GrantAllocated', { ...sent, occurredOn });
  const disbursed = city.fact(`grant-${grantId}`, 'GrantDisbursed', { ...sent, voucherNo: '拨-1', occurredOn });
  yield disbursed;
  const received = {
    schemeId,
    source: 'central-grant',
    reference: grantId,
    costArea: 'public-area',
    amount: sent.amount,
    crossingId: disbursed.eventId,
    programme: 'mof',
  };
  yield city.fact(`scheme-${schemeId}`, 'GrantFundsReceived', { ...received, occurredOn });
}

/** `schemeEvents` to a scheme; with `ids` its pledges and contracts come again, so that accounts are few. */
export function* randomHistory(seed, count, { schemeEvents = SCHEME_EVENTS, ids } = {}) {
  const city = new City(seed, ids);
  const schemes = [];
  while (city.made < count) {
    if (schemes.length * schemeEvents <= city.made) {
      schemes.push(`S${schemes.length + 1}`);
      yield* beginning(city, schemes.at(-1));
    }
    const about = { schemeId: city.pick(schemes), occurredOn: city.date(), costArea: city.pick(AREAS) };
    for (const [type, data] of city.pick(HAPPENINGS)(city, about))
      yield city.fact(`scheme-${about.schemeId}`, type, data);
  }
}
