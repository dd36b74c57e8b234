import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Asked, type Question, READERS, Reads } from '../platform/http/routes.js';
import { fundingRows } from './funding-and-arrival.projection.js';
import { executionRows } from './grant-execution.projection.js';
import { noticeRows } from './household-notice.projection.js';
import { GetFundingAndArrival, GetGrantExecution, GetHouseholdNotice } from './reports.handlers.js';

const DIVISION = /^\d{2}(\d{2}){0,2}$/;

/** The forms the bureau sends out. Their flat forms have the fixed Chinese headings. */
@ApiTags('reports')
@Controller('v1/reports')
export class ReportsController {
  constructor(private readonly queries: QueryBus) {}

  /** 指标执行台账 */
  @Reads('grant-execution', {
    parameters: {
      divisionCode: DIVISION,
      fiscalYear: /^\d{4}$/,
      source: /^[a-z-]{1,40}$/,
      documentNo: /^.{1,200}$/u,
    },
    rows: executionRows,
  })
  grantExecution(@Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetGrantExecution(asked));
  }

  /** 资金筹措与到位表（一区一案） */
  @Reads('funding-and-arrival', {
    parameters: { divisionCode: DIVISION, planYear: /^\d{4}$/, compoundId: /^.{1,64}$/ },
    rows: fundingRows,
  })
  fundingAndArrival(@Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetFundingAndArrival(asked));
  }

  /** 分户出资公示表 */
  @Reads('household-notice', {
    discloses: true,
    roles: READERS,
    parameters: { schemeId: /^.{1,64}$/ },
    rows: noticeRows,
  })
  householdNotice(@Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetHouseholdNotice(asked));
  }
}
