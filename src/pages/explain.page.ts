import { grouped, table } from './figures.js';
import { html, type Html } from './html.js';
import { data, href, layout, type Looking } from './layout.js';
import { reflects } from './overview.page.js';
import type { Word } from './words.js';

type Value = string | number | null;
export type ExplainAnswer = {
  readonly figure: { readonly path: string; readonly pointer: string; readonly value: Value };
  readonly arithmetic: string | null;
  readonly computed: Value;
  readonly agrees: boolean | null;
  readonly parts: readonly {
    readonly name: string;
    readonly sign: number;
    readonly value: string | number;
    readonly figure: string | null;
  }[];
  readonly terms: readonly {
    readonly name: string;
    readonly sign: number;
    readonly postings: number;
    readonly amount: string;
  }[];
  readonly postings: readonly {
    readonly position: number;
    readonly occurredOn: string;
    readonly book: string;
    readonly account: string;
    readonly amount: string;
  }[];
  readonly events: readonly Happened[];
  readonly truncated: boolean;
  readonly position: number;
  readonly asOf: string | null;
};
type Rule = { readonly rule: string; readonly clause: string | null; readonly clauseText: string | null };
type Happened = {
  readonly eventId: string;
  readonly position: number;
  readonly occurredOn: string;
  readonly recordedAt: string;
  readonly type: string;
  readonly stream: string;
  readonly actor: string;
  readonly rules: readonly Rule[];
};

/** One figure opened: how it is made, of which postings, by which events, under which clauses. */
export function explainPage(who: Looking, page: ExplainAnswer): string {
  const { say } = who;
  const { figure, truncated } = page;
  const title = `${say('explain')} ${show(figure.value)}`;
  const content = html`<h1>${title}</h1>
    ${facts(who, page)} ${truncated && html`<p class="hint">${say('truncated')}</p>`} ${partTable(who, page)}
    ${termTable(who, page)} ${postingTable(who, page)} ${eventTable(who, page)} ${clauses(who, page)}
    ${reflects(who, page)}`;
  return layout(who, title, content);
}

const show = (value: Value): string => (value === null ? '—' : grouped(String(value)));
const amount = (value: Value): Html => html`<td class="figure"><data value="${value ?? ''}">${show(value)}</data></td>`;
const sign = (value: number): string => (value === 1 ? '+' : '−');

/** A formula may quote a Chinese name on an English page. */
const formula = (text: string): Html => (/\p{Script=Han}/u.test(text) ? data(text) : html`${text}`);

function facts({ say }: Looking, { figure, arithmetic, computed, agrees }: ExplainAnswer): Html {
  const address = `${figure.path}#${figure.pointer}`;
  const rows: (readonly [Word, Html | string])[] = [
    ['figure', html`<a href="${address}">${address}</a>`],
    ['value', show(figure.value)],
    ['arithmetic', arithmetic === null ? say('noArithmetic') : formula(arithmetic)],
    ...(agrees === null
      ? []
      : ([['computed', `${show(computed)} — ${say(agrees ? 'agrees' : 'disagrees')}`]] as const)),
  ];
  return html`<dl class="facts">
    ${rows.map(
      ([word, value]) =>
        html`<div>
          <dt>${say(word)}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

function listed(
  caption: string,
  note: string,
  columns: readonly string[],
  named: number,
  rows: readonly Html[],
): Html | null {
  if (rows.length === 0) return null;
  const body = html`<tbody>
    ${rows}
  </tbody>`;
  return table(caption, note, columns, named, body);
}

function partTable(who: Looking, { parts }: ExplainAnswer): Html | null {
  const { say } = who;
  const rows = parts.map(
    ({ name, sign: one, value, figure }) =>
      html`<tr>
        <td>${sign(one)}</td>
        <th scope="row">
          ${figure === null ? formula(name) : html`<a href="${href(who, '/explain', { figure })}">${formula(name)}</a>`}
        </th>
        ${amount(value)}
      </tr> `,
  );
  return listed(say('parts'), '', [say('sign'), say('figure'), say('value')], 2, rows);
}

function termTable({ say }: Looking, { terms }: ExplainAnswer): Html | null {
  const rows = terms.map(
    (one) =>
      html`<tr>
        <td>${sign(one.sign)}</td>
        <th scope="row">${one.name}</th>
        ${amount(one.postings)}${amount(one.amount)}
      </tr> `,
  );
  return listed(say('terms'), say('unit'), [say('sign'), say('term'), say('postings'), say('value')], 2, rows);
}

function postingTable({ say }: Looking, { postings }: ExplainAnswer): Html | null {
  const rows = postings.map(
    (one) =>
      html`<tr>
        <td>${one.position}</td>
        <td>${one.occurredOn}</td>
        <td>${one.book}</td>
        <th scope="row">${one.account}</th>
        ${amount(one.amount)}
      </tr> `,
  );
  const columns = [say('logPosition'), say('date'), say('book'), say('ledgerAccount'), say('value')];
  return listed(say('postings'), say('unit'), columns, 4, rows);
}

function eventTable({ say }: Looking, { events }: ExplainAnswer): Html | null {
  const rows = events.map(
    (one) =>
      html`<tr>
        <td>${one.position}</td>
        <td>${one.occurredOn}</td>
        <th scope="row"><a href="/v1/events/${encodeURIComponent(one.eventId)}">${one.type}</a></th>
        <td>${one.stream}</td>
        <td>${data(one.actor)}</td>
        <td>${one.recordedAt}</td>
        <td>${one.rules.map(({ rule }) => html`<a href="#${rule}">${rule}</a> `)}</td>
      </tr> `,
  );
  const columns = (['logPosition', 'date', 'event', 'stream', 'actor', 'recordedAt', 'rules'] as const).map(say);
  return listed(say('events'), '', columns, columns.length, rows);
}

/** Each rule once, with the sentence it rests on. */
function clauses({ say }: Looking, { events }: ExplainAnswer): Html | null {
  const rules = new Map(events.flatMap((one) => one.rules).map((rule) => [rule.rule, rule]));
  const rows = [...rules.values()]
    .sort((a, b) => (a.rule < b.rule ? -1 : 1))
    .map(
      ({ rule, clause, clauseText }) =>
        html`<tr id="${rule}">
          <th scope="row">${rule}</th>
          <td>${clause !== null && data(clause)}</td>
          <td>${clauseText !== null && data(clauseText)}</td>
        </tr> `,
    );
  return listed(say('clauses'), '', [say('rules'), say('clause'), say('clauseText')], 3, rows);
}
