import type { Ownership } from '../compound/compound.decider.js';
import type { Fen } from '../kernel/money.js';
import {
  accountOfHolder,
  accountOfOtherSide,
  bookOf,
  flatsOfUnits,
  FUND_BOOKS,
  type FundBook,
} from '../maintenance-fund/chart-of-accounts.js';
import { currentTitle } from '../maintenance-fund/maintenance-fund-state.decider.js';

/** A leg as the ledger has it, with the marks of a maintenance fund where it is one's. */
export type Leg = {
  readonly book: string;
  readonly account: string;
  readonly amount: Fen;
  readonly measure: string | null;
  readonly item: string | null;
  readonly fundId: string | null;
  readonly householdId: string | null;
  readonly unitId: string | null;
};
/** A line of a journal: of a fund's legs also the book and the general-ledger account of 财会〔2020〕7号. */
export type JournalLine = {
  readonly account: string;
  readonly amount: Fen;
  readonly fundBook?: FundBook;
  readonly generalLedger?: string;
};
export type TitleRow = {
  readonly householdId: string;
  readonly ownership: Ownership;
  readonly ownerUnitId: string | null;
  readonly registeredOwnership: Ownership | null;
  readonly registeredUnitId: string | null;
};

type Title = { readonly ownership: Ownership; readonly ownerUnitId?: string };
const title = (ownership: Ownership, unitId: string | null): Title => ({
  ownership,
  ...(unitId === null ? {} : { ownerUnitId: unitId }),
});

/** Each sub-account of a fund with its book: a household by its flat, a unit by the flats it sold or owns. */
export class FundBooks {
  private readonly households = new Map<string, FundBook>();
  private readonly units: ReadonlyMap<string, readonly Ownership[]>;

  /** What the register and the transfers told, oldest first. */
  constructor(rows: Iterable<TitleRow>) {
    const registered = new Map<string, Title>();
    const transferred = new Map<string, Title & { registered: Title }>();
    for (const { householdId, ownership, ownerUnitId, registeredOwnership, registeredUnitId } of rows) {
      const told = title(ownership, ownerUnitId);
      if (registeredOwnership === null) registered.set(householdId, told);
      else transferred.set(householdId, { ...told, registered: title(registeredOwnership, registeredUnitId) });
    }
    const now: Title[] = [];
    for (const [householdId, own] of registered) {
      const flat = currentTitle(own, transferred.get(householdId));
      this.households.set(householdId, bookOf([flat.ownership]));
      now.push(flat);
    }
    this.units = flatsOfUnits(now, [...registered.values(), ...transferred.values()]);
  }

  of({ householdId, unitId }: Pick<Leg, 'householdId' | 'unitId'>): FundBook {
    if (householdId !== null) return this.households.get(householdId) ?? 'sold-public-housing';
    return bookOf(this.units.get(unitId!) ?? []);
  }
}

/**
 * The legs of one event as journal lines. The leg of the whole fund names no household and is as much as the legs before
 * it together, so it is split between the books as they are: the same account twice, and each book sums to zero by itself.
 */
export function inBooks(legs: readonly Leg[], booksOf: (fundId: string) => FundBooks): JournalLine[] {
  const lines: JournalLine[] = [];
  let waiting = new Map<FundBook, Fen>();
  for (const leg of legs) {
    const { account, amount, fundId, householdId, unitId, measure, item } = leg;
    if (fundId === null) {
      lines.push({ account, amount });
      continue;
    }
    const marks = { measure: measure ?? '', item };
    if (householdId !== null || unitId !== null) {
      const book = booksOf(fundId).of(leg);
      waiting.set(book, (waiting.get(book) ?? 0n) + amount);
      lines.push({ account, amount, fundBook: book, ...generalLedger(accountOfHolder(book, marks)) });
      continue;
    }
    for (const book of FUND_BOOKS) {
      const own = waiting.get(book) ?? 0n;
      const code = leg.book === 'cash' ? accountOfOtherSide(marks) : null;
      if (own !== 0n) lines.push({ account, amount: -own, fundBook: book, ...generalLedger(code) });
    }
    waiting = new Map();
  }
  return lines;
}

const generalLedger = (code: string | null) => (code === null ? {} : { generalLedger: code });
