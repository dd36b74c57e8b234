import type { Fen } from '../kernel/money.js';
import { type GrantKind, GRANTS } from './demo-data.js';
import { clerk, money, type Step, upTo } from './demo-step.js';

/** Money a scheme takes from the grant of its county and year. */
export type GrantUse = {
  readonly kind: GrantKind;
  readonly year: number;
  readonly county: string;
  readonly amount: Fen;
};
const CITY = '1404';
const CHILD_UNIT_YUAN = 100_000n;
/** Twenty thousand yuan stay with every county: for what comes later. */
const LEAST_LEFT: Fen = 2_000_000n;
const AWARD_UNIT_YUAN = 1_000_000n;

export const grantId = ({ kind, year, county }: Omit<GrantUse, 'amount'>): string => `${kind}-${year}-${county}`;

/**
 * Awards and decompositions that hold what the schemes take, and a little more: each award is made by a document in the
 * first days of its year, and passed down to the counties by another.
 */
export function grantChains(uses: readonly GrantUse[]): { id: string; steps: Step[] }[] {
  const children = new Map<string, GrantUse>();
  for (const use of uses) {
    const before = children.get(grantId(use));
    children.set(grantId(use), { ...use, amount: (before?.amount ?? 0n) + use.amount });
  }
  const roots = new Map<string, GrantUse[]>();
  for (const child of children.values()) {
    const rootId = GRANTS[child.kind].ofCounty ? grantId(child) : `${child.kind}-${child.year}`;
    roots.set(rootId, [...(roots.get(rootId) ?? []), child]);
  }
  return [...roots].map(([id, parts], index) => ({ id, steps: chain(id, parts, index + 1) }));
}

function chain(rootId: string, parts: readonly GrantUse[], number: number): Step[] {
  const { kind, year, county } = parts[0]!;
  const { award, prefix, ofCounty } = GRANTS[kind];
  const held = parts.map((part) => ({ ...part, amount: upTo(part.amount + LEAST_LEFT, CHILD_UNIT_YUAN) }));
  const inAll = held.reduce((sum, { amount }) => sum + amount, 0n);
  const body = {
    grantId: rootId,
    ...award,
    documentNo: `${prefix}〔${year}〕${number}号`,
    amount: money(ofCounty ? inAll : upTo(inAll + 1n, AWARD_UNIT_YUAN)),
    fiscalYear: year,
    divisionCode: ofCounty ? county : CITY,
    occurredOn: `${year}-01-05`,
  };
  if (ofCounty) return [clerk('grants', body)];
  return [
    clerk('grants', body),
    ...held.map((part, index) =>
      clerk(`grants/${rootId}/decompositions`, {
        divisionCode: part.county,
        childGrantId: grantId(part),
        amount: money(part.amount),
        documentNo: `${prefix}〔${year}〕${number * 100 + index + 1}号`,
        occurredOn: `${year}-01-15`,
      }),
    ),
  ];
}
