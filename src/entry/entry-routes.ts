import type { RecordedEvent } from '../platform/event-store/codec.js';

/**
 * Under which path a fact was recorded, so that an amendment can record it anew: `:stream` is the id of its stream,
 * `:draw` of its draw. What came of money's crossing is amended where it was sent.
 */
const PATHS: Readonly<Record<string, string>> = {
  BondProceedsAllocated: '/v1/bonds/:stream/allocations',
  BondAllocationWithdrawn: '/v1/bonds/:stream/allocation-withdrawals',
  BondProceedsDisbursed: '/v1/bonds/:stream/disbursements',
  BondInterestPaid: '/v1/bonds/:stream/interest-payments',
  BondPrincipalRepaid: '/v1/bonds/:stream/principal-repayments',
  BondIssued: '/v1/bonds',
  GrantAwarded: '/v1/grants',
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
  DrawPaid: '/v1/maintenance-funds/:stream/draws/:draw/payment',
  DrawRefunded: '/v1/maintenance-funds/:stream/draws/:draw/refund',
  DueCollected: '/v1/maintenance-funds/:stream/draws/:draw/collections',
  SubAccountClosed: '/v1/maintenance-funds/:stream/closures',
};

export const routeOf = ({ type, stream, data }: RecordedEvent): string | undefined =>
  PATHS[type]
    ?.replace(':stream', encodeURIComponent(stream.slice(stream.indexOf('-') + 1)))
    .replace(':draw', encodeURIComponent(String(data['drawId'])));
