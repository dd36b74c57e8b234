import { City } from './city.js';
import { accepted, type Reply, TestService } from './service.js';

/** The twelve flats of 3-calculations.md §1: h01 … h12. */
export const TWELVE = '86.45 86.45 92.13 92.13 74.08 74.08 86.45 86.45 92.13 92.13 74.08 120.57'.split(' ');
export const FUND = '/v1/maintenance-funds';
const RATES = {
  depositRates: [{ from: '2000-01-01', ratePerM2: '80.00' }],
  interestRates: [{ from: '2000-01-01', demand: '0.0035', term: '0.013' }],
};
/** Everybody took part and agreed. */
export const VOTE = {
  owners: { total: 12, participated: 12, agreed: 12 },
  areaM2: { total: '1057.13', participated: '1057.13', agreed: '1057.13' },
};

type Fields = Record<string, unknown>;

/** Short ways to a fund over HTTP: one building, one flat an area, opened in 2019. */
export class Fund {
  constructor(
    readonly service: TestService,
    readonly compoundId: string,
  ) {}

  static async of(service: TestService, compoundId: string, areas: readonly string[], fields: Fields = {}) {
    const city = new City(service);
    const floors = Math.min(6, Math.ceil(areas.length / 2));
    await city.compound(compoundId, {
      buildings: [{ buildingNo: '1', floors, hasElevator: false }],
      occurredOn: '2019-01-05',
    });
    const households = areas.map((floorAreaM2, index) => ({
      householdId: `h${String(index + 1).padStart(2, '0')}`,
      buildingNo: '1',
      entranceNo: String(1 + (index % 2)),
      floor: 1,
      floorAreaM2,
      ownership: 'commodity',
    }));
    accepted(await service.post(`/v1/compounds/${compoundId}/households`, { households, occurredOn: '2019-01-05' }));
    const body = { compoundId, openedOn: '2019-02-01', interestRule: 'two-tier-annual', ...RATES, ...fields };
    accepted(await service.post(FUND, body));
    return new Fund(service, compoundId);
  }

  post(path: string, body: Fields, as: 'clerk' | 'boss' = 'clerk'): Promise<Reply> {
    return this.service.post(`${FUND}/${this.compoundId}${path}`, body, { as });
  }
  get(path = '', as: 'clerk' | 'viewer' = 'clerk'): Promise<Reply> {
    return this.service.get(`${FUND}/${this.compoundId}${path}`, { as });
  }
  deposit(amounts: Readonly<Record<string, string>>, occurredOn: string, kind = 'first'): Promise<Reply> {
    const entries = Object.entries(amounts).map(([householdId, amount]) => ({ householdId, amount }));
    return this.post('/deposits', { kind, entries, occurredOn });
  }
  propose(drawId: string, amount: string, fields: Fields = {}): Promise<Reply> {
    const body = { drawId, purpose: '屋面防水', workItem: 'roof', amount, scope: { all: true }, vote: VOTE };
    return this.post('/draws', { ...body, occurredOn: '2026-03-01', ...fields });
  }
  approve(drawId: string, fields: Fields = {}): Promise<Reply> {
    const body = { documentNo: '长维〔2026〕1号', occurredOn: '2026-03-02', ...fields };
    return this.post(`/draws/${drawId}/approval`, body, 'boss');
  }
  pay(drawId: string, fields: Fields = {}): Promise<Reply> {
    return this.post(`/draws/${drawId}/payment`, { payee: '防水公司', occurredOn: '2026-03-10', ...fields });
  }
}

export const everyFlat = (amount: string): Record<string, string> =>
  Object.fromEntries(TWELVE.map((_, index) => [`h${String(index + 1).padStart(2, '0')}`, amount]));
