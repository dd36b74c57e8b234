import { CHANGZHI_2020 } from './changzhi-2020.rules.js';
import { RULE_IDS, type JudgedAs, type Level, type RuleId } from './rule-pack.js';

/** Passages of the seed policy, its line breaks joined, under the heading each is quoted by. */
const POLICY_TEXT: ReadonlyMap<string, string> = new Map([
  [
    '改造对象',
    '重点改造城市或县城（城关镇）中建成于2000年以前、失养失修失管、市政配套设施不完善、社区服务设施不健全、居民改造意愿强烈的住宅小区（含单栋住宅楼）。已纳入城镇棚户区改造计划、拟通过拆除新建（改建、扩建、翻建）实施改造的棚户区（居民住房），以及以居民自建住房为主的区域和城中村等，不在此次改造范畴',
  ],
  [
    '改造内容（二）楼体内部分 3',
    '3.纳入中央补助支持城镇老旧小区改造计划的项目，改造内容须包括对水、电、路、气4项设施中至少2项进行改造更新；或者虽未对水、电、路、气设施更新，但包括加装电梯。',
  ],
  [
    '主要任务（二）编制改造方案',
    '（二）编制改造方案。城镇老旧小区改造不搞“一刀切”，各县（区）要结合每个小区实际和规模，编制切实可行、经济合理的改造方案，包括改造内容、工程预算、资金筹措等，做到“一区一案”。方案编制完成后要在小区公示，充分征求居民意见，形成统一意见后报县（区）城镇老旧小区改造主管部门审核后实施。',
  ],
  [
    '主要任务（三）组织项目实施',
    '（三）组织项目实施。各县（区）城镇老旧小区改造的实施主体要依法办理招标或政府采购等手续，确定城镇老旧小区改造工程的设计、施工、监理等单位；做好施工的组织协调，科学安排各分项工程的工序和工期；严格执行工程项目建设有关法律法规和标准规范，强化项目监管，落实单位责任，杜绝安全隐患，确保工程质量。鼓励选用经济适用、绿色环保的技术、工艺、材料、产品。改造项目涉及历史文化街区、历史建筑的，应严格落实相关保护修缮要求。结合城镇老旧小区改造，同步开展绿色社区创建。充分发挥社会监督作用，畅通投诉举报渠道。',
  ],
  [
    '主要任务（四）完成竣工验收',
    '（四）完成竣工验收。项目完工后由各县（区）政府组织有关部门、专业单位、街道社区和居民代表进行综合验收，验收合格后移交物业服务企业。城镇老旧小区改造中涉及的管线迁移改造、建筑节能改造、加装电梯等验收工作由相关主管部门按有关规定执行。要参照住房保障档案管理有关要求，做好城镇老旧小区改造项目档案管理。',
  ],
  [
    '主要任务（五）落实改造资金',
    '（五）落实改造资金。城镇老旧小区内属于公共区域部分的改造费用除争取中央和省级补助资金外，市、县（区）政府给予资金支持，其余部分通过居民自筹、单位投资、企业捐助、引入社会资本等方式解决。公共区域架空线路的管沟建设由政府承担，入地割接费用由运营商自行承担。鼓励供水、供气、供热、供电等专业经营单位出资参与改造。城镇老旧小区改造可以纳入国有住房出售收入存量资金使用范围。统筹涉及住宅小区的各类资金用于城镇老旧小区改造，提高资金使用效率。支持通过申报地方政府专项债券筹措改造资金。按照谁受益、谁出资原则，积极推动居民出资参与改造。属于楼体内的改造费用由居民自行承担，居民出资部分可通过直接出资、使用（补建、续筹）住宅专项维修资金、让渡小区公共收益等方式落实，鼓励居民个人捐资捐物、投工投劳参与老旧小区改造。支持小区居民提取住房公积金，用于加装电梯等自住住房改造。',
  ],
]);

