import { Body, Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { fen } from '../kernel/money.js';
import { Calculates, EVERYBODY, MIB } from '../platform/http/routes.js';
import {
  answerApportionment,
  answerDebtService,
  answerDrawApportionment,
  answerElevatorShares,
  answerFactorDistribution,
  answerFundingPlan,
  answerInterest,
  answerReserveForecast,
} from './answers.engine.js';
import {
  ApportionmentDto,
  assertAreas,
  assertFactorValues,
  DebtServiceDto,
  DrawApportionmentDto,
  ElevatorSharesDto,
  FactorDistributionDto,
  FundingPlanDto,
  InterestDto,
  ReserveForecastDto,
} from './calculation.dto.js';
import { planning } from './funding-plan.engine.js';
import { Slices } from '../platform/slices.js';

/**
 * The largest plan, 300 × 300 with a rank for every pair and ids of sixteen characters, is a body of 3.6 MB; without
 * ranks it fits the ordinary megabyte up to ids of eight.
 */
const LARGEST_PLAN = 4 * MIB;

/**
 * Calculations on what the caller sends: "no `Idempotency-Key` needed, any role" (4-api.md). An administrator "reads no
 * figures" of the ledger, and here there are none.
 */
@ApiTags('calculations')
@Controller('v1/calculations')
export class CalculationController {
  constructor(private readonly slices: Slices) {}

  /** 按权重分摊 */
  @Calculates('apportionment', EVERYBODY)
  apportionment(@Body() body: ApportionmentDto): object {
    return answerApportionment(body);
  }

  /** 维修资金列支分摊 */
  @Calculates('draw-apportionment', EVERYBODY)
  drawApportionment(@Body() body: DrawApportionmentDto): object {
    return answerDrawApportionment(body);
  }

  /** 加装电梯分摊 */
  @Calculates('elevator-shares', EVERYBODY)
  elevatorShares(@Body() body: ElevatorSharesDto): object {
    assertAreas(body);
    return answerElevatorShares(body);
  }

  /** 因素法分配 */
  @Calculates('factor-distribution', EVERYBODY)
  factorDistribution(@Body() body: FactorDistributionDto): object {
    assertFactorValues(body);
    return answerFactorDistribution(body);
  }

  /** 资金筹措方案 */
  @Calculates('funding-plan', EVERYBODY, LARGEST_PLAN)
  async fundingPlan(@Body() { sources, lines }: FundingPlanDto): Promise<object> {
    const request = {
      sources: sources.map((source) => ({ ...source, amount: fen(source.amount) })),
      lines: lines.map(({ id, amount }) => ({ id, amount: fen(amount) })),
    };
    return answerFundingPlan(await this.slices.run(planning(request)));
  }

  /** 储备金预测 */
  @Calculates('reserve-forecast', EVERYBODY)
  reserveForecast(@Body() body: ReserveForecastDto): object {
    return answerReserveForecast(body);
  }

  /** 还本付息 */
  @Calculates('debt-service', EVERYBODY)
  debtService(@Body() body: DebtServiceDto): object {
    return answerDebtService(body);
  }

  /** 维修资金利息 */
  @Calculates('interest', EVERYBODY)
  interest(@Body() body: InterestDto): object {
    return answerInterest(body);
  }
}
