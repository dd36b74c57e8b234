import type { RulePack } from '../../policy/rule-pack.js';
import { Rejected, type TriedItem } from '../../kernel/rejection.js';
import { fieldError, type Language, type ProblemCode, told } from './messages.js';

/** Where a body, parameter or header is wrong; `code` names the check. */
export type FieldError = {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly header?: string;
  readonly code: string;
};

/** A no of the edge: before anything was decided. */
export class Problem extends Error {
  constructor(
    readonly code: ProblemCode,
    readonly more: {
      readonly errors?: readonly FieldError[];
      readonly members?: Readonly<Record<string, unknown>>;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(code);
  }
}

export type ProblemDocument = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: string;
  readonly requestId: string;
} & Readonly<Record<string, unknown>>;

type Told = { readonly language: Language; readonly instance: string; readonly requestId: string };
type Policies = (policyId: string) => RulePack | undefined;

/** RFC 9457, in the language asked for. The code and the ids never change with the language. */
export function problemDocument(error: Problem | Rejected, asked: Told, policies: Policies): ProblemDocument {
  const { status, title } = told(error.code, asked.language);
  const base = { type: `/problems/${error.code}`, title, status };
  const rest = { instance: asked.instance, code: error.code };
  if (error instanceof Problem) {
    const errors = error.more.errors?.map((one) => ({ ...one, detail: fieldError(one.code, asked.language) }));
    const where = errors?.map((one) => `${one.pointer ?? one.parameter ?? one.header}: ${one.detail}`).join('; ');
    const detail = where === undefined || where === '' ? title : `${title}: ${where}`;
    return {
      ...base,
      detail,
      ...rest,
      ...(errors ? { errors } : {}),
      ...error.more.members,
      requestId: asked.requestId,
    };
  }
  const { items } = error.details;
  return {
    ...base,
    ...rejectionMembers(error, title, asked.language, policies),
    ...(items ? { items: items.map((item) => tried(item, asked, policies)) } : {}),
    ...rest,
    requestId: asked.requestId,
  };
}

const tried = ({ index, status, path, refusal }: TriedItem, asked: Told, policies: Policies): object => ({
  index,
  status,
  ...(refusal
    ? {
        problem: problemDocument(
          new Rejected(refusal.code, refusal.details),
          { ...asked, instance: path ?? asked.instance },
          policies,
        ),
      }
    : {}),
});

function rejectionMembers(error: Rejected, title: string, language: Language, policies: Policies) {
  const { rule, rules, policyId, pointer, eventIds, facts, quotation } = error.details;
  const pack = policyId === undefined ? undefined : policies(policyId);
  const named = rules?.[0] ?? rule;
  const ruled = named === undefined ? undefined : (pack?.rules as Record<string, Quoted> | undefined)?.[named];
  const clause = ruled && { ...ruled, ...quotation };
  const figures = Object.entries(facts ?? {}).map(([name, value]) => `${FACTS[name]?.[language] ?? name} ${value}`);
  const sentence = clause ? `${title}: ${named} ${clause.title[language]}（${clause.clause}）` : title;
  return {
    detail: figures.length === 0 ? sentence : `${sentence}; ${figures.join(', ')}`,
    ...(named === undefined ? {} : { rule: named }),
    ...(rules ? { rules } : {}),
    ...(clause ? { clause: clause.clause, clauseText: clause.clauseText } : {}),
    ...(policyId === undefined ? {} : { policyId }),
    ...(pointer === undefined ? {} : { errors: [{ pointer, code: error.code, detail: title }] }),
    ...(eventIds ? { eventIds } : {}),
    ...facts,
  };
}

type Quoted = { readonly title: { zh: string; en: string }; readonly clause: string; readonly clauseText: string };

const FACTS: Readonly<Record<string, { zh: string; en: string }>> = {
  available: { zh: '可用（元）', en: 'available (yuan)' },
  asked: { zh: '申请（元）', en: 'asked (yuan)' },
  ceiling: { zh: '上限（元）', en: 'ceiling (yuan)' },
  least: { zh: '下限（元）', en: 'least (yuan)' },
  lineId: { zh: '预算行', en: 'line' },
  source: { zh: '资金来源', en: 'source' },
  reference: { zh: '来源编号', en: 'reference' },
  costArea: { zh: '改造部位', en: 'cost area' },
  workItem: { zh: '改造内容', en: 'work item' },
  contractNo: { zh: '合同', en: 'contract' },
  missing: { zh: '缺少', en: 'missing' },
  earliest: { zh: '不得早于', en: 'not before' },
  through: { zh: '已结账至', en: 'closed through' },
};
