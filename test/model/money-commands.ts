/** The small world of the model: one scheme with seven lines, six grants, five givers. Known to both sides of the test. */
export type Area = 'public-area' | 'in-building';
export const SCHEME = 's1';
export const LINES = {
  road: { item: 'road', area: 'public-area', amount: 60_000n },
  water: { item: 'water-and-drainage', area: 'public-area', amount: 40_000n },
  roof: { item: 'roof', area: 'public-area', amount: 30_000n },
  duct: { item: 'overhead-line-duct', area: 'public-area', amount: 20_000n },
  cut: { item: 'overhead-line-cutover', area: 'public-area', amount: 10_000n },
  power: { item: 'indoor-power', area: 'in-building', amount: 30_000n },
  lift: { item: 'elevator', area: 'in-building', amount: 50_000n },
} as const satisfies Record<string, { item: string; area: Area; amount: bigint }>;
export type LineId = keyof typeof LINES;
export const LINE_IDS = Object.keys(LINES) as LineId[];

export const GRANTS = {
  mof: { source: 'central-grant', programme: 'mof', amount: 50_000n },
  ndrc: { source: 'central-grant', programme: 'ndrc', amount: 40_000n },
  county: { source: 'county-grant', programme: undefined, amount: 40_000n },
  city: { source: 'city-grant', programme: undefined, amount: 30_000n },
} as const;
/** `child` is made by the first decomposition of `city`. */
export type GrantId = keyof typeof GRANTS | 'child';
export const GRANT_IDS: readonly GrantId[] = ['mof', 'ndrc', 'county', 'city', 'child'];

export const GIVERS = [
  'resident-cash',
  'enterprise-donation',
  'social-capital',
  'utility-operator',
  'telecom-operator',
] as const;
export type Giver = (typeof GIVERS)[number];
export type Source = Giver | 'central-grant' | 'county-grant' | 'city-grant';
export type Form = 'cash' | 'goods' | 'direct-payment';

/** Whose money: a source and, where it has one, which grant or utility. */
export type Bearer = { readonly source: Source; readonly reference: string | null };
export type Part = Bearer & { readonly amount: bigint };
export const ofGrant = (grant: GrantId): Bearer => ({
  source: grant === 'child' ? 'city-grant' : GRANTS[grant].source,
  reference: grant,
});
export const ofGiver = (source: Giver): Bearer => ({
  source,
  reference: source === 'utility-operator' ? 'water' : null,
});

/** `line` and `area`: at most one is told; neither is the public area. `agreed`: a second person allows what warns. */
type Place = { readonly area?: Area; readonly line?: LineId };
export type Deed =
  | ({ do: 'allocate'; grant: GrantId; amount: bigint; agreed: boolean } & Place)
  | ({ do: 'withdraw'; grant: GrantId; amount: bigint } & Place)
  | { do: 'disburse'; grant: GrantId; amount: bigint; area?: Area }
  | { do: 'decompose'; amount: bigint }
  | { do: 'amend'; grant: GrantId; amount: bigint }
  | { do: 'return-grant'; grant: GrantId; amount: bigint }
  | { do: 'return-funds'; from: Bearer & { reference: string }; area?: Area; amount: bigint }
  | ({ do: 'contribute'; source: Giver; form: Form; amount: bigint; agreed: boolean } & Place)
  | { do: 'refund'; contribution: string; amount: bigint }
  | { do: 'contract'; lines: readonly { line: LineId; amount: bigint }[] }
  | { do: 'change'; contract: string; line: LineId; amount: bigint }
  | { do: 'settle'; contract: string; line: LineId; audited: bigint; retention: bigint }
  | { do: 'pay'; line: LineId; from: readonly Part[]; contract?: string; operation: boolean; agreed: boolean }
  | { do: 'refund-payment'; payment: string; amount: bigint; to?: readonly Part[] }
  | { do: 'substitute'; line: LineId; from: Bearer; to: Bearer; amount: bigint; agreed: boolean }
  | { do: 'close'; through: number }
  | { do: 'reverse'; entry: number; otherLeg: boolean };
/** `n` numbers the command: ids of what it makes are made of it. `day` counts from 1 February 2026. */
export type Command = Deed & { readonly n: number; readonly day: number };

/** Retention of every settlement is due on this day. */
export const RETENTION_DUE = 6;
/** "ok", or the code of the refusal and its rule. */
export type Verdict = string;
export const OK = 'ok';
