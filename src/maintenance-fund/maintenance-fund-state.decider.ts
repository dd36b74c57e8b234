import type { DatedRate, RateTable } from '../calculation/interest-rates.engine.js';
import type { DatedRule, Flow, InterestRule } from '../calculation/interest.engine.js';
import type { CompoundState, Household, Ownership, Use } from '../compound/compound.decider.js';
import type { BusinessDate } from '../kernel/dates.js';
import type { Override } from '../kernel/decider.js';
import type { Identified, Known, Noted, ReversedData } from '../kernel/facts.js';
import type { Fen } from '../kernel/money.js';
import { CHANGZHI_2020 } from '../policy/changzhi-2020.rules.js';
import { policyById } from '../policy/policies.rules.js';
import type { RulePack } from '../policy/rule-pack.js';
import type { AssetOwner, CostArea, WorkItem } from '../policy/work-item.js';
import type { AreaTally, Scope, Tally } from '../scheme/scheme-state.decider.js';

export const DEPOSIT_KINDS = ['first', 'establishment', 'replenishment'] as const;
export type DepositKind = (typeof DEPOSIT_KINDS)[number];
export const INCOME_KINDS = ['interest', 'common-area-income', 'treasury-bond', 'salvage'] as const;
export type IncomeKind = (typeof INCOME_KINDS)[number];
export const INTEREST_RULES = ['two-tier-annual', 'quarterly-demand'] as const satisfies readonly InterestRule[];
export const EXCLUSIONS = ['warranty', 'operator-asset', 'liable-person', 'property-contract'] as const;
export const EMERGENCIES = ['roof-leak', 'elevator', 'fire-safety', 'facade', 'drainage', 'pump', 'other'] as const;
export const PAYERS = ['owner', 'selling-unit'] as const;

/** A sub-account is a household's, or the one of a unit that sold or still owns flats. */
export type Holder = { readonly householdId?: string; readonly unitId?: string };
export type HolderAmount = Holder & { readonly amount: string };
/** A deposit is credited to the unit where it names one; with both, the unit deposited it for that household. */
export type DepositEntry = HolderAmount & { readonly payer: (typeof PAYERS)[number] };
export type PaidShare = HolderAmount & { readonly covered: string; readonly due: string };
export type RefundedShare = HolderAmount & { readonly credited: string; readonly due: string };

/** 元/㎡ from a day on, for the flats its conditions name. */
export type DepositRate = {
  readonly from: BusinessDate;
  readonly ratePerM2: string;
  readonly when?: 'elevator' | 'no-elevator';
  readonly use?: Use;
};
export type InterestRates = { readonly from: BusinessDate; readonly demand: string; readonly term: string };
export type VoteData = { readonly owners: Tally; readonly areaM2: AreaTally };
export type DecisionData = { readonly vote: VoteData; readonly documentNo: string };
export type EmergencyData = { readonly kind: (typeof EMERGENCIES)[number]; readonly reason: string };
export type ComponentData = {
  readonly id: string;
  readonly name: string;
  readonly cost: string;
  readonly usefulLife: number;
  readonly remainingLife: number;
};
export type DrawData = {
  readonly drawId: string;
  readonly purpose: string;
  readonly workItem: WorkItem;
  readonly commonPart?: boolean;
  readonly assetOwner?: AssetOwner;
  readonly exclusion?: (typeof EXCLUSIONS)[number];
  readonly amount: string;
  readonly scope: Scope;
  readonly schemeId?: string;
  readonly vote?: VoteData;
  readonly emergency?: EmergencyData;
};
/** How the shares of an event were made to sum (3-calculations.md §1). */
export type Rounded = { readonly rounding: 'largest-remainder'; readonly tieBreak: 'id' };
/** A command over more than 1,000 households makes several events; `amount` is what they come to together. */
export type Part = { readonly number: number; readonly of: number; readonly amount: string };

type Told<Type extends string, Data> = {
  readonly type: Type;
  readonly data: Data & { readonly compoundId: string } & Noted & { readonly override?: Override };
};
type Parted = { readonly amount: string; readonly part?: Part };

