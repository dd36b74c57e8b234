/** A record as the server keeps it: bytes and names, no meaning. */
export type LogRecord = {
  readonly id: string;
  readonly stream: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
  readonly revision: number;
  readonly position: number;
};
export type Proposed = Pick<LogRecord, 'id' | 'type' | 'contentType' | 'data' | 'metadata'>;
export type AppendResult =
  | { readonly kind: 'appended'; readonly revision: number; readonly position: number }
  | { readonly kind: 'wrong-revision'; readonly current: number }
  | { readonly kind: 'deleted' };

const JSON_TYPE = 'application/json';
/** The server writes something for itself after so many appends, so that nobody relies on a log of only our events. */
const OWN_RECORD_EVERY = 5;
const DELETED = '$streamDeleted';

/**
 * The log of the protocol test server: exact revisions, repeated appends recognised by their ids, positions with holes,
 * records of the server's own between ours, and metadata that hides events. Nodes of one cluster share one log.
 */
export class ProtocolTestLog {
  readonly records: LogRecord[] = [];
  private readonly streams = new Map<string, LogRecord[]>();
  private readonly followers = new Set<(record: LogRecord) => void>();
  private nextPosition = 231;
  private appends = 0;

  constructor() {
    this.appendOwn('$$$scavenges', '$metadata', { $maxAge: 2_592_000 });
  }

  /** Expected revision -1 is "no stream"; undefined is "any". */
  append(stream: string, proposed: readonly Proposed[], expected: number | undefined): AppendResult {
    const existing = this.streams.get(stream) ?? [];
    if (existing.at(-1)?.type === DELETED) return { kind: 'deleted' };
    const current = existing.length - 1;
    // A stream that was deleted softly takes a beginning again, and counts on.
    const beginsAgain = expected === -1 && current >= 0 && this.visible(stream).length === 0;
    if (expected !== undefined && expected !== current && !beginsAgain) {
      const there = existing.slice(expected + 1, expected + 1 + proposed.length);
      const last = there.at(-1);
      const same = there.length === proposed.length && there.every(({ id }, at) => id === proposed[at]!.id);
      if (same && last) return { kind: 'appended', revision: last.revision, position: last.position };
      return { kind: 'wrong-revision', current };
    }
    let last: LogRecord | undefined;
    for (const event of proposed) last = this.write(stream, event);
    if (++this.appends % OWN_RECORD_EVERY === 0) this.appendOwn('$stats-127.0.0.1:2113', '$statsCollected', {});
    return last
      ? { kind: 'appended', revision: last.revision, position: last.position }
      : { kind: 'appended', revision: current, position: this.nextPosition };
  }

  /** What a reader of the stream is shown: without what its metadata hides. */
  visible(stream: string): readonly LogRecord[] | 'deleted' {
    const all = this.streams.get(stream) ?? [];
    if (all.at(-1)?.type === DELETED) return 'deleted';
    const metadata = this.streams.get(`$$${stream}`)?.at(-1);
    if (!metadata) return all;
    const limits = JSON.parse(Buffer.from(metadata.data).toString('utf8')) as { $tb?: number; $maxCount?: number };
    const from = Math.max(limits.$tb ?? 0, limits.$maxCount === undefined ? 0 : all.length - limits.$maxCount);
    return all.slice(from);
  }

  /** Hides everything so far, as a soft deletion does. */
  deleteSoftly(stream: string): void {
    this.appendOwn(`$$${stream}`, '$metadata', { $tb: Number.MAX_SAFE_INTEGER });
  }

  deleteForEver(stream: string): void {
    this.appendOwn(stream, DELETED, {});
  }

  setMetadata(stream: string, metadata: object): void {
    this.appendOwn(`$$${stream}`, '$metadata', metadata);
  }

  /** Cuts the log after a position, as a restored old backup does. */
  loseAfter(position: number): void {
    const kept = this.records.filter((record) => record.position <= position);
    this.records.length = 0;
    this.streams.clear();
    for (const record of kept) this.keep(record);
  }

  follow(follower: (record: LogRecord) => void): () => void {
    this.followers.add(follower);
    return () => void this.followers.delete(follower);
  }

  private appendOwn(stream: string, type: string, data: object): void {
    const id = `00000000-0000-4000-8000-${this.nextPosition.toString(16).padStart(12, '0')}`;
    const bytes = (value: object) => new Uint8Array(Buffer.from(JSON.stringify(value)));
    this.write(stream, { id, type, contentType: JSON_TYPE, data: bytes(data), metadata: bytes({}) });
  }

  private write(stream: string, event: Proposed): LogRecord {
    const revision = this.streams.get(stream)?.length ?? 0;
    const record = { ...event, stream, revision, position: this.nextPosition };
    this.nextPosition += 128 + event.data.length + event.metadata.length;
    this.keep(record);
    for (const follower of this.followers) follower(record);
    return record;
  }

  private keep(record: LogRecord): void {
    this.records.push(record);
    const stream = this.streams.get(record.stream);
    if (stream) stream.push(record);
    else this.streams.set(record.stream, [record]);
  }
}
