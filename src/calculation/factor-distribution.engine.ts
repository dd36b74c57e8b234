import { ratio, total, type Fen } from '../kernel/money.js';
import { Rejected } from '../kernel/rejection.js';
import { apportion } from './apportionment.engine.js';
import { unrepeated } from './bounds.js';

/** One factor of the method: `weight` in millionths of the pool. */
export type Factor = {
  readonly name: string;
  readonly weight: bigint;
  /** False: the recipients' coefficients are left out of this factor (财综〔2019〕31号: the performance term). */
  readonly applyCoefficient: boolean;
};

/** `coefficient` in millionths; `values` in millionths, one for each factor, in the order of the factors. */
export type Recipient = { readonly id: string; readonly coefficient: bigint; readonly values: readonly bigint[] };

export type DistributedShare = {
  readonly id: string;
  /** The exact share as a ratio of four places, half-up. Shown ratios need not sum to 1; the amounts do sum. */
  readonly share: string;
  readonly amount: Fen;
};

const ONE = 1_000_000n;
/** The common denominator grows with the factors; no notice read has more than six. */
export const MOST_FACTORS = 100;

/**
 * Distributes a grant by the factor method (3-calculations.md §4): share_i = Σ_k w_k · x_ik·c_i ÷ Σ_j x_jk·c_j, exact;
 * amounts by largest remainder over the exact shares, ties by id; in the order given.
 *
 * @param amount fen
 * @throws Rejected `repeated-id` (recipients, factor names), `factor-weights` where the weights do not sum to exactly 1,
 *   `zero-weights` where a factor sums to nothing, `too-many` above {@link MOST_FACTORS}
 */
export function distributeByFactors(
  amount: Fen,
  factors: readonly Factor[],
  recipients: readonly Recipient[],
): DistributedShare[] {
  unrepeated(factors.map((factor) => factor.name));
  unrepeated(recipients.map((recipient) => recipient.id));
  if (factors.length > MOST_FACTORS) throw new Rejected('too-many');
  if (total(factors.map((factor) => factor.weight)) !== ONE) throw new Rejected('factor-weights');

  const weighed = recipients.map((recipient) => weighedValues(recipient, factors));
  const sums = factors.map((_, k) => total(weighed.map((values) => values[k]!)));
  const empty = sums.indexOf(0n);
  if (empty !== -1) throw new Rejected('zero-weights', { facts: { factor: factors[empty]!.name } });

  // Over the product of all sums every share is an integer, so nothing is rounded before the fen.
  const product = sums.reduce((all, sum) => all * sum, 1n);
  const scales = factors.map((factor, k) => factor.weight * (product / sums[k]!));
  const numerators = weighed.map((values) => total(values.map((value, k) => value * scales[k]!)));
  const shares = apportion(
    amount,
    recipients.map(({ id }, index) => ({ id, weight: numerators[index]! })),
  );
  return shares.map(({ id, amount: share }, index) => ({
    id,
    share: ratio(numerators[index]!, ONE * product)!,
    amount: share,
  }));
}

function weighedValues(recipient: Recipient, factors: readonly Factor[]): bigint[] {
  if (recipient.values.length !== factors.length) throw new RangeError(`a value per factor for ${recipient.id}`);
  return factors.map((factor, k) => recipient.values[k]! * (factor.applyCoefficient ? recipient.coefficient : 1n));
}
