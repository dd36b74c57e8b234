import {
  answerApportionment,
  answerDebtService,
  answerDrawApportionment,
  answerElevatorShares,
  answerFactorDistribution,
  answerFundingPlan,
  answerInterest,
  answerReserveForecast,
  forecastInYuan,
  plansInYuan,
} from './answers.engine.js';

const refusal = (code: string) => expect.objectContaining({ code });

describe('POST /v1/calculations/apportionment', () => {
  it('answers the published shares in the order given and names its rounding', () => {
    const areas = '86.45, 86.45, 92.13, 92.13, 74.08, 74.08, 86.45, 86.45, 92.13, 92.13, 74.08, 120.57'.split(', ');
    const published =
      '2862.23, 2862.23, 3050.29, 3050.29, 2452.68, 2452.68, 2862.23, 2862.23, 3050.29, 3050.28, 2452.68, 3991.89'.split(
        ', ',
      );
    const id = (index: number) => `h${String(index + 1).padStart(2, '0')}`;
    const parts = areas.map((weight, index) => ({ id: id(index), weight }));
    expect(answerApportionment({ amount: '35000.00', parts })).toEqual({
      parts: published.map((amount, index) => ({ id: id(index), amount })),
      rounding: 'largest-remainder',
      tieBreak: 'id',
    });
    expect(answerApportionment({ amount: '35000.00', parts: parts.toReversed() }).parts).toEqual(
      published.map((amount, index) => ({ id: id(index), amount })).toReversed(),
    );
  });

  it('reads weights of any places alike', () => {
    const weights = ['1', '1.0', '0.999999'].map((weight, index) => ({ id: `p${index}`, weight }));
    expect(answerApportionment({ amount: '0.02', parts: weights }).parts.map(({ amount }) => amount)).toEqual([
      '0.01',
      '0.01',
      '0.00',
    ]);
    expect(() => answerApportionment({ amount: '1.00', parts: [{ id: 'a', weight: '0.000000' }] })).toThrow(
      refusal('zero-weights'),
    );
  });
});

describe('POST /v1/calculations/draw-apportionment', () => {
  it('answers owners in the order given, the seller and the developer', () => {
    // 1,000.00 over 80 + 50 + 50 + 20 m²: commodity 400.00, sold public 500.00, unsold 100.00; of the 500.00, deposits
    // 2,000.00 : 3,000.00 → owners 200.00 (100.00 each), seller 300.00.
    const households = [
      { id: 'p1', areaM2: '50', ownership: 'sold-public-housing', ownerDeposit: '1500.00' },
      { id: 'c1', areaM2: '80.00', ownership: 'commodity' },
      { id: 'u1', areaM2: '20.000000', ownership: 'unsold-commodity' },
      { id: 'p2', areaM2: '50.0', ownership: 'sold-public-housing', ownerDeposit: '500.00' },
    ] as const;
    expect(answerDrawApportionment({ amount: '1000.00', households, sellerDeposit: '3000.00' })).toEqual({
      owners: [
        { id: 'p1', amount: '100.00' },
        { id: 'c1', amount: '400.00' },
        { id: 'p2', amount: '100.00' },
      ],
      seller: '300.00',
      developer: '100.00',
    });
    expect(answerDrawApportionment({ amount: '1000.00', households })).toMatchObject({ seller: '0.00' });
    const noDeposit = households.slice(0, 1).map(({ id, areaM2, ownership }) => ({ id, areaM2, ownership }));
    expect(answerDrawApportionment({ amount: '1.00', households: noDeposit, sellerDeposit: '0.01' })).toEqual({
      owners: [{ id: 'p1', amount: '0.00' }],
      seller: '1.00',
      developer: '0.00',
    });
  });
});

