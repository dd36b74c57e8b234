import { specification } from '../../test/support/given.js';
import { CHANGZHI_2020 } from '../policy/changzhi-2020.rules.js';
import type { SchemeFacts } from './allocation.decider.js';
import { type GrantCommand, grantDecider } from './grant.decider.js';
import type { Award, GrantEvent } from './grant-state.decider.js';

const given = specification(grantDecider);
const known = { closedThrough: null };
const AWARD: Award = {
  ...{ grantId: 'g', source: 'central-grant', programme: 'mof', amount: '100.00', fiscalYear: 2026 },
  ...{ budgetBook: 'general', divisionCode: '1404', directFunds: false },
};
const awarded: GrantEvent = {
  type: 'GrantAwarded',
  data: { ...AWARD, documentNo: '甲', note: '说明', occurredOn: '2026-01-10' },
};
const SCHEME: SchemeFacts = {
  ...{ schemeId: 's', divisionCode: '140403', pack: CHANGZHI_2020, centralPlan: true, otherProgramme: false },
  workItems: ['road', 'gas-supply'],
};
const allocate = (amount: string, scheme: Partial<SchemeFacts> = {}, occurredOn = '2026-02-01'): GrantCommand => ({
  type: 'AllocateGrant',
  known,
  scheme: { ...SCHEME, ...scheme },
  data: { schemeId: 's', amount, occurredOn, ...(scheme.line ? { lineId: scheme.line.lineId } : {}) },
});
const allocated = (amount: string): GrantEvent => ({
  type: 'GrantAllocated',
  data: {
    ...{ grantId: 'g', source: 'central-grant', programme: 'mof', schemeId: 's', costArea: 'public-area', amount },
    occurredOn: '2026-02-01',
  },
});
const decompose = (amount: string, divisionCode = '140403', childElsewhere = false): GrantCommand => ({
  type: 'DecomposeGrant',
  known: { ...known, childElsewhere },
  data: { childGrantId: 'child', divisionCode, amount, occurredOn: '2026-02-01' },
});
const decomposed = (amount: string): GrantEvent => ({
  type: 'GrantDecomposed',
  data: {
    grantId: 'g',
    childGrantId: 'child',
    divisionCode: '140403',
    amount,
    inherits: AWARD,
    occurredOn: '2026-02-01',
  },
});
const disburse = (amount: string): GrantCommand => ({
  ...{ type: 'DisburseGrant', known, scheme: SCHEME },
  data: { schemeId: 's', amount, voucherNo: '拨-1', occurredOn: '2026-02-02' },
});

