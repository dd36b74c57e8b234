import { yuan } from '../kernel/money.js';
import { REVISION_IN_FORCE } from '../ledger/scheme-figures.js';
import { within } from '../platform/reads/read-desk.js';
import { FUNDING_SOURCES } from '../policy/funding-source.js';
import { csvLines } from './csv-lines.js';
import { conditions, type LedgerFile, type Selection } from './ledger-file.js';

export type PackageFile = { readonly name: string; readonly lines: Iterable<string> };

const MEASURES = ['budget', 'received', 'inKind', 'paid'] as const;
/** What a measure is, in the words of the Fiscal Data Package. */
const FISCAL = {
  budget: { direction: 'expenditure', phase: 'approved' },
  received: { direction: 'revenue', phase: 'executed' },
  inKind: { direction: 'revenue', phase: 'executed' },
  paid: { direction: 'expenditure', phase: 'executed' },
} as const satisfies Record<(typeof MEASURES)[number], object>;
const FACTS = [
  'position',
  'leg',
  'date',
  'divisionCode',
  'schemeId',
  'source',
  'reference',
  'costArea',
  'lineId',
] as const;
const TYPES: Readonly<Record<string, string>> = { position: 'integer', leg: 'integer', date: 'date', planYear: 'year' };
const field = (name: string): object => ({ name, type: TYPES[name] ?? 'string' });

/**
 * The money of all schemes as a Fiscal Data Package: one table of movements, each of them a posting, with the schemes and
 * sources they belong to; and its descriptor. Of the budget the revision in force, as on every screen.
 */
export function* fiscalDataPackage(file: LedgerFile, selection: Selection): Generator<PackageFile> {
  yield { name: 'datapackage.json', lines: [`${JSON.stringify(descriptor(selection), null, 2)}\n`] };
  yield { name: 'data/movements.csv', lines: csvLines([...FACTS, ...MEASURES], movements(file, selection)) };
  const at = conditions(selection, '', false);
  const schemes = file.rows<object>(
    `SELECT scheme_id, title, project_code, plan_year, compound_id FROM subjects_v1_schemes WHERE ${at.sql} ORDER BY scheme_id`,
    at.values,
  );
  yield { name: 'data/schemes.csv', lines: csvLines(SCHEMES, schemes) };
  const sources = Object.entries(FUNDING_SOURCES).map(([code, { zh, en }]) => ({ code, zh, en }));
  yield { name: 'data/sources.csv', lines: csvLines(SOURCES, sources) };
}

const SCHEMES = ['schemeId', 'title', 'projectCode', 'planYear', 'compoundId'] as const;
const SOURCES = ['source', 'zh', 'en'] as const;

type Movement = { readonly measure: (typeof MEASURES)[number]; readonly amount: bigint };

function* movements(file: LedgerFile, selection: Selection): Generator<object> {
  const at = conditions(selection, 'p.');
  const known = within(selection.moment, 'r.');
  const sql = `SELECT p.position, p.leg, p.occurred_on, p.division, p.scheme_id, p.source, p.reference, p.cost_area, p.line_id,
      p.measure AS measure, p.amount AS amount
    FROM ledger_v1_postings p
    WHERE p.scheme_id IS NOT NULL AND p.measure IN ('budget', 'received', 'inKind', 'paid') AND ${at.sql}
      AND (p.measure <> 'budget' OR p.item = (SELECT CAST(r.revision AS TEXT) FROM subjects_v1_revisions r
        WHERE r.scheme_id = p.scheme_id AND ${known.sql} ORDER BY ${REVISION_IN_FORCE} LIMIT 1))
    ORDER BY p.position, p.leg`;
  for (const { measure, amount, ...fact } of file.rows<Movement>(sql, [...at.values, ...known.values])) {
    const figure = yuan(measure === 'paid' ? -amount : amount);
    yield { ...fact, ...Object.fromEntries(MEASURES.map((name) => [name, name === measure ? figure : null])) };
  }
}

const resource = (name: string, columns: readonly string[], keys: object): object => ({
  ...{ name, path: `data/${name}.csv`, profile: 'tabular-data-resource', format: 'csv', encoding: 'utf-8' },
  schema: {
    fields: columns.map((column) =>
      (MEASURES as readonly string[]).includes(column) ? { name: column, type: 'number' } : field(column),
    ),
    missingValues: [''],
    ...keys,
  },
});

function descriptor({ moment }: Selection): object {
  const movement = { resource: 'movements' };
  const dimension = (dimensionType: string, source: string, more: object = {}) => ({
    ...{ dimensionType, primaryKey: source, ...more },
    attributes: { [source]: { ...movement, source } },
  });
  return {
    // The fiscal profile is the tabular one with a model: its schema asks for the name of the latter.
    profile: 'tabular-data-package',
    name: 'renewal-ledger',
    title: '老旧小区改造资金 / Money of the renovation of old residential compounds',
    description: `Postings up to log position ${moment.position}${moment.asOf === null ? '' : `, business dates up to ${moment.asOf}`}. Amounts in yuan.`,
    countryCode: 'CN',
    granularity: 'transactional',
    resources: [
      resource('movements', [...FACTS, ...MEASURES], {
        primaryKey: ['position', 'leg'],
        foreignKeys: [
          { fields: 'schemeId', reference: { resource: 'schemes', fields: 'schemeId' } },
          { fields: 'source', reference: { resource: 'sources', fields: 'source' } },
        ],
      }),
      resource('schemes', SCHEMES, { primaryKey: 'schemeId' }),
      resource('sources', SOURCES, { primaryKey: 'source' }),
    ],
    model: {
      measures: Object.fromEntries(
        MEASURES.map((name) => [name, { ...movement, source: name, currency: 'CNY', ...FISCAL[name] }]),
      ),
      dimensions: {
        date: dimension('datetime', 'date'),
        location: dimension('location', 'divisionCode'),
        project: dimension('activity', 'schemeId'),
        fundingSource: dimension('classification', 'source', { classificationType: 'economic' }),
        costArea: dimension('classification', 'costArea', { classificationType: 'functional' }),
      },
    },
  };
}
