import { Controller, Param } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Asked, type Question, READERS, Reads } from '../platform/http/routes.js';
import { type SchemeList, GetContractsByNo, GetScheme, GetSchemeList, GetSchemes } from './scheme-reads.handlers.js';

const WORD = /^[a-z-]{1,40}$/;
const NAME = /^.{1,64}$/;

@ApiTags('schemes')
@Controller('v1')
export class SchemeReadsController {
  constructor(private readonly queries: QueryBus) {}

  /** 改造方案列表 */
  @Reads('schemes', {
    list: true,
    parameters: {
      compoundId: /^.{1,64}$/,
      divisionCode: /^\d{2}(\d{2}){0,2}$/,
      planYear: /^\d{4}$/,
      projectCode: /^.{1,64}$/,
      state: WORD,
      planStage: WORD,
      centralPlan: /^(true|false)$/,
    },
  })
  schemes(@Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetSchemes(asked));
  }

  /** 改造方案 */
  @Reads('schemes/:schemeId')
  scheme(@Param('schemeId') schemeId: string, @Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetScheme(schemeId, asked));
  }

  /** 预算版本 */
  @Reads('schemes/:schemeId/budget-revisions', { list: true })
  revisions(@Param('schemeId') schemeId: string, @Asked() asked: Question): Promise<object> {
    return this.list(schemeId, 'revisions', asked);
  }

  /** 合同 */
  @Reads('schemes/:schemeId/contracts', { list: true })
  contracts(@Param('schemeId') schemeId: string, @Asked() asked: Question): Promise<object> {
    return this.list(schemeId, 'contracts', asked);
  }

  /** 认缴 */
  @Reads('schemes/:schemeId/pledges', {
    discloses: true,
    list: true,
    roles: READERS,
    parameters: { source: WORD, costArea: WORD, lineId: NAME },
  })
  pledges(@Param('schemeId') schemeId: string, @Asked() asked: Question): Promise<object> {
    return this.list(schemeId, 'pledges', asked);
  }

  /** 出资 */
  @Reads('schemes/:schemeId/contributions', {
    discloses: true,
    list: true,
    roles: READERS,
    parameters: { source: WORD, form: WORD, costArea: WORD, lineId: NAME, pledgeId: NAME },
  })
  contributions(@Param('schemeId') schemeId: string, @Asked() asked: Question): Promise<object> {
    return this.list(schemeId, 'contributions', asked);
  }

  /** 支付 */
  @Reads('schemes/:schemeId/payments', {
    list: true,
    roles: READERS,
    parameters: { lineId: NAME, costArea: WORD, contractNo: /^.{1,200}$/u, stage: WORD, channel: WORD, nature: WORD },
  })
  payments(@Param('schemeId') schemeId: string, @Asked() asked: Question): Promise<object> {
    return this.list(schemeId, 'payments', asked);
  }

  /** 按合同号查合同 */
  @Reads('contracts', { list: true, parameters: { contractNo: /^.{1,200}$/u } })
  contractsByNo(@Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetContractsByNo(asked));
  }

  private list(schemeId: string, list: SchemeList, asked: Question): Promise<object> {
    return this.queries.execute(new GetSchemeList(schemeId, list, asked));
  }
}
