import type { BusinessDate } from '../kernel/dates.js';
import { DECIMAL_PATTERN } from '../kernel/decimal.js';
import { ID_PATTERN } from '../kernel/ids.js';
import { LongForm } from '../platform/http/long-form.js';
import { Problem } from '../platform/http/problem.js';
import {
  Holds,
  IsAmount,
  IsBusinessDate,
  IsCount,
  IsDecimalText,
  IsFlag,
  IsId,
  IsMark,
  IsOneOf,
  IsParts,
  IsRate,
  IsRecordOf,
  IsSignedAmountOrZero,
  IsText,
  Optional,
  OptionalWhen,
} from '../platform/http/validators.js';
import type { PaymentsPerYear, Repayment } from './debt-service.engine.js';
import type { Ownership } from './draw-apportionment.engine.js';
import { COEFFICIENT_TABLES, type CoefficientBasis, type CoefficientTableId } from './elevator-shares.engine.js';
import type { InterestRule } from './interest.engine.js';
import { MOST_YEARS } from './reserve-forecast.engine.js';

/**
 * The bodies of the stateless calculations, under the names of 4-api.md. "Wrong form 400; wrong meaning 422"
 * (7-rulings.md §1): here is the form; what a well-formed body means is refused by the engines. Lists have no length of
 * their own: the body's limit bounds them, and an engine that cannot take so many says `too-many`.
 */
const ANY_LENGTH = Number.MAX_SAFE_INTEGER;
const BASES: readonly CoefficientBasis[] = ['coefficient', 'coefficient-area'];
const OWNERSHIPS: readonly Ownership[] = [
  'commodity',
  'sold-public-housing',
  'unsold-commodity',
  'unsold-public',
  'state-owned',
];
const FIRST_YEAR = 1900;
const LAST_YEAR = 9999;
/** Any whole number of years; what a calculation can take of them it says itself. */
const MOST_COUNT = 1_000_000;
const LARGEST_RANK = 1_000_000;
const MOST_ERRORS = 100;

export class PartDto {
  @IsId()
  readonly id!: string;

  @IsDecimalText()
  readonly weight!: string;
}

@LongForm()
export class ApportionmentDto {
  @IsAmount()
  readonly amount!: string;

  @IsParts(() => PartDto, ANY_LENGTH)
  readonly parts!: PartDto[];
}

export class DrawHouseholdDto {
  @IsId()
  readonly id!: string;

  @IsDecimalText()
  readonly areaM2!: string;

  @IsOneOf(OWNERSHIPS)
  readonly ownership!: Ownership;

  @Optional()
  @IsAmount()
  readonly ownerDeposit?: string;
}

@LongForm()
export class DrawApportionmentDto {
  @IsAmount()
  readonly amount!: string;

  @IsParts(() => DrawHouseholdDto, ANY_LENGTH)
  readonly households!: DrawHouseholdDto[];

  @Optional()
  @IsAmount()
  readonly sellerDeposit?: string;
}

/** A floor is counted as people count it, basements below zero; which floors weigh is the table's to say. */
const LOWEST_FLOOR = -9;
const HIGHEST_FLOOR = 200;

export class FloorCoefficientDto {
  @IsCount(LOWEST_FLOOR, HIGHEST_FLOOR)
  readonly floor!: number;

  @IsDecimalText()
  readonly coefficient!: string;
}

export class FloorHouseholdDto {
  @IsId()
  readonly id!: string;

  @IsCount(LOWEST_FLOOR, HIGHEST_FLOOR)
  readonly floor!: number;

  @Optional()
  @IsDecimalText()
  readonly areaM2?: string;
}

@LongForm()
export class ElevatorSharesDto {
  @IsAmount()
  readonly amount!: string;

  /** Either one of the published tables, or coefficients of one's own. */
  @OptionalWhen((body: ElevatorSharesDto) => body.coefficients !== undefined)
  @IsOneOf(Object.keys(COEFFICIENT_TABLES))
  @Holds('exactlyOne', (body: ElevatorSharesDto) => body.coefficients === undefined)
  readonly table?: CoefficientTableId;

