import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { dateOf } from '../kernel/dates.js';
import { type Fen, smaller } from '../kernel/money.js';
import { dayOfMoment, type Moment } from '../kernel/projection.js';
import { AwardFigures } from '../ledger/award-figures.js';
import { SchemeFigures, type SchemeRow } from '../ledger/scheme-figures.js';
import { Clock } from '../platform/clock.js';
import { ReadDesk, within } from '../platform/reads/read-desk.js';
import { nextTurn } from '../platform/slices.js';
import { CHANGZHI_2020 } from '../policy/changzhi-2020.rules.js';
import type { FundingSource } from '../policy/funding-source.js';
import { policyById } from '../policy/policies.rules.js';
import type { RulePack } from '../policy/rule-pack.js';
import { bondFacts, coverageBelow } from './bond-findings.projection.js';
import { eligibilityChanged, noFund, registerHistory } from './compound-findings.projection.js';
import { type Day, type Finding, type Raised, told } from './finding.projection.js';
import { carryOverDiffers, carryOverDue, lapseDue, notAllocated, notRegistered } from './grant-findings.projection.js';
import { FundFindings } from './fund-findings-reader.js';
import { grantFacts } from './grant-facts.projection.js';
import { contributionsUndecided } from './owners-decision.projection.js';
import { schemeFacts } from './scheme-facts.projection.js';
import {
  aboveFirstApproval,
  centralPlanFalls,
  type DatedSum,
  gapsAtStart,
  handoverMissing,
  lateSettlements,
} from './scheme-life.projection.js';
import {
  aboveBudget,
  abovePromised,
  type Arrival,
  idleFunds,
  type SchemeMoney,
  unpaidPledges,
} from './scheme-money.projection.js';

/** A finding with the division of its subject, and every division it may be read in. */
export type Placed = { readonly finding: Finding; readonly division: string; readonly scopes: readonly string[] };

const CACHED_ANSWERS = 8;
/** After so many subjects other requests get their turn. */
const SUBJECTS_A_TURN = 20;
const EVERYWHERE = '*';

type Asking = {
  readonly moment: Moment;
  readonly today: string;
  readonly through: string;
  readonly rulesAt?: RulePack;
};

/** Looks through everything recorded for what a rule would have otherwise. Nothing is stored: the cause gone, so is it. */
@Injectable()
export class FindingsReader {
  private readonly answers = new LRUCache<string, readonly Placed[]>({ max: CACHED_ANSWERS });

  constructor(
    private readonly reads: ReadDesk,
    private readonly schemes: SchemeFigures,
    private readonly awards: AwardFigures,
    private readonly funds: FundFindings,
    private readonly clock: Clock,
  ) {}

  /** The day deadlines are measured on. */
  today(moment: Moment): string {
    return dayOfMoment(moment, this.clock.now());
  }

  /** Everything that stands at the moment, under each scheme's own pack or under the one given. */
  async all(moment: Moment, rulesAt: RulePack | undefined): Promise<readonly Placed[]> {
    const today = this.today(moment);
    const key = [moment.position, moment.asOf, today, rulesAt?.id].join('|');
    const known = this.answers.get(key);
    if (known) return known;
    const asking: Asking = { moment, today, through: this.through(moment, today), ...(rulesAt ? { rulesAt } : {}) };
    const found = await this.reads.steadily(moment, async () => [
      ...(await this.ofSchemes(asking)),
      ...(await this.ofGrants(asking)),
      ...(await this.ofBonds(asking)),
      ...(await this.ofFunds(asking)),
    ]);
    this.answers.set(key, found);
    return found;
  }

  /** The day facts count up to: the date asked for, else that of whatever is recorded. */
  through({ asOf, position }: Moment, today: string): string {
    if (asOf !== null) return asOf;
    const sql = 'SELECT max(occurred_on) AS newest FROM log_v1_events WHERE position <= ?';
    const newest = this.reads.get<{ newest: string | null }>(sql, position)?.newest ?? today;
    return newest > today ? newest : today;
  }

