import { fen, yuan } from '../kernel/money.js';
import type { View } from '../kernel/projection.js';
import type {
  BudgetLine,
  ContributionData,
  PaymentData,
  PledgeData,
  SchemeData,
  SchemeEvent,
  Settlement,
} from './scheme-state.decider.js';

export type SchemeStage =
  'drafted' | 'published' | 'consulted' | 'approved' | 'under-construction' | 'accepted' | 'handed-over';
type Recorded = {
  readonly eventId: string;
  readonly occurredOn: string;
  readonly documentNo?: string | undefined;
  readonly note?: string | undefined;
  readonly reversedOn?: string | undefined;
};
type ContractView = Recorded & {
  readonly contractNo: string;
  readonly contractor: string;
  readonly role: string;
  readonly procurementMethod?: string | undefined;
  readonly lines: Map<
    string,
    { amount: bigint; changed: bigint; paid: bigint; settled?: { submitted: string } & Settlement }
  >;
};
export type SchemeView = {
  scheme?: SchemeData & Recorded;
  stage: SchemeStage;
  readonly dates: Record<string, string>;
  readonly revisions: (Recorded & {
    budgetRevision: number;
    lines: readonly BudgetLine[];
    reason: string;
    recordedBy: string;
    approvedOn: string | null;
  })[];
  approvedRevision: number | null;
  readonly contracts: Map<string, ContractView>;
  readonly pledges: Map<
    string,
    PledgeData & Recorded & { withdrawnOn: string | null; received: bigint; inKind: bigint; fulfilledOn: string | null }
  >;
  readonly contributions: Map<string, ContributionData & Recorded & { refunded: bigint }>;
  readonly payments: Map<string, PaymentData & Recorded & { refunded: bigint }>;
  readonly adjustments: (Recorded & {
    householdId: string;
    lineId: string;
    amount: string;
    reason: string;
    borneBy: { householdId?: string; source?: string };
  })[];
};

const recordedOf = ({ eventId = '', data }: SchemeEvent): Recorded => {
  const { occurredOn, documentNo, note } = data;
  return {
    eventId,
    occurredOn,
    ...(documentNo === undefined ? {} : { documentNo }),
    ...(note === undefined ? {} : { note }),
  };
};

/** Everything recorded about a scheme, as it stood at a moment. */
export const schemeView: View<SchemeView, SchemeEvent> = {
  initial: () => ({
    stage: 'drafted',
    dates: {},
    revisions: [],
    approvedRevision: null,
    contracts: new Map(),
    pledges: new Map(),
    contributions: new Map(),
    payments: new Map(),
    adjustments: [],
  }),
  project: (row, event) => {
    if (event.type === 'EntryReversed') {
      for (const entry of event.data.reverses) takeBack(row, entry as unknown as SchemeEvent, event.data.occurredOn);
      return row;
    }
    projectLife(row, event);
    projectMoney(row, event);
    return row;
  },
};

