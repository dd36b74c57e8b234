import { fen } from '../kernel/money.js';
import {
  addTo,
  bear,
  bearerId,
  type From,
  poolOf,
  type SchemeEvent,
  type SchemeState,
} from './scheme-state.decider.js';

/** Takes a fact back out of the state: the mirror of `evolve` for everything that can be reversed. */
export function revert(state: SchemeState, event: SchemeEvent): void {
  switch (event.type) {
    case 'FundingPledged':
      state.pledges.get(event.data.pledgeId)!.reversed = true;
      break;
    case 'PledgeWithdrawn':
      state.pledges.get(event.data.pledgeId)!.withdrawn = false;
      break;
    case 'ContributionReceived':
      revertContribution(state, event.data);
      break;
    case 'ContributionRefunded':
      state.contributions.get(event.data.contributionId)!.refunded -= fen(event.data.amount);
      if (event.data.form === 'cash') poolOf(state, event.data).received += fen(event.data.amount);
      break;
    case 'GrantFundsReceived':
    case 'BondFundsReceived':
    case 'MaintenanceFundsReceived':
      poolOf(state, event.data).received -= fen(event.data.amount);
      break;
    case 'FundsReturned':
      poolOf(state, event.data).received += fen(event.data.amount);
      break;
    case 'ShareAdjusted':
      addTo(state.adjusted, `${event.data.lineId}|${event.data.householdId}`, -fen(event.data.amount));
      break;
    case 'FinalAccountApproved':
      delete state.finalAccountOn;
      break;
    default:
      revertSpending(state, event);
  }
}

function revertContribution(
  state: SchemeState,
  data: Extract<SchemeEvent, { type: 'ContributionReceived' }>['data'],
): void {
  state.contributions.get(data.contributionId)!.reversed = true;
  const amount = fen(data.amount);
  if (data.form === 'goods' || data.form === 'labour') return;
  const pool = poolOf(state, data);
  pool.received -= amount;
  if (data.form !== 'direct-payment') return;
  pool.paid -= amount;
  addTo(state.directOnLine, data.lineId!, -amount);
}

function revertSpending(state: SchemeState, event: SchemeEvent): void {
  switch (event.type) {
    case 'PaymentMade':
      state.payments.get(event.data.paymentId)!.reversed = true;
      spend(state, event.data, event.data.from, -1n);
      break;
    case 'PaymentRefunded':
      spend(state, event.data, event.data.to, 1n);
      for (const part of event.data.to)
        addTo(state.payments.get(event.data.paymentId)!.refunded, bearerId(event.data.lineId, part), -fen(part.amount));
      break;
    case 'FundsSubstituted': {
      const { lineId, costArea, from, to, amount } = event.data;
      bear(state, lineId, costArea, from, fen(amount));
      bear(state, lineId, costArea, to, -fen(amount));
      break;
    }
    case 'ContractAwarded': {
      const contract = state.contracts.get(event.data.contractNo)!;
      contract.reversed = true;
      contract.lines.clear();
      break;
    }
    case 'ContractChanged': {
      const { lines, named } = state.contracts.get(event.data.contractNo)!;
      for (const { lineId, amount } of event.data.lines) {
        addTo(lines, lineId, -fen(amount));
        named.set(lineId, named.get(lineId)! - 1);
        // A line that only this change had brought is no longer one of the contract.
        if (named.get(lineId) === 0) lines.delete(lineId);
      }
      break;
    }
    case 'ContractSettled':
      for (const { lineId } of event.data.lines) state.contracts.get(event.data.contractNo)!.settled.delete(lineId);
      break;
  }
}

type Spent = Pick<
  Extract<SchemeEvent, { type: 'PaymentMade' }>['data'],
  'lineId' | 'costArea' | 'amount' | 'contractNo'
>;

function spend(
  state: SchemeState,
  { lineId, costArea, amount, contractNo }: Spent,
  parts: readonly From[],
  sign: 1n | -1n,
): void {
  for (const part of parts) bear(state, lineId, costArea, part, sign * fen(part.amount));
  addTo(state.paidOnLine, lineId, sign * fen(amount));
  if (contractNo !== undefined) addTo(state.contracts.get(contractNo)!.paid, lineId, sign * fen(amount));
}
