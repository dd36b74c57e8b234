import type { BusinessDate } from '../kernel/dates.js';
import type { Ratio, RulePack } from './rule-pack.js';
import type { WorkItem } from './work-item.js';

export type Tally<N> = { readonly total: N; readonly participated: N; readonly agreed: N };

/** Owners by number (one owner of several units counts once) and by exclusive area in millionths of a square metre. */
export type Vote = { readonly owners: Tally<number>; readonly areaMillionths: Tally<bigint> };

/** `use` of the fund (民法典 278 item 5), or `raise`: raising money, and what is decided like it (items 6 to 8). */
export type Majority = 'use' | 'raise';

/**
 * R15: whether a vote held on `on` carries, by number and by area, in exact fractions. Before `voteFrom` the old rule
 * asks the same share of all owners for either question. A vote nobody took part in never carries.
 */
export function voteCarries(
  vote: Vote,
  question: { readonly on: BusinessDate; readonly majority: Majority },
  pack: RulePack,
): boolean {
  const carries =
    question.on < pack.parameters.voteFrom
      ? (tally: Tally<bigint>) => atLeast(tally.agreed, pack.parameters.voteOldRule.share, tally.total)
      : (tally: Tally<bigint>) => quorate(tally, pack) && agreed(tally, question.majority, pack);
  return [inBigInt(vote.owners), vote.areaMillionths].every((tally) => isCount(tally) && carries(tally));
}

/** R15: the majority a decision on `workItem` needs; elevators like raising money (278 item 7, unverified). */
export const majorityFor = (pack: RulePack, workItem: WorkItem): Majority =>
  pack.parameters.raiseMajorityItems.includes(workItem) ? 'raise' : 'use';

const quorate = (tally: Tally<bigint>, pack: RulePack): boolean =>
  atLeast(tally.participated, pack.parameters.voteParticipation, tally.total);

const agreed = (tally: Tally<bigint>, majority: Majority, pack: RulePack): boolean =>
  majority === 'use'
    ? moreThan(tally.agreed, pack.parameters.useMajority, tally.participated)
    : atLeast(tally.agreed, pack.parameters.raiseMajority, tally.participated);

const isCount = ({ total, participated, agreed: yes }: Tally<bigint>): boolean =>
  0n < participated && participated <= total && 0n <= yes && yes <= participated;

const atLeast = (part: bigint, [numerator, denominator]: Ratio, whole: bigint): boolean =>
  part * BigInt(denominator) >= whole * BigInt(numerator);

const moreThan = (part: bigint, [numerator, denominator]: Ratio, whole: bigint): boolean =>
  part * BigInt(denominator) > whole * BigInt(numerator);

const inBigInt = (tally: Tally<number>): Tally<bigint> => ({
  total: BigInt(tally.total),
  participated: BigInt(tally.participated),
  agreed: BigInt(tally.agreed),
});
