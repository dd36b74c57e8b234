import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { unzipSync } from 'fflate';
import { renewal } from '../../src/cli/renewal.js';
import { type Reply, TestService } from '../support/service.js';
import { tellStory } from './story.js';
import { text, unpack } from './verifying.js';

type Element = { readonly name: string; readonly attributes: Record<string, string>; readonly children: Element[] };

/** A small reader of XML that refuses whatever is not well-formed: no text but white space, no comments, no entities of its own. */
function parseXml(xml: string): Element {
  const root: Element = { name: '', attributes: {}, children: [] };
  const open = [root];
  const token = /<(\/)?([\p{L}_][\p{L}\p{N}_.-]*)((?: [\p{L}_][\p{L}\p{N}_]*="[^"<]*")*)(\/)?>|([^<]+)/guy;
  const body = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>/, '');
  expect(body).not.toBe(xml);
  while (token.lastIndex < body.length) {
    const at = token.lastIndex;
    const match = token.exec(body);
    if (!match) throw new Error(`not well-formed at ${at}: ${body.slice(at, at + 80)}`);
    const [, closes, name, attributes = '', isEmpty, between] = match;
    if (between !== undefined) {
      if (between.trim() !== '') throw new Error(`text where none belongs: ${between}`);
    } else if (closes) {
      if (open.pop()!.name !== name) throw new Error(`</${name}> closes another element`);
    } else {
      const element: Element = { name: name!, attributes: attributesIn(attributes), children: [] };
      open.at(-1)!.children.push(element);
      if (!isEmpty) open.push(element);
    }
  }
  if (open.length !== 1 || root.children.length !== 1) throw new Error('one element holds all others');
  return root.children[0]!;
}

