import { debtService } from '../calculation/debt-service.engine.js';
import type { Sending } from '../grant/allocation.decider.js';
import type { BusinessDate } from '../kernel/dates.js';
import { millionths } from '../kernel/decimal.js';
import type { Override } from '../kernel/decider.js';
import type { Identified, Noted, ReversedData } from '../kernel/facts.js';
import { fen, type Fen } from '../kernel/money.js';
import type { CostArea } from '../policy/work-item.js';

export const REPAYMENTS = ['bullet', 'equal-principal'] as const;
export type BondData = {
  readonly bondId: string;
  readonly name: string;
  readonly divisionCode: string;
  readonly principal: string;
  readonly couponRate: string;
  readonly termYears: number;
  readonly valueDate: BusinessDate;
  readonly paymentsPerYear: 1 | 2 | 4 | 12;
  readonly repayment: (typeof REPAYMENTS)[number];
  readonly fiscalYear?: number;
  readonly budgetSubject?: string;
  readonly issuer?: string;
};
type ToScheme = {
  readonly bondId: string;
  readonly schemeId: string;
  readonly amount: string;
  readonly costArea: CostArea;
};
type Served = {
  readonly bondId: string;
  readonly amount: string;
  readonly dueOn: BusinessDate;
  readonly paidFrom: 'project-income' | 'budget';
};
export type RevenueYear = { readonly year: number; readonly income: string; readonly cost: string };
type Told<Type extends string, Data> = {
  readonly type: Type;
  readonly data: Data & Noted & { readonly override?: Override };
};
// Events are the storage format: a type or field never changes its name or meaning, it is only joined by others.
export type BondEvent = Identified &
  (
    | Told<'BondIssued', BondData>
    | Told<'BondRevenueForecast', { bondId: string; years: readonly RevenueYear[] }>
    | Told<'BondProceedsAllocated', ToScheme & { lineId?: string }>
    | Told<'BondAllocationWithdrawn', ToScheme & { lineId?: string; reason: string }>
    | Told<
        'BondProceedsDisbursed',
        ToScheme & { voucherNo: string; permitted?: readonly { rule: string; lineId: string | null }[] }
      >
    | Told<'BondDisbursementReturned', ToScheme & { reason: string; crossingId: string }>
    | Told<'BondInterestPaid' | 'BondPrincipalRepaid', Served>
    | Told<'EntryReversed', ReversedData>
  );

export type BondState = Sending & {
  bond?: BondData & { readonly issuedOn: BusinessDate };
  /** Paid by due day: of interest, and of principal. */
  readonly interest: Map<BusinessDate, Fen>;
  readonly repaid: Map<BusinessDate, Fen>;
  readonly reversed: Set<string>;
  readonly entries: { readonly eventId: string; readonly type: string }[];
};

export const availableOf = ({ bond, allocated }: BondState): Fen => fen(bond?.principal ?? '0.00') - allocated;

/** The schedule of a bond as it was issued. */
export const scheduleOf = (bond: BondData, income: Fen | null = null, cost: Fen | null = null) =>
  debtService({ ...bond, principal: fen(bond.principal), couponRate: millionths(bond.couponRate), income, cost });
