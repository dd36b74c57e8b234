import { Injectable } from '@nestjs/common';
import { larger, yuan } from '../../kernel/money.js';
import { SchemeFigures } from '../../ledger/scheme-figures.js';
import { moneyId, type PlanMoney } from '../../scheme/scheme-plan.decider.js';
import {
  type Asked,
  at,
  downColumn,
  is,
  isOneOf,
  type Marks,
  measure,
  notBelowZero,
  type Part,
  raw,
  type Recipe,
  sumOf,
  sumOfParts,
  term,
} from './recipe.js';
import { type Entry, Recorded } from './recorded.js';
import { splitFigure } from './split.recipes.js';

type Row = Asked['row'];
const CONTRIBUTED = raw("measure IN ('received', 'inKind')");

/** Recipes of what was recorded about a scheme one by one, and of what a funding plan is made from. */
@Injectable()
export class SchemeRecipes {
  constructor(
    private readonly figures: SchemeFigures,
    private readonly recorded: Recorded,
  ) {}

  /** Postings of the entries of a scheme that `takes` chooses, and of what took them back. */
  async entries(asked: Asked, schemeId: string, takes: (entry: Entry) => boolean): Promise<Marks[]> {
    const positions = await this.recorded.entries(`scheme-${schemeId}`, asked.moment, takes);
    return [is('scheme_id', schemeId), isOneOf('position', positions)];
  }

  /** A figure of a row of a list; the amount of the fact itself stands in its event and needs no recipe. */
  async ofList(asked: Asked, schemeId: string, view: string): Promise<Recipe | undefined> {
    const { parts, body, name } = asked;
    const row = at(body, parts.slice(0, 2)) as Row;
    switch (view) {
      case 'payments':
        return name === 'refunded'
          ? sumOf(
              name,
              term('paid', 1, ...(await this.of(asked, schemeId, 'PaymentRefunded', 'paymentId')), measure('paid')),
            )
          : undefined;
      case 'contributions':
        return name === 'refunded'
          ? sumOf(
              name,
              term(
                'refunds',
                -1,
                ...(await this.of(asked, schemeId, 'ContributionRefunded', 'contributionId')),
                CONTRIBUTED,
              ),
            )
          : undefined;
      case 'pledges':
        return pledgeRecipe(name, schemeId, row['pledgeId'] as string);
      case 'contracts':
        return this.ofContract(asked, (row['schemeId'] as string | undefined) ?? schemeId, row['contractNo'] as string);
      default:
        return undefined;
    }
  }

  private of(asked: Asked, schemeId: string, type: string, id: string): Promise<Marks[]> {
    return this.entries(asked, schemeId, (entry) => entry.type === type && entry.data[id] === asked.row[id]);
  }

  private async ofContract(asked: Asked, schemeId: string, contractNo: string): Promise<Recipe | undefined> {
    const { name, row, parts } = asked;
    if (parts[2] !== 'lines') return undefined;
    const line = is('line_id', (at(asked.body, parts.slice(0, 4)) as Row)['lineId'] as string);
    const entries = (...types: string[]): Promise<Marks[]> =>
      this.entries(asked, schemeId, ({ type, data }) => types.includes(type) && data['contractNo'] === contractNo);
    // A contract that was reversed stays in its list as it was awarded.
    const awarded = raw("position IN (SELECT position FROM log_v1_events WHERE type <> 'EntryReversed')");
    const contracted = (marks: readonly Marks[], one = 'contracted') =>
      term(one, 1, ...marks, line, measure('contracted'));
    switch (name) {
      case 'awarded':
        return sumOf(name, contracted([...(await entries('ContractAwarded')), awarded]));
      case 'amount':
        return sumOf(
          name,
          contracted([...(await entries('ContractAwarded')), awarded]),
          contracted(await entries('ContractChanged'), 'changes'),
        );
      case 'paid':
        return sumOf(
          name,
          term('paid', -1, ...(await entries('PaymentMade', 'PaymentRefunded')), line, measure('paid')),
        );
      case 'audited':
        return sumOf(name, term('settled', 1, ...(await entries('ContractSettled')), line, measure('settled')));
      case 'retention':
        return row['retentionDueOn'] === null ? sumOfParts(`${name} (none was agreed)`, []) : undefined;
      default:
        return undefined;
    }
  }

