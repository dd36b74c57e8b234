import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { parseConnection } from '../src/platform/event-store/kurrentdb/connection-settings.js';
import { Settings } from '../src/platform/config/settings.js';

type Service = {
  image?: string;
  build?: string;
  restart?: string;
  profiles?: string[];
  command?: string[];
  environment?: Record<string, string | null>;
  volumes?: string[];
  ports?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test?: string[]; disable?: boolean; interval?: string; retries?: number };
};
type Compose = { services: Record<string, Service>; volumes: Record<string, null>; networks: Record<string, null> };

/** Options of the server 24.2 that a deployment of ours may use: its own list, without the deprecated and the unsafe. */
const SERVER_OPTIONS = new Set(
  `cluster-size discover-via-dns gossip-seed gossip-interval-ms gossip-timeout-ms node-priority node-ip
   node-port node-host-advertise-as node-port-advertise-as leader-election-timeout-ms replication-ip
   replication-port replication-host-advertise-as replication-heartbeat-interval
   replication-heartbeat-timeout certificate-file certificate-private-key-file
   trusted-root-certificates-path certificate-reserved-node-common-name db log index config max-append-size
   run-projections disable-admin-ui stream-existence-filter-size chunk-size reader-threads-count
   worker-threads stats-period-sec log-level log-console-format prepare-timeout-ms commit-timeout-ms
   write-timeout-ms initialization-threads cached-chunks`.split(/\s+/),
);
const SERVER_ENVIRONMENT = new Set([
  'EVENTSTORE_DEFAULT_ADMIN_PASSWORD',
  'EVENTSTORE_DEFAULT_OPS_PASSWORD',
  'EVENTSTORE_TELEMETRY_OPTOUT',
]);
const NODES = ['eventstore', 'eventstore1', 'eventstore2', 'eventstore3'];
const SERVICES = ['renewal', 'renewal1', 'renewal2'];

const text = readFileSync('docker-compose.yml', 'utf8');
const compose = parse(text, { merge: true }) as Compose;
const service = (name: string): Service => compose.services[name]!;
const optionsOf = (name: string): Map<string, string | undefined> =>
  new Map(
    service(name).command!.map((option) => {
      const { key, value } = /^--(?<key>[a-z-]+)(?:=(?<value>.+))?$/.exec(option)!.groups!;
      return [key!, value];
    }),
  );

