/** What `EVENT_STORE` says about a server, checked before anything connects. */
export type ConnectionSettings = {
  /** For the client: without the credentials, which go into each call. */
  readonly connectionString: string;
  readonly credentials: { readonly username: string; readonly password: string };
  /** For logs and `/readyz`: hosts only. */
  readonly shownAs: string;
};

const FORM =
  /^(?<scheme>esdb|kurrentdb|kurrent|kdb)(?<discover>\+discover)?:\/\/(?:(?<user>[^@/]*)@)?(?<hosts>[^/?]+)\/?(?:\?(?<query>.*))?$/;
/** Names and IPv4: the client understands no IPv6 literals. */
const HOST = /^(?<name>[A-Za-z0-9._-]+)(?::(?<port>\d{1,5}))?$/;
const LOOPBACK = /^(?:127\.\d{1,3}\.\d{1,3}\.\d{1,3}|localhost)$/;
const DEFAULT_PORT = 2113;

/** Settings a deployment may need. All others would change what the adapter relies on. */
const ALLOWED = new Set(
  ['tls', 'tlsCAFile', 'connectionName', 'maxDiscoverAttempts', 'discoveryInterval']
    .concat(['gossipTimeout', 'keepAliveInterval', 'keepAliveTimeout'])
    .map((name) => name.toLowerCase()),
);

/**
 * Ours where the operator says nothing: a frozen node must be noticed within seconds (the client's own settings take
 * 20 s to see a silent connection and ask a silent node for 5 s who leads).
 */
const OUR_DEFAULTS = { gossipTimeout: '2', keepAliveTimeout: '3000' };

/** An insecure server ignores them, but a call that carries credentials takes the client's plain path. */
const NOBODY = { username: 'nobody', password: 'insecure' };

/** Passwords the server ships with; a store that still has one is open to everybody who read its manual. */
const SHIPPED_PASSWORD = 'changeit';

/** Checks a connection string; the error never repeats it, because it carries a password. */
export function parseConnection(text: string): ConnectionSettings {
  const form = FORM.exec(text.trim())?.groups;
  if (!form) throw new Error('EVENT_STORE must look like esdb://user:password@host:2113,…?tls=true');
  const hosts = form['hosts']!.split(',').map(parseHost);
  const query = parseQuery(form['query'] ?? '');
  const secure = query.get('tls') !== 'false';
  const outside = hosts.filter(({ name }) => !LOOPBACK.test(name));
  if (!secure && outside.length > 0)
    throw new Error(`EVENT_STORE: tls=false is for loopback only, not ${outside[0]!.name}`);
  const credentials = form['user'] === undefined ? undefined : parseCredentials(form['user']);
  if (credentials?.password === SHIPPED_PASSWORD)
    throw new Error('EVENT_STORE: the password is the one the server ships with');
  if (secure && !credentials) throw new Error('EVENT_STORE needs user:password@ before the host');
  const names = hosts.map(({ name, port }) => `${name}:${port}`).join(',');
  const parameters = [...query].map(([key, value]) => `${key}=${value}`);
  for (const [key, value] of Object.entries(OUR_DEFAULTS))
    if (!query.has(key.toLowerCase())) parameters.push(`${key}=${value}`);
  return {
    connectionString: `esdb${form['discover'] ?? ''}://${names}?${parameters.join('&')}`,
    credentials: credentials ?? NOBODY,
    shownAs: names,
  };
}

function parseHost(text: string): { name: string; port: number } {
  const host = HOST.exec(text.trim())?.groups;
  const port = Number(host?.['port'] ?? DEFAULT_PORT);
  if (!host || port < 1 || port > 65_535) throw new Error(`EVENT_STORE: not a host: ${text}`);
  return { name: host['name']!, port };
}

/** Names in lower case, which is how the client compares them; values stay as they are written. */
function parseQuery(text: string): Map<string, string> {
  const query = new Map<string, string>();
  for (const pair of text.split('&').filter((one) => one !== '')) {
    const [key = '', value = ''] = pair.split(/=(.*)/s, 2);
    if (!ALLOWED.has(key.toLowerCase())) throw new Error(`EVENT_STORE: ${key} is not a setting that may be changed`);
    query.set(key.toLowerCase(), value);
  }
  return query;
}

function parseCredentials(text: string): { username: string; password: string } {
  const [username = '', password = ''] = text.split(/:(.*)/s, 2).map(decodeURIComponent);
  if (username === '' || password === '') throw new Error('EVENT_STORE: credentials must be user:password');
  return { username, password };
}
