import { FUNDING_SOURCES, type FundingSource } from './funding-source.js';
import { quotedFor } from './quotation.rules.js';
import {
  OVERHEAD_ITEMS,
  type Level,
  type MatrixException,
  type OverheadItem,
  type Programme,
  type Quotation,
  type RulePack,
} from './rule-pack.js';
import { WORK_ITEMS, type CostArea, type Utility, type WorkItem } from './work-item.js';

/** Money as the matrix sees it. */
export type MatrixMoney = {
  readonly source: FundingSource;
  readonly programme?: Programme | undefined;
  /** The works the award itself is limited to. */
  readonly mayFund?: readonly string[] | undefined;
  readonly utility?: Utility | undefined;
};

/** What it is to pay: a line's work item, or a cost area as a whole. */
export type MatrixTarget = { readonly costArea: CostArea; readonly workItem?: WorkItem | undefined };

export type Cell = {
  readonly level: Level;
  readonly rule: 'R03' | 'R05' | 'R08';
  readonly verified: boolean;
  /** Present where a pack changed the cell: its clause stands in place of the rule's. */
  readonly quotation?: Quotation;
};

/**
 * Whether `money` may pay `target` under `pack`, and the rule that says so. Without a work item only the area answers:
 * what depends on the line is decided when a line is named.
 */
export function cell(pack: RulePack, money: MatrixMoney, target: MatrixTarget): Cell {
  const own = sourceCell(pack, money, target);
  const { workItem } = target;
  if (own.level === 'stop' || workItem === undefined || money.mayFund === undefined) return own;
  return money.mayFund.includes(workItem) ? own : answer(pack, 'R08', 'stop', quotedFor(pack, 'R08', money.source));
}

/** R04: the place of `source` in the text's order for `costArea`; smaller pays first. */
export const rank = (pack: RulePack, source: FundingSource, costArea: CostArea): number =>
  pack.matrix[source].rank[costArea];

function sourceCell(pack: RulePack, money: MatrixMoney, target: MatrixTarget): Cell {
  const row = pack.matrix[money.source];
  const { costArea, workItem } = target;
  const rule = workItem !== undefined && isOverhead(workItem) ? 'R05' : 'R03';
  const named = workItem === undefined ? undefined : exceptionFor(row.exceptions, workItem, money, costArea);
  if (named) return answer(pack, rule, named.level, named.quotation, named.verified);
  if (workItem !== undefined && isOverhead(workItem)) return answer(pack, rule, row[workItem]);
  if (workItem !== undefined && !isOwnWork(money, workItem)) return answer(pack, rule, 'stop');
  const area = exceptionFor(row.exceptions, undefined, money, costArea);
  return answer(pack, rule, area?.level ?? row[costArea], area?.quotation, area?.verified);
}

const exceptionFor = (
  exceptions: readonly MatrixException[] | undefined,
  workItem: WorkItem | undefined,
  money: MatrixMoney,
  costArea: CostArea,
): MatrixException | undefined =>
  exceptions?.find(
    (each) =>
      each.workItem === workItem &&
      (each.costArea ?? costArea) === costArea &&
      (each.programme ?? money.programme) === money.programme,
  );

function answer(pack: RulePack, rule: Cell['rule'], level: Level, quotation?: Quotation, verified?: boolean): Cell {
  const cell = { level, rule, verified: verified ?? pack.rules[rule].verified };
  return quotation ? { ...cell, quotation } : cell;
}

const isOverhead = (item: WorkItem): item is OverheadItem => OVERHEAD_ITEMS.some((each) => each === item);

/** 鼓励供水、供气、供热、供电等专业经营单位出资参与改造: each for its own kind of work. */
function isOwnWork(money: MatrixMoney, item: WorkItem): boolean {
  const { ownWorksOnly } = FUNDING_SOURCES[money.source];
  if (ownWorksOnly === null) return true;
  const { telecom, operatorKind } = WORK_ITEMS[item];
  return ownWorksOnly === 'telecom' ? telecom : operatorKind !== null && operatorKind === money.utility;
}
