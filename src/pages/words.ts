import type { Language } from '../platform/http/messages.js';

type Said = Readonly<Record<Language, string>>;
const say = (zh: string, en: string): Said => ({ zh, en });

/** Every word of the pages that is not data, in both languages: a missing one does not compile. */
export const WORDS = {
  product: say('改造资金台账', 'Renewal Ledger'),
  subtitle: say(
    '城镇老旧小区改造资金筹措与预算核算',
    'Funding and budget of the renovation of old residential compounds',
  ),
  overview: say('总览', 'Overview'),
  api: say('接口文档', 'API'),
  otherLanguage: say('English', '中文'),
  signIn: say('登录', 'Sign in'),
  signOut: say('退出', 'Sign out'),
  signedInAs: say('当前身份', 'Signed in as'),
  key: say('访问密钥', 'Access key'),
  keyHint: say(
    '首次启动时打印的密钥，或管理员配发的密钥。',
    'One of the keys printed at the first start, or one you were given.',
  ),
  wrongKey: say('密钥不正确。', 'This is not a key of the service.'),
  demonstration: say(
    '演示数据：小区、单位、文号均为虚构，与真实项目无关。',
    'Demonstration: compounds, organisations and documents are invented.',
  ),
  skip: say('跳到正文', 'Skip to content'),
  county: say('县（区）', 'County'),
  counties: say('各县（区）资金情况', 'Money by county'),
  compounds: say('小区', 'Compounds'),
  compoundList: say('小区列表', 'Compounds'),
  households: say('户数', 'Households'),
  floorArea: say('建筑面积（㎡）', 'Floor area (m²)'),
  schemes: say('改造方案', 'Schemes'),
  budget: say('预算', 'Budget'),
  committed: say('已落实', 'Committed'),
  received: say('已到位', 'Received'),
  inKind: say('实物与投工', 'In kind'),
  paid: say('已支付', 'Paid'),
  fundingGap: say('资金缺口', 'Funding gap'),
  available: say('可用余额', 'Available'),
  arrivalRate: say('到位率', 'Arrival rate'),
  executionRate: say('执行率', 'Execution rate'),
  total: say('合计', 'Total'),
  unit: say('单位：元', 'In yuan'),
  all: say('全部', 'All'),
  previous: say('上一页', 'Previous'),
  next: say('下一页', 'Next'),
  split: say('谁为什么付钱：公共区域与楼体内', 'Who pays for what: public area and in-building'),
  costArea: say('改造部位', 'Cost area'),
  'public-area': say('公共区域', 'Public area'),
  'in-building': say('楼体内', 'In the building'),
  bySource: say('按资金来源', 'By funding source'),
  source: say('资金来源', 'Source'),
  reference: say('来源编号', 'Reference'),
  byLine: say('按改造内容', 'By work item'),
  line: say('预算行', 'Line'),
  workItem: say('改造内容', 'Work item'),
  contracted: say('合同额', 'Contracted'),
  settled: say('审定额', 'Settled'),
  nothingYet: say('尚无记录。', 'Nothing is recorded yet.'),
  builtYear: say('建成年份', 'Built'),
  buildings: say('楼栋', 'Buildings'),
  address: say('地址', 'Address'),
  heritage: say('历史文化保护', 'Heritage'),
  yes: say('是', 'Yes'),
  planYear: say('计划年度', 'Plan year'),
  stage: say('阶段', 'Stage'),
  centralPlan: say('中央补助支持计划', 'Central plan'),
  revision: say('预算版次', 'Budget revision'),
  approvedRevision: say('批准版次', 'Approved revision'),
  title: say('方案名称', 'Title'),
  notApproved: say('预算尚未批准，所示为最新一版。', 'The budget is not approved yet; the latest revision is shown.'),
  drafted: say('编制', 'Drafted'),
  published: say('公示', 'Published'),
  consulted: say('已征求意见', 'Consulted'),
  approved: say('已批准', 'Approved'),
  'under-construction': say('施工', 'Under construction'),
  accepted: say('已验收', 'Accepted'),
  'handed-over': say('已移交', 'Handed over'),
  position: say('数据截至日志位置', 'Reflects the log up to position'),
  asOf: say('截至业务日期', 'As of business date'),
  figureHint: say('每个数字都链接到给出它的接口，可逐级追溯。', 'Every figure links to the API path that answers it.'),
  error: say('无法显示', 'Cannot be shown'),
  back: say('返回总览', 'Back to the overview'),
  roleRecorder: say('经办', 'recorder'),
  roleApprover: say('复核', 'approver'),
  roleAuditor: say('审计', 'auditor'),
  roleViewer: say('查看', 'viewer'),
  roleAdmin: say('管理', 'administrator'),
  roleSystem: say('系统', 'system'),
} as const satisfies Readonly<Record<string, Said>>;

export type Word = keyof typeof WORDS;

/** The words in one language. */
export const wordsIn =
  (language: Language) =>
  (word: Word): string =>
    WORDS[word][language];
export type Words = ReturnType<typeof wordsIn>;
