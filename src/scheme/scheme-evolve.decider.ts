import { fen } from '../kernel/money.js';
import {
  addTo,
  amountIn,
  bear,
  bearerId,
  type From,
  poolOf,
  type SchemeEvent,
  type SchemeState,
} from './scheme-state.decider.js';
import { foundationsOf } from './scheme-foundations.decider.js';
import { revert } from './scheme-revert.decider.js';

/** Folds one fact into what the next decision needs. Owns the state and changes it. */
export function evolve(state: SchemeState, event: SchemeEvent): SchemeState {
  if (event.type === 'EntryReversed') {
    for (const entry of event.data.reverses) {
      revert(state, entry as unknown as SchemeEvent);
      state.reversed.add(entry.eventId);
    }
    return state;
  }
  evolveMoney(state, event);
  evolveLife(state, event);
  rememberPermission(state, event);
  for (const foundation of foundationsOf(event)) {
    const standing = state.standsOn.get(foundation) ?? new Set();
    state.standsOn.set(foundation, standing.add(event.eventId ?? ''));
  }
  return state;
}

function evolveLife(state: SchemeState, event: SchemeEvent): void {
  const { data } = event;
  switch (event.type) {
    case 'SchemeDrafted':
      state.scheme = event.data;
      break;
    case 'SchemeCorrected':
      state.scheme = { ...state.scheme!, ...event.data.changes };
      break;
    case 'BudgetRevised': {
      const { budgetRevision, lines, recordedBy } = event.data;
      state.revisions.push({
        number: budgetRevision,
        lines: new Map(lines.map((line) => [line.lineId, line])),
        recordedBy,
      });
      break;
    }
    case 'SchemePublished':
      state.publication = event.data;
      state.lifecycleOn = event.data.publishedOn;
      break;
    case 'ConsultationClosed':
      state.consultation = event.data;
      state.lifecycleOn = event.data.closedOn;
      break;
    case 'SchemeApproved':
      state.approvedRevision = event.data.budgetRevision;
      state.firstApprovedOn ??= event.data.approvedOn;
      state.lastApprovedOn = event.data.approvedOn;
      if (state.startedOn === undefined) state.lifecycleOn = event.data.approvedOn;
      break;
    case 'ConstructionStarted':
      state.startedOn = event.data.startedOn;
      state.lifecycleOn = event.data.startedOn;
      break;
    case 'AcceptancePassed':
      state.acceptedOn = data.occurredOn;
      state.lifecycleOn = data.occurredOn;
      break;
    case 'AcceptanceFailed':
      state.lifecycleOn = data.occurredOn;
      break;
    case 'FinalAccountApproved':
      state.finalAccountOn = data.occurredOn;
      break;
    case 'SchemeHandedOver':
      state.handedOverOn = data.occurredOn;
      state.lifecycleOn = data.occurredOn;
      break;
    case 'ContractAwarded':
      state.contracts.set(event.data.contractNo, {
        contractNo: event.data.contractNo,
        role: event.data.role,
        awardedOn: data.occurredOn,
        lines: new Map(event.data.lines.map(({ lineId, amount }) => [lineId, fen(amount)])),
        named: new Map(event.data.lines.map(({ lineId }) => [lineId, 1])),
        paid: new Map(),
        settled: new Map(),
        reversed: false,
      });
      break;
    case 'ContractChanged': {
      const contract = state.contracts.get(event.data.contractNo)!;
      for (const { lineId, amount } of event.data.lines) {
        addTo(contract.lines, lineId, fen(amount));
        contract.named.set(lineId, (contract.named.get(lineId) ?? 0) + 1);
      }
      break;
    }
    case 'ContractSettled': {
      const contract = state.contracts.get(event.data.contractNo)!;
      for (const { lineId, audited, retention, retentionDueOn } of event.data.lines)
        contract.settled.set(lineId, {
          audited: fen(audited),
          retention: fen(retention ?? '0.00'),
          retentionDueOn: retentionDueOn ?? null,
        });
      break;
    }
  }
}