// Events are the storage format: a type or field never changes its name or meaning, it is only joined by others.
export type FundEvent = Identified &
  (
    | Told<
        'MaintenanceFundOpened',
        {
          divisionCode: string;
          openedOn: BusinessDate;
          depositRates: readonly DepositRate[];
          interestRule: InterestRule;
          interestRates: readonly InterestRates[];
          dayBasis?: number;
          /** The rule pack that judges it; absent: the seed pack. */
          policyId?: string;
        }
      >
    | Told<
        'RatesChanged',
        {
          from: BusinessDate;
          depositRates?: readonly DepositRate[];
          interestRule?: InterestRule;
          interestRates?: readonly InterestRates[];
          dayBasis?: number;
        }
      >
    | Told<
        'DepositReceived',
        Parted & {
          kind: DepositKind;
          entries: readonly DepositEntry[];
          decision?: DecisionData;
          voluntary?: boolean;
        }
      >
    | Told<
        'IncomeCredited',
        Parted &
          Rounded & {
            kind: IncomeKind;
            shares: readonly HolderAmount[];
            decision?: DecisionData;
            /** Of interest computed by the fund's rule: what it was computed over. */
            settlement?: { from: BusinessDate; to: BusinessDate; rule: InterestRule; dayBasis: number };
          }
      >
    | Told<'DrawProposed', DrawData & { costArea: CostArea; proposedBy: string }>
    | Told<
        'DrawApproved',
        Parted &
          Rounded & {
            drawId: string;
            shares: readonly HolderAmount[];
            split: {
              commodity: string;
              soldPublicHousing: string;
              soldPublicOwners: string;
              seller: string;
              unsold: string;
            };
            approvedBy: string;
            schemeId?: string;
            costArea: CostArea;
          }
      >
    | Told<
        'DrawRejected',
        Parted & {
          drawId: string;
          reason: string;
          /** What is set free again; nothing of a draw that was only proposed. */
          shares: readonly HolderAmount[];
          rejectedBy: string;
          schemeId?: string;
          costArea: CostArea;
        }
      >
    | Told<
        'DrawPaid',
        Parted & { drawId: string; shares: readonly PaidShare[]; payee?: string; schemeId?: string; costArea: CostArea }
      >
    | Told<
        'DrawRefunded',
        Parted & {
          drawId: string;
          reason: string;
          shares: readonly RefundedShare[];
          /** Of money that comes back from the scheme it was paid to: the event that sent it. */
          schemeId?: string;
          crossingId?: string;
          costArea: CostArea;
        }
      >
    | Told<'DueCollected', HolderAmount & { drawId: string; voucherNo: string }>
    | Told<
        'SubAccountTransferred',
        {
          householdId: string;
          ownership: Ownership;
          ownerUnitId?: string;
          /** As the register had it: where that is corrected later, the register counts again. */
          registered: { ownership: Ownership; ownerUnitId?: string };
          balance: string;
          due: string;
        }
      >
    | Told<'SubAccountClosed', { householdId: string; amount: string; reason: string }>
    | Told<'ComponentsSurveyed', { surveyedOn: BusinessDate; components: readonly ComponentData[] }>
    | {
        readonly type: 'EntryReversed';
        /** `only`: of a deposit these households; `reverses` then holds their entries and no others. */
        readonly data: ReversedData & { readonly only?: readonly string[]; readonly override?: Override };
      }
  );
export type DataOf<Type extends FundEvent['type']> = Extract<FundEvent, { type: Type }>['data'];

/** What the handlers of a fund's commands read elsewhere. */
export type FundKnown = Known & { readonly compound: CompoundState };

/** Settled interest and reversals on a settlement day take effect after its close. */
export type PotFlow = Flow & { readonly afterClose?: boolean };
/** Money with its days: what a settlement of interest needs. */
export type Pot = {
  balance: Fen;
  /** Σ of the flows up to and with the last settlement day. */
  settled: Fen;
  /** The flows after it, and those before it. */
  readonly later: PotFlow[];
  readonly earlier: PotFlow[];
};
export type Account = Holder & {
  readonly key: string;
  readonly pot: Pot;
  due: Fen;
  reserved: Fen;
  /** Deposited for this household by its owner, and by each selling unit. */
  ownerDeposits: Fen;
  readonly sellerDeposits: Map<string, Fen>;
  closedBy?: string;
};
export type DrawShare = { readonly amount: Fen; paid: Fen; released: Fen; refunded: Fen; due: Fen };
export type Draw = DrawData & {
  readonly costArea: CostArea;
  readonly proposedBy: string;
  readonly proposedOn: BusinessDate;
  state: 'proposed' | 'approved' | 'paid' | 'rejected';
  approvedOn?: BusinessDate;
  /** The first payment's day. */
  paidOn?: BusinessDate;
  readonly shares: Map<string, DrawShare>;
  /** Events that made its reservations, payments and dues, without those that were reversed. */
  readonly events: { readonly eventId: string; readonly type: FundEvent['type'] }[];
};
type Titled = { readonly ownership: Ownership; readonly ownerUnitId?: string };

