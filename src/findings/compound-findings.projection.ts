import type { CompoundData, CompoundEvent } from '../compound/compound.decider.js';
import type { BusinessDate } from '../kernel/dates.js';
import type { View } from '../kernel/projection.js';
import type { RulePack } from '../policy/rule-pack.js';
import type { Day, Raised } from './finding.projection.js';

type Version = { readonly position: number; readonly on: BusinessDate; readonly compound: CompoundData };
/** The register entry of a compound, each time it was written. */
export type RegisterHistory = { readonly versions: Version[] };

export const registerHistory: View<RegisterHistory, CompoundEvent & { readonly position: number }> = {
  initial: () => ({ versions: [] }),
  project: (row, event) => {
    const { position } = event;
    const on = event.data.occurredOn;
    const before = row.versions.at(-1)?.compound;
    if (event.type === 'CompoundRegistered') row.versions.push({ position, on, compound: event.data });
    if (event.type === 'CompoundCorrected' && before)
      row.versions.push({ position, on, compound: { ...before, ...event.data.changes } });
    return row;
  },
};

type Verdict = { readonly excluded: boolean; readonly inWeight: boolean };

/** 改造对象: what R01b and R01a are asked when a scheme is drafted. */
function eligibility({ exclusions = {}, builtYear, locality }: CompoundData, { parameters }: RulePack): Verdict {
  const { builtBeforeYear, localitiesInScope } = parameters;
  return {
    excluded: Object.values(exclusions).includes(true),
    inWeight: builtYear < builtBeforeYear && (localitiesInScope as readonly string[]).includes(locality),
  };
}
const same = (a: Verdict, b: Verdict): boolean => a.excluded === b.excluded && a.inWeight === b.inWeight;

/** The register was corrected after the scheme was drafted on it, and the rules of 改造对象 now answer otherwise. */
export function eligibilityChanged(
  scheme: { readonly schemeId: string; readonly position: number },
  { versions }: RegisterHistory,
  { pack }: Day,
): Raised[] {
  const drafted = versions.findLast(({ position }) => position <= scheme.position);
  const now = versions.at(-1);
  if (!drafted || !now) return [];
  const then = eligibility(drafted.compound, pack);
  const differs = (version: Version): boolean => !same(eligibility(version.compound, pack), then);
  if (!differs(now)) return [];
  const after = eligibility(now.compound, pack);
  const { on } = versions[versions.findLastIndex((version) => !differs(version)) + 1]!;
  const isWorse = after.excluded || (!after.inWeight && then.inWeight);
  return [
    {
      code: 'eligibility-changed',
      subject: `scheme-${scheme.schemeId}`,
      amount: null,
      since: on,
      severity: after.excluded ? 'serious' : isWorse ? 'warning' : 'info',
      rule: after.excluded !== then.excluded ? 'R01b' : 'R01a',
      detail: {
        zh: `小区登记更正后（建成年份 ${drafted.compound.builtYear} → ${now.compound.builtYear}），改造对象条件由${judged(then).zh}变为${judged(after).zh}`,
        en: `After a correction of the register (built ${drafted.compound.builtYear} → ${now.compound.builtYear}) the compound is ${judged(after).en}; it was ${judged(then).en}`,
      },
    },
  ];
}

const judged = ({ excluded, inWeight }: Verdict) =>
  excluded
    ? { zh: '不在改造范畴', en: 'outside the policy' }
    : inWeight
      ? { zh: '重点改造对象', en: 'inside its weight' }
      : { zh: '非重点改造对象', en: 'outside its weight' };

/** Finished, and no fund for what comes after: neither established (补建) nor deposited. */
export function noFund(compoundId: string, finishedOn: BusinessDate | null, fundOpened: boolean): Raised[] {
  if (finishedOn === null || fundOpened) return [];
  return [
    {
      code: 'no-maintenance-fund',
      subject: `compound-${compoundId}`,
      amount: null,
      since: finishedOn,
      detail: {
        zh: `小区改造已于 ${finishedOn} 验收，未建立住宅专项维修资金`,
        en: `The renovation was accepted on ${finishedOn}; the compound has no maintenance fund`,
      },
    },
  ];
}
