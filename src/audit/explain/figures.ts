import { Injectable } from '@nestjs/common';
import { absolute, fen, type Fen, larger, ratio, total, yuan } from '../../kernel/money.js';
import type { Moment } from '../../kernel/projection.js';
import { Rejected } from '../../kernel/rejection.js';
import { committed, type Sum } from '../../ledger/cost-split.projection.js';
import { triggerOf } from '../../maintenance-fund/maintenance-fund.projection.js';
import { Problem } from '../../platform/http/problem.js';
import { type Asker, ReadRoutes } from '../../platform/http/read-routes.js';
import { ReadDesk, within } from '../../platform/reads/read-desk.js';
import { CHANGZHI_2020 } from '../../policy/changzhi-2020.rules.js';
import { policyById } from '../../policy/policies.rules.js';
import type { Part, PostingRule, Recipe, Term } from './recipe.js';

export type Answered = { readonly body: Readonly<Record<string, unknown>>; readonly moment: Moment };
export type Posting = Sum & {
  readonly position: bigint;
  readonly leg: bigint;
  readonly book: string;
  readonly account: string;
  readonly occurredOn: string;
  readonly schemeId: string | null;
};
export type Weighed = { readonly term: Term; readonly postings: readonly Posting[] };
const COLUMNS = `position, leg, book, account, amount, occurred_on AS occurredOn, measure, source, reference,
  cost_area AS costArea, line_id AS lineId, item, scheme_id AS schemeId`;
const AREAS = ['public-area', 'in-building'] as const;
/** How the stream of a subject begins, by the first word of its paths. */
export const STREAMS: Readonly<Record<string, string>> = {
  schemes: 'scheme-',
  compounds: 'compound-',
  grants: 'grant-',
  bonds: 'bond-',
  'maintenance-funds': 'maintenanceFund-',
};
const NOT_OURS = /^\/v1\/(explain|diff|audit|ledger\/export|events)/;

/** Reads figures as their caller would, and the postings and events they are made of. */
@Injectable()
export class Figures {
  constructor(
    private readonly routes: ReadRoutes,
    private readonly reads: ReadDesk,
  ) {}

  /** What a path answers this caller; its refusal is ours. */
  async ask(path: string, parameter: string, asker: Asker, more: string[] = [], isShown = true): Promise<Answered> {
    if (!/^\/v1\/[\x21-\x7e]+$/.test(path) || NOT_OURS.test(path)) throw wrong(parameter);
    const url = [path, ...more].reduce((whole, one) => `${whole}${whole.includes('?') ? '&' : '?'}${one}`);
    let body: object;
    try {
      body = await this.routes.ask(url, asker, { isShown });
    } catch (error) {
      const isNo = error instanceof Rejected || error instanceof Problem;
      if (!isNo || error.code === 'forbidden') throw error;
      throw wrong(parameter);
    }
    const { position, asOf, recordedAt } = body as Moment;
    // A catalogue has no moment: it is no projection, and holds no figure.
    if (typeof position !== 'number') throw wrong(parameter);
    return { body: body as Answered['body'], moment: { position, asOf: asOf ?? null, recordedAt: recordedAt ?? null } };
  }

  postings({ sql, values }: Term, moment: Moment): Posting[] {
    const at = within(moment);
    const whole = `SELECT ${COLUMNS} FROM ledger_v1_postings WHERE ${sql} AND ${at.sql} ORDER BY position, leg`;
    return this.reads.exact<Posting>(whole, ...values, ...at.values);
  }

  /** The events at these positions, with the rules each was tried against and their clauses. */
  async events(positions: readonly number[]): Promise<object[]> {
    const found = await Promise.all(positions.map((position) => this.reads.eventAt(position)));
    return found.flatMap((event) => {
      if (!event) return [];
      const { eventId, stream, type, position, data, metadata } = event;
      const pack = policyById(metadata.policyId ?? '');
      const rules = (metadata.rules ?? []).map((rule) => {
        const told = (pack?.rules as Record<string, { clause: string; clauseText: string }> | undefined)?.[rule];
        return { rule, clause: told?.clause ?? null, clauseText: told?.clauseText ?? null };
      });
      const { occurredOn } = data;
      const { recordedAt, actor, policyId = null } = metadata;
      return [{ eventId, stream, type, position, occurredOn, recordedAt, actor: actor.subject, policyId, rules }];
    });
  }

