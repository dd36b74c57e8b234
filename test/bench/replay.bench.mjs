/**
 * P3: an auditor's replay of the whole log to balances, its hash chain verified, against `ledger` and `hledger` on the
 * same history as a journal, and against one thread that reads the same rows and only parses them.
 * `npm run bench:replay [-- <events> [<seed>]]`. Every contender is a process of its own, one after the other; CPU time
 * is told beside the clock, because a machine is seldom alone. THREADS and ROUNDS may be given: the replay and `ledger`
 * take turns, and the median of each is told. Nothing here asserts a time, but a difference of a single fen between the
 * balances of the three programs fails.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pagesOf, wholeLog } from '../../dist/audit/log-check.js';
import { replayLog } from '../../dist/cli/replay-log.js';
import { eventCatalogue } from '../../dist/event-catalogue.js';
import { yuan } from '../../dist/kernel/money.js';
import { postingsOf } from '../../dist/ledger/ledger.read-model.js';
import { journal } from '../../dist/audit/journals.js';
import { SqliteEventStore } from '../../dist/platform/event-store/sqlite/sqlite-event-store.js';
import { recordHistory } from './history.mjs';

const SELF = fileURLToPath(import.meta.url);
/** Schemes and accounts for about 20,000 balances, whatever the number of events. */
const SCHEMES = 580;
const IDS = 4;
const ROUNDS = Number(process.env.ROUNDS ?? 1);
const THREADS = Number(process.env.THREADS ?? availableParallelism());

const cpuBefore = process.cpuUsage();

/** CPU time of the work alone: the programs' modules are loaded by then. */
function tell(facts) {
  const { user: userCPUTime, system: systemCPUTime } = process.cpuUsage(cpuBefore);
  const { maxRSS } = process.resourceUsage();
  process.stdout.write(
    `${JSON.stringify({ ...facts, cpu: (userCPUTime + systemCPUTime) / 1e6, mib: maxRSS / 1024 })}\n`,
  );
}

async function replayChild(path, out) {
  const begun = performance.now();
  const { balances, checked } = await replayLog({ eventStore: 'sqlite', dataDir: dirname(path) }, null, THREADS);
  tell({
    seconds: (performance.now() - begun) / 1_000,
    balances: balances.size,
    events: checked.events,
    findings: checked.findings.length,
  });
  writeFileSync(out, JSON.stringify(Object.fromEntries([...balances].map(([key, balance]) => [key, yuan(balance)]))));
}

/** The same pages through the same store, each text parsed and dropped. */
async function parseChild(path) {
  const store = new SqliteEventStore(path);
  const begun = performance.now();
  let events = 0;
  for await (const page of pagesOf(store))
    for (const { data, metadata } of page) if (JSON.parse(data) && JSON.parse(metadata)) events += 1;
  tell({ seconds: (performance.now() - begun) / 1_000, events });
  await store.close();
}

/** The same postings in the language of hledger and ledger. */
async function writeJournals(path, files) {
  const catalogue = eventCatalogue();
  const store = new SqliteEventStore(path);
  let postings = 0;
  const outs = Object.entries(files).map(([format, file]) => ({ format, fd: openSync(file, 'w') }));
  for (const { format, fd } of outs) writeSync(fd, [...journal(format, [], undefined)].join(''));
  for await (const stored of wholeLog(store)) {
    const event = catalogue.decode(stored);
    const own = postingsOf(event);
    if (own.length === 0) continue;
    postings += own.length;
    const { eventId, type, position, data } = event;
    const entry = { occurredOn: data.occurredOn, position, eventId, type, postings: own };
    for (const { format, fd } of outs) {
      const [, text] = journal(format, [entry], undefined);
      writeSync(fd, text);
    }
  }
  for (const { fd } of outs) closeSync(fd);
  await store.close();
  return postings;
}

const child = (...words) => {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', SELF, ...words],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
};

