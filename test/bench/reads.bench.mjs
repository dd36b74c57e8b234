/**
 * P5: reads over HTTP of a city of 20,000 compounds, now and in the past, against an answer that asks nothing (`/livez`).
 * `npm run bench:reads [-- <events> [<directory>]]`: 50 events a compound; the directory is filled once and kept, which
 * for 1,000,000 events takes minutes. The service is a process of its own; SECONDS is how long each read is asked for.
 * Nothing here asserts.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomFrom } from '../support/random-history.mjs';
import { recordHistory } from './history.mjs';

const EVENTS_A_SCHEME = 50;
const CONNECTIONS = 8;
const SECONDS = Number(process.env.SECONDS ?? 5);
const [events = 100_000, directory = mkdtempSync(join(tmpdir(), 'renewal-reads-'))] = process.argv.slice(2);
const schemes = Math.floor(Number(events) / EVENTS_A_SCHEME);
const say = (text) => process.stdout.write(text);
const random = randomFrom(1);
const below = (n) => Math.floor(random() * n);

/** Answers its address, how long it took to open, and its end. */
async function start() {
  const begun = performance.now();
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'dist/main.js'], {
    env: {
      ...{ PATH: process.env.PATH, DATA_DIR: directory, PORT: '0', SEED_DEMO: 'never', LOG_LEVEL: 'warn' },
      API_KEYS: 'bench:viewer:1404:bench-key',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const address = await new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => {
      const found = /^open (http:\S+)$/m.exec(String(text));
      if (found) resolve(found[1]);
    });
    child.once('exit', (code) => reject(new Error(`the service ended with ${code}`)));
  });
  const stop = () => new Promise((resolve) => (child.once('exit', resolve), child.kill('SIGTERM')));
  return { address, stop, seconds: (performance.now() - begun) / 1_000 };
}

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
const ask = (url) =>
  new Promise((resolve, reject) => {
    const begun = performance.now();
    get(url, { agent, headers: { authorization: 'Bearer bench-key' } }, (reply) => {
      reply.resume();
      reply.once('end', () =>
        reply.statusCode === 200
          ? resolve(performance.now() - begun)
          : reject(new Error(`${url}: ${reply.statusCode}`)),
      );
    }).once('error', reject);
  });

/** Asks for some seconds on so many connections; the load generator shares the machine, so its CPU is told. */
async function measure(label, address, pathOf, connections = CONNECTIONS) {
  for (let warm = 0; warm < 20 * connections; warm += connections) await ask(address + pathOf());
  const took = [];
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const end = begun + SECONDS * 1_000;
  const asking = async () => {
    while (performance.now() < end) took.push(await ask(address + pathOf()));
  };
  await Promise.all(Array.from({ length: connections }, asking));
  const seconds = (performance.now() - begun) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  took.sort((a, b) => a - b);
  const at = (share) => took[Math.min(took.length - 1, Math.floor(took.length * share))].toFixed(1).padStart(8);
  const rate = took.length / seconds;
  say(
    `${label.padEnd(36)} ${rate.toFixed(1).padStart(8)}/s  p50 ${at(0.5)} ms  p99 ${at(0.99)} ms  (generator ${((user + system) / 1e6 / seconds).toFixed(2)} CPU, ${connections} at once)\n`,
  );
  return rate;
}

if (!existsSync(join(directory, 'events.db'))) {
  const made = await recordHistory(join(directory, 'events.db'), Number(events), 1, { schemeEvents: EVENTS_A_SCHEME });
  say(`${made.events} events in ${made.streams} streams in ${directory}\n`);
}
const filling = await start();
say(`open after ${filling.seconds.toFixed(1)} s, read models filled where they were not\n`);
await filling.stop();
const service = await start();
say(`open after ${service.seconds.toFixed(1)} s, nothing to fill (P9: at most 3); Node ${process.version}\n`);
try {
  const split = () => `/v1/schemes/S${1 + below(schemes)}/cost-split`;
  const date = () => new Date(Date.UTC(2025, 0, 1) + below(700) * 86_400_000).toISOString().slice(0, 10);
  // The history is recorded a second an event, from 1 May 2026 on.
  const instant = () => new Date(Date.UTC(2026, 4, 1) + below(Number(events)) * 1_000).toISOString();
  const empty = await measure('nothing (/livez)', service.address, () => '/livez');
  const first = await measure('cost-split, each for the first time', service.address, split);
  say(`÷ nothing: ${(first / empty).toFixed(2)}\n`);
  await measure('cost-split, asOf', service.address, () => `${split()}?asOf=${date()}`);
  await measure('cost-split, recordedAt', service.address, () => `${split()}?recordedAt=${instant()}`);
  await measure('cost-split, asOf, one at once', service.address, () => `${split()}?asOf=${date()}`, 1);
  const begun = performance.now();
  await ask(`${service.address}/v1/overview`);
  say(`overview, for the first time ${((performance.now() - begun) / 1_000).toFixed(1)} s\n`);
  await measure('overview', service.address, () => '/v1/overview', 1);
  const again = await measure('cost-split', service.address, split);
  say(`÷ nothing: ${(again / empty).toFixed(2)} (P5: at least 0.5)\n`);
  await measure('overview, asOf', service.address, () => `/v1/overview?asOf=${date()}`, 1);
  await measure('overview, recordedAt', service.address, () => `/v1/overview?recordedAt=${instant()}`, 1);
} finally {
  await service.stop();
  agent.destroy();
}
