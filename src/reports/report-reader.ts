import { Injectable } from '@nestjs/common';
import { compoundView } from '../compound/compound.projection.js';
import { grantFacts } from '../findings/grant-facts.projection.js';
import { byCodePoint, inScope } from '../kernel/ids.js';
import { total } from '../kernel/money.js';
import type { Moment } from '../kernel/projection.js';
import { AwardFigures } from '../ledger/award-figures.js';
import { SchemeFigures } from '../ledger/scheme-figures.js';
import { compoundsAt } from '../ledger/subjects-at.js';
import type { Question } from '../platform/http/routes.js';
import { ReadDesk, within } from '../platform/reads/read-desk.js';
import { nextTurn } from '../platform/slices.js';
import { DIVISIONS } from '../policy/divisions.js';
import { FUNDING_SOURCES, type FundingSource } from '../policy/funding-source.js';
import type { Programme } from '../policy/rule-pack.js';
import { schemeView } from '../scheme/scheme.projection.js';
import type { SchemeCase } from './funding-and-arrival.projection.js';
import type { GrantHead, GrantLine, SchemeLine } from './grant-execution.projection.js';

type GrantRow = {
  readonly grantId: string;
  readonly division: string;
  readonly source: FundingSource;
  readonly parentGrantId: string | null;
  readonly award: string;
  readonly awardedOn: string;
};
type Award = { readonly documentNo?: string; readonly fiscalYear: number; readonly programme?: Programme };
type LastDay = {
  readonly schemeId: string;
  readonly reference: string;
  readonly measure: string;
  readonly last: string;
};

const nameOf = (divisionCode: string, { language }: Question): string =>
  DIVISIONS[divisionCode]?.[language] ?? divisionCode;

/** What the reports are made of: the same figures every other screen shows, read once for each subject. */
@Injectable()
export class ReportReader {
  constructor(
    private readonly reads: ReadDesk,
    private readonly figures: SchemeFigures,
    private readonly awards: AwardFigures,
  ) {}

  /** Schemes in the caller's scope, by id. */
  async schemes(asked: Question, moment: Moment): Promise<SchemeCase[]> {
    const { planYear, compoundId } = asked.filters;
    const programmes = new Map(this.heads(moment).map(({ head }) => [head.grantId, head.programme]));
    const found: SchemeCase[] = [];
    for (const scheme of this.schemesIn(asked, moment)) {
      if (planYear !== undefined && String(scheme.planYear) !== planYear) continue;
      if (compoundId !== undefined && scheme.compoundId !== compoundId) continue;
      await nextTurn();
      const view = (await this.reads.view(`scheme-${scheme.schemeId}`, schemeView, moment))!.row;
      const compound = (await this.reads.view(`compound-${scheme.compoundId}`, compoundView, moment))!.row;
      const { split, measured } = this.figures.splitOf(scheme.schemeId, moment);
      found.push({
        ...scheme,
        divisionCode: scheme.division,
        divisionName: nameOf(scheme.division, asked),
        ...{ view, compound, split, approved: measured.approved },
        programmeOf: (source, reference) =>
          FUNDING_SOURCES[source].route === 'grant' ? programmes.get(reference ?? '') : undefined,
      });
    }
    return found;
  }

  /** Grants awarded in the caller's scope. */
  async grants(asked: Question, moment: Moment): Promise<GrantLine[]> {
    const { divisionCode = '' } = asked.filters;
    const found: GrantLine[] = [];
    for (const { head, division } of this.heads(moment)) {
      if (!inScope(asked.caller.division, division) || !division.startsWith(divisionCode) || !isAsked(head, asked))
        continue;
      await nextTurn();
      const { row } = (await this.reads.view(`grant-${head.grantId}`, grantFacts, moment))!;
      found.push({
        ...head,
        ...{ divisionCode: division, divisionName: nameOf(division, asked) },
        figures: this.awards.of(head.grantId, moment),
        carriedOver: row.carriedOver?.amount ?? 0n,
      });
    }
    return found;
  }