/** A program under the shell's own clock; its balances go to a file. */
function timed(program, words, out) {
  const script = `TIMEFORMAT='%R %U %S'; time "$0" "$@" > "${out}"`;
  const { status, stderr, error } = spawnSync('bash', ['-c', script, program, ...words], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  });
  if (error || status !== 0) return { failed: stderr.slice(0, 300) };
  const [real, user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { seconds: real, cpu: user + system };
}

function theirBalances(path) {
  const rows = readFileSync(path, 'utf8').matchAll(/^"([^"]+)","CNY ?(-?[\d.]+)"$/gm);
  return new Map([...rows].map(([, account, amount]) => [account, amount]));
}

const median = (all) => all.sort((a, b) => a.seconds - b.seconds)[Math.floor(all.length / 2)];
const shown = (label, { seconds, cpu, mib }) =>
  `${label.padEnd(28)} ${seconds.toFixed(2).padStart(9)} s ${cpu.toFixed(2).padStart(9)} s CPU${mib === undefined ? '' : ` ${mib.toFixed(0).padStart(6)} MiB`}\n`;

async function main(events, seed) {
  const directory = mkdtempSync(join(tmpdir(), 'renewal-replay-'));
  const at = (name) => join(directory, name);
  const say = (text) => process.stdout.write(text);
  try {
    const made = await recordHistory(at('events.db'), events, seed, {
      schemeEvents: Math.ceil(events / SCHEMES),
      ids: IDS,
    });
    const files = { hledger: at('hledger.journal'), ledger: at('ledger.journal') };
    const postings = await writeJournals(at('events.db'), files);
    const mib = (name) => (statSync(at(name)).size / 1_048_576).toFixed(0);
    say(
      `seed ${seed}: ${made.events} events in ${made.streams} streams, ${postings} postings; store ${mib('events.db')} MiB, journal ${mib('ledger.journal')} MiB; Node ${process.version}\n`,
    );
    const parse = child('--parse', at('events.db'));
    const programs = {
      ledger: [
        '-f',
        files.ledger,
        'balance',
        '--flat',
        '--no-total',
        '--balance-format',
        '"%(account)","%(display_total)"\\n',
      ],
      hledger: ['-f', files.hledger, 'balance', '--flat', '--no-total', '-O', 'csv'],
    };
    const run = (program) => timed(program, programs[program], at(`${program}.csv`));
    const rounds = Array.from({ length: ROUNDS }, () => ({
      ours: child('--replay', at('events.db'), at('ours.json')),
      ledger: run('ledger'),
    }));
    const ours = median(rounds.map((round) => round.ours));
    say(`${ours.balances} balances, ${ours.findings} findings; median of ${ROUNDS}\n`);
    say(shown(`replay in ${THREADS} threads`, ours) + shown('reading and JSON.parse', parse));
    say(
      `replay ÷ parsing: ${(ours.seconds / parse.seconds).toFixed(2)} by the clock, ${(ours.cpu / parse.cpu).toFixed(2)} in CPU time (stretch: at most 1.5)\n`,
    );
    const told = new Map(Object.entries(JSON.parse(readFileSync(at('ours.json'), 'utf8'))));
    for (const program of Object.keys(programs)) {
      const result = program === 'ledger' ? median(rounds.map(({ ledger }) => ledger)) : run(program);
      if (result.failed !== undefined) {
        say(`${program}: not measured (${result.failed})\n`);
        continue;
      }
      const theirs = theirBalances(at(`${program}.csv`));
      const differs = [...told].filter(([key, balance]) => theirs.get(key.split('\t')[1]) !== balance);
      if (differs.length > 0 || theirs.size !== told.size)
        throw new Error(
          `${program} finds ${theirs.size} balances, ${differs.length} of ours are others: ${differs.slice(0, 3).join(' ')}`,
        );
      say(shown(`${program} balance`, result));
      say(
        `${program} ÷ replay: ${(result.seconds / ours.seconds).toFixed(2)} by the clock, ${(result.cpu / ours.cpu).toFixed(2)} in CPU time\n`,
      );
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const [mode, given, more] = process.argv.slice(2);
if (mode === '--replay') await replayChild(given, more);
else if (mode === '--parse') await parseChild(given);
else await main(Number(mode ?? 100_000), Number(given ?? 1));
