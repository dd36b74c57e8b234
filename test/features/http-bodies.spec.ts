import { readFileSync } from 'node:fs';
import { City } from '../support/city.js';
import { said } from '../support/refusals.js';
import { type Reply, TestService } from '../support/service.js';

type Fields = Record<string, unknown>;
const MIB = 1_048_576;
const COMPOUND = {
  name: '演示小区',
  divisionCode: '140403',
  builtYear: 1998,
  buildings: [{ buildingNo: '1', floors: 6, hasElevator: false }],
  occurredOn: '2026-01-05',
};

type Schema = {
  readonly $ref?: string;
  readonly type?: string;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
};
type Described = {
  readonly paths: Readonly<
    Record<string, { readonly post?: { requestBody?: { content: { 'application/json': { schema: Schema } } } } }>
  >;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

/** For each list of objects in the body of any route, a body with a list in the place of its first object. */
function wrongLists(): { path: string; pointer: string; body: Fields }[] {
  const { paths, components } = JSON.parse(readFileSync('openapi.json', 'utf8')) as Described;
  const read = (schema: Schema): Schema => {
    const ref = schema.$ref ?? schema.allOf?.[0]?.$ref;
    return ref === undefined ? schema : components.schemas[ref.slice('#/components/schemas/'.length)]!;
  };
  const isObject = (schema: Schema | undefined): schema is Schema =>
    schema !== undefined && read(schema).properties !== undefined;
  function* within(schema: Schema, depth: number): Generator<{ pointer: string; body: Fields }> {
    for (const [name, field] of Object.entries(read(schema).properties ?? {})) {
      if (isObject(field.items)) {
        yield { pointer: `/${name}/0`, body: { [name]: [[]] } };
        if (depth > 0)
          for (const inner of within(field.items, depth - 1))
            yield { pointer: `/${name}/0${inner.pointer}`, body: { [name]: [inner.body] } };
      } else if (isObject(field) && depth > 0)
        for (const inner of within(field, depth - 1))
          yield { pointer: `/${name}${inner.pointer}`, body: { [name]: inner.body } };
    }
  }
  return Object.entries(paths).flatMap(([template, { post }]) => {
    const schema = post?.requestBody?.content['application/json'].schema;
    const path = template.replaceAll(/\{\w+\}/g, 'x');
    return schema ? [...within(schema, 2)].map((wrong) => ({ path, ...wrong })) : [];
  });
}

describe('what a body must be', () => {
  let service: TestService;
  let city: City;
  beforeAll(async () => {
    service = await TestService.open();
    city = new City(service);
    await city.compound('c');
    await city.scheme('s', 'c');
    await city.budget('s', [{ lineId: 'road', workItem: 'road', amount: '10.00' }]);
  });
  afterAll(() => service.close());

  const raw = (body: string | Buffer, headers: Record<string, string> = {}) =>
    service.post('/v1/compounds', body, { headers });
  const pledge = (fields: Fields) =>
    service.post('/v1/schemes/s/pledges', {
      source: 'resident-cash',
      amount: '1.00',
      occurredOn: '2026-02-01',
      ...fields,
    });
  const at = ({ body }: Reply) => (body.errors as { pointer?: string }[] | undefined)?.map(({ pointer }) => pointer);

  it('is JSON in UTF-8', async () => {
    for (const text of ['', '{', '{"name":}', 'nonsense', "{'name':1}", '{"a":1}{', '\ufeff{}', '{"a":1,}'])
      expect([text, said(await raw(text))]).toEqual([
        text,
        text === '' ? expect.stringMatching(/^400 /) : '400 malformed-json',
      ]);
    expect(said(await raw(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])))).toBe('400 malformed-json');
  });

  it('is an object', async () => {
    for (const text of ['[]', 'null', '1', '"text"', 'true'])
      expect([text, said(await raw(text))]).toEqual([text, '400 invalid-field']);
  });

  it('has no key twice, at any depth, however it is escaped', async () => {
    expect(said(await raw('{"name":"a","name":"a"}'))).toBe('400 duplicate-key');
    expect(said(await raw('{"name":"a","n\\u0061me":"b"}'))).toBe('400 duplicate-key');
    expect(said(await raw('{"buildings":[{"floors":1,"floors":2}]}'))).toBe('400 duplicate-key');
    expect(said(await raw('{"__proto__":1,"__proto__":2}'))).toMatch(/^400 (duplicate-key|unknown-field)$/);
  });

  it('nests 32 levels and no more', async () => {
    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    expect(said(await raw(`{"name":${nested(31)}}`))).toBe('400 invalid-field');
    expect(said(await raw(`{"name":${nested(32)}}`))).toBe('400 too-deep');
    expect(said(await raw('['.repeat(4_096)))).toBe('400 too-deep');
  });

  it('holds 1 MiB, and 2 MiB where households are registered', async () => {
    const filled = (size: number) => `{"note":"${'x'.repeat(size - 11)}"}`;
    expect(filled(MIB)).toHaveLength(MIB);
    expect(said(await raw(filled(MIB)))).toBe('400 invalid-field');
    expect(said(await raw(filled(MIB + 1)))).toBe('413 too-large');
    const households = (size: number) => service.post('/v1/compounds/c/households', filled(size));
    expect(said(await households(2 * MIB))).toBe('400 invalid-field');
    expect(said(await households(2 * MIB + 1))).toBe('413 too-large');
  });

  it('has an object wherever a list of objects is wanted, and never a list in its place', async () => {
    const wrong = wrongLists();
    // Every list of objects any command takes.
    expect(wrong.length).toBeGreaterThan(30);
    for (const { path, pointer, body } of wrong) {
      const asClerk = await service.post(path, body);
      const reply = asClerk.status === 403 ? await service.post(path, body, { as: 'boss' }) : asClerk;
      expect([path, pointer, reply.status, at(reply)]).toEqual([path, pointer, 400, expect.arrayContaining([pointer])]);
    }
  });

  it('is declared as JSON', async () => {
    const text = JSON.stringify(COMPOUND);
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/xml',
      'multipart/form-data; boundary=x',
    ])
      expect([type, said(await raw(text, { 'content-type': type }))]).toEqual([type, '415 unsupported-media-type']);
    expect(said(await raw(text, { 'content-type': 'application/json; charset=utf-8' }))).toBe('201');
  });

  it('has no unknown field, at any depth, and unknown fields are told first', async () => {
    expect(said(await service.post('/v1/compounds', { ...COMPOUND, buildYear: 1998 }))).toBe('400 unknown-field');
    const deep = { ...COMPOUND, buildings: [{ buildingNo: '1', floors: 6, hasElevator: false, lift: true }] };
    const reply = await service.post('/v1/compounds', { ...deep, builtYear: '1998' });
    expect(said(reply)).toBe('400 unknown-field');
    expect(at(reply)).toEqual(expect.arrayContaining(['/buildings/0/lift', '/builtYear']));
    for (const name of ['__proto__', 'constructor', 'prototype', 'toString', ''])
      expect([name, said(await raw(`{"${name}":1}`))]).toEqual([name, '400 unknown-field']);
  });

  it('may name by an id what means something to the language this is written in', async () => {
    const line = { id: 'constructor', amount: '5.00' };
    const sources = ['a', 'b'].map((id, index) => ({
      ...{ id, amount: '5.00', mayFund: ['constructor'], rank: { constructor: 2 - index } },
    }));
    const { body } = await service.post('/v1/calculations/funding-plan', { sources, lines: [line] }, { key: null });
    // b's rank is the better one.
    expect(body).toMatchObject({
      assignments: [{ sourceId: 'b', lineId: 'constructor', amount: '5.00' }],
    });
  });

  it('misses no required field, all of them told at once', async () => {
    const reply = await service.post('/v1/compounds', {});
    expect(said(reply)).toBe('400 invalid-field');
    expect(at(reply)).toEqual(
      expect.arrayContaining(['/name', '/divisionCode', '/builtYear', '/buildings', '/occurredOn']),
    );
  });

  it('never holds null, empty or blank text, control characters or half a character', async () => {
    for (const name of [null, '', '   ', '\u3000', 'a\u0000b', 'a\nb', 'x'.repeat(201)]) {
      const reply = await service.post('/v1/compounds', { ...COMPOUND, name });
      expect([name, said(reply), at(reply)]).toEqual([name, '400 invalid-field', ['/name']]);
    }
    expect(said(await service.post('/v1/compounds', { ...COMPOUND, name: '𠀀'.repeat(200) }))).toBe('201');
    expect(said(await service.post('/v1/compounds', { ...COMPOUND, address: null }))).toBe('400 invalid-field');
    expect(said(await raw(JSON.stringify(COMPOUND).replace('演示小区', '\\ud800')))).toMatch(/^400 /);
    expect(said(await raw(JSON.stringify({ ...COMPOUND, note: 'x\udfffx' })))).toMatch(/^400 /);
    expect(said(await service.post('/v1/compounds', { ...COMPOUND, note: 'x'.repeat(2_000) }))).toBe('201');
    expect(said(await service.post('/v1/compounds', { ...COMPOUND, note: 'x'.repeat(2_001) }))).toBe(
      '400 invalid-field',
    );
  });

  it.each([
    ...['1', '1.0', '1.000', '01.00', '.50', '1.', '+1.00', '-1.00', '-0.00', '0.00', '1,000.00', '1 000.00', ' 1.00'],
    ...['1.00 ', '1e3', '1e3.00', '0x10', '0x10.00', '１.００', '１２.00', '1_000.00', 'NaN', 'Infinity', '', '1.00\n'],
    ...['10000000000000.00', 1, 1.5, 0, true, null, [], {}, ['1.00']],
  ])('takes no amount written %j', async (amount) => {
    const reply = await pledge({ amount });
    expect([said(reply), at(reply)]).toEqual(['400 invalid-field', ['/amount']]);
  });

  it('takes the smallest and the largest amount', async () => {
    expect(said(await pledge({ amount: '0.01' }))).toBe('201');
    expect(said(await pledge({ amount: '9999999999999.99' }))).toBe('201');
  });

  it('takes 0.00 for a budget line and an amended total, and no fen of a fen', async () => {
    const revise = (amount: string) =>
      service.post('/v1/schemes/s/budget-revisions', {
        lines: [{ lineId: 'road', workItem: 'road', amount }],
        ...{ reason: '调整', occurredOn: '2026-01-07' },
      });
    expect(said(await revise('0.00'))).toBe('201');
    expect(said(await revise('-0.00'))).toBe('400 invalid-field');
    expect(said(await revise('0.001'))).toBe('400 invalid-field');
    await city.grant('zero', '10.00', { level: 'city' });
    const amendment = { amount: '0.00', reason: '收回', documentNo: '长财〔2026〕1号', occurredOn: '2026-02-01' };
    expect(said(await service.post('/v1/grants/zero/amendments', amendment))).toBe('201');
  });

  it.each([
    '2026-02-30',
    '2026-13-01',
    '2026-00-10',
    '2026-2-1',
    '20260201',
    '2026-02-01T00:00:00Z',
    '２０２６-02-01',
    '',
    20260201,
  ])('takes no date written %j', async (occurredOn) =>
    expect(at(await pledge({ occurredOn }))).toEqual(['/occurredOn']),
  );

  it.each(['-a', '.a', '_a', 'a b', 'a/b', '小区', '', 'x'.repeat(65), 'a\n', 1])(
    'takes no id written %j',
    async (pledgeId) => expect(at(await pledge({ pledgeId }))).toEqual(['/pledgeId']),
  );

  it('takes counts as JSON integers, numbers of houses as text', async () => {
    for (const builtYear of ['1998', 1998.5, -1, 1e99, true])
      expect(at(await service.post('/v1/compounds', { ...COMPOUND, builtYear }))).toEqual(['/builtYear']);
    const buildings = [{ buildingNo: 1, floors: '6', hasElevator: 'false' }];
    expect(at(await service.post('/v1/compounds', { ...COMPOUND, buildings }))).toEqual(
      expect.arrayContaining(['/buildings/0/buildingNo', '/buildings/0/floors', '/buildings/0/hasElevator']),
    );
  });

  it('sees in the body alone what contradicts itself', async () => {
    const invalid = async (path: string, body: Fields, pointer: string) => {
      const reply = await service.post(path, body);
      expect([path, said(reply)]).toEqual([path, '400 invalid-field']);
      expect(at(reply)).toContain(pointer);
    };
    const paid = { lineId: 'road', amount: '3.00', payee: '施工单位', voucherNo: '付-1', occurredOn: '2026-02-01' };
    const from = [{ source: 'resident-cash', amount: '1.00' }];
    await invalid('/v1/schemes/s/payments', { ...paid, from }, '/from');
    await invalid('/v1/schemes/s/payments', { ...paid, amount: '2.00', from: [...from, ...from] }, '/from');
    await invalid('/v1/schemes/s/payments', { ...paid, from: [] }, '/from');
    const referenced = [{ source: 'resident-cash', reference: 'g', amount: '3.00' }];
    await invalid('/v1/schemes/s/payments', { ...paid, from: referenced }, '/from/0/reference');
    await invalid(
      '/v1/schemes/s/payments',
      { ...paid, from: [{ source: 'city-grant', amount: '3.00' }] },
      '/from/0/reference',
    );
    const utilities = [{ source: 'utility-operator', reference: 'steam', amount: '3.00' }];
    await invalid('/v1/schemes/s/payments', { ...paid, from: utilities }, '/from/0/reference');
    const same = { from: { source: 'resident-cash' }, to: { source: 'resident-cash' } };
    const substituted = { lineId: 'road', amount: '1.00', documentNo: '归垫-1', occurredOn: '2026-02-01', ...same };
    await invalid('/v1/schemes/s/fund-substitutions', substituted, '/to');
    const unsold = { households: [{ householdId: 'h01', ownership: 'unsold-public' }], reason: '更正' };
    await invalid('/v1/compounds/c/corrections', { ...unsold, occurredOn: '2026-02-01' }, '/households/0/ownerUnitId');
    const tally = { total: 10, participated: 11, agreed: 10 };
    const area = { total: '10', participated: '10', agreed: '10.01' };
    const consultation = { closedOn: '2026-01-15', owners: tally, areaM2: area };
    await invalid('/v1/schemes/s/consultation', consultation, '/owners/participated');
    await invalid('/v1/schemes/s/consultation', consultation, '/areaM2/agreed');
    const publication = { publishedOn: '2026-01-08', endsOn: '2026-01-15', occurredOn: '2026-01-09' };
    await invalid('/v1/schemes/s/publication', publication, '/occurredOn');
    const line = { lineId: 'a', workItem: 'road', amount: '1.00' };
    const revision = { reason: '编制', occurredOn: '2026-01-07' };
    const revise = (...lines: Fields[]) => ['/v1/schemes/s/budget-revisions', { lines, ...revision }] as const;
    await invalid(...revise(line, line), '/lines');
    await invalid(...revise({ ...line, costArea: 'in-building' }), '/lines/0/costArea');
    await invalid(...revise({ ...line, workItem: 'supervision' }), '/lines/0/costArea');
    await invalid(...revise({ ...line, workItem: 'other-public-area-service' }), '/lines/0/workItem');
    await invalid(...revise({ ...line, workItem: 'unknown' }), '/lines/0/workItem');
    await invalid(...revise({ ...line, residentAmount: '1.01' }), '/lines/0/residentAmount');
    await invalid(...revise({ ...line, scope: {} }), '/lines/0/scope');
    await invalid(...revise({ ...line, scope: { all: true, buildings: ['1'] } }), '/lines/0/scope');
    await invalid(...revise({ ...line, shareMethod: 'agreed' }), '/lines/0/agreedWeights');
    const nothing = { shareMethod: 'agreed', agreedWeights: [{ householdId: 'h01', weight: '0.000000' }] };
    await invalid(...revise({ ...line, ...nothing }), '/lines/0/agreedWeights');
    const byFloor = { ...line, shareMethod: 'floor-coefficient' };
    await invalid(...revise(byFloor), '/lines/0/coefficients');
    for (const coefficients of [
      'nowhere-2016',
      {},
      { basis: 'coefficient' },
      { basis: 'coefficient', rows: [] },
      [],
      null,
      7,
    ])
      await invalid(...revise({ ...byFloor, coefficients }), '/lines/0/coefficients');
    const rows = [{ floor: 1, coefficient: '1' }];
    for (const wrong of [{ floor: '1', coefficient: '1' }, { floor: 1, coefficient: 1 }, rows[0]!, { floor: 2 }, null])
      await invalid(
        ...revise({ ...byFloor, coefficients: { basis: 'coefficient', rows: [...rows, wrong] } }),
        '/lines/0/coefficients',
      );
    expect(said(await service.post(...revise({ ...byFloor, coefficients: { basis: 'coefficient', rows } })))).toBe(
      '201',
    );
    const utility = { source: 'utility-operator', amount: '1.00', occurredOn: '2026-02-01' };
    await invalid('/v1/schemes/s/pledges', utility, '/utility');
    await invalid('/v1/schemes/s/pledges', { ...utility, source: 'resident-cash', utility: 'water' }, '/utility');
    const payer = { householdId: 'h01', organisation: '单位' };
    await invalid('/v1/schemes/s/pledges', { ...utility, source: 'resident-cash', payer }, '/payer/householdId');
    const income = { source: 'common-area-income', form: 'cash', amount: '90.00', occurredOn: '2026-02-01' };
    const gross = { ...income, grossAmount: '100.00', cost: '10.01' };
    await invalid('/v1/schemes/s/contributions', gross, '/grossAmount');
    const certificate = { providentFund: { amount: '1.01', certificateNo: '证-1' }, payer: { householdId: 'h01' } };
    const cash = { source: 'resident-cash', form: 'cash', amount: '1.00', occurredOn: '2026-02-01' };
    await invalid('/v1/schemes/s/contributions', { ...cash, ...certificate }, '/providentFund');
    await invalid(
      '/v1/schemes/s/contributions',
      { ...cash, form: 'direct-payment', source: 'social-capital' },
      '/lineId',
    );
  });

  it('keeps identity numbers, mobile numbers and bank cards out of the log', async () => {
    // 11010519491231002X is the standard's own example; the card number has a right check digit; all are nobody's.
    for (const number of [
      '13800138000',
      '+86 138-0013-8000',
      '11010519491231002X',
      '4111111111111111',
      '１３８００１３８０００',
    ])
      for (const organisation of [number, `张三 ${number}`])
        expect([organisation, said(await pledge({ payer: { organisation } }))]).toEqual([
          organisation,
          '400 invalid-field',
        ]);
    expect(said(await pledge({ payer: { organisation: '长治市第13800号项目部' } }))).toBe('201');
    expect(said(await pledge({ note: '电话 13800138000' }))).toBe('400 invalid-field');
  });

  it('normalises the number of a document and keeps the original', async () => {
    await city.grant('numbered', '10.00', {
      level: 'city',
      documentNo: '长财综[２０２６]００９号',
      note: '市级第一批',
    });
    const { body } = await service.get('/v1/grants/numbered');
    expect(body).toMatchObject({ documentNo: '长财综〔2026〕9号', documentNoOriginal: '长财综[２０２６]００９号' });
    const down = {
      divisionCode: '140403',
      amount: '1.00',
      documentNo: '长财综〔2026〕10号',
      childGrantId: 'numbered-child',
    };
    await service.post('/v1/grants/numbered/decompositions', { ...down, occurredOn: '2026-02-01' });
    const { body: child } = await service.get('/v1/grants/numbered-child');
    // A child has its own document, and none of its parent's papers or remarks.
    expect(child).toMatchObject({ documentNo: '长财综〔2026〕10号', parentGrantId: 'numbered', awarded: '1.00' });
    expect(child.documentNoOriginal).toBeUndefined();
    expect(child.note).toBeUndefined();
  });
});
