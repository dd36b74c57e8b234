import { Injectable } from '@nestjs/common';
import { FINDING_PARAMETERS } from '../../findings/finding-codes.rules.js';
import { FindingsReader } from '../../findings/findings-reader.js';
import { type SchemeFacts, schemeFacts } from '../../findings/scheme-facts.projection.js';
import { standing } from '../../findings/scheme-money.projection.js';
import { addDays } from '../../kernel/dates.js';
import { total, yuan } from '../../kernel/money.js';
import { SchemeFigures } from '../../ledger/scheme-figures.js';
import { ReadDesk } from '../../platform/reads/read-desk.js';
import { Figures } from './figures.js';
import { type Asked, is, isOneOf, measure, notBelowZero, raw, type Recipe, sumOf, type Term, term } from './recipe.js';
import { Recorded } from './recorded.js';
import { SchemeRecipes } from './scheme-recipes.js';
import { splitFigure } from './split.recipes.js';

/** A finding as it is told, and the id of what it stands against. */
export type FindingRow = {
  readonly code: string;
  readonly subject: string;
  readonly about: Readonly<Record<string, string>>;
  readonly amount: string | null;
  readonly policyId: string;
};

/** Recipes of the amounts of findings against a scheme. */
@Injectable()
export class SchemeFindingRecipes {
  constructor(
    private readonly reads: ReadDesk,
    private readonly figures: Figures,
    private readonly splits: SchemeFigures,
    private readonly lists: SchemeRecipes,
    private readonly recorded: Recorded,
    private readonly findings: FindingsReader,
  ) {}

  async recipe(asked: Asked, { code, about }: FindingRow, schemeId: string): Promise<Recipe | undefined> {
    const { name, moment } = asked;
    const facts = (await this.reads.view(`scheme-${schemeId}`, schemeFacts, moment))!.row;
    const scheme = [{ schemeId, revision: this.splits.measured(schemeId, moment).revision }];
    const of = (one: string, sign: 1 | -1, item: string, what = one): Term => ({
      ...term(one, sign, is('scheme_id', schemeId), is('item', item), measure(one)),
      name: what,
    });
    switch (code) {
      case 'idle-funds':
        return this.idle(asked, schemeId, about);
      case 'pledge-unpaid-after-acceptance': {
        const pledgeId = about['pledgeId']!;
        return sumOf(name, of('pledged', 1, pledgeId), of('received', -1, pledgeId), of('inKind', -1, pledgeId));
      }
      case 'income-without-decision': {
        const types = ['ContributionReceived', 'ContributionRefunded'];
        const marks = await this.lists.entries(
          asked,
          schemeId,
          ({ type, data }) => types.includes(type) && data['contributionId'] === about['contributionId'],
        );
        return sumOf(name, term('contribution less refunds', 1, ...marks, raw("measure IN ('received', 'inKind')")));
      }
      case 'paid-above-settlement':
      case 'payment-above-contract-or-budget':
        return about['ceiling'] === 'budget'
          ? aboveBudget(name, scheme, about['lineId']!)
          : this.aboveContracts(asked, schemeId, facts, about);
      case 'settlement-late': {
        const lines = facts.view.contracts.get(about['contractNo']!)?.lines ?? new Map<string, never>();
        const open = [...lines].flatMap(([lineId, { settled }]) => (settled === undefined ? [lineId] : []));
        const marks = [is('scheme_id', schemeId), is('item', about['contractNo']!), isOneOf('line_id', open)];
        return sumOf(name, term('contracted and not settled', 1, ...marks, measure('contracted')));
      }
      case 'gap-at-construction-start':
        return splitFigure('fundingGap', scheme, [is('cost_area', about['costArea']!)]);
      case 'central-plan-content':
        return splitFigure('budget', scheme, []);
      case 'approved-above-first': {
        const approved = facts.view.revisions.filter(({ approvedOn }) => approvedOn !== null);
        const [first, last] = [approved[0], approved.at(-1)].map((one) => String(one?.budgetRevision));
        return sumOf(
          name,
          of('budget', 1, last!, `budget of revision ${last}`),
          of('budget', -1, first!, `budget of revision ${first}`),
        );
      }
      case 'management-missing':
        return splitFigure('paid', scheme, []);
      default:
        return undefined;
    }
  }

