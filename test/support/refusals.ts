import type { Reply } from './service.js';

const FUNDS = '主要任务（五）落实改造资金';
const CENTRAL_PLAN = [
  '改造内容（二）楼体内部分 3',
  '纳入中央补助支持城镇老旧小区改造计划的项目，改造内容须包括对水、电、路、气4项设施中至少2项进行改造更新；或者虽未对水、电、路、气设施更新，但包括加装电梯。',
] as const;

/** Heading and words of the clause each rule rests on, copied from the policy text and the statutes, not from the code. */
const CLAUSES: Readonly<Record<string, readonly [heading: string, words: string]>> = {
  R01a: ['改造对象', '重点改造城市或县城（城关镇）中建成于2000年以前'],
  R01b: ['改造对象', '不在此次改造范畴'],
  R02: CENTRAL_PLAN,
  R03: [FUNDS, '属于楼体内的改造费用由居民自行承担'],
  R05: [FUNDS, '公共区域架空线路的管沟建设由政府承担，入地割接费用由运营商自行承担。'],
  R06: [
    '主要任务（二）编制改造方案',
    '方案编制完成后要在小区公示，充分征求居民意见，形成统一意见后报县（区）城镇老旧小区改造主管部门审核后实施。',
  ],
  R07: ['主要任务（四）完成竣工验收', '组织有关部门、专业单位、街道社区和居民代表进行综合验收'],
  R08: [
    '物业管理条例 第五十三条',
    '专项用于物业保修期满后物业共用部位、共用设施设备的维修和更新、改造，不得挪作他用。',
  ],
  'R08 of grants and bonds': [FUNDS, '统筹涉及住宅小区的各类资金用于城镇老旧小区改造，提高资金使用效率。'],
  R09: [FUNDS, '除争取中央和省级补助资金外，市、县（区）政府给予资金支持'],
  R10: ['政府投资条例 第二十三条', '政府投资项目建设投资原则上不得超过经核定的投资概算。'],
  R11: [FUNDS, '统筹涉及住宅小区的各类资金用于城镇老旧小区改造，提高资金使用效率。'],
  R15: ['民法典 第二百七十八条', '应当由专有部分面积占比三分之二以上的业主且人数占比三分之二以上的业主参与表决'],
  R18: [FUNDS, '城镇老旧小区内属于公共区域部分的改造费用'],
  R19: CENTRAL_PLAN,
  R21: ['主要任务（三）组织项目实施', '改造项目涉及历史文化街区、历史建筑的，应严格落实相关保护修缮要求。'],
};

const OF_GOVERNMENT = /^(special-bond|housing-sale-proceeds|pooled-compound-funds|.+-grant)$/;

function quotes({ body }: Reply, rule: string): void {
  const isGovernments = rule === 'R08' && OF_GOVERNMENT.test(String(body.source));
  const [clause, words] = CLAUSES[isGovernments ? 'R08 of grants and bonds' : rule]!;
  expect(body).toMatchObject({ rule, clause, policyId: 'changzhi-2020' });
  expect(body.clauseText).toContain(words);
}

/** 422, the rule, its clause's heading and its Chinese words. */
export function expectRefused(reply: Reply, rule: string): void {
  expect(reply.body).toMatchObject({ code: 'rule-refused', status: 422, rule });
  expect(reply.status).toBe(422);
  quotes(reply, rule);
}

/** 422 `needs-override` naming all rules that warn, the first of them quoted. */
export function expectNeedsOverride(reply: Reply, ...rules: readonly string[]): void {
  expect(reply.body).toMatchObject({ code: 'needs-override', status: 422, rule: rules[0], rules });
  expect(reply.status).toBe(422);
  quotes(reply, rules[0]!);
}

/** The status and code of a problem, in one line for tables. */
export const said = ({ status, body }: Reply): string =>
  status < 300 ? String(status) : `${status} ${String(body?.code)}${body?.rule === undefined ? '' : ` ${body.rule}`}`;
