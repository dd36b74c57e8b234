import {
  approve,
  approved,
  APPROVED,
  COMPOUND,
  deposited,
  FUNDED,
  given,
  opened,
  paid,
  pay,
  propose,
  proposed,
  vote,
} from '../../test/support/given-fund.js';
import { type FundCommand } from './maintenance-fund.decider.js';
import type { FundEvent, VoteData } from './maintenance-fund-state.decider.js';

const withoutId = ({ type, data }: FundEvent): FundEvent => ({ type, data }) as FundEvent;

describe('a draw is proposed for common parts (R14)', () => {
  it.each([
    ['a roof, common by default', { workItem: 'roof' }],
    ['pipes the owners own', { workItem: 'indoor-water', assetOwner: 'owners' }],
    ['what is said to be common', { workItem: 'doors-and-windows', commonPart: true }],
  ] as const)('accepts %s', (_, fields) => given(opened).when(propose(fields)).thenTypes('DrawProposed'));

  it.each([
    ['work inside a flat', { workItem: 'doors-and-windows' }],
    ["an operator's pipes", { workItem: 'indoor-gas', assetOwner: 'operator' }],
    ['pipes nobody said the owners own', { workItem: 'indoor-power' }],
    ['a pipe said to be common without its owner', { workItem: 'indoor-power', commonPart: true }],
    ['a roof that is said not to be common', { workItem: 'roof', commonPart: false }],
    ['work under warranty', { exclusion: 'warranty' }],
    ['damage by a liable person', { exclusion: 'liable-person' }],
    ["the property company's contract duty", { exclusion: 'property-contract' }],
  ] as const)('refuses %s', (_, fields) => given(opened).when(propose(fields)).thenRejected('rule-refused', 'R14'));

  it('tells R14 before R15', () =>
    given(opened)
      .when(propose({ workItem: 'charging', vote: vote([3, 0, 0], ['200.00', '0.00', '0.00']) }))
      .thenRejected('rule-refused', 'R14'));
});

describe('a draw is voted, or urgent (R15)', () => {
  const held = (on: string, one: VoteData, workItem: 'roof' | 'elevator' = 'roof') =>
    given(opened).when(propose({ occurredOn: on, vote: one, workItem }));
  const carried = (on: string, one: VoteData, workItem?: 'roof' | 'elevator') =>
    held(on, one, workItem).thenTypes('DrawProposed');
  const failed = (on: string, one: VoteData, workItem?: 'roof' | 'elevator') =>
    held(on, one, workItem).thenRejected('rule-refused', 'R15');

  it('asks from 2021-01-01 for two thirds taking part and more than half of them agreeing', () => {
    // 20 of 30 take part, 11 of 20 agree; 200.00 of 300.00 m², 100.01 of 200.00.
    carried('2021-01-01', vote([30, 20, 11], ['300.00', '200.00', '100.01']));
    failed('2021-01-01', vote([30, 19, 19], ['300.00', '300.00', '300.00']));
    failed('2021-01-01', vote([30, 20, 10], ['300.00', '200.00', '200.00']));
    failed('2021-01-01', vote([30, 30, 30], ['300.00', '199.99', '199.99']));
    failed('2021-01-01', vote([30, 20, 20], ['300.00', '200.00', '100.00']));
  });

  it('asked before it for two thirds of all', () => {
    carried('2020-12-31', vote([30, 20, 20], ['300.00', '200.00', '200.00']));
    failed('2020-12-31', vote([30, 30, 19], ['300.00', '300.00', '300.00']));
    failed('2020-12-31', vote([30, 30, 30], ['300.00', '300.00', '199.99']));
    // The same vote carries a day later.
    carried('2021-01-01', vote([30, 30, 19], ['300.00', '300.00', '300.00']));
  });

  it('asks three quarters for an elevator', () => {
    carried('2022-01-01', vote([30, 20, 15], ['300.00', '200.00', '150.00']), 'elevator');
    failed('2022-01-01', vote([30, 20, 14], ['300.00', '200.00', '200.00']), 'elevator');
    failed('2022-01-01', vote([30, 20, 20], ['300.00', '200.00', '149.99']), 'elevator');
  });

  it('takes an emergency instead, and nothing at all for no', () => {
    const { vote: _, ...data } = propose().data;
    const emergency = { kind: 'roof-leak', reason: '顶层渗漏' } as const;
    given(opened)
      .when({ ...propose(), data: { ...data, emergency } })
      .thenTypes('DrawProposed');
    given(opened)
      .when({ ...propose(), data })
      .thenRejected('rule-refused', 'R15');
  });
});