function attributesIn(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name, value] of text.matchAll(/ ([\p{L}_][\p{L}\p{N}_]*)="([^"]*)"/gu)) {
    if (name! in found) throw new Error(`${name} stands twice`);
    if (/&(?!(amp|lt|gt|quot|#\d+);)/.test(value!)) throw new Error(`an ampersand in ${value}`);
    found[name!] = value!
      .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&');
  }
  return found;
}

const fenOf = (amount: string): bigint => BigInt(amount.replace('.', ''));
const sum = (amounts: readonly string[]): bigint => amounts.reduce((all, one) => all + fenOf(one), 0n);

describe('the ledger for other systems', () => {
  let service: TestService;
  const HOSTILE = '改造<方案>&"甲"\'乙\'丙';
  beforeAll(async () => {
    service = await TestService.open();
    const city = await tellStory(service);
    await city.scheme('s2', 'c1', { title: HOSTILE });
  });
  afterAll(() => service.close());

  const exported = async (format: string, as: 'auditor' | 'elsewhere' = 'auditor', query = ''): Promise<Reply> => {
    const answer = await service.get(`/v1/ledger/export?format=${format}${query}`, { as });
    expect(answer.status).toBe(200);
    return answer;
  };
  const rowsOf = (root: Element, group: string, table: string): Record<string, string>[] =>
    root.children
      .find(({ name }) => name === group)!
      .children.find(({ name }) => name === table)!
      .children.map(({ attributes }) => attributes);

  it('is well-formed XML in the six groups of GB/T 42940—2023, and says that it was not tested for conformance', async () => {
    const answer = await exported('gbt42940-xml');
    expect(answer.headers['content-type']).toBe('application/xml; charset=utf-8');
    const root = parseXml(answer.text);
    expect(root.attributes['标准']).toBe('GB/T 42940-2023');
    expect(root.attributes['说明']).toContain('modelled on the standard, not conformance-tested');
    expect(root.children.map(({ name }) => name)).toEqual([
      ...['基础信息类', '项目信息类', '预算信息类', '收入信息类', '支出信息类', '决算与报告类'],
    ]);
    expect(rowsOf(root, '项目信息类', '改造方案表').map((row) => row['名称'])).toEqual(['改造方案', HOSTILE]);
  });

  it('has the figures of the screens', async () => {
    const root = parseXml((await exported('gbt42940-xml')).text);
    const amounts = (group: string, table: string, where: Record<string, string> = {}) =>
      rowsOf(root, group, table)
        .filter((row) => Object.entries(where).every(([name, value]) => row[name] === value))
        .map((row) => row['金额']!);
    // Of the story: 1000 + 500 + 300 budgeted, 2000 awarded, 700 allocated and sent, 90.01 in cash, 12.34 in kind, 100.10 paid.
    expect(sum(amounts('预算信息类', '预算行表'))).toBe(180_000n);
    expect(amounts('预算信息类', '指标表', { 事项: 'awarded' })).toEqual(['2000.00']);
    expect(amounts('预算信息类', '指标表', { 事项: 'allocated' })).toEqual(['700.00']);
    expect(sum(amounts('收入信息类', '到位资金表', { 事项: 'received' }))).toBe(70_000n + 9_001n);
    expect(amounts('收入信息类', '到位资金表', { 事项: 'inKind' })).toEqual(['12.34']);
    expect(amounts('支出信息类', '支付表')).toEqual(['100.10']);
    expect(amounts('支出信息类', '合同表')).toEqual(['900.00']);
    const { body } = await service.get('/v1/ledger/trial-balance', { as: 'auditor' });
    type Book = { book: string; accounts: { account: string; balance: string }[] };
    const ours = (body.books as Book[]).flatMap(({ book, accounts }) =>
      accounts.map(({ account, balance }) => ({ 账簿: book, 科目: account, 余额: balance })),
    );
    const told = rowsOf(root, '决算与报告类', '试算平衡表');
    const key = (row: Record<string, string>) => `${row['账簿']} ${row['科目']}`;
    const inOrder = (rows: Record<string, string>[]) => rows.sort((a, b) => (key(a) < key(b) ? -1 : 1));
    expect(inOrder(told)).toEqual(inOrder(ours.filter(({ 余额 }) => 余额 !== '0.00')));
  });

  it('names no household, keeps to the division and the date asked for', async () => {
    const { text: xml } = await exported('gbt42940-xml');
    expect(xml).not.toContain('h01');
    const root = parseXml((await exported('gbt42940-xml', 'elsewhere')).text);
    expect(rowsOf(root, '项目信息类', '改造方案表')).toEqual([]);
    expect(rowsOf(root, '支出信息类', '支付表')).toEqual([]);
    const before = parseXml((await exported('gbt42940-xml', 'auditor', '&asOf=2026-01-27')).text);
    expect(rowsOf(before, '支出信息类', '支付表')).toEqual([]);
    expect(rowsOf(before, '预算信息类', '预算行表')).toHaveLength(3);
  });

  it('is a Fiscal Data Package whose descriptor describes its tables', async () => {
    const answer = await service.inner.app.inject({
      url: '/v1/ledger/export?format=fiscal-data-package',
      headers: { authorization: 'Bearer key-auditor' },
    });
    expect(answer.headers['content-type']).toBe('application/zip');
    const files = unzipSync(answer.rawPayload);
    const tables = described((name) => text(files[name]!));
    expect(Object.keys(files).sort()).toEqual(
      ['datapackage.json', ...[...tables.keys()].map((name) => `data/${name}.csv`)].sort(),
    );
    const movements = tables.get('movements')!;
    const { body: split } = await service.get('/v1/schemes/s1/cost-split', { as: 'auditor' });
    for (const measure of ['budget', 'received', 'inKind', 'paid'])
      expect([measure, sum(movements.map((row) => row[measure]!).filter(Boolean))]).toEqual([
        measure,
        fenOf(split.total[measure]),
      ]);
  });

  it('is in the bundle, with the splits and the funds as tables', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'renewal-exchange-'));
    const at = (name: string) => join(directory, name);
    const told = await service.inner.app.inject({
      url: '/v1/audit/bundle',
      headers: { authorization: 'Bearer key-auditor' },
    });
    writeFileSync(at('bundle.zip'), told.rawPayload);
    unpack(at('bundle.zip'), at('unpacked'));
    const read = (name: string) => readFileSync(join(at('unpacked'), name), 'utf8');
    parseXml(read('exports/gbt42940.xml'));
    expect(described((name) => read(`exports/fiscal-data-package/${name}`)).get('schemes')).toHaveLength(2);
    const rows = parse(read('tables/cost-splits.csv'), { columns: true, bom: true }) as Record<string, string>[];
    const { body: split } = await service.get('/v1/schemes/s1/cost-split', { as: 'auditor' });
    const own = rows.filter(({ schemeId }) => schemeId === 's1');
    expect(own.filter(({ row }) => row === 'total')).toEqual([expect.objectContaining(split.total)]);
    expect(
      own.filter(({ row }) => row === 'line').map(({ lineId, budget, paid }) => ({ lineId, budget, paid })),
    ).toEqual((split.byLine as Record<string, string>[]).map(({ lineId, budget, paid }) => ({ lineId, budget, paid })));
    expect(read('tables/maintenance-funds.csv')).toContain('compoundId,deposited');
    let said = '';
    const code = await renewal(['verify'], (line) => (said += line), { DATA_DIR: service.directory });
    expect([code, said]).toEqual([0, expect.stringContaining('OK')]);
    rmSync(directory, { recursive: true, force: true });
  });
});