  /** What goes out of a pool is what came in first: idle is what is left beyond the arrivals of the last days. */
  private idle({ name, moment, body }: Asked, schemeId: string, about: FindingRow['about']): Recipe {
    const pool = [
      is('scheme_id', schemeId),
      ...[is('source', about['source']!), is('reference', about['reference'] ?? null)],
      is('cost_area', about['costArea']!),
    ];
    const received = term('received', 1, ...pool, measure('received'));
    const reversals = new Set(this.recorded.positions([`scheme-${schemeId}`], moment, ['EntryReversed']));
    const arrivals = this.figures.postings(received, moment).map(({ position, occurredOn: on, amount }) => ({
      ...{ position: Number(position), on, amount },
      isReversal: reversals.has(Number(position)),
    }));
    const days = FINDING_PARAMETERS.idleDays;
    const recent = standing(arrivals).filter(({ on }) => addDays(on, days) >= String(body['measuredOn']));
    const positions = recent.map(({ position }) => position);
    const young = term(
      `received in the last ${days} days`,
      -1,
      ...[...pool, measure('received'), isOneOf('position', positions)],
    );
    return notBelowZero(name, received, term('paid', 1, ...pool, measure('paid')), young);
  }

  /** What was paid against contracts of a line, above what was agreed or audited; a retention not yet due is not payable. */
  private async aboveContracts(
    asked: Asked,
    schemeId: string,
    { settled, contracted, view }: SchemeFacts,
    { contractNo, lineId = '' }: FindingRow['about'],
  ): Promise<Recipe> {
    const { name, moment, body } = asked;
    const through = this.findings.through(moment, String(body['measuredOn']));
    const onLine = contracted.filter((one) => one.lineId === lineId).map((one) => one.contractNo);
    const standingOnes = onLine.filter((one) => view.contracts.get(one)?.reversedOn === undefined);
    const contractNos = contractNo === undefined ? [...new Set(standingOnes)] : [contractNo];
    const types = ['PaymentMade', 'PaymentRefunded'];
    const payments = await this.lists.entries(
      asked,
      schemeId,
      ({ type, data }) => types.includes(type) && (contractNo === undefined || data['contractNo'] === contractNo),
    );
    const audits = settled.filter(
      (one) => one.lineId === lineId && contractNos.includes(one.contractNo) && one.on <= through,
    );
    const audited = new Set(audits.map((one) => one.contractNo));
    const line = [is('scheme_id', schemeId), is('line_id', lineId)];
    const ceiling = (one: 'settled' | 'contracted', items: readonly string[]): Term[] =>
      items.length === 0 ? [] : [term(one, -1, ...line, isOneOf('item', items), measure(one))];
    const terms = [
      term('paid', -1, ...payments, is('line_id', lineId), measure('paid')),
      ...ceiling('settled', [...audited]),
      ...ceiling(
        'contracted',
        contractNos.filter((one) => !audited.has(one)),
      ),
    ];
    const sum = sumOf(name, ...terms);
    const held = total(
      audits
        .filter(({ retentionDueOn }) => retentionDueOn !== null && through < retentionDueOn)
        .map(({ retention }) => retention),
    );
    if (held === 0n) return sum;
    const weighed = terms.map((one) => ({ sign: BigInt(one.sign), postings: this.figures.postings(one, moment) }));
    const amount = total(weighed.flatMap(({ sign, postings }) => postings.map((one) => sign * one.amount)));
    return {
      ...{ kind: 'given', arithmetic: `${sum.arithmetic} + retention that is not due yet (${yuan(held)})` },
      computed: yuan(amount + held),
      positions: weighed.flatMap(({ postings }) => postings.map(({ position }) => Number(position))),
    };
  }
}

function aboveBudget(
  name: string,
  scheme: readonly { schemeId: string; revision: number | null }[],
  lineId: string,
): Recipe | undefined {
  const line = is('line_id', lineId);
  const terms = ['paid', 'budget'].flatMap((one) => {
    const figure = splitFigure(one, scheme, [line]);
    return figure?.kind === 'postings' ? figure.terms : [];
  });
  return sumOf(name, ...terms.map((one) => ({ ...one, sign: -1 as const })));
}
