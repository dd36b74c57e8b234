/** The small world of the model: one scheme with seven lines, five grants, a bond, six givers, three households. Known to both sides of the test. */
export type Area = 'public-area' | 'in-building';
export const SCHEME = 's1';
export const LINES = {
  road: { item: 'road', area: 'public-area', amount: 60_000n },
  water: { item: 'water-and-drainage', area: 'public-area', amount: 40_000n },
  roof: { item: 'roof', area: 'public-area', amount: 30_000n, residents: 9_001n },
  duct: { item: 'overhead-line-duct', area: 'public-area', amount: 20_000n },
  cut: { item: 'overhead-line-cutover', area: 'public-area', amount: 10_000n },
  power: { item: 'indoor-power', area: 'in-building', amount: 30_000n },
  lift: { item: 'elevator', area: 'in-building', amount: 50_000n, shared: 'equal' },
} as const satisfies Record<string, { item: string; area: Area; amount: bigint; residents?: bigint; shared?: 'equal' }>;
export type LineId = keyof typeof LINES;
export const LINE_IDS = Object.keys(LINES) as LineId[];

export const GRANTS = {
  mof: { source: 'central-grant', programme: 'mof', amount: 50_000n },
  ndrc: { source: 'central-grant', programme: 'ndrc', amount: 40_000n },
  county: { source: 'county-grant', programme: undefined, amount: 40_000n },
  city: { source: 'city-grant', programme: undefined, amount: 30_000n },
} as const;
/** 2,000.04 at 3.99 %, in four equal instalments, half-yearly: the last takes the fen that do not divide. */
export const BOND = {
  amount: 200_004n,
  couponRate: '0.0399',
  couponMillionths: 39_900n,
  termYears: 2,
  paymentsPerYear: 2,
  valueDate: '2025-08-31',
  /** Six months each, the day held within its month. */
  dueOn: ['2026-02-28', '2026-08-31', '2027-02-28', '2027-08-31'],
} as const;
/** `child` is made by the first decomposition of `city`. */
export type GrantId = keyof typeof GRANTS | 'child';
export type SenderId = GrantId | 'bond';
export const GRANT_IDS: readonly GrantId[] = ['mof', 'ndrc', 'county', 'city', 'child'];
/** Whose money goes to schemes by allocation and disbursement. */
export const SENDER_IDS: readonly SenderId[] = [...GRANT_IDS, 'bond'];
/** Flats, with their area in hundredths of a square metre. */
export const HOUSEHOLDS = { h1: 8_000n, h2: 6_150n, h3: 4_525n } as const;
export type HouseholdId = keyof typeof HOUSEHOLDS;
export const HOUSEHOLD_IDS = Object.keys(HOUSEHOLDS) as HouseholdId[];

export const GIVERS = [
  'resident-cash',
  'resident-donation',
  'enterprise-donation',
  'social-capital',
  'utility-operator',
  'telecom-operator',
] as const;
export type Giver = (typeof GIVERS)[number];
export type Source = Giver | 'central-grant' | 'county-grant' | 'city-grant' | 'special-bond';
export type Form = 'cash' | 'goods' | 'labour' | 'direct-payment';
/** Money of residents names its household; that of organisations stays without a name. */
export const isOfResidents = (source: Source): boolean => source === 'resident-cash' || source === 'resident-donation';

/** Whose money: a source and, where it has one, which grant or utility. */
export type Bearer = { readonly source: Source; readonly reference: string | null };
export type Part = Bearer & { readonly amount: bigint };
export const ofSender = (sender: SenderId): Bearer => ({
  source: sender === 'bond' ? 'special-bond' : sender === 'child' ? 'city-grant' : GRANTS[sender].source,
  reference: sender,
});
export const ofGiver = (source: Giver): Bearer => ({
  source,
  reference: source === 'utility-operator' ? 'water' : null,
});

