/**
 * Money that crosses streams leaves with one of these events and arrives with a command named here; the command's id is
 * made from the event's, so either leg finds the other.
 */
export const LEGS = {
  GrantDisbursed: 'grant-funds-received',
  GrantDecomposed: 'decomposition-received',
  GrantReturned: 'decomposition-returned',
  FundsReturned: 'funds-returned',
  BondProceedsDisbursed: 'bond-funds-received',
  DrawPaid: 'maintenance-funds-received',
} as const;

export type SendingType = keyof typeof LEGS;
export const isSending = (type: string): type is SendingType => Object.hasOwn(LEGS, type);
