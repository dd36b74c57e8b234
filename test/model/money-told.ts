import { yuan } from '../../src/kernel/money.js';
import {
  type Area,
  type Bearer,
  type CommandTo,
  HOUSEHOLDS,
  type LineId,
  LINES,
  ofGiver,
  type Part,
  RETENTION_DUE,
  type SchemeCommand,
} from './money-commands.js';

export const dateOf = (day: number): string => new Date(Date.UTC(2026, 1, 1 + day)).toISOString().slice(0, 10);
export const placeOf = ({ area, line }: { area?: Area; line?: LineId }): object => ({
  ...(line === undefined ? {} : { lineId: line }),
  ...(area ? { costArea: area } : {}),
});
const told = ({ amount, ...bearer }: Part) => ({ ...bearer, amount: yuan(amount) });

function offered(command: CommandTo<'contribute' | 'pledge'>): object {
  const { source, amount, payer } = command;
  const { reference } = ofGiver(source);
  const utility = reference === null ? {} : { utility: reference };
  const named = payer === undefined ? {} : { payer: { householdId: payer } };
  return { source, amount: yuan(amount), ...placeOf(command), ...utility, ...named };
}

/** The budget, as a revision writes it. */
export const BUDGET = Object.entries(LINES).map(([lineId, line]) => ({
  ...{ lineId, workItem: line.item, costArea: line.area, amount: yuan(line.amount) },
  ...{ scope: { all: true as const }, shareMethod: 'shared' in line ? line.shared : ('area' as const) },
  ...('residents' in line ? { residentAmount: yuan(line.residents) } : {}),
}));
export const FLATS = Object.entries(HOUSEHOLDS).map(([householdId, area]) => ({
  ...{ householdId, buildingNo: '1', floor: 1, floorAreaM2: yuan(area) },
  ...{ ownership: 'commodity' as const, use: 'residential' as const },
}));

/** A command on the scheme, as its controller would tell the decider. */
export function schemeCommand(command: SchemeCommand, known: object): object {
  const { n } = command;
  const on = { occurredOn: dateOf(command.day) };
  const make = (type: string, data: object) => ({ type, data: { ...data, ...on }, known });
  const plain = ({ source, reference }: Bearer) => ({ source, reference });
  switch (command.do) {
    case 'return-funds': {
      const area = command.area ? { costArea: command.area } : {};
      return make('ReturnFunds', { ...plain(command.from), ...area, amount: yuan(command.amount), reason: '核减' });
    }
    case 'contribute': {
      const { form, pledge } = command;
      const on = pledge === undefined ? {} : { pledgeId: pledge };
      return make('ReceiveContribution', { contributionId: `c${n}`, form, ...offered(command), ...on });
    }
    case 'pledge':
      return make('PledgeFunding', { pledgeId: `g${n}`, ...offered(command) });
    case 'withdraw-pledge':
      return make('WithdrawPledge', { pledgeId: command.pledge, reason: '撤回' });
    case 'refund': {
      const { contribution, amount } = command;
      const data = { contributionId: contribution, amount: yuan(amount), reason: '退', refundTo: 'payer' };
      return make('RefundContribution', data);
    }
    case 'contract': {
      const lines = command.lines.map(({ line, amount }) => ({ lineId: line, amount: yuan(amount) }));
      return make('AwardContract', { contractNo: `k${n}`, contractor: '施工单位', role: 'construction', lines });
    }
    case 'change': {
      const lines = [{ lineId: command.line, amount: yuan(command.amount) }];
      return make('ChangeContract', { contractNo: command.contract, lines, reason: 'variation', documentNo: '变1' });
    }
    case 'settle': {
      const { audited, retention, line: lineId } = command;
      const held = { retention: yuan(retention), retentionDueOn: dateOf(RETENTION_DUE) };
      const lines = [{ lineId, submitted: yuan(audited), audited: yuan(audited), ...held }];
      return make('SettleContract', { contractNo: command.contract, lines });
    }
    case 'pay': {
      const { line, from, contract, operation, held } = command;
      const amount = yuan(from.reduce((all, part) => all + part.amount, 0n));
      const named = contract === undefined ? {} : { contractNo: contract };
      const to = { payee: '施工单位', voucherNo: '付', nature: operation ? 'operation' : 'construction' };
      const stage = held ? { stage: 'retention' } : {};
      return make('MakePayment', {
        paymentId: `p${n}`,
        lineId: line,
        amount,
        from: from.map(told),
        ...named,
        ...to,
        ...stage,
      });
    }
    case 'refund-payment': {
      const { payment, amount, to } = command;
      const back = to ? { to: to.map(told) } : {};
      return make('RefundPayment', { paymentId: payment, amount: yuan(amount), reason: '退', ...back });
    }
    case 'substitute': {
      const { line, from, to, amount } = command;
      return make('SubstituteFunds', { lineId: line, from: plain(from), to: plain(to), amount: yuan(amount) });
    }
    default:
      return closingCommand(command, known);
  }
}

export const PARTIES = ['departments', 'specialist-units', 'street-community', 'residents'];
/** Special acceptances the lines of this world need. */
export const ACCEPTED = ['elevator', 'overhead-line-duct', 'overhead-line-cutover'].map((workItem) => ({
  ...{ workItem, authority: '主管部门', documentNo: '验1' },
}));

function closingCommand(command: CommandTo<'adjust-share' | 'accept' | 'final-account'>, known: object): object {
  const on = { occurredOn: dateOf(command.day) };
  if (command.do === 'final-account') return { type: 'ApproveFinalAccount', data: { ...on, documentNo: '决1' }, known };
  if (command.do === 'accept') {
    const data = { ...on, passed: true, parties: PARTIES, specialAcceptances: ACCEPTED };
    return { type: 'RecordAcceptance', data, known };
  }
  const { household: householdId, line: lineId, amount, borneBy } = command;
  const bearer = borneBy in HOUSEHOLDS ? { householdId: borneBy } : { source: borneBy };
  const data = { ...on, householdId, lineId, amount: yuan(amount), reason: 'hardship', borneBy: bearer };
  return { type: 'AdjustShare', data, known };
}
