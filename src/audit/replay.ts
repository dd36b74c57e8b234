import { createReadStream } from 'node:fs';
import { Unzip, type UnzipFile, UnzipInflate } from 'fflate';
import { canonicalJson } from '../kernel/canonical-json.js';
import { type Fen, fen } from '../kernel/money.js';
import { postingsOf } from '../ledger/ledger.read-model.js';
import { COMMAND_REFUSED } from '../platform/commands/refusal.js';
import type { EventCatalogue } from '../platform/event-store/codec.js';
import { isAside, type StoredEvent } from '../platform/event-store/event-store.js';
import { type Checked, LogCheck } from './log-check.js';
import type { TreeHead } from './tree-heads.decider.js';

/** Balances by book and account, tab between, and what the check of the log found on the way. */
export type Replayed = { readonly balances: ReadonlyMap<string, Fen>; readonly checked: Checked };

const PAGE = 500;
const keyOf = (book: string, account: string): string => `${book}\t${account}`;

/** Folds a log into balances at a business date, checking its chain and its heads, where there are any, while it reads. */
export async function replay(
  pages: AsyncIterable<readonly StoredEvent[]>,
  catalogue: EventCatalogue,
  asOf: string | null,
  heads: readonly TreeHead[],
): Promise<Replayed> {
  const check = new LogCheck(heads, {}, heads.length > 0);
  const books = new Map<string, Map<string, { balance: Fen }>>();
  for await (const page of pages)
    for (const stored of page) {
      check.add(stored);
      const { stream, type } = stored;
      if (type === COMMAND_REFUSED || isAside(stream)) continue;
      const data = catalogue.data(stored);
      if (asOf !== null && data.occurredOn > asOf) continue;
      for (const { book, account, amount } of postingsOf({ stream, type, data })) {
        let accounts = books.get(book);
        if (!accounts) books.set(book, (accounts = new Map()));
        const cell = accounts.get(account);
        if (cell) cell.balance += amount;
        else accounts.set(account, { balance: amount });
      }
    }
  const balances = new Map<string, Fen>();
  for (const [book, accounts] of books)
    for (const [account, { balance }] of accounts) if (balance !== 0n) balances.set(keyOf(book, account), balance);
  return { balances, checked: check.finish() };
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
  const told = new Map(reported.map(({ book, account, balance }) => [keyOf(book, account), fen(balance)]));
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