  private async ofSchemes(asking: Asking): Promise<Placed[]> {
    const { moment } = asking;
    const found: Placed[] = [];
    const corrected = this.streamsWith('CompoundCorrected', moment);
    const funds = this.streamsWith('MaintenanceFundOpened', moment);
    const finished = new Map<string, { on: string; scheme: SchemeRow }>();
    for (const [index, { schemeId }] of this.schemes.schemesIn(EVERYWHERE, moment).entries()) {
      if (index % SUBJECTS_A_TURN === 0) await nextTurn();
      const scheme = this.schemes.scheme(schemeId)!;
      const day = dayOf(asking, scheme.policyId);
      const money = await this.money(scheme, moment);
      const raised = [...this.ofScheme(money, day, moment)];
      if (corrected.has(`compound-${scheme.compoundId}`)) {
        const { row } = (await this.reads.view(`compound-${scheme.compoundId}`, registerHistory, moment))!;
        raised.push(...eligibilityChanged(scheme, row, day));
      }
      found.push(...placed(raised, day, scheme.division, [scheme.division]));
      const on = money.facts.view.dates['acceptedOn'];
      const before = finished.get(scheme.compoundId);
      if (on !== undefined && (!before || on < before.on)) finished.set(scheme.compoundId, { on, scheme });
    }
    for (const [compoundId, { on, scheme }] of finished) {
      const raised = noFund(compoundId, on, funds.has(`maintenanceFund-${compoundId}`));
      found.push(...placed(raised, dayOf(asking, scheme.policyId), scheme.division, [scheme.division]));
    }
    return found;
  }

  private async money({ schemeId }: SchemeRow, moment: Moment): Promise<SchemeMoney> {
    const facts = (await this.reads.view(`scheme-${schemeId}`, schemeFacts, moment))!.row;
    const { split, measured } = this.schemes.splitOf(schemeId, moment);
    const hasMoney = split.bySource.some(({ received, paid }) => received > paid);
    const arrivals = hasMoney ? this.arrivals(schemeId, moment) : [];
    return { schemeId, facts, split, approved: measured.approved, arrivals };
  }

  private ofScheme(money: SchemeMoney, day: Day, moment: Moment): Raised[] {
    const hasStarted = money.facts.view.dates['startedOn'] !== undefined;
    return [
      ...idleFunds(money, day),
      ...unpaidPledges(money),
      ...contributionsUndecided(money, day),
      ...abovePromised(money, day),
      ...aboveBudget(money, day),
      ...lateSettlements(money, day),
      ...(hasStarted ? gapsAtStart(money, this.sumsByDay(money.schemeId, moment), day) : []),
      ...centralPlanFalls(money, day),
      ...aboveFirstApproval(money),
      ...handoverMissing(money, day),
    ];
  }

  /** What arrived at a scheme, entry by entry, in the order it was recorded. */
  private arrivals(schemeId: string, moment: Moment): Arrival[] {
    const at = within(moment, 'p.');
    const sql = `SELECT p.source AS source, p.reference AS reference, p.cost_area AS costArea, p.occurred_on AS "on",
        p.amount AS amount, e.type = 'EntryReversed' AS reversal
      FROM ledger_v1_postings p JOIN log_v1_events e ON e.position = p.position
      WHERE p.scheme_id = ? AND p.measure = 'received' AND ${at.sql} ORDER BY p.position, p.leg`;
    type Row = Omit<Arrival, 'isReversal'> & { reversal: bigint };
    return this.reads
      .exact<Row>(sql, schemeId, ...at.values)
      .map(({ reversal, ...row }) => ({ ...row, isReversal: reversal === 1n }));
  }

  private sumsByDay(schemeId: string, moment: Moment): DatedSum[] {
    const at = within(moment);
    const sql = `SELECT occurred_on AS "on", measure, source, reference, cost_area AS costArea, line_id AS lineId, item,
        sum(amount) AS amount
      FROM ledger_v1_postings
      WHERE scheme_id = ? AND measure IN ('budget', 'committed', 'pledged', 'received', 'inKind') AND ${at.sql}
      GROUP BY occurred_on, measure, source, reference, cost_area, line_id, item`;
    return this.reads.exact<DatedSum>(sql, schemeId, ...at.values);
  }

