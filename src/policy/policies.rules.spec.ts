import { CHANGZHI_2020 } from './changzhi-2020.rules.js';
import { assertSound, POLICIES, policyById, validateRulePack } from './policies.rules.js';
import type { RulePack } from './rule-pack.js';

type Loose = { [key: string]: Loose };

/** A copy of the pack with one value replaced at a path, or removed, whatever the types say. */
function broken(path: string, value?: unknown): RulePack {
  // Through JSON, because rows share their exceptions and a structured clone would keep them shared.
  const copy = JSON.parse(JSON.stringify(CHANGZHI_2020)) as RulePack;
  const keys = path.split('.');
  const last = keys.pop()!;
  const parent = keys.reduce((at, key) => at[key]!, copy as unknown as Loose);
  if (value === undefined) delete parent[last];
  else parent[last] = value as Loose;
  return copy;
}

describe('The registry of rule packs', () => {
  it('finds a pack by its id and nothing else', () => {
    expect(policyById('changzhi-2020')).toBe(CHANGZHI_2020);
    expect(policyById('changzhi-2021')).toBeUndefined();
    expect(policyById('toString')).toBeUndefined();
  });

  it('holds sound packs only, each id once, each based on one that is there', () => {
    expect(POLICIES.flatMap(validateRulePack)).toEqual([]);
    expect(new Set(POLICIES.map(({ id }) => id)).size).toBe(POLICIES.length);
    for (const { basedOn } of POLICIES) expect(basedOn === null || policyById(basedOn) !== undefined).toBe(true);
  });
});

describe('The start', () => {
  const [base, amended] = POLICIES as [RulePack, RulePack];

  it('goes on with sound packs', () => expect(() => assertSound(POLICIES)).not.toThrow());

  it('is stopped by a faulty pack, and the message names the pack and the place', () => {
    const faulty = broken('matrix.county-grant.in-building', 'perhaps');
    expect(() => assertSound([faulty])).toThrow(
      /^rule pack changzhi-2020: matrix county-grant: unknown level perhaps at in-building$/,
    );
    expect(() => assertSound([broken('rules.R21')])).toThrow('rule pack changzhi-2020: rule R21 is missing');
  });

  it('is stopped by two packs of one id, and by a pack that stands on one that is not there', () => {
    expect(() => assertSound([base, base])).toThrow('rule pack changzhi-2020: another pack has this id');
    expect(() => assertSound([amended])).toThrow(
      'rule pack demo-amendment-2025: basedOn names an unknown pack changzhi-2020',
    );
  });
});

