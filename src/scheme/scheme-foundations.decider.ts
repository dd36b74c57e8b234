import type { SchemeEvent } from './scheme-state.decider.js';

/** What later facts may stand on this one by. */
export function keysOf({ type, data }: SchemeEvent): string[] {
  switch (type) {
    case 'FundingPledged':
      return [`pledge:${data.pledgeId}`];
    case 'ContributionReceived':
      return [`contribution:${data.contributionId}`];
    case 'PaymentMade':
      return [`payment:${data.paymentId}`];
    case 'ContractAwarded':
      return [`contract:${data.contractNo}`];
    case 'ContractChanged':
      return [`settlement:${data.contractNo}`];
    case 'ContractSettled':
      return ['final-account'];
    default:
      return [];
  }
}

/** What this fact stands on. */
export function foundationsOf({ type, data }: SchemeEvent): string[] {
  switch (type) {
    case 'PledgeWithdrawn':
      return [`pledge:${data.pledgeId}`];
    case 'ContributionReceived':
      return data.pledgeId === undefined ? [] : [`pledge:${data.pledgeId}`];
    case 'ContributionRefunded':
      return [`contribution:${data.contributionId}`];
    case 'PaymentMade':
      return data.contractNo === undefined ? [] : [`contract:${data.contractNo}`];
    case 'PaymentRefunded':
      return [`payment:${data.paymentId}`];
    case 'ContractChanged':
      return [`contract:${data.contractNo}`];
    case 'ContractSettled':
      return [`contract:${data.contractNo}`, `settlement:${data.contractNo}`];
    case 'FinalAccountApproved':
      return ['final-account'];
    default:
      return [];
  }
}
