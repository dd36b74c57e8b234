import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DeciderRunner, type Outcome } from '../platform/commands/decider-runner.js';
import { LEGS } from '../entry/crossing-legs.js';
import { following } from '../platform/commands/invocation.js';
import { ProcessRunner } from '../platform/commands/process-runner.js';
import type { RecordedEvent } from '../platform/event-store/codec.js';
import { schemeDecider } from '../scheme/scheme.decider.js';
import type { SchemeEvent } from '../scheme/scheme-state.decider.js';
import { maintenanceFundDecider } from './maintenance-fund.decider.js';
import type { DataOf } from './maintenance-fund-state.decider.js';

type FundsReturned = Extract<SchemeEvent, { type: 'FundsReturned' }>['data'];

/**
 * Money of a draw on its way to its scheme, and what comes back from there. Between the two records it stands in the in-transit account; a crash there
 * is finished from the log.
 */
@Injectable()
export class MaintenanceFundCrossings implements OnModuleInit {
  constructor(
    private readonly runner: DeciderRunner,
    private readonly processes: ProcessRunner,
  ) {}

  onModuleInit(): void {
    this.processes.register({ types: ['DrawPaid'], follow: (event) => this.arriveAtScheme(event) });
    this.processes.register({ types: ['FundsReturned'], follow: (event) => this.arriveBack(event) });
  }

  private async arriveAtScheme(event: RecordedEvent): Promise<Outcome | undefined> {
    const { drawId, schemeId, costArea, amount, part, occurredOn } = event.data as unknown as DataOf<'DrawPaid'>;
    // A payment over thousands of households is one sum of money: its first event sends it.
    if (schemeId === undefined || (part && part.number > 1)) return undefined;
    const receipt = {
      schemeId,
      source: 'maintenance-fund' as const,
      reference: drawId,
      costArea,
      amount: part?.amount ?? amount,
      occurredOn,
      crossingId: event.eventId,
    };
    const by = { ...following(event, LEGS.DrawPaid), creates: false };
    return this.runner.run(
      schemeDecider,
      schemeId,
      { type: 'ReceiveFunds', of: 'MaintenanceFundsReceived', data: receipt },
      by,
    );
  }

  private async arriveBack(event: RecordedEvent): Promise<Outcome | undefined> {
    const { source, reference, schemeId, amount, reason, occurredOn } = event.data as unknown as FundsReturned;
    if (reference === null || source !== 'maintenance-fund') return undefined;
    const { scheme } = (await this.runner.state(schemeDecider, schemeId)).state;
    const data = { drawId: reference, amount, reason, occurredOn, crossingId: event.eventId };
    const by = following(event, LEGS.FundsReturned);
    return this.runner.run(maintenanceFundDecider, scheme!.compoundId, { type: 'ReceiveReturn', data }, by);
  }
}
