import { Rejected } from '../kernel/rejection.js';
import { problemDocument } from '../platform/http/problem.js';
import { CHANGZHI_2020 } from './changzhi-2020.rules.js';
import { type Check, judge } from './judgement.rules.js';
import { policyById } from './policies.rules.js';

const quotation = { clause: '某县细则 第三条', clauseText: '县级财政不承担楼道粉刷费用。', source: '某县细则' };

function refusal(...checks: Check[]): Rejected {
  try {
    judge(CHANGZHI_2020, checks, []);
  } catch (error) {
    return error as Rejected;
  }
  throw new Error('nothing was refused');
}
const told = (error: Rejected) =>
  problemDocument(error, { language: 'zh', instance: '/x', requestId: 'r' }, policyById);

describe('A refusal by a cell that a pack has changed', () => {
  it.each(['stop', 'warn'] as const)('quotes the clause of the cell (%s)', (level) => {
    const problem = told(refusal({ rule: 'R03', level, quotation }, { rule: 'R10', level: 'allow' }));
    expect(problem).toMatchObject({ rule: 'R03', clause: '某县细则 第三条', clauseText: quotation.clauseText });
    expect(problem.detail).toContain('某县细则 第三条');
  });

  it('quotes the rule where the cell is the base’s own', () => {
    expect(told(refusal({ rule: 'R03', level: 'stop' }))).toMatchObject({ clause: '主要任务（五）落实改造资金' });
  });
});
