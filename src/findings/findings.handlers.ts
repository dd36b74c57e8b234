import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { byCodePoint, inScope } from '../kernel/ids.js';
import { echoed } from '../kernel/projection.js';
import { notFound } from '../kernel/rejection.js';
import type { Question } from '../platform/http/routes.js';
import { paged } from '../platform/reads/paging.js';
import { ReadDesk } from '../platform/reads/read-desk.js';
import { policyById } from '../policy/policies.rules.js';
import { keyOf } from './finding.projection.js';
import { FindingsReader } from './findings-reader.js';

export class GetFindings extends Query<object> {
  constructor(readonly asked: Question) {
    super();
  }
}

@QueryHandler(GetFindings)
export class GetFindingsHandler implements IQueryHandler<GetFindings> {
  constructor(
    private readonly reads: ReadDesk,
    private readonly findings: FindingsReader,
  ) {}

  async execute({ asked }: GetFindings): Promise<object> {
    const { caller, filters } = asked;
    const { code, severity, rule, subject, divisionCode = '', rulesAt } = filters;
    const pack = rulesAt === undefined ? undefined : policyById(rulesAt);
    if (rulesAt !== undefined && !pack) throw notFound('policy');
    const moment = await this.reads.moment(asked);
    const found = (await this.findings.all(moment, pack))
      .filter(({ scopes }) => scopes.some((scope) => inScope(caller.division, scope)))
      .filter(({ division }) => division.startsWith(divisionCode))
      .filter(
        ({ finding }) =>
          (code === undefined || finding.code === code) &&
          (severity === undefined || finding.severity === severity) &&
          (rule === undefined || finding.rule === rule) &&
          (subject === undefined || finding.subject === subject),
      )
      .map(({ finding, division }) => ({ key: keyOf(finding), row: { ...finding, divisionCode: division } }))
      .sort((a, b) => byCodePoint(a.key, b.key));
    const { items, next, prev } = paged(found, ({ key }) => key, asked);
    return {
      items: items.map(({ row }) => row),
      ...{ next, prev },
      total: found.length,
      measuredOn: this.findings.today(moment),
      ...echoed(moment),
    };
  }
}
