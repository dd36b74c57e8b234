import { fen, SIGNED_AMOUNT_PATTERN, yuan } from '../kernel/money.js';

/** One place where two answers differ: an RFC 6901 pointer, both values, and between two amounts the difference. */
export type Change = {
  readonly pointer: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly difference?: string;
};

/** Where an answer only says which moment it is of. */
const MOMENT = '/position';

/** What differs between two JSON values, in the order of the later one; a value that is not there is null. */
export function changesOf(before: unknown, after: unknown): Change[] {
  return [...differences(before, after, '')].filter(({ pointer }) => pointer !== MOMENT);
}

function* differences(before: unknown, after: unknown, pointer: string): Generator<Change, void, void> {
  if (isBranch(before) && isBranch(after) && Array.isArray(before) === Array.isArray(after)) {
    const [old, now] = [before as Branch, after as Branch];
    for (const key of new Set([...Object.keys(now), ...Object.keys(old)])) {
      const at = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      yield* differences(own(old, key), own(now, key), at);
    }
  } else if (!isSame(before, after)) {
    yield { pointer, before: before ?? null, after: after ?? null, ...differenceOf(before, after) };
  }
}

type Branch = Readonly<Record<string, unknown>>;
const isBranch = (value: unknown): value is object => typeof value === 'object' && value !== null;
const own = (branch: Branch, key: string): unknown => (Object.hasOwn(branch, key) ? branch[key] : undefined);
const isSame = (before: unknown, after: unknown): boolean => (before ?? null) === (after ?? null);

const isMoney = (value: unknown): value is string => typeof value === 'string' && SIGNED_AMOUNT_PATTERN.test(value);
const differenceOf = (before: unknown, after: unknown): { difference?: string } =>
  isMoney(before) && isMoney(after) ? { difference: yuan(fen(after) - fen(before)) } : {};
