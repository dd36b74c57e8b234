import type { Fact } from '../kernel/decider.js';
import { fen, total, yuan } from '../kernel/money.js';
import type { DataOf, FundEvent } from './maintenance-fund-state.decider.js';

type Told = { readonly body: object; readonly location?: string };
type Of<Type extends FundEvent['type']> = { readonly type: Type; readonly data: DataOf<Type> };

/** What a command on a fund made, told from its events alone. */
export function tell(facts: readonly Fact[]): Told {
  const events = facts as unknown as readonly FundEvent[];
  const first = events[0];
  if (!first || first.type === 'EntryReversed') return { body: {} };
  const fund = `/v1/maintenance-funds/${first.data.compoundId}`;
  const location = first.type === 'DrawProposed' ? `${fund}/draws/${first.data.drawId}` : fund;
  const isMade = first.type === 'DrawProposed' || first.type === 'MaintenanceFundOpened';
  const body = { compoundId: first.data.compoundId, ...made(first, events) };
  return isMade ? { body, location } : { body };
}

function made(first: FundEvent, events: readonly FundEvent[]): object {
  switch (first.type) {
    case 'DepositReceived':
      return { amount: sum(of(events, 'DepositReceived')) };
    case 'IncomeCredited':
      return income(of(events, 'IncomeCredited'));
    case 'DrawApproved': {
      const parts = of(events, 'DrawApproved');
      return { drawId: first.data.drawId, amount: sum(parts), shares: parts.flatMap(({ data }) => data.shares) };
    }
    case 'DrawPaid': {
      const shares = of(events, 'DrawPaid').flatMap(({ data }) => data.shares);
      return { drawId: first.data.drawId, amount: sumOf(shares, 'amount'), due: sumOf(shares, 'due') };
    }
    case 'DrawRejected':
      return { drawId: first.data.drawId, released: sum(of(events, 'DrawRejected')) };
    case 'DrawRefunded':
      return { drawId: first.data.drawId, amount: sum(of(events, 'DrawRefunded')) };
    case 'DrawProposed':
    case 'DueCollected':
      return { drawId: first.data.drawId };
    case 'SubAccountTransferred':
      return { householdId: first.data.householdId, balance: first.data.balance };
    case 'SubAccountClosed':
      return { householdId: first.data.householdId, amount: first.data.amount };
    default:
      return {};
  }
}

/** Settlements by their day; income entered by hand is one sum. */
function income(events: readonly Of<'IncomeCredited'>[]): object {
  const settlements = new Map<string, bigint>();
  for (const { data } of events)
    if (data.settlement) {
      const { to } = data.settlement;
      settlements.set(to, (settlements.get(to) ?? 0n) + fen(data.amount));
    }
  if (settlements.size === 0) return { amount: sum(events) };
  const listed = [...settlements].map(([settledOn, interest]) => ({ settledOn, interest: yuan(interest) }));
  return { interest: yuan(total(settlements.values())), settlements: listed };
}

const of = <Type extends FundEvent['type']>(events: readonly FundEvent[], type: Type): Of<Type>[] =>
  events.filter((event) => event.type === type) as unknown as Of<Type>[];

const sum = (events: readonly { readonly data: { readonly amount: string } }[]): string =>
  yuan(total(events.map(({ data }) => fen(data.amount))));

const sumOf = <Name extends string>(shares: readonly { readonly [N in Name]: string }[], name: Name): string =>
  yuan(total(shares.map((share) => fen(share[name]))));
