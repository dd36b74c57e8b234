import { Injectable } from '@nestjs/common';
import type { Asker } from '../../platform/http/read-routes.js';
import { ReadDesk } from '../../platform/reads/read-desk.js';
import type { SqlValue } from '../../platform/sqlite.js';
import { Figures, streamsOf } from './figures.js';
import { changesBetween, type Leaves, leavesOf, told } from './json-leaves.js';

/** Between two moments the read is made again at so many positions, and for so long. */
const MOST_READS = 500;
const LONGEST_MS = 5_000;
/** So few events are tried one by one, whatever they are about. */
const FEW_EVENTS = 200;
const POSITION = /^\d{1,16}$/;

/** How a posting names a subject. */
const NAMED = [
  ...['scheme_id = ?', 'fund_id = ?', 'reference = ?'],
  // A bond's mark begins with its kind.
  ...['grant_id = ?', "grant_id = 'bond:' || ?"],
  'scheme_id IN (SELECT scheme_id FROM subjects_v1_schemes WHERE compound_id = ?)',
];

/** An answer at a position. */
type Sight = { readonly position: number; readonly leaves: Leaves };
type Search = {
  readonly sightAt: (position: number) => Promise<Sight>;
  /** Events that may have changed the answer, in their order: each is looked at even where others undid it. */
  readonly candidates: readonly number[];
  /** Of each value that differs in the end, the events after which it was another than before. */
  readonly causes: ReadonlyMap<string, number[]>;
  readonly until: number;
  reads: number;
  /** Up to here every event was looked for. */
  searchedTo: number;
};

/** What a read answers otherwise at one moment than at another, and after which events it did. */
@Injectable()
export class Differences {
  constructor(
    private readonly figures: Figures,
    private readonly reads: ReadDesk,
  ) {}

  /** `from` and `to` are instants or positions. */
  async diff(path: string, from: string, to: string, asker: Asker): Promise<object> {
    const [before, after] = [
      await this.figures.ask(path, 'path', asker, [momentOf(from)]),
      await this.figures.ask(path, 'path', asker, [momentOf(to)]),
    ];
    const changes = changesBetween(leavesOf(before.body), leavesOf(after.body));
    const ends = [before.moment.position, after.moment.position].sort((a, b) => a - b) as [number, number];
    // At the later moment's day: what time alone changed (a deadline that passed) was no event's doing.
    const moment = POSITION.test(to) ? [] : [momentOf(to)];
    const sightAt = async (position: number): Promise<Sight> => {
      const at = await this.figures.ask(path, 'path', asker, [...moment, `atPosition=${position}`], false);
      return { position, leaves: leavesOf(at.body) };
    };
    const { causes, searchedTo } = await this.search(
      sightAt,
      ends,
      changes.map(({ key }) => key),
      () => this.candidates(path, ends),
    );
    const found = [...new Set([...causes.values()].flat())].sort((a, b) => a - b);
    return {
      path,
      from: { given: from, ...before.moment },
      to: { given: to, ...after.moment },
      changes: changes.map(({ key, ...change }) => ({ ...change, positions: causes.get(key)! })),
      truncated: searchedTo < ends[1],
      searchedTo,
      events: await this.figures.events(found),
    };
  }

  private async search(
    sightAt: Search['sightAt'],
    [first, last]: readonly [number, number],
    keys: readonly string[],
    candidates: () => readonly number[],
  ): Promise<Search> {
    const causes = new Map(keys.map((key) => [key, []]));
    const search: Search = {
      ...{ sightAt, causes, until: performance.now() + LONGEST_MS, reads: 0, searchedTo: first },
      candidates: keys.length === 0 ? [] : candidates(),
    };
    if (keys.length === 0) search.searchedTo = last;
    else await this.between(await sightAt(first), await sightAt(last), search);
    return search;
  }

  /** From the earlier end on, so that what was not reached when the work became too much is one stretch at the end. */
  private async between(low: Sight, high: Sight, search: Search): Promise<void> {
    const first = this.after(low.position);
    const last = this.upTo(high.position);
    const candidates = search.candidates.filter((one) => one > low.position && one <= high.position);
    const differing = [...search.causes].filter(([key]) => told(low.leaves.get(key)) !== told(high.leaves.get(key)));
    const isNothing = candidates.length === 0 && differing.length === 0;
    if (isNothing || first === null || last === null || first >= last) {
      if (first !== null && first === last) for (const [, positions] of differing) positions.push(first);
      search.searchedTo = high.position;
      return;
    }
    if (search.reads >= MOST_READS || performance.now() > search.until) return;
    search.reads += 1;
    const middle = await search.sightAt(this.middle(first, last, candidates));
    await this.between(low, middle, search);
    if (search.searchedTo === middle.position) await this.between(middle, high, search);
  }

  /** Candidates are parted from the events between them; where there are none, the stretch is halved. */
  private middle(first: number, last: number, candidates: readonly number[]): number {
    const one = candidates[candidates.length >> 1];
    if (one === undefined) return this.upTo(Math.floor((first + last) / 2))!;
    return one === last ? this.upTo(last - 1)! : one;
  }

  private after(position: number): number | null {
    const sql = 'SELECT min(position) AS found FROM log_v1_events WHERE position > ?';
    return this.reads.get<{ found: number | null }>(sql, position)!.found;
  }

  private upTo(position: number): number | null {
    const sql = 'SELECT max(position) AS found FROM log_v1_events WHERE position <= ?';
    return this.reads.get<{ found: number | null }>(sql, position)!.found;
  }

  /** All events where they are few; else those of the subject, and those that moved money of it. */
  private candidates(path: string, [after, upTo]: readonly [number, number]): number[] {
    const positions = (sql: string, ...values: SqlValue[]): number[] =>
      this.reads
        .all<{ position: number }>(
          `${sql} AND position > ? AND position <= ? ORDER BY position`,
          ...values,
          after,
          upTo,
        )
        .map(({ position }) => position);
    const { count } = this.reads.get<{ count: number }>(
      'SELECT count(*) AS count FROM log_v1_events WHERE position > ? AND position <= ?',
      after,
      upTo,
    )!;
    if (count <= FEW_EVENTS) return positions('SELECT position FROM log_v1_events WHERE 1');
    const streams = streamsOf(path);
    const moved = streams.flatMap((stream) => {
      const id = stream.slice(stream.indexOf('-') + 1);
      return NAMED.flatMap((mark) => positions(`SELECT DISTINCT position FROM ledger_v1_postings WHERE ${mark}`, id));
    });
    return [...new Set([...this.figures.between(streams, after, upTo), ...moved])].sort((a, b) => a - b);
  }
}

/** An instant or a position, as the parameter that asks for it. */
const momentOf = (given: string): string =>
  POSITION.test(given) ? `atPosition=${given}` : `recordedAt=${encodeURIComponent(given)}`;