type Descriptor = {
  profile: string;
  name: string;
  resources: {
    name: string;
    path: string;
    profile: string;
    schema: {
      fields: { name: string; type: string }[];
      primaryKey: string | string[];
      foreignKeys?: { fields: string; reference: { resource: string; fields: string } }[];
    };
  }[];
  model: {
    measures: Record<string, { source: string; resource: string; currency: string; direction: string; phase: string }>;
    dimensions: Record<
      string,
      { attributes: Record<string, { source: string; resource: string }>; primaryKey: string; dimensionType: string }
    >;
  };
};
const TYPED: Readonly<Record<string, RegExp>> = {
  string: /^/,
  integer: /^-?\d+$/,
  number: /^-?\d+\.\d{2}$/,
  date: /^\d{4}-\d{2}-\d{2}$/,
  year: /^\d{4}$/,
};

/** What the specifications of tabular and fiscal data packages ask of a descriptor and its tables; the rows of each table. */
function described(read: (name: string) => string): Map<string, Record<string, string>[]> {
  const { profile, name, resources, model } = JSON.parse(read('datapackage.json')) as Descriptor;
  expect([profile, name]).toEqual(['tabular-data-package', expect.stringMatching(/^[-a-z0-9._/]+$/)]);
  const tables = new Map<string, Record<string, string>[]>();
  const fieldsOf = (resource: string) =>
    resources.find((one) => one.name === resource)!.schema.fields.map((f) => f.name);
  for (const { name: table, path, profile: own, schema } of resources) {
    expect(own).toBe('tabular-data-resource');
    const [header, ...rows] = parse(read(path)) as string[][];
    expect(header).toEqual(schema.fields.map((field) => field.name));
    for (const row of rows)
      for (const [index, { type }] of schema.fields.entries())
        if (row[index] !== '') expect(row[index]).toMatch(TYPED[type]!);
    tables.set(
      table,
      rows.map((row) => Object.fromEntries(header!.map((column, index) => [column, row[index]!]))),
    );
    const key = [schema.primaryKey].flat();
    const keys = tables.get(table)!.map((row) => key.map((column) => row[column]).join('|'));
    expect(new Set(keys).size).toBe(keys.length);
  }
  for (const { name: table, schema } of resources)
    for (const { fields, reference } of schema.foreignKeys ?? []) {
      const known = new Set(tables.get(reference.resource)!.map((row) => row[reference.fields]));
      for (const row of tables.get(table)!) if (row[fields] !== '') expect(known).toContain(row[fields]);
    }
  for (const { source, resource, currency, direction, phase } of Object.values(model.measures)) {
    expect(fieldsOf(resource)).toContain(source);
    expect(currency).toBe('CNY');
    expect(['expenditure', 'revenue']).toContain(direction);
    expect(['proposed', 'approved', 'adjusted', 'executed']).toContain(phase);
  }
  for (const { attributes, primaryKey, dimensionType } of Object.values(model.dimensions)) {
    expect(Object.keys(attributes)).toContain(primaryKey);
    for (const { source, resource } of Object.values(attributes)) expect(fieldsOf(resource)).toContain(source);
    expect(['datetime', 'entity', 'classification', 'activity', 'fact', 'location', 'other']).toContain(dimensionType);
  }
  return tables;
}
