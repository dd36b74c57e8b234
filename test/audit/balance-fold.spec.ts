import { BalanceFold } from '../../src/audit/replay.js';
import { eventCatalogue } from '../../src/event-catalogue.js';
import type { StoredEvent } from '../../src/platform/event-store/event-store.js';

const CATALOGUE = eventCatalogue();
/** 2^53 − 1: beyond it not every integer is a number. */
const LARGEST_EXACT = 9_007_199_254_740_991n;

const stored = (type: string, amount: string, position: number, occurredOn: string): StoredEvent => ({
  ...{ position, revision: position - 1, stream: 'scheme-s1', type, eventId: '', metadata: '{"schemaVersion":1}' },
  data: JSON.stringify({
    ...{ schemeId: 's1', pledgeId: 'p1', source: 'enterprise', reference: null, costArea: 'public-area' },
    ...{ amount, occurredOn },
  }),
});

/** What the pledge stands at after these facts, + pledged and − withdrawn. */
function pledged(...facts: readonly `${'+' | '-'}${string}`[]): bigint | undefined {
  const fold = new BalanceFold(CATALOGUE, '2026-12-31');
  facts.forEach((fact, index) =>
    fold.add(stored(fact.startsWith('+') ? 'FundingPledged' : 'PledgeWithdrawn', fact.slice(1), index + 1, DAY)),
  );
  const balances = fold.finish();
  const balance = balances.get('commitment\tcommitment:pledge:s1:p1');
  expect(balances.get('commitment\tcommitment:pledger:enterprise')).toBe(balance === undefined ? balance : -balance);
  return balance;
}
const DAY = '2026-12-31';

describe('balances of a replay are exact to the fen', () => {
  // Nine of the largest amounts are 8 999 999 999 999 991 fen.
  const nine = Array.from({ length: 9 }, () => '+9999999999999.99' as const);

  it('up to the largest number that is exact, and beyond it', () => {
    expect(pledged(...nine)).toBe(8_999_999_999_999_991n);
    expect(pledged(...nine, '+71992547410.00')).toBe(LARGEST_EXACT);
    expect(pledged(...nine, '+71992547410.00', '+0.01')).toBe(LARGEST_EXACT + 1n);
    // 2^53 + 1 is no number.
    expect(pledged(...nine, '+71992547410.00', '+0.01', '+0.01')).toBe(LARGEST_EXACT + 2n);
    expect(pledged(...nine, ...nine, '+0.01')).toBe(17_999_999_999_999_983n);
  });

  it('and back again', () => {
    expect(pledged(...nine, '+71992547410.00', '+0.02', '-0.01')).toBe(LARGEST_EXACT + 1n);
    expect(pledged(...nine, ...nine, '-9999999999999.99', '-0.01')).toBe(16_999_999_999_999_982n);
  });

  it('also where one amount is no number, though the sum would be', () => {
    // 2^53 + 1 fen, which a number would take for 2^53.
    expect(pledged('+0.10', '-90071992547409.93')).toBe(-9_007_199_254_740_983n);
    expect(pledged('+90071992547409.93', '-90071992547409.92')).toBe(1n);
  });

  it('and what came to zero was moved all the same', () => {
    expect(pledged('+0.01', '-0.01')).toBe(0n);
    expect(pledged()).toBeUndefined();
  });

  it('until the end of the day asked for', () => {
    const fold = new BalanceFold(CATALOGUE, DAY);
    fold.add(stored('FundingPledged', '1.00', 1, DAY));
    fold.add(stored('FundingPledged', '2.00', 2, '2027-01-01'));
    expect(fold.finish().get('commitment\tcommitment:pledge:s1:p1')).toBe(100n);
  });
});
