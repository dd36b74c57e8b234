import { Injectable } from '@nestjs/common';
import { compoundView } from '../../compound/compound.projection.js';
import type { CompoundState } from '../../compound/compound.decider.js';
import { yuan } from '../../kernel/money.js';
import { isWithin, type Moment } from '../../kernel/projection.js';
import { COMMAND_REFUSED } from '../../platform/commands/refusal.js';
import { ReadDesk, within } from '../../platform/reads/read-desk.js';
import { providentFundOf, sizesOf } from '../../reports/funding-and-arrival.projection.js';
import { schemeView } from '../../scheme/scheme.projection.js';
import { STREAMS } from './figures.js';
import { type Asked, at, type Recipe, sumOfParts } from './recipe.js';

const RECORDED: Readonly<Record<string, string>> = { ...STREAMS, approvals: 'approval-' };

/** A fact, or one that a reversal takes back. */
export type Entry = {
  readonly eventId: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
};

/** Figures that were not made of anything: somebody said so, and it stands in an event as they said it. */
@Injectable()
export class Recorded {
  constructor(private readonly reads: ReadDesk) {}

  /** Events of a kind on some streams, as far as the moment sees them. */
  positions(streams: readonly string[], moment: Moment, types: readonly string[]): number[] {
    const at = within(moment);
    const marks = (values: readonly string[]) => values.map(() => '?').join(', ');
    const sql = `SELECT position FROM log_v1_events WHERE stream IN (${marks(streams)}) AND type IN (${marks(types)})
      AND ${at.sql} ORDER BY position`;
    return this.reads
      .all<{ position: number }>(sql, ...streams, ...types, ...at.values)
      .map(({ position }) => position);
  }

  /** Entries of a stream that are chosen, with the reversals that take such a one back. */
  async entries(stream: string, moment: Moment, takes: (entry: Entry) => boolean): Promise<number[]> {
    const positions: number[] = [];
    for await (const event of this.reads.events(stream)) {
      if (event.type === COMMAND_REFUSED || !isWithin(moment, event)) continue;
      const { eventId, type, data, position } = event;
      const entries = type === 'EntryReversed' ? (data['reverses'] as Entry[]) : [{ eventId, type, data }];
      if (entries.some(takes)) positions.push(position);
    }
    return positions;
  }

  /** The last event of the stream that holds the very field, in an object that says the same of everything both name. */
  async recipe(asked: Asked): Promise<Recipe | undefined> {
    const { name, row, moment } = asked;
    let found: { position: number; type: string; value: string | number } | undefined;
    for (const stream of streamsOf(asked))
      for await (const event of this.reads.events(stream)) {
        if (event.type === COMMAND_REFUSED || !isWithin(moment, event)) continue;
        const value = said(event.data, name, row);
        if (value !== undefined) found = { position: event.position, type: event.type, value };
      }
    if (!found) return undefined;
    return {
      ...{ kind: 'given', arithmetic: `${name}: as recorded (${found.type})` },
      ...{ computed: found.value, positions: [found.position] },
    };
  }

  /** What the form of the funding report says that is no money of the ledger: sizes, and certificates of 公积金. */
  async ofReport(asked: Asked): Promise<Recipe | undefined> {
    const { name, row, parts, moment, body } = asked;
    const items = (parts[0] === 'items' ? [row] : (body['items'] as Asked['row'][])) as {
      compoundId: string;
      schemeId: string;
    }[];
    if (parts[0] === 'total' && (name === 'schemes' || name === 'compounds')) {
      const ids = items.map((item) => item[name === 'schemes' ? 'schemeId' : 'compoundId']);
      const each = [...new Set(ids)].map((id) => ({ name: id, sign: 1, value: 1, figure: null }) as const);
      return sumOfParts(name, each, 'count');
    }
    if (name === 'compounds')
      return sumOfParts(name, [{ name: items[0]!.compoundId, sign: 1, value: 1, figure: null }], 'count');
    if (name === 'providentFund') {
      const stream = `scheme-${items[0]!.schemeId}`;
      const view = (await this.reads.view(stream, schemeView, moment))!.row;
      return {
        ...{ kind: 'given', arithmetic: 'Σ per contribution smaller(certified 公积金, amount less refunds)' },
        ...{
          computed: yuan(providentFundOf(view)),
          positions: this.positions([stream], moment, ['ContributionReceived', 'ContributionRefunded']),
        },
      };
    }
    const ids = [...new Set(items.map(({ compoundId }) => compoundId))];
    const states: CompoundState[] = [];
    for (const id of ids) states.push((await this.reads.view(`compound-${id}`, compoundView, moment))!.row);
    const sizes = sizesOf(states) as Readonly<Record<string, string | number>>;
    if (!(name in sizes)) return undefined;
    const types = ['CompoundRegistered', 'CompoundCorrected', 'HouseholdsRegistered', 'HouseholdsCorrected'];
    return {
      ...{ kind: 'given', arithmetic: `Σ ${name} of the compounds as registered`, computed: sizes[name]! },
      positions: this.positions(
        ids.map((id) => `compound-${id}`),
        moment,
        types,
      ),
    };
  }
}

/** The streams an answer is about; of a fund the register too, and of a notice the compound's. */
function streamsOf({ segments, row, body, parts }: Asked): string[] {
  const [subject = '', id] = segments;
  if (subject === 'reports') return typeof body['compoundId'] === 'string' ? [`compound-${body['compoundId']}`] : [];
  const prefix = RECORDED[subject];
  const contract = at(body, parts.slice(0, 2)) as Asked['row'] | undefined;
  if (subject === 'contracts') return [`scheme-${String(contract?.['schemeId'])}`];
  if (prefix === undefined) return [];
  const listed = parts[0] === 'items' ? (body['items'] as Asked['row'][])[Number(parts[1])] : undefined;
  const own = id ?? (listed ?? row)[IDS[subject] ?? ''];
  if (typeof own !== 'string') return [];
  return subject === 'maintenance-funds' ? [`compound-${own}`, `${prefix}${own}`] : [`${prefix}${own}`];
}

const IDS: Readonly<Record<string, string>> = {
  grants: 'grantId',
  bonds: 'bondId',
  schemes: 'schemeId',
  compounds: 'compoundId',
  approvals: 'approvalId',
};

/** What an object anywhere in the data of an event says of a field, where it contradicts the row in nothing. */
function said(value: unknown, name: string, row: Asked['row']): string | number | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  if (!Array.isArray(value) && Object.hasOwn(value, name)) {
    const own = value as Readonly<Record<string, unknown>>;
    const shared = Object.keys(own).filter((key) => Object.hasOwn(row, key) && isPlain(own[key]) && isPlain(row[key]));
    const told = own[name];
    if (isPlain(told) && told !== null && shared.every((key) => own[key] === row[key])) return told as string | number;
  }
  for (const inner of Object.values(value)) {
    const found = said(inner, name, row);
    if (found !== undefined) return found;
  }
  return undefined;
}

const isPlain = (value: unknown): boolean => value === null || typeof value !== 'object';