/** Maps and pots are changed in place: 5,000 households of 30 years are folded once and never copied. */
export type FundState = {
  fund?: {
    readonly compoundId: string;
    readonly divisionCode: string;
    readonly openedOn: BusinessDate;
    readonly policyId?: string;
  };
  /** In the order they were recorded. */
  readonly depositRates: DepositRate[];
  readonly interestRates: DatedRate[];
  rateTable?: RateTable;
  readonly rules: DatedRule[];
  readonly dayBases: { readonly from: BusinessDate; readonly dayBasis: number }[];
  readonly accounts: Map<string, Account>;
  /** Σ sub-accounts − Σ due: the money there is. */
  readonly net: Pot;
  reserved: Fen;
  settledThrough: BusinessDate | null;
  /** Settlements that stand, oldest first. */
  readonly settlements: { readonly eventId: string; readonly to: BusinessDate }[];
  /** By event: all of it, or the households taken out of a deposit. */
  readonly reversed: Map<string, 'all' | Set<string>>;
  readonly draws: Map<string, Draw>;
  readonly titles: Map<string, Titled & { readonly registered: Titled }>;
};

export const emptyPot = (): Pot => ({ balance: 0n, settled: 0n, later: [], earlier: [] });

export const initialFund = (): FundState => ({
  depositRates: [],
  interestRates: [],
  rules: [],
  dayBases: [],
  accounts: new Map(),
  net: emptyPot(),
  reserved: 0n,
  settledThrough: null,
  settlements: [],
  reversed: new Map(),
  draws: new Map(),
  titles: new Map(),
});

// "Household before unit where ids tie": a blank sorts before every character of an id, and h before u.
export const keyOf = ({ householdId, unitId }: Holder): string =>
  unitId === undefined ? `${householdId!} h` : `${unitId} u`;
export const householdKey = (householdId: string): string => keyOf({ householdId });
export const holderOf = (key: string): Holder =>
  key.endsWith(' h') ? { householdId: key.slice(0, -2) } : { unitId: key.slice(0, -2) };

/** The sub-account of a holder; one that nothing was ever booked on is made. */
export function accountOf(state: FundState, key: string): Account {
  let account = state.accounts.get(key);
  if (!account) {
    account = {
      ...holderOf(key),
      key,
      pot: emptyPot(),
      due: 0n,
      reserved: 0n,
      ownerDeposits: 0n,
      sellerDeposits: new Map(),
    };
    state.accounts.set(key, account);
  }
  return account;
}

/** The rules a fund was opened under judge it for its whole life; a draw for a scheme is judged by the scheme's. */
export const packOfFund = (fund: { readonly policyId?: string } | undefined): RulePack =>
  policyById(fund?.policyId ?? CHANGZHI_2020.id)!;

export const isClosed = (state: FundState, key: string): boolean => state.accounts.get(key)?.closedBy !== undefined;

/** What a transfer told stands over the register, until the register is corrected again. */
export function currentTitle(register: Titled, told: (Titled & { readonly registered: Titled }) | undefined): Titled {
  if (!told) return register;
  const { registered } = told;
  const isCorrected = registered.ownership !== register.ownership || registered.ownerUnitId !== register.ownerUnitId;
  return isCorrected ? register : told;
}

/** A flat as the fund has it. */
export function flatOf(state: Pick<FundState, 'titles'>, household: Household): Household {
  const { ownership, ownerUnitId } = currentTitle(household, state.titles.get(household.householdId));
  const { ownerUnitId: _, ...rest } = household;
  return { ...rest, ownership, ...(ownerUnitId === undefined ? {} : { ownerUnitId }) };
}

/** Flats whose sub-account is open. */
export function openFlats(state: FundState, { households }: CompoundState): Household[] {
  const flats: Household[] = [];
  for (const household of households.values())
    if (!isClosed(state, householdKey(household.householdId))) flats.push(flatOf(state, household));
  return flats;
}

export const unpaidOf = ({ amount, paid, released }: DrawShare): Fen => amount - paid - released;
export const refundableOf = ({ paid, refunded }: DrawShare): Fen => paid - refunded;

/** "approved until nothing is unpaid; paid when the rest was rejected after a part" (7-rulings.md §6). */
export function settleState(draw: Draw): void {
  const shares: DrawShare[] = [...draw.shares.values()];
  if (draw.state === 'approved' && shares.some((share) => unpaidOf(share) > 0n)) return;
  draw.state = shares.some(({ paid }) => paid > 0n) ? 'paid' : 'rejected';
}

export const HOUSEHOLDS_AN_EVENT = 1_000;

/** One command over many households as events of at most 1,000, each with the sum of its own shares. */
export function inParts<Share>(
  shares: readonly Share[],
  amountOf: (some: readonly Share[]) => string,
): { shares: readonly Share[]; amount: string; part?: Part }[] {
  if (shares.length <= HOUSEHOLDS_AN_EVENT) return [{ shares, amount: amountOf(shares) }];
  const of = Math.ceil(shares.length / HOUSEHOLDS_AN_EVENT);
  const amount = amountOf(shares);
  return Array.from({ length: of }, (_, index) => {
    const some = shares.slice(index * HOUSEHOLDS_AN_EVENT, (index + 1) * HOUSEHOLDS_AN_EVENT);
    return { shares: some, amount: amountOf(some), part: { number: index + 1, of, amount } };
  });
}