/** Articles as they were read in a public collection of statutes. */
const STATUTES: ReadonlyMap<string, string> = new Map([
  [
    '物业管理条例 第五十三条',
    '专项维修资金属于业主所有，专项用于物业保修期满后物业共用部位、共用设施设备的维修和更新、改造，不得挪作他用。',
  ],
  ['政府投资条例 第十二条', '经投资主管部门或者其他有关部门核定的投资概算是控制政府投资项目总投资的依据。'],
  ['政府投资条例 第二十二条', '政府投资项目不得由施工单位垫资建设。'],
  [
    '政府投资条例 第二十三条',
    '政府投资项目建设投资原则上不得超过经核定的投资概算。因国家政策调整、价格上涨、地质条件发生重大变化等原因确需增加投资概算的，项目单位应当提出调整方案及资金来源，按照规定的程序报原初步设计审批部门或者投资概算核定部门核定……',
  ],
  [
    '预算法 第十六条',
    '上级政府在安排专项转移支付时，不得要求下级政府承担配套资金。但是，按照国务院的规定应当由上下级政府共同承担的事项除外。',
  ],
  [
    '预算法 第四十二条',
    '各级政府上一年预算的结转资金，应当在下一年用于结转项目的支出；连续两年未用完的结转资金，应当作为结余资金管理。',
  ],
  ['预算法实施条例 第五十条', '连续两年未用完的结转资金，是指预算安排项目的支出在下一年度终了时仍未用完的资金。'],
  ['民法典 第二百八十一条', '经业主共同决定，可以用于电梯、屋顶、外墙、无障碍设施等共有部分的维修、更新和改造。'],
  [
    '民法典 第二百七十八条',
    '业主共同决定事项，应当由专有部分面积占比三分之二以上的业主且人数占比三分之二以上的业主参与表决。决定前款第六项至第八项规定的事项，应当经参与表决专有部分面积四分之三以上的业主且参与表决人数四分之三以上的业主同意。决定前款其他事项，应当经参与表决专有部分面积过半数的业主且参与表决人数过半数的业主同意。',
  ],
  [
    '民法典 第二百八十一条 第二款',
    '紧急情况下需要维修建筑物及其附属设施的，业主大会或者业主委员会可以依法申请使用建筑物及其附属设施的维修资金。',
  ],
  [
    '河南省物业管理条例 第六十八条',
    '专项维修资金余额不足首期筹集金额百分之三十的，业主应当按照相关规定以及业主大会的决定续筹专项维修资金。',
  ],
  [
    '民法典 第二百八十二条',
    '建设单位、物业服务企业或者其他管理人等利用业主的共有部分产生的收入，在扣除合理成本之后，属于业主共有。',
  ],
  ['物业管理条例 第五十四条', '业主所得收益应当主要用于补充专项维修资金，也可以按照业主大会的决定使用。'],
  [
    '民法典 第二百八十三条',
    '建筑物及其附属设施的费用分摊、收益分配等事项，有约定的，按照约定；没有约定或者约定不明确的，按照业主专有部分面积所占比例确定。',
  ],
]);

type Expected = readonly [RuleId, Level, JudgedAs, verified: boolean, clause: string, begins: string];
const RULES: readonly Expected[] = [
  ['R01a', 'warn', 'decision', true, '改造对象', '重点改造城市'],
  ['R01b', 'stop', 'decision', true, '改造对象', '已纳入城镇棚户区'],
  ['R02', 'stop', 'decision', true, '改造内容（二）楼体内部分 3', '纳入中央补助'],
  ['R03', 'stop', 'matrix', true, '主要任务（五）落实改造资金', '属于楼体内的改造费用'],
  ['R04', 'allow', 'rank', true, '主要任务（五）落实改造资金', '城镇老旧小区内属于公共区域'],
  ['R05', 'stop', 'matrix', true, '主要任务（五）落实改造资金', '公共区域架空线路'],
  ['R06', 'stop', 'decision', true, '主要任务（二）编制改造方案', '方案编制完成后'],
  ['R07', 'stop', 'decision', true, '主要任务（四）完成竣工验收', '项目完工后'],
  ['R08', 'stop', 'decision', true, '物业管理条例 第五十三条', '专项维修资金属于业主'],
  ['R09', 'stop', 'decision', false, '主要任务（五）落实改造资金', '城镇老旧小区内属于公共区域'],
  ['R10', 'stop', 'decision', true, '政府投资条例 第二十三条', '政府投资项目建设投资'],
  ['R11', 'stop', 'decision', false, '主要任务（五）落实改造资金', '统筹涉及住宅小区'],
  ['R12', 'allow', 'shown', true, '预算法 第十六条', '上级政府在安排'],
  ['R13', 'stop', 'decision', true, '预算法 第四十二条', '各级政府上一年预算'],
  ['R14', 'stop', 'decision', true, '民法典 第二百八十一条', '经业主共同决定'],
  ['R15', 'stop', 'decision', true, '民法典 第二百七十八条', '业主共同决定事项'],
  ['R16', 'warn', 'finding', false, '河南省物业管理条例 第六十八条', '专项维修资金余额不足'],
  ['R17', 'stop', 'decision', false, '民法典 第二百八十三条', '建筑物及其附属设施'],
  ['R18', 'stop', 'decision', true, '主要任务（五）落实改造资金', '城镇老旧小区内属于公共区域'],
  ['R19', 'stop', 'decision', true, '改造内容（二）楼体内部分 3', '纳入中央补助'],
  ['R20', 'warn', 'finding', true, '民法典 第二百七十八条', '业主共同决定事项'],
  ['R21', 'stop', 'decision', true, '主要任务（三）组织项目实施', '改造项目涉及历史'],
];

