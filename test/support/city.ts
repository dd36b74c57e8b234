import { accepted, type Reply, type TestService } from './service.js';

type Fields = Record<string, unknown>;

/** 1,500.00, of two kinds of 水电路气, so that R02 has nothing to say. */
export const TWO_KINDS: readonly Fields[] = [
  { lineId: 'L1', workItem: 'road', amount: '1000.00' },
  { lineId: 'L2', workItem: 'water-and-drainage', amount: '500.00' },
];

/** Short ways to the beginnings most stories share; each returns the reply of its last command. */
export class City {
  constructor(readonly service: TestService) {}

  async compound(compoundId: string, fields: Fields = {}): Promise<Reply> {
    const body = {
      compoundId,
      name: '演示小区',
      divisionCode: '140403',
      builtYear: 1998,
      buildings: [{ buildingNo: '1', floors: 6, hasElevator: false }],
      occurredOn: '2026-01-05',
      ...fields,
    };
    return accepted(await this.service.post('/v1/compounds', body));
  }

  /** `count` flats h01, h02 … on floors 1, 1, 2, 2 …, each of the area given. */
  async households(compoundId: string, areas: readonly string[], fields: Fields = {}): Promise<Reply> {
    const households = areas.map((floorAreaM2, index) => ({
      householdId: `h${String(index + 1).padStart(2, '0')}`,
      buildingNo: '1',
      entranceNo: '1',
      floor: Math.floor(index / 2) + 1,
      floorAreaM2,
      ownership: 'commodity',
      ...fields,
    }));
    return accepted(
      await this.service.post(`/v1/compounds/${compoundId}/households`, { households, occurredOn: '2026-01-05' }),
    );
  }

  async scheme(schemeId: string, compoundId: string, fields: Fields = {}): Promise<Reply> {
    const body = {
      schemeId,
      compoundId,
      planYear: 2026,
      title: '改造方案',
      centralPlan: true,
      occurredOn: '2026-01-06',
      ...fields,
    };
    return accepted(await this.service.post('/v1/schemes', body));
  }

  async budget(schemeId: string, lines: readonly Fields[]): Promise<Reply> {
    const body = { lines, reason: '初次编制', occurredOn: '2026-01-07' };
    return accepted(await this.service.post(`/v1/schemes/${schemeId}/budget-revisions`, body));
  }

  /** Published, consulted with everybody in favour, and approved on 20 January 2026. */
  async approve(schemeId: string, fields: Fields = {}): Promise<Reply> {
    const at = `/v1/schemes/${schemeId}`;
    accepted(await this.service.post(`${at}/publication`, { publishedOn: '2026-01-08', endsOn: '2026-01-15' }));
    const tally = { total: 10, participated: 10, agreed: 10 };
    const areaM2 = { total: '1000.00', participated: '1000.00', agreed: '1000.00' };
    accepted(await this.service.post(`${at}/consultation`, { closedOn: '2026-01-15', owners: tally, areaM2 }));
    const approval = { approvedOn: '2026-01-20', documentNo: '长住建〔2026〕1号', ...fields };
    return accepted(await this.service.post(`${at}/approval`, approval, { as: 'boss' }));
  }

  /** A compound, and on it a scheme approved with two lines. */
  async approvedScheme(schemeId: string, compoundId: string, fields: Fields = {}): Promise<Reply> {
    await this.compound(compoundId, fields);
    await this.scheme(schemeId, compoundId);
    await this.budget(schemeId, TWO_KINDS);
    return this.approve(schemeId);
  }

  async grant(grantId: string, amount: string, fields: Fields = {}): Promise<Reply> {
    const body = {
      grantId,
      level: 'central',
      ...(fields['level'] === undefined && fields['source'] === undefined ? { programme: 'mof' } : {}),
      documentNo: '财综〔2026〕1号',
      amount,
      fiscalYear: 2026,
      divisionCode: '1404',
      occurredOn: '2026-01-10',
      ...fields,
    };
    if (fields['source'] !== undefined) delete (body as Fields)['level'];
    return accepted(await this.service.post('/v1/grants', body));
  }

  /** Allocated and sent to the scheme, all of it. */
  async fund(grantId: string, schemeId: string, amount: string, fields: Fields = {}): Promise<Reply> {
    const body = { schemeId, amount, occurredOn: '2026-01-25', ...fields };
    accepted(await this.service.post(`/v1/grants/${grantId}/allocations`, body));
    const { lineId: _, ...sent } = body as Fields;
    return accepted(await this.service.post(`/v1/grants/${grantId}/disbursements`, { ...sent, voucherNo: '拨-1' }));
  }

  pay(
    schemeId: string,
    lineId: string,
    amount: string,
    source: string,
    reference?: string,
    fields: Fields = {},
  ): Promise<Reply> {
    const from = [{ source, ...(reference === undefined ? {} : { reference }), amount }];
    const body = { lineId, amount, payee: '施工单位', voucherNo: '付-1', from, occurredOn: '2026-02-01', ...fields };
    return this.service.post(`/v1/schemes/${schemeId}/payments`, body);
  }
}
