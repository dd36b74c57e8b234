import type { BusinessDate } from '../kernel/dates.js';
import type { FundingSource } from './funding-source.js';
import type {
  Bilingual,
  Level,
  MatrixException,
  MatrixRow,
  Programme,
  Quotation,
  Rule,
  RuleId,
  RulePack,
  RuleParameters,
} from './rule-pack.js';
import type { CostArea, WorkItem } from './work-item.js';

/** A cell another pack answers otherwise, with the clause that lets it: of a whole cost area, or of one work item. */
export type CellChange = {
  readonly source: FundingSource;
  readonly level: Level;
  readonly verified: boolean;
  readonly quotation: Quotation;
} & (
  | { readonly costArea: CostArea; readonly workItem?: never; readonly programme?: Programme }
  | { readonly workItem: WorkItem; readonly costArea?: CostArea; readonly programme?: Programme }
);

export type PackChanges = {
  readonly id: string;
  readonly name: Bilingual;
  readonly effectiveFrom: BusinessDate;
  readonly cells?: readonly CellChange[];
  readonly parameters?: Partial<RuleParameters>;
  readonly rules?: Partial<Record<RuleId, Rule>>;
};

/** A new pack: `base` with the cells, parameters and rules that `changes` names. Neither argument is altered. */
export function amend(base: RulePack, changes: PackChanges): RulePack {
  const matrix: Record<FundingSource, MatrixRow> = { ...base.matrix };
  for (const change of changes.cells ?? []) matrix[change.source] = withCell(matrix[change.source], change);
  return {
    id: changes.id,
    name: changes.name,
    basedOn: base.id,
    effectiveFrom: changes.effectiveFrom,
    rules: { ...base.rules, ...changes.rules },
    matrix,
    parameters: { ...base.parameters, ...changes.parameters },
  };
}

function withCell(row: MatrixRow, change: CellChange): MatrixRow {
  const { source: _, ...exception } = change;
  const others = (row.exceptions ?? []).filter((each) => !sameCell(each, exception));
  // In front, because the first exception that fits is the one that answers.
  return { ...row, exceptions: [exception, ...others] };
}

/** An item's own area is implied, so a change that leaves it out still replaces the cell that names it. */
const sameCell = (a: MatrixException, b: MatrixException): boolean =>
  a.workItem === b.workItem &&
  a.programme === b.programme &&
  (a.costArea === b.costArea || (b.workItem !== undefined && b.costArea === undefined));