describe('POST /v1/calculations/elevator-shares', () => {
  it('answers the published shares', () => {
    const households = [1, 2, 3, 4, 5, 6].flatMap((floor) =>
      ['a', 'b'].map((flat) => ({ id: `${floor}${flat}`, floor })),
    );
    const published = ['0.00', '24509.80', '49019.61', '53921.57', '58823.53', '63725.49'];
    const shares = households.map(({ id, floor }) => ({ id, amount: published[floor - 1] }));
    expect(
      answerElevatorShares({ amount: '500000.00', table: 'guangzhou-2016', basis: 'coefficient', households }),
    ).toEqual({ shares });
    expect(answerElevatorShares({ amount: '500000.00', table: 'guangzhou-2016', households })).toEqual({ shares });
  });

  it('takes a table’s own basis unless told, and a scheme’s own coefficients', () => {
    const households = [
      { id: 'a', floor: 3, areaM2: '100.00' },
      { id: 'b', floor: 4, areaM2: '50.00' },
    ];
    const amounts = (body: Omit<Parameters<typeof answerElevatorShares>[0], 'amount' | 'households'>) =>
      answerElevatorShares({ amount: '150.00', households, ...body }).shares.map(({ amount }) => amount);
    // 0.7 × 100 : 0.8 × 50 = 70 : 40; 0.7 : 0.8; 1 × 100 : 4 × 50; 1 : 4; 1.0 × 100 : 1.1 × 50 = 100 : 55.
    expect(amounts({ table: 'guangzhou-lijiang-xincun' })).toEqual(['95.45', '54.55']);
    expect(amounts({ table: 'guangzhou-lijiang-xincun', basis: 'coefficient' })).toEqual(['70.00', '80.00']);
    const coefficients = [
      { floor: 3, coefficient: '0.25' },
      { floor: 4, coefficient: '1' },
    ];
    expect(amounts({ coefficients, basis: 'coefficient-area' })).toEqual(['50.00', '100.00']);
    expect(amounts({ coefficients, basis: 'coefficient' })).toEqual(['30.00', '120.00']);
    expect(amounts({ coefficients })).toEqual(['30.00', '120.00']);
    expect(amounts({ table: 'guangzhou-2016', basis: 'coefficient-area' })).toEqual(['96.77', '53.23']);
    expect(() => amounts({ coefficients: coefficients.slice(1) })).toThrow(refusal('out-of-range'));
    expect(() => amounts({})).toThrow(refusal('out-of-range'));
  });
});

describe('POST /v1/calculations/factor-distribution', () => {
  const recipients = [
    {
      id: '140403',
      coefficient: '1.00',
      values: { area: '38.72', households: '5300', buildings: '160', compounds: '60' },
    },
    {
      id: '140404',
      coefficient: '1.20',
      values: { area: '14.24', households: '1340', buildings: '59', compounds: '44' },
    },
    {
      id: '140406',
      coefficient: '1.10',
      values: { area: '9.50', households: '1100', buildings: '40', compounds: '15' },
    },
  ];
  const factors = [
    { name: 'area', weight: '0.40' },
    { name: 'households', weight: '0.40', applyCoefficient: true },
    { name: 'buildings', weight: '0.10' },
    { name: 'compounds', weight: '0.10' },
  ];

  it('answers the example, in the order given', () => {
    expect(answerFactorDistribution({ amount: '30000000.00', factors, recipients })).toEqual({
      shares: [
        { id: '140403', share: '0.5995', amount: '17985865.40' },
        { id: '140404', share: '0.2490', amount: '7469735.09' },
        { id: '140406', share: '0.1515', amount: '4544399.51' },
      ],
    });
  });

  it('leaves coefficients out where a factor says so', () => {
    const body = {
      amount: '8.00',
      factors: [{ name: 'performance', weight: '1', applyCoefficient: false }],
      recipients: [
        { id: 'a', coefficient: '1', values: { performance: '1' } },
        { id: 'b', coefficient: '3', values: { performance: '1' } },
      ],
    };
    expect(answerFactorDistribution(body).shares.map(({ amount }) => amount)).toEqual(['4.00', '4.00']);
  });

  it('takes a factor’s value from the body alone', () => {
    const odd = { amount: '1.00', factors: [{ name: 'constructor', weight: '1' }] };
    expect(() => answerFactorDistribution({ ...odd, recipients })).toThrow(new RangeError('no value of constructor'));
    const values = { constructor: '2' };
    expect(answerFactorDistribution({ ...odd, recipients: [{ id: 'a', coefficient: '1', values }] }).shares).toEqual([
      { id: 'a', share: '1.0000', amount: '1.00' },
    ]);
  });
});

