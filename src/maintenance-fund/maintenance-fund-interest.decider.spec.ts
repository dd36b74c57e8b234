import { COMPOUND, given, known, opened } from '../../test/support/given-fund.js';
import { type FundCommand, maintenanceFundDecider } from './maintenance-fund.decider.js';
import type { DataOf, FundEvent } from './maintenance-fund-state.decider.js';

const deposit = (householdId: string, amount: string, occurredOn: string, eventId = occurredOn): FundEvent => ({
  type: 'DepositReceived',
  eventId,
  data: { compoundId: COMPOUND, kind: 'first', occurredOn, amount, entries: [{ householdId, amount, payer: 'owner' }] },
});
const settle = (settledOn: string): FundCommand => ({
  type: 'SettleInterest',
  data: { settledOn, occurredOn: settledOn },
  known,
});
const rates = (from: string, fields: object): FundEvent => ({
  type: 'RatesChanged',
  data: { compoundId: COMPOUND, from, occurredOn: from, ...fields },
});
const change = (from: string, fields: object): FundCommand => ({
  type: 'ChangeRates',
  data: { from, occurredOn: from, ...fields },
  known,
});

/** Events as they would be stored, and what they settled: day, interest, shares. */
function settled(given_: readonly FundEvent[], on: string) {
  const state = given_.reduce(maintenanceFundDecider.evolve, maintenanceFundDecider.initial());
  const events = maintenanceFundDecider
    .decide(state, settle(on), [])
    .events.map((event, index) => ({ ...event, eventId: `s${on}-${index}` }) as FundEvent);
  const told = events.map(({ data }) => {
    const { settlement, amount, shares } = data as DataOf<'IncomeCredited'>;
    return [settlement!.to, amount, ...shares.map((one) => `${one.householdId ?? one.unitId} ${one.amount}`)];
  });
  return { events, told };
}

describe('interest is settled by the rule of the fund', () => {
  it('spreads it by what each sub-account would have earned itself', () => {
    // All of it came in during 2015, at 0.35 %: a's 1,000.00 for 364 days are 3.4904…, b's for 182 days 1.7452…; together
    // 5.2356… → 5.24, and two thirds of that are 3.4933…, one third 1.7466…: the last fen goes to the larger remainder.
    const { told } = settled(
      [opened, deposit('a', '1000.00', '2015-01-01'), deposit('b', '1000.00', '2015-07-02')],
      '2015-12-31',
    );
    expect(told).toEqual([['2015-12-31', '5.24', 'a 3.49', 'b 1.75']]);
  });

  it('leaves what is settled as it is, whatever is dated into it later', () => {
    const first = settled([opened, deposit('a', '1000.00', '2015-01-01')], '2015-12-31');
    // 1,000 × 0.35 % × 364 ÷ 365 = 3.490 → 3.49
    expect(first.told).toEqual([['2015-12-31', '3.49', 'a 3.49']]);
    const late = deposit('b', '1000.00', '2015-03-01', 'late');
    const second = settled([opened, deposit('a', '1000.00', '2015-01-01'), ...first.events, late], '2016-12-31');
    // Brought forward into 2016: 1,003.49 and 1,000.00, at 1.30 %: 26.05; 13.0454 and 13.00 of it.
    expect(second.told).toEqual([['2016-12-31', '26.05', 'a 13.05', 'b 13.00']]);
  });

  it('is by area where nobody would have earned any, and 0.00 where there is nothing', () => {
    expect(settled([opened], '2015-12-31').told).toEqual([['2015-12-31', '0.00']]);
    given(opened, deposit('a', '1.00', '2015-01-01'))
      .when({ type: 'CreditIncome', data: { kind: 'salvage', amount: '10.00', occurredOn: '2015-06-01' }, known })
      .then({
        type: 'IncomeCredited',
        data: {
          ...{ compoundId: COMPOUND, kind: 'salvage', amount: '10.00', occurredOn: '2015-06-01' },
          ...({ rounding: 'largest-remainder', tieBreak: 'id' } as const),
          shares: [
            { householdId: 'a', amount: '3.00' },
            { householdId: 'b', amount: '2.00' },
            { householdId: 'shop', amount: '5.00' },
          ],
        },
      });
    const interest = { kind: 'interest', amount: '10.00', occurredOn: '2015-01-01' } as const;
    const { events } = maintenanceFundDecider.decide(
      [opened, deposit('a', '1.00', '2015-01-01'), deposit('b', '9.00', '2015-01-02')].reduce(
        maintenanceFundDecider.evolve,
        maintenanceFundDecider.initial(),
      ),
      { type: 'CreditIncome', data: interest, known },
      [],
    );
    expect((events[0]!.data as DataOf<'IncomeCredited'>).shares).toEqual([{ householdId: 'a', amount: '10.00' }]);
  });

  it('is settled on its own days, once, in order', () => {
    const first = settled([opened], '2015-12-31').events;
    given(opened, ...first)
      .when(settle('2015-12-31'))
      .thenRejected('already-done');
    given(opened).when(settle('2015-12-30')).thenRejected('not-a-settlement-date');
    given(opened).when(settle('2014-12-31')).thenRejected('date-order');
    given(opened)
      .when({ ...settle('2016-12-31'), known: { ...known, closedThrough: '2015-12-31' } } as FundCommand)
      .thenRejected('period-closed');
    expect(settled([opened], '2017-12-31').told.map(([day]) => day)).toEqual([
      '2015-12-31',
      '2016-12-31',
      '2017-12-31',
    ]);
  });

  it('changes its rule on 1 January, never under what is settled', () => {
    const first = settled([opened], '2015-12-31').events;
    given(opened)
      .when(change('2016-02-01', { interestRule: 'quarterly-demand' }))
      .thenRejected('out-of-range');
    given(opened, ...first)
      .when(change('2016-01-01', { interestRule: 'quarterly-demand' }))
      .thenTypes('RatesChanged');
    const later = settled([opened], '2016-12-31').events;
    given(opened, ...later)
      .when(change('2016-01-01', { interestRule: 'quarterly-demand' }))
      .thenRejected('dependent-entries');
    // Entering it, the first quarter starts on 1 January; leaving it, the days after 20 December end on the 31st.
    const quarterly = rates('2016-01-01', { interestRule: 'quarterly-demand' });
    const back = rates('2017-01-01', { interestRule: 'two-tier-annual' });
    expect(settled([opened, quarterly, back], '2017-12-31').told.map(([day]) => day)).toEqual(
      '2015-12-31 2016-03-20 2016-06-20 2016-09-20 2016-12-20 2016-12-31 2017-12-31'.split(' '),
    );
  });

  it('may be settled again once it is reversed, and earns the same', () => {
    const history = [opened, deposit('a', '1000.00', '2015-01-01')];
    const first = settled(history, '2015-12-31');
    const back: FundEvent = {
      type: 'EntryReversed',
      eventId: 'back',
      data: { reverses: first.events as never, reason: '利率有误', occurredOn: '2016-01-15' },
    };
    expect(settled([...history, ...first.events, back], '2015-12-31').told).toEqual(first.told);
    const second = settled([...history, ...first.events], '2016-12-31').events;
    given(...history, ...first.events, ...second)
      .when({
        type: 'ReverseEntry',
        data: { reverses: first.events as never, reason: '误', occurredOn: '2017-01-01' },
        known,
      })
      .thenRejected('dependent-entries');
  });
});
