import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Caller, Role } from '../commands/invocation.js';

type StoredKey = { readonly name: string; readonly role: Role; readonly division: string; readonly sha256: string };

const ROLES: readonly Role[] = ['recorder', 'approver', 'auditor', 'viewer', 'admin'];
const KEYS_FILE = 'api-keys.json';
const digest = (key: string): Buffer => hash('sha256', key, 'buffer');

/** Who holds which key. Only hashes are kept; a key is shown once, when it is made. */
export class ApiKeys {
  private constructor(
    private readonly keys: ReadonlyMap<string, { caller: Caller; hash: Buffer }>,
    /** Keys made at this start, to be printed once. */
    readonly fresh: readonly { name: string; role: Role; key: string }[],
  ) {}

  /** From `name:role:division:key,…`; where that is not set, from the data directory, made at the first start. */
  static open(setting: string | undefined, dataDir: string): ApiKeys {
    if (setting !== undefined) return new ApiKeys(index(setting.split(',').map(parseKey)), []);
    const file = join(dataDir, KEYS_FILE);
    if (existsSync(file)) return new ApiKeys(index(JSON.parse(readFileSync(file, 'utf8')) as StoredKey[]), []);
    const fresh = ROLES.map((role) => ({ name: role, role, key: randomBytes(24).toString('base64url') }));
    const stored = fresh.map(({ name, role, key }) => ({
      name,
      role,
      division: '*',
      sha256: digest(key).toString('hex'),
    }));
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    writeFileSync(file, `${JSON.stringify(stored, null, 2)}\n`, { mode: 0o600 });
    return new ApiKeys(index(stored), fresh);
  }

  /** One key for one caller, told to nobody: for a service that lives inside another. */
  static forOne(caller: Caller, key: string): ApiKeys {
    return new ApiKeys(new Map([[digest(key).toString('hex'), { caller, hash: digest(key) }]]), []);
  }

  /** The holder of a key, or undefined. Compares digests in constant time. */
  callerOf(key: string): Caller | undefined {
    const given = digest(key);
    const found = this.keys.get(given.toString('hex'));
    return found && timingSafeEqual(found.hash, given) ? found.caller : undefined;
  }
}

function index(stored: readonly StoredKey[]): Map<string, { caller: Caller; hash: Buffer }> {
  return new Map(
    stored.map(({ name, role, division, sha256 }) => [
      sha256,
      { caller: { subject: name, role, division }, hash: Buffer.from(sha256, 'hex') },
    ]),
  );
}

function parseKey(entry: string): StoredKey {
  const [name, role, division, ...rest] = entry.trim().split(':');
  const key = rest.join(':');
  if (!name || !division || !key || !ROLES.includes(role as Role) || !/^(\*|\d{2}(\d{2}){0,2})$/.test(division))
    throw new Error('API_KEYS must be name:role:division:key, separated by commas');
  return { name, role: role as Role, division, sha256: digest(key).toString('hex') };
}

/** Token of the keys in force. */
export const KEYS = Symbol('api keys');
