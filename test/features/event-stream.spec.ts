import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jest } from '@jest/globals';
import { City } from '../support/city.js';
import { KEYS, type Person, TestService } from '../support/service.js';

type Told = {
  readonly id: string;
  readonly data: { readonly type: string; readonly subject: string; position: number };
};

/** A reader on a socket, as an `EventSource` would be. */
class Reader {
  private text = '';
  private constructor(readonly answer: IncomingMessage) {
    answer.setEncoding('utf8').on('data', (chunk: string) => (this.text += chunk));
    // The service ends the connection under the reader's hands when it stops.
    answer.on('error', () => undefined);
  }

  static open(port: number, path: string, as: Person, headers: Record<string, string> = {}): Promise<Reader> {
    const told = { authorization: `Bearer ${KEYS[as]}`, ...headers };
    return new Promise((resolve, reject) =>
      get({ port, path, headers: told }, (answer) => resolve(new Reader(answer))).on('error', reject),
    );
  }

  get told(): Told[] {
    return this.text
      .split('\n\n')
      .slice(0, -1)
      .flatMap((block) => {
        const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2)));
        return fields['data'] === undefined ? [] : [{ id: fields['id'], data: JSON.parse(fields['data']) } as Told];
      });
  }

  async until(count: number): Promise<Told[]> {
    await this.while(() => this.told.length < count);
    return this.told;
  }

  async while(test: () => boolean): Promise<void> {
    for (let wait = 0; test() && wait < 400; wait++) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  get raw(): string {
    return this.text;
  }

  leave(): void {
    this.answer.destroy();
  }
}

describe('the stream of events', () => {
  let service: TestService;
  let city: City;
  let port: number;
  const readers: Reader[] = [];
  const open = async (path: string, as: Person = 'auditor', headers: Record<string, string> = {}) => {
    const reader = await Reader.open(port, `/v1/events/stream${path}`, as, headers);
    readers.push(reader);
    return reader;
  };
  beforeAll(async () => {
    service = await TestService.open();
    city = new City(service);
    await service.inner.app.listen(0, '127.0.0.1');
    port = (service.inner.app.getHttpServer().address() as AddressInfo).port;
    for (const id of ['c1', 'c2', 'c3']) await city.compound(id);
  });
  afterEach(() => readers.splice(0).forEach((reader) => reader.leave()));
  afterAll(() => service.close());

  it('begins now, and tells each event once with its position', async () => {
    const reader = await open('');
    expect(reader.answer.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    await city.compound('c4');
    await city.compound('c5');
    const told = await reader.until(2);
    expect(told.map(({ data }) => data.subject)).toEqual(['compound-c4', 'compound-c5']);
    for (const { id, data } of told) expect(id).toBe(String(data.position));
    expect(told[0]!.data).toEqual((await service.get('/v1/events?stream=compound-c4')).body.items[0]);
  });

  it('goes on where a reader left off', async () => {
    const all = await (await open('?after=0')).until(5);
    const first = all[1]!;
    const rest = await (await open('', 'auditor', { 'last-event-id': first.id })).until(all.length - 2);
    expect(rest).toEqual(all.slice(2));
  });

  it('tells a division its own, and filters as the list does', async () => {
    await city.compound('c6', { divisionCode: '140404' });
    await city.compound('c7');
    await city.scheme('s7', 'c7');
    const luzhou = await open('?after=0', 'luzhou');
    const subjects = (await luzhou.until(7)).map(({ data }) => data.subject);
    expect(subjects).toContain('scheme-s7');
    expect(subjects).not.toContain('compound-c6');
    const schemes = await open('?after=0&type=SchemeDrafted');
    expect((await schemes.until(1)).map(({ data }) => data.subject)).toEqual(['scheme-s7']);
    const elsewhere = await open('?after=0', 'elsewhere');
    await city.compound('c8');
    await (await open('?after=0&stream=compound-c8')).until(1);
    expect(elsewhere.told).toEqual([]);
  });

  it.each([
    ['a viewer', '', 'viewer', {}, 403],
    ['an admin', '', 'admin', {}, 403],
    ['a position that is none', '', 'auditor', { 'last-event-id': 'x' }, 400],
    ['a position beyond the end', '?after=99999', 'auditor', {}, 400],
    ['an unknown filter', '?kind=x', 'auditor', {}, 400],
  ] as const)('refuses %s', async (_, path, as, headers, status) => {
    expect((await open(path, as, headers)).answer.statusCode).toBe(status);
  });

  it('says every fifteen seconds that it is there', async () => {
    const others = [
      'Date',
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setTimeout',
      'clearTimeout',
    ] as const;
    jest.useFakeTimers({ doNotFake: [...others, 'setImmediate', 'clearImmediate'] });
    try {
      const reader = await open('?after=0');
      await reader.until(1);
      jest.advanceTimersByTime(30_000);
      await reader.while(() => !reader.raw.includes(': ping\n\n: ping\n\n'));
      expect(reader.raw).toContain(': ping\n\n: ping\n\n');
    } finally {
      jest.useRealTimers();
    }
  });

  it('ends when the service stops, and does not keep it', async () => {
    const reader = await open('');
    const ended = new Promise((resolve) => reader.answer.once('close', resolve));
    await service.restart();
    await ended;
  });
});
