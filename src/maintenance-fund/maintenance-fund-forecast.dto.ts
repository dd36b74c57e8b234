import { MOST_RUNS } from '../calculation/forecast-sensitivity.engine.js';
import { MOST_COMPONENTS, MOST_YEARS } from '../calculation/reserve-forecast.engine.js';
import { IsAmount, IsCount, IsDecimalText, IsParts, IsRate, Optional } from '../platform/http/validators.js';
import { ComponentDto } from './maintenance-fund.dto.js';

/** The same fields as the query of GET …/forecast, and the components to forecast instead of the surveyed ones. */
export class ForecastDto {
  @Optional()
  @IsCount(1, MOST_YEARS)
  readonly years?: number;

  @Optional()
  @IsRate()
  readonly inflation?: string;

  @Optional()
  @IsRate()
  readonly interestRate?: string;

  @Optional()
  @IsAmount()
  readonly contribution?: string;

  @Optional()
  @IsAmount()
  readonly floor?: string;

  @Optional()
  @IsDecimalText()
  readonly threshold?: string;

  @Optional()
  @IsCount(1, MOST_RUNS)
  readonly runs?: number;

  @Optional()
  @IsCount(0, Number.MAX_SAFE_INTEGER)
  readonly seed?: number;

  @Optional()
  @IsParts(() => ComponentDto, MOST_COMPONENTS)
  readonly components?: ComponentDto[];
}
