import { createReadStream } from 'node:fs';
import { Unzip, type UnzipFile, UnzipInflate } from 'fflate';
import { canonicalJson } from '../kernel/canonical-json.js';
import { type Fen, fen } from '../kernel/money.js';
import { postingsOf } from '../ledger/ledger.read-model.js';
import { COMMAND_REFUSED } from '../platform/commands/refusal.js';
import type { EventCatalogue } from '../platform/event-store/codec.js';
import { isAside, type StoredEvent } from '../platform/event-store/event-store.js';
import { type Checked, type Leaves, leavesOf, LogCheck } from './log-check.js';
import { type Stretch, StretchCheck } from './stretch-check.js';
import type { TreeHead } from './tree-heads.decider.js';

/** Balances by book and account, tab between. */
export type Balances = ReadonlyMap<string, Fen>;
/** Balances, and what the check of the log found on the way. */
export type Replayed = { readonly balances: Balances; readonly checked: Checked };

const PAGE = 500;
const keyOf = (book: string, account: string): string => `${book}\t${account}`;

/**
 * Sums of fen by account. They are added up as numbers as long as those are exact, which leaves nothing behind to be
 * collected; what a number could not hold is added up apart.
 */
class AccountSums {
  private readonly places = new Map<string, number>();
  private readonly sums: number[] = [];
  private readonly beyond = new Map<string, Fen>();

  add(account: string, amount: Fen): void {
    let place = this.places.get(account);
    if (place === undefined) this.places.set(account, (place = this.sums.push(0) - 1));
    const added = Number(amount);
    const sum = this.sums[place]! + added;
    if (Number.isSafeInteger(added) && Number.isSafeInteger(sum)) this.sums[place] = sum;
    else this.beyond.set(account, (this.beyond.get(account) ?? 0n) + amount);
  }

  *[Symbol.iterator](): Generator<[account: string, sum: Fen]> {
    for (const [account, place] of this.places)
      yield [account, BigInt(this.sums[place]!) + (this.beyond.get(account) ?? 0n)];
  }
}

/** Folds events into balances at a business date. What two of them found is added up, in whatever order. */
export class BalanceFold {
  private readonly books = new Map<string, AccountSums>();

  constructor(
    private readonly catalogue: EventCatalogue,
    private readonly asOf: string | null,
  ) {}

  add(stored: StoredEvent): void {
    const { stream, type } = stored;
    if (type === COMMAND_REFUSED || isAside(stream)) return;
    const data = this.catalogue.data(stored);
    if (this.asOf !== null && data.occurredOn > this.asOf) return;
    for (const { book, account, amount } of postingsOf({ stream, type, data })) {
      let sums = this.books.get(book);
      if (!sums) this.books.set(book, (sums = new AccountSums()));
      sums.add(account, amount);
    }
  }

  /** All that were moved, those at zero again included. */
  finish(): Map<string, Fen> {
    const balances = new Map<string, Fen>();
    for (const [book, sums] of this.books) for (const [account, sum] of sums) balances.set(keyOf(book, account), sum);
    return balances;
  }
}

/** Adds up the balances of stretches of one log; what is zero is left out. */
export function added(all: readonly Balances[]): Balances {
  const sum = new Map<string, Fen>();
  for (const balances of all) for (const [key, balance] of balances) sum.set(key, (sum.get(key) ?? 0n) + balance);
  for (const [key, balance] of sum) if (balance === 0n) sum.delete(key);
  return sum;
}

/** A stretch of a log checked by itself: what one thread hands to another. */
export type CheckedStretch = { readonly stretch: Stretch; readonly leaves: Leaves };

/** Checks a stretch of a log, to be joined with the others, and folds it; its leaves only where there are heads. */
export async function replayStretch(
  pages: AsyncIterable<readonly StoredEvent[]>,
  fold: BalanceFold,
  withLeaves: boolean,
): Promise<CheckedStretch> {
  const hashes: Uint8Array[] = [];
  const positions: number[] = [];
  const keep = (hash: Uint8Array, position: number): void => void (hashes.push(hash), positions.push(position));
  const check = new StretchCheck(withLeaves ? keep : undefined);
  await foldInto(check, pages, fold);
  return { stretch: check.finish(), leaves: leavesOf(hashes, positions) };
}

/** Joins the stretches of a whole log in its order, in whatever order they come. */
export class StretchJoin {
  private readonly check: LogCheck;
  private readonly waiting = new Map<number, CheckedStretch>();
  private next = 0;

