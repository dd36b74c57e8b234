import type { FundingSource } from './funding-source.js';
import type { Quotation, RuleId, RulePack } from './rule-pack.js';

/** The words `rule` rests on where `source` is concerned, if they are not the rule's own. */
export const quotedFor = (pack: RulePack, rule: RuleId, source: string | undefined): Quotation | undefined =>
  source === undefined
    ? undefined
    : pack.rules[rule].ofSources?.find(({ sources }) => sources.includes(source as FundingSource))?.quotation;
