import { Injectable } from '@nestjs/common';
import { scheduleOf } from '../../bond/bond-state.decider.js';
import { yuan } from '../../kernel/money.js';
import { dayOfMoment, type Moment } from '../../kernel/projection.js';
import { compoundSizes } from '../../ledger/compound-sizes.js';
import { HouseholdShares } from '../../ledger/household-shares.js';
import { SchemeFigures } from '../../ledger/scheme-figures.js';
import { compoundsAt } from '../../ledger/subjects-at.js';
import { Clock } from '../../platform/clock.js';
import { ReadDesk, within } from '../../platform/reads/read-desk.js';
import type { Programme } from '../../policy/rule-pack.js';
import { bondRecipe, grantRecipe } from './award.recipes.js';
import { AccountRecipes } from './account-recipes.js';
import { FindingRecipes } from './finding-recipes.js';
import { drawRecipe, forecastRecipe, fundFigure, statementRecipe } from './fund.recipes.js';
import { overviewRecipe, type Region, sizeRecipe } from './overview.recipes.js';
import { type Asked, at, beside, is, partAt, ratioOf, raw, type Recipe, sumOf, sumOfParts, term } from './recipe.js';
import { Recorded } from './recorded.js';
import { executionRecipe, fundingRecipe } from './report.recipes.js';
import { SchemeRecipes } from './scheme-recipes.js';
import { shareRecipe } from './share.recipes.js';
import { type MeasuredScheme, splitRecipe } from './split.recipes.js';

/** Which recipe a figure of an answer is made by; what a recipe must know beside the answer is looked up here. */
@Injectable()
export class RecipeBook {
  constructor(
    private readonly reads: ReadDesk,
    private readonly figures: SchemeFigures,
    private readonly shares: HouseholdShares,
    private readonly accounts: AccountRecipes,
    private readonly schemes: SchemeRecipes,
    private readonly findings: FindingRecipes,
    private readonly recorded: Recorded,
    private readonly clock: Clock,
  ) {}

  /** Undefined where a figure is no sum, no fact and no calculation this book knows. */
  async recipeOf(
    path: string,
    parts: readonly string[],
    body: Asked['body'],
    moment: Moment,
    division: string,
  ): Promise<Recipe | undefined> {
    const asked = askedAbout(path, parts, body, moment, division);
    const recipe = await this.made(asked);
    // An amount of a plan may be that of some event by chance: nobody recorded it.
    return recipe ?? (asked.segments[2] === 'funding-plan' ? undefined : this.recorded.recipe(asked));
  }

  private async made(asked: Asked): Promise<Recipe | undefined> {
    const [subject, id = '', view] = asked.segments;
    switch (subject) {
      case 'schemes':
      case 'compounds':
        return this.ofSchemes(asked, subject, id, view);
      case 'contracts':
        return this.schemes.ofList(asked, '', subject);
      case 'grants':
        return this.ofGrants(asked, id);
      case 'bonds':
        return this.ofBonds(asked, id);
      case 'maintenance-funds':
        return this.ofFunds(asked, id, view);
      case 'overview':
        return overviewRecipe(asked, this.region(asked));
      case 'reports':
        return this.ofReports(asked, id);
      case 'findings':
        return this.findings.recipe(asked);
      case 'ledger':
        return ofLedger(asked);
      default:
        return undefined;
    }
  }

  private ofSchemes(
    asked: Asked,
    subject: string,
    id: string,
    view: string | undefined,
  ): Promise<Recipe | undefined> | Recipe | undefined {
    if (view === 'household-shares') return this.ofShares(asked, id);
    if (view === 'funding-plan') return this.schemes.ofPlan(asked, id);
    if (subject === 'schemes' && view !== undefined && view !== 'cost-split')
      return this.schemes.ofList(asked, id, view);
    if (subject === 'compounds' && view === undefined) return this.ofSize(asked, id);
    if (view !== 'cost-split') return undefined;
    const ids = subject === 'schemes' ? [id] : (asked.body['schemes'] as string[]);
    return splitRecipe(
      asked,
      ids.map((one) => this.measured(one, asked.moment)),
    );
  }

