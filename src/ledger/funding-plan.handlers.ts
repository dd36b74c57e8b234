import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { bondDecider } from '../bond/bond.decider.js';
import { permittedFor } from '../grant/allocation.decider.js';
import { grantDecider } from '../grant/grant.decider.js';
import { larger } from '../kernel/money.js';
import { echoed, type Moment } from '../kernel/projection.js';
import type { Question } from '../platform/http/routes.js';
import { ReadDesk } from '../platform/reads/read-desk.js';
import { Slices } from '../platform/slices.js';
import { FUNDING_SOURCES } from '../policy/funding-source.js';
import { COST_AREAS } from '../policy/work-item.js';
import { packOf, schemeDecider } from '../scheme/scheme.decider.js';
import { type PlanMoney, planScheme } from '../scheme/scheme-plan.decider.js';
import type { SchemeState } from '../scheme/scheme-state.decider.js';
import { visible } from './figures.handlers.js';
import type { Split } from './cost-split.projection.js';
import { moneyOfScheme, type PlannedLine, remediesOf, shownPlan } from './funding-plan.projection.js';
import { SchemeFigures } from './scheme-figures.js';

export class GetFundingPlan extends Query<object> {
  constructor(
    readonly schemeId: string,
    readonly asked: Question,
  ) {
    super();
  }
}

/** Who can pay for what is still to be paid, under the scheme's own policy; and if not all of it, why (§5). */
@QueryHandler(GetFundingPlan)
export class GetFundingPlanHandler implements IQueryHandler<GetFundingPlan> {
  constructor(
    private readonly reads: ReadDesk,
    private readonly figures: SchemeFigures,
    private readonly slices: Slices,
  ) {}

  async execute({ schemeId, asked }: GetFundingPlan): Promise<object> {
    const moment = await this.reads.moment(asked);
    const scheme = visible(this.figures.scheme(schemeId), asked);
    const { split, measured } = this.figures.splitOf(schemeId, moment);
    const told = {
      ...{ schemeId, policyId: scheme.policyId, budgetRevision: measured.revision, approved: measured.approved },
      ...echoed(moment),
    };
    const state = await this.known(schemeId, moment);
    if (!state.scheme) return { ...EMPTY, ...told };
    const pack = packOf(state);
    const lines = plannedLines(state, split, measured.revision);
    const money = moneyOfScheme(split, this.figures.sums(schemeId, moment), lines);
    await this.learnOfAllocations(state, moment, money);
    const planned = await this.slices.run(planScheme(state, pack, { money, lines }));
    const remedies = await this.slices.run(remediesOf(pack, planned, lines));
    return { ...shownPlan(pack, planned, money, lines), remedies, ...told };
  }

  /**
   * What a payment would be decided on, by the fold that decides. It takes the log in its own order, so it knows all that
   * was recorded at the moment; how much there was on the business date comes from the postings.
   */
  private async known(schemeId: string, moment: Moment): Promise<SchemeState> {
    const view = { initial: schemeDecider.initial, project: schemeDecider.evolve };
    return (await this.reads.view(`scheme-${schemeId}`, view, { ...moment, asOf: null }))!.row;
  }

  /** A grant's programme and works, and the warnings set aside for a grant or bond, count before its money has come. */
  private async learnOfAllocations(state: SchemeState, moment: Moment, money: readonly PlanMoney[]): Promise<void> {
    const all = { ...moment, asOf: null };
    const grantView = { initial: grantDecider.initial, project: grantDecider.evolve };
    const bondView = { initial: bondDecider.initial, project: bondDecider.evolve };
    const awards = new Map(money.map(({ source, reference }) => [`${source}|${reference}`, { source, reference }]));
    for (const { source, reference } of awards.values()) {
      const kind = FUNDING_SOURCES[source].reference;
      if (reference === null || (kind !== 'grant' && kind !== 'bond')) continue;
      const grant = kind === 'grant' ? (await this.reads.view(`grant-${reference}`, grantView, all))?.row : undefined;
      const { programme, mayFund } = grant?.award ?? {};
      if (grant?.award)
        state.awards.set(reference, { ...(programme ? { programme } : {}), ...(mayFund ? { mayFund } : {}) });
      const sending = grant ?? (await this.reads.view(`bond-${reference}`, bondView, all))?.row;
      for (const costArea of sending ? COST_AREAS : [])
        for (const { rule, lineId } of permittedFor(sending!, state.scheme!.schemeId, costArea).permitted ?? [])
          state.permissions.push({ rule, source, reference, costArea, lineId });
    }
  }
}

/** What is still to be paid on each line of the revision the split is measured on: its budget less what is paid. */
function plannedLines({ revisions }: SchemeState, { byLine }: Split, revision: number | null): PlannedLine[] {
  const lines = revisions.find(({ number }) => number === revision)?.lines;
  return byLine.flatMap(({ lineId, budget, paid }) => {
    const line = lines?.get(lineId);
    return line ? [{ line, need: larger(budget - paid, 0n) }] : [];
  });
}

/** A scheme that was not there yet at the moment asked about. */
const EMPTY = {
  ...{
    funded: '0.00',
    assignments: [],
    unfunded: [],
    unused: [],
    sources: [],
    lines: [],
    explanation: [],
    remedies: [],
  },
};
