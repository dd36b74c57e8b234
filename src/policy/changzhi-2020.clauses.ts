import type { BusinessDate } from '../kernel/dates.js';
import type { Quotation } from './rule-pack.js';

export const OPINIONS = '长治市城镇老旧小区改造工作实施意见';
/** The text bears no date: the first day of the year of the pack's name, so that no date of that year lies before it. */
export const OPINIONS_FROM: BusinessDate = '2020-01-01';

/** A document, its article and the day the quoted wording came into force. */
export type Text = Quotation & { readonly from: BusinessDate };
export const quote = (clause: string, clauseText: string, source = OPINIONS, from = OPINIONS_FROM): Text => ({
  clause,
  clauseText,
  source,
  from,
});
export const civilCode = (article: string, text: string) =>
  quote(`民法典 ${article}`, text, '中华人民共和国民法典', '2021-01-01');
export const propertyRegulation = (article: string, text: string) =>
  quote(`物业管理条例 ${article}`, text, '物业管理条例', '2018-03-19');
export const investmentRegulation = (article: string, text: string) =>
  quote(`政府投资条例 ${article}`, text, '政府投资条例', '2019-07-01');
export const budgetLaw = (article: string, text: string) =>
  quote(`预算法 ${article}`, text, '中华人民共和国预算法', '2018-12-29');

const FUNDS = '主要任务（五）落实改造资金';
export const PUBLIC_AREA_COST = quote(
  FUNDS,
  '城镇老旧小区内属于公共区域部分的改造费用除争取中央和省级补助资金外，市、县（区）政府给予资金支持，其余部分通过居民自筹、单位投资、企业捐助、引入社会资本等方式解决。',
);
export const IN_BUILDING_COST = quote(
  FUNDS,
  '属于楼体内的改造费用由居民自行承担，居民出资部分可通过直接出资、使用（补建、续筹）住宅专项维修资金、让渡小区公共收益等方式落实，鼓励居民个人捐资捐物、投工投劳参与老旧小区改造。',
);
export const OVERHEAD_LINES = quote(FUNDS, '公共区域架空线路的管沟建设由政府承担，入地割接费用由运营商自行承担。');
export const POOLED_FUNDS = quote(FUNDS, '统筹涉及住宅小区的各类资金用于城镇老旧小区改造，提高资金使用效率。');
export const BONDS = quote(FUNDS, '支持通过申报地方政府专项债券筹措改造资金。');
export const OPERATORS = quote(FUNDS, '鼓励供水、供气、供热、供电等专业经营单位出资参与改造。');
export const WEIGHT = quote(
  '改造对象',
  '重点改造城市或县城（城关镇）中建成于2000年以前、失养失修失管、市政配套设施不完善、社区服务设施不健全、居民改造意愿强烈的住宅小区（含单栋住宅楼）。',
);
export const OUTSIDE = quote(
  '改造对象',
  '已纳入城镇棚户区改造计划、拟通过拆除新建（改建、扩建、翻建）实施改造的棚户区（居民住房），以及以居民自建住房为主的区域和城中村等，不在此次改造范畴',
);
export const REVIEW = quote(
  '主要任务（二）编制改造方案',
  '方案编制完成后要在小区公示，充分征求居民意见，形成统一意见后报县（区）城镇老旧小区改造主管部门审核后实施。',
);
export const ACCEPTANCE = quote(
  '主要任务（四）完成竣工验收',
  '项目完工后由各县（区）政府组织有关部门、专业单位、街道社区和居民代表进行综合验收，验收合格后移交物业服务企业。城镇老旧小区改造中涉及的管线迁移改造、建筑节能改造、加装电梯等验收工作由相关主管部门按有关规定执行。',
);
export const CENTRAL_PLAN = quote(
  '改造内容（二）楼体内部分 3',
  '纳入中央补助支持城镇老旧小区改造计划的项目，改造内容须包括对水、电、路、气4项设施中至少2项进行改造更新；或者虽未对水、电、路、气设施更新，但包括加装电梯。',
);
export const FUND_IS_OWNERS = propertyRegulation(
  '第五十三条',
  '专项维修资金属于业主所有，专项用于物业保修期满后物业共用部位、共用设施设备的维修和更新、改造，不得挪作他用。',
);
export const OWNERS_VOTE = civilCode(
  '第二百七十八条',
  '业主共同决定事项，应当由专有部分面积占比三分之二以上的业主且人数占比三分之二以上的业主参与表决。决定前款第六项至第八项规定的事项，应当经参与表决专有部分面积四分之三以上的业主且参与表决人数四分之三以上的业主同意。决定前款其他事项，应当经参与表决专有部分面积过半数的业主且参与表决人数过半数的业主同意。',
);
