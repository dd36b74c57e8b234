import { Controller, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type EdgeRequest, READERS, Reads } from '../platform/http/routes.js';
import { Explanations } from './explain.js';
import { type Caller, wrong } from './figures.js';

const PATH = /^\/v1\/.{1,2000}$/u;
const MOMENT = /^(\d{1,16}|\d{4}-\d{2}-\d{2}T.{1,40})$/;
const callerOf = ({ headers, language }: EdgeRequest): Caller => ({ authorization: headers.authorization!, language });

@ApiTags('audit')
@Controller('v1')
export class ExplainController {
  constructor(private readonly explanations: Explanations) {}

  /** 数字的来历 */
  @Reads('explain', { roles: READERS, parameters: { figure: PATH } })
  explain(@Query('figure') figure: string | undefined, @Req() request: EdgeRequest): Promise<object> {
    if (figure === undefined) throw wrong('figure');
    return this.explanations.explain(figure, callerOf(request));
  }

  /** 两个时点之间的变化 */
  @Reads('diff', { roles: READERS, parameters: { path: PATH, from: MOMENT, to: MOMENT } })
  diff(
    @Query() { path, from, to }: { path?: string; from?: string; to?: string },
    @Req() request: EdgeRequest,
  ): Promise<object> {
    for (const [name, value] of Object.entries({ path, from, to })) if (value === undefined) throw wrong(name);
    return this.explanations.diff(path!, from!, to!, callerOf(request));
  }
}
