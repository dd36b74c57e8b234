import type { BusinessDate } from '../kernel/dates.js';
import type { FundingSource } from './funding-source.js';
import type { CostArea, EssentialKind, WorkItem } from './work-item.js';

export const RULE_IDS = [
  'R01a',
  'R01b',
  'R02',
  'R03',
  'R04',
  'R05',
  'R06',
  'R07',
  'R08',
  'R09',
  'R10',
  'R11',
  'R12',
  'R13',
  'R14',
  'R15',
  'R16',
  'R17',
  'R18',
  'R19',
  'R20',
  'R21',
] as const;
export type RuleId = (typeof RULE_IDS)[number];

export const LEVELS = ['allow', 'warn', 'stop'] as const;
/** `warn` needs a second person with a reason; `stop` cannot be overridden. */
export type Level = (typeof LEVELS)[number];

export const JUDGED_AS = ['decision', 'matrix', 'rank', 'finding', 'shown'] as const;
/**
 * How a rule speaks: a `decision` at its own level; the `matrix`, whose cell states the level (the rule's own is the
 * strictest); a `rank` of the plan; a `finding`, which refuses nothing; or only `shown`.
 */
export type JudgedAs = (typeof JUDGED_AS)[number];

export type Bilingual = { readonly zh: string; readonly en: string };

/** The words a rule or a changed cell rests on. */
export type Quotation = {
  /** The heading exactly as in the text, or the law and its article. */
  readonly clause: string;
  /** The operative sentences, verbatim, the line breaks of the text joined. */
  readonly clauseText: string;
  /** Name of the document, in Chinese. */
  readonly source: string;
};

export type Rule = Quotation & {
  readonly id: RuleId;
  readonly level: Level;
  readonly judgedAs: JudgedAs;
  readonly title: Bilingual;
  /** When the quoted text came into force. The rule itself binds for as long as the pack does. */
  readonly effectiveFrom: BusinessDate;
  readonly effectiveTo: BusinessDate | null;
  /** False until somebody with the full text confirms that it carries the rule. */
  readonly verified: boolean;
  readonly note?: Bilingual;
  /** Further sentences the rule rests on. */
  readonly also?: readonly Quotation[];
  /** Words quoted in place of the rule's own where these sources are concerned. */
  readonly ofSources?: readonly { readonly sources: readonly FundingSource[]; readonly quotation: Quotation }[];
};

export const PROGRAMMES = ['mof', 'ndrc'] as const;
/** 中央财政补助 or 中央预算内投资. */
export type Programme = (typeof PROGRAMMES)[number];

/** One cell that differs from its row: of a work item or, without one, of a whole cost area. */
export type MatrixException = {
  readonly workItem?: WorkItem;
  readonly costArea?: CostArea;
  readonly programme?: Programme;
  readonly level: Level;
  /** Absent: as verified as the rule that answers. */
  readonly verified?: boolean;
  /** The clause of a pack that changed this cell; absent: the rule's own. */
  readonly quotation?: Quotation;
};

/** The two overhead items have cells of their own, so that no source can be added without saying what they answer. */
export const OVERHEAD_ITEMS = ['overhead-line-duct', 'overhead-line-cutover'] as const;
export type OverheadItem = (typeof OVERHEAD_ITEMS)[number];

export type MatrixRow = Readonly<Record<CostArea | OverheadItem, Level>> & {
  /** R04: smaller pays first. */
  readonly rank: Readonly<Record<CostArea, number>>;
  readonly exceptions?: readonly MatrixException[];
};

/** Numerator and denominator. */
export type Ratio = readonly [number, number];

export const ACCEPTANCE_PARTIES = ['departments', 'specialist-units', 'street-community', 'residents'] as const;
export type AcceptanceParty = (typeof ACCEPTANCE_PARTIES)[number];

export const LOCALITIES_IN_SCOPE = ['city', 'county-town'] as const;
/** 城市或县城（城关镇）; a compound elsewhere is outside R01a's weight. */
export type LocalityInScope = (typeof LOCALITIES_IN_SCOPE)[number];

export type RuleParameters = {
  /** R01a: a compound built in this year or later is outside the weight of the text. */
  readonly builtBeforeYear: number;
  readonly localitiesInScope: readonly LocalityInScope[];
  /** R02. */
  readonly centralPlanMinimumKinds: number;
  readonly essentialKinds: readonly EssentialKind[];
  /** R02: the item that stands for the kinds where none of them is renewed. */
  readonly centralPlanAlternative: WorkItem;
  /** R06: lines that may be contracted and paid before the first approval. */
  readonly exemptFromApproval: readonly WorkItem[];
  /** R07. */
  readonly acceptanceParties: readonly AcceptanceParty[];
  readonly specialAcceptances: readonly { readonly workItem: WorkItem; readonly level: Level }[];
  /** R15: reached or passed, by number and by area, of the owners concerned. */
  readonly voteParticipation: Ratio;
  /** R15: passed, of those taking part. */
  readonly useMajority: Ratio;
  /** R15, R20: reached or passed, of those taking part. */
  readonly raiseMajority: Ratio;
  /** R15: items decided by the majority of raising money. */
  readonly raiseMajorityItems: readonly WorkItem[];
  /** R15 before `voteFrom`: reached or passed, of all owners concerned. */
  readonly voteOldRule: { readonly until: BusinessDate; readonly share: Ratio };
  readonly voteFrom: BusinessDate;
  /** R16: below this share of the first deposit replenishment is due. */
  readonly replenishmentShare: Ratio;
  /** Debt-service coverage below this warns: a decimal. */
  readonly coverageWarnBelow: string;
  readonly directFundsRegistrationDays: number;
  readonly grantAllocationDays: number;
};

/** The rules of one place as data. A pack is never edited: another one is `amend`ed from it. */
export type RulePack = {
  readonly id: string;
  readonly name: Bilingual;
  readonly basedOn: string | null;
  readonly effectiveFrom: BusinessDate;
  readonly rules: Readonly<Record<RuleId, Rule>>;
  readonly matrix: Readonly<Record<FundingSource, MatrixRow>>;
  readonly parameters: RuleParameters;
};
