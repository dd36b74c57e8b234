import type { Ownership } from '../compound/compound.decider.js';
import type { Fen } from '../kernel/money.js';
import type { IncomeKind } from './maintenance-fund-state.decider.js';

/** 商品住宅维修资金 and 已售公有住房维修资金 are kept in books of their own (财会〔2020〕7号). */
export const FUND_BOOKS = ['commodity', 'sold-public-housing'] as const;
export type FundBook = (typeof FUND_BOOKS)[number];

type LedgerAccount = { readonly code: string; readonly zh: string; readonly en: string };

/**
 * 《住宅专项维修资金会计核算办法》（财会〔2020〕7号）, 附录一: general-ledger accounts, in force since 2021-01-01, cash basis.
 * Read in a public implementation that cites it, not in the document itself: `verified` stays false.
 */
export const CHART_OF_ACCOUNTS = {
  verified: false,
  document: '财会〔2020〕7号',
  effectiveFrom: '2021-01-01',
  accounts: [
    { code: '1001', zh: '银行存款', en: 'Cash at bank' },
    { code: '1101', zh: '国债投资', en: 'Treasury bonds held' },
    { code: '1201', zh: '备用金', en: 'Petty cash' },
    { code: '2001', zh: '应付房屋灭失返还资金', en: 'Payable for destroyed houses' },
    { code: '3001', zh: '商品住宅维修资金', en: 'Maintenance fund of commodity housing' },
    { code: '3002', zh: '已售公有住房维修资金', en: 'Maintenance fund of sold public housing' },
    { code: '3101', zh: '待分配累计收益', en: 'Accumulated income not yet distributed' },
    { code: '4001', zh: '交存收入', en: 'Deposits' },
    { code: '4101', zh: '存款利息收入', en: 'Interest on deposits' },
    { code: '4102', zh: '国债利息收入', en: 'Interest on treasury bonds' },
    { code: '4201', zh: '经营收入', en: 'Income of common parts' },
    { code: '4301', zh: '共用设施处置收入', en: 'Salvage of common facilities' },
    { code: '4901', zh: '其他收入', en: 'Other income' },
    { code: '5001', zh: '维修支出', en: 'Spent on maintenance' },
    { code: '5101', zh: '返还支出', en: 'Returned to owners' },
    { code: '5901', zh: '其他支出', en: 'Other expenditure' },
  ],
} as const satisfies {
  verified: boolean;
  document: string;
  effectiveFrom: string;
  accounts: readonly LedgerAccount[];
};
type Code = (typeof CHART_OF_ACCOUNTS)['accounts'][number]['code'];

/** The net assets a sub-account belongs to. */
const NET_ASSETS: Readonly<Record<FundBook, Code>> = { commodity: '3001', 'sold-public-housing': '3002' };
/** 收入: deposits of every kind are one account, income has one for each kind. */
const INCOME: Readonly<Record<IncomeKind, Code>> = {
  interest: '4101',
  'treasury-bond': '4102',
  'common-area-income': '4201',
  salvage: '4301',
};

/** The other side of a movement: deposits in, dues collected, what was spent and what was paid back out. */
const OTHER_SIDE: Readonly<Record<string, Code>> = {
  deposited: '4001',
  collected: '4901',
  drawn: '5001',
  returned: '5101',
};

/** A leg of a fund, as the postings have it. */
type Leg = { readonly measure: string; readonly item: string | null };

/** The account of a leg of a sub-account: whose money it is. Reservations are no money. */
export const accountOfHolder = (book: FundBook, { measure }: Leg): Code | null =>
  measure === 'reserved' ? null : NET_ASSETS[book];

/** The account of the leg beside it. Of a due, what is collected comes in apart; the rest the fund has spent. */
export function accountOfOtherSide({ measure, item }: Leg): Code | null {
  if (measure === 'income') return INCOME[item as IncomeKind];
  if (measure === 'due') return OTHER_SIDE[item === 'collection' ? 'collected' : 'drawn']!;
  return OTHER_SIDE[measure] ?? null;
}

/**
 * One book by its general-ledger accounts, cash basis: 1001 is the money there is, 3001 or 3002 whose it is, 4xxx what
 * came in and 5xxx what went out since the fund was opened. Advances collected from households are 其他收入.
 */
export function bookAccounts(
  book: FundBook,
  movements: readonly (Leg & { readonly amount: Fen })[],
): { code: Code; amount: Fen }[] {
  const amounts = new Map<Code, Fen>();
  const add = (code: Code, amount: Fen) => amounts.set(code, (amounts.get(code) ?? 0n) + amount);
  for (const movement of movements) {
    const whose = accountOfHolder(book, movement);
    const other = accountOfOtherSide(movement);
    if (whose === null || other === null) continue;
    add('1001', movement.amount);
    add(whose, movement.amount);
    add(other, other.startsWith('5') ? -movement.amount : movement.amount);
  }
  return CHART_OF_ACCOUNTS.accounts.flatMap(({ code }) =>
    amounts.has(code) ? [{ code, amount: amounts.get(code)! }] : [],
  );
}

type Title = { readonly ownership: Ownership; readonly ownerUnitId?: string };

/**
 * What each unit owns or sold, by which its book is told. One that has sold its last flat stays in the book it was in: by
 * what the register has, or transfers told, of it.
 */
export function flatsOfUnits(now: Iterable<Title>, before: Iterable<Title>): Map<string, Ownership[]> {
  const units = new Map<string, Ownership[]>();
  const add = (titles: Iterable<Title>, isAsked: (unitId: string) => boolean) => {
    for (const { ownership, ownerUnitId } of titles)
      if (ownerUnitId !== undefined && isAsked(ownerUnitId))
        units.set(ownerUnitId, [...(units.get(ownerUnitId) ?? []), ownership]);
  };
  add(now, () => true);
  const known = new Set(units.keys());
  add(before, (unitId) => !known.has(unitId));
  return units;
}

/** The book of a sub-account: of a household by its flat, of a unit by its flats. */
export function bookOf(ownerships: readonly Ownership[]): FundBook {
  const isCommodity = (ownership: Ownership): boolean => ownership === 'commodity' || ownership === 'unsold-commodity';
  return ownerships.length > 0 && ownerships.every(isCommodity) ? 'commodity' : 'sold-public-housing';
}
