import type { Override } from '../kernel/decider.js';
import type { Identified, Noted, ReversedData } from '../kernel/facts.js';
import type { Fen } from '../kernel/money.js';
import type { ContributionForm, FundingSource } from '../policy/funding-source.js';
import type { AssetOwner, CostArea, WorkItem } from '../policy/work-item.js';
import type { Programme } from '../policy/rule-pack.js';

export const PLAN_STAGES = ['reserve', 'planned', 'implementing'] as const;
export const CONTRACT_ROLES = ['construction', 'design', 'supervision', 'other'] as const;
export type ContractRole = (typeof CONTRACT_ROLES)[number];
export const SHARE_METHODS = ['area', 'equal', 'floor-coefficient', 'agreed'] as const;
export type ShareMethod = (typeof SHARE_METHODS)[number];
export const PAYMENT_STAGES = ['advance', 'progress', 'settlement', 'retention'] as const;
export type PaymentStage = (typeof PAYMENT_STAGES)[number];

export type SchemeData = {
  readonly schemeId: string;
  readonly compoundId: string;
  readonly divisionCode: string;
  readonly planYear: number;
  readonly title: string;
  readonly centralPlan: boolean;
  readonly planStage: (typeof PLAN_STAGES)[number];
  readonly projectCode?: string;
  readonly policyId: string;
};
/** What may be corrected; the archive number of a handover is often known only later. */
export type SchemeChanges = Partial<SchemeData> & { readonly archiveNo?: string };
export type Scope =
  | { readonly all: true }
  | { readonly buildings: readonly string[] }
  | { readonly entrances: readonly { readonly buildingNo: string; readonly entranceNo: string }[] }
  | { readonly households: readonly string[] };
export type CoefficientTable = {
  readonly basis: 'coefficient' | 'coefficient-area';
  readonly rows: readonly { readonly floor: number; readonly coefficient: string }[];
};
/** A line of the budget; `costArea` is always written, whether the work item gave it or the caller. */
export type BudgetLine = {
  readonly lineId: string;
  readonly workItem: WorkItem;
  readonly amount: string;
  readonly costArea: CostArea;
  readonly description?: string;
  readonly commonPart?: boolean;
  readonly assetOwner?: AssetOwner;
  readonly scope: Scope;
  readonly shareMethod: ShareMethod;
  readonly coefficients?: string | CoefficientTable;
  readonly agreedWeights?: readonly { readonly householdId: string; readonly weight: string }[];
  readonly residentAmount?: string;
  readonly dueOn?: string;
};
export type Tally = { readonly total: number; readonly participated: number; readonly agreed: number };
/** 业主共同决定: named, or with its vote. */
export type OwnersDecision =
  string | { readonly vote: { readonly owners: Tally; readonly areaM2: AreaTally }; readonly documentNo: string };
export type AreaTally = { readonly total: string; readonly participated: string; readonly agreed: string };
export type Payer = { readonly householdId?: string; readonly organisation?: string };
export type PoolKey = {
  readonly source: FundingSource;
  readonly reference: string | null;
  readonly costArea: CostArea;
};
export type From = { readonly source: FundingSource; readonly reference: string | null; readonly amount: string };
type LineAmount = { readonly lineId: string; readonly amount: string };
type SettledLine = {
  readonly lineId: string;
  readonly submitted: string;
  readonly audited: string;
  readonly retention?: string;
  readonly retentionDueOn?: string;
};
export type PledgeData = PoolKey & {
  readonly pledgeId: string;
  readonly amount: string;
  readonly lineId?: string;
  readonly payer?: Payer;
};
export type ContributionData = PoolKey & {
  readonly contributionId: string;
  readonly amount: string;
  readonly form: ContributionForm;
  readonly lineId?: string;
  readonly pledgeId?: string;
  readonly payer?: Payer;
  readonly providentFund?: { readonly amount: string; readonly certificateNo: string };
  readonly decision?: OwnersDecision;
  readonly grossAmount?: string;
  readonly cost?: string;
  readonly purpose?: string;
  readonly voucherNo?: string;
};
export type PaymentData = {
  readonly paymentId: string;
  readonly lineId: string;
  readonly costArea: CostArea;
  readonly amount: string;
  readonly payee: string;
  readonly voucherNo: string;
  readonly from: readonly From[];
  readonly contractNo?: string;
  readonly stage?: PaymentStage;
  readonly channel?: 'treasury-direct' | 'project-account';
  readonly nature: 'construction' | 'operation';
};
/** Money that came over from another stream: `reference` is the grant, bond or draw it came from. */
export type ReceiptData = PoolKey & {
  readonly amount: string;
  /** The event that sent it: both legs of a crossing name the same. */
  readonly crossingId: string;
  readonly programme?: Programme;
  readonly mayFund?: readonly WorkItem[];
  /** Warnings set aside when the money was allocated. */
  readonly permitted?: readonly { readonly rule: string; readonly lineId: string | null }[];
};

