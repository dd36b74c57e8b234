import { specification } from '../../test/support/given.js';
import type { CompoundState } from '../compound/compound.decider.js';
import { CHANGZHI_2020 } from '../policy/changzhi-2020.rules.js';
import { type SchemeCommand, schemeDecider } from './scheme.decider.js';
import type { BudgetLine, SchemeData, SchemeEvent } from './scheme-state.decider.js';

const given = specification(schemeDecider);
const COMPOUND: CompoundState = {
  compound: {
    ...{ compoundId: 'c', name: '演示小区', divisionCode: '140403', builtYear: 1998, locality: 'city' },
    buildings: [{ buildingNo: '1', floors: 6, hasElevator: false }],
  },
  households: new Map(),
};
const known = { closedThrough: null, compound: COMPOUND };
const SCHEME: SchemeData = {
  ...{ schemeId: 's', compoundId: 'c', divisionCode: '140403', planYear: 2026, title: '方案' },
  ...{ centralPlan: true, planStage: 'planned', policyId: 'changzhi-2020' },
};
const line = (lineId: string, workItem: BudgetLine['workItem'], amount: string): BudgetLine => ({
  ...{ lineId, workItem, amount, scope: { all: true }, shareMethod: 'area' },
  costArea: workItem === 'stairs' ? 'in-building' : 'public-area',
});
const drafted: SchemeEvent = { type: 'SchemeDrafted', data: { ...SCHEME, occurredOn: '2026-01-06' } };
const revised = (budgetRevision: number, ...lines: BudgetLine[]): SchemeEvent => ({
  type: 'BudgetRevised',
  data: { schemeId: 's', budgetRevision, lines, reason: '编制', recordedBy: 'clerk', occurredOn: '2026-01-07' },
});
const LINES = [line('road', 'road', '100.00'), line('gas', 'gas-supply', '50.00'), line('stairs', 'stairs', '30.00')];
const everybody = { total: 10, participated: 10, agreed: 10 };
const area = { total: '10', participated: '10', agreed: '10' };
const approved: readonly SchemeEvent[] = [
  drafted,
  revised(1, ...LINES),
  {
    type: 'SchemePublished',
    data: { schemeId: 's', publishedOn: '2026-01-08', endsOn: '2026-01-15', occurredOn: '2026-01-08' },
  },
  {
    type: 'ConsultationClosed',
    data: { schemeId: 's', closedOn: '2026-01-15', owners: everybody, areaM2: area, occurredOn: '2026-01-15' },
  },
  {
    type: 'SchemeApproved',
    data: { schemeId: 's', approvedOn: '2026-01-20', budgetRevision: 1, occurredOn: '2026-01-20' },
  },
];
const RESIDENTS = { source: 'resident-cash', reference: null, costArea: 'public-area' } as const;
const cash = (amount: string): SchemeEvent => ({
  type: 'ContributionReceived',
  data: { ...RESIDENTS, schemeId: 's', contributionId: `k${amount}`, form: 'cash', amount, occurredOn: '2026-01-25' },
});
const GRANT = { source: 'city-grant', reference: 'g', costArea: 'public-area' } as const;
const arrived = (amount: string): SchemeEvent => ({
  type: 'GrantFundsReceived',
  data: { ...GRANT, schemeId: 's', amount, crossingId: 'e0', occurredOn: '2026-01-25' },
});
const bearer = ({ source, reference }: { source: 'resident-cash' | 'city-grant'; reference: string | null }) => ({
  source,
  reference,
});
const PAYMENT = {
  lineId: 'road',
  payee: '单位',
  voucherNo: '1',
  nature: 'construction',
  occurredOn: '2026-02-01',
} as const;
const pay = (amount: string, of: typeof RESIDENTS | typeof GRANT = RESIDENTS): SchemeCommand => ({
  ...{ type: 'MakePayment', known },
  data: { ...PAYMENT, paymentId: 'p2', amount, from: [{ ...bearer(of), amount }] },
});
const paid = (paymentId: string, amount: string, of: typeof RESIDENTS | typeof GRANT = RESIDENTS): SchemeEvent => ({
  type: 'PaymentMade',
  data: { ...PAYMENT, paymentId, amount, schemeId: 's', costArea: 'public-area', from: [{ ...bearer(of), amount }] },
});
const back = (amount: string, ...to: (typeof RESIDENTS | typeof GRANT)[]): SchemeCommand => ({
  ...{ type: 'RefundPayment', known },
  data: {
    ...{ paymentId: 'p1', amount, reason: '退款', occurredOn: '2026-03-01' },
    ...(to.length > 0 ? { to: to.map((one) => ({ ...bearer(one), amount })) } : {}),
  },
});
const substituted = (amount: string): SchemeEvent => ({
  type: 'FundsSubstituted',
  data: {
    ...{ schemeId: 's', lineId: 'road', costArea: 'public-area', amount, occurredOn: '2026-02-10' },
    ...{ from: bearer(RESIDENTS), to: bearer(GRANT) },
  },
});