  private ofSize(asked: Asked, id: string): Recipe | undefined {
    const { name, parts, row, moment } = asked;
    if (parts.includes('declared') || (name !== 'households' && name !== 'floorAreaM2')) return undefined;
    const size = compoundSizes(this.reads, moment).get(id === '' ? (row['compoundId'] as string) : id);
    return sizeRecipe(name, size ? [size] : []);
  }

  private ofGrants(asked: Asked, id: string): Recipe | undefined {
    const grantId = id === '' ? rowIn(asked)?.['grantId'] : id;
    return typeof grantId === 'string' ? grantRecipe(asked, grantId, (one) => this.family(one)) : undefined;
  }

  private ofBonds(asked: Asked, id: string): Recipe | undefined {
    const bond = id === '' ? rowIn(asked) : asked.body;
    if (bond === undefined) return undefined;
    const bondId = bond['bondId'] as string;
    const { parts, row } = asked;
    if (!parts.includes('periods')) return bondRecipe(asked, bondId);
    // The schedule is calculated from what the bond was issued with (3-calculations.md §9).
    const periods = scheduleOf(bond as unknown as Parameters<typeof scheduleOf>[0]).periods;
    const found = periods.find(({ dueOn }) => dueOn === row['dueOn'])!;
    return {
      kind: 'given',
      arithmetic:
        'interest = outstanding × coupon rate ÷ payments a year, half-up; principal as the repayment says; outstanding = what is left',
      computed: yuan(found[asked.name as 'interest' | 'principal' | 'outstanding']),
      positions: this.recorded.positions([`bond-${bondId}`], asked.moment, ['BondIssued']),
    };
  }

  private async ofFunds(asked: Asked, id: string, view: string | undefined): Promise<Recipe | undefined> {
    if (view === 'sub-accounts' || view === 'books') return this.accounts.recipe(asked, id, view);
    if (view === 'statement') return statementRecipe(asked, id);
    if (view === 'forecast') return forecastRecipe(asked, id);
    if (view === 'draws') {
      const drawId = asked.segments[3] ?? rowIn(asked)?.['drawId'];
      return typeof drawId === 'string' ? drawRecipe(asked, id, drawId) : undefined;
    }
    if (view !== undefined || asked.parts.length !== 1) return undefined;
    const { name } = asked;
    if (name === 'firstDepositRatio')
      return ratioOf(name, [beside(asked, 'balance')], [beside(asked, 'firstDepositTotal')]);
    if (name === 'firstDepositTotal' || name === 'householdsBelowThreshold') return this.accounts.ofAll(asked, id);
    return fundFigure(name, id);
  }

  private async ofReports(asked: Asked, report: string): Promise<Recipe | undefined> {
    const measured = (schemeId: string) => this.measured(schemeId, asked.moment);
    if (report === 'household-notice') return this.ofShares(asked, asked.body['schemeId'] as string);
    const grants = this.grants(asked.moment);
    if (report === 'grant-execution')
      return executionRecipe(asked, measured, (grantId) => grants.get(grantId)?.parentGrantId ?? null);
    if (report !== 'funding-and-arrival') return undefined;
    const programmes = new Map([...grants].map(([grantId, { programme }]) => [grantId, programme]));
    return fundingRecipe(asked, measured, programmes) ?? this.recorded.ofReport(asked);
  }

  private async ofShares(asked: Asked, schemeId: string): Promise<Recipe | undefined> {
    const scheme = this.figures.scheme(schemeId);
    if (!scheme) return undefined;
    const { moment } = asked;
    const today = dayOfMoment(moment, this.clock.now());
    const { rows, shares } = await this.shares.rows(scheme, moment, today);
    const { lines } = await this.shares.at(scheme, moment);
    const due = new Set(lines.filter(({ dueOn }) => dueOn !== undefined && dueOn < today).map(({ lineId }) => lineId));
    const types = ['HouseholdsRegistered', 'HouseholdsCorrected', 'BudgetRevised', 'SchemeApproved', 'ShareAdjusted'];
    const streams = [`compound-${scheme.compoundId}`, `scheme-${schemeId}`];
    return shareRecipe(asked, schemeId, {
      rows,
      shares,
      due,
      positions: this.recorded.positions(streams, moment, types),
    });
  }

