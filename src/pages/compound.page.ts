import { FUNDING_SOURCES, type FundingSource } from '../policy/funding-source.js';
import { type CostArea, WORK_ITEMS, type WorkItem } from '../policy/work-item.js';
import { figures, table } from './figures.js';
import { html, type Html } from './html.js';
import { data, layout, type Looking } from './layout.js';
import { reflects } from './overview.page.js';
import type { Word } from './words.js';

type Figures = Readonly<Record<string, string | null>>;
export type CompoundAnswer = {
  readonly compoundId: string;
  readonly name: string;
  readonly divisionCode: string;
  readonly builtYear: number;
  readonly buildings: readonly object[];
  readonly households: number;
  readonly floorAreaM2: string;
  readonly address?: string;
  readonly heritage?: boolean;
};
export type SplitAnswer = {
  readonly publicArea: Figures;
  readonly inBuilding: Figures;
  readonly total: Figures;
  readonly bySource: readonly (Figures & { source: FundingSource; reference: string | null; costArea: CostArea })[];
  readonly byLine: readonly (Figures & { schemeId: string; lineId: string; workItem: WorkItem; costArea: CostArea })[];
  readonly schemes: readonly string[];
  readonly approved: boolean;
  readonly position: number;
  readonly asOf: string | null;
};
export type SchemesAnswer = {
  readonly items: readonly {
    readonly schemeId: string;
    readonly title: string;
    readonly planYear: number;
    readonly centralPlan: boolean;
    readonly state: string | null;
    readonly budgetRevision: number | null;
    readonly approvedRevision: number | null;
  }[];
};
export type CompoundPage = {
  readonly compound: CompoundAnswer;
  readonly splitPath: string;
  readonly split: SplitAnswer;
  readonly schemes: SchemesAnswer;
  readonly divisionName: (code: string) => string;
};

const AREA_FIELDS = ['budget', 'committed', 'received', 'inKind', 'paid', 'available', 'fundingGap'] as const;
const SOURCE_FIELDS = ['committed', 'received', 'inKind', 'paid', 'available'] as const;
const LINE_FIELDS = ['budget', 'contracted', 'paid', 'settled'] as const;

/** One compound: what its public area and the inside of its buildings cost, and who pays. */
export function compoundPage(who: Looking, page: CompoundPage): string {
  const { compound, split } = page;
  const { say } = who;
  const content = html`<h1>${data(compound.name)}</h1>
    ${facts(who, page)} ${schemeTable(who, page)}
    ${split.schemes.length > 0 && !split.approved && html`<p class="hint">${say('notApproved')}</p>`}
    ${areaTable(who, page)} ${sourceTable(who, page)} ${lineTable(who, page)} ${reflects(who, split)}`;
  return layout(who, compound.name, content);
}

function facts({ say }: Looking, { compound, divisionName }: CompoundPage): Html {
  const { divisionCode, builtYear, buildings, households, floorAreaM2, address, heritage } = compound;
  const rows: (readonly [Word, Html | string | number])[] = [
    ['county', divisionName(divisionCode)],
    ['builtYear', builtYear],
    ['buildings', buildings.length],
    ['households', households],
    ['floorArea', floorAreaM2],
    ...(address === undefined ? [] : [['address', data(address)] as const]),
    ...(heritage ? [['heritage', say('yes')] as const] : []),
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

function schemeTable({ say }: Looking, { schemes }: CompoundPage): Html {
  const rows = schemes.items.map(
    (one) =>
      html`<tr>
        <th scope="row">${data(one.title)}</th>
        <td>${one.planYear}</td>
        <td>${one.state !== null && say(one.state as Word)}</td>
        <td>${one.centralPlan ? say('yes') : '—'}</td>
        <td>${one.budgetRevision ?? '—'}</td>
        <td>${one.approvedRevision ?? '—'}</td>
      </tr> `,
  );
  if (rows.length === 0)
    return html`<h2>${say('schemes')}</h2>
      <p>${say('nothingYet')}</p>`;
  const columns = (['title', 'planYear', 'stage', 'centralPlan', 'revision', 'approvedRevision'] as const).map(say);
  return table(
    say('schemes'),
    '',
    columns,
    columns.length,
    html`<tbody>
      ${rows}
    </tbody>`,
  );
}

function areaTable(who: Looking, { split, splitPath: path }: CompoundPage): Html {
  const { say } = who;
  const row = (word: Word, pointer: 'publicArea' | 'inBuilding' | 'total'): Html =>
    html`<tr>
      <th scope="row">${say(word)}</th>
      ${figures(split[pointer], AREA_FIELDS, { path, pointer: `/${pointer}`, who })}
    </tr> `;
  const body = html`<tbody>
      ${row('public-area', 'publicArea')}${row('in-building', 'inBuilding')}
    </tbody>
    <tfoot>
      ${row('total', 'total')}
    </tfoot>`;
  return table(say('split'), say('unit'), [say('costArea'), ...AREA_FIELDS.map(say)], 1, body);
}

function sourceTable(who: Looking, { split, splitPath: path }: CompoundPage): Html {
  const { say, language } = who;
  const rows = split.bySource.map(
    (one, index) =>
      html`<tr>
        <th scope="row">${FUNDING_SOURCES[one.source][language]}</th>
        <td>${referenceLink(one)}</td>
        <td>${say(one.costArea)}</td>
        ${figures(one, SOURCE_FIELDS, { path, pointer: `/bySource/${index}`, who })}
      </tr> `,
  );
  if (rows.length === 0)
    return html`<h2>${say('bySource')}</h2>
      <p>${say('nothingYet')}</p>`;
  const columns = [say('source'), say('reference'), say('costArea'), ...SOURCE_FIELDS.map(say)];
  return table(
    say('bySource'),
    say('unit'),
    columns,
    3,
    html`<tbody>
      ${rows}
    </tbody>`,
  );
}

function lineTable(who: Looking, { split, splitPath: path }: CompoundPage): Html {
  const { say, language } = who;
  const rows = split.byLine.map(
    (one, index) =>
      html`<tr>
        <td>${split.schemes.length > 1 && html`${one.schemeId} · `}${one.lineId}</td>
        <th scope="row">${WORK_ITEMS[one.workItem][language]}</th>
        <td>${say(one.costArea)}</td>
        ${figures(one, LINE_FIELDS, { path, pointer: `/byLine/${index}`, who })}
      </tr> `,
  );
  if (rows.length === 0)
    return html`<h2>${say('byLine')}</h2>
      <p>${say('nothingYet')}</p>`;
  const columns = [say('line'), say('workItem'), say('costArea'), ...LINE_FIELDS.map(say)];
  return table(
    say('byLine'),
    say('unit'),
    columns,
    3,
    html`<tbody>
      ${rows}
    </tbody>`,
  );
}

/** A grant has a page of its own in the API; an operator is named by what it supplies. */
const referenceLink = ({ source, reference }: { source: FundingSource; reference: string | null }): Html | string =>
  reference !== null && FUNDING_SOURCES[source].reference === 'grant'
    ? html`<a href="/v1/grants/${encodeURIComponent(reference)}">${reference}</a>`
    : (reference ?? '');
