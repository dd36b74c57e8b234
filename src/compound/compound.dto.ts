import { DatedDto } from '../platform/http/recorded.dto.js';
import {
  HasDistinct,
  IsCompoundDivisionCode,
  IsCount,
  IsFlag,
  IsId,
  IsLongText,
  IsMark,
  IsOneOf,
  IsPart,
  IsParts,
  IsPositiveDecimalText,
  IsText,
  Optional,
  OptionalWhen,
} from '../platform/http/validators.js';
import { LOCALITIES, type Locality, type Ownership, OWNERSHIPS, type Use, USES } from './compound.decider.js';

const EARLIEST_YEAR = 1900;
const LATEST_YEAR = 2200;
const MOST_FLOORS = 200;
const LOWEST_FLOOR = -10;
const MOST_BUILDINGS = 1_000;
const MOST_HOUSEHOLDS = 5_000;

export class BuildingDto {
  @IsMark()
  readonly buildingNo!: string;

  @IsCount(1, MOST_FLOORS)
  readonly floors!: number;

  @IsFlag()
  readonly hasElevator!: boolean;

  @Optional()
  @IsCount(EARLIEST_YEAR, LATEST_YEAR)
  readonly builtYear?: number;
}

/** What puts a compound outside the policy (改造对象). */
export class ExclusionsDto {
  @Optional()
  @IsFlag()
  readonly shantytownPlan?: boolean;

  @Optional()
  @IsFlag()
  readonly demolishRebuild?: boolean;

  @Optional()
  @IsFlag()
  readonly selfBuilt?: boolean;

  @Optional()
  @IsFlag()
  readonly urbanVillage?: boolean;
}

/** What the survey says, until the households are registered one by one. */
export class DeclaredDto {
  @IsCount(0, 1_000_000)
  readonly households!: number;

  @IsPositiveDecimalText()
  readonly floorAreaM2!: string;
}

export class RegisterCompoundDto extends DatedDto {
  @Optional()
  @IsId()
  readonly compoundId?: string;

  @IsText()
  readonly name!: string;

  /** GB/T 2260, six digits. */
  @IsCompoundDivisionCode()
  readonly divisionCode!: string;

  @IsCount(EARLIEST_YEAR, LATEST_YEAR)
  readonly builtYear!: number;

  @IsParts(() => BuildingDto, MOST_BUILDINGS)
  @HasDistinct('buildingNo')
  readonly buildings!: BuildingDto[];

  @Optional()
  @IsOneOf(LOCALITIES)
  readonly locality?: Locality;

  @Optional()
  @IsPart(() => ExclusionsDto)
  readonly exclusions?: ExclusionsDto;

  /** In a historic quarter, or a historic building. */
  @Optional()
  @IsFlag()
  readonly heritage?: boolean;

  @Optional()
  @IsText()
  readonly address?: string;

  @Optional()
  @IsPart(() => DeclaredDto)
  readonly declared?: DeclaredDto;
}

export class HouseholdDto {
  @Optional()
  @IsId()
  readonly householdId?: string;

  @IsMark()
  readonly buildingNo!: string;

  @Optional()
  @IsMark()
  readonly entranceNo?: string;

  @IsCount(LOWEST_FLOOR, MOST_FLOORS)
  readonly floor!: number;

  @Optional()
  @IsMark()
  readonly roomNo?: string;

  @IsPositiveDecimalText()
  readonly floorAreaM2!: string;

  @IsOneOf(OWNERSHIPS)
  readonly ownership!: Ownership;

  @Optional()
  @IsOneOf(USES)
  readonly use?: Use;

  /** The selling or owning unit; required unless the flat is a commodity. */
  @OptionalWhen((one: HouseholdDto) => one.ownership === 'commodity')
  @IsId()
  readonly ownerUnitId?: string;
}

export class RegisterHouseholdsDto extends DatedDto {
  @IsParts(() => HouseholdDto, MOST_HOUSEHOLDS)
  @HasDistinct('householdId')
  readonly households!: HouseholdDto[];
}

export class HouseholdChangeDto {
  @IsId()
  readonly householdId!: string;

  @Optional()
  @IsMark()
  readonly buildingNo?: string;

  @Optional()
  @IsMark()
  readonly entranceNo?: string;

  @Optional()
  @IsCount(LOWEST_FLOOR, MOST_FLOORS)
  readonly floor?: number;

  @Optional()
  @IsMark()
  readonly roomNo?: string;

  @Optional()
  @IsPositiveDecimalText()
  readonly floorAreaM2?: string;

  @Optional()
  @IsOneOf(OWNERSHIPS)
  readonly ownership?: Ownership;

  @Optional()
  @IsOneOf(USES)
  readonly use?: Use;

  /** Required with every ownership that has a selling or owning unit. */
  @OptionalWhen((one: HouseholdChangeDto) => one.ownership === undefined || one.ownership === 'commodity')
  @IsId()
  readonly ownerUnitId?: string;
}

export class CorrectCompoundDto extends DatedDto {
  @Optional()
  @IsText()
  readonly name?: string;

  @Optional()
  @IsCompoundDivisionCode()
  readonly divisionCode?: string;

  @Optional()
  @IsCount(EARLIEST_YEAR, LATEST_YEAR)
  readonly builtYear?: number;

  @Optional()
  @IsParts(() => BuildingDto, MOST_BUILDINGS)
  @HasDistinct('buildingNo')
  readonly buildings?: BuildingDto[];

  @Optional()
  @IsOneOf(LOCALITIES)
  readonly locality?: Locality;

  @Optional()
  @IsPart(() => ExclusionsDto)
  readonly exclusions?: ExclusionsDto;

  @Optional()
  @IsFlag()
  readonly heritage?: boolean;

  @Optional()
  @IsText()
  readonly address?: string;

  @Optional()
  @IsPart(() => DeclaredDto)
  readonly declared?: DeclaredDto;

  @Optional()
  @IsParts(() => HouseholdChangeDto, MOST_HOUSEHOLDS)
  @HasDistinct('householdId')
  readonly households?: HouseholdChangeDto[];

  @IsLongText()
  readonly reason!: string;
}
