import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DeciderRunner, type Outcome } from '../platform/commands/decider-runner.js';
import { following } from '../platform/commands/invocation.js';
import { ProcessRunner } from '../platform/commands/process-runner.js';
import type { RecordedEvent } from '../platform/event-store/codec.js';
import { schemeDecider } from '../scheme/scheme.decider.js';
import { type GrantEvent, grantDecider } from './grant.decider.js';

type Data<Type extends GrantEvent['type']> = Extract<GrantEvent, { type: Type }>['data'];

/**
 * Money on its way from a grant: to a scheme, or down to a child grant. Between the two records it stands in the
 * in-transit account; a crash there is finished from the log.
 */
@Injectable()
export class GrantCrossings implements OnModuleInit {
  constructor(
    private readonly runner: DeciderRunner,
    private readonly processes: ProcessRunner,
  ) {}

  onModuleInit(): void {
    this.processes.register({ types: ['GrantDisbursed'], follow: (event) => this.arriveAtScheme(event) });
    this.processes.register({ types: ['GrantDecomposed'], follow: (event) => this.arriveAtChild(event) });
  }

  private arriveAtScheme(event: RecordedEvent): Promise<Outcome> {
    const {
      grantId,
      source,
      costArea,
      schemeId,
      amount,
      occurredOn,
      programme,
      mayFund,
      permitted,
      voucherNo: _,
    } = event.data as unknown as Data<'GrantDisbursed'>;
    const award = {
      ...(programme ? { programme } : {}),
      ...(mayFund ? { mayFund } : {}),
      ...(permitted ? { permitted } : {}),
    };
    const receipt = {
      schemeId,
      source,
      reference: grantId,
      costArea,
      amount,
      occurredOn,
      crossingId: event.eventId,
      ...award,
    };
    const by = { ...following(event, 'grant-funds-received'), creates: false };
    return this.runner.run(
      schemeDecider,
      schemeId,
      { type: 'ReceiveFunds', of: 'GrantFundsReceived', data: receipt },
      by,
    );
  }

  private arriveAtChild(event: RecordedEvent): Promise<Outcome> {
    const { grantId, childGrantId, divisionCode, amount, inherits, occurredOn, documentNo, documentNoOriginal } =
      event.data as unknown as Data<'GrantDecomposed'>;
    const numbered = { ...(documentNo ? { documentNo } : {}), ...(documentNoOriginal ? { documentNoOriginal } : {}) };
    const { parentGrantId: _, ...award } = inherits;
    const child = {
      ...award,
      ...numbered,
      grantId: childGrantId,
      parentGrantId: grantId,
      divisionCode,
      amount,
      occurredOn,
    };
    const command = { type: 'ReceiveDecomposition' as const, data: child, crossingId: event.eventId };
    return this.runner.run(grantDecider, childGrantId, command, following(event, 'decomposition-received'));
  }
}
