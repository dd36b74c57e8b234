import { Injectable } from '@nestjs/common';
import { yuan } from '../../kernel/money.js';
import { bookAccounts, type FundBook } from '../../maintenance-fund/chart-of-accounts.js';
import { addedAccounts, shownAccount } from '../../maintenance-fund/maintenance-fund.projection.js';
import {
  accountKey,
  bookOfAccount,
  FundViews,
  type SubAccount,
} from '../../maintenance-fund/maintenance-fund-views.js';
import { accountRecipe, entryRecipe, type HolderId } from './fund.recipes.js';
import { type Asked, type Part, ratioOf, type Recipe, sumOfParts } from './recipe.js';
import { Recorded } from './recorded.js';

/** Recipes of what is made of a fund's sub-accounts. */
@Injectable()
export class AccountRecipes {
  constructor(
    private readonly funds: FundViews,
    private readonly recorded: Recorded,
  ) {}

  async recipe(asked: Asked, fundId: string, view: 'sub-accounts' | 'books'): Promise<Recipe | undefined> {
    if (view === 'books') return this.ofBook(asked, fundId);
    const { parts, segments, row, body } = asked;
    if (parts[0] === 'entries') return entryRecipe(asked, fundId, body as HolderId);
    if (asked.query.get('groupBy') === 'building') return this.ofBuilding(asked, fundId);
    const holder = (segments[3] === undefined ? row : body) as HolderId;
    const holderId = String(holder.householdId ?? holder.unitId);
    const [found] = await this.subAccounts(asked, fundId, holderId);
    if (!found) return undefined;
    if (asked.name === 'requiredFirstDeposit')
      return {
        kind: 'given',
        arithmetic: `requiredFirstDeposit = floorAreaM2 ${found.flat?.floorAreaM2 ?? '—'} × ratePerM2 in force on the day of the first deposit, half-up`,
        computed: yuan(found.asked.requiredFirstDeposit),
        positions: this.recorded.positions([`maintenanceFund-${fundId}`], asked.moment, [
          'MaintenanceFundOpened',
          'RatesChanged',
        ]),
      };
    return accountRecipe(asked, fundId, holder, found.row.firstDepositOn === null ? 'establishment' : 'first');
  }

  /** Of the fund: the basis of R16, and how many stand below it. */
  async ofAll(asked: Asked, fundId: string): Promise<Recipe> {
    const accounts = (await this.subAccounts(asked, fundId)).filter((one) => !one.asked.isClosed);
    const { name } = asked;
    if (name === 'firstDepositTotal') return sumOfParts(name, this.parts(accounts, fundId, 'firstDeposit'));
    const below = accounts.filter(
      ({ holder, row, asked: { trigger } }) => holder.householdId !== undefined && row.balance < trigger,
    );
    return sumOfParts(
      `${name} (balance below 3/10 of the first deposit)`,
      this.parts(below, fundId, 'balance'),
      'count',
    );
  }

  private async ofBuilding(asked: Asked, fundId: string): Promise<Recipe | undefined> {
    const { name, row } = asked;
    const accounts = (await this.subAccounts(asked, fundId)).filter(
      ({ flat }) => (flat?.buildingNo ?? null) === row['buildingNo'],
    );
    if (name === 'households' || name === 'units') {
      const own = accounts.filter(({ holder }) => (holder.householdId === undefined) === (name === 'units'));
      return sumOfParts(name, this.parts(own, fundId, 'balance'), 'count');
    }
    if (name === 'firstDepositRatio') {
      const open = accounts.filter((one) => !one.asked.isClosed);
      return ratioOf(name, this.parts(open, fundId, 'balance'), this.parts(open, fundId, 'firstDeposit'));
    }
    return name in addedAccounts([]) ? sumOfParts(name, this.parts(accounts, fundId, name)) : undefined;
  }

  private async ofBook({ name, parts, body, row, ...asked }: Asked, fundId: string): Promise<Recipe | undefined> {
    if (name !== 'amount') return undefined;
    const { book } = (body['books'] as { book: FundBook }[])[Number(parts[1])]!;
    const own = (await this.subAccounts(asked, fundId)).filter((one) => bookOfAccount(one) === book);
    const movements = this.funds.figures.movements(fundId, asked.moment);
    const told = own.flatMap(({ key, holder }): Part[] => {
      const its = movements.filter((one) => accountKey(one) === key);
      const found = bookAccounts(book, its).find(({ code }) => code === row['code']);
      const id = holder.householdId ?? holder.unitId!;
      return found ? [{ name: id, sign: 1, value: yuan(found.amount), figure: null }] : [];
    });
    return sumOfParts(`account ${String(row['code'])} of 财会〔2020〕7号`, told);
  }

  private parts(accounts: readonly SubAccount[], fundId: string, name: string): Part[] {
    return accounts.map(({ holder, row, asked }) => {
      const id = holder.householdId ?? holder.unitId!;
      const shown = shownAccount(row, asked) as Readonly<Record<string, string>>;
      const path = `/v1/maintenance-funds/${encodeURIComponent(fundId)}/sub-accounts/${encodeURIComponent(id)}`;
      return { name: `${name} of ${id}`, sign: 1, value: shown[name]!, figure: `${path}#/${name}` };
    });
  }

  private subAccounts({ moment }: Pick<Asked, 'moment'>, fundId: string, only?: string): Promise<SubAccount[]> {
    return this.funds.subAccounts(fundId, { view: this.funds.view(fundId, moment), moment }, only);
  }
}