describe('A scheme', () => {
  it('is drafted for a compound inside the policy', () => {
    const draft = (compound: Partial<NonNullable<CompoundState['compound']>>): SchemeCommand => ({
      ...{ type: 'DraftScheme', data: { ...SCHEME, occurredOn: '2026-01-06' }, pack: CHANGZHI_2020 },
      known: { ...known, compound: { ...COMPOUND, compound: { ...COMPOUND.compound!, ...compound } } },
    });
    given()
      .when(draft({ builtYear: 1999 }))
      .then(drafted);
    given()
      .when(draft({ builtYear: 2000 }))
      .thenRejected('needs-override', 'R01a');
    given()
      .when(draft({ builtYear: 2000 }), ['R01a'])
      .thenTypes('SchemeDrafted');
    given()
      .when(draft({ builtYear: 2000, exclusions: { selfBuilt: true } }))
      .thenRejected('rule-refused', 'R01b');
  });

  it('pays to the last fen of the pool, and of the line', () => {
    given(...approved, cash('80.00'))
      .when(pay('80.00'))
      .thenTypes('PaymentMade');
    given(...approved, cash('80.00'))
      .when(pay('80.01'))
      .thenRejected('rule-refused', 'R08');
    given(...approved, cash('900.00'))
      .when(pay('100.00'))
      .thenTypes('PaymentMade');
    given(...approved, cash('900.00'))
      .when(pay('100.01'))
      .thenRejected('rule-refused', 'R10');
    given(...approved, cash('900.00'), paid('p1', '60.00'))
      .when(pay('40.01'))
      .thenRejected('rule-refused', 'R10');
    given(...approved, cash('900.00'), paid('p2', '60.00'))
      .when(pay('1.00'))
      .thenRejected('already-exists');
  });

  it('keeps the money of each reference apart', () => {
    given(...approved, cash('80.00'), arrived('10.00'))
      .when(pay('10.00', GRANT))
      .thenTypes('PaymentMade');
    given(...approved, cash('80.00'), arrived('10.00'))
      .when(pay('10.01', GRANT))
      .thenRejected('rule-refused', 'R08');
  });

  it('takes money that arrives from another stream whatever the rules say', () => {
    const { type, data } = arrived('10.00') as Extract<SchemeEvent, { type: 'GrantFundsReceived' }>;
    given(drafted).when({ type: 'ReceiveFunds', of: type, data }).then(arrived('10.00'));
  });

  it('takes a promise back from the household and the line it was made for', () => {
    const promise = { source: 'resident-cash', reference: null, costArea: 'in-building', lineId: 'stairs' } as const;
    const own = { ...promise, schemeId: 's', pledgeId: 'g', amount: '30.00', payer: { householdId: 'h1' } };
    given(...approved, { type: 'FundingPledged', data: { ...own, occurredOn: '2026-02-01' } })
      .when({ type: 'WithdrawPledge', data: { pledgeId: 'g', reason: '撤回', occurredOn: '2026-02-02' }, known })
      .then({ type: 'PledgeWithdrawn', data: { ...own, reason: '撤回', occurredOn: '2026-02-02' } });
  });

  it('gives a payment refund to who bears the payment', () => {
    const before = [...approved, cash('80.00'), arrived('80.00'), paid('p1', '60.00')];
    given(...before)
      .when(back('60.00'))
      .thenTypes('PaymentRefunded');
    given(...before)
      .when(back('60.01'))
      .thenRejected('rule-refused', 'R08');
    given(...before)
      .when(back('1.00', GRANT))
      .thenRejected('rule-refused', 'R08');
    // 45.00 of 60.00 were taken over by the grant: residents still bear 15.00.
    const after = [...before, substituted('45.00')];
    given(...after)
      .when(back('45.00', GRANT))
      .thenTypes('PaymentRefunded');
    given(...after)
      .when(back('45.01', GRANT))
      .thenRejected('rule-refused', 'R08');
    given(...after)
      .when(back('15.00', RESIDENTS))
      .thenTypes('PaymentRefunded');
    given(...after)
      .when(back('15.01', RESIDENTS))
      .thenRejected('rule-refused', 'R08');
    given(...after)
      .when(back('15.01'))
      .thenRejected('rule-refused', 'R08');
  });

  it('is never approved by who recorded the revision, and a revision once', () => {
    const approve = (approver: string, budgetRevision?: number): SchemeCommand => ({
      ...{ type: 'ApproveScheme', known, approver },
      data: {
        ...{ approvedOn: '2026-02-01', occurredOn: '2026-02-01' },
        ...(budgetRevision === undefined ? {} : { budgetRevision }),
      },
    });
    const later = [...approved, revised(2, ...LINES)];
    given(...later)
      .when(approve('clerk'))
      .thenRejected('same-person');
    given(...later)
      .when(approve('boss'))
      .thenTypes('SchemeApproved');
    given(...later)
      .when(approve('boss', 1))
      .thenRejected('already-done');
    given(...later)
      .when(approve('boss', 3))
      .thenRejected('budget-revision-not-found');
  });

  it('says first what the money may not do at all', () => {
    const early = [drafted, revised(1, ...LINES)];
    const stairs: SchemeCommand = {
      ...{ type: 'MakePayment', known },
      data: {
        ...{ ...PAYMENT, paymentId: 'p', lineId: 'stairs', amount: '999.00', nature: 'operation' },
        from: [{ ...bearer(GRANT), amount: '999.00' }],
      },
    };
    given(...early)
      .when(stairs)
      .thenRejected('rule-refused', 'R03');
    given(...early)
      .when({ ...stairs, data: { ...stairs.data, lineId: 'road' } })
      .thenRejected('rule-refused', 'R18');
    given(...early)
      .when(pay('999.00', GRANT))
      .thenRejected('rule-refused', 'R06');
  });
});
