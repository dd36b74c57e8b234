import { SUBJECTS, type RejectionCode, type Subject } from '../../kernel/rejection.js';

export type Language = 'zh' | 'en';
type Sentence = { readonly zh: string; readonly en: string };
type EdgeCode =
  | 'malformed-json'
  | 'duplicate-key'
  | 'too-deep'
  | 'unknown-field'
  | 'invalid-field'
  | 'unknown-parameter'
  | 'invalid-parameter'
  | 'missing-idempotency-key'
  | 'invalid-idempotency-key'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'method-not-allowed'
  | 'stale-revision'
  | 'idempotency-key-reused'
  | 'in-progress'
  | 'too-large'
  | 'unsupported-media-type'
  | 'rate-limited'
  | 'store-unavailable'
  | 'projection-behind'
  | 'internal';
export type ProblemCode = EdgeCode | RejectionCode;
type Told = Sentence & { readonly status: number };

const EDGE: Readonly<Record<EdgeCode, Told>> = {
  'malformed-json': { status: 400, zh: '请求体不是有效的 JSON', en: 'The body is not valid JSON' },
  'duplicate-key': { status: 400, zh: '请求体中同一字段出现两次', en: 'A key stands twice in the body' },
  'too-deep': { status: 400, zh: '请求体嵌套超过 32 层', en: 'The body nests deeper than 32 levels' },
  'unknown-field': { status: 400, zh: '请求体含有未知字段', en: 'The body has an unknown field' },
  'invalid-field': { status: 400, zh: '请求体的字段不符合要求', en: 'A field of the body is not as it must be' },
  'unknown-parameter': { status: 400, zh: '未知的查询参数', en: 'Unknown query parameter' },
  'invalid-parameter': { status: 400, zh: '参数不符合要求', en: 'A parameter is not as it must be' },
  'missing-idempotency-key': {
    status: 400,
    zh: '缺少 Idempotency-Key 请求头',
    en: 'The Idempotency-Key header is missing',
  },
  'invalid-idempotency-key': {
    status: 400,
    zh: 'Idempotency-Key 须为 1 至 255 个可见 ASCII 字符',
    en: 'An Idempotency-Key is 1 to 255 visible ASCII characters',
  },
  unauthenticated: { status: 401, zh: '未提供有效的访问凭证', en: 'No valid credentials were given' },
  forbidden: { status: 403, zh: '该角色无权进行此操作', en: 'This role may not do this' },
  'not-found': { status: 404, zh: '没有这个地址', en: 'There is nothing at this address' },
  'method-not-allowed': { status: 405, zh: '该地址不支持此方法', en: 'This address does not answer to this method' },
  'stale-revision': {
    status: 412,
    zh: '数据已被他人更改，请刷新后重试',
    en: 'Somebody changed this since you read it',
  },
  'idempotency-key-reused': { status: 422, zh: '该幂等键已用于另一请求', en: 'This key was used for another request' },
  'in-progress': { status: 409, zh: '相同请求正在处理', en: 'The same request is still being worked on' },
  'too-large': { status: 413, zh: '请求体过大', en: 'The body is too large' },
  'unsupported-media-type': { status: 415, zh: '请求体须为 application/json', en: 'The body must be application/json' },
  'rate-limited': { status: 429, zh: '请求过于频繁', en: 'Too many requests' },
  'store-unavailable': { status: 503, zh: '账本暂时无法写入或读取', en: 'The ledger cannot be reached now' },
  'projection-behind': {
    status: 503,
    zh: '查询尚未更新到所需位置',
    en: 'The projection has not reached that position',
  },
  internal: { status: 500, zh: '服务内部错误', en: 'The service failed' },
};

