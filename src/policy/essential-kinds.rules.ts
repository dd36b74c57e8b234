import type { Level, RulePack } from './rule-pack.js';
import { WORK_ITEMS, type WorkItem } from './work-item.js';

/**
 * R02: 改造内容须包括对水、电、路、气4项设施中至少2项进行改造更新；或者虽未对水、电、路、气设施更新，但包括加装电梯。
 * A kind counts once, in the public area or in the building. The text leaves open one kind with an elevator: warn.
 */
export function centralPlanContent(pack: RulePack, workItems: Iterable<WorkItem>): Level {
  const { essentialKinds, centralPlanMinimumKinds, centralPlanAlternative } = pack.parameters;
  const items = new Set(workItems);
  const renewed = new Set([...items].map((item) => WORK_ITEMS[item].essential));
  const kinds = essentialKinds.filter((kind) => renewed.has(kind)).length;
  if (kinds >= centralPlanMinimumKinds) return 'allow';
  if (!items.has(centralPlanAlternative)) return 'stop';
  return kinds === 0 ? 'allow' : 'warn';
}
