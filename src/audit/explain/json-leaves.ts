/** A value of an answer, and where it stands. */
export type Leaf = { readonly pointer: string; readonly value: unknown };
/** Every value of an answer, by what it is known by in any answer of the same read. */
export type Leaves = ReadonlyMap<string, Leaf>;
export type Change = {
  readonly key: string;
  /** Into the later answer; into the earlier one where nothing of it is left. */
  readonly pointer: string;
  readonly from: unknown;
  readonly to: unknown;
};

/** What says where an answer stands, and not what it says. */
const MOMENT = ['position', 'asOf', 'recordedAt', 'next', 'prev', 'revision'];
/** A row with an id of its own is known by it alone, whatever else is corrected in it. */
const OWN_IDS = [
  ...['eventId', 'paymentId', 'contributionId', 'pledgeId', 'drawId', 'approvalId'],
  ...['householdId', 'unitId', 'bondId'],
];
/** Other rows are known by everything of this they have. */
const IDS = [
  ...['book', 'account', 'code', 'subject', 'about', 'key', 'year', 'dueOn', 'buildingNo', 'budgetRevision'],
  ...['compoundId', 'schemeId', 'lineId', 'grantId', 'contractNo'],
  ...['source', 'reference', 'costArea'],
];

export function leavesOf(body: object): Leaves {
  const leaves = new Map<string, Leaf>();
  for (const [name, value] of Object.entries(body))
    if (!MOMENT.includes(name)) gather(value, step(name), step(name), leaves);
  return leaves;
}

/** Every value that differs. One that is null and one that is not there are the same: neither says anything. */
export function changesBetween(from: Leaves, to: Leaves): Change[] {
  return [...new Set([...from.keys(), ...to.keys()])].flatMap((key) => {
    const [before, after] = [from.get(key), to.get(key)];
    const change = { key, pointer: (after ?? before)!.pointer, from: told(before), to: told(after) };
    return change.from === change.to ? [] : [change];
  });
}

export const told = (leaf: Leaf | undefined): unknown => leaf?.value ?? null;

const step = (name: string): string => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;

function gather(value: unknown, key: string, pointer: string, leaves: Map<string, Leaf>): void {
  if (Array.isArray(value)) {
    const seen = new Map<string, number>();
    for (const [place, row] of (value as unknown[]).entries()) {
      const known = knownBy(row) ?? String(place);
      const times = seen.get(known) ?? 0;
      seen.set(known, times + 1);
      // Several rows of one id, as the legs of an event are, are told apart by their order.
      gather(row, `${key}${step(known)}${times === 0 ? '' : `#${times}`}`, `${pointer}/${place}`, leaves);
    }
  } else if (value !== null && typeof value === 'object')
    for (const [name, inner] of Object.entries(value))
      gather(inner, `${key}${step(name)}`, `${pointer}${step(name)}`, leaves);
  else leaves.set(key, { pointer, value });
}

/** Undefined where a row has only its place. */
function knownBy(row: unknown): string | undefined {
  if (row === null || typeof row !== 'object' || Array.isArray(row)) return undefined;
  const has = (name: string): boolean => Object.hasOwn(row, name);
  const own = OWN_IDS.find(has);
  const names = own === undefined ? IDS.filter(has) : [own];
  if (names.length === 0) return undefined;
  return JSON.stringify(names.map((name) => [name, (row as Readonly<Record<string, unknown>>)[name]]));
}