function projectLife(row: SchemeView, event: SchemeEvent): void {
  const recorded = recordedOf(event);
  switch (event.type) {
    case 'SchemeDrafted':
      row.scheme = { ...event.data, ...recorded };
      row.dates['draftedOn'] = event.data.occurredOn;
      break;
    case 'SchemeCorrected':
      row.scheme = { ...row.scheme!, ...event.data.changes };
      break;
    case 'BudgetRevised': {
      const { budgetRevision, lines, reason, recordedBy } = event.data;
      row.revisions.push({ ...recorded, budgetRevision, lines, reason, recordedBy, approvedOn: null });
      break;
    }
    case 'SchemePublished':
      row.stage = 'published';
      Object.assign(row.dates, { publishedOn: event.data.publishedOn, publicationEndsOn: event.data.endsOn });
      break;
    case 'ConsultationClosed':
      row.stage = 'consulted';
      row.dates['consultationClosedOn'] = event.data.closedOn;
      break;
    case 'SchemeApproved': {
      if (row.approvedRevision === null) row.stage = 'approved';
      row.approvedRevision = event.data.budgetRevision;
      row.dates['approvedOn'] ??= event.data.approvedOn;
      const revision = row.revisions.find(({ budgetRevision }) => budgetRevision === event.data.budgetRevision);
      if (revision) revision.approvedOn = event.data.approvedOn;
      break;
    }
    case 'ConstructionStarted':
      row.stage = 'under-construction';
      row.dates['startedOn'] = event.data.startedOn;
      break;
    case 'AcceptancePassed':
      row.stage = 'accepted';
      row.dates['acceptedOn'] = event.data.occurredOn;
      break;
    case 'FinalAccountApproved':
      row.dates['finalAccountOn'] = event.data.occurredOn;
      break;
    case 'SchemeHandedOver':
      row.stage = 'handed-over';
      row.dates['handedOverOn'] = event.data.occurredOn;
      break;
    case 'ContractAwarded': {
      const { contractNo, contractor, role, procurementMethod, lines } = event.data;
      const amounts = lines.map(
        ({ lineId, amount }) => [lineId, { amount: fen(amount), changed: 0n, paid: 0n }] as const,
      );
      row.contracts.set(contractNo, {
        ...recorded,
        contractNo,
        contractor,
        role,
        procurementMethod,
        lines: new Map(amounts),
      });
      break;
    }
    case 'ContractChanged':
      for (const { lineId, amount } of event.data.lines)
        contractLine(row, event.data.contractNo, lineId).changed += fen(amount);
      break;
    case 'ContractSettled':
      for (const { lineId, submitted, audited, retention = '0.00', retentionDueOn = null } of event.data.lines)
        contractLine(row, event.data.contractNo, lineId).settled = {
          submitted,
          audited: fen(audited),
          retention: fen(retention),
          retentionDueOn,
        };
      break;
  }
}

function contractLine(row: SchemeView, contractNo: string, lineId: string) {
  // A payment may be dated before its contract: at a moment between the two there is no contract to count it on.
  const lines: ContractView['lines'] = row.contracts.get(contractNo)?.lines ?? new Map();
  let line = lines.get(lineId);
  if (!line) lines.set(lineId, (line = { amount: 0n, changed: 0n, paid: 0n }));
  return line;
}

function projectMoney(row: SchemeView, event: SchemeEvent): void {
  const recorded = recordedOf(event);
  switch (event.type) {
    case 'FundingPledged':
      row.pledges.set(event.data.pledgeId, {
        ...event.data,
        ...recorded,
        withdrawnOn: null,
        received: 0n,
        inKind: 0n,
        fulfilledOn: null,
      });
      break;
    case 'PledgeWithdrawn': {
      const pledge = row.pledges.get(event.data.pledgeId);
      if (pledge) pledge.withdrawnOn = event.data.occurredOn;
      break;
    }
    case 'ContributionReceived':
      row.contributions.set(event.data.contributionId, { ...event.data, ...recorded, refunded: 0n });
      onPledge(row, event.data, fen(event.data.amount));
      break;
    case 'ContributionRefunded': {
      const contribution = row.contributions.get(event.data.contributionId);
      if (contribution) contribution.refunded += fen(event.data.amount);
      onPledge(row, event.data, -fen(event.data.amount));
      break;
    }
    case 'PaymentMade':
      row.payments.set(event.data.paymentId, { ...event.data, ...recorded, refunded: 0n });
      if (event.data.contractNo !== undefined)
        contractLine(row, event.data.contractNo, event.data.lineId).paid += fen(event.data.amount);
      break;
    case 'PaymentRefunded': {
      const payment = row.payments.get(event.data.paymentId);
      if (payment) payment.refunded += fen(event.data.amount);
      if (event.data.contractNo !== undefined)
        contractLine(row, event.data.contractNo, event.data.lineId).paid -= fen(event.data.amount);
      break;
    }
    case 'ShareAdjusted': {
      const { householdId, lineId, amount, reason, borneBy } = event.data;
      row.adjustments.push({ ...recorded, householdId, lineId, amount, reason, borneBy });
      break;
    }
  }
}

