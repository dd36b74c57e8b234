import {
  approved,
  APPROVED,
  COMPOUND,
  FUNDED,
  given,
  known,
  opened,
  pack,
  propose,
  proposed,
} from '../../test/support/given-fund.js';
import { type FundCommand } from './maintenance-fund.decider.js';
import type { FundEvent } from './maintenance-fund-state.decider.js';

describe('sub-accounts', () => {
  const close = (householdId = 'a'): FundCommand => ({
    type: 'CloseSubAccount',
    data: { householdId, reason: '房屋灭失', occurredOn: '2022-06-01' },
    known,
    pack,
  });
  const deposit = (entries: readonly object[]): FundCommand => ({
    type: 'ReceiveDeposits',
    data: { kind: 'first', entries: entries as never, occurredOn: '2022-06-02' },
    known,
  });
  const closed: FundEvent = {
    type: 'SubAccountClosed',
    eventId: 'e-closed',
    data: { compoundId: COMPOUND, householdId: 'a', amount: '30.00', reason: '房屋灭失', occurredOn: '2022-06-01' },
  };

  it('are closed with their balance, unless something is reserved or due', () => {
    given(...FUNDED)
      .when(close())
      .then({ type: 'SubAccountClosed', data: (closed as { data: object }).data } as FundEvent);
    given(...APPROVED)
      .when(close())
      .thenRejected('dependent-entries');
    given(...FUNDED, closed)
      .when(close())
      .thenRejected('already-done');
    // 100.00 in the fund, 71.00 of it reserved for the shop: 29.00 are free, 30.00 are asked.
    given(...FUNDED, proposed('71.00'), approved({ shop: '71.00' }, '71.00'))
      .when(close())
      .thenRejected('rule-refused', 'R17');
    given(...FUNDED, proposed('70.00'), approved({ shop: '70.00' }, '70.00'))
      .when(close())
      .thenTypes('SubAccountClosed');
  });

  it('once closed are named by nobody', () => {
    given(...FUNDED, closed)
      .when(deposit([{ householdId: 'a', amount: '1.00' }]))
      .thenRejected('already-done');
    given(...FUNDED, closed)
      .when(propose({ scope: { households: ['a'] } }))
      .thenRejected('already-done');
    given(...FUNDED, closed)
      .when(propose({ scope: { buildings: ['1'] } }))
      .thenTypes('DrawProposed');
  });

  it('are credited to whom they belong, and to nobody unknown', () => {
    given(opened)
      .when(deposit([{ householdId: 'x', amount: '1.00' }]))
      .thenRejected('household-not-found');
    given(opened)
      .when(deposit([{ unitId: 'x', amount: '1.00' }]))
      .thenRejected('unit-not-found');
    given(opened)
      .when(deposit([{ householdId: 'a', amount: '1.00', payer: 'selling-unit' }]))
      .thenRejected('unit-not-found');
  });

  it('take money of an open period only, and not before the fund was opened', () => {
    const early = { ...deposit([{ householdId: 'a', amount: '1.00' }]) } as Extract<
      FundCommand,
      { type: 'ReceiveDeposits' }
    >;
    given(opened)
      .when({ ...early, data: { ...early.data, occurredOn: '2014-12-31' } })
      .thenRejected('date-order');
    given(opened)
      .when({ ...early, known: { ...known, closedThrough: '2022-06-02' } })
      .thenRejected('period-closed');
    given(opened)
      .when({ ...early, known: { ...known, closedThrough: '2022-06-01' } })
      .thenTypes('DepositReceived');
  });
});