/** `line` and `area`: at most one is told; neither is the public area. `agreed`: a second person allows what warns. */
type Place = { readonly area?: Area; readonly line?: LineId };
export type Deed =
  | ({ do: 'allocate'; grant: SenderId; amount: bigint; agreed: boolean } & Place)
  | ({ do: 'withdraw'; grant: SenderId; amount: bigint } & Place)
  | { do: 'disburse'; grant: SenderId; amount: bigint; area?: Area }
  | { do: 'decompose'; amount: bigint }
  | { do: 'amend'; grant: GrantId; amount: bigint }
  | { do: 'return-grant'; grant: GrantId; amount: bigint }
  | { do: 'carry-over'; grant: GrantId; year: number }
  | { do: 'lapse'; grant: GrantId; year: number }
  | { do: 'serve'; of: 'interest' | 'principal'; dueOn: string; amount: bigint }
  | { do: 'return-funds'; from: Bearer & { reference: string }; area?: Area; amount: bigint }
  | ({ do: 'pledge'; source: Giver; amount: bigint; payer?: HouseholdId; agreed: boolean } & Place)
  | { do: 'withdraw-pledge'; pledge: string }
  | ({
      do: 'contribute';
      source: Giver;
      form: Form;
      amount: bigint;
      pledge?: string;
      payer?: HouseholdId;
      agreed: boolean;
    } & Place)
  | { do: 'refund'; contribution: string; amount: bigint }
  | { do: 'contract'; lines: readonly { line: LineId; amount: bigint }[] }
  | { do: 'change'; contract: string; line: LineId; amount: bigint }
  | { do: 'settle'; contract: string; line: LineId; audited: bigint; retention: bigint }
  | ({ do: 'pay'; line: LineId; from: readonly Part[]; contract?: string } & {
      operation: boolean;
      /** `stage: retention`, the only one the final account leaves open. */
      held: boolean;
      agreed: boolean;
    })
  | { do: 'refund-payment'; payment: string; amount: bigint; to?: readonly Part[] }
  | { do: 'substitute'; line: LineId; from: Bearer; to: Bearer; amount: bigint; agreed: boolean }
  | { do: 'adjust-share'; household: HouseholdId; line: LineId; amount: bigint; borneBy: HouseholdId | Source }
  | { do: 'accept' }
  | { do: 'final-account' }
  | { do: 'close'; through: number }
  | { do: 'reverse'; entry: number; otherLeg: boolean };
/** `n` numbers the command: ids of what it makes are made of it. `day` counts from 1 February 2026. */
export type Command = Deed & { readonly n: number; readonly day: number };
export type CommandTo<Do extends Deed['do']> = Extract<Command, { do: Do }>;
export type GrantCommand = CommandTo<
  'allocate' | 'withdraw' | 'disburse' | 'decompose' | 'amend' | 'return-grant' | 'carry-over' | 'lapse' | 'serve'
>;
export type SchemeCommand = Exclude<Command, GrantCommand | { do: 'close' | 'reverse' }>;
/** The grant or bond on whose stream a command is decided. */
export const streamOf = (command: GrantCommand): SenderId =>
  command.do === 'decompose' ? 'city' : command.do === 'serve' ? 'bond' : command.grant;
export const isOnGrant = (command: Command): command is GrantCommand =>
  'grant' in command || command.do === 'decompose' || command.do === 'serve';
/** The area a command is about: its line's, the one it states, or the public area. */
export const areaOf = ({ area, line }: { area?: Area; line?: LineId }): Area =>
  line === undefined ? (area ?? 'public-area') : LINES[line].area;

/** Retention of every settlement is due on this day. */
export const RETENTION_DUE = 6;
/** 31 December 2026 and 2027. */
export const YEAR_END = 333;
export const NEXT_YEAR_END = 698;
/** "ok", or the code of the refusal and its rule. */
export type Verdict = string;
export const OK = 'ok';
