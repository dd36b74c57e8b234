import type { Decider, Decision } from '../kernel/decider.js';
import { assertKnown } from '../kernel/facts.js';
import {
  type AccountCommand,
  changeRates,
  close,
  creditIncome,
  openFund,
  receiveDeposits,
  survey,
  transfer,
} from './maintenance-fund-deposit.decider.js';
import { approveDraw, type DrawCommand, proposeDraw, rejectDraw } from './maintenance-fund-draw.decider.js';
import { evolve } from './maintenance-fund-evolve.decider.js';
import { type InterestCommand, settleInterest } from './maintenance-fund-interest.decider.js';
import {
  collectDue,
  type DrawPaymentCommand,
  payDraw,
  receiveReturn,
  refundDraw,
  type ReturnCommand,
} from './maintenance-fund-payment.decider.js';
import { reverse, type ReversalCommand } from './maintenance-fund-reversal.decider.js';
import { type FundEvent, type FundState, initialFund } from './maintenance-fund-state.decider.js';

export type FundCommand =
  AccountCommand | InterestCommand | DrawCommand | DrawPaymentCommand | ReturnCommand | ReversalCommand;

/** 住宅专项维修资金 of a compound: every household's account, every draw, and the interest between them. */
export const maintenanceFundDecider: Decider<FundState, FundCommand, FundEvent> = {
  category: 'maintenanceFund',
  subject: 'maintenance-fund',
  initial: initialFund,
  divisionOf: (state) => state.fund?.divisionCode,
  decide,
  evolve,
  events: {
    MaintenanceFundOpened: { version: 1, says: 'A maintenance fund was opened for a compound, with its local rates.' },
    RatesChanged: { version: 1, says: 'Deposit rates, interest rates or the interest rule changed from a day on.' },
    DepositReceived: { version: 1, says: 'Owners or selling units deposited money on their sub-accounts.' },
    IncomeCredited: { version: 1, says: 'Interest or other income was credited to the sub-accounts.' },
    DrawProposed: { version: 1, says: 'A draw on the fund was proposed, voted or as an emergency.' },
    DrawApproved: { version: 1, says: 'A draw was approved: its shares were fixed and reserved.' },
    DrawRejected: { version: 1, says: 'A draw, or what was unpaid of it, was rejected and set free.' },
    DrawPaid: { version: 1, says: 'A draw was paid, from what the sub-accounts cover and what the fund advances.' },
    DrawRefunded: { version: 1, says: 'Money of a draw came back to the sub-accounts.' },
    DueCollected: { version: 1, says: 'A household or unit paid what the fund had advanced for it.' },
    SubAccountTransferred: { version: 1, says: 'A sub-account went with its flat to a new owner.' },
    SubAccountClosed: { version: 1, says: 'A sub-account was closed and its balance paid out.' },
    ComponentsSurveyed: { version: 1, says: 'The parts of the buildings that wear out were surveyed.' },
    EntryReversed: { version: 1, says: 'A fact was reversed, with a reason; what it moved is moved back.' },
  },
};

function decide(state: FundState, command: FundCommand, granted: readonly string[]): Decision<FundEvent> {
  if (command.type === 'ReceiveReturn') return receiveReturn(state, command);
  assertKnown(command.known);
  if (command.type === 'ReverseEntry') return reverse(state, command);
  switch (command.type) {
    case 'OpenMaintenanceFund':
      return openFund(command);
    case 'ChangeRates':
      return changeRates(state, command);
    case 'ReceiveDeposits':
      return receiveDeposits(state, command);
    case 'CreditIncome':
      return creditIncome(state, command);
    case 'SettleInterest':
      return settleInterest(state, command);
    case 'ProposeDraw':
      return proposeDraw(state, command, granted);
    case 'ApproveDraw':
      return approveDraw(state, command, granted);
    case 'RejectDraw':
      return rejectDraw(state, command);
    case 'PayDraw':
      return payDraw(state, command, granted);
    case 'RefundDraw':
      return refundDraw(state, command);
    case 'CollectDue':
      return collectDue(state, command);
    case 'TransferSubAccount':
      return transfer(state, command);
    case 'CloseSubAccount':
      return close(state, command);
    case 'SurveyComponents':
      return survey(state, command);
  }
}