type Told<Type extends string, Data> = {
  readonly type: Type;
  readonly data: Data & Noted & { readonly override?: Override };
};
// Events are the storage format: a type or field never changes its name or meaning, it is only joined by others.
export type SchemeEvent = Identified &
  (
    | Told<'SchemeDrafted', SchemeData>
    | Told<'SchemeCorrected', { changes: SchemeChanges; reason: string }>
    | Told<
        'BudgetRevised',
        { schemeId: string; budgetRevision: number; lines: readonly BudgetLine[]; reason: string; recordedBy: string }
      >
    | Told<'SchemePublished', { schemeId: string; publishedOn: string; endsOn: string }>
    | Told<'ConsultationClosed', { schemeId: string; closedOn: string; owners: Tally; areaM2: AreaTally }>
    | Told<
        'SchemeApproved',
        { schemeId: string; approvedOn: string; budgetRevision: number; heritageOpinionNo?: string }
      >
    | Told<
        'ContractAwarded',
        {
          schemeId: string;
          contractNo: string;
          contractor: string;
          lines: readonly LineAmount[];
          role: ContractRole;
          procurementMethod?: string;
        }
      >
    | Told<'ContractChanged', { schemeId: string; contractNo: string; lines: readonly LineAmount[]; reason: string }>
    | Told<'ConstructionStarted', { schemeId: string; startedOn: string }>
    | Told<
        'AcceptancePassed' | 'AcceptanceFailed',
        {
          schemeId: string;
          parties: readonly string[];
          specialAcceptances: readonly { workItem: WorkItem; authority: string; documentNo: string }[];
        }
      >
    | Told<'SchemeHandedOver', { schemeId: string; receiver: string; archiveNo?: string }>
    | Told<'ContractSettled', { schemeId: string; contractNo: string; lines: readonly SettledLine[] }>
    | Told<
        'FinalAccountApproved',
        { schemeId: string; surplus: readonly (PoolKey & { amount: string; action: 'return' | 'refund' })[] }
      >
    | Told<'FundingPledged', PledgeData & { schemeId: string }>
    | Told<'PledgeWithdrawn', PledgeData & { schemeId: string; reason: string }>
    | Told<'ContributionReceived', ContributionData & { schemeId: string }>
    | Told<
        'ContributionRefunded',
        PoolKey & {
          schemeId: string;
          contributionId: string;
          amount: string;
          reason: string;
          refundTo: 'payer' | 'current-owner';
          form: ContributionForm;
          lineId?: string;
          pledgeId?: string;
          householdId?: string;
        }
      >
    | Told<'GrantFundsReceived' | 'BondFundsReceived' | 'MaintenanceFundsReceived', ReceiptData & { schemeId: string }>
    | Told<'FundsReturned', PoolKey & { schemeId: string; amount: string; reason: string }>
    | Told<
        'FundsSubstituted',
        {
          schemeId: string;
          lineId: string;
          costArea: CostArea;
          from: Omit<From, 'amount'>;
          to: Omit<From, 'amount'>;
          amount: string;
        }
      >
    | Told<'PaymentMade', PaymentData & { schemeId: string }>
    | Told<
        'PaymentRefunded',
        {
          schemeId: string;
          paymentId: string;
          lineId: string;
          costArea: CostArea;
          amount: string;
          reason: string;
          to: readonly From[];
          contractNo?: string;
        }
      >
    | Told<'EntryReversed', ReversedData>
    | Told<
        'ShareAdjusted',
        {
          schemeId: string;
          householdId: string;
          lineId: string;
          amount: string;
          reason: 'hardship' | 'waiver' | 'ground-floor';
          borneBy: { householdId?: string; source?: FundingSource };
        }
      >
  );

export type Revision = {
  readonly number: number;
  readonly lines: ReadonlyMap<string, BudgetLine>;
  readonly recordedBy: string;
};
export type Settlement = { readonly audited: Fen; readonly retention: Fen; readonly retentionDueOn: string | null };
export type Contract = {
  readonly contractNo: string;
  readonly role: ContractRole;
  readonly awardedOn: string;
  readonly lines: Map<string, Fen>;
  /** How many standing facts name each line: the award, and its changes. */
  readonly named: Map<string, number>;
  readonly paid: Map<string, Fen>;
  readonly settled: Map<string, Settlement>;
  reversed: boolean;
};
export type Pledge = PledgeData & { readonly pledgedOn: string; withdrawn: boolean; reversed: boolean };
export type Contribution = ContributionData & { readonly receivedOn: string; refunded: Fen; reversed: boolean };
export type Payment = PaymentData & { readonly paidOn: string; refunded: Map<string, Fen>; reversed: boolean };
export type Pool = PoolKey & { received: Fen; paid: Fen };
/** A warning that was set aside, and what it reaches: an area, or one line. */
export type Permission = {
  readonly rule: string;
  readonly source: FundingSource;
  readonly reference: string | null;
  readonly costArea: CostArea;
  readonly lineId: string | null;
};

