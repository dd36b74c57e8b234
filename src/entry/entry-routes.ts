import type { RecordedEvent } from '../platform/event-store/codec.js';

/** Under which path a fact was recorded, so that an amendment can record it anew. `:stream` is the id of its stream. */
const PATHS: Readonly<Record<string, string>> = {
  FundingPledged: '/v1/schemes/:stream/pledges',
  ContributionReceived: '/v1/schemes/:stream/contributions',
  ContributionRefunded: '/v1/schemes/:stream/refunds',
  FundsReturned: '/v1/schemes/:stream/fund-returns',
  FundsSubstituted: '/v1/schemes/:stream/fund-substitutions',
  PaymentMade: '/v1/schemes/:stream/payments',
  PaymentRefunded: '/v1/schemes/:stream/payment-refunds',
  ShareAdjusted: '/v1/schemes/:stream/share-adjustments',
  ContractAwarded: '/v1/schemes/:stream/contracts',
  ContractChanged: '/v1/schemes/:stream/contract-changes',
  ContractSettled: '/v1/schemes/:stream/contract-settlements',
  FinalAccountApproved: '/v1/schemes/:stream/final-account',
  GrantAmended: '/v1/grants/:stream/amendments',
  GrantDecomposed: '/v1/grants/:stream/decompositions',
  GrantAllocated: '/v1/grants/:stream/allocations',
  GrantAllocationWithdrawn: '/v1/grants/:stream/allocation-withdrawals',
  GrantDisbursed: '/v1/grants/:stream/disbursements',
  GrantCarriedOver: '/v1/grants/:stream/carry-overs',
  GrantLapsed: '/v1/grants/:stream/lapses',
  GrantReturned: '/v1/grants/:stream/returns',
  DepositReceived: '/v1/maintenance-funds/:stream/deposits',
  IncomeCredited: '/v1/maintenance-funds/:stream/income',
};

export const routeOf = ({ type, stream }: RecordedEvent): string | undefined =>
  PATHS[type]?.replace(':stream', encodeURIComponent(stream.slice(stream.indexOf('-') + 1)));
