import { Controller, Param } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Asked, READERS, type Question, Reads } from '../platform/http/routes.js';
import { GetCompoundSplit, GetHouseholdShares, GetOverview, GetSchemeSplit } from './figures.handlers.js';
import { GetFundingPlan } from './funding-plan.handlers.js';
import { GROUPINGS } from './overview.projection.js';

type SplitRows = { publicArea: object; inBuilding: object; total: object; bySource: object[] };
/** The flat form of a split: one row for each area, then one for each source. */
const splitRows = ({ publicArea, inBuilding, total, bySource }: SplitRows): object[] => [
  { row: 'public-area', ...publicArea },
  { row: 'in-building', ...inBuilding },
  { row: 'total', ...total },
  ...bySource.map((source) => ({ row: 'source', ...source })),
];

@ApiTags('figures')
@Controller('v1')
export class FiguresController {
  constructor(private readonly queries: QueryBus) {}

  /** 资金分摊：公共区域与楼体内 */
  @Reads('schemes/:schemeId/cost-split', { rows: splitRows })
  schemeSplit(@Param('schemeId') schemeId: string, @Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetSchemeSplit(schemeId, asked));
  }

  /** 资金筹措方案 */
  @Reads('schemes/:schemeId/funding-plan', { rows: ({ assignments }: { assignments: object[] }) => assignments })
  fundingPlan(@Param('schemeId') schemeId: string, @Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetFundingPlan(schemeId, asked));
  }

  /** 小区资金分摊 */
  @Reads('compounds/:compoundId/cost-split', { rows: splitRows })
  compoundSplit(@Param('compoundId') compoundId: string, @Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetCompoundSplit(compoundId, asked));
  }

  /** 分户出资 */
  @Reads('schemes/:schemeId/household-shares', { discloses: true, roles: READERS })
  householdShares(@Param('schemeId') schemeId: string, @Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetHouseholdShares(schemeId, asked));
  }

  /** 区域总览 */
  @Reads('overview', { parameters: { divisionCode: /^\d{2}(\d{2}){0,2}$/, groupBy: GROUPINGS } })
  overview(@Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetOverview(asked));
  }
}
