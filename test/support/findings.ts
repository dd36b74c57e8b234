import { expect } from '@jest/globals';
import { City, TWO_KINDS } from './city.js';
import { accepted, type Reply, TestService } from './service.js';

type Fields = Record<string, unknown>;
export type FoundItem = {
  readonly code: string;
  readonly subject: string;
  readonly amount: string | null;
  readonly since: string;
  readonly [field: string]: unknown;
};
const PARTIES = ['departments', 'specialist-units', 'street-community', 'residents'];

/** One scheme `s1` on one compound `c1`, and what is found against them. */
export class FindingsStory {
  private constructor(
    readonly service: TestService,
    readonly city: City,
  ) {}

  static async open(): Promise<FindingsStory> {
    const service = await TestService.open();
    return new FindingsStory(service, new City(service));
  }

  post = async (path: string, body: Fields, as: 'clerk' | 'boss' = 'clerk'): Promise<Reply> =>
    accepted(await this.service.post(`/v1/${path}`, body, { as }));

  find = async (query: string): Promise<FoundItem[]> => {
    const { status, body, text } = await this.service.get(`/v1/findings?limit=500&${query}`);
    if (status !== 200) throw new Error(text);
    const items = body.items as FoundItem[];
    for (const [index, item] of items.entries()) await this.open(`/v1/findings?limit=500&${query}`, index, item);
    return items;
  };

  /** Whatever is found opens: its amount is made anew from what it rests on, and rests on something where it is any. */
  private async open(path: string, index: number, { code, amount }: FoundItem): Promise<void> {
    const figure = encodeURIComponent(`${path}#/items/${index}/amount`);
    const { body } = await this.service.get(`/v1/explain?figure=${figure}`, { as: 'auditor' });
    const { computed, agrees, arithmetic, postings, events, parts } = body as Record<string, unknown[]>;
    const rests = amount === '0.00' || [...(postings ?? []), ...(events ?? []), ...(parts ?? [])].length > 0;
    expect({ code, computed, agrees, arithmetic: typeof arithmetic, rests }).toEqual({
      ...{ code, computed: amount, agrees: true, arithmetic: 'string', rests: true },
    });
  }

  /** Subject, amount and since of what stands of one code. */
  standing = async (code: string, asOf: string, more = '') =>
    (await this.find(`code=${code}&asOf=${asOf}${more}`)).map(({ subject, amount, since }) => [subject, amount, since]);

  reverse = (eventId: string, occurredOn: string) =>
    this.post(`entries/${eventId}/reversal`, { reason: '录入有误', occurredOn });

  /** Approved on 20 January 2026, of 1,500.00 where no lines are given. */
  approved = async (lines: readonly Fields[] = TWO_KINDS, fields: Fields = {}): Promise<void> => {
    await this.city.compound('c1');
    await this.city.scheme('s1', 'c1', fields);
    await this.city.budget('s1', lines);
    await this.city.approve('s1');
  };

  start = (startedOn = '2026-02-01') => this.post('schemes/s1/construction-start', { startedOn });
  accept = (occurredOn = '2026-03-01') =>
    this.post('schemes/s1/acceptance', { passed: true, parties: PARTIES, occurredOn });

  /** 800.00 on L1. */
  contract = (fields: Fields = {}) =>
    this.post('schemes/s1/contracts', {
      ...{ contractNo: '合-1', contractor: '施工单位', lines: [{ lineId: 'L1', amount: '800.00' }] },
      ...{ occurredOn: '2026-01-25', ...fields },
    });
}