const { rules, parameters } = CHANGZHI_2020;

const quotationsOf = (id: RuleId) => [
  rules[id],
  ...(rules[id].also ?? []),
  ...(rules[id].ofSources ?? []).map(({ quotation }) => quotation),
];

describe('The rules of Changzhi', () => {
  it('are all there', () => {
    expect(RULES.map(([id]) => id)).toEqual([...RULE_IDS]);
  });

  it.each(RULES)(
    '%s is at %s as a %s, verified %s, and rests on %s',
    (id, level, judgedAs, verified, clause, begins) => {
      expect(rules[id]).toMatchObject({ id, level, judgedAs, verified, clause, effectiveTo: null });
      expect(rules[id].clauseText.startsWith(begins)).toBe(true);
    },
  );

  it.each(RULE_IDS)('%s quotes whole sentences word for word', (id) => {
    for (const { clause, clauseText } of quotationsOf(id)) {
      const passage = POLICY_TEXT.get(clause) ?? STATUTES.get(clause) ?? '';
      expect(passage).toContain(clauseText);
      expect(clauseText.endsWith('。') || passage.endsWith(clauseText)).toBe(true);
    }
  });

  it('name the policy as the source of what is quoted from it, and the law of the rest', () => {
    for (const { clause, source } of RULE_IDS.flatMap((id) => quotationsOf(id))) {
      const ofPolicy = source === '长治市城镇老旧小区改造工作实施意见';
      expect(ofPolicy).toBe(POLICY_TEXT.has(clause));
      expect(ofPolicy || source.endsWith(clause.split(' ')[0]!)).toBe(true);
    }
  });

  it('say why wherever they are not verified', () => {
    for (const id of RULE_IDS) expect(rules[id].verified || rules[id].note !== undefined).toBe(true);
  });

  it('keep every number and date in the pack', () => {
    expect(parameters).toEqual({
      builtBeforeYear: 2000,
      localitiesInScope: ['city', 'county-town'],
      centralPlanMinimumKinds: 2,
      essentialKinds: ['water', 'power', 'road', 'gas'],
      centralPlanAlternative: 'elevator',
      exemptFromApproval: ['preliminary-and-design'],
      acceptanceParties: ['departments', 'specialist-units', 'street-community', 'residents'],
      specialAcceptances: [
        { workItem: 'elevator', level: 'stop' },
        { workItem: 'external-wall-insulation', level: 'warn' },
        { workItem: 'overhead-line-duct', level: 'warn' },
        { workItem: 'overhead-line-cutover', level: 'warn' },
      ],
      voteParticipation: [2, 3],
      useMajority: [1, 2],
      raiseMajority: [3, 4],
      raiseMajorityItems: ['elevator'],
      voteOldRule: { until: '2020-12-31', share: [2, 3] },
      voteFrom: '2021-01-01',
      replenishmentShare: [30, 100],
      coverageWarnBelow: '1.1',
      directFundsRegistrationDays: 3,
      grantAllocationDays: 30,
    });
  });
});
