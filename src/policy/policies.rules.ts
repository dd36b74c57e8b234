import { DECIMAL_PATTERN } from '../kernel/decimal.js';
import { isDate } from '../kernel/dates.js';
import { CHANGZHI_2020 } from './changzhi-2020.rules.js';
import { DEMO_AMENDMENT } from './demo-amendment.rules.js';
import { FUNDING_SOURCE_CODES, isFundingSource } from './funding-source.js';
import {
  ACCEPTANCE_PARTIES,
  JUDGED_AS,
  LEVELS,
  LOCALITIES_IN_SCOPE,
  OVERHEAD_ITEMS,
  PROGRAMMES,
  RULE_IDS,
  type MatrixException,
  type MatrixRow,
  type Quotation,
  type Ratio,
  type Rule,
  type RulePack,
  type RuleParameters,
} from './rule-pack.js';
import { COST_AREAS, ESSENTIAL_KINDS, WORK_ITEMS, isWorkItem } from './work-item.js';

/** Every pack a scheme may be drafted under; each judges its own schemes for their whole life. */
export const POLICIES: readonly RulePack[] = [CHANGZHI_2020, DEMO_AMENDMENT];

export const policyById = (id: string): RulePack | undefined => POLICIES.find((pack) => pack.id === id);

const LARGEST_RANK = 1_000_000;

/**
 * Every fault of a pack, each in one English sentence that names its place; none for a sound pack. Trusts only the
 * outer shape: codes, levels, dates and numbers may come from anywhere.
 */
export function validateRulePack(pack: RulePack): string[] {
  return [
    ...when(pack.id === '', 'id is empty'),
    ...when(!isDate(pack.effectiveFrom), 'effectiveFrom is not a date'),
    ...when(pack.basedOn === pack.id, 'basedOn names the pack itself'),
    ...rulesFaults(pack),
    ...matrixFaults(pack),
    ...parameterFaults(pack.parameters),
  ];
}

