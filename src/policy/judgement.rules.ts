import { Rejected } from '../kernel/rejection.js';
import { quotedFor } from './quotation.rules.js';
import type { Level, Quotation, RuleId, RulePack } from './rule-pack.js';

/** One rule held against one command. */
export type Check = {
  readonly rule: RuleId;
  readonly level: Level;
  /** A warning that a second person has set aside before, for what this command is part of. */
  readonly covered?: boolean;
  /** Where a pack changed the very cell that answers: its clause stands in place of the rule's. */
  readonly quotation?: Quotation | undefined;
  /** Amounts in yuan and names for the sentence of the refusal. */
  readonly facts?: Readonly<Record<string, string>>;
};

/** Which stop is told where several rules say no: what the money may not do at all, before how much of it there is. */
const PRECEDENCE: readonly RuleId[] = [
  'R01b',
  'R01a',
  'R19',
  'R02',
  'R05',
  'R03',
  'R11',
  'R14',
  'R18',
  'R21',
  'R06',
  'R07',
  'R10',
  'R15',
  'R17',
  'R09',
  'R08',
  'R13',
];
const place = ({ rule }: Check): number => {
  const index = PRECEDENCE.indexOf(rule);
  return index === -1 ? PRECEDENCE.length : index;
};

/**
 * The verdict over all checks of a command: the first stop in order of precedence refuses it; where only warnings are
 * left that nobody has set aside, it needs an override that names them all. Answers what the decision was tried against.
 */
export function judge(
  pack: RulePack,
  checks: readonly Check[],
  granted: readonly string[],
): { policyId: string; rules: RuleId[]; quotations?: Readonly<Record<string, Quotation>> } {
  const ordered = [...checks].sort((a, b) => place(a) - place(b));
  const stop = ordered.find(({ level }) => level === 'stop');
  if (stop)
    throw new Rejected('rule-refused', {
      rule: stop.rule,
      policyId: pack.id,
      ...quoted(pack, stop),
      ...(stop.facts ? { facts: stop.facts } : {}),
    });
  const warned = ordered.filter(({ level, covered, rule }) => level === 'warn' && !covered && !granted.includes(rule));
  if (warned.length > 0) {
    const rules = distinct(
      ordered.filter(({ level, covered }) => level === 'warn' && !covered).map(({ rule }) => rule),
    );
    const first = ordered.find(({ rule }) => rule === rules[0])!;
    throw new Rejected('needs-override', { rule: rules[0]!, rules, policyId: pack.id, ...quoted(pack, first) });
  }
  const own = ordered.flatMap(({ rule, quotation }) => (quotation ? [[rule, quotation] as const] : []));
  const rules = distinct(ordered.map(({ rule }) => rule));
  return { policyId: pack.id, rules, ...(own.length > 0 ? { quotations: Object.fromEntries(own) } : {}) };
}

function quoted(pack: RulePack, { rule, facts, ...check }: Check): { quotation?: Quotation } {
  const quotation = check.quotation ?? quotedFor(pack, rule, facts?.['source']);
  return quotation ? { quotation } : {};
}
const distinct = (rules: readonly RuleId[]): RuleId[] => [...new Set(rules)];

/** A ceiling: `asked` may reach `available` to the fen and not pass it. */
export const ceiling = (
  rule: RuleId,
  asked: bigint,
  available: bigint,
  facts: Readonly<Record<string, string>>,
): Check => (asked <= available ? { rule, level: 'allow' } : { rule, level: 'stop', facts });

/** A condition that must hold, or the rule stops. */
export const must = (rule: RuleId, holds: boolean, facts?: Readonly<Record<string, string>>): Check =>
  holds ? { rule, level: 'allow' } : { rule, level: 'stop', ...(facts ? { facts } : {}) };

/** A condition that should hold, or the rule warns. */
export const should = (rule: RuleId, holds: boolean): Check => ({ rule, level: holds ? 'allow' : 'warn' });
