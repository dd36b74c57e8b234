import {
  approved,
  APPROVED,
  COMPOUND,
  deposited,
  given,
  known,
  opened,
  pack,
  paid,
  proposed,
} from '../../test/support/given-fund.js';
import { maintenanceFundDecider, type FundCommand } from './maintenance-fund.decider.js';
import type { DataOf, FundEvent } from './maintenance-fund-state.decider.js';

describe('money of a draw comes back', () => {
  const PAID = [
    opened,
    deposited({ a: '10.00', b: '20.00', shop: '170.00' }),
    proposed(),
    approved({ a: '30.00', b: '20.00', shop: '50.00' }),
    paid({ a: ['10.00', '20.00'], b: ['20.00', '0.00'], shop: ['50.00', '0.00'] }, '100.00'),
  ] as const;
  const refund = (amount: string): FundCommand => ({
    type: 'RefundDraw',
    data: { drawId: 'd1', amount, reason: '结算核减', occurredOn: '2022-04-01' },
    known,
    pack,
  });
  const collect = (amount: string, householdId = 'a'): FundCommand => ({
    type: 'CollectDue',
    data: { drawId: 'd1', householdId, amount, voucherNo: '收-1', occurredOn: '2022-04-01' },
    known,
    pack,
  });

  it('lowers the due of the draw first, then fills the sub-account', () => {
    const { events } = maintenanceFundDecider.decide(
      PAID.reduce(maintenanceFundDecider.evolve, maintenanceFundDecider.initial()),
      refund('80.00'),
      [],
    );
    expect(events.map(({ data }) => (data as DataOf<'DrawRefunded'>).shares)).toEqual([
      [
        { householdId: 'a', amount: '24.00', due: '20.00', credited: '4.00' },
        { householdId: 'b', amount: '16.00', due: '0.00', credited: '16.00' },
        { householdId: 'shop', amount: '40.00', due: '0.00', credited: '40.00' },
      ],
    ]);
  });

  it('up to what was paid, and is collected up to what is due (R17)', () => {
    given(...PAID)
      .when(refund('100.00'))
      .thenTypes('DrawRefunded');
    given(...PAID)
      .when(refund('100.01'))
      .thenRejected('rule-refused', 'R17');
    given(...APPROVED)
      .when(refund('0.01'))
      .thenRejected('not-yet');
    given(...PAID)
      .when(collect('20.00'))
      .thenTypes('DueCollected');
    given(...PAID)
      .when(collect('20.01'))
      .thenRejected('rule-refused', 'R17');
    given(...PAID)
      .when(collect('0.01', 'b'))
      .thenRejected('already-done');
    given(...PAID)
      .when(collect('0.01', 'nobody'))
      .thenRejected('household-not-found');
  });

  it('is reversed once nothing stands on it', () => {
    const reverse = (entry: FundEvent): FundCommand => ({
      type: 'ReverseEntry',
      data: { reverses: [entry as never], reason: '误记', occurredOn: '2022-05-01' },
      known,
    });
    given(...PAID)
      .when(reverse(PAID[4]))
      .thenTypes('EntryReversed');
    const collected: FundEvent = {
      type: 'DueCollected',
      eventId: 'e-collected',
      data: {
        compoundId: COMPOUND,
        drawId: 'd1',
        householdId: 'a',
        amount: '5.00',
        voucherNo: '收-1',
        occurredOn: '2022-04-01',
      },
    };
    given(...PAID, collected)
      .when(reverse(PAID[4]))
      .thenRejected('dependent-entries');
    const back: FundEvent = {
      type: 'EntryReversed',
      data: { reverses: [collected as never], reason: '误记', occurredOn: '2022-05-01' },
    };
    given(...PAID, collected, back)
      .when(reverse(PAID[4]))
      .thenTypes('EntryReversed');
    given(...PAID, collected, back)
      .when(reverse(collected))
      .thenRejected('already-reversed');
    given(...PAID)
      .when(reverse(PAID[3]))
      .thenRejected('not-reversible');
    // The deposit is spent: taking it back would leave the sub-account below zero.
    given(...PAID)
      .when(reverse(PAID[1]))
      .thenRejected('rule-refused', 'R17');
  });
});