const NOUNS: Readonly<Record<Subject, Sentence>> = {
  compound: { zh: '小区', en: 'compound' },
  household: { zh: '户', en: 'household' },
  unit: { zh: '产权单位', en: 'unit' },
  building: { zh: '楼栋', en: 'building' },
  entrance: { zh: '单元', en: 'entrance' },
  scheme: { zh: '改造方案', en: 'scheme' },
  'budget-revision': { zh: '预算版本', en: 'budget revision' },
  line: { zh: '预算行', en: 'budget line' },
  contract: { zh: '合同', en: 'contract' },
  pledge: { zh: '认缴', en: 'pledge' },
  contribution: { zh: '出资', en: 'contribution' },
  payment: { zh: '支付', en: 'payment' },
  grant: { zh: '指标', en: 'grant' },
  bond: { zh: '专项债券', en: 'bond' },
  'maintenance-fund': { zh: '维修资金', en: 'maintenance fund' },
  'sub-account': { zh: '分户账', en: 'sub-account' },
  draw: { zh: '维修资金列支', en: 'draw' },
  approval: { zh: '复核', en: 'approval' },
  event: { zh: '事件', en: 'event' },
  entry: { zh: '记录', en: 'entry' },
  period: { zh: '账期', en: 'period' },
  policy: { zh: '政策', en: 'policy' },
  projection: { zh: '查询模型', en: 'projection' },
  import: { zh: '导入', en: 'import' },
  webhook: { zh: '回调', en: 'webhook' },
};

type DecisionCode = Exclude<RejectionCode, `${Subject}-not-found`>;
/** A total record: a new code does not compile until somebody has chosen its status and its sentences. */
const DECISIONS: Readonly<Record<DecisionCode, Told>> = {
  'outside-division': { status: 403, zh: '不在您的区划范围内', en: 'Outside your division' },
  'same-person': { status: 403, zh: '不得由同一人经办和复核', en: 'Nobody approves what they recorded' },
  'already-exists': { status: 409, zh: '该编号已存在', en: 'This id already exists' },
  'already-done': { status: 409, zh: '该步骤已经完成', en: 'This was already done' },
  'not-yet': { status: 409, zh: '尚不到该步骤', en: 'It is not time for this yet' },
  'already-reversed': { status: 409, zh: '该记录已被冲销', en: 'This was already reversed' },
  'approval-decided': { status: 409, zh: '该复核事项已有结论', en: 'This approval was already decided' },
  'period-closed': { status: 409, zh: '该日期所在账期已结账', en: 'The period of this date is closed' },
  'in-transit': { status: 409, zh: '该账期内仍有在途资金', en: 'Money is still in transit inside the period' },
  'dependent-entries': { status: 409, zh: '其后仍有依赖它的记录', en: 'Later entries stand on this one' },
  'rule-refused': { status: 422, zh: '政策规则不允许', en: 'A rule refuses this' },
  'needs-override': {
    status: 422,
    zh: '触发提示性规则，须说明理由并经第二人复核',
    en: 'A rule warns: it takes a reason and a second person',
  },
  'needs-second-person': { status: 422, zh: '须经第二人复核', en: 'This waits for a second person' },
  'wrong-route': { status: 422, zh: '该资金不由此处登记', en: 'This money is not recorded here' },
  'wrong-division': { status: 422, zh: '区划不在上级区划之内', en: 'The division is not inside the upper one' },
  'date-order': { status: 422, zh: '日期先后不合', en: 'The dates are out of order' },
  'cost-area-mismatch': { status: 422, zh: '公共区域与楼体内部分不符', en: 'The cost areas contradict each other' },
  'pledge-mismatch': { status: 422, zh: '与所依据的认缴不符', en: 'This does not match its pledge' },
  'not-reversible': { status: 422, zh: '该记录不能冲销', en: 'This cannot be reversed' },
  'not-a-settlement-date': { status: 422, zh: '不是结息日', en: 'This is not a settlement date' },
  'schedule-mismatch': { status: 422, zh: '与还本付息计划不符', en: 'This is not in the debt-service schedule' },
  'batch-failed': {
    status: 422,
    zh: '批次未能整体登记，未记录任何内容',
    en: 'The batch failed as a whole; nothing was recorded',
  },
  'batch-not-one-stream': { status: 422, zh: '整体批次只能针对同一对象', en: 'An atomic batch keeps to one stream' },
  'zero-weights': { status: 422, zh: '权重合计为零', en: 'The weights sum to zero' },
  'factor-weights': { status: 422, zh: '因素权重之和不为 1', en: 'The factor weights do not sum to 1' },
  'repeated-id': { status: 422, zh: '编号重复', en: 'An id is repeated' },
  'unknown-line': { status: 422, zh: '引用了不存在的行', en: 'An unknown line is named' },
  'too-many': { status: 422, zh: '数量超过上限', en: 'There are too many' },
  'out-of-range': { status: 422, zh: '超出允许范围', en: 'Out of range' },
};

