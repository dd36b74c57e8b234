import { Injectable } from '@nestjs/common';
import { bondFacts, coverageBelow } from '../../findings/bond-findings.projection.js';
import { FindingsReader } from '../../findings/findings-reader.js';
import { FundFindings } from '../../findings/fund-findings-reader.js';
import { grantFacts } from '../../findings/grant-facts.projection.js';
import { type Levied, receiptsToDecide, undecided } from '../../findings/owners-decision.projection.js';
import { addDays, dateOf } from '../../kernel/dates.js';
import { yuan } from '../../kernel/money.js';
import { FundViews } from '../../maintenance-fund/maintenance-fund-views.js';
import { ReadDesk } from '../../platform/reads/read-desk.js';
import { CHANGZHI_2020 } from '../../policy/changzhi-2020.rules.js';
import { policyById } from '../../policy/policies.rules.js';
import type { RulePack } from '../../policy/rule-pack.js';
import {
  type Asked,
  at,
  is,
  isOneOf,
  measure,
  notBelowZero,
  type Part,
  partAt,
  raw,
  type Recipe,
  sumOf,
  sumOfParts,
  term,
  withoutSign,
} from './recipe.js';
import { Recorded } from './recorded.js';
import { type FindingRow, SchemeFindingRecipes } from './scheme-finding-recipes.js';

const WHOLE = raw('household_id IS NULL AND unit_id IS NULL');

/** Recipes of the amounts of findings: of the same facts as `findings/` raises them from, down to their postings. */
@Injectable()
export class FindingRecipes {
  constructor(
    private readonly reads: ReadDesk,
    private readonly recorded: Recorded,
    private readonly schemes: SchemeFindingRecipes,
    private readonly findings: FindingsReader,
    private readonly funds: FundFindings,
    private readonly views: FundViews,
  ) {}

  async recipe(asked: Asked): Promise<Recipe | undefined> {
    const { parts, body, name } = asked;
    if (parts[0] === 'total') return countRecipe(asked);
    const row = at(body, parts.slice(0, 2)) as FindingRow | undefined;
    if (parts[0] !== 'items' || name !== 'amount' || !row) return undefined;
    const kind = row.subject.slice(0, row.subject.indexOf('-'));
    const id = row.subject.slice(kind.length + 1);
    if (row.amount === null)
      return {
        ...{ kind: 'given', arithmetic: `${name}: none, ${row.code} is about no sum of money`, computed: null },
        positions: await this.recorded.entries(row.subject, asked.moment, () => true),
      };
    const pack = policyById(row.policyId) ?? CHANGZHI_2020;
    switch (kind) {
      case 'scheme':
        return this.schemes.recipe(asked, row, id);
      case 'grant':
        return this.ofGrant(asked, row, id, pack);
      case 'bond':
        return this.ofBond(asked, id, pack);
      case 'maintenanceFund':
        return this.ofFund(asked, row, id, pack);
      default:
        return undefined;
    }
  }

  private async ofGrant(asked: Asked, { code }: FindingRow, id: string, pack: RulePack): Promise<Recipe | undefined> {
    const { name, moment, body } = asked;
    const facts = (await this.reads.view(`grant-${id}`, grantFacts, moment))!.row;
    const { award } = facts.state;
    const of = (one: string, sign: 1 | -1 = 1) => term(one, sign, is('grant_id', id), measure(one));
    const unspent = ['awarded', 'decomposed', 'returned', 'lapsed'].map((one) => of(one));
    const year = award?.fiscalYear ?? 0;
    const paid = term(
      `paid by ${year}-12-31`,
      1,
      ...[is('reference', id), is('source', award?.source ?? null), measure('paid')],
      raw('occurred_on <= ?', dateOf(year, 12, 31)),
    );
    switch (code) {
      case 'grant-not-allocated': {
        const days = pack.parameters.grantAllocationDays;
        const inTime = facts.awards.filter(({ on }) => addDays(on, days) >= String(body['measuredOn']));
        const ids = inTime.map(({ eventId }) => eventId);
        const marks = ids.map(() => '?').join(', ');
        const recent = raw(`position IN (SELECT position FROM log_v1_events WHERE event_id IN (${marks}))`, ...ids);
        // What is passed down or allocated is of what was awarded first: what is left is of the last awards.
        const late = { ...of('awarded', -1), name: `awarded in the last ${days} days` };
        return notBelowZero(name, ...unspent, of('allocated'), {
          ...late,
          ...{ sql: `${late.sql} AND ${recent.sql}`, values: [...late.values, ...recent.values] },
        });
      }
      case 'direct-funds-not-registered':
        return sumOf(name, of('awarded'));
      case 'carry-over-due':
        return sumOf(name, ...unspent, paid);
      case 'carry-over-differs': {
        const since = raw('position > ?', facts.carriedOver?.readPosition ?? 0);
        return withoutSign(name, {
          ...{ name: `${paid.name}, recorded after the carry-over had read it`, sign: 1 },
          ...{ sql: `${paid.sql} AND ${since.sql}`, values: [...paid.values, ...since.values] },
        });
      }
      case 'lapse-due':
        return sumOf(name, ...unspent, of('allocated'));
      default:
        return undefined;
    }
  }

