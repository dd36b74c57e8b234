import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Asked, type Question, READERS, Reads } from '../../platform/http/routes.js';
import { Differences } from './differences.js';
import { Explanations } from './explanations.js';
import { wrong } from './figures.js';

const PATH = /^\/v1\/.{1,2000}$/u;
const MOMENT = /^(\d{1,16}|\d{4}-\d{2}-\d{2}T.{1,40})$/;

@ApiTags('audit')
@Controller('v1')
export class ExplainController {
  constructor(
    private readonly explanations: Explanations,
    private readonly differences: Differences,
  ) {}

  /** 数字的来历 */
  @Reads('explain', { roles: READERS, parameters: { figure: PATH } })
  explain(@Asked() asked: Question): Promise<object> {
    const { figure } = asked.filters;
    if (figure === undefined) throw wrong('figure');
    return this.explanations.explain(figure, asked);
  }

  /** 两个时点之间的变化 */
  @Reads('diff', { roles: READERS, parameters: { path: PATH, from: MOMENT, to: MOMENT } })
  diff(@Asked() asked: Question): Promise<object> {
    const { path, from, to } = asked.filters;
    for (const [name, value] of Object.entries({ path, from, to })) if (value === undefined) throw wrong(name);
    return this.differences.diff(path!, from!, to!, asked);
  }
}