  /** What became of grants at schemes in the caller's scope, whoever awarded them. */
  async grantsAtSchemes(asked: Question, moment: Moment): Promise<SchemeLine[]> {
    const heads = new Map(this.heads(moment).map(({ head }) => [head.grantId, head]));
    const names = new Map(compoundsAt(this.reads, moment, '*').map(({ compoundId, name }) => [compoundId, name]));
    const days = this.lastDays(moment);
    const vouchers = new Map<string, Map<string, string[]>>();
    const found: SchemeLine[] = [];
    for (const { schemeId, compoundId, division } of this.schemesIn(asked, moment)) {
      await nextTurn();
      const { bySource } = this.figures.splitOf(schemeId, moment).split;
      const ofGrants = bySource.filter(({ source }) => FUNDING_SOURCES[source].route === 'grant');
      for (const grantId of [...new Set(ofGrants.map(({ reference }) => reference!))].sort(byCodePoint)) {
        const head = heads.get(grantId);
        if (!head || !isAsked(head, asked)) continue;
        // One row a compound: both areas of the scheme together.
        const own = ofGrants.filter(({ reference }) => reference === grantId);
        if (!vouchers.has(grantId)) vouchers.set(grantId, await this.vouchers(grantId, moment));
        found.push({
          ...head,
          ...{ divisionCode: division, divisionName: nameOf(division, asked) },
          ...{ schemeId, compoundId, compoundName: names.get(compoundId) ?? compoundId },
          allocated: total(own.map(({ committed }) => committed)),
          received: total(own.map(({ received }) => received)),
          paid: total(own.map(({ paid }) => paid)),
          receivedOn: days.get(`${schemeId}|${grantId}|received`) ?? null,
          paidOn: days.get(`${schemeId}|${grantId}|paid`) ?? null,
          vouchers: vouchers.get(grantId)!.get(schemeId) ?? [],
        });
      }
    }
    return found;
  }

  private schemesIn({ caller, filters }: Question, moment: Moment) {
    const { divisionCode = '' } = filters;
    return this.figures.schemesIn(caller.division, moment).filter(({ division }) => division.startsWith(divisionCode));
  }

  private heads(moment: Moment): { head: GrantHead; division: string }[] {
    const at = within(moment);
    const sql = `SELECT grant_id AS grantId, division, source, parent_grant_id AS parentGrantId, award,
      occurred_on AS awardedOn FROM subjects_v1_grants WHERE ${at.sql} ORDER BY grant_id`;
    return this.reads.all<GrantRow>(sql, ...at.values).map(({ division, award, ...row }) => {
      const { documentNo = null, fiscalYear, programme } = JSON.parse(award) as Award;
      return { head: { ...row, documentNo, fiscalYear, programme }, division };
    });
  }

  /** The last day money of a grant arrived at a scheme, and was paid there. */
  private lastDays(moment: Moment): Map<string, string> {
    const at = within(moment);
    const sql = `SELECT scheme_id AS schemeId, reference, measure, max(occurred_on) AS last FROM ledger_v1_postings
      WHERE scheme_id IS NOT NULL AND reference IS NOT NULL AND measure IN ('received', 'paid') AND ${at.sql}
        AND source NOT IN ('special-bond', 'maintenance-fund', 'utility-operator')
      GROUP BY scheme_id, reference, measure`;
    const rows = this.reads.all<LastDay>(sql, ...at.values);
    return new Map(rows.map(({ schemeId, reference, measure, last }) => [`${schemeId}|${reference}|${measure}`, last]));
  }

  /** Vouchers of what was sent to each scheme and stands. */
  private async vouchers(grantId: string, moment: Moment): Promise<Map<string, string[]>> {
    const { row } = (await this.reads.view(`grant-${grantId}`, grantFacts, moment))!;
    const found = new Map<string, string[]>();
    for (const { schemeId, voucherNo } of row.sent) found.set(schemeId, [...(found.get(schemeId) ?? []), voucherNo]);
    return found;
  }
}

const isAsked = ({ source, documentNo, fiscalYear }: GrantHead, { filters }: Question): boolean =>
  (filters['source'] === undefined || source === filters['source']) &&
  (filters['documentNo'] === undefined || documentNo === filters['documentNo']) &&
  (filters['fiscalYear'] === undefined || String(fiscalYear) === filters['fiscalYear']);
