import { fundingNetwork } from './funding-network.engine.js';

describe('fundingNetwork', () => {
  it('has an arc for every pair, every source and every line, each cost as the criteria weigh', () => {
    // Sources 0 and 1, lines 2 and 3, root 4. A rank weighs 1 + the largest degree = 3; a fen left unfunded weighs
    // (min(2, 2) + 1) × 7 × 3 + 3 = 66; a source that keeps a fen saves its degree.
    const network = fundingNetwork(
      [
        { amount: 10, degree: 2, lines: [0, 1], ranks: [3, 1] },
        { amount: 5, degree: 1, lines: [1], ranks: [7] },
      ],
      [4, 9],
    );
    expect(network).toEqual({
      sources: 2,
      lines: 2,
      pairs: 3,
      tails: Int32Array.of(0, 0, 1, 0, 1, 4, 4),
      heads: Int32Array.of(2, 3, 3, 4, 4, 2, 3),
      costs: Float64Array.of(9, 3, 21, -2, -1, 66, 66),
      amounts: Float64Array.of(10, 5, 4, 9),
    });
  });

  it.each([
    // (1 + 1) × 5 × 4 + 4: a simple cycle passes one source, or one line, once.
    [1, 3],
    [3, 1],
  ])('of %i sources and %i lines bounds a cycle by the fewer', (sources, lines) => {
    const supply = { amount: 1, degree: 3, lines: [0], ranks: [5] };
    const needs = Array.from({ length: lines }, () => 1);
    const { costs } = fundingNetwork(
      Array.from({ length: sources }, () => supply),
      needs,
    );
    expect([...costs].slice(-lines)).toEqual(needs.map(() => 44));
  });

  it('of nothing is empty', () => {
    expect(fundingNetwork([], [])).toMatchObject({ sources: 0, lines: 0, pairs: 0, tails: new Int32Array(0) });
  });
});