  constructor(heads: readonly TreeHead[]) {
    this.check = new LogCheck(heads, {}, heads.length > 0);
  }

  /** The stretch that is `index`-th in the log, counted from 0. */
  add(index: number, checked: CheckedStretch): void {
    this.waiting.set(index, checked);
    for (let found; (found = this.waiting.get(this.next)); this.next++) {
      this.check.follow(found.stretch, found.leaves);
      this.waiting.delete(this.next);
    }
  }

  /** With the balances of all folds that took part. */
  finish(all: readonly Balances[]): Replayed {
    return { balances: added(all), checked: this.check.finish() };
  }
}

/** Folds a log into balances at a business date, checking its chain and its heads, where there are any, while it reads. */
export async function replay(
  pages: AsyncIterable<readonly StoredEvent[]>,
  catalogue: EventCatalogue,
  asOf: string | null,
  heads: readonly TreeHead[],
): Promise<Replayed> {
  const check = new LogCheck(heads, {}, heads.length > 0);
  const fold = new BalanceFold(catalogue, asOf);
  await foldInto(check, pages, fold);
  return { balances: added([fold.finish()]), checked: check.finish() };
}

async function foldInto(
  check: Pick<LogCheck, 'add'>,
  pages: AsyncIterable<readonly StoredEvent[]>,
  fold: BalanceFold,
): Promise<void> {
  for await (const page of pages) {
    // A page at a time: code and tables of the one would push those of the other out of the processor's memory.
    for (const stored of page) check.add(stored);
    for (const stored of page) fold.add(stored);
  }
}

export type Difference = {
  readonly book: string;
  readonly account: string;
  readonly reported: Fen;
  readonly replayed: Fen;
};

/** What was reported (rows of book, account, balance) and is not what the log says; absent rows are zero. */
export function differences(
  reported: readonly { book: string; account: string; balance: string }[],
  { balances }: Replayed,
): Difference[] {
  const told = new Map<string, Fen>();
  for (const { book, account, balance } of reported) {
    const key = keyOf(book, account);
    // Of two rows one is wrong, and nobody can say which.
    if (told.has(key)) throw new Error(`${book} ${account} is reported twice`);
    told.set(key, fen(balance));
  }
  const keys = [...new Set([...told.keys(), ...balances.keys()])].sort();
  return keys.flatMap((key) => {
    const [book, account] = key.split('\t') as [string, string];
    const [left, right] = [told.get(key) ?? 0n, balances.get(key) ?? 0n];
    return left === right ? [] : [{ book, account, reported: left, replayed: right }];
  });
}

/** Lines of one file inside a bundle, read as they are unpacked. */
async function* linesIn(path: string, name: string): AsyncGenerator<string> {
  const pieces: Uint8Array[] = [];
  let failure: Error | undefined;
  let isThere = false;
  const unzip = new Unzip((file: UnzipFile) => {
    if (file.name !== name) return;
    isThere = true;
    file.ondata = (error, piece) => void (error ? (failure = error) : pieces.push(piece));
    file.start();
  });
  unzip.register(UnzipInflate);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  for await (const chunk of createReadStream(path)) {
    unzip.push(chunk as Buffer);
    if (failure) throw failure;
    for (const piece of pieces.splice(0)) {
      const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
      rest = lines.pop()!;
      yield* lines;
    }
  }
  if (!isThere) throw new Error(`${path} holds no ${name}`);
  if (rest !== '') yield rest;
}

type Envelope = Pick<StoredEvent, 'eventId' | 'stream' | 'revision' | 'type'> & { data: object; metadata: object };

/** The events of a bundle, in pages; their positions are the lines they stand on. */
export async function* eventsInBundle(path: string): AsyncGenerator<StoredEvent[]> {
  let position = 0;
  let page: StoredEvent[] = [];
  for await (const line of linesIn(path, 'events.ndjson')) {
    position += 1;
    const { data, metadata, ...envelope } = JSON.parse(line) as Envelope;
    page.push({ ...envelope, position, data: canonicalJson(data), metadata: canonicalJson(metadata) });
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  yield page;
}

/** The signed heads of a bundle. */
export async function headsInBundle(path: string): Promise<TreeHead[]> {
  const heads: TreeHead[] = [];
  for await (const line of linesIn(path, 'heads.ndjson')) heads.push((JSON.parse(line) as { data: TreeHead }).data);
  return heads;
}
