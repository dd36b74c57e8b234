import { DatedDto, SelfDatedDto } from '../platform/http/recorded.dto.js';
import {
  HasDistinct,
  Holds,
  isA,
  IsAmount,
  IsBusinessDate,
  IsCount,
  IsDecimalText,
  IsFlag,
  IsId,
  IsListOfIds,
  IsListOfMarks,
  IsListOfOneOf,
  IsLongText,
  IsMark,
  IsOneOf,
  IsPart,
  IsParts,
  IsText,
  Optional,
  OptionalWhen,
  Required,
} from '../platform/http/validators.js';
import { fen } from '../kernel/money.js';
import { millionths } from '../kernel/decimal.js';
import { ACCEPTANCE_PARTIES } from '../policy/rule-pack.js';
import {
  ASSET_OWNERS,
  type AssetOwner,
  COST_AREAS,
  type CostArea,
  WORK_ITEM_CODES,
  WORK_ITEMS,
  type WorkItem,
} from '../policy/work-item.js';
import { PLAN_STAGES, SHARE_METHODS, type ShareMethod } from './scheme-state.decider.js';

const EARLIEST_PLAN_YEAR = 2000;
const LATEST_PLAN_YEAR = 2200;
const MOST_LINES = 1_000;
const MOST_PLACES = 5_000;
const MOST_FLOORS = 200;

export class DraftSchemeDto extends DatedDto {
  @Optional()
  @IsId()
  readonly schemeId?: string;

  @IsId()
  readonly compoundId!: string;

  @IsCount(EARLIEST_PLAN_YEAR, LATEST_PLAN_YEAR)
  readonly planYear!: number;

  @IsText()
  readonly title!: string;

  /** In the plan supported by central subsidies (R02, R19). */
  @IsFlag()
  readonly centralPlan!: boolean;

  @Optional()
  @IsOneOf(PLAN_STAGES)
  readonly planStage?: (typeof PLAN_STAGES)[number];

  /** 片区项目, where several compounds are one project. */
  @Optional()
  @IsId()
  readonly projectCode?: string;

  @Optional()
  @IsId()
  readonly policyId?: string;
}

export class CorrectSchemeDto extends DatedDto {
  @Optional()
  @IsCount(EARLIEST_PLAN_YEAR, LATEST_PLAN_YEAR)
  readonly planYear?: number;

  @Optional()
  @IsText()
  readonly title?: string;

  @Optional()
  @IsFlag()
  readonly centralPlan?: boolean;

  @Optional()
  @IsOneOf(PLAN_STAGES)
  readonly planStage?: (typeof PLAN_STAGES)[number];

  @Optional()
  @IsId()
  readonly projectCode?: string;

  /** Of the handover, where it was not known then. */
  @Optional()
  @IsMark()
  readonly archiveNo?: string;

  @IsLongText()
  readonly reason!: string;
}

export class EntranceDto {
  @IsMark()
  readonly buildingNo!: string;

  @IsMark()
  readonly entranceNo!: string;
}

const SCOPE_KINDS = ['all', 'buildings', 'entrances', 'households'] as const;

/** Exactly one of its fields: all households of the compound, or those of buildings, entrances, or single ones. */
export class ScopeDto {
  @Optional()
  @IsOneOf([true])
  readonly all?: true;

  @Optional()
  @IsListOfMarks()
  readonly buildings?: string[];

  @Optional()
  @IsParts(() => EntranceDto, MOST_PLACES)
  @HasDistinct('buildingNo', 'entranceNo')
  readonly entrances?: EntranceDto[];

  @Optional()
  @IsListOfIds()
  readonly households?: string[];
}
export const isOneScope = (scope: object | undefined): boolean =>
  scope === undefined ||
  SCOPE_KINDS.filter((kind) => (scope as Record<string, unknown>)[kind] !== undefined).length === 1;

export class CoefficientDto {
  @IsCount(1, MOST_FLOORS)
  readonly floor!: number;

  @IsDecimalText()
  readonly coefficient!: string;
}
export class CoefficientTableDto {
  @IsOneOf(['coefficient', 'coefficient-area'])
  readonly basis!: 'coefficient' | 'coefficient-area';

  @IsParts(() => CoefficientDto, MOST_FLOORS)
  @HasDistinct('floor')
  readonly rows!: CoefficientDto[];
}
export class AgreedWeightDto {
  @IsId()
  readonly householdId!: string;

  @IsDecimalText()
  readonly weight!: string;
}

const KNOWN_TABLES: readonly unknown[] = ['guangzhou-2016', 'guangzhou-lijiang-xincun'];

export class BudgetLineDto {
  @IsId()
  readonly lineId!: string;

  @IsOneOf(WORK_ITEM_CODES)
  @Holds(
    'describedItem',
    (line: BudgetLineDto) => !WORK_ITEMS[line.workItem].descriptionRequired || line.description !== undefined,
  )
  readonly workItem!: WorkItem;

  @IsAmount()
  readonly amount!: string;

  @Optional()
  @IsText()
  readonly description?: string;

  /** Of fees, which have none of their own; elsewhere it must agree with the work item. */
  @OptionalWhen((line: BudgetLineDto) => WORK_ITEMS[line.workItem]?.costArea !== null)
  @IsOneOf(COST_AREAS)
  @Holds(
    'costAreaOfItem',
    (line: BudgetLineDto) => (WORK_ITEMS[line.workItem].costArea ?? line.costArea) === line.costArea,
  )
  readonly costArea?: CostArea;