describe('POST /v1/calculations/funding-plan', () => {
  const plan = {
    funded: 1_000n,
    assignments: [{ sourceId: 'b', lineId: 'l', amount: 1_000n }],
    unfunded: [{ lineId: 'l', amount: 4_005n }],
    unused: [{ sourceId: 'a', amount: 10_050n }],
  };
  const answer = {
    funded: '10.00',
    assignments: [{ sourceId: 'b', lineId: 'l', amount: '10.00' }],
    unfunded: [{ lineId: 'l', amount: '40.05' }],
    unused: [{ sourceId: 'a', amount: '100.50' }],
  };

  it('answers in yuan, with the certificate where there is one', () => {
    expect(answerFundingPlan(plan)).toStrictEqual(answer);
    const certificate = { lines: ['l'], sources: ['b'], needed: 5_005n, available: 1_000n, short: 4_005n };
    expect(answerFundingPlan({ ...plan, certificate })).toStrictEqual({
      ...answer,
      certificate: { lines: ['l'], sources: ['b'], needed: '50.05', available: '10.00', short: '40.05' },
    });
  });
});

describe('POST /v1/calculations/reserve-forecast', () => {
  const body = {
    openingBalance: '70000.00',
    firstYear: 2026,
    years: 2,
    contribution: '10000.00',
    inflation: '0.025',
    interestRate: '0.015',
    components: [
      { id: 'roof', name: '屋面', cost: '100000.00', usefulLife: 20, remainingLife: 8 },
      { id: 'paint', name: '外墙', cost: '60000.00', usefulLife: 6, remainingLife: 1 },
    ],
  };

  it('answers every field of the contract', () => {
    // 2026: base 75,000 at 1.5 % = 1,125.00; fully funded 60,000 + 50,000. 2027: 61,500.00 falls due; base 81,125 −
    // 25,750 = 55,375 at 1.5 % = 830.625; fully funded (100,000 × 13/20 + 60,000) × 1.025 = 128,125.00.
    // No contribution: 71,050.00, then base 71,050 − 30,750 = 40,300 → 604.50; 10,154.50 is left, so none is required.
    // Plans: 2027 opens with 70,000 + c + 1.5 % of (70,000 + c ÷ 2). 0.7 × 128,125 = 89,687.50: c = 18,498.76 earns 1,188.74
    // and reaches it, a fen less does not. Full: 56,650.12 earns 1,474.88.
    expect(answerReserveForecast(body)).toEqual({
      years: [
        {
          year: 2026,
          open: '70000.00',
          contribution: '10000.00',
          interest: '1125.00',
          expenditure: '0.00',
          close: '81125.00',
          fullyFundedBalance: '110000.00',
          fundedRatio: '0.6364',
        },
        {
          year: 2027,
          open: '81125.00',
          contribution: '10000.00',
          interest: '830.63',
          expenditure: '61500.00',
          close: '30455.63',
          fullyFundedBalance: '128125.00',
          fundedRatio: '0.6332',
        },
      ],
      firstNegativeYear: null,
      lowest: { year: 2027, balance: '30455.63' },
      requiredContribution: '0.00',
      componentMethodContribution: '15000.00',
      plans: {
        baseline: { contribution: '0.00' },
        threshold: { contribution: '18498.76' },
        full: { contribution: '56650.12' },
      },
    });
  });

  it('keeps the floor asked for, and shows a ratio of nothing as null', () => {
    const fresh = [{ id: 'a', name: '门', cost: '5.00', usefulLife: 3, remainingLife: 3 }];
    const answer = answerReserveForecast({
      ...body,
      openingBalance: '0.00',
      components: fresh,
      floor: '100.00',
      years: 1,
    });
    expect(answer.requiredContribution).toBe('99.26');
    expect(answer.years[0]!.fundedRatio).toBeNull();
  });

  it('lends its form to a fund’s forecast, with draws not yet paid and a threshold of its own', () => {
    const forecast = {
      openingBalance: 0n,
      firstYear: 2026,
      years: 2,
      contribution: 0n,
      inflation: 0n,
      interestRate: 0n,
      floor: 0n,
      components: [{ id: 'a', cost: 1_000n, usefulLife: 10, remainingLife: 9 }],
      firstYearDraws: 50n,
    };
    expect(forecastInYuan(forecast)).toMatchObject({
      firstNegativeYear: 2026,
      lowest: { year: 2026, balance: '-0.50' },
    });
    // Fully funded at the start of 2027: 2.00; half of it and the draws of 0.50.
    expect(plansInYuan(forecast, '0.5')).toEqual({
      baseline: { contribution: '0.50' },
      threshold: { contribution: '1.50' },
      full: { contribution: '2.50' },
    });
  });
});

