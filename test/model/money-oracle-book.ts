import {
  type Area,
  type Bearer,
  BOND,
  type Form,
  type Giver,
  GRANTS,
  type HouseholdId,
  type LineId,
  type Part,
  type Source,
  type Verdict,
} from './money-commands.js';

/** What the oracle keeps: its own small ledger. Nothing here comes from `src`. */
export type GrantBook = {
  exists: boolean;
  since: number;
  awarded: bigint;
  decomposed: bigint;
  returned: bigint;
  /** Net of what was returned of it. */
  lapsed: bigint;
  /** By area. */
  allocated: Map<Area, bigint>;
  disbursed: Map<Area, bigint>;
  /** Allocated naming a line, by area and line. */
  marked: Map<string, bigint>;
};
export type ContributionBook = Bearer & {
  id: string;
  form: Form;
  area: Area;
  amount: bigint;
  day: number;
  line?: LineId;
  pledge?: string;
  payer?: HouseholdId;
};
export type PledgeBook = Bearer & {
  id: string;
  giver: Giver;
  area: Area;
  amount: bigint;
  day: number;
  line?: LineId;
  payer?: HouseholdId;
};
export type PaymentBook = { id: string; line: LineId; from: readonly Part[]; contract?: string; day: number };
export type ContractBook = { id: string; day: number; lines: Set<LineId> };

/** What happened, as the oracle remembers it: enough to take it back. */
export type Entry = {
  readonly n: number;
  readonly day: number;
  reversed: boolean;
  reversedOn?: number;
} & (
  | { is: 'award'; grant: string }
  | { is: 'allocation' | 'withdrawal'; grant: string; area: Area; line?: LineId; amount: bigint }
  | { is: 'disbursement'; grant: string; bearer: Bearer; area: Area; amount: bigint }
  | { is: 'decomposition'; first: boolean; amount: bigint }
  | { is: 'amendment'; grant: string; change: bigint }
  | { is: 'grant-return'; grant: string; amount: bigint; fromLapsed: bigint }
  | { is: 'carry-over'; grant: string; amount: bigint }
  | { is: 'lapse'; grant: string; amount: bigint }
  | { is: 'service'; of: 'interest' | 'principal'; dueOn: string; amount: bigint }
  | { is: 'pledge'; pledge: PledgeBook }
  | { is: 'pledge-withdrawal'; pledge: PledgeBook }
  | { is: 'fund-return'; grant: string; bearer: Bearer; area: Area; amount: bigint }
  | { is: 'contribution'; contribution: ContributionBook }
  | { is: 'refund'; contribution: ContributionBook; amount: bigint }
  | { is: 'contract'; contract: ContractBook; lines: readonly { line: LineId; amount: bigint }[] }
  | { is: 'change'; contract: ContractBook; line: LineId; amount: bigint }
  | { is: 'settlement'; contract: ContractBook; line: LineId; audited: bigint; retention: bigint }
  | { is: 'payment'; payment: PaymentBook }
  | { is: 'payment-refund'; payment: PaymentBook; to: readonly Part[] }
  | { is: 'substitution'; line: LineId; from: Bearer; to: Bearer; amount: bigint }
  | { is: 'adjustment'; household: HouseholdId; line: LineId; amount: bigint; borneBy: HouseholdId | Source }
  | { is: 'acceptance' }
  | { is: 'final-account'; surplus: readonly string[] }
  | { is: 'reversal' }
);
export type EntryOf<Is extends Entry['is']> = Extract<Entry, { is: Is }>;

const NONE: readonly Entry[] = [];
/** 10 January 2026, in days from 1 February. */
const AWARDED = -22;
export const nameOf = ({ source, reference }: Bearer): string => `${source}|${reference ?? ''}`;
export const min = (...values: readonly bigint[]): bigint => values.reduce((a, b) => (a < b ? a : b));
export const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
export const sum = (values: Iterable<bigint>): bigint => [...values].reduce((a, b) => a + b, 0n);
export const at = <K>(map: ReadonlyMap<K, bigint>, key: K): bigint => map.get(key) ?? 0n;

/** A rule that says no, or `undefined`. */
export type No = Verdict | undefined;
export const refused = (rule: string, unless: boolean): No => (unless ? undefined : `rule-refused ${rule}`);

export const first = (...noes: readonly No[]): No => noes.find((no) => no !== undefined);
export const firstOf = (noes: Iterable<No>): No => first(...noes);
/** A refusal, and the warnings that wait for a second person. */
export type Judged = { readonly no: No; readonly warned: readonly string[] };
export const plainly = (no: No): Judged => ({ no, warned: [] });

/** 409 of a closed period stands before the order of dates, both before the rules. */
export const dates = (books: Books, day: number, earliest = Number.NEGATIVE_INFINITY): No =>
  day <= books.closedThrough ? 'period-closed' : day < earliest ? 'date-order' : undefined;

const newGrant = (awarded: bigint, exists: boolean): GrantBook => ({
  exists,
  since: Number.NEGATIVE_INFINITY,
  awarded,
  decomposed: 0n,
  returned: 0n,
  lapsed: 0n,
  allocated: new Map(),
  disbursed: new Map(),
  marked: new Map(),
});