describe('A grant', () => {
  it('is allocated to the last fen of what is available, and no further', () => {
    given(awarded).when(allocate('100.00')).then(allocated('100.00'));
    given(awarded).when(allocate('100.01')).thenRejected('rule-refused', 'R09');
    given(awarded, decomposed('40.00')).when(allocate('60.00')).thenTypes('GrantAllocated');
    given(awarded, decomposed('40.00')).when(allocate('60.01')).thenRejected('rule-refused', 'R09');
  });

  it('is disbursed to the last fen of what is allocated', () => {
    given(awarded, allocated('60.00')).when(disburse('60.00')).thenTypes('GrantDisbursed');
    given(awarded, allocated('60.00')).when(disburse('60.01')).thenRejected('rule-refused', 'R09');
    given(awarded).when(disburse('0.01')).thenRejected('rule-refused', 'R09');
  });

  it('stays inside its division and after its document', () => {
    given(awarded)
      .when(allocate('1.00', { divisionCode: '140503' }))
      .thenRejected('wrong-division');
    given(awarded).when(decompose('1.00', '140503')).thenRejected('wrong-division');
    given(awarded)
      .when(allocate('1.00', {}, '2026-01-09'))
      .thenRejected('date-order');
    given(awarded)
      .when(allocate('1.00', {}, '2026-01-10'))
      .thenTypes('GrantAllocated');
  });

  it('passes down the award, and none of the papers of the day it was recorded', () => {
    given(awarded).when(decompose('40.00')).then(decomposed('40.00'));
    given(awarded)
      .when(decompose('1.00', '140403', true))
      .thenRejected('already-exists');
    given(awarded, decomposed('40.00')).when(decompose('1.00', '140404')).thenRejected('wrong-division');
  });

  it('asks R19, then the matrix, then R11, before R09', () => {
    const stairs = { lineId: 'L', workItem: 'stairs', costArea: 'in-building' } as const;
    const all = { centralPlan: false, line: stairs, otherProgramme: true };
    given(awarded).when(allocate('999.00', all)).thenRejected('rule-refused', 'R19');
    given(awarded)
      .when(allocate('999.00', { ...all, centralPlan: true }))
      .thenRejected('rule-refused', 'R03');
    const road = { lineId: 'L', workItem: 'road', costArea: 'public-area' } as const;
    given(awarded)
      .when(allocate('999.00', { line: road, otherProgramme: true }))
      .thenRejected('rule-refused', 'R11');
    given(awarded)
      .when(allocate('999.00', { line: road }))
      .thenRejected('rule-refused', 'R09');
  });

  it('pays for an elevator only where a second person agrees', () => {
    const elevator = { lineId: 'L', workItem: 'elevator', costArea: 'in-building' } as const;
    given(awarded)
      .when(allocate('1.00', { line: elevator }))
      .thenRejected('needs-override', 'R03');
    given(awarded)
      .when(allocate('1.00', { line: elevator }), ['R03'])
      .thenTypes('GrantAllocated');
  });

  it('is amended to no less than what it gave; a child only by its parent', () => {
    const amend = (amount: string): GrantCommand => ({
      ...{ type: 'AmendGrant', known, data: { amount, reason: '调整', occurredOn: '2026-03-01' } },
    });
    given(awarded, allocated('60.00')).when(amend('60.00')).thenTypes('GrantAmended');
    given(awarded, allocated('60.00')).when(amend('59.99')).thenRejected('rule-refused', 'R09');
    const child: GrantEvent = {
      ...{ type: 'GrantAwarded', data: { ...AWARD, parentGrantId: 'p', occurredOn: '2026-01-10' } },
    };
    given(child).when(amend('1.00')).thenRejected('wrong-route');
  });

  it('closes no year before its award: on that day first', () => {
    const late: GrantEvent = { type: 'GrantAwarded', data: { ...AWARD, occurredOn: '2028-01-05' } };
    const carryOver = (occurredOn: string): GrantCommand => ({
      ...{ type: 'CarryOverGrant', data: { fiscalYear: 2026, occurredOn } },
      known: { ...known, paid: 0n, readPosition: 1 },
    });
    const lapse = (occurredOn: string): GrantCommand => ({
      ...{ type: 'LapseGrant', known, data: { fiscalYear: 2027, occurredOn } },
    });
    given(late).when(carryOver('2028-01-04')).thenRejected('date-order');
    given(late).when(carryOver('2028-01-05')).thenTypes('GrantCarriedOver');
    given(late).when(lapse('2028-01-04')).thenRejected('date-order');
    given(late).when(lapse('2028-01-05')).thenTypes('GrantLapsed');
  });

  it('receives what its parent passes down, always', () => {
    const data = { ...AWARD, parentGrantId: 'p', occurredOn: '2026-01-10' };
    given()
      .when({ type: 'ReceiveDecomposition', data, crossingId: 'e1' })
      .then({ type: 'GrantAwarded', data: { ...data, crossingId: 'e1' } });
    given({ type: 'GrantAwarded', data })
      .when({ type: 'ReceiveDecomposition', data: { ...data, amount: '5.00' }, crossingId: 'e2' })
      .thenTypes('GrantAmended');
  });

  it('keeps a lapse standing while a return out of it stands, and no other return', () => {
    const lapsed = {
      type: 'GrantLapsed',
      eventId: 'l',
      data: { grantId: 'g', fiscalYear: 2027, amount: '40.00', occurredOn: '2027-12-31' },
    } as const;
    const back = (amount: string, fromLapsed: string): GrantEvent => ({
      ...{ type: 'GrantReturned', eventId: `r${amount}` },
      data: { grantId: 'g', amount, fromLapsed, occurredOn: '2028-01-05' },
    });
    const undo: GrantCommand = {
      type: 'ReverseEntry',
      known,
      data: { reverses: [lapsed], reason: '误记', occurredOn: '2028-01-06' },
    };
    given(awarded, allocated('60.00'), lapsed, back('40.00', '40.00')).when(undo).thenRejected('dependent-entries');
    // 60.00 came free again after the lapse was given back whole; its return has nothing to do with the lapse.
    given(awarded, allocated('60.00'), lapsed, back('60.00', '0.00')).when(undo).thenTypes('EntryReversed');
  });
});