/** Stops the start where a pack is faulty: throws one message that names every place. */
export function assertSound(packs: readonly RulePack[]): void {
  const ids = packs.map(({ id }) => id);
  const faults = packs.flatMap((pack, index) =>
    [
      ...validateRulePack(pack),
      ...when(ids.indexOf(pack.id) !== index, 'another pack has this id'),
      ...when(pack.basedOn !== null && !ids.includes(pack.basedOn), `basedOn names an unknown pack ${pack.basedOn}`),
    ].map((fault) => `rule pack ${pack.id}: ${fault}`),
  );
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

const when = (faulty: boolean, fault: string): string[] => (faulty ? [fault] : []);
const isOneOf = (codes: readonly string[], code: string): boolean => codes.includes(code);

function rulesFaults({ rules }: RulePack): string[] {
  const given: Readonly<Record<string, Rule>> = rules;
  const unknown = Object.keys(given).filter((id) => !isOneOf(RULE_IDS, id));
  return [
    ...RULE_IDS.filter((id) => !Object.hasOwn(given, id)).map((id) => `rule ${id} is missing`),
    ...unknown.map((id) => `rule ${id} is unknown`),
    ...Object.entries(given).flatMap(([id, rule]) => ruleFaults(id, rule)),
  ];
}

function ruleFaults(id: string, rule: Rule): string[] {
  const at = `rule ${id}`;
  const { effectiveFrom: from, effectiveTo: to } = rule;
  return [
    ...when(rule.id !== id, `${at}: its id is ${rule.id}`),
    ...when(!isOneOf(LEVELS, rule.level), `${at}: unknown level ${rule.level}`),
    ...when(!isOneOf(JUDGED_AS, rule.judgedAs), `${at}: unknown judgedAs ${rule.judgedAs}`),
    ...when(isBlank(rule.title.zh) || isBlank(rule.title.en), `${at}: title is empty`),
    ...[rule, ...(rule.also ?? []), ...(rule.ofSources ?? []).map(({ quotation }) => quotation)].flatMap((each) =>
      quotationFaults(at, each),
    ),
    ...when(!isDate(from), `${at}: effectiveFrom is not a date`),
    ...when(to !== null && (!isDate(to) || to < from), `${at}: effectiveTo is not a date after effectiveFrom`),
  ];
}

const isBlank = (text: string): boolean => text.trim() === '';

const quotationFaults = (at: string, { clause, clauseText, source }: Quotation): string[] => [
  ...when(isBlank(clause), `${at}: clause is empty`),
  ...when(isBlank(clauseText), `${at}: clauseText is empty`),
  ...when(isBlank(source), `${at}: source is empty`),
];

function matrixFaults({ matrix }: RulePack): string[] {
  const given: Readonly<Record<string, MatrixRow>> = matrix;
  return [
    ...FUNDING_SOURCE_CODES.filter((code) => !Object.hasOwn(given, code)).map((code) => `matrix: no row for ${code}`),
    ...Object.keys(given).flatMap((code) => when(!isFundingSource(code), `matrix: unknown source ${code}`)),
    ...Object.entries(given).flatMap(([code, row]) => rowFaults(`matrix ${code}`, row)),
  ];
}

function rowFaults(at: string, row: MatrixRow): string[] {
  const exceptions = row.exceptions ?? [];
  const keys = exceptions.map(({ workItem, costArea, programme }) => [workItem, costArea, programme].join('|'));
  return [
    ...[...COST_AREAS, ...OVERHEAD_ITEMS].flatMap((name) =>
      when(!isOneOf(LEVELS, row[name]), `${at}: unknown level ${row[name]} at ${name}`),
    ),
    ...COST_AREAS.flatMap((area) => when(!isRank(row.rank[area]), `${at}: rank of ${area} is out of range`)),
    ...exceptions.flatMap((each) => exceptionFaults(at, each)),
    ...when(new Set(keys).size < keys.length, `${at}: two exceptions for one cell`),
  ];
}

const isRank = (rank: number): boolean => Number.isInteger(rank) && rank >= 0 && rank <= LARGEST_RANK;

function exceptionFaults(at: string, each: MatrixException): string[] {
  const { workItem, costArea, programme, level, quotation } = each;
  return [
    ...when(!isOneOf(LEVELS, level), `${at}: unknown level ${level} of an exception`),
    ...when(workItem === undefined && costArea === undefined, `${at}: an exception names neither item nor area`),
    ...when(workItem !== undefined && !isWorkItem(workItem), `${at}: unknown work item ${workItem}`),
    ...when(costArea !== undefined && !isOneOf(COST_AREAS, costArea), `${at}: unknown cost area ${costArea}`),
    ...when(programme !== undefined && !isOneOf(PROGRAMMES, programme), `${at}: unknown programme ${programme}`),
    ...when(isElsewhere(each), `${at}: ${workItem} is never in ${costArea}`),
    ...(quotation ? quotationFaults(at, quotation) : []),
  ];
}

function isElsewhere({ workItem, costArea }: MatrixException): boolean {
  if (workItem === undefined || costArea === undefined || !isWorkItem(workItem)) return false;
  const own = WORK_ITEMS[workItem].costArea;
  return own !== null && own !== costArea;
}

function parameterFaults(parameters: RuleParameters): string[] {
  return [...ratioFaults(parameters), ...codeFaults(parameters), ...numberFaults(parameters)];
}

function ratioFaults(parameters: RuleParameters): string[] {
  const { voteParticipation, useMajority, raiseMajority, voteOldRule, replenishmentShare } = parameters;
  const ratios = { voteParticipation, useMajority, raiseMajority, 'voteOldRule.share': voteOldRule.share };
  return [
    ...Object.entries({ ...ratios, replenishmentShare }).flatMap(([name, ratio]) =>
      when(!isRatio(ratio), `parameter ${name}: ratio out of order`),
    ),
    ...when(
      raiseMajority[0] * useMajority[1] < useMajority[0] * raiseMajority[1],
      'parameter raiseMajority: ratio out of order, below useMajority',
    ),
  ];
}

const isRatio = ([numerator, denominator]: Ratio): boolean =>
  Number.isInteger(numerator) && Number.isInteger(denominator) && numerator > 0 && numerator <= denominator;

function codeFaults(parameters: RuleParameters): string[] {
  const special = parameters.specialAcceptances;
  const { centralPlanAlternative, exemptFromApproval, raiseMajorityItems } = parameters;
  const items = {
    specialAcceptances: special.map(({ workItem }) => workItem),
    centralPlanAlternative: [centralPlanAlternative],
    exemptFromApproval,
    raiseMajorityItems,
  };
  return [
    ...Object.entries(items).flatMap(([name, codes]) =>
      codes.flatMap((code) => when(!isWorkItem(code), `parameter ${name}: unknown work item ${code}`)),
    ),
    ...special.flatMap(({ level }) =>
      when(!isOneOf(LEVELS, level), `parameter specialAcceptances: unknown level ${level}`),
    ),
    ...parameters.essentialKinds.flatMap((kind) =>
      when(!isOneOf(ESSENTIAL_KINDS, kind), `parameter essentialKinds: unknown kind ${kind}`),
    ),
    ...parameters.localitiesInScope.flatMap((code) =>
      when(!isOneOf(LOCALITIES_IN_SCOPE, code), `parameter localitiesInScope: unknown locality ${code}`),
    ),
    ...parameters.acceptanceParties.flatMap((code) =>
      when(!isOneOf(ACCEPTANCE_PARTIES, code), `parameter acceptanceParties: unknown party ${code}`),
    ),
  ];
}

function numberFaults(parameters: RuleParameters): string[] {
  const { builtBeforeYear, centralPlanMinimumKinds, directFundsRegistrationDays, grantAllocationDays } = parameters;
  const counts = { builtBeforeYear, centralPlanMinimumKinds, directFundsRegistrationDays, grantAllocationDays };
  const { until } = parameters.voteOldRule;
  const { voteFrom } = parameters;
  return [
    ...Object.entries(counts).flatMap(([name, count]) =>
      when(!Number.isInteger(count) || count < 1, `parameter ${name}: not a positive whole number`),
    ),
    ...when(!DECIMAL_PATTERN.test(parameters.coverageWarnBelow), 'parameter coverageWarnBelow: not a decimal'),
    ...when(!isDate(until), 'parameter voteOldRule.until: not a date'),
    ...when(!isDate(voteFrom), 'parameter voteFrom: not a date'),
    ...when(until >= voteFrom, 'parameter voteFrom: not after voteOldRule.until'),
  ];
}
