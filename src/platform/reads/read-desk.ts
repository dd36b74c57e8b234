import { Injectable } from '@nestjs/common';
import type { Fen } from '../../kernel/money.js';
import { isWithin, type Moment, type View } from '../../kernel/projection.js';
import { EventCatalogue, type RecordedEvent } from '../event-store/codec.js';
import { EventStore, StoreUnavailable } from '../event-store/event-store.js';
import { COMMAND_REFUSED } from '../commands/refusal.js';
import { ProjectionRunner } from '../projections/projection-runner.js';
import type { SqlValue } from '../sqlite.js';

const OWN_WRITES_WAIT_MS = 5_000;
const PAGE = 2_000;
type Asking = {
  readonly asOf: string | null;
  readonly recordedAt: string | null;
  readonly minPosition: number | null;
  readonly atPosition?: number | null;
  readonly waitSeconds: number;
};

/** What figures are read with: the service's read models, or a file of them. */
export type Reading = Pick<ReadDesk, 'all' | 'get' | 'exact' | 'sum'>;

/** How every read begins: it waits until what this process acknowledged is projected, then fixes its moment. */
@Injectable()
export class ReadDesk {
  /** The newest event as it was found last, and where the read models stood then. */
  private known: { readonly end: number; readonly position: number } | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly catalogue: EventCatalogue,
    private readonly projections: ProjectionRunner,
  ) {}

  /** Everything in the log now, by whichever replica, is in the read models: what a decision reads of them is not old. */
  async settled(): Promise<void> {
    if (this.store.shared) await this.projections.current();
    else await this.ownWrites();
  }

  /** A plain read waits for what this process has acknowledged, and asks nobody over the network. */
  private async ownWrites(): Promise<void> {
    await this.projections.waitFor(this.store.lastAcknowledged, OWN_WRITES_WAIT_MS);
  }

  async moment({ asOf, recordedAt, minPosition, atPosition = null, waitSeconds }: Asking): Promise<Moment> {
    await this.ownWrites();
    if (minPosition !== null) await this.projections.waitFor(minPosition, waitSeconds * 1_000);
    const known = recordedAt === null ? this.newest() : this.positionAt(recordedAt);
    return { asOf, recordedAt, position: atPosition === null ? known : Math.min(known, atPosition) };
  }

  /**
   * An answer that takes several turns, in which a read model may be emptied to be filled anew: then it is made again,
   * from what is full. Throws ProjectionBehind where the filling takes too long.
   */
  async steadily<Result>(moment: Moment, work: () => Promise<Result>): Promise<Result> {
    for (;;) {
      const { rebuilds } = this.projections;
      const result = await work();
      if (rebuilds === this.projections.rebuilds) return result;
      await this.projections.waitFor(moment.position, OWN_WRITES_WAIT_MS);
    }
  }

  /** The newest projected event; a signed head changes no answer, so it moves no position. */
  private newest(): number {
    const end = this.projections.position;
    if (this.known?.end !== end) {
      const sql = 'SELECT coalesce(max(position), 0) AS position FROM log_v1_events WHERE position <= ?';
      this.known = { end, position: this.projections.get<{ position: number }>(sql, end)!.position };
    }
    return this.known.position;
  }

  /** The greatest position whose running maximum of `recordedAt` is not after the instant; 0 where there is none. */
  private positionAt(instant: string): number {
    // By the index from its end: a maximum over all that was recorded before would be read row by row.
    const sql = `SELECT position FROM log_v1_events WHERE recorded_max <= ?
      ORDER BY recorded_max DESC, position DESC LIMIT 1`;
    return this.projections.get<{ position: number }>(sql, Date.parse(instant))?.position ?? 0;
  }

  all<Row>(sql: string, ...values: SqlValue[]): Row[] {
    return this.projections.all<Row>(sql, ...values);
  }

  get<Row>(sql: string, ...values: SqlValue[]): Row | undefined {
    return this.projections.get<Row>(sql, ...values);
  }

  /** Rows whose integers are money: they come as BigInt, exact beyond 2^53. */
  exact<Row>(sql: string, ...values: SqlValue[]): Row[] {
    return this.projections.exact<Row>(sql, ...values);
  }

  /** The one figure of a query that selects `amount`. */
  sum(sql: string, ...values: SqlValue[]): Fen {
    return this.exact<{ amount: bigint }>(sql, ...values)[0]!.amount;
  }

  /**
   * A view of one stream at a moment, with the stream's newest revision for If-Match; undefined where the stream holds
   * nothing but refusals, or nothing at all.
   */
  async view<Row, Event>(
    stream: string,
    view: View<Row, Event>,
    moment: Moment,
  ): Promise<{ row: Row; revision: number; isThere: boolean } | undefined> {
    let row = view.initial(stream.slice(stream.indexOf('-') + 1));
    let revision = -1;
    let exists = false;
    let isThere = false;
    for await (const event of this.events(stream)) {
      revision = event.revision;
      if (event.type === COMMAND_REFUSED) continue;
      exists = true;
      if (!isWithin(moment, event)) continue;
      isThere = true;
      row = view.project(row, event as unknown as Event);
    }
    return exists ? { row, revision, isThere } : undefined;
  }

  /** All events of a stream, decoded, in order. */
  async *events(stream: string): AsyncGenerator<RecordedEvent> {
    let from = 0;
    for (;;) {
      const page = await this.store.readStream(stream, from, PAGE);
      for (const stored of page) yield this.catalogue.decode(stored);
      if (page.length < PAGE) return;
      from = page.at(-1)!.revision + 1;
    }
  }

  /** The event at a position. A store reads from positions it named, so the contents page tells stream and revision. */
  async eventAt(position: number): Promise<RecordedEvent | undefined> {
    const sql = 'SELECT stream, revision FROM log_v1_events WHERE position = ?';
    const at = this.get<{ stream: string; revision: number }>(sql, position);
    if (!at) return undefined;
    const [stored] = await this.store.readStream(at.stream, at.revision, 1);
    if (!stored) throw new StoreUnavailable(`${at.stream} was not read whole`);
    return this.catalogue.decode(stored);
  }
}

/** SQL of the moment's two bounds, over columns `position` and `occurred_on`, and the values it takes. */
export const within = (moment: Moment, alias = ''): { sql: string; values: SqlValue[] } =>
  moment.asOf === null
    ? { sql: `${alias}position <= ?`, values: [moment.position] }
    : { sql: `${alias}position <= ? AND ${alias}occurred_on <= ?`, values: [moment.position, moment.asOf] };