describe('docker-compose.yml', () => {
  it('has one node and one service by default, and three nodes and two replicas in the profile cluster', () => {
    const inCluster = Object.entries(compose.services).filter(([, { profiles }]) => profiles?.includes('cluster'));
    expect(inCluster.map(([name]) => name)).toEqual([...NODES.slice(1), ...SERVICES.slice(1)]);
    expect(Object.keys(compose.services)).toEqual([
      'certificates',
      'eventstore',
      'renewal',
      ...NODES.slice(1),
      ...SERVICES.slice(1),
    ]);
  });

  it('pins every image to one release', () => {
    for (const { image } of Object.values(compose.services))
      expect(image).toMatch(/^[a-z0-9/-]+:\d+\.\d+\.\d+[a-z-]*$/);
    const bases = [...readFileSync('Dockerfile', 'utf8').matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(new Set(bases).size).toBe(1);
    expect(bases[0]).toMatch(/^node:24\.\d+\.\d+-slim$/);
  });

  it('starts everything again whatever it ended with, but the setup, which runs once', () => {
    for (const name of [...NODES, ...SERVICES]) expect(service(name).restart).toBe('always');
    expect(service('certificates').restart).toBe('no');
  });

  it('asks everything that runs whether it is well, and waits for that', () => {
    for (const name of [...NODES, ...SERVICES]) {
      const { healthcheck } = service(name);
      expect(healthcheck?.test?.length).toBeGreaterThan(1);
      expect(healthcheck?.retries).toBeGreaterThan(0);
    }
    for (const name of NODES)
      expect(service(name).depends_on).toEqual({ certificates: { condition: 'service_completed_successfully' } });
    for (const name of SERVICES)
      for (const { condition } of Object.values(service(name).depends_on!)) expect(condition).toBe('service_healthy');
  });

  it.each(SERVICES)('has a health check for %s that is a program', (name) => {
    const [kind, program, flag, script] = service(name).healthcheck!.test!;
    expect([kind, program, flag]).toEqual(['CMD', 'node', '-e']);
    expect(() => new Function(script!)).not.toThrow();
  });

  it.each(NODES)('gives %s options the server knows, and the ones we rely on', (name) => {
    const options = optionsOf(name);
    expect([...options.keys()].filter((option) => !SERVER_OPTIONS.has(option))).toEqual([]);
    expect(options.get('max-append-size')).toBe('16000000');
    expect(options.get('run-projections')).toBe('None');
    expect(options.get('node-host-advertise-as')).toBe(name);
    expect(options.has('insecure')).toBe(false);
    expect(Object.keys(service(name).environment!).filter((key) => !SERVER_ENVIRONMENT.has(key))).toEqual([]);
  });

  it('makes the three nodes one cluster', () => {
    for (const name of NODES.slice(1)) {
      const options = optionsOf(name);
      const others = NODES.slice(1).filter((node) => node !== name);
      expect(options.get('cluster-size')).toBe('3');
      expect(options.get('discover-via-dns')).toBe('false');
      expect(options.get('gossip-seed')).toBe(others.map((node) => `${node}:2113`).join(','));
    }
  });

  it('makes a certificate for each node, and keeps its key from everybody else', () => {
    const setup = service('certificates').command![0]!;
    expect(/for node in (?<nodes>[^;]+);/.exec(setup)!.groups!['nodes']!.split(' ')).toEqual(NODES);
    for (const name of NODES) {
      const holders = Object.entries(compose.services).filter(([, { volumes }]) =>
        volumes?.some((volume) => volume.startsWith(`${name}-certificates:`)),
      );
      expect(holders.map(([holder]) => holder)).toEqual(['certificates', name]);
    }
  });

  it.each(SERVICES)('points %s at the store with TLS, and its settings are ones the service knows', (name) => {
    const { environment } = service(name);
    const url = environment!['EVENT_STORE']!.replace(/\$\{[A-Z_]+\}/, 'secret');
    expect(parseConnection(url).shownAs).toBe(
      Object.keys(service(name).depends_on!)
        .map((node) => `${node}:2113`)
        .join(','),
    );
    expect(url).not.toContain('tls=false');
    expect(Settings.unknown(environment as NodeJS.ProcessEnv)).toEqual([]);
  });

  it('opens ports on loopback only, and none of the store', () => {
    for (const [name, { ports }] of Object.entries(compose.services)) {
      for (const port of ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:3000$/);
      if (NODES.includes(name)) expect(ports).toBeUndefined();
    }
  });

  it('names every volume it uses, and holds no password', () => {
    const used = Object.values(compose.services).flatMap(({ volumes }) => volumes!.map((one) => one.split(':')[0]!));
    expect([...new Set(used)].sort()).toEqual(Object.keys(compose.volumes).sort());
    expect(text).not.toMatch(/changeit|password: *[a-z0-9]/i);
  });

  it('has one signing key for all, which the setup makes and the service may only read', () => {
    expect(service('certificates').volumes).toContain('signing:/signing');
    for (const name of SERVICES) {
      expect(service(name).environment!['SIGNING_KEY_FILE']).toBe('/signing/signing-key.pem');
      expect(service(name).volumes).toContain('signing:/signing:ro');
    }
  });

  it('runs the service as nobody in particular, on a read-only root', () => {
    expect(readFileSync('Dockerfile', 'utf8')).toMatch(/^USER node$/m);
    for (const name of SERVICES) expect(service(name)).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
  });
});
