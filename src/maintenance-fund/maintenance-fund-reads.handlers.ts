import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Household } from '../compound/compound.decider.js';
import { byCodePoint } from '../kernel/ids.js';
import { type Fen, ratio, yuan } from '../kernel/money.js';
import { echoed } from '../kernel/projection.js';
import { notFound } from '../kernel/rejection.js';
import type { Question } from '../platform/http/routes.js';
import { paged } from '../platform/reads/paging.js';
import { bookAccounts, CHART_OF_ACCOUNTS, FUND_BOOKS } from './chart-of-accounts.js';
import { accountKey, bookOfAccount, type FundAt, FundViews, type SubAccount } from './maintenance-fund-views.js';
import { accountRow, addedAccounts, shownAccount, shownDraw, triggerOf } from './maintenance-fund.projection.js';
import { packOfFund } from './maintenance-fund-state.decider.js';

export class GetFund extends Query<object> {
  constructor(
    readonly compoundId: string,
    readonly asked: Question,
  ) {
    super();
  }
}
export class GetBooks extends Query<object> {
  constructor(
    readonly compoundId: string,
    readonly asked: Question,
  ) {
    super();
  }
}
export class GetSubAccounts extends Query<object> {
  constructor(
    readonly compoundId: string,
    readonly asked: Question,
  ) {
    super();
  }
}
export class GetSubAccount extends Query<object> {
  constructor(
    readonly compoundId: string,
    readonly holderId: string,
    readonly asked: Question,
  ) {
    super();
  }
}
export class GetDraws extends Query<object> {
  constructor(
    readonly compoundId: string,
    readonly asked: Question,
  ) {
    super();
  }
}
export class GetDraw extends Query<object> {
  constructor(
    readonly compoundId: string,
    readonly drawId: string,
    readonly asked: Question,
  ) {
    super();
  }
}

@QueryHandler(GetFund)
export class GetFundHandler implements IQueryHandler<GetFund> {
  constructor(private readonly funds: FundViews) {}

  async execute({ compoundId, asked }: GetFund): Promise<object> {
    const at = await this.funds.at(compoundId, asked);
    const { view, moment, revision } = at;
    const totals = this.funds.figures.totals(compoundId, moment);
    const { firstDepositTotal, below } = this.thresholds(compoundId, at);
    return {
      compoundId,
      openedOn: view.opened?.openedOn ?? null,
      balance: yuan(totals.balance),
      deposited: yuan(totals.deposited),
      income: yuan(totals.income),
      collected: yuan(totals.collected),
      drawn: yuan(totals.drawn),
      returned: yuan(totals.returned),
      reserved: yuan(totals.reserved),
      due: yuan(this.funds.figures.due(compoundId, moment)),
      firstDepositTotal: yuan(firstDepositTotal),
      firstDepositRatio: ratio(totals.balance, firstDepositTotal),
      householdsBelowThreshold: below,
      depositRates: view.depositRates,
      interestRates: view.interestRates,
      interestRules: view.rules,
      dayBases: view.dayBases,
      policyId: packOfFund(view.opened).id,
      revision,
      ...echoed(moment),
    };
  }

  /** "Its sum over open sub-accounts, units included; units … are not counted" below (7-rulings.md §6). */
  private thresholds(compoundId: string, { view, moment }: FundAt): { firstDepositTotal: Fen; below: number } {
    const { replenishmentShare } = packOfFund(view.opened).parameters;
    let firstDepositTotal = 0n;
    let below = 0;
    for (const sums of this.funds.figures.accounts(compoundId, moment)) {
      const isHousehold = sums.householdId !== null;
      if (isHousehold && view.closed.has(sums.householdId)) continue;
      const { firstDeposit, balance } = accountRow(sums);
      firstDepositTotal += firstDeposit;
      if (isHousehold && balance < triggerOf(firstDeposit, replenishmentShare)) below += 1;
    }
    return { firstDepositTotal, below };
  }
}

const shownFlat = ({ buildingNo, entranceNo, floor, roomNo, floorAreaM2, ownership, use }: Household) => ({
  buildingNo,
  entranceNo: entranceNo ?? null,
  floor,
  roomNo: roomNo ?? null,
  floorAreaM2,
  ownership,
  use,
});

/** One line of 分户账. */
const shownSubAccount = ({ holder, flat, flats, row, asked }: SubAccount) => ({
  ...holder,
  ...shownAccount(row, asked),
  book: bookOfAccount({ flat, flats }),
  state: asked.isClosed ? 'closed' : 'open',
  ...(flat ? shownFlat(flat) : {}),
});

/** 账簿: commodity housing and sold public housing apart, by the accounts of 财会〔2020〕7号. */
@QueryHandler(GetBooks)
export class GetBooksHandler implements IQueryHandler<GetBooks> {
  constructor(private readonly funds: FundViews) {}

  async execute({ compoundId, asked }: GetBooks): Promise<object> {
    const at = await this.funds.at(compoundId, asked);
    const accounts = await this.funds.subAccounts(compoundId, at);
    const names = new Map(CHART_OF_ACCOUNTS.accounts.map((one) => [one.code, one[asked.language]]));
    const bookByKey = new Map(accounts.map((one) => [one.key, bookOfAccount(one)]));
    const movements = this.funds.figures.movements(compoundId, at.moment);
    const books = FUND_BOOKS.map((book) => {
      const own = movements.filter((one) => bookByKey.get(accountKey(one)) === book);
      const rows = bookAccounts(book, own).map(({ code, amount }) => ({
        code,
        name: names.get(code)!,
        amount: yuan(amount),
      }));
      return { book, accounts: rows };
    });
    const { document, verified } = CHART_OF_ACCOUNTS;
    return { compoundId, document, verified, books, revision: at.revision, ...echoed(at.moment) };
  }
}

