export type Change = {
  readonly pointer: string;
  readonly from: unknown;
  readonly to: unknown;
  /** The pointer leads into the earlier answer: there is nothing of it in the later one. */
  readonly isGone: boolean;
};

/** What says where an answer stands, and not what it says. */
const MOMENT = ['position', 'asOf', 'recordedAt', 'next', 'prev', 'revision'];
/** What a row is known by; several together where it has several. */
const IDS = [
  ...['book', 'account', 'schemeId', 'compoundId', 'lineId', 'householdId', 'unitId', 'grantId', 'bondId', 'eventId'],
  ...[
    'drawId',
    'paymentId',
    'pledgeId',
    'contributionId',
    'contractNo',
    'key',
    'year',
    'source',
    'reference',
    'costArea',
  ],
];

/** Every value that differs, by its pointer; rows of lists are matched by what they are known by, not by their place. */
export function changesBetween(from: object, to: object): Change[] {
  const strip = (body: object) => Object.fromEntries(Object.entries(body).filter(([name]) => !MOMENT.includes(name)));
  return compare(strip(from), strip(to), '', '');
}

function compare(from: unknown, to: unknown, there: string, here: string): Change[] {
  if (Array.isArray(from) || Array.isArray(to)) return compareRows(rowsOf(from), rowsOf(to), there, here);
  if (isObject(from) || isObject(to)) {
    const [left, right] = [isObject(from) ? from : {}, isObject(to) ? to : {}];
    return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((name) => {
      const step = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      return compare(left[name], right[name], there + step, here + step);
    });
  }
  if (from === to) return [];
  const isGone = to === undefined;
  return [{ pointer: isGone ? there : here, from: from ?? null, to: to ?? null, isGone }];
}

type Row = { readonly value: unknown; readonly place: number };

function compareRows(from: Map<string, Row>, to: Map<string, Row>, there: string, here: string): Change[] {
  return [...new Set([...from.keys(), ...to.keys()])].flatMap((key) => {
    const [left, right] = [from.get(key), to.get(key)];
    return compare(left?.value, right?.value, `${there}/${left?.place}`, `${here}/${right?.place}`);
  });
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

function rowsOf(value: unknown): Map<string, Row> {
  const rows = Array.isArray(value) ? (value as unknown[]) : [];
  return new Map(rows.map((row, place) => [keyOf(row, place), { value: row, place }]));
}

function keyOf(row: unknown, place: number): string {
  if (!isObject(row)) return String(place);
  const known = IDS.filter((name) => Object.hasOwn(row, name)).map((name) => [name, row[name]]);
  return known.length === 0 ? String(place) : JSON.stringify(known);
}
