import { READERS } from '../platform/http/routes.js';
import { html, type Html } from './html.js';
import { href, type Looking } from './layout.js';

/** 1234567.89 → 1,234,567.89: only commas are added, the digits are the API's. */
export function grouped(amount: string): string {
  const [whole, ...places] = amount.split('.');
  return [whole!.replace(/\B(?=(\d{3})+$)/g, ','), ...places].join('.');
}

/** "0.6225" → "62.25 %"; a ratio has four places, so its point only moves. */
function percent(ratio: string | null): string {
  if (ratio === null) return '—';
  const [whole, places = ''] = ratio.split('.');
  const digits = `${whole}${places.slice(0, 2)}`.replace(/^(-?)0+(?=\d)/, '$1');
  return `${digits}.${places.slice(2)} %`;
}

/** Where a figure comes from: a path of the API, and the pointer to it in the answer; and who looks at it. */
export type Origin = { readonly path: string; readonly pointer: string; readonly who: Looking };
/** One click from the events behind it; whoever sees no rows of events is led to the path that answers the figure. */
function link({ path, pointer, who }: Origin): string {
  const figure = `${path}#${pointer}`;
  return who.caller && READERS.includes(who.caller.role) ? href(who, '/explain', { figure }) : figure;
}

type Value = string | number | null;

/** A cell with a figure of the API: the exact value in `data`, a link to where it is answered. */
export function figure(value: Value, origin: Origin, kind: 'amount' | 'count' | 'ratio' = 'amount'): Html {
  const shown = kind === 'ratio' ? percent(value as string | null) : grouped(String(value ?? '—'));
  const zero = /^0(\.0+)?$/.test(String(value));
  const css = zero ? 'figure zero' : 'figure';
  return html`<td class="${css}">
    <a href="${link(origin)}"><data value="${value ?? ''}">${shown}</data></a>
  </td>`;
}

/** The same cells for one row of an answer: each field by its name. */
export const figures = (
  row: Readonly<Record<string, Value>>,
  fields: readonly string[],
  { path, pointer, who }: Origin,
): Html[] =>
  fields.map((field) =>
    figure(row[field] ?? null, { path, pointer: `${pointer}/${field}`, who }, KINDS[field] ?? 'amount'),
  );

const KINDS: Readonly<Record<string, 'count' | 'ratio'>> = {
  compounds: 'count',
  households: 'count',
  schemes: 'count',
  floorAreaM2: 'count',
  arrivalRate: 'ratio',
  executionRate: 'ratio',
};

/** A table with its caption and its columns; the first `named` columns are names, the others figures. */
export function table(caption: string, note: string, columns: readonly string[], named: number, body: Html): Html {
  const heads = columns.map(
    (name, index) => html`<th scope="col" ${index < named ? null : html` class="figure"`}>${name}</th>`,
  );
  return html`<div class="table">
    <table>
      <caption>
        ${caption}
        <small>${note}</small>
      </caption>
      <thead>
        <tr>
          ${heads}
        </tr>
      </thead>
      ${body}
    </table>
  </div>`;
}
