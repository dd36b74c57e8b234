import type { BusinessDate } from '../kernel/dates.js';
import { type Fen, yuan } from '../kernel/money.js';
import type { Bilingual, RuleId, RulePack } from '../policy/rule-pack.js';
import { type FindingCode, FINDINGS, type Severity, SEVERITIES } from './finding-codes.rules.js';

/** What stands against a subject, before it is told under a pack. */
export type Raised = {
  readonly code: FindingCode;
  /** The stream it stands against. */
  readonly subject: string;
  /** Which pool, contract, line or pledge of the subject: plain ids, so that no two findings are the same. */
  readonly about?: Readonly<Record<string, string>>;
  /** Fen; null where it is not about an amount. */
  readonly amount: Fen | null;
  /** The business date from which it stands. */
  readonly since: BusinessDate;
  /** Where the case decides otherwise than the catalogue. */
  readonly severity?: Severity;
  readonly rule?: RuleId;
  readonly detail: Bilingual;
};

/** The day findings are looked for. */
export type Day = {
  /** Deadlines are measured on it: the date asked for, else today in Asia/Shanghai. */
  readonly today: BusinessDate;
  /** Facts count up to it: the date asked for, else whatever is recorded. */
  readonly through: BusinessDate;
  readonly pack: RulePack;
};

/** A finding with the clause it rests on, in the words of the pack. */
export function told({ code, subject, about = {}, amount, since, detail, ...given }: Raised, pack: RulePack) {
  const line = FINDINGS[code];
  const rule = pack.rules[given.rule ?? line.rule];
  // A county's pack may state the rule without the further sentence.
  const quoted = (given.rule === undefined && line.also !== undefined ? rule.also?.[line.also] : undefined) ?? rule;
  return {
    code,
    title: { zh: line.zh, en: line.en },
    severity: given.severity ?? line.severity,
    rule: rule.id,
    clause: quoted.clause,
    clauseText: quoted.clauseText,
    verified: rule.verified,
    policyId: pack.id,
    subject,
    about,
    amount: amount === null ? null : yuan(amount),
    since,
    detail,
  };
}
export type Finding = ReturnType<typeof told>;

/** Serious ones first, then by code, subject and what it is about: the order of the list, and its cursor. */
export const keyOf = ({ severity, code, subject, about }: Finding): string =>
  [SEVERITIES.indexOf(severity), code, subject, ...Object.values(about)].join('|');

/**
 * The business date since which something stands without a break: the state only changes on `dates`, so it is asked on
 * these from the last one back.
 */
export function standsSince(
  dates: Iterable<BusinessDate>,
  { through }: Day,
  stands: (date: BusinessDate) => boolean,
): BusinessDate | null {
  const known = [...new Set(dates)].filter((date) => date <= through).sort();
  let since: BusinessDate | null = null;
  for (const date of known.reverse()) {
    if (!stands(date)) break;
    since = date;
  }
  return since;
}

export type DatedAmount = { readonly on: BusinessDate; readonly amount: Fen };

/** What of several arrivals is still there: what goes out is what came in first, so the last ones to come are left. */
export function leftOver(left: Fen, arrivals: readonly DatedAmount[]): DatedAmount[] {
  const found: DatedAmount[] = [];
  let missing = left;
  for (const { on, amount } of [...arrivals].sort((a, b) => (a.on < b.on ? 1 : -1))) {
    if (missing <= 0n) break;
    found.push({ on, amount: amount < missing ? amount : missing });
    missing -= amount;
  }
  return found;
}
