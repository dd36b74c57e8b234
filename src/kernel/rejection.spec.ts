import { isNeverRecorded, notFound, Rejected, SUBJECTS, type RejectionCode } from './rejection.js';

describe('a refusal', () => {
  it('is an error that says its code and its rule', () => {
    const refusal = new Rejected('rule-refused', { rule: 'R03', policyId: 'changzhi-2020' });
    expect(refusal).toBeInstanceOf(Error);
    expect(`${refusal}`).toBe('Rejected: rule-refused R03');
    expect(refusal.details).toEqual({ rule: 'R03', policyId: 'changzhi-2020' });
    expect(`${new Rejected('too-many')}`).toBe('Rejected: too-many');
    expect(new Rejected('too-many').details).toEqual({});
  });
});

describe('what is not there', () => {
  it('is named, with the place in the body that named it', () => {
    expect(notFound('grant').code).toBe('grant-not-found');
    expect(notFound('grant').details).toStrictEqual({});
    expect(notFound('line', '/lines/0/lineId').details).toEqual({ pointer: '/lines/0/lineId' });
  });
  it('is one of 25 subjects, each in kebab-case', () => {
    expect(new Set(SUBJECTS).size).toBe(25);
    for (const subject of SUBJECTS) expect(subject).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });
});

describe('what is never recorded', () => {
  it.each<RejectionCode>(['scheme-not-found', 'outside-division', 'same-person', 'needs-second-person'])('%s', (code) =>
    expect(isNeverRecorded(new Rejected(code))).toBe(true),
  );
  it.each<RejectionCode>(['rule-refused', 'needs-override', 'already-exists', 'wrong-division', 'period-closed'])(
    'but %s is a fact',
    (code) => {
      expect(isNeverRecorded(new Rejected(code))).toBe(false);
      expect(isNeverRecorded(new Rejected(code, { unrecorded: false }))).toBe(false);
    },
  );
  it('what is in the way of somebody who may not know of it', () => {
    expect(isNeverRecorded(new Rejected('already-exists', { unrecorded: true }))).toBe(true);
  });
});
