import type { BusinessDate } from '../kernel/dates.js';
import { fen, type Fen } from '../kernel/money.js';
import type { View } from '../kernel/projection.js';
import type { SchemeEvent } from '../scheme/scheme-state.decider.js';
import { type SchemeView, schemeView } from '../scheme/scheme.projection.js';

type OnLine = { readonly on: BusinessDate; readonly lineId: string; readonly amount: Fen };
/** `contractNo` is null for a payment that names no contract, and undefined for one made by the giver itself. */
type Paid = OnLine & { readonly contractNo: string | null | undefined };
type Contracted = OnLine & { readonly contractNo: string };
type Settled = {
  readonly on: BusinessDate;
  readonly contractNo: string;
  readonly lineId: string;
  readonly audited: Fen;
  readonly retention: Fen;
  readonly retentionDueOn: BusinessDate | null;
};

/** A scheme as it is recorded, and with their dates the facts whose order in time findings depend on. */
export type SchemeFacts = {
  readonly view: SchemeView;
  /** Into the central plan, or out of it. */
  readonly centralPlan: { readonly on: BusinessDate; readonly value: boolean }[];
  readonly paid: Paid[];
  readonly contracted: Contracted[];
  settled: Settled[];
  archiveNo: string | undefined;
};

export const schemeFacts: View<SchemeFacts, SchemeEvent> = {
  initial: (id) => ({
    view: schemeView.initial(id),
    centralPlan: [],
    paid: [],
    contracted: [],
    settled: [],
    archiveNo: undefined,
  }),
  project: (row, event) => {
    schemeView.project(row.view, event);
    if (event.type !== 'EntryReversed') add(row, event, event.data.occurredOn, 1n);
    else for (const entry of event.data.reverses) add(row, entry as unknown as SchemeEvent, event.data.occurredOn, -1n);
    return row;
  },
};

function add(row: SchemeFacts, event: SchemeEvent, on: BusinessDate, sign: 1n | -1n): void {
  switch (event.type) {
    case 'SchemeDrafted':
      row.centralPlan.push({ on, value: event.data.centralPlan });
      break;
    case 'SchemeCorrected': {
      const { centralPlan, archiveNo } = event.data.changes;
      if (centralPlan !== undefined) row.centralPlan.push({ on, value: centralPlan });
      if (archiveNo !== undefined) row.archiveNo = archiveNo;
      break;
    }
    case 'SchemeHandedOver':
      row.archiveNo = event.data.archiveNo ?? row.archiveNo;
      break;
    case 'ContractAwarded':
    case 'ContractChanged':
      for (const { lineId, amount } of event.data.lines)
        row.contracted.push({ on, contractNo: event.data.contractNo, lineId, amount: sign * fen(amount) });
      break;
    case 'ContractSettled':
      settle(row, event.data, on, sign);
      break;
    case 'PaymentMade':
    case 'PaymentRefunded': {
      const { lineId, amount, contractNo = null } = event.data;
      const change = event.type === 'PaymentMade' ? sign * fen(amount) : -sign * fen(amount);
      row.paid.push({ on, lineId, contractNo, amount: change });
      break;
    }
    case 'ContributionReceived':
      if (event.data.form === 'direct-payment')
        row.paid.push({ on, lineId: event.data.lineId!, contractNo: undefined, amount: sign * fen(event.data.amount) });
      break;
  }
}

function settle(
  row: SchemeFacts,
  { contractNo, lines }: Extract<SchemeEvent, { type: 'ContractSettled' }>['data'],
  on: BusinessDate,
  sign: 1n | -1n,
): void {
  for (const { lineId, audited, retention = '0.00', retentionDueOn = null } of lines)
    if (sign === 1n)
      row.settled.push({ on, contractNo, lineId, audited: fen(audited), retention: fen(retention), retentionDueOn });
    else row.settled = row.settled.filter((one) => one.contractNo !== contractNo || one.lineId !== lineId);
}
