import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { Settings } from '../src/platform/config/settings.js';
import { openService } from '../src/service.js';
import { isBuilt, ROOT } from './support/built.js';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const COMMANDS = [...README.matchAll(/^```sh\n([\s\S]*?)\n```$/gm)].map(([, command]) => command!);
const KEY = 'readme-key';
const STARTING_MS = 60_000;
const run = promisify(execFile);

type Running = { readonly address: string; stop(): Promise<void> };

describe('the README', () => {
  it('begins with one line that starts and one that tests, and both are real', () => {
    expect(COMMANDS.slice(0, 2)).toEqual(['npm ci && npm run build && npm start', 'npm ci && npm test']);
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['build', 'start', 'test']));
  });

  it('links only to what is there', () => {
    for (const file of ['README.md', 'docs/architecture.md'])
      for (const [, target] of readFileSync(join(ROOT, file), 'utf8').matchAll(/\]\((?!https?:)([^)#]+)\)/g))
        expect([target, existsSync(join(ROOT, dirname(file), target!))]).toEqual([target, true]);
  });

  describe('its calls', () => {
    const directory = mkdtempSync(join(tmpdir(), 'renewal-readme-'));
    let running: Running;
    beforeAll(async () => {
      running = await (isBuilt() ? startBuilt(directory) : startHere(directory));
    }, STARTING_MS);
    afterAll(async () => {
      await running.stop();
      rmSync(directory, { recursive: true, force: true });
    });
    const calls = COMMANDS.filter((command) => command.startsWith('curl '));
    /** As it stands there, but for the port; answers what it prints. */
    const replay = async (command: string): Promise<Record<string, unknown>> => {
      expect(command).toContain('http://127.0.0.1:3000');
      const here = command.replace('http://127.0.0.1:3000', running.address);
      const { stdout } = await run('bash', ['-c', here], { env: { ...process.env, KEY } });
      return JSON.parse(stdout) as Record<string, unknown>;
    };

    it('are three', () => expect(calls).toHaveLength(3));

    it('show who pays for what', async () => {
      const split = await replay(calls[0]!);
      expect(split).toMatchObject({ compoundId: 'lz-05', approved: true });
      expect((split['total'] as Record<string, string>)['budget']).toMatch(/^[1-9]\d*\.\d{2}$/);
    });

    it('record a compound once', async () => {
      const first = await replay(calls[1]!);
      expect(first).toMatchObject({ compoundId: 'readme-1', revision: 0 });
      expect(await replay(calls[1]!)).toEqual(first);
    });

    it('are refused with the rule and its clause', async () => {
      const problem = await replay(calls[2]!);
      expect(problem).toMatchObject({ status: 422, code: 'rule-refused', rule: 'R03', policyId: 'changzhi-2020' });
      expect(problem['clauseText']).toContain('楼体内');
    });
  });
});

const environment = (directory: string): Record<string, string> => ({
  PORT: '0',
  DATA_DIR: directory,
  API_KEYS: `readme:recorder:1404:${KEY}`,
});

/** As `npm start` does, on a port that is free. */
function startBuilt(directory: string): Promise<Running> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'dist/main.js'], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], ...environment(directory) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = (): Promise<void> => {
    child.kill('SIGTERM');
    return ended;
  };
  return new Promise((resolve, reject) => {
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      const address = /^open (http:\S+)$/m.exec(printed)?.[1];
      if (address) resolve({ address, stop });
    });
    child.once('exit', (code) => reject(new Error(`the service ended with ${code} before it listened: ${printed}`)));
  });
}

async function startHere(directory: string): Promise<Running> {
  const settings = Settings.from({ ...environment(directory), LOG_LEVEL: 'silent' });
  const service = await openService({ settings, logger: pino({ level: 'silent' }) });
  await service.app.listen(0, '127.0.0.1');
  return { address: await service.app.getUrl(), stop: () => service.close() };
}
