import type { Decision } from '../kernel/decider.js';
import { assertNotBefore, assertOpen, type Entry, type Known, type ReversedData } from '../kernel/facts.js';
import { fen, larger, yuan } from '../kernel/money.js';
import { Rejected } from '../kernel/rejection.js';
import { type Check, judge, must } from '../policy/judgement.rules.js';
import type { RulePack } from '../policy/rule-pack.js';
import { withinBudget } from './scheme-budget.decider.js';
import { withinLine } from './scheme-checks.decider.js';
import { keysOf } from './scheme-foundations.decider.js';
import { withinContracts } from './scheme-payment.decider.js';
import {
  amountIn,
  bearerId,
  contracted,
  contractsOn,
  linesOf,
  payable,
  type PoolKey,
  poolId,
  type SchemeEvent,
  type SchemeState,
} from './scheme-state.decider.js';

export type ReversalCommand = {
  readonly type: 'ReverseEntry';
  readonly data: ReversedData;
  readonly known: Known;
  /** The other leg of the crossing is reversed already: this side follows and is never refused. */
  readonly follows?: boolean;
};

const REVERSIBLE: readonly SchemeEvent['type'][] = [
  'FundingPledged',
  'PledgeWithdrawn',
  'ContributionReceived',
  'ContributionRefunded',
  'GrantFundsReceived',
  'BondFundsReceived',
  'MaintenanceFundsReceived',
  'FundsReturned',
  'FundsSubstituted',
  'PaymentMade',
  'PaymentRefunded',
  'ShareAdjusted',
  'ContractAwarded',
  'ContractChanged',
  'ContractSettled',
  'FinalAccountApproved',
];

/** 冲销: once only, dated not before what it reverses, nothing standing on it, and every ceiling still holding after. */
export function reverse(
  state: SchemeState,
  { data, known, follows }: ReversalCommand,
  pack: RulePack,
): Decision<SchemeEvent> {
  if (follows)
    return {
      events: data.reverses.some(({ eventId }) => state.reversed.has(eventId)) ? [] : [{ type: 'EntryReversed', data }],
    };
  for (const { type } of data.reverses)
    if (!REVERSIBLE.includes(type as SchemeEvent['type'])) throw new Rejected('not-reversible');
  assertStanding(state, data.reverses);
  assertOpen(data.occurredOn, known);
  for (const entry of data.reverses) assertNotBefore(data.occurredOn, entry.data.occurredOn);
  const checks = data.reverses.flatMap((entry) => checksOf(state, entry as unknown as SchemeEvent, data.occurredOn));
  const tried = judge(pack, checks, []);
  return { events: [{ type: 'EntryReversed', data }], ...tried };
}

function assertStanding(state: SchemeState, entries: readonly Entry[]): void {
  if (entries.some(({ eventId }) => state.reversed.has(eventId))) throw new Rejected('already-reversed');
  const own = new Set(entries.map(({ eventId }) => eventId));
  const dependents = entries.flatMap((entry) =>
    keysOf(entry as unknown as SchemeEvent).flatMap((key) => [...(state.standsOn.get(key) ?? [])]),
  );
  const left = dependents.filter((eventId) => !own.has(eventId) && !state.reversed.has(eventId));
  if (left.length > 0) throw new Rejected('dependent-entries', { eventIds: [...new Set(left)].reverse() });
}

/** Ceilings that the reversal would make worse. */
function checksOf(state: SchemeState, event: SchemeEvent, on: string): Check[] {
  switch (event.type) {
    case 'ContributionReceived':
      // A direct payment arrived and was spent in one fact: reversed, both go.
      return event.data.form === 'cash' ? [poolHolds(state, event.data, fen(event.data.amount))] : [];
    case 'GrantFundsReceived':
    case 'BondFundsReceived':
    case 'MaintenanceFundsReceived':
      return [poolHolds(state, event.data, fen(event.data.amount))];
    case 'PaymentMade': {
      // What another source has taken over since (归垫) is no longer borne by the one that paid.
      const { lineId, from } = event.data;
      return from.map((part) => {
        const borne = amountIn(state.borneOnLine, bearerId(lineId, part));
        const facts = { source: part.source, asked: part.amount, available: yuan(larger(borne, 0n)) };
        return must('R08', borne >= fen(part.amount), facts);
      });
    }
    case 'PaymentRefunded': {
      const { lineId, costArea, to, amount, contractNo } = event.data;
      const line = linesOf(state).get(lineId)!;
      const contract = contractNo === undefined ? undefined : state.contracts.get(contractNo);
      return [
        ...withinLine(state, line, fen(amount), 'retention'),
        ...withinContracts(state, line, contract, fen(amount), on),
        ...to.map((part) => poolHolds(state, { ...part, costArea }, fen(part.amount))),
      ];
    }
    case 'FundsSubstituted': {
      const { lineId, costArea, from, to, amount } = event.data;
      const borne = amountIn(state.borneOnLine, bearerId(lineId, to));
      return [
        poolHolds(state, { ...from, costArea }, fen(amount)),
        must('R08', borne >= fen(amount), { source: to.source }),
      ];
    }
    case 'ContractAwarded':
      return event.data.lines.flatMap(({ lineId, amount }) =>
        lessContracted(state, event.data, lineId, -fen(amount), on),
      );
    case 'ContractChanged':
      return event.data.lines.flatMap(({ lineId, amount }) =>
        lessContracted(state, event.data, lineId, -fen(amount), on),
      );
    default:
      return [];
  }
}

/** R10 of a contract or a change taken back: what is paid stays within what the contracts on the line then allow. */
function lessContracted(
  state: SchemeState,
  { contractNo }: { contractNo: string },
  lineId: string,
  change: bigint,
  on: string,
): Check[] {
  if (change > 0n) return [withinBudget(linesOf(state), contracted(state), lineId, change)];
  const contract = state.contracts.get(contractNo)!;
  const least = amountIn(contract.paid, lineId);
  const contracts = contractsOn(state, lineId);
  const all = contracts.reduce((sum, one) => sum + payable(one, lineId, on), 0n) + change;
  // Where this was the only fact that names the line, the line is one without a contract and has its own amount.
  const stays = contracts.length > 1 || (contract.named.get(lineId) ?? 0) > 1;
  return [
    must('R10', amountIn(contract.lines, lineId) + change >= least, { lineId, contractNo, least: yuan(least) }),
    must('R10', !stays || all >= amountIn(state.paidOnLine, lineId), { lineId, contractNo }),
  ];
}

/** R08: what a pool has paid stays covered by what it has received. */
function poolHolds(state: SchemeState, key: PoolKey, less: bigint): Check {
  const pool = state.pools.get(poolId(key));
  const available = (pool?.received ?? 0n) - (pool?.paid ?? 0n);
  const facts = {
    source: key.source,
    costArea: key.costArea,
    asked: yuan(less),
    available: yuan(available < 0n ? 0n : available),
  };
  return must('R08', available >= less, facts);
}