  /** Positions of events of some streams between two positions, where no posting tells the cause. */
  between(streams: readonly string[], from: number, to: number): number[] {
    if (streams.length === 0) return [];
    const marks = streams.map(() => '?').join(', ');
    const sql = `SELECT position FROM log_v1_events WHERE stream IN (${marks}) AND position > ? AND position <= ? ORDER BY position`;
    return this.reads.all<{ position: number }>(sql, ...streams, from, to).map(({ position }) => position);
  }
}

const sumOf = (postings: readonly Posting[]): Fen => total(postings.map(({ amount }) => amount));
const promised = (postings: readonly Posting[]): Fen =>
  total([...committed(summed(postings)).values()].map(({ amount }) => amount));

/** The figure made anew, of its postings or of its parts. */
export function computed(recipe: Recipe, weighed: readonly Weighed[]): string | number | null {
  if (recipe.kind === 'given') return recipe.computed;
  if (recipe.kind === 'postings') return yuan(ofPostings(recipe.rule, weighed));
  const { parts } = recipe;
  switch (recipe.rule) {
    case 'count':
      return parts.length;
    case 'ratio':
      return ratio(ofParts(parts), ofParts(recipe.under));
    case 'not below zero':
      return yuan(larger(ofParts(parts), 0n));
    case 'three tenths':
      return yuan(triggerOf(ofParts(parts), CHANGZHI_2020.parameters.replenishmentShare));
    default:
      return parts.length > 0 && parts.every(({ value }) => typeof value === 'number')
        ? parts.reduce((sum, { sign, value }) => sum + sign * (value as number), 0)
        : yuan(ofParts(parts));
  }
}

const ofParts = (parts: readonly Part[]): Fen =>
  parts.reduce((sum, { sign, value }) => sum + BigInt(sign) * fen(String(value)), 0n);

function ofPostings(rule: PostingRule, weighed: readonly Weighed[]): Fen {
  const sum = weighed.reduce((before, { term, postings }) => before + BigInt(term.sign) * sumOf(postings), 0n);
  if (rule === 'sum') return sum;
  if (rule === 'not below zero') return larger(sum, 0n);
  if (rule === 'without its sign') return absolute(sum);
  // A promise is kept at its own scheme, and a surplus of one closes no gap of another.
  const schemes = new Map<string | null, Posting[]>();
  for (const posting of weighed.flatMap(({ postings }) => postings)) {
    const own = schemes.get(posting.schemeId);
    if (own) own.push(posting);
    else schemes.set(posting.schemeId, [posting]);
  }
  return total([...schemes.values()].map((own) => (rule === 'commitments' ? promised(own) : gaps(own))));
}

const gaps = (postings: readonly Posting[]): Fen =>
  AREAS.reduce((sum, area) => {
    const own = postings.filter(({ costArea }) => costArea === area);
    const of = (measure: string): Fen => sumOf(own.filter((one) => one.measure === measure));
    const others = own.filter(({ measure }) => measure !== 'budget');
    return sum + larger(of('budget') - promised(others) - of('inKind'), 0n);
  }, 0n);

export const shownPosting = ({ position, leg, book, account, amount, occurredOn, measure }: Posting) => ({
  position: Number(position),
  leg: Number(leg),
  book,
  account,
  amount: yuan(amount),
  occurredOn,
  measure,
});

export const wrong = (parameter: string): Problem =>
  new Problem('invalid-parameter', { errors: [{ parameter, code: 'invalidParameter' }] });

/** Postings as a split sums them: by everything it tells apart. */
function summed(postings: readonly Posting[]): Sum[] {
  const sums = new Map<string, Sum>();
  for (const { measure, source, reference, costArea, lineId, item, amount } of postings) {
    const key = JSON.stringify([measure, source, reference, costArea, lineId, item]);
    const before = sums.get(key)?.amount ?? 0n;
    sums.set(key, { measure, source, reference, costArea, lineId, item, amount: before + amount });
  }
  return [...sums.values()];
}

/** The stream a path is about. */
export function streamsOf(path: string): string[] {
  const [, subject = '', id] = /^\/v1\/([a-z-]+)\/([^/?]+)/.exec(path) ?? [];
  const prefix = STREAMS[subject];
  return prefix === undefined || id === undefined ? [] : [`${prefix}${decodeURIComponent(id)}`];
}
