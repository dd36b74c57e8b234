import fc from 'fast-check';
import { fundingNetwork, type Network } from './funding-network.engine.js';
import { cheapestFlow, type Optimum } from './network-simplex.engine.js';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 1_000);

/** Small amounts and few ranks: most pivots move nothing, and many trees are equally cheap. */
const networks = (most: number): fc.Arbitrary<Network> => {
  const amount = fc.integer({ min: 1, max: 6 });
  return fc.array(amount, { maxLength: most }).chain((needs) => {
    const supply = fc.record({
      amount,
      degree: fc.integer({ min: 0, max: 3 }),
      pairs: fc.subarray(needs.map((_, line) => line)).chain((lines) =>
        fc.record({
          lines: fc.constant(lines),
          ranks: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: lines.length, maxLength: lines.length }),
        }),
      ),
    });
    return fc.array(supply, { maxLength: most }).map((supplies) =>
      fundingNetwork(
        supplies.map(({ pairs, ...rest }) => ({ ...rest, ...pairs })),
        needs,
      ),
    );
  });
};

function solved(network: Network): { optimum: Optimum; steps: number } {
  const steps = cheapestFlow(network);
  for (let count = 0; ; count++) {
    const step = steps.next();
    if (step.done) return { optimum: step.value, steps: count };
  }
}

/** What makes a flow a cheapest one (complementary slackness), each condition counted where it fails. */
function faults({ tails, heads, costs, amounts, sources }: Network, { flows, potentials }: Optimum) {
  const balance = Array.from(amounts, (amount, node) => (node < sources ? amount : -amount));
  let [negative, improvable, wasteful] = [0, 0, 0];
  flows.forEach((flow, arc) => {
    const [tail, head] = [tails[arc]!, heads[arc]!];
    const reduced = costs[arc]! + potentials[tail]! - potentials[head]!;
    // Written so that what is no number is a fault.
    if (!(flow >= 0)) negative++;
    if (!(reduced >= 0)) improvable++;
    if (flow > 0 && !(reduced <= 0)) wasteful++;
    if (tail < balance.length) balance[tail]! -= flow;
    if (head < balance.length) balance[head]! += flow;
  });
  return { negative, improvable, wasteful, unbalanced: balance.filter((left) => left !== 0).length };
}
const none = { negative: 0, improvable: 0, wasteful: 0, unbalanced: 0 };

describe('cheapestFlow', () => {
  it('sends every fen, and proves by its potentials that no way is cheaper', () => {
    fc.assert(
      fc.property(fc.oneof(networks(4), networks(12)), (network) => {
        expect(faults(network, solved(network).optimum)).toEqual(none);
      }),
      { numRuns },
    );
  });

  it('does so for 30 sources and 30 lines, with trees deep and shallow', () => {
    for (const spread of [1, 2, 7]) {
      // Source s may fund every `spread`-th line; ranks and amounts that repeat, and that do not.
      const supplies = Array.from({ length: 30 }, (_, s) => {
        const lines = Array.from({ length: 30 }, (_, line) => line).filter((line) => (line + s) % spread === 0);
        return { amount: 1 + ((s * 37) % 50), degree: s % 4, lines, ranks: lines.map((line) => (s * line) % 11) };
      });
      const network = fundingNetwork(
        supplies,
        Array.from({ length: 30 }, (_, line) => 1 + ((line * 23) % 40)),
      );
      expect(faults(network, solved(network).optimum)).toEqual(none);
    }
  });

  it('does so where leaves and inner nodes lie equally deep and most pivots move nothing', () => {
    // Found by a search for networks that lose their way where the depth of a leaf is one off, or old.
    const supply = (amount: number, degree: number, ranks: Record<number, number>) => ({
      ...{ amount, degree, lines: Object.keys(ranks).map(Number), ranks: Object.values(ranks) },
    });
    const even = [
      ...[
        supply(1, 0, { 0: 0, 1: 3, 3: 2, 4: 0 }),
        supply(1, 1, { 0: 3, 2: 1, 3: 1, 4: 1 }),
        supply(1, 1, { 2: 1, 5: 3 }),
      ],
      ...[supply(1, 2, { 0: 1, 4: 1, 5: 2 }), supply(1, 2, { 0: 2, 1: 1, 2: 2, 4: 0, 5: 1 })],
      supply(1, 1, { 0: 0, 2: 3, 4: 1 }),
    ];
    const uneven = [
      ...[supply(4, 0, { 0: 1, 2: 2, 3: 0, 4: 1, 5: 1 }), supply(4, 1, { 0: 3, 3: 0, 4: 1, 5: 0 })],
      ...[supply(1, 2, { 0: 0, 1: 0, 2: 3, 3: 3, 4: 3, 5: 1 }), supply(4, 1, { 0: 3, 3: 3, 5: 1 })],
      supply(1, 2, { 0: 2, 2: 3, 3: 3, 5: 0 }),
    ];
    for (const network of [fundingNetwork(even, [1, 1, 1, 1, 1, 1]), fundingNetwork(uneven, [4, 2, 4, 1, 3, 1])]) {
      expect(faults(network, solved(network).optimum)).toEqual(none);
    }
  });

  it('lets others have a turn: after some thousand pivots, and not after each', () => {
    // 3,000 sources, a line for each: as many pivots, each weighing 100 and the block of √9,000 arcs it looked at.
    const count = 3_000;
    const { steps, optimum } = solved(
      fundingNetwork(
        Array.from({ length: count }, (_, line) => ({ amount: 1, degree: 1, lines: [line], ranks: [1] })),
        Array.from({ length: count }, () => 1),
      ),
    );
    expect([...optimum.flows.slice(0, count)]).toEqual(Array.from({ length: count }, () => 1));
    expect(steps).toBeGreaterThanOrEqual(1);
    expect(steps).toBeLessThan(count / 10);
  });
});
