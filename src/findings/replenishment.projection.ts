import type { BusinessDate } from '../kernel/dates.js';
import { type Fen, larger, total, yuan } from '../kernel/money.js';
import { triggerOf } from '../maintenance-fund/maintenance-fund.projection.js';
import type { Ratio } from '../policy/rule-pack.js';
import type { Raised } from './finding.projection.js';

/** What one day moved on a sub-account. */
export type AccountDay = {
  readonly on: BusinessDate;
  readonly balance: Fen;
  readonly first: Fen;
  readonly establishment: Fen;
};
/** A household's sub-account that is open, and its days where it has to be told since when. */
export type HouseholdAccount = {
  readonly balance: Fen;
  readonly trigger: Fen;
  readonly firstDeposit: Fen;
  readonly requiredFirstDeposit: Fen;
  /** From when it could have been deposited on. */
  readonly start: BusinessDate;
  readonly days: readonly AccountDay[];
};

/**
 * R16: one finding a fund, its amount what all households together have to replenish; the list of them is the fund's own
 * (`sub-accounts?belowThreshold=true`). Since the longest standing of them fell below without coming back.
 */
export function replenishmentDue(compoundId: string, below: readonly HouseholdAccount[], share: Ratio): Raised[] {
  if (below.length === 0) return [];
  const amount = total(below.map(({ trigger, balance }) => larger(trigger - balance, 0n)));
  const since = below.map((one) => belowSince(one, share)).sort()[0]!;
  const percent = percentOf(share);
  return [
    {
      code: 'replenishment-due',
      subject: `maintenanceFund-${compoundId}`,
      amount,
      since,
      detail: {
        zh: `${below.length} 户余额低于首期交存的 ${percent}，应续筹 ${yuan(amount)} 元，最早自 ${since}`,
        en: `${below.length} households hold less than ${percent} of their first deposit and owe ${yuan(amount)} yuan of replenishment, the first since ${since}`,
      },
    },
  ];
}

const percentOf = ([numerator, denominator]: Ratio): string => `${(numerator * 100) / denominator}%`;

function belowSince({ days, start }: HouseholdAccount, share: Ratio): BusinessDate {
  let since: BusinessDate | null = null;
  let balance = 0n;
  for (const { on, basis, moved } of withBasis(days)) {
    balance += moved;
    if (balance >= triggerOf(basis, share)) since = null;
    else since ??= on;
  }
  return since ?? days.at(-1)?.on ?? start;
}

/** Neither a first nor an establishment deposit: there is nothing to take 30 % of. */
export function notEstablished(compoundId: string, without: readonly HouseholdAccount[]): Raised[] {
  if (without.length === 0) return [];
  const amount = total(without.map(({ requiredFirstDeposit }) => requiredFirstDeposit));
  const since = without.map(withoutBasisSince).sort()[0]!;
  return [
    {
      code: 'fund-not-established',
      subject: `maintenanceFund-${compoundId}`,
      amount,
      since,
      detail: {
        zh: `${without.length} 户未交存首期或补建资金，按现行标准应交存 ${yuan(amount)} 元，最早自 ${since}`,
        en: `${without.length} households have neither a first nor an establishment deposit; ${yuan(amount)} yuan are asked for at the rates in force, the first since ${since}`,
      },
    },
  ];
}

/** A deposit that was reversed had established it until then. */
function withoutBasisSince({ days, start }: HouseholdAccount): BusinessDate {
  let since = start;
  let had = false;
  for (const { on, basis } of withBasis(days)) {
    if (had && basis <= 0n) since = on;
    had = basis > 0n;
  }
  return since;
}

/** The basis of R16 at the end of each day: what was received as first deposit, else for the establishment. */
function* withBasis(days: readonly AccountDay[]): Generator<{ on: BusinessDate; basis: Fen; moved: Fen }> {
  let [first, establishment] = [0n, 0n];
  for (const day of days) {
    first += day.first;
    establishment += day.establishment;
    yield { on: day.on, basis: first > 0n ? first : establishment, moved: day.balance };
  }
}