describe('POST /v1/calculations/debt-service', () => {
  const body = {
    principal: '1000.00',
    couponRate: '0.03',
    termYears: 1,
    valueDate: '2025-08-31',
    paymentsPerYear: 2,
    repayment: 'equal-principal',
  } as const;

  it('answers every field of the contract', () => {
    expect(answerDebtService({ ...body, income: '2000.00', cost: '500.00' })).toEqual({
      periods: [
        { dueOn: '2026-02-28', interest: '15.00', principal: '500.00', outstanding: '500.00' },
        { dueOn: '2026-08-31', interest: '7.50', principal: '500.00', outstanding: '0.00' },
      ],
      totalInterest: '22.50',
      totalDebtService: '1022.50',
      debtServiceCoverage: '1.4670',
      costRatio: '0.2500',
      warnings: [],
    });
  });

  it('answers null where no income is known, and warns below 1.1', () => {
    expect(answerDebtService(body)).toMatchObject({ debtServiceCoverage: null, costRatio: null, warnings: [] });
    expect(answerDebtService({ ...body, income: '1022.50' })).toMatchObject({
      debtServiceCoverage: '1.0000',
      warnings: [{ code: 'coverage-below-threshold', threshold: '1.1000', verified: false }],
    });
  });
});

describe('POST /v1/calculations/interest', () => {
  it('answers the example of the two-tier rule', () => {
    expect(
      answerInterest({
        rule: 'two-tier-annual',
        rates: [{ from: '2025-01-01', demand: '0.0035', term: '0.013' }],
        openingBalance: '8000.00',
        flows: [{ occurredOn: '2026-06-30', amount: '1500.00' }],
        from: '2025-01-01',
        to: '2026-12-31',
      }),
    ).toEqual({
      periods: [
        { from: '2025-01-01', to: '2025-12-31', opening: '8000.00', interest: '104.00', closing: '8104.00' },
        { from: '2026-01-01', to: '2026-12-31', opening: '8104.00', interest: '108.00', closing: '9712.00' },
      ],
      interest: '212.00',
      closingBalance: '9712.00',
    });
  });

  it('answers the quarterly example, by its own basis or one given, and takes money out', () => {
    const body = {
      rule: 'quarterly-demand',
      rates: [{ from: '2025-01-01', demand: '0.0035', term: '0.013' }],
      openingBalance: '10000.00',
      flows: [{ occurredOn: '2026-03-20', amount: '1000.00' }],
      from: '2025-12-21',
      to: '2026-03-31',
    } as const;
    expect(answerInterest(body)).toEqual({
      periods: [{ from: '2025-12-21', to: '2026-03-20', opening: '10000.00', interest: '8.76', closing: '11008.76' }],
      interest: '8.76',
      closingBalance: '11008.76',
    });
    expect(answerInterest({ ...body, dayBasis: 365 }).interest).toBe('8.64');
    const out = [...body.flows, { occurredOn: '2026-03-31', amount: '-11008.76' }];
    expect(answerInterest({ ...body, flows: out }).closingBalance).toBe('0.00');
    expect(() => answerInterest({ ...body, flows: [{ occurredOn: '2026-01-01', amount: '-10000.01' }] })).toThrow(
      refusal('out-of-range'),
    );
  });
});