  @Optional()
  @IsFlag()
  readonly commonPart?: boolean;

  @Optional()
  @IsOneOf(ASSET_OWNERS)
  readonly assetOwner?: AssetOwner;

  @Optional()
  @IsPart(() => ScopeDto)
  @Holds('exactlyOne', (line: BudgetLineDto) => isOneScope(line.scope))
  readonly scope?: ScopeDto;

  @Optional()
  @IsOneOf(SHARE_METHODS)
  readonly shareMethod?: ShareMethod;

  /** Id of a published table, or a table of the scheme's own. */
  @OptionalWhen((line: BudgetLineDto) => line.shareMethod !== 'floor-coefficient')
  @Holds('isCoefficients', ({ coefficients }: BudgetLineDto) =>
    typeof coefficients === 'string' ? KNOWN_TABLES.includes(coefficients) : isA(CoefficientTableDto, coefficients),
  )
  readonly coefficients?: string | CoefficientTableDto;

  @OptionalWhen((line: BudgetLineDto) => line.shareMethod !== 'agreed')
  @IsParts(() => AgreedWeightDto, MOST_PLACES)
  @HasDistinct('householdId')
  @Holds('someWeight', ({ agreedWeights }: BudgetLineDto) => agreedWeights!.some(({ weight }) => /[1-9]/.test(weight)))
  readonly agreedWeights?: AgreedWeightDto[];

  @Optional()
  @IsAmount()
  @Holds('withinAmount', (line: BudgetLineDto) => fen(line.residentAmount!) <= fen(line.amount))
  readonly residentAmount?: string;

  /** When residents must have paid their share of this line. */
  @Optional()
  @IsBusinessDate()
  readonly dueOn?: string;
}

export class ReviseBudgetDto extends DatedDto {
  @IsParts(() => BudgetLineDto, MOST_LINES)
  @HasDistinct('lineId')
  readonly lines!: BudgetLineDto[];

  @IsLongText()
  readonly reason!: string;
}

export class PublishSchemeDto extends SelfDatedDto {
  @IsBusinessDate()
  readonly publishedOn!: string;

  @IsBusinessDate()
  @Holds('notBefore', (body: PublishSchemeDto) => body.endsOn >= body.publishedOn)
  readonly endsOn!: string;
}

const MOST_OWNERS = 10_000_000;
/** agreed ≤ participated ≤ total, in numbers. */
export class OwnersTallyDto {
  @IsCount(0, MOST_OWNERS)
  readonly total!: number;

  @IsCount(0, MOST_OWNERS)
  @Holds('withinTotal', (tally: OwnersTallyDto) => tally.participated <= tally.total)
  readonly participated!: number;

  @IsCount(0, MOST_OWNERS)
  @Holds('withinTotal', (tally: OwnersTallyDto) => tally.agreed <= tally.participated)
  readonly agreed!: number;
}
/** agreed ≤ participated ≤ total, in square metres. */
export class AreaTallyDto {
  @IsDecimalText()
  readonly total!: string;

  @IsDecimalText()
  @Holds('withinTotal', (tally: AreaTallyDto) => millionths(tally.participated) <= millionths(tally.total))
  readonly participated!: string;

  @IsDecimalText()
  @Holds('withinTotal', (tally: AreaTallyDto) => millionths(tally.agreed) <= millionths(tally.participated))
  readonly agreed!: string;
}

export class CloseConsultationDto extends SelfDatedDto {
  @IsBusinessDate()
  readonly closedOn!: string;

  @IsPart(() => OwnersTallyDto)
  readonly owners!: OwnersTallyDto;

  @IsPart(() => AreaTallyDto)
  readonly areaM2!: AreaTallyDto;
}

export class ApproveSchemeDto extends SelfDatedDto {
  @IsBusinessDate()
  readonly approvedOn!: string;

  @Required()
  @IsMark()
  override readonly documentNo!: string;

  @Optional()
  @IsCount(1, 100_000)
  readonly budgetRevision?: number;

  /** Opinion of the heritage authority, for a historic quarter or building (R21). */
  @Optional()
  @IsMark()
  readonly heritageOpinionNo?: string;
}

export class StartConstructionDto extends SelfDatedDto {
  @IsBusinessDate()
  readonly startedOn!: string;
}

export class SpecialAcceptanceDto {
  @IsOneOf(WORK_ITEM_CODES)
  readonly workItem!: WorkItem;

  @IsText()
  readonly authority!: string;

  @IsMark()
  readonly documentNo!: string;
}

export class RecordAcceptanceDto extends DatedDto {
  @IsFlag()
  readonly passed!: boolean;

  @IsListOfOneOf(ACCEPTANCE_PARTIES)
  readonly parties!: string[];

  @Optional()
  @IsParts(() => SpecialAcceptanceDto, MOST_LINES)
  readonly specialAcceptances?: SpecialAcceptanceDto[];
}

export class HandOverSchemeDto extends DatedDto {
  @IsText()
  readonly receiver!: string;

  @Optional()
  @IsMark()
  readonly archiveNo?: string;
}
