import { figures, table } from './figures.js';
import { html, type Html } from './html.js';
import { data, href, layout, type Looking } from './layout.js';
import type { Word } from './words.js';

type Row = Readonly<Record<string, string | number | null>> & { readonly key: string; readonly label: string };
export type OverviewAnswer = {
  readonly divisionCode: string;
  readonly items: readonly Row[];
  readonly total: Readonly<Record<string, string | number | null>>;
  readonly position: number;
  readonly asOf: string | null;
};
export type CompoundsAnswer = {
  readonly items: readonly { readonly compoundId: string; readonly name: string; readonly divisionCode: string }[];
  readonly next: string | null;
  readonly prev: string | null;
};
/** Paths of the API the page was made from, and what they answered. */
export type OverviewPage = {
  readonly countyPath: string;
  readonly counties: OverviewAnswer;
  readonly compoundPath: string;
  readonly figures: OverviewAnswer;
  readonly list: CompoundsAnswer;
  readonly divisionCode: string | undefined;
  readonly divisionName: (code: string) => string;
};

const MONEY = ['budget', 'committed', 'received', 'inKind', 'paid', 'fundingGap', 'arrivalRate', 'executionRate'];
const COUNTY_FIELDS = ['compounds', 'households', 'floorAreaM2', 'schemes', ...MONEY];
const COMPOUND_FIELDS = ['households', 'floorAreaM2', ...MONEY];

/** The region in one table, and its compounds to open. */
export function overviewPage(who: Looking, page: OverviewPage): string {
  const { say } = who;
  const { counties, divisionCode, divisionName } = page;
  const place = divisionName(divisionCode ?? counties.divisionCode);
  const title = place === '' ? say('overview') : `${place} ${say('overview')}`;
  const content = html`<h1>${title}</h1>
    <p class="hint">${say('figureHint')}</p>
    ${countyTable(who, page)} ${compoundTable(who, page)} ${reflects(who, counties)}`;
  return layout(who, title, content);
}

const heads = ({ say }: Looking, fields: readonly string[]): string[] =>
  fields.map((field) => say(field === 'floorAreaM2' ? 'floorArea' : (field as Word)));

function countyTable(who: Looking, { counties, countyPath }: OverviewPage): Html {
  const { say } = who;
  const rows = counties.items.map(
    (row, index) =>
      html`<tr>
        <th scope="row"><a href="${href(who, '/', { divisionCode: row.key })}">${row.label}</a></th>
        ${figures(row, COUNTY_FIELDS, { path: countyPath, pointer: `/items/${index}`, who })}
      </tr> `,
  );
  const total = figures(counties.total, COUNTY_FIELDS, { path: countyPath, pointer: '/total', who });
  const body = html`<tbody>
      ${rows}
    </tbody>
    <tfoot>
      <tr>
        <th scope="row">${say('total')}</th>
        ${total}
      </tr>
    </tfoot>`;
  return table(say('counties'), say('unit'), [say('county'), ...heads(who, COUNTY_FIELDS)], 1, body);
}

function compoundTable(
  who: Looking,
  { list, figures: all, compoundPath, divisionCode, divisionName }: OverviewPage,
): Html {
  const { say } = who;
  const places = new Map(all.items.map(({ key }, index) => [key, index]));
  const rows = list.items.flatMap(({ compoundId, name, divisionCode: code }) => {
    const index = places.get(compoundId);
    if (index === undefined) return [];
    const cells = figures(all.items[index]!, COMPOUND_FIELDS, { path: compoundPath, pointer: `/items/${index}`, who });
    const link = href(who, `/compounds/${encodeURIComponent(compoundId)}`);
    return [
      html`<tr>
        <th scope="row"><a href="${link}">${data(name)}</a></th>
        <td>${divisionName(code)}</td>
        ${cells}
      </tr> `,
    ];
  });
  if (rows.length === 0)
    return html`<h2>${say('compoundList')}</h2>
      <p>${say('nothingYet')}</p>`;
  const columns = [say('compounds'), say('county'), ...heads(who, COMPOUND_FIELDS)];
  const kept: Record<string, string> = divisionCode === undefined ? {} : { divisionCode };
  const turn = (cursor: string | null, word: 'previous' | 'next'): Html | null =>
    cursor === null ? null : html`<a href="${href(who, '/', { ...kept, cursor })}">${say(word)}</a>`;
  return html`${table(
      say('compoundList'),
      say('unit'),
      columns,
      2,
      html`<tbody>
        ${rows}
      </tbody>`,
    )}
    <p class="turn">
      ${divisionCode !== undefined && html`<a href="${href(who, '/')}">${say('all')}</a>`}
      ${turn(list.prev, 'previous')} ${turn(list.next, 'next')}
    </p>`;
}

/** What the page's figures reflect, as every answer of the API says. */
export const reflects = (
  { say }: Looking,
  { position, asOf }: { readonly position: number; readonly asOf: string | null },
): Html =>
  html`<p class="reflects">${say('position')} ${position}${asOf !== null && html` · ${say('asOf')} ${asOf}`}</p>`;