describe('A faulty pack', () => {
  const FAULTS: readonly (readonly [fault: string, path: string, value?: unknown])[] = [
    ['id is empty', 'id', ''],
    ['effectiveFrom is not a date', 'effectiveFrom', '2020'],
    ['basedOn names the pack itself', 'basedOn', 'changzhi-2020'],
    ['rule R21 is missing', 'rules.R21'],
    ['rule R99 is unknown', 'rules.R99', { ...CHANGZHI_2020.rules.R01a, id: 'R99' }],
    ['rule R02: its id is R03', 'rules.R02.id', 'R03'],
    ['rule R02: unknown level maybe', 'rules.R02.level', 'maybe'],
    ['rule R02: unknown judgedAs guess', 'rules.R02.judgedAs', 'guess'],
    ['rule R02: title is empty', 'rules.R02.title.en', ''],
    ['rule R02: clause is empty', 'rules.R02.clause', ' '],
    ['rule R02: clauseText is empty', 'rules.R02.clauseText', ''],
    ['rule R02: source is empty', 'rules.R02.source', ''],
    ['rule R10: clauseText is empty', 'rules.R10.also.0.clauseText', ''],
    ['rule R02: effectiveFrom is not a date', 'rules.R02.effectiveFrom', '2020-02-30'],
    ['rule R02: effectiveTo is not a date after effectiveFrom', 'rules.R02.effectiveTo', '2019-12-31'],
    ['matrix: no row for social-capital', 'matrix.social-capital'],
    ['matrix: unknown source lottery', 'matrix.lottery', CHANGZHI_2020.matrix['social-capital']],
    ['matrix city-grant: unknown level A at in-building', 'matrix.city-grant.in-building', 'A'],
    ['matrix city-grant: unknown level A at overhead-line-duct', 'matrix.city-grant.overhead-line-duct', 'A'],
    ['matrix city-grant: rank of public-area is out of range', 'matrix.city-grant.rank.public-area', 1.5],
    ['matrix city-grant: rank of in-building is out of range', 'matrix.city-grant.rank.in-building', 1_000_001],
    ['matrix city-grant: unknown level A of an exception', 'matrix.city-grant.exceptions.0.level', 'A'],
    ['matrix city-grant: unknown work item lift', 'matrix.city-grant.exceptions.0.workItem', 'lift'],
    [
      'matrix resident-cash: unknown cost area roof',
      'matrix.resident-cash.exceptions.0',
      { costArea: 'roof', level: 'warn' },
    ],
    ['matrix city-grant: unknown programme mot', 'matrix.city-grant.exceptions.0.programme', 'mot'],
    ['matrix city-grant: elevator is never in public-area', 'matrix.city-grant.exceptions.0.costArea', 'public-area'],
    [
      'matrix city-grant: an exception names neither item nor area',
      'matrix.city-grant.exceptions.0',
      { level: 'warn' },
    ],
    [
      'matrix city-grant: clauseText is empty',
      'matrix.city-grant.exceptions.0.quotation',
      { clause: '一', clauseText: '', source: '某县' },
    ],
    [
      'matrix city-grant: two exceptions for one cell',
      'matrix.city-grant.exceptions.1',
      CHANGZHI_2020.matrix['city-grant'].exceptions![0],
    ],
    ['parameter voteParticipation: ratio out of order', 'parameters.voteParticipation', [3, 2]],
    ['parameter voteOldRule.share: ratio out of order', 'parameters.voteOldRule.share', [0, 3]],
    ['parameter replenishmentShare: ratio out of order', 'parameters.replenishmentShare', [0.3, 1]],
    ['parameter raiseMajority: ratio out of order, below useMajority', 'parameters.raiseMajority', [1, 3]],
    ['parameter specialAcceptances: unknown work item lift', 'parameters.specialAcceptances.0.workItem', 'lift'],
    ['parameter specialAcceptances: unknown level never', 'parameters.specialAcceptances.0.level', 'never'],
    ['parameter centralPlanAlternative: unknown work item lift', 'parameters.centralPlanAlternative', 'lift'],
    ['parameter exemptFromApproval: unknown work item lift', 'parameters.exemptFromApproval', ['lift']],
    ['parameter raiseMajorityItems: unknown work item lift', 'parameters.raiseMajorityItems', ['lift']],
    ['parameter essentialKinds: unknown kind heat', 'parameters.essentialKinds', ['heat']],
    ['parameter localitiesInScope: unknown locality village', 'parameters.localitiesInScope', ['village']],
    ['parameter acceptanceParties: unknown party press', 'parameters.acceptanceParties', ['press']],
    ['parameter builtBeforeYear: not a positive whole number', 'parameters.builtBeforeYear', 0],
    ['parameter grantAllocationDays: not a positive whole number', 'parameters.grantAllocationDays', 1.5],
    ['parameter coverageWarnBelow: not a decimal', 'parameters.coverageWarnBelow', '1,1'],
    ['parameter voteOldRule.until: not a date', 'parameters.voteOldRule.until', '2020-12-32'],
    ['parameter voteFrom: not after voteOldRule.until', 'parameters.voteFrom', '2020-12-31'],
  ];

  it.each(FAULTS.map(([fault, path, value]) => ({ fault, path, value })))(
    'is told: $fault',
    ({ fault, path, value }) => {
      expect(validateRulePack(broken(path, value))).toEqual([fault]);
    },
  );

  it('is told every fault it has', () => {
    const pack = { ...broken('rules.R02.clauseText', ''), id: '' };
    expect(validateRulePack(pack)).toEqual(['id is empty', 'rule R02: clauseText is empty']);
  });
});
