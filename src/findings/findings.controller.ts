import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { Asked, type Question, READERS, Reads } from '../platform/http/routes.js';
import { FINDING_CODES, SEVERITIES } from './finding-codes.rules.js';
import { GetFindings } from './findings.handlers.js';

@ApiTags('findings')
@Controller('v1')
export class FindingsController {
  constructor(private readonly queries: QueryBus) {}

  /** 疑点清单 */
  @Reads('findings', {
    list: true,
    roles: READERS,
    parameters: {
      code: FINDING_CODES,
      severity: SEVERITIES,
      rule: /^R\d{2}[ab]?$/,
      subject: /^.{1,120}$/u,
      divisionCode: /^\d{2}(\d{2}){0,2}$/,
      rulesAt: /^[a-z0-9][a-z0-9.-]{0,63}$/,
    },
  })
  findings(@Asked() asked: Question): Promise<object> {
    return this.queries.execute(new GetFindings(asked));
  }
}
