/** Every setting, read once at the start from the environment; all have defaults (4-api.md §5). */
export class Settings {
  constructor(
    readonly host: string,
    readonly port: number,
    readonly dataDir: string,
    readonly eventStore: string,
    readonly seedDemo: 'auto' | 'always' | 'never',
    readonly apiKeys: string | undefined,
    readonly logLevel: string,
    readonly rateLimitPerMinute: number,
    readonly metricsOpen: boolean,
    /** The Ed25519 key of the tree heads; without it one is made in the data directory at the first start. */
    readonly signingKeyFile: string | undefined,
  ) {}

  static from(environment: NodeJS.ProcessEnv): Settings {
    const seedDemo = environment['SEED_DEMO'] ?? 'auto';
    if (seedDemo !== 'auto' && seedDemo !== 'always' && seedDemo !== 'never')
      throw new Error('SEED_DEMO is auto, always or never');
    return new Settings(
      environment['HOST'] ?? '127.0.0.1',
      number(environment, 'PORT', 3000),
      environment['DATA_DIR'] ?? './data',
      environment['EVENT_STORE'] ?? 'sqlite',
      seedDemo,
      environment['API_KEYS'],
      environment['LOG_LEVEL'] ?? 'info',
      number(environment, 'RATE_LIMIT_PER_MINUTE', 0),
      environment['METRICS_OPEN'] === 'true',
      environment['SIGNING_KEY_FILE'],
    );
  }

  /** Names that look like ours and are not: a misspelt setting must not pass in silence. */
  static unknown(environment: NodeJS.ProcessEnv): string[] {
    return Object.keys(environment).filter((name) => name.startsWith('RENEWAL_'));
  }
}

function number(environment: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const text = environment[name];
  if (text === undefined || text === '') return fallback;
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} must be a whole number, not ${text}`);
  return Number(text);
}
