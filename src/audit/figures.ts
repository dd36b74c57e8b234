import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Fen, larger, yuan } from '../kernel/money.js';
import type { Moment } from '../kernel/projection.js';
import { committed, type Sum } from '../ledger/cost-split.projection.js';
import { Problem } from '../platform/http/problem.js';
import { ReadDesk, within } from '../platform/reads/read-desk.js';
import { policyById } from '../policy/policies.rules.js';
import type { Recipe, Term } from './figure-recipes.js';

/** The same request made for the same caller at another address. */
export type Caller = { readonly authorization: string; readonly language: string };
export type Answered = { readonly body: Readonly<Record<string, unknown>>; readonly moment: Moment };
type Posting = Sum & {
  readonly position: bigint;
  readonly leg: bigint;
  readonly book: string;
  readonly account: string;
  readonly occurredOn: string;
};
const COLUMNS = `position, leg, book, account, amount, occurred_on AS occurredOn, measure, source, reference,
  cost_area AS costArea, line_id AS lineId, item`;
const AREAS = ['public-area', 'in-building'] as const;

/** Reads figures as their caller would, and the postings and events they are made of. */
@Injectable()
export class Figures {
  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly reads: ReadDesk,
  ) {}

  /** What a path answers this caller; its refusal is ours. */
  async ask(
    path: string,
    parameter: string,
    { authorization, language }: Caller,
    more: string[] = [],
  ): Promise<Answered> {
    const isOurs = /^\/v1\/[\x21-\x7e]+$/.test(path) && !/^\/v1\/(explain|diff|audit|ledger\/export)/.test(path);
    if (!isOurs) throw wrong(parameter);
    const url = [path, ...more].reduce((whole, one) => `${whole}${whole.includes('?') ? '&' : '?'}${one}`);
    const server = this.adapter.httpAdapter.getInstance<ReturnType<NestFastifyApplication['getHttpAdapter']>>();
    const inject = (server as unknown as Pick<NestFastifyApplication, 'inject'>).inject.bind(server);
    const answer = await inject({ method: 'GET', url, headers: { authorization, 'accept-language': language } });
    if (answer.statusCode === 403) throw new Problem('forbidden');
    const body: unknown = answer.statusCode === 200 ? parsed(answer.body) : undefined;
    if (body === undefined || body === null || typeof body !== 'object') throw wrong(parameter);
    const { position, asOf, recordedAt } = body as Moment;
    // A catalogue has no moment: it is no projection, and holds no figure.
    if (typeof position !== 'number') throw wrong(parameter);
    return { body: body as Answered['body'], moment: { position, asOf: asOf ?? null, recordedAt: recordedAt ?? null } };
  }

  postings({ sql, values }: Term, moment: Moment, after = 0): Posting[] {
    const at = within(moment);
    const whole = `SELECT ${COLUMNS} FROM ledger_v1_postings WHERE ${sql} AND ${at.sql} AND position > ? ORDER BY position, leg`;
    return this.reads.exact<Posting>(whole, ...values, ...at.values, after);
  }

  /** The figure made anew from its postings. */
  computed({ rule }: Recipe, terms: readonly { term: Term; postings: readonly Posting[] }[]): Fen {
    const sumOf = (postings: readonly Posting[]): Fen => postings.reduce((sum, { amount }) => sum + amount, 0n);
    const promised = (postings: readonly Posting[]): Fen =>
      [...committed(summed(postings)).values()].reduce((sum, { amount }) => sum + amount, 0n);
    const all = terms.flatMap(({ postings }) => postings);
    if (rule === 'commitments') return promised(all);
    if (rule === 'gap')
      return AREAS.reduce((sum, area) => {
        const own = all.filter(({ costArea }) => costArea === area);
        const of = (measure: string): Fen => sumOf(own.filter((one) => one.measure === measure));
        const others = own.filter(({ measure }) => measure !== 'budget');
        return sum + larger(of('budget') - promised(others) - of('inKind'), 0n);
      }, 0n);
    return terms.reduce((sum, { term, postings }) => sum + BigInt(term.sign) * sumOf(postings), 0n);
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

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

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