  @Optional()
  @IsParts(() => FloorCoefficientDto, ANY_LENGTH)
  readonly coefficients?: FloorCoefficientDto[];

  /** A published table brings its own basis. */
  @OptionalWhen((body: ElevatorSharesDto) => body.table !== undefined)
  @IsOneOf(BASES)
  readonly basis?: CoefficientBasis;

  @IsParts(() => FloorHouseholdDto, ANY_LENGTH)
  readonly households!: FloorHouseholdDto[];
}

/** Where floors are weighed by area, every household states its own. */
export function assertAreas({ table, basis, households }: ElevatorSharesDto): void {
  const applied = basis ?? COEFFICIENT_TABLES[table!].basis;
  if (applied !== 'coefficient-area') return;
  const errors = households.flatMap(({ areaM2 }, index) =>
    areaM2 === undefined ? [{ pointer: `/households/${index}/areaM2`, code: 'isDecimalText' }] : [],
  );
  if (errors.length > 0) throw new Problem('invalid-field', { errors: errors.slice(0, MOST_ERRORS) });
}

export class FactorDto {
  /** What the notice calls it, like 面积. */
  @IsMark()
  readonly name!: string;

  @IsDecimalText()
  readonly weight!: string;

  @Optional()
  @IsFlag()
  readonly applyCoefficient?: boolean;
}

export class RecipientDto {
  @IsId()
  readonly id!: string;

  @IsDecimalText()
  readonly coefficient!: string;

  /** One value for each factor, by its name. */
  @IsRecordOf('isDecimalByName', (value) => typeof value === 'string' && DECIMAL_PATTERN.test(value))
  readonly values!: Record<string, string>;
}

@LongForm()
export class FactorDistributionDto {
  @IsAmount()
  readonly amount!: string;

  @IsParts(() => FactorDto, ANY_LENGTH)
  readonly factors!: FactorDto[];

  @IsParts(() => RecipientDto, ANY_LENGTH)
  readonly recipients!: RecipientDto[];
}

/** "A missing factor value 400"; "an unknown factor name is 400 `unknown-field`" (7-rulings.md §6, §7). */
type Valued = {
  readonly factors: readonly { readonly name: string }[];
  readonly recipients: readonly { readonly values: object }[];
};

export function assertFactorValues({ factors, recipients }: Valued): void {
  const names = new Set(factors.map(({ name }) => name));
  const errors = recipients.flatMap(({ values }, index) => {
    const pointer = (name: string): string => `/recipients/${index}/values/${escaped(name)}`;
    const unknown = Object.keys(values).filter((name) => !names.has(name));
    const missing = [...names].filter((name) => !Object.hasOwn(values, name));
    return [
      ...unknown.map((name) => ({ pointer: pointer(name), code: 'whitelistValidation' })),
      ...missing.map((name) => ({ pointer: pointer(name), code: 'isDecimalText' })),
    ];
  });
  if (errors.length === 0) return;
  const isUnknown = errors.some(({ code }) => code === 'whitelistValidation');
  throw new Problem(isUnknown ? 'unknown-field' : 'invalid-field', { errors: errors.slice(0, MOST_ERRORS) });
}

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

const isIds = (value: unknown): boolean =>
  Array.isArray(value) && value.every((id) => typeof id === 'string' && ID_PATTERN.test(id));
const isOneRank = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= LARGEST_RANK;
const isRanks = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isOneRank);

export class PlanSourceDto {
  @IsId()
  readonly id!: string;

  @IsAmount()
  readonly amount!: string;

  /** Ids of lines; one given twice counts once, an empty list is money nothing may be paid with. */
  @Holds('isIds', ({ mayFund }: PlanSourceDto) => isIds(mayFund))
  readonly mayFund!: string[];

