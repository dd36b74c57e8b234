import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Clock } from '../../src/platform/clock.js';
import { Settings } from '../../src/platform/config/settings.js';
import { openService, type Service } from '../../src/service.js';
import { ProtocolTestServer } from './protocol-test-server.js';

/** Keys of the people in the tests: name, role and division are what the name says. */
export const KEYS = {
  clerk: 'key-clerk',
  boss: 'key-boss',
  auditor: 'key-auditor',
  /** Of one county. */
  luzhouAuditor: 'key-luzhou-auditor',
  viewer: 'key-viewer',
  admin: 'key-admin',
  luzhou: 'key-luzhou',
  luzhouBoss: 'key-luzhou-boss',
  elsewhere: 'key-elsewhere',
  /** The clerk again, with an approver's key. */
  clerkAsBoss: 'key-clerk-as-boss',
} as const;
export type Person = keyof typeof KEYS;
const API_KEYS = [
  `clerk:recorder:1404:${KEYS.clerk}`,
  `boss:approver:1404:${KEYS.boss}`,
  `auditor:auditor:*:${KEYS.auditor}`,
  `luzhou-auditor:auditor:140403:${KEYS.luzhouAuditor}`,
  `viewer:viewer:1404:${KEYS.viewer}`,
  `admin:admin:*:${KEYS.admin}`,
  `luzhou:recorder:140403:${KEYS.luzhou}`,
  `luzhou-boss:approver:140403:${KEYS.luzhouBoss}`,
  `elsewhere:recorder:1405:${KEYS.elsewhere}`,
  `clerk:approver:1404:${KEYS.clerkAsBoss}`,
].join(',');

/** A clock the test sets; it stands still until it is moved. */
export class TestClock extends Clock {
  constructor(public instant = new Date('2026-06-01T00:00:00.000Z')) {
    super();
  }
  override now(): Date {
    return this.instant;
  }
  advance(milliseconds: number): void {
    this.instant = new Date(this.instant.getTime() + milliseconds);
  }
}

/** What any service of this test file logged as an error, in JSON lines: the cause behind an answer 500. */
export const failures: string[] = [];

/** Tests that make one process fail: where a second replica is there to finish what it began, they say nothing. */
export const itAlone = process.env['TEST_REPLICAS'] === '2' ? it.skip : it;

type Environment = Readonly<Record<string, string>>;

export type Reply = {
  readonly status: number;
  // Bodies are read field by field in assertions; their shapes are what the tests are about.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
};
type Asking = { readonly as?: Person | null; readonly key?: string | null; readonly headers?: Record<string, string> };

/** Two services of one test may share a log, and never share a key that is made up. */
let keys = 0;

/** The service on a directory of its own, asked in process by HTTP requests that never touch a socket. */
export class TestService {
  /** The greatest position any answer has told: what is read at another replica is read from there on. */
  private position = 0;
  private turn = 0;

  private constructor(
    readonly directory: string,
    private service: Service,
    readonly clock: Clock,
    private readonly environment: Environment,
    private readonly ownServer: ProtocolTestServer | undefined,
    /** A second service on the same log, with read models of its own; requests go to one and the other in turn. */
    private replica: Service | undefined,
  ) {}

  /**
   * On a directory of its own; `environment` adds settings to those every test starts with. Its log is an embedded one,
   * or, where the whole run says `TEST_STORE=protocol`, one behind a protocol test server of its own; with
   * `TEST_STORE=esdb://…` all services of the run share that server's log. With `TEST_REPLICAS=2` a protocol test
   * server has two replicas of the service on it.
   */
  static async open(clock: Clock = new TestClock(), environment: Environment = {}): Promise<TestService> {
    const directory = mkdtempSync(join(tmpdir(), 'renewal-'));
    const store = process.env['TEST_STORE'] ?? 'sqlite';
    const isGiven = store !== 'protocol' || environment['EVENT_STORE'] !== undefined;
    const server = isGiven ? undefined : await new ProtocolTestServer().start();
    const settings = { EVENT_STORE: server?.url ?? store, ...environment };
    const service = await start(directory, clock, settings);
    const isTwo = server !== undefined && process.env['TEST_REPLICAS'] === '2';
    const replica = isTwo ? await start(join(directory, 'replica'), clock, settings) : undefined;
    return new TestService(directory, service, clock, settings, server, replica);
  }

  get inner(): Service {
    return this.service;
  }

  /** Stops the service and starts it again on the same files. */
  async restart(between: () => void | Promise<void> = () => undefined): Promise<void> {
    await this.service.close();
    await this.replica?.close();
    await between();
    this.service = await start(this.directory, this.clock, this.environment);
    if (this.replica) this.replica = await start(join(this.directory, 'replica'), this.clock, this.environment);
  }

  async close(): Promise<void> {
    await this.service.close();
    await this.replica?.close();
    await this.ownServer?.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** A command; its idempotency key is made up unless the test names one, and left out where it is null. */
  post(path: string, body: unknown, { as = 'clerk', key, headers = {} }: Asking = {}): Promise<Reply> {
    const given = key === undefined ? `test-${++keys}` : key;
    const keyed = given === null ? {} : { 'idempotency-key': given };
    const payload = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    return this.send('POST', path, as, { 'content-type': 'application/json', ...keyed, ...headers }, payload);
  }

  get(path: string, { as = 'clerk', headers = {} }: Asking = {}): Promise<Reply> {
    return this.send('GET', path, as, headers);
  }

  async send(
    method: string,
    path: string,
    as: Person | null,
    headers: Record<string, string>,
    payload?: string | Buffer,
  ): Promise<Reply> {
    const authorization = as === null ? {} : { authorization: `Bearer ${KEYS[as]}` };
    const { app, seen } = this.next();
    const answer = await app.inject({
      method: method as 'GET',
      url: path,
      headers: { ...authorization, ...seen, ...headers },
      ...(payload === undefined ? {} : { payload }),
    });
    this.position = Math.max(this.position, Number(answer.headers['ledger-position'] ?? 0));
    const isJson =
      /json/.test(String(answer.headers['content-type'] ?? '')) &&
      !/ndjson/.test(String(answer.headers['content-type']));
    return {
      status: answer.statusCode,
      body: isJson && answer.body !== '' ? (JSON.parse(answer.body) as unknown) : undefined,
      headers: answer.headers as Reply['headers'],
      text: answer.body,
    };
  }

  /** Whose turn it is to answer; from the other replica a client asks for what it has seen. */
  private next(): { app: Service['app']; seen: Record<string, string> } {
    if (!this.replica) return { app: this.service.app, seen: {} };
    const { app } = this.turn++ % 2 === 0 ? this.service : this.replica;
    return { app, seen: { 'ledger-position': String(this.position), prefer: 'wait=5' } };
  }
}

function start(directory: string, clock: Clock, environment: Environment): Promise<Service> {
  const usual = { DATA_DIR: directory, API_KEYS, SEED_DEMO: 'never', LOG_LEVEL: 'silent' };
  const settings = Settings.from({ ...usual, ...environment });
  const logger = pino({ level: 'error' }, { write: (line: string) => void failures.push(line) });
  return openService({ settings, logger, clock });
}

/** The answer of a command that must have been accepted. */
export function accepted(reply: Reply): Reply {
  if (reply.status !== 201) throw new Error(`expected 201, got ${reply.status}: ${reply.text}`);
  return reply;
}
