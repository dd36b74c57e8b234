import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DeciderRunner, type Outcome } from '../platform/commands/decider-runner.js';
import { following } from '../platform/commands/invocation.js';
import { ProcessRunner } from '../platform/commands/process-runner.js';
import type { RecordedEvent } from '../platform/event-store/codec.js';
import { schemeDecider } from '../scheme/scheme.decider.js';
import type { DataOf } from './maintenance-fund-state.decider.js';

/**
 * Money of a draw on its way to its scheme. Between the two records it stands in the in-transit account; a crash there
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
  }

  private async arriveAtScheme(event: RecordedEvent): Promise<Outcome | undefined> {
    const { drawId, schemeId, costArea, amount, part, occurredOn } = event.data as unknown as DataOf<'DrawPaid'>;
    // A payment over thousands of households is one sum of money: its last event sends it.
    if (schemeId === undefined || (part && part.number < part.of)) return undefined;
    const receipt = {
      schemeId,
      source: 'maintenance-fund' as const,
      reference: drawId,
      costArea,
      amount: part?.amount ?? amount,
      occurredOn,
      crossingId: event.eventId,
    };
    const by = { ...following(event, 'maintenance-funds-received'), creates: false };
    return this.runner.run(
      schemeDecider,
      schemeId,
      { type: 'ReceiveFunds', of: 'MaintenanceFundsReceived', data: receipt },
      by,
    );
  }
}
