import type { FundingSource } from '../policy/funding-source.js';
import type { Programme } from '../policy/rule-pack.js';

/** Columns of the 资金筹措表, in its order; `sources` are what each one gathers. 中央 money is told apart by programme. */
export const FUNDING_COLUMNS = [
  { code: 'central-mof', zh: '中央财政', sources: [] },
  { code: 'central-ndrc', zh: '中央预算内', sources: [] },
  { code: 'provincial', zh: '省', sources: ['provincial-grant'] },
  { code: 'city', zh: '市', sources: ['city-grant'] },
  { code: 'county', zh: '县(区)', sources: ['county-grant'] },
  { code: 'special-bond', zh: '专项债', sources: ['special-bond'] },
  // No source of the policy is other debt: the column of the form stays empty.
  { code: 'other-debt', zh: '其他债务融资', sources: [] },
  { code: 'other-government', zh: '其他财政资金', sources: ['housing-sale-proceeds', 'pooled-compound-funds'] },
  { code: 'resident-cash', zh: '居民直接出资', sources: ['resident-cash', 'provident-fund'] },
  { code: 'maintenance-fund', zh: '维修资金', sources: ['maintenance-fund'] },
  { code: 'common-area-income', zh: '公共收益', sources: ['common-area-income'] },
  { code: 'operators', zh: '专营单位', sources: ['utility-operator', 'telecom-operator'] },
  { code: 'affiliated-unit', zh: '相关联单位', sources: ['affiliated-unit'] },
  { code: 'social-capital', zh: '社会资本', sources: ['social-capital'] },
  { code: 'donations', zh: '捐赠', sources: ['resident-donation', 'enterprise-donation'] },
] as const satisfies readonly { code: string; zh: string; sources: readonly FundingSource[] }[];
export type FundingColumn = (typeof FUNDING_COLUMNS)[number]['code'];

/** The column a source counts in; every source has one, so that the columns sum to the split. */
export function columnOf(source: FundingSource, programme: Programme | undefined): FundingColumn {
  if (source === 'central-grant') return programme === 'ndrc' ? 'central-ndrc' : 'central-mof';
  return FUNDING_COLUMNS.find(({ sources }) => (sources as readonly FundingSource[]).includes(source))!.code;
}