/** Only what the next decision needs; what a screen needs is a view or a projection. */
export type SchemeState = {
  scheme?: SchemeData;
  readonly revisions: Revision[];
  /** 0 before the first approval. */
  approvedRevision: number;
  publication?: { readonly publishedOn: string; readonly endsOn: string };
  consultation?: { readonly closedOn: string; readonly owners: Tally; readonly areaM2: AreaTally };
  firstApprovedOn?: string;
  lastApprovedOn?: string;
  startedOn?: string;
  acceptedOn?: string;
  finalAccountOn?: string;
  handedOverOn?: string;
  /** The latest date of the life of the scheme: no later step goes before it. */
  lifecycleOn?: string;
  readonly contracts: Map<string, Contract>;
  readonly pledges: Map<string, Pledge>;
  readonly contributions: Map<string, Contribution>;
  readonly payments: Map<string, Payment>;
  /** By source, reference and cost area (R08). */
  readonly pools: Map<string, Pool>;
  /** Paid on each line through the accounts, and by those who paid their own contractor. */
  readonly paidOnLine: Map<string, Fen>;
  readonly directOnLine: Map<string, Fen>;
  /** Paid by each source and reference on each line, net. */
  readonly borneOnLine: Map<string, Fen>;
  /** What the awards that sent money here say of themselves: the programme (R11), and the works they are limited to. */
  readonly awards: Map<string, { readonly programme?: Programme; readonly mayFund?: readonly WorkItem[] }>;
  readonly adjusted: Map<string, Fen>;
  readonly permissions: Permission[];
  /** Ids of reversed events; and by what they stand on, ids of the events that stand on it, oldest first. */
  readonly reversed: Set<string>;
  readonly standsOn: Map<string, Set<string>>;
};

export const poolId = ({ source, reference, costArea }: PoolKey): string => `${source}|${reference ?? ''}|${costArea}`;
export const bearerId = (lineId: string, { source, reference }: { source: string; reference: string | null }): string =>
  `${lineId}|${source}|${reference ?? ''}`;

export const initialScheme = (): SchemeState => ({
  revisions: [],
  approvedRevision: 0,
  contracts: new Map(),
  pledges: new Map(),
  contributions: new Map(),
  payments: new Map(),
  pools: new Map(),
  paidOnLine: new Map(),
  directOnLine: new Map(),
  borneOnLine: new Map(),
  awards: new Map(),
  adjusted: new Map(),
  permissions: [],
  reversed: new Set(),
  standsOn: new Map(),
});

/** Lines that exist: those of the approved revision, before the first approval those of the latest. */
export function linesOf(state: SchemeState): ReadonlyMap<string, BudgetLine> {
  return (approved(state) ?? state.revisions.at(-1))?.lines ?? new Map();
}
export const approved = ({ revisions, approvedRevision }: SchemeState): Revision | undefined =>
  approvedRevision === 0 ? undefined : revisions[approvedRevision - 1];

export const amountIn = <K>(amounts: ReadonlyMap<K, Fen>, key: K): Fen => amounts.get(key) ?? 0n;
export const addTo = <K>(amounts: Map<K, Fen>, key: K, amount: Fen): void =>
  void amounts.set(key, amountIn(amounts, key) + amount);

export function poolOf(state: SchemeState, key: PoolKey): Pool {
  const id = poolId(key);
  let pool = state.pools.get(id);
  if (!pool) {
    pool = { source: key.source, reference: key.reference, costArea: key.costArea, received: 0n, paid: 0n };
    state.pools.set(id, pool);
  }
  return pool;
}

/** Contracts and their changes, by line. */
export function contracted(state: SchemeState): Map<string, Fen> {
  const amounts = new Map<string, Fen>();
  for (const contract of state.contracts.values())
    for (const [lineId, amount] of contract.lines) addTo(amounts, lineId, amount);
  return amounts;
}

/** Contracts that stand and name a line. */
export const contractsOn = (state: SchemeState, lineId: string): Contract[] =>
  [...state.contracts.values()].filter(({ lines, reversed }) => !reversed && lines.has(lineId));

/** What a contract allows on a line on a date: with its changes, or as audited less a retention that is not due. */
export function payable(contract: Contract, lineId: string, on: string): bigint {
  const settled = contract.settled.get(lineId);
  if (!settled) return amountIn(contract.lines, lineId);
  const held = settled.retentionDueOn !== null && on < settled.retentionDueOn ? settled.retention : 0n;
  return settled.audited - held;
}

/** A source now bears (or, negative, no longer bears) part of what was paid on a line. */
export function bear(
  state: SchemeState,
  lineId: string,
  costArea: CostArea,
  part: Omit<From, 'amount'>,
  amount: bigint,
): void {
  poolOf(state, { ...part, costArea }).paid += amount;
  addTo(state.borneOnLine, bearerId(lineId, part), amount);
}