describe('a draw is approved by a second person', () => {
  it('reserves to the last fen there is (R17)', () => {
    given(...FUNDED, proposed('100.00'))
      .when(approve())
      .thenTypes('DrawApproved');
    given(...FUNDED, proposed('100.01'))
      .when(approve())
      .thenRejected('rule-refused', 'R17');
    given(...APPROVED, {
      ...proposed('0.01'),
      data: {
        ...propose().data,
        drawId: 'd2',
        amount: '0.01',
        compoundId: COMPOUND,
        costArea: 'public-area',
        proposedBy: 'clerk',
      },
    } as FundEvent)
      .when({ ...approve(), data: { drawId: 'd2', occurredOn: '2022-03-02', documentNo: '2' } } as FundCommand)
      .thenRejected('rule-refused', 'R17');
  });

  it('is nothing for who proposed it, and nothing twice', () => {
    given(...FUNDED, proposed())
      .when(approve('clerk'))
      .thenRejected('same-person');
    given(...APPROVED)
      .when(approve())
      .thenRejected('already-done');
    given(...FUNDED)
      .when(approve())
      .thenRejected('draw-not-found');
  });
});

describe('a draw is paid', () => {
  it('takes what a sub-account has, and lists the rest as due', () => {
    given(
      opened,
      deposited({ a: '10.00', b: '20.00', shop: '170.00' }),
      proposed(),
      approved({ a: '30.00', b: '20.00', shop: '50.00' }),
    )
      .when(pay())
      .then(withoutId(paid({ a: ['10.00', '20.00'], b: ['20.00', '0.00'], shop: ['50.00', '0.00'] }, '100.00')));
  });

  it('up to what is unpaid of it (R17)', () => {
    given(...APPROVED)
      .when(pay({ amount: '100.00' }))
      .thenTypes('DrawPaid');
    given(...APPROVED)
      .when(pay({ amount: '100.01' }))
      .thenRejected('rule-refused', 'R17');
    const half = paid({ a: ['15.00', '0.00'], b: ['10.00', '0.00'], shop: ['25.00', '0.00'] }, '50.00');
    given(...APPROVED, half)
      .when(pay({ amount: '50.00' }))
      .thenTypes('DrawPaid');
    given(...APPROVED, half)
      .when(pay({ amount: '50.01' }))
      .thenRejected('rule-refused', 'R17');
  });

  it('neither before its approval nor when nothing is left', () => {
    given(...FUNDED, proposed())
      .when(pay())
      .thenRejected('not-yet');
    given(...APPROVED)
      .when(pay({ occurredOn: '2022-03-01' }))
      .thenRejected('date-order');
    const whole = paid({ a: ['30.00', '0.00'], b: ['20.00', '0.00'], shop: ['50.00', '0.00'] }, '100.00');
    given(...APPROVED, whole)
      .when(pay({ amount: '0.01' }))
      .thenRejected('already-done');
    given(...APPROVED)
      .when(pay({ payee: undefined, schemeId: 's1' }))
      .thenRejected('wrong-route');
    given(...APPROVED)
      .when(pay({ costArea: 'in-building' }))
      .thenRejected('cost-area-mismatch');
  });
});
