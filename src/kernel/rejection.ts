/** Every way the service says no after a body was understood. `code` is a contract and never changes with language. */
export type RejectionCode =
  | `${Subject}-not-found`
  | 'outside-division'
  | 'same-person'
  | 'already-exists'
  | 'already-done'
  | 'not-yet'
  | 'already-reversed'
  | 'approval-decided'
  | 'period-closed'
  | 'in-transit'
  | 'dependent-entries'
  | 'rule-refused'
  | 'needs-override'
  | 'needs-second-person'
  | 'wrong-route'
  | 'wrong-division'
  | 'date-order'
  | 'cost-area-mismatch'
  | 'pledge-mismatch'
  | 'not-reversible'
  | 'not-a-settlement-date'
  | 'schedule-mismatch'
  | 'batch-failed'
  | 'batch-not-one-stream'
  | 'zero-weights'
  | 'factor-weights'
  | 'repeated-id'
  | 'unknown-line'
  | 'too-many'
  | 'out-of-range';

export const SUBJECTS = [
  'compound',
  'household',
  'unit',
  'building',
  'entrance',
  'scheme',
  'budget-revision',
  'line',
  'contract',
  'pledge',
  'contribution',
  'payment',
  'grant',
  'bond',
  'maintenance-fund',
  'sub-account',
  'draw',
  'approval',
  'event',
  'entry',
  'period',
  'policy',
  'projection',
  'import',
  'webhook',
] as const;
export type Subject = (typeof SUBJECTS)[number];

/** What a refusal carries: enough to render its sentence again in either language, nothing personal. */
export type RejectionDetails = {
  /** The rule that said no, and all that warned where the code is `needs-override`. */
  readonly rule?: string;
  readonly rules?: readonly string[];
  readonly policyId?: string;
  /** The words that said no, where they are not the rule's own: a pack changed one cell of it. */
  readonly quotation?: { readonly clause: string; readonly clauseText: string; readonly source: string };
  /** RFC 6901 pointer into the body, where the body named what is wrong. */
  readonly pointer?: string;
  /** Ids of the events in the way (`dependent-entries`) or of the thing concerned. */
  readonly eventIds?: readonly string[];
  /** The division it concerns, where the stream does not tell: of a command that waits, or refused on a new id. */
  readonly division?: string;
  /** Answered and not written down: the thing in the way is not the caller's to know of. */
  readonly unrecorded?: boolean;
  /** Of commands tried together: each as far as they were tried, the last with what refused it. */
  readonly items?: readonly TriedItem[];
  /** Figures and names of the sentence: amounts in yuan, ids, dates. */
  readonly facts?: Readonly<Record<string, string>>;
};

/** A command among several: the status it would have had, and its own refusal. */
export type TriedItem = {
  readonly index: number;
  readonly status: number;
  readonly path?: string;
  readonly refusal?: { readonly code: RejectionCode; readonly details: RejectionDetails };
};

/** The one way a decision or a calculation says no. The HTTP edge owns the code-to-status table. */
export class Rejected extends Error {
  constructor(
    readonly code: RejectionCode,
    readonly details: RejectionDetails = {},
  ) {
    super(`${code}${details.rule === undefined ? '' : ` ${details.rule}`}`);
    this.name = 'Rejected';
  }
}

/** Something a body names and its handler could not find, where the caller may look. */
export type Unknown = { readonly subject: Subject; readonly pointer: string };

export const notFound = (subject: Subject, pointer?: string): Rejected =>
  new Rejected(`${subject}-not-found`, pointer === undefined ? {} : { pointer });

/** Told before anything is decided, and never recorded: what does not exist here, and who may not. */
export const isNeverRecorded = ({ code, details }: Rejected): boolean =>
  details.unrecorded === true ||
  code.endsWith('-not-found') ||
  code === 'outside-division' ||
  code === 'same-person' ||
  code === 'needs-second-person';
