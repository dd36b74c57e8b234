import { Injectable } from '@nestjs/common';
import { inScope } from '../kernel/ids.js';
import type { Unknown } from '../kernel/rejection.js';
import { GrantReading } from '../ledger/grant-reading.js';
import { DeciderRunner } from '../platform/commands/decider-runner.js';
import type { Invocation } from '../platform/commands/invocation.js';
import type { Programme } from '../policy/rule-pack.js';
import { packOf, schemeDecider } from '../scheme/scheme.decider.js';
import { paidByProgramme } from '../scheme/scheme-evolve.decider.js';
import { linesOf, type SchemeState } from '../scheme/scheme-state.decider.js';
import type { SchemeFacts } from './allocation.decider.js';

/** Reads of a scheme what the money on its way there must be decided by. */
@Injectable()
export class SchemeReading {
  constructor(
    private readonly runner: DeciderRunner,
    private readonly ledger: GrantReading,
  ) {}

  async facts(
    { schemeId, lineId }: { schemeId: string; lineId?: string },
    programme: Programme | undefined,
    { caller }: Invocation,
  ): Promise<{ facts: SchemeFacts; unknown?: Unknown }> {
    const { state } = await this.runner.state(schemeDecider, schemeId);
    if (!state.scheme || !inScope(caller.division, state.scheme.divisionCode))
      return { facts: {} as SchemeFacts, unknown: { subject: 'scheme', pointer: '/schemeId' } };
    const lines = linesOf(state);
    const line = lineId === undefined ? undefined : lines.get(lineId);
    const facts: SchemeFacts = {
      schemeId,
      divisionCode: state.scheme.divisionCode,
      pack: packOf(state),
      centralPlan: state.scheme.centralPlan,
      workItems: state.revisions.length === 0 ? null : [...lines.values()].map(({ workItem }) => workItem),
      otherProgramme: lineId !== undefined && (await this.otherProgramme(state, lineId, programme)),
      ...(line ? { line } : {}),
    };
    if (lineId !== undefined && !line) return { facts, unknown: { subject: 'line', pointer: '/lineId' } };
    return { facts };
  }

  /** R11 as known now: the other programme has marked the line by an allocation, or paid on it. */
  private async otherProgramme(state: SchemeState, lineId: string, programme: Programme | undefined): Promise<boolean> {
    if (programme === undefined) return false;
    const other = programme === 'mof' ? 'ndrc' : 'mof';
    if (paidByProgramme(state, lineId, other) > 0n) return true;
    return (await this.ledger.marked(state.scheme!.schemeId, lineId, other)) > 0n;
  }
}