  private async ofGrants(asking: Asking): Promise<Placed[]> {
    const { moment } = asking;
    const at = within(moment);
    const sql = `SELECT grant_id AS grantId, division, source FROM subjects_v1_grants WHERE ${at.sql} ORDER BY grant_id`;
    const rows = this.reads.all<{ grantId: string; division: string; source: FundingSource }>(sql, ...at.values);
    const day = dayOf(asking, CHANGZHI_2020.id);
    const found: Placed[] = [];
    for (const [index, { grantId, division, source }] of rows.entries()) {
      if (index % SUBJECTS_A_TURN === 0) await nextTurn();
      const facts = (await this.reads.view(`grant-${grantId}`, grantFacts, moment))!.row;
      const { award } = facts.state;
      if (!award) continue;
      const paid = (position: number): Fen => {
        const end = dateOf(award.fiscalYear, 12, 31);
        const asOf = moment.asOf !== null && moment.asOf < end ? moment.asOf : end;
        return this.awards.paid(source, grantId, { ...moment, asOf, position });
      };
      const { carriedOver } = facts;
      const paidInYear = paid(moment.position);
      const paidAsRead = carriedOver
        ? paid(Number(smaller(BigInt(carriedOver.readPosition), BigInt(moment.position))))
        : paidInYear;
      const grant = { grantId, facts, figures: this.awards.of(grantId, moment), paidInYear, paidAsRead };
      const raised = [
        ...notAllocated(grant, day),
        ...notRegistered(grant, day),
        ...carryOverDue(grant, day),
        ...carryOverDiffers(grant),
        ...lapseDue(grant, day),
      ];
      found.push(...placed(raised, day, division, raised.length === 0 ? [] : this.scopes(grantId)));
    }
    return found;
  }

  private async ofBonds(asking: Asking): Promise<Placed[]> {
    const day = dayOf(asking, CHANGZHI_2020.id);
    const found: Placed[] = [];
    for (const stream of this.streamsWith('BondIssued', asking.moment)) {
      const facts = (await this.reads.view(stream, bondFacts, asking.moment))!.row;
      const bondId = stream.slice('bond-'.length);
      const raised = coverageBelow(bondId, facts, day);
      found.push(...placed(raised, day, this.divisionOf(stream), this.scopes(`bond:${bondId}`)));
    }
    return found;
  }

  private async ofFunds(asking: Asking): Promise<Placed[]> {
    const found: Placed[] = [];
    for (const stream of this.streamsWith('MaintenanceFundOpened', asking.moment)) {
      await nextTurn();
      const compoundId = stream.slice('maintenanceFund-'.length);
      const day = dayOf(asking, this.funds.policyOf(compoundId));
      const raised = await this.funds.of(compoundId, asking.moment, day);
      const division = this.divisionOf(stream);
      found.push(...placed(raised, day, division, [division]));
    }
    return found;
  }

  private divisionOf(stream: string): string {
    const sql = 'SELECT division FROM subjects_v1_streams WHERE stream = ?';
    return this.reads.get<{ division: string }>(sql, stream)!.division;
  }

  /** Divisions a grant or bond is readable in: its own, and those it is decomposed or allocated to. */
  private scopes(awardId: string): string[] {
    const sql = 'SELECT division FROM subjects_v1_grant_scopes WHERE grant_id = ?';
    return this.reads.all<{ division: string }>(sql, awardId).map(({ division }) => division);
  }

  private streamsWith(type: string, moment: Moment): Set<string> {
    const at = within(moment);
    const sql = `SELECT DISTINCT stream FROM log_v1_events WHERE type = ? AND ${at.sql} ORDER BY stream`;
    return new Set(this.reads.all<{ stream: string }>(sql, type, ...at.values).map(({ stream }) => stream));
  }
}

const dayOf = ({ today, through, rulesAt }: Asking, policyId: string): Day => ({
  ...{ today, through },
  pack: rulesAt ?? policyById(policyId) ?? CHANGZHI_2020,
});

const placed = (raised: readonly Raised[], { pack }: Day, division: string, scopes: readonly string[]): Placed[] =>
  raised.map((one) => ({ finding: told(one, pack), division, scopes }));