  /** What income is missing is no movement of money: it is calculated from what was forecast. */
  private async ofBond({ name, moment, body }: Asked, id: string, pack: RulePack): Promise<Recipe> {
    const facts = (await this.reads.view(`bond-${id}`, bondFacts, moment))!.row;
    const day = {
      today: String(body['measuredOn']),
      through: this.findings.through(moment, String(body['measuredOn'])),
    };
    const amount = coverageBelow(id, facts, { ...day, pack })[0]?.amount;
    return {
      kind: 'given',
      arithmetic: `${name} = principal and interest of the whole term × ${pack.parameters.coverageWarnBelow} − (forecast income − forecast cost), up to the next fen`,
      computed: amount === undefined || amount === null ? null : yuan(amount),
      positions: this.recorded.positions([`bond-${id}`], moment, [
        'BondIssued',
        'BondRevenueForecast',
        'EntryReversed',
      ]),
    };
  }

  private async ofFund(asked: Asked, row: FindingRow, id: string, pack: RulePack): Promise<Recipe | undefined> {
    const { name, moment } = asked;
    switch (row.code) {
      case 'replenishment-due':
      case 'fund-not-established': {
        const { replenish, deposit } = await this.funds.asked(id, moment, pack);
        const isDue = row.code === 'replenishment-due';
        const field = isDue ? 'replenishmentDue' : 'requiredFirstDeposit';
        // Under another pack than the fund's own the sub-account shows another figure.
        const isOwn = pack.id === this.funds.policyOf(id);
        const search = moment.asOf === null ? '' : `?asOf=${moment.asOf}`;
        const at = `/v1/maintenance-funds/${encodeURIComponent(id)}/sub-accounts`;
        const parts = (isDue ? replenish : deposit).map(({ householdId, amount }): Part => ({
          ...{ name: `${field} of ${householdId}`, sign: 1, value: yuan(amount) },
          figure: isOwn ? `${at}/${encodeURIComponent(householdId)}${search}#/${field}` : null,
        }));
        return sumOfParts(name, parts);
      }
      case 'levy-without-decision':
        return this.ofReceipts(asked, id, row.about['kind'] as Levied, pack);
      case 'income-without-decision':
        return this.ofReceipts(asked, id, 'common-area-income', pack, row.about['eventId']);
      default:
        return undefined;
    }
  }

  /** Receipts without a decision, with what was taken back of them. */
  private async ofReceipts(
    { name, moment }: Asked,
    id: string,
    kind: Levied,
    pack: RulePack,
    only?: string,
  ): Promise<Recipe> {
    const found = undecided(this.views.fold(id, receiptsToDecide, moment), kind, pack);
    const wanted = only === undefined ? found : found.filter(({ eventId }) => eventId === only);
    const parts = new Set(wanted.flatMap((one) => [...one.parts.keys()]));
    const positions = await this.recorded.entries(`maintenanceFund-${id}`, moment, ({ eventId }) => parts.has(eventId));
    const one = kind === 'common-area-income' ? 'income' : 'deposited';
    return sumOf(name, term(one, -1, is('fund_id', id), WHOLE, measure(one), isOneOf('position', positions)));
  }
}

/** Of a list that is shown whole; of one in pages only the pages together know. */
function countRecipe(asked: Asked): Recipe | undefined {
  const rows = asked.body['items'] as readonly FindingRow[];
  if (asked.body['next'] !== null || asked.body['prev'] !== null) return undefined;
  const parts = rows.map(({ code, subject }, index) =>
    rows[index]!.amount === null
      ? ({ name: `${code} ${subject}`, sign: 1, value: 1, figure: null } as const)
      : partAt(asked, ['items', String(index), 'amount']),
  );
  return sumOfParts(asked.name, parts, 'count');
}
