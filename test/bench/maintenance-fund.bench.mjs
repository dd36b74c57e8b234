/**
 * Reads of one maintenance fund: 5,000 households, thirty years of quarterly interest, yearly common-area income and a
 * yearly draw over everybody. `npm run bench:fund [-- <directory>]`: the directory is filled once and kept. Each read is asked of a
 * service that has just been started, so nothing is in memory, and then again. Nothing here asserts.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Settings } from '../../dist/platform/config/settings.js';
import { openService } from '../../dist/service.js';

const HOUSEHOLDS = 5_000;
const [FIRST, LAST] = [1996, 2025];
const directory = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'renewal-fund-'));
const KEYS = { clerk: 'bench-clerk', boss: 'bench-boss' };
const settings = Settings.from({
  ...{ DATA_DIR: directory, SEED_DEMO: 'never', LOG_LEVEL: 'silent' },
  API_KEYS: `clerk:recorder:14:${KEYS.clerk},boss:approver:14:${KEYS.boss}`,
});
const start = () => openService({ settings, logger: pino({ level: 'silent' }) });

let service = await start();
let keys = 0;
async function post(path, body, as = 'clerk') {
  const headers = {
    ...{ 'content-type': 'application/json', authorization: `Bearer ${KEYS[as]}` },
    'idempotency-key': `bench-${process.pid}-${++keys}`,
  };
  const answer = await service.app.inject({ method: 'POST', url: path, headers, payload: JSON.stringify(body) });
  if (answer.statusCode !== 201) throw new Error(`${path}: ${answer.payload.slice(0, 500)}`);
}
const FUND = '/v1/maintenance-funds/c1';
const get = (path) =>
  service.app.inject({ method: 'GET', url: path, headers: { authorization: `Bearer ${KEYS.clerk}` } });

async function fill() {
  const buildings = Array.from({ length: 50 }, (_, index) => ({
    buildingNo: `${index}`,
    floors: 6,
    hasElevator: false,
  }));
  const compound = { compoundId: 'c1', name: '小区', divisionCode: '140403', builtYear: 1990, buildings };
  await post('/v1/compounds', { ...compound, occurredOn: `${FIRST}-01-01` });
  const households = Array.from({ length: HOUSEHOLDS }, (_, index) => ({
    ...{ householdId: `h${index}`, buildingNo: `${index % 50}`, floor: 1 + (index % 6), ownership: 'commodity' },
    floorAreaM2: (50 + ((index * 37) % 9_000) / 100).toFixed(2),
  }));
  await post('/v1/compounds/c1/households', { households, occurredOn: `${FIRST}-01-01` });
  const from = `${FIRST}-01-01`;
  await post('/v1/maintenance-funds', {
    ...{ compoundId: 'c1', openedOn: from, interestRule: 'quarterly-demand' },
    depositRates: [{ from, ratePerM2: '80.00' }],
    interestRates: [{ from, demand: '0.0035', term: '0.013' }],
  });
  const entries = households.map(({ householdId, floorAreaM2 }) => ({
    ...{ householdId, amount: (Number(floorAreaM2) * 80).toFixed(2) },
  }));
  await post(`${FUND}/deposits`, { kind: 'first', entries, occurredOn: `${FIRST}-02-01` });
  const emergency = { kind: 'roof-leak', reason: '渗漏' };
  for (let year = FIRST; year <= LAST; year++) {
    await post(`${FUND}/income`, { kind: 'common-area-income', amount: '50000.00', occurredOn: `${year}-04-01` });
    const draw = { drawId: `d${year}`, purpose: '屋面', workItem: 'roof', amount: '400000.00', scope: { all: true } };
    await post(`${FUND}/draws`, { ...draw, emergency, occurredOn: `${year}-05-01` });
    await post(`${FUND}/draws/d${year}/approval`, { documentNo: '1', occurredOn: `${year}-05-02` }, 'boss');
    await post(`${FUND}/draws/d${year}/payment`, { payee: '公司', occurredOn: `${year}-05-03` });
    await post(`${FUND}/interest-settlements`, { settledOn: `${year}-12-20` });
    process.stdout.write('.');
  }
  process.stdout.write('\n');
}

if ((await get(FUND)).statusCode === 404) await fill();
const postings = service.projections.get('SELECT count(*) AS n FROM ledger_v1_postings').n;
console.log(`${HOUSEHOLDS} households, ${LAST - FIRST + 1} years, ${postings} postings in ${directory}`);

const READS = [
  ['fund', FUND],
  ['fund, asOf', `${FUND}?asOf=2010-12-31`],
  ['sub-accounts', `${FUND}/sub-accounts`],
  ['sub-accounts, 500 a page', `${FUND}/sub-accounts?limit=500`],
  ['sub-accounts by building', `${FUND}/sub-accounts?groupBy=building`],
  ['sub-accounts, asOf', `${FUND}/sub-accounts?asOf=2010-12-31`],
  ['one sub-account', `${FUND}/sub-accounts/h77`],
  ['statement', `${FUND}/statement?year=2020`],
  ['draws', `${FUND}/draws`],
  ['forecast', `${FUND}/forecast`],
  ['findings', '/v1/findings'],
];
async function measure(path) {
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  const { statusCode, payload } = await get(path);
  const { user, system } = process.cpuUsage(cpu);
  return { ms: performance.now() - began, cpu: (user + system) / 1_000, statusCode, bytes: payload.length };
}
for (const [name, path] of READS) {
  await service.close();
  service = await start();
  await get('/v1/maintenance-funds/none');
  const first = await measure(path);
  const again = await measure(path);
  const told = ({ ms, cpu }) => `${ms.toFixed(0).padStart(6)} ms (CPU ${cpu.toFixed(0).padStart(5)})`;
  console.log(
    `${name.padEnd(26)} first ${told(first)}   again ${told(again)}   ${first.statusCode}, ${first.bytes} bytes`,
  );
}
await service.close();
process.exit(0);