  /** What a plan starts from is the ledger's; how it is shared out is the plan's own calculation. */
  ofPlan(asked: Asked, schemeId: string): Recipe | undefined {
    const { name, parts, row } = asked;
    const { split, measured } = this.figures.splitOf(schemeId, asked.moment);
    if (parts[0] === 'lines') {
      const scheme = [{ schemeId, revision: measured.revision }];
      const line = is('line_id', row['lineId'] as string);
      const budget = splitFigure('budget', scheme, [line]);
      if (name === 'budget') return budget;
      const paid = term('paid', 1, is('scheme_id', schemeId), line, measure('paid'));
      return budget?.kind === 'postings' && name === 'needed' ? notBelowZero(name, ...budget.terms, paid) : undefined;
    }
    if (parts[0] === 'sources' && name === 'amount') {
      const lines = (asked.body['lines'] as Row[]).map(({ lineId }) => lineId as string);
      if (row['inKind'] === true) return giftRecipe(asked, schemeId, lines);
      const index = split.bySource.findIndex((one) =>
        ['source', 'reference', 'costArea'].every((key) => one[key as 'source'] === row[key]),
      );
      const own = split.bySource[index];
      if (!own) return undefined;
      const [, search] = asked.path.split('?');
      const path = `/v1/schemes/${encodeURIComponent(schemeId)}/cost-split${search === undefined ? '' : `?${search}`}`;
      const part = (figure: 'committed' | 'received' | 'paid', sign: 1 | -1): Part => ({
        ...{ name: figure, sign, value: yuan(own[figure]) },
        figure: `${path}#/bySource/${index}/${figure}`,
      });
      const isPromised = larger(own.committed, own.received) === own.committed;
      const { arithmetic, ...made } = sumOfParts(name, [
        part(isPromised ? 'committed' : 'received', 1),
        part('paid', -1),
      ]);
      return { ...made, arithmetic: `${arithmetic}, of what is committed and what came the larger` };
    }
    return parts.length === 1 && name === 'funded'
      ? sumOfParts(name, downColumn(asked, 'assignments', 'amount'))
      : undefined;
  }
}

/** All that came on a pledge names it. */
function pledgeRecipe(name: string, schemeId: string, pledgeId: string): Recipe | undefined {
  const of = (one: string, sign: 1 | -1 = 1) =>
    term(one, sign, is('scheme_id', schemeId), is('item', pledgeId), measure(one));
  if (name === 'received' || name === 'inKind') return sumOf(name, of(name));
  // A pledge that was withdrawn or reversed has nothing outstanding: its postings say so too.
  return name === 'outstanding' ? notBelowZero(name, of('pledged'), of('received', -1), of('inKind', -1)) : undefined;
}

/** Gifts given for a line that is planned are that line's; all others of a source and area are one. */
function giftRecipe({ name, row }: Asked, schemeId: string, lines: readonly string[]): Recipe {
  const own = ['source', 'reference'].map((key) => is(key, row[key] as string | null));
  const gift = { ...(row as unknown as PlanMoney), inKind: true };
  const onlyLine = lines.find((lineId) => moneyId({ ...gift, onlyLine: lineId }) === row['sourceId']);
  const line =
    onlyLine === undefined
      ? raw(`(line_id IS NULL OR line_id NOT IN (${lines.map(() => '?').join(', ')}))`, ...lines)
      : is('line_id', onlyLine);
  const area = is('cost_area', row['costArea'] as string);
  return sumOf(name, term('inKind', 1, is('scheme_id', schemeId), ...own, area, line, measure('inKind')));
}
