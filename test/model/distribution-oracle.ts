/** 因素法分配 by 3-calculations.md §4, with fractions of whole numbers. Nothing here comes from `src`. */
export const RECIPIENTS = ['k1', 'k2', 's1', 's2'] as const;
export type RecipientId = (typeof RECIPIENTS)[number];
export const DIVISIONS: Record<RecipientId, string> = { k1: '140403', k2: '140404', s1: '140403', s2: '140404' };
/** Weights, coefficients and values in millionths. */
export type Method = {
  readonly factors: readonly { readonly weight: bigint; readonly applyCoefficient: boolean }[];
  readonly recipients: readonly { id: RecipientId; coefficient: bigint; values: readonly bigint[] }[];
};
export type Asked =
  | { do: 'allocate'; to: 's1' | 's2'; amount: bigint }
  | { do: 'decompose'; to: 'k1' | 'k2'; amount: bigint }
  | { do: 'amend'; amount: bigint }
  | ({ do: 'distribute'; isGranted: boolean } & Method);

/** What a grant has given to each; it never gives more than it has. */
export class GrantGiven {
  awarded = 300_000n;
  readonly given = new Map<RecipientId, bigint>(RECIPIENTS.map((id) => [id, 0n]));

  free(): bigint {
    return this.awarded - sum([...this.given.values()]);
  }

  decide(asked: Asked): string {
    switch (asked.do) {
      case 'allocate':
      case 'decompose':
        if (asked.amount > this.free()) return 'rule-refused R09';
        this.give(asked.to, asked.amount);
        return 'ok';
      case 'amend':
        if (asked.amount < this.awarded - this.free()) return 'rule-refused R09';
        this.awarded = asked.amount;
        return 'ok';
      case 'distribute': {
        if (this.free() <= 0n) return 'rule-refused R09';
        if (sum(asked.factors.map(({ weight }) => weight)) !== 1_000_000n) return 'factor-weights';
        const sums = asked.factors.map((_, k) => sum(asked.recipients.map((one) => counted(asked, one, k))));
        if (sums.includes(0n)) return 'zero-weights';
        if (!asked.isGranted) return 'needs-second-person';
        for (const [id, amount] of parts(asked, sums, this.free())) this.give(id, amount);
        return 'ok';
      }
    }
  }

  private give(to: RecipientId, amount: bigint): void {
    this.given.set(to, this.given.get(to)! + amount);
  }
}

const sum = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n);

/** A value of a recipient in a factor: times its coefficient, unless the factor leaves that out. */
const counted = ({ factors }: Method, one: Method['recipients'][number], k: number): bigint =>
  one.values[k]! * (factors[k]!.applyCoefficient ? one.coefficient : 1_000_000n);

/** share_i = Σ w_k · x_ik c_i ÷ Σ_j x_jk c_j, over one denominator; then largest remainders, ties to the smaller id. */
function parts(method: Method, sums: readonly bigint[], amount: bigint): Map<RecipientId, bigint> {
  const common = sums.reduce((a, b) => a * b, 1n) * 1_000_000n;
  const rows = method.recipients.map((one) => {
    const share = sum(
      method.factors.map(({ weight }, k) => (weight * counted(method, one, k) * common) / (sums[k]! * 1_000_000n)),
    );
    return { id: one.id, whole: (amount * share) / common, rest: (amount * share) % common };
  });
  let over = amount - sum(rows.map(({ whole }) => whole));
  for (const row of [...rows].sort((a, b) => (a.rest === b.rest ? (a.id < b.id ? -1 : 1) : a.rest > b.rest ? -1 : 1)))
    if (over > 0n) {
      row.whole += 1n;
      over -= 1n;
    }
  return new Map(rows.map(({ id, whole }) => [id, whole]));
}