/** The books, and the sums every rule is held against. Sums are taken over the entries that stand. */
export class Books {
  readonly grants = new Map<string, GrantBook>([
    ...Object.entries(GRANTS).map(([id, { amount }]): [string, GrantBook] => [id, newGrant(amount, true)]),
    ['child', newGrant(0n, false)],
    ['bond', newGrant(BOND.amount, true)],
  ]);
  readonly entries: Entry[] = [];
  private readonly ofKind = new Map<Entry['is'], Entry[]>();
  readonly contributions: ContributionBook[] = [];
  readonly pledges: PledgeBook[] = [];
  readonly payments: PaymentBook[] = [];
  readonly contracts: ContractBook[] = [];
  /** Warnings set aside: rule, whose money, area, line or nothing. */
  readonly permissions = new Set<string>();
  /** Warnings set aside at allocation; they go with the next money of that grant and area. */
  readonly promisedPermissions: { grant: string; area: Area; rule: string; line: string }[] = [];
  /** Grants that ever sent something here: only of those the scheme knows the programme. */
  readonly known = new Set<string>();
  closedThrough = Number.NEGATIVE_INFINITY;

  /** Awards come before everything that is numbered. */
  constructor() {
    for (const [index, grant] of [...Object.keys(GRANTS), 'bond'].entries())
      this.enter({ is: 'award', grant, n: -1 - index, day: AWARDED, reversed: false });
  }

  enter(entry: Entry): void {
    this.entries.push(entry);
    const own = this.ofKind.get(entry.is);
    if (own) own.push(entry);
    else this.ofKind.set(entry.is, [entry]);
  }

  /** Entries of a kind that stand. */
  standing<Is extends Entry['is']>(is: Is): readonly EntryOf<Is>[] {
    return (this.ofKind.get(is) ?? NONE).filter(({ reversed }) => !reversed) as readonly Entry[] as EntryOf<Is>[];
  }

  isReversed(is: 'contribution' | 'payment' | 'contract' | 'pledge', id: string): boolean {
    return this.entries.some(
      (entry) =>
        entry.is === is && entry.reversed && (entry as unknown as Record<string, { id: string }>)[is]!.id === id,
    );
  }

  /** Cash of a source in an area: what came, less what went back. */
  received(bearer: Bearer, area: Area): bigint {
    const here = (one: Bearer & { area: Area }) => nameOf(one) === nameOf(bearer) && one.area === area;
    let amount = 0n;
    for (const { contribution } of this.standing('contribution'))
      if (here(contribution) && contribution.form === 'cash') amount += contribution.amount;
    for (const entry of this.standing('refund'))
      if (here(entry.contribution) && entry.contribution.form === 'cash') amount -= entry.amount;
    for (const entry of this.standing('disbursement'))
      if (here({ ...entry.bearer, area: entry.area })) amount += entry.amount;
    for (const entry of this.standing('fund-return'))
      if (here({ ...entry.bearer, area: entry.area })) amount -= entry.amount;
    return amount;
  }

  /** What a source has paid on a line, net of refunds, with what it took over less what was taken over from it. */
  borne(line: LineId, bearer: Bearer): bigint {
    const name = nameOf(bearer);
    let amount = this.takenOver(line, bearer);
    for (const { payment } of this.standing('payment'))
      if (payment.line === line) for (const part of payment.from) if (nameOf(part) === name) amount += part.amount;
    for (const { payment, to } of this.standing('payment-refund'))
      if (payment.line === line) for (const part of to) if (nameOf(part) === name) amount -= part.amount;
    return amount;
  }

  takenOver(line: LineId, bearer: Bearer): bigint {
    let amount = 0n;
    for (const one of this.standing('substitution')) {
      if (one.line !== line) continue;
      if (nameOf(one.to) === nameOf(bearer)) amount += one.amount;
      if (nameOf(one.from) === nameOf(bearer)) amount -= one.amount;
    }
    return amount;
  }

  /** Paid on a line through the accounts, net. */
  paidOn(line: LineId, contract?: string): bigint {
    let amount = 0n;
    const counts = (payment: PaymentBook) =>
      payment.line === line && (contract === undefined || payment.contract === contract);
    for (const { payment } of this.standing('payment'))
      if (counts(payment)) amount += sum(payment.from.map((part) => part.amount));
    for (const { payment, to } of this.standing('payment-refund'))
      if (counts(payment)) amount -= sum(to.map((part) => part.amount));
    return amount;
  }

  /** Paid on a line by those who pay their own contractor. */
  directOn(line: LineId): bigint {
    let amount = 0n;
    for (const { contribution } of this.standing('contribution'))
      if (contribution.form === 'direct-payment' && contribution.line === line) amount += contribution.amount;
    return amount;
  }

  refundedOf(payment: PaymentBook, bearer?: Bearer): bigint {
    let amount = 0n;
    for (const entry of this.standing('payment-refund'))
      if (entry.payment.id === payment.id)
        for (const part of entry.to) if (bearer === undefined || nameOf(part) === nameOf(bearer)) amount += part.amount;
    return amount;
  }
}
