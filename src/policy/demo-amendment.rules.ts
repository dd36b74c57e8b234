import { amend } from './amend.rules.js';
import { CHANGZHI_2020 } from './changzhi-2020.rules.js';
import type { Quotation } from './rule-pack.js';

const NAME = '（虚构，仅供演示和测试）老旧小区改造补充意见';
const FROM = '2025-01-01';
const invented = (clause: string, clauseText: string): Quotation => ({
  clause: `（虚构）${clause}`,
  clauseText: `（虚构条文）${clauseText}`,
  source: NAME,
});
const BUILT_BEFORE_2005 = invented('第一条', '重点改造范围扩大到2005年以前建成的住宅小区。');
const PAINTING = invented('第二条', '楼道粉刷费用可由县（区）财政给予补助。');

/**
 * INVENTED. No authority has said this: one threshold and one cell of the matrix are changed, to show that two packs live
 * side by side, each judging the schemes drafted under it. A real amendment is written the same way.
 */
export const DEMO_AMENDMENT: typeof CHANGZHI_2020 = amend(CHANGZHI_2020, {
  id: 'demo-amendment-2025',
  name: { zh: NAME, en: '(Invented, for demonstration and tests only) Supplement on old compounds' },
  effectiveFrom: FROM,
  parameters: { builtBeforeYear: 2005 },
  rules: {
    R01a: {
      ...CHANGZHI_2020.rules.R01a,
      ...BUILT_BEFORE_2005,
      title: {
        zh: '（虚构）重点改造对象：城市或县城中建成于2005年以前的小区',
        en: '(Invented) The weight is on compounds built before 2005 in a city or county town',
      },
      effectiveFrom: FROM,
      verified: false,
    },
  },
  cells: [
    { source: 'county-grant', workItem: 'stairwell-painting', level: 'allow', verified: false, quotation: PAINTING },
  ],
});
