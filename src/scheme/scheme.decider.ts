import type { Decider, Decision } from '../kernel/decider.js';
import { assertKnown, type Noted } from '../kernel/facts.js';
import { policyById } from '../policy/policies.rules.js';
import type { RulePack } from '../policy/rule-pack.js';
import {
  awardContract,
  type BudgetCommand,
  changeContract,
  reviseBudget,
  settleContract,
} from './scheme-budget.decider.js';
import { evolve } from './scheme-evolve.decider.js';
import { contribute, type FundingCommand, pledge, refund, withdraw } from './scheme-funding.decider.js';
import {
  accept,
  approve,
  closeConsultation,
  correct,
  draft,
  handOver,
  type LifecycleCommand,
  publish,
  start,
} from './scheme-lifecycle.decider.js';
import { pay, type PaymentCommand, refundPayment, substitute } from './scheme-payment.decider.js';
import { initialScheme, type ReceiptData, type SchemeEvent, type SchemeState } from './scheme-state.decider.js';

/** Commands of process managers: money that is on its way here is recorded, whatever the rules would say. */
type ReceiptCommand = {
  readonly type: 'ReceiveFunds';
  readonly of: 'GrantFundsReceived' | 'BondFundsReceived' | 'MaintenanceFundsReceived';
  readonly data: ReceiptData & { schemeId: string } & Noted;
};
export type SchemeCommand = LifecycleCommand | BudgetCommand | FundingCommand | PaymentCommand | ReceiptCommand;

/** One compound's renovation (一区一案): its budget, its life, and every fen that is promised, arrives and is paid. */
export const schemeDecider: Decider<SchemeState, SchemeCommand, SchemeEvent> = {
  category: 'scheme',
  subject: 'scheme',
  initial: initialScheme,
  divisionOf: (state) => state.scheme?.divisionCode,
  decide,
  evolve,
  events: {
    SchemeDrafted: { version: 1, says: 'A renovation scheme was drawn up for a compound, under a policy.' },
    SchemeCorrected: { version: 1, says: 'The description of a scheme was corrected, with a reason.' },
    BudgetRevised: { version: 1, says: 'A revision of the budget was proposed; it takes effect when it is approved.' },
    SchemePublished: { version: 1, says: 'The scheme was put up in the compound for its residents to read.' },
    ConsultationClosed: { version: 1, says: "The residents' answers were counted." },
    SchemeApproved: { version: 1, says: 'A revision of the budget was approved.' },
    ContractAwarded: { version: 1, says: 'A contract was awarded on lines of the budget.' },
    ContractChanged: { version: 1, says: 'A contract was varied, adjusted in price or cut, by a document.' },
    ConstructionStarted: { version: 1, says: 'Construction began.' },
    AcceptancePassed: { version: 1, says: 'The joint acceptance passed.' },
    AcceptanceFailed: { version: 1, says: 'The joint acceptance did not pass.' },
    SchemeHandedOver: { version: 1, says: 'The renovated compound was handed over.' },
    ContractSettled: { version: 1, says: 'A contract was settled as audited, with what is retained.' },
    FinalAccountApproved: { version: 1, says: 'The final account was approved, with its surplus by source.' },
    FundingPledged: { version: 1, says: 'Somebody promised money, goods or labour.' },
    PledgeWithdrawn: { version: 1, says: 'A promise was taken back, with a reason.' },
    ContributionReceived: {
      version: 1,
      says: 'Money, goods or labour arrived, or an operator paid its own contractor.',
    },
    ContributionRefunded: { version: 1, says: 'A contribution went back, with a reason.' },
    GrantFundsReceived: { version: 1, says: 'Money of a grant arrived at the scheme.' },
    BondFundsReceived: { version: 1, says: 'Proceeds of a bond arrived at the scheme.' },
    MaintenanceFundsReceived: { version: 1, says: 'Money of the maintenance fund arrived at the scheme.' },
    FundsReturned: { version: 1, says: 'Money left the scheme for where it came from.' },
    FundsSubstituted: { version: 1, says: 'One source took over what another had paid on a line (归垫).' },
    PaymentMade: { version: 1, says: 'A payee was paid on a line, from named sources.' },
    PaymentRefunded: { version: 1, says: 'A payee paid back, to named sources.' },
    ShareAdjusted: { version: 1, says: "A household's share was lowered, and somebody else bears it." },
  },
};

function decide(state: SchemeState, command: SchemeCommand, granted: readonly string[]): Decision<SchemeEvent> {
  if (command.type === 'ReceiveFunds') return { events: [{ type: command.of, data: command.data }] };
  assertKnown(command.known);
  if (command.type === 'DraftScheme') return draft(command, granted);
  const pack = packOf(state);
  switch (command.type) {
    case 'CorrectScheme':
      return correct(command);
    case 'ReviseBudget':
      return reviseBudget(state, command, pack);
    case 'PublishScheme':
      return publish(state, command, pack);
    case 'CloseConsultation':
      return closeConsultation(state, command, pack);
    case 'ApproveScheme':
      return approve(state, command, pack, granted);
    case 'AwardContract':
      return awardContract(state, command, pack);
    case 'ChangeContract':
      return changeContract(state, command, pack);
    case 'StartConstruction':
      return start(state, command, pack);
    case 'RecordAcceptance':
      return accept(state, command, pack, granted);
    case 'HandOverScheme':
      return handOver(state, command, pack);
    case 'SettleContract':
      return settleContract(state, command, pack);
    case 'PledgeFunding':
      return pledge(state, command, pack, granted);
    case 'WithdrawPledge':
      return withdraw(state, command);
    case 'ReceiveContribution':
      return contribute(state, command, pack, granted);
    case 'RefundContribution':
      return refund(state, command, pack);
    case 'MakePayment':
      return pay(state, command, pack, granted);
    case 'RefundPayment':
      return refundPayment(state, command, pack);
    case 'SubstituteFunds':
      return substitute(state, command, pack, granted);
  }
}

/** The pack a scheme was drafted under judges it for its whole life. */
export function packOf(state: SchemeState): RulePack {
  const pack = policyById(state.scheme!.policyId);
  if (!pack) throw new Error(`the scheme was drafted under an unknown policy ${state.scheme!.policyId}`);
  return pack;
}