function evolveMoney(state: SchemeState, event: SchemeEvent): void {
  switch (event.type) {
    case 'FundingPledged':
      state.pledges.set(event.data.pledgeId, {
        ...event.data,
        pledgedOn: event.data.occurredOn,
        withdrawn: false,
        reversed: false,
      });
      break;
    case 'PledgeWithdrawn':
      state.pledges.get(event.data.pledgeId)!.withdrawn = true;
      break;
    case 'ContributionReceived':
      contributed(state, event.data);
      break;
    case 'ContributionRefunded':
      state.contributions.get(event.data.contributionId)!.refunded += fen(event.data.amount);
      if (event.data.form === 'cash') poolOf(state, event.data).received -= fen(event.data.amount);
      break;
    case 'GrantFundsReceived':
    case 'BondFundsReceived':
    case 'MaintenanceFundsReceived': {
      const { programme, mayFund, permitted = [], ...receipt } = event.data;
      poolOf(state, receipt).received += fen(receipt.amount);
      const award = { ...(programme ? { programme } : {}), ...(mayFund ? { mayFund } : {}) };
      if (receipt.reference !== null) state.awards.set(receipt.reference, award);
      for (const { rule, lineId } of permitted) {
        const { source, reference, costArea } = receipt;
        state.permissions.push({ rule, source, reference, costArea, lineId });
      }
      break;
    }
    case 'FundsReturned':
      poolOf(state, event.data).received -= fen(event.data.amount);
      break;
    case 'PaymentMade': {
      const { paymentId, lineId, costArea, from, amount, contractNo } = event.data;
      state.payments.set(paymentId, {
        ...event.data,
        paidOn: event.data.occurredOn,
        refunded: new Map(),
        reversed: false,
      });
      for (const part of from) bear(state, lineId, costArea, part, fen(part.amount));
      addTo(state.paidOnLine, lineId, fen(amount));
      if (contractNo !== undefined) addTo(state.contracts.get(contractNo)!.paid, lineId, fen(amount));
      break;
    }
    case 'PaymentRefunded': {
      const { paymentId, lineId, costArea, to, amount, contractNo } = event.data;
      const payment = state.payments.get(paymentId)!;
      for (const part of to) {
        bear(state, lineId, costArea, part, -fen(part.amount));
        addTo(payment.refunded, bearerId(lineId, part), fen(part.amount));
      }
      addTo(state.paidOnLine, lineId, -fen(amount));
      if (contractNo !== undefined) addTo(state.contracts.get(contractNo)!.paid, lineId, -fen(amount));
      break;
    }
    case 'FundsSubstituted': {
      const { lineId, costArea, from, to, amount } = event.data;
      bear(state, lineId, costArea, from, -fen(amount));
      bear(state, lineId, costArea, to, fen(amount));
      break;
    }
    case 'ShareAdjusted':
      addTo(state.adjusted, `${event.data.lineId}|${event.data.householdId}`, fen(event.data.amount));
      break;
  }
}

type Contributed = Extract<SchemeEvent, { type: 'ContributionReceived' }>['data'];

function contributed(state: SchemeState, data: Contributed): void {
  state.contributions.set(data.contributionId, { ...data, receivedOn: data.occurredOn, refunded: 0n, reversed: false });
  const amount = fen(data.amount);
  if (data.form === 'cash') poolOf(state, data).received += amount;
  if (data.form !== 'direct-payment') return;
  const pool = poolOf(state, data);
  pool.received += amount;
  pool.paid += amount;
  addTo(state.directOnLine, data.lineId!, amount);
}

/** A warning set aside once covers what follows of the same source, reference and area or line. */
function rememberPermission(state: SchemeState, event: SchemeEvent): void {
  const { data } = event;
  if (!data.override || !('costArea' in data)) return;
  const { costArea } = data;
  const lineId = 'lineId' in data && typeof data.lineId === 'string' ? data.lineId : null;
  for (const { source, reference } of bearersOf(event))
    for (const rule of data.override.rules) state.permissions.push({ rule, source, reference, costArea, lineId });
}

/** Whose money a fact is about. */
function bearersOf({ type, data }: SchemeEvent): readonly Omit<From, 'amount'>[] {
  if (type === 'PaymentMade') return data.from;
  if (type === 'FundsSubstituted') return [data.to];
  return 'source' in data ? [{ source: data.source, reference: data.reference }] : [];
}

/** What residents, operators and grants have borne of a line by programme, net (R11). */
export function paidByProgramme(state: SchemeState, lineId: string, programme: string): bigint {
  let paid = 0n;
  for (const [reference, award] of state.awards)
    if (award.programme === programme)
      paid += amountIn(state.borneOnLine, bearerId(lineId, { source: 'central-grant', reference }));
  return paid;
}