function onPledge(
  row: SchemeView,
  data: { pledgeId?: string; form: string; occurredOn: string },
  amount: bigint,
): void {
  const pledge = data.pledgeId === undefined ? undefined : row.pledges.get(data.pledgeId);
  if (!pledge) return;
  if (data.form === 'goods' || data.form === 'labour') pledge.inKind += amount;
  else pledge.received += amount;
  const complete = pledge.inKind + pledge.received >= fen(pledge.amount);
  pledge.fulfilledOn = complete ? (pledge.fulfilledOn ?? data.occurredOn) : null;
}

/** A reversed fact stays in its list, marked; what it had added to others is taken back. */
function takeBack(row: SchemeView, { eventId, type, data }: SchemeEvent, on: string): void {
  const mark = <T extends Recorded>(entry: T | undefined) => entry && Object.assign(entry, { reversedOn: on });
  switch (type) {
    case 'FundingPledged':
      mark(row.pledges.get(data.pledgeId));
      break;
    case 'PledgeWithdrawn':
      row.pledges.get(data.pledgeId)!.withdrawnOn = null;
      break;
    case 'ContributionReceived':
      mark(row.contributions.get(data.contributionId));
      onPledge(row, data, -fen(data.amount));
      break;
    case 'ContributionRefunded':
      row.contributions.get(data.contributionId)!.refunded -= fen(data.amount);
      onPledge(row, data, fen(data.amount));
      break;
    case 'PaymentMade':
      mark(row.payments.get(data.paymentId));
      if (data.contractNo !== undefined) contractLine(row, data.contractNo, data.lineId).paid -= fen(data.amount);
      break;
    case 'PaymentRefunded':
      row.payments.get(data.paymentId)!.refunded -= fen(data.amount);
      if (data.contractNo !== undefined) contractLine(row, data.contractNo, data.lineId).paid += fen(data.amount);
      break;
    case 'ContractAwarded':
      mark(row.contracts.get(data.contractNo));
      break;
    case 'ContractChanged':
      for (const { lineId, amount } of data.lines) contractLine(row, data.contractNo, lineId).changed -= fen(amount);
      break;
    case 'ContractSettled':
      for (const { lineId } of data.lines) delete contractLine(row, data.contractNo, lineId).settled;
      break;
    case 'FinalAccountApproved':
      delete row.dates['finalAccountOn'];
      break;
    case 'ShareAdjusted':
      row.adjustments.splice(
        row.adjustments.findIndex((one) => one.eventId === eventId),
        1,
      );
      break;
  }
}

export const shownPledge = (pledge: SchemeView['pledges'] extends Map<string, infer P> ? P : never) => {
  const { received, inKind, fulfilledOn, schemeId: _, ...told } = pledge as typeof pledge & { schemeId?: string };
  const left =
    pledge.withdrawnOn === null && pledge.reversedOn === undefined ? fen(pledge.amount) - received - inKind : 0n;
  return {
    ...told,
    received: yuan(received),
    inKind: yuan(inKind),
    outstanding: yuan(left > 0n ? left : 0n),
    outstandingSince: left > 0n ? pledge.occurredOn : null,
    fulfilledOn,
  };
};

export const shownContract = ({ lines, ...told }: ContractView) => ({
  ...told,
  lines: [...lines].map(([lineId, { amount, changed, paid, settled }]) => ({
    lineId,
    awarded: yuan(amount),
    amount: yuan(amount + changed),
    paid: yuan(paid),
    settled: settled
      ? {
          submitted: settled.submitted,
          audited: yuan(settled.audited),
          retention: yuan(settled.retention),
          retentionDueOn: settled.retentionDueOn,
        }
      : null,
  })),
});