  /** R04: one rank for all lines, or one by line; absent is 1. */
  @Optional()
  @Holds('isRank', ({ rank }: PlanSourceDto) => isOneRank(rank) || isRanks(rank))
  readonly rank?: number | Record<string, number>;
}

export class PlanLineDto {
  @IsId()
  readonly id!: string;

  @IsAmount()
  readonly amount!: string;
}

@LongForm()
export class FundingPlanDto {
  @IsParts(() => PlanSourceDto, ANY_LENGTH, 0)
  readonly sources!: PlanSourceDto[];

  @IsParts(() => PlanLineDto, ANY_LENGTH, 0)
  readonly lines!: PlanLineDto[];
}

export class ComponentDto {
  @IsId()
  readonly id!: string;

  @IsText()
  readonly name!: string;

  @IsAmount()
  readonly cost!: string;

  /** Years. */
  @IsCount(1, MOST_COUNT)
  readonly usefulLife!: number;

  /** Years; above the useful life is a contradiction, 422. */
  @IsCount(0, MOST_COUNT)
  readonly remainingLife!: number;
}

@LongForm()
export class ReserveForecastDto {
  @IsAmount()
  readonly openingBalance!: string;

  @IsCount(FIRST_YEAR, LAST_YEAR - MOST_YEARS)
  readonly firstYear!: number;

  @IsCount(1, MOST_YEARS)
  readonly years!: number;

  /** A year. */
  @IsAmount()
  readonly contribution!: string;

  @IsRate()
  readonly inflation!: string;

  @IsRate()
  readonly interestRate!: string;

  /** What every year's close must keep, for the required contribution. */
  @Optional()
  @IsAmount()
  readonly floor?: string;

  @IsParts(() => ComponentDto, ANY_LENGTH, 0)
  readonly components!: ComponentDto[];
}

const PAYMENTS_PER_YEAR: readonly PaymentsPerYear[] = [1, 2, 4, 12];
const REPAYMENTS: readonly Repayment[] = ['bullet', 'equal-principal'];

@LongForm()
export class DebtServiceDto {
  @IsAmount()
  readonly principal!: string;

  @IsRate()
  readonly couponRate!: string;

  @IsCount(1, MOST_COUNT)
  readonly termYears!: number;

  @IsBusinessDate()
  readonly valueDate!: BusinessDate;

  @IsOneOf(PAYMENTS_PER_YEAR)
  readonly paymentsPerYear!: PaymentsPerYear;

  @IsOneOf(REPAYMENTS)
  readonly repayment!: Repayment;

  /** Of the project, over the whole term. */
  @Optional()
  @IsAmount()
  readonly income?: string;

  @Optional()
  @IsAmount()
  readonly cost?: string;
}

const INTEREST_RULES: readonly InterestRule[] = ['two-tier-annual', 'quarterly-demand'];
const LONGEST_YEAR = 366;

export class InterestRateDto {
  @IsBusinessDate()
  readonly from!: BusinessDate;

  @IsRate()
  readonly demand!: string;

  @IsRate()
  readonly term!: string;
}

export class FlowDto {
  @IsBusinessDate()
  readonly occurredOn!: BusinessDate;

  @IsSignedAmountOrZero()
  readonly amount!: string;
}

@LongForm()
export class InterestDto {
  @IsOneOf(INTEREST_RULES)
  readonly rule!: InterestRule;

  @IsParts(() => InterestRateDto, ANY_LENGTH, 0)
  readonly rates!: InterestRateDto[];

  /** Days of a year of the demand rate; the rule's own where absent. */
  @Optional()
  @IsCount(1, LONGEST_YEAR)
  readonly dayBasis?: number;

  /** Counts as brought forward. */
  @IsAmount()
  readonly openingBalance!: string;

  @IsParts(() => FlowDto, ANY_LENGTH, 0)
  readonly flows!: FlowDto[];

  @IsBusinessDate()
  readonly from!: BusinessDate;

  @IsBusinessDate()
  @Holds('notBefore', ({ from, to }: InterestDto) => from <= to)
  readonly to!: BusinessDate;
}
