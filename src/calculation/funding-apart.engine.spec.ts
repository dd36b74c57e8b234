import { describe, expect, it } from '@jest/globals';
import { type ApartRequest, type Effort, planningAllApart, planningApart } from './funding-apart.engine.js';

function run<Result>(steps: Generator<void, Result, void>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
const planApart = (request: ApartRequest, effort?: Effort) => run(planningApart(request, effort));

/** Sources that may fund every line. */
function apart(money: Record<string, [string | undefined, bigint]>, needs: Record<string, bigint>): ApartRequest {
  const lines = Object.entries(needs).map(([id, amount]) => ({ id, amount }));
  return {
    lines,
    sources: Object.entries(money).map(([id, [programme, amount]]) => ({
      ...{ id, amount, programme, mayFund: lines.map((line) => line.id) },
    })),
  };
}

/** Ten lines of 100 each, and neither programme has whole hundreds: 50 must stay unfunded, which no single plan shows. */
const UNEVEN = apart(
  { m: ['mof', 550n], n: ['ndrc', 450n] },
  Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`l${at}`, 100n])),
);

describe('Two programmes that never fund the same line', () => {
  it('are given the lines they fit, where barring the smaller one would leave a gap', () => {
    const plan = planApart(apart({ m: ['mof', 100n], n: ['ndrc', 60n] }, { a: 60n, b: 100n }));
    expect(plan.assignments).toEqual([
      { sourceId: 'm', lineId: 'b', amount: 100n },
      { sourceId: 'n', lineId: 'a', amount: 60n },
    ]);
    expect(plan.certificate).toBeUndefined();
  });

  it('leave a line short that needs both, and the certificate counts what one of them can give', () => {
    const plan = planApart(apart({ m: ['mof', 60n], n: ['ndrc', 70n] }, { a: 100n }));
    expect(plan.funded).toBe(70n);
    expect(plan.certificate).toEqual({
      ...{ lines: ['a'], sources: ['m', 'n'], needed: 100n, available: 70n, short: 30n },
    });
  });

  it('may be three', () => {
    const money = { m: ['mof', 60n], n: ['ndrc', 60n], x: ['other', 90n] } as const;
    const plan = planApart(apart({ m: [...money.m], n: [...money.n], x: [...money.x] }, { a: 90n, b: 60n }));
    expect(plan.funded).toBe(150n);
  });

  it('share a line where one of them is let through to it', () => {
    const { lines, sources } = apart({ m: ['mof', 60n], n: ['ndrc', 70n] }, { a: 100n });
    const through = sources.map((source) => (source.id === 'm' ? { ...source, mayMix: new Set(['a']) } : source));
    expect(planApart({ lines, sources: through }).funded).toBe(100n);
  });

  it('keep to what is chosen already', () => {
    const request = apart({ m: ['mof', 100n], n: ['ndrc', 60n] }, { a: 60n, b: 100n });
    const plan = planApart({ ...request, chosen: new Map([['b', 'ndrc']]) });
    expect(plan.assignments).toEqual([
      { sourceId: 'm', lineId: 'a', amount: 60n },
      { sourceId: 'n', lineId: 'b', amount: 60n },
    ]);
  });
});

describe('A search given up', () => {
  it('answers the best plan found without a certificate, and what no plan can exceed', () => {
    const proven = planApart(UNEVEN);
    expect([proven.funded, proven.certificate?.short, proven.fundedAtMost]).toEqual([950n, 50n, undefined]);
    const plan = planApart(UNEVEN, { left: 500 });
    expect([plan.funded, plan.certificate, plan.fundedAtMost]).toEqual([950n, undefined, 1000n]);
  });

  it('is not needed for many lines that are alike: with little effort they are counted, not told apart', () => {
    const alike = apart(
      { m: ['mof', 2_050n], n: ['ndrc', 1_950n] },
      Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`l${at}`, 100n])),
    );
    const plan = planApart(alike);
    expect([plan.funded, plan.certificate?.short, plan.fundedAtMost]).toEqual([3950n, 50n, undefined]);
  });

  it('has its certificate where only the preference among plans was left open', () => {
    const { sources, lines } = apart(
      { c: [undefined, 1_000n], m: ['mof', 330n], n: ['ndrc', 270n] },
      Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`l${at}`, BigInt(70 + at * at)])),
    );
    const request = {
      sources: sources.map((source) => ({ ...source, rank: source.id === 'c' ? 2 : 1 })),
      lines: [...lines, { id: 'nobody', amount: 7n }],
    };
    const plan = planApart(request, { left: 0 });
    expect([plan.certificate?.lines, plan.certificate?.short, plan.fundedAtMost]).toEqual([['nobody'], 7n, undefined]);
    expect(planApart(request).assignments).not.toEqual(plan.assignments);
  });

  it('still looks for a first plan, but not for one that funds everything', () => {
    expect(planApart(UNEVEN, { left: 0 }).funded).toBeGreaterThan(0n);
    const effort = { left: 500 };
    expect(run(planningAllApart(UNEVEN, effort))).toBeUndefined();
    expect(effort.left).toBeLessThanOrEqual(0);
  });

  it('is not needed for forty lines where there is enough of both', () => {
    const lines = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`l${at + 10}`, BigInt(101 + at * 17)]));
    const effort = { left: 10_000 };
    const plan = planApart(apart({ m: ['mof', 9_000n], n: ['ndrc', 20_000n] }, lines), effort);
    expect(plan.unfunded).toEqual([]);
    expect(effort.left).toBeGreaterThan(0);
  });
});