@QueryHandler(GetSubAccounts)
export class GetSubAccountsHandler implements IQueryHandler<GetSubAccounts> {
  constructor(private readonly funds: FundViews) {}

  async execute({ compoundId, asked }: GetSubAccounts): Promise<object> {
    const at = await this.funds.at(compoundId, asked);
    const rows = (await this.funds.subAccounts(compoundId, at)).filter((row) => isAskedFor(row, asked));
    const echo = { revision: at.revision, ...echoed(at.moment) };
    if (asked.filters['groupBy'] === 'building') return { ...this.byBuilding(rows, asked), ...echo };
    const { items, next, prev } = paged(rows, ({ key }) => key, asked);
    return { items: items.map(shownSubAccount), next, prev, ...echo };
  }

  /** One row a building; the sub-accounts of units, which are in none, come last. */
  private byBuilding(rows: readonly SubAccount[], asked: Question) {
    const buildings = new Map<string, SubAccount[]>();
    for (const row of rows) {
      const key = row.flat?.buildingNo ?? NO_BUILDING;
      const own = buildings.get(key);
      if (own) own.push(row);
      else buildings.set(key, [row]);
    }
    const sorted = [...buildings].sort(([a], [b]) => byCodePoint(a, b));
    const { items, next, prev } = paged(sorted, ([key]) => key, asked);
    const shown = items.map(([key, own]) => ({
      buildingNo: key === NO_BUILDING ? null : key,
      households: own.filter(({ holder }) => holder.householdId !== undefined).length,
      units: own.filter(({ holder }) => holder.unitId !== undefined).length,
      ...addedAccounts(own),
    }));
    return { items: shown, next, prev };
  }
}

/** Behind every text a building may be called. */
const NO_BUILDING = '\u{10FFFF}';

/** Filters: a building, an ownership, a use; those below 30 %; those that owe what the fund advanced. */
function isAskedFor({ holder, flat, row, asked: { trigger, isClosed } }: SubAccount, { filters }: Question): boolean {
  const { buildingNo, ownership, use, belowThreshold, due } = filters;
  const isBelow = holder.householdId !== undefined && !isClosed && row.balance < trigger;
  return (
    (buildingNo === undefined || flat?.buildingNo === buildingNo) &&
    (ownership === undefined || flat?.ownership === ownership) &&
    (use === undefined || flat?.use === use) &&
    (belowThreshold === undefined || String(isBelow) === belowThreshold) &&
    (due === undefined || String(row.due > 0n) === due)
  );
}

@QueryHandler(GetSubAccount)
export class GetSubAccountHandler implements IQueryHandler<GetSubAccount> {
  constructor(private readonly funds: FundViews) {}

  async execute({ compoundId, holderId, asked }: GetSubAccount): Promise<object> {
    const at = await this.funds.at(compoundId, asked);
    const rows = await this.funds.subAccounts(compoundId, at, holderId);
    const found = rows[0];
    if (!found) throw notFound('sub-account');
    const holder = found.holder.householdId === undefined ? { unitId: holderId } : { householdId: holderId };
    const entries = this.funds.figures.entries(compoundId, holder, at.moment).map((entry) => ({
      ...entry,
      amount: yuan(entry.amount),
      due: yuan(entry.due),
      reserved: yuan(entry.reserved),
    }));
    return { ...shownSubAccount(found), entries, revision: at.revision, ...echoed(at.moment) };
  }
}

@QueryHandler(GetDraws)
export class GetDrawsHandler implements IQueryHandler<GetDraws> {
  constructor(private readonly funds: FundViews) {}

  async execute({ compoundId, asked }: GetDraws): Promise<object> {
    const { view, revision, moment } = await this.funds.at(compoundId, asked);
    const { state, workItem, schemeId } = asked.filters;
    const draws = [...view.draws.values()]
      .filter((draw) => (workItem ?? draw.workItem) === draw.workItem && (schemeId ?? draw.schemeId) === draw.schemeId)
      .sort((a, b) => byCodePoint(a.drawId, b.drawId));
    const shown = (draw: (typeof draws)[number]) =>
      shownDraw(draw, this.funds.drawShares(compoundId, draw.drawId, moment));
    const echo = { revision, ...echoed(moment) };
    if (state === undefined) {
      const { items, next, prev } = paged(draws, ({ drawId }) => drawId, asked);
      return { items: items.map(shown), next, prev, ...echo };
    }
    const inState = draws.map(shown).filter((draw) => draw.state === state);
    return { ...paged(inState, ({ drawId }) => drawId, asked), ...echo };
  }
}

@QueryHandler(GetDraw)
export class GetDrawHandler implements IQueryHandler<GetDraw> {
  constructor(private readonly funds: FundViews) {}

  async execute({ compoundId, drawId, asked }: GetDraw): Promise<object> {
    const { view, revision, moment } = await this.funds.at(compoundId, asked);
    const draw = view.draws.get(drawId);
    if (!draw) throw notFound('draw');
    return { ...shownDraw(draw, this.funds.drawShares(compoundId, drawId, moment)), revision, ...echoed(moment) };
  }
}
