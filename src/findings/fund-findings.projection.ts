import type { Household } from '../compound/compound.decider.js';
import { fromMillionths, millionths } from '../kernel/decimal.js';
import type { View } from '../kernel/projection.js';
import type { FundEvent } from '../maintenance-fund/maintenance-fund-state.decider.js';
import { isInScope } from '../scheme/household-shares.projection.js';
import type { Raised } from './finding.projection.js';

type Proposal = Extract<FundEvent, { type: 'DrawProposed' }>['data'];
/** Draws of a fund that were put to a vote and not turned down. */
export type VotedDraws = { readonly draws: Map<string, Proposal> };

export const votedDraws: View<VotedDraws, FundEvent> = {
  initial: () => ({ draws: new Map() }),
  project: (row, event) => {
    if (event.type === 'DrawProposed' && event.data.vote) row.draws.set(event.data.drawId, event.data);
    // A draw rejected after a part was paid still rests on its vote; one that was only proposed rests on nothing.
    if (event.type === 'DrawRejected' && event.data.amount === '0.00') row.draws.delete(event.data.drawId);
    return row;
  },
};

/** The area a vote was counted over is not the area of the draw's scope on the register. */
export function voteAreasDiffer(compoundId: string, { draws }: VotedDraws, households: Iterable<Household>): Raised[] {
  const register = [...households];
  return [...draws.values()].flatMap(({ drawId, scope, vote, occurredOn }) => {
    const voted = millionths(vote!.areaM2.total);
    const area = register
      .filter((household) => isInScope(scope, household))
      .reduce((sum, { floorAreaM2 }) => sum + millionths(floorAreaM2), 0n);
    if (voted === area) return [];
    const [told, found] = [fromMillionths(voted), fromMillionths(area)];
    return {
      code: 'vote-area-differs' as const,
      subject: `maintenanceFund-${compoundId}`,
      about: { drawId },
      amount: null,
      since: occurredOn,
      detail: {
        zh: `列支 ${drawId} 表决总面积 ${told} ㎡，登记的列支范围面积 ${found} ㎡`,
        en: `The vote on draw ${drawId} counts ${told} m²; its scope has ${found} m² on the register`,
      },
    };
  });
}
