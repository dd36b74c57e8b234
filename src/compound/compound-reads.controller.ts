import { Controller, Param } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Asked, type Question, READERS, Reads } from '../platform/http/routes.js';
import { GetCompound, GetCompounds, GetHouseholds } from './compound-reads.handlers.js';

@ApiTags('compounds')
@Controller('v1/compounds')
export class CompoundReadsController {
  constructor(private readonly queries: QueryBus) {}

  /** 小区列表 */
  @Reads('/', { list: true, parameters: { divisionCode: /^\d{2}(\d{2}){0,2}$/, name: /^.{1,200}$/u } })
  compounds(@Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetCompounds(asked));
  }

  /** 小区 */
  @Reads(':compoundId')
  compound(@Param('compoundId') compoundId: string, @Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetCompound(compoundId, asked));
  }

  /** 户 */
  @Reads(':compoundId/households', {
    discloses: true,
    list: true,
    roles: READERS,
    parameters: { buildingNo: /^.{1,200}$/u },
  })
  households(@Param('compoundId') compoundId: string, @Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetHouseholds(compoundId, asked));
  }
}
