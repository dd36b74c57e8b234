import fc from 'fast-check';
import { calculateInterest, type InterestQuestion, type InterestRule } from './interest.engine.js';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 1_000);
const outOfRange = expect.objectContaining({ code: 'out-of-range' });

describe('calculateInterest, against a diary', () => {
  const firstDay = Date.UTC(2023, 9, 1);
  const date = (offset: number) => new Date(firstDay + offset * 86_400_000).toISOString().slice(0, 10);
  const questions = fc
    .record({
      rules: fc.tuple(
        ...['2023', '2024', '2025'].map((year) => rule().map((each) => ({ from: `${year}-01-01`, rule: each }))),
      ),
      rates: fc
        .uniqueArray(fc.integer({ min: 1, max: 800 }), { maxLength: 4 })
        .chain((days) =>
          fc.tuple(
            ...['2000-01-01', ...days.map(date)].map((from) =>
              fc.record({ from: fc.constant(from), demand: fc.bigInt(0n, 50_000n), term: fc.bigInt(0n, 50_000n) }),
            ),
          ),
        ),
      dayBasis: fc.constantFrom(null, 360, 365),
      openingBalance: fc.oneof(fc.bigInt(0n, 500n), fc.bigInt(0n, 10n ** 9n)),
      flows: fc.array(
        fc.record({
          occurredOn: fc.integer({ min: 0, max: 700 }).map(date),
          amount: fc.oneof(fc.bigInt(0n, 10n ** 8n), fc.bigInt(-(10n ** 8n), 0n)),
        }),
        { maxLength: 8 },
      ),
    })
    .map((given) => ({ ...given, from: date(0), to: date(700) }));

  it('agrees with a diary kept day by day', () => {
    fc.assert(
      fc.property(questions, (question) => {
        const kept = diary(question);
        if (kept === 'negative') return void expect(() => calculateInterest(question)).toThrow(outOfRange);
        const answer = calculateInterest(question);
        expect(answer.periods.map(({ from, to, interest, closing }) => ({ from, to, interest, closing }))).toEqual(
          kept.periods,
        );
        expect(answer.closingBalance).toBe(kept.closing);
        expect(answer.interest).toBe(answer.periods.reduce((sum, period) => sum + period.interest, 0n));
        for (const { interest, exact, rule: kind } of answer.periods) {
          // One rounding is at most half a fen, two at most a whole one.
          const away = 2n * (interest * exact.denominator - exact.numerator);
          const most = (kind === 'two-tier-annual' ? 2n : 1n) * exact.denominator;
          expect(-most <= away && away <= most).toBe(true);
        }
      }),
      { numRuns },
    );
  });

  it('does not depend on the order of flows and rates', () => {
    fc.assert(
      fc.property(questions, (question) => {
        const turned = { ...question, flows: question.flows.toReversed(), rates: question.rates.toReversed() };
        expect(outcome(turned)).toEqual(outcome(question));
      }),
      { numRuns },
    );
  });
});

function rule(): fc.Arbitrary<InterestRule> {
  return fc.constantFrom('two-tier-annual', 'quarterly-demand');
}

function outcome(question: InterestQuestion) {
  try {
    return calculateInterest(question);
  } catch (error) {
    return error;
  }
}

type Page = { from: string; to: string; interest: bigint; closing: bigint };

/** Both rules as a bookkeeper would do them: one day after the other, each receipt in an envelope of its own. */
function diary(question: InterestQuestion): { periods: Page[]; closing: bigint } | 'negative' {
  const periods: Page[] = [];
  const ruleOn = (day: string) => question.rules.findLast((each) => each.from <= day)!.rule;
  const rateOn = (day: string) =>
    question.rates.filter((rate) => rate.from <= day).reduce((a, b) => (b.from >= a.from ? b : a));
  const nextDay = (day: string) => new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
  /** The first envelope is what was brought forward; `earned` in millionths of a fen × days of a full year. */
  let envelopes = [{ left: question.openingBalance, perFen: 0n }];
  let [balanceDays, start] = [0n, question.from];
  const balance = () => envelopes.reduce((sum, envelope) => sum + envelope.left, 0n);
  for (let day = question.from; day <= question.to; day = nextDay(day)) {
    const rate = rateOn(day);
    for (const envelope of envelopes.slice(1)) envelope.perFen += rate.demand;
    const today = question.flows.filter((each) => each.occurredOn === day);
    for (const { amount } of today) if (amount > 0n) envelopes.push({ left: amount, perFen: 0n });
    for (const { amount } of today) {
      for (let wanted = amount; wanted < 0n; wanted++) {
        const step = -wanted;
        const envelope = envelopes.find((each) => each.left > 0n);
        if (envelope === undefined) return 'negative';
        const taken = envelope.left < step ? envelope.left : step;
        envelope.left -= taken;
        wanted += taken - 1n;
      }
    }
    balanceDays += balance() * rate.demand;
    const quarterly = ruleOn(day) === 'quarterly-demand';
    const yearEnd = day.endsWith('-12-31');
    const leaving = yearEnd && ruleOn(nextDay(day)) !== 'quarterly-demand';
    let interest: bigint | null = null;
    if (quarterly && (/-(03|06|09|12)-20$/.test(day) || leaving)) {
      interest = round(balanceDays, 1_000_000n * BigInt(question.dayBasis ?? 360));
    } else if (!quarterly && yearEnd) {
      const term = rateOn(`${day.slice(0, 4)}-01-01`).term;
      const received = envelopes.slice(1).reduce((sum, each) => sum + each.left * each.perFen, 0n);
      interest =
        round(envelopes[0]!.left * term, 1_000_000n) + round(received, 1_000_000n * BigInt(question.dayBasis ?? 365));
    }
    if (interest === null) continue;
    envelopes = [{ left: balance() + interest, perFen: 0n }];
    balanceDays = 0n;
    periods.push({ from: start, to: day, interest, closing: balance() });
    start = nextDay(day);
  }
  return { periods, closing: balance() };
}

/** Half-up of what is never negative. */
const round = (numerator: bigint, denominator: bigint): bigint =>
  numerator / denominator + ((numerator % denominator) * 2n >= denominator ? 1n : 0n);