export const PROBLEM_CODES: readonly ProblemCode[] = [
  ...(Object.keys(EDGE) as EdgeCode[]),
  ...(Object.keys(DECISIONS) as DecisionCode[]),
  ...SUBJECTS.map((subject) => `${subject}-not-found` as const),
];

/** Status and title of a problem code in a language. */
export function told(code: ProblemCode, language: Language): { status: number; title: string } {
  const known: Told | undefined = (EDGE as Record<string, Told>)[code] ?? (DECISIONS as Record<string, Told>)[code];
  if (known) return { status: known.status, title: known[language] };
  const noun = NOUNS[code.replace(/-not-found$/, '') as Subject];
  return { status: 404, title: language === 'zh' ? `没有这个${noun.zh}` : `There is no such ${noun.en}` };
}

const FIELD_ERRORS: Readonly<Record<string, Sentence>> = {
  whitelistValidation: { zh: '未知字段', en: 'unknown field' },
  isAmount: { zh: '须为元，两位小数的字符串，如 "3200.50"', en: 'must be yuan with two places, like "3200.50"' },
  isPositiveAmount: { zh: '须为大于零的元，两位小数的字符串', en: 'must be yuan above zero with two places' },
  isSignedAmount: { zh: '须为可带负号的元，两位小数，不为零', en: 'must be yuan with two places, signed, not zero' },
  isSignedAmountOrZero: { zh: '须为可带负号的元，两位小数', en: 'must be yuan with two places, signed' },
  isDecimalText: { zh: '须为至多六位小数的数字字符串', en: 'must be a decimal string of at most six places' },
  isPositiveDecimalText: { zh: '须为大于零、至多六位小数的数字字符串', en: 'must be a decimal string above zero' },
  isRate: { zh: '须为小于 1 的小数字符串', en: 'must be a fraction below one, as a string' },
  isBusinessDate: { zh: '须为日期 YYYY-MM-DD', en: 'must be a date YYYY-MM-DD' },
  isId: { zh: '编号须以字母或数字开头，至多 64 位', en: 'must be an id of letters, digits, dot, dash, underscore' },
  isDivisionCode: { zh: '须为 2、4 或 6 位区划代码', en: 'must be a division code of 2, 4 or 6 digits' },
  isCompoundDivisionCode: { zh: '须为 6 位区划代码', en: 'must be a division code of 6 digits' },
  isText: {
    zh: '须为不超过 200 字的文字，不得含个人信息号码',
    en: 'must be text of at most 200 characters without personal numbers',
  },
  isMark: { zh: '须为不超过 200 字的文字', en: 'must be text of at most 200 characters' },
  isLongText: {
    zh: '须为不超过 2000 字的文字，不得含个人信息号码',
    en: 'must be text of at most 2,000 characters without personal numbers',
  },
  isInt: { zh: '须为整数', en: 'must be an integer' },
  min: { zh: '小于下限', en: 'is below the least allowed' },
  max: { zh: '大于上限', en: 'is above the most allowed' },
  isBoolean: { zh: '须为 true 或 false', en: 'must be true or false' },
  isIn: { zh: '不在允许的取值之内', en: 'is not one of the allowed values' },
  isArray: { zh: '须为列表', en: 'must be a list' },
  arrayMinSize: { zh: '列表不得为空', en: 'must not be empty' },
  arrayMaxSize: { zh: '列表过长', en: 'is too long a list' },
  isObject: { zh: '须为对象', en: 'must be an object' },
  nestedValidation: { zh: '须为对象', en: 'must be an object' },
  hasDistinct: { zh: '编号重复', en: 'names the same thing twice' },
  isListOfIds: { zh: '须为不重复的编号列表', en: 'must be a list of distinct ids' },
  isListOfOneOf: { zh: '须为允许取值的不重复列表', en: 'must be a list of distinct allowed values' },
  isListOfReads: {
    zh: '须为可查询的 /v1/ 路径列表，不重复',
    en: 'must be a list of distinct /v1/ paths that can be read',
  },
  isListOfMarks: { zh: '须为不重复的文字列表', en: 'must be a list of distinct texts' },
  isIds: { zh: '须为编号列表', en: 'must be a list of ids' },
  isRank: {
    zh: '须为 0 至 1000000 的整数，或按行给出的整数',
    en: 'must be an integer from 0 to 1,000,000, or one for each line',
  },
  isDecimalByName: { zh: '须为名称到数字字符串的对象', en: 'must be an object of decimal strings by name' },
  isSha256: { zh: '须为 64 位小写十六进制 SHA-256', en: 'must be a SHA-256 in lower-case hexadecimal' },
  onlyWhen: { zh: '此处不适用该字段', en: 'has no place here' },
  exactlyOne: { zh: '须且只须给出其中一项', en: 'exactly one of these must be given' },
  sumsToAmount: { zh: '合计与金额不符', en: 'does not sum to the amount' },
  notBefore: { zh: '早于起始日期', en: 'is before the beginning' },
  withinTotal: { zh: '人数或面积的大小关系不符（同意 ≤ 参与 ≤ 总数）', en: 'must be agreed ≤ participated ≤ total' },
  withinAmount: { zh: '超过本行金额', en: 'is above the amount it is part of' },
  formOfSource: { zh: '该来源不接受此出资形式', en: 'this source does not come in this form' },
  costAreaOfItem: {
    zh: '与改造内容的部位不符，或费用行未注明部位',
    en: 'contradicts the work item, or a fee does not state it',
  },
  isCoefficients: {
    zh: '须为已公布的系数表编号，或 {basis, rows:[{floor, coefficient}]}',
    en: 'must be the id of a published table, or {basis, rows:[{floor, coefficient}]}',
  },
  isDecision: {
    zh: '须为不超过 200 字的文字，或 {vote, documentNo}',
    en: 'must be up to 200 characters, or {vote, documentNo}',
  },
  someWeight: { zh: '权重不得全为零', en: 'must not weigh zero throughout' },
  another: { zh: '须为另一方', en: 'must be another' },
  describedItem: { zh: '“其他”类须有说明', en: 'an item of the other kinds needs a description' },
  grossLessCost: { zh: '金额须等于收益减成本', en: 'must be the gross amount less the cost' },
  atLeastOne: { zh: '没有任何更改', en: 'changes nothing' },
  unknownParameter: { zh: '未知参数', en: 'unknown parameter' },
  invalidParameter: { zh: '参数不符合要求', en: 'not as it must be' },
  idempotencyKey: { zh: '1 至 255 个可见 ASCII 字符', en: '1 to 255 visible ASCII characters' },
  ifMatch: { zh: '须为一个带引号的版本号', en: 'must be one quoted revision' },
  dateOnce: { zh: '与本事实自身的日期不同', en: 'differs from the date the fact has of its own' },
};

/** The sentence of one field's error. */
export const fieldError = (name: string, language: Language): string =>
  FIELD_ERRORS[name]?.[language] ?? (language === 'zh' ? '不符合要求' : 'is not as it must be');