  private measured(schemeId: string, moment: Moment): MeasuredScheme {
    return { schemeId, revision: this.figures.measured(schemeId, moment).revision };
  }

  /** What an overview is made over: compounds of the division asked for, in the caller's scope, and their schemes. */
  private region({ body, moment, division }: Asked): Region {
    const sizes = compoundSizes(this.reads, moment);
    const compounds = compoundsAt(this.reads, moment, division)
      .filter((one) => one.division.startsWith(body['divisionCode'] as string))
      .map((one) => ({
        ...one,
        ...(sizes.get(one.compoundId) ?? { households: 0, areaMillionths: 0n, positions: [] }),
      }));
    const known = new Set(compounds.map(({ compoundId }) => compoundId));
    const schemes = this.figures
      .schemesIn(division, moment)
      .filter(({ compoundId }) => known.has(compoundId))
      .map((scheme) => {
        const { split, measured } = this.figures.splitOf(scheme.schemeId, moment);
        const sources = new Set<string>(split.bySource.map(({ source }) => source));
        const workItems = new Set<string>(split.byLine.map(({ workItem }) => workItem));
        return { ...scheme, revision: measured.revision, sources, workItems };
      });
    return { compounds, schemes };
  }

  private family(grantId: string): string[] {
    const sql = `WITH RECURSIVE family(grant_id) AS (
        SELECT ? UNION SELECT g.grant_id FROM subjects_v1_grants g JOIN family f ON g.parent_grant_id = f.grant_id)
      SELECT grant_id AS grantId FROM family`;
    return this.reads.all<{ grantId: string }>(sql, grantId).map((row) => row.grantId);
  }

  private grants(moment: Moment): Map<string, { parentGrantId: string | null; programme: Programme | undefined }> {
    const known = within(moment);
    const sql = `SELECT grant_id AS grantId, parent_grant_id AS parentGrantId, award FROM subjects_v1_grants WHERE ${known.sql}`;
    type Row = { grantId: string; parentGrantId: string | null; award: string };
    return new Map(
      this.reads.all<Row>(sql, ...known.values).map(({ grantId, parentGrantId, award }) => {
        const { programme } = JSON.parse(award) as { programme?: Programme };
        return [grantId, { parentGrantId, programme }];
      }),
    );
  }
}

function askedAbout(
  path: string,
  parts: readonly string[],
  body: Asked['body'],
  moment: Moment,
  division: string,
): Asked {
  const [address = '', search = ''] = path.split('?');
  const segments = address.split('/').slice(2).map(decodeURIComponent);
  const row = at(body, parts.slice(0, -1)) as Asked['row'];
  return {
    path,
    segments,
    query: new URLSearchParams(search),
    parts,
    name: parts.at(-1)!,
    body,
    row,
    moment,
    division,
  };
}

/** The row of a list a figure stands in, however deep. */
const rowIn = ({ body, parts }: Asked): Asked['row'] | undefined =>
  parts[0] === 'items' ? (at(body, parts.slice(0, 2)) as Asked['row'] | undefined) : undefined;

function ofLedger(asked: Asked): Recipe | undefined {
  const { name, body, row, parts } = asked;
  if (name === 'sum') {
    const accounts = (row['accounts'] as object[]).map((_, index) => String(index));
    return sumOfParts(
      name,
      accounts.map((index) => partAt(asked, [...parts.slice(0, -1), 'accounts', index, 'balance'])),
    );
  }
  const account = body['account'] ?? row['account'];
  if (typeof account !== 'string') return undefined;
  const own = is('account', account);
  if (parts[0] !== 'items') return name === 'balance' ? sumOf(name, term('postings', 1, own)) : undefined;
  // An entry is one posting; the balance beside it is that of all postings up to it.
  const place = [row['position'] as number, row['leg'] as number];
  if (name === 'amount') return sumOf(name, term('posting', 1, own, raw('position = ? AND leg = ?', ...place)));
  return name === 'balance'
    ? sumOf(name, term('postings up to this one', 1, own, raw('(position, leg) <= (?, ?)', ...place)))
    : undefined;
}
