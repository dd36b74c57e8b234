/** The small world of a maintenance fund: three commodity flats, one its developer has not sold, one scheme of theirs. */
export const FUND = 'c1';
export const OF_SCHEME = 's1';
/** Hundredths of a square metre. */
export const FLATS = { h1: 8_000n, h2: 6_150n, h3: 4_525n, h4: 5_000n } as const;
export type FlatId = keyof typeof FLATS;
export const FLAT_IDS = Object.keys(FLATS) as FlatId[];
/** The developer of h4: it bears what falls on it, from an account of its own. */
export const UNIT = 'u2';
export const UNSOLD: FlatId = 'h4';
export type HolderId = FlatId | typeof UNIT;
export const HOLDER_IDS: readonly HolderId[] = [...FLAT_IDS, UNIT];
/** The line of the scheme that draws are spent on. */
export const ROOF = 500_000n;

type Vote = 'carries' | 'fails' | 'emergency' | 'none';
export type FundDeed =
  | { do: 'deposit'; entries: readonly { holder: HolderId; amount: bigint }[] }
  | { do: 'income'; kind: 'interest' | 'salvage'; amount: bigint }
  | { do: 'propose'; scope?: readonly FlatId[]; amount: bigint; toScheme: boolean; vote: Vote; isPipe: boolean }
  | { do: 'approve'; draw: string }
  | { do: 'reject'; draw: string }
  | { do: 'pay'; draw: string; amount: bigint }
  | { do: 'refund'; draw: string; amount: bigint }
  | { do: 'collect'; draw: string; holder: HolderId; amount: bigint }
  | { do: 'close-account'; flat: FlatId }
  | { do: 'spend'; draw: string; amount: bigint }
  | { do: 'return'; draw: string; amount: bigint }
  | { do: 'reverse'; entry: number; otherLeg: boolean };
/** Every command is of the day after the last one. */
export type FundCommand = FundDeed & { readonly n: number };
export type FundCommandTo<Do extends FundDeed['do']> = Extract<FundCommand, { do: Do }>;
