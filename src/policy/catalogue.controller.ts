import { Controller, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { notFound } from '../kernel/rejection.js';
import { Reads } from '../platform/http/routes.js';
import { CHANGZHI_2020 } from './changzhi-2020.rules.js';
import { FUNDING_SOURCES } from './funding-source.js';
import { policyById } from './policies.rules.js';
import { WORK_ITEMS } from './work-item.js';

@ApiTags('catalogues')
@Controller('v1')
export class CatalogueController {
  /** 政策规则 */
  @Reads('policies/:policyId')
  policy(@Param('policyId') policyId: string): object {
    const pack = policyById(policyId);
    if (!pack) throw notFound('policy');
    return { ...pack, policyId: pack.id, rules: Object.values(pack.rules) };
  }

  /** 资金来源目录 */
  @Reads('funding-sources')
  fundingSources(): object {
    const { matrix, rules } = CHANGZHI_2020;
    const items = Object.entries(FUNDING_SOURCES).map(([code, { zh, en, ...told }]) => ({
      code,
      label: { zh, en },
      ...told,
      mayFund: matrix[code as keyof typeof matrix],
      clause: rules.R03.clause,
    }));
    return { items };
  }

  /** 改造内容目录 */
  @Reads('work-items')
  workItems(): object {
    return {
      items: Object.entries(WORK_ITEMS).map(([code, { zh, en, ...told }]) => ({ code, label: { zh, en }, ...told })),
    };
  }
}
