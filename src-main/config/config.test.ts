import { writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { GIVEN, describeDatabase } from './config.ts'
import { readEnvironment } from './env.ts'
import { defaultDataDir } from './paths.ts'
import { isLoopback, secretProblem } from './secrets.ts'
import { SETTINGS } from './settings-table.ts'
import type { SettingName } from './settings-table.ts'
import { folder, freshFolderForEach, load, refusal } from './testing/load-settings.ts'

const GOOD_SECRET = 'k8Jd02mPqx7ZtVw5Lr9Yh3Bn6Gf1Sa4Q'

freshFolderForEach()

function settingsFile(text: string): void {
  writeFileSync(join(folder, 'settings.json'), text)
}

/** Settings that only some providers read, so that they are tried with one that does. */
const OLLAMA = { TMWS_EMBEDDING_PROVIDER: 'ollama', TMWS_EMBEDDING_MODEL: 'some-model' }
const HUB = { TMWS_EMBEDDING_MODEL: 'some/model' }
const isOfServers = (name: string) => /^embedding_(url|api_key|dimensions|timeout|batch_size|query_prefix|text_prefix)$/.test(name)
const isOfHubs = (name: string) => /^embedding_(hub_url|model_file)$/.test(name)

describe('settings', () => {
  test('have their defaults when nothing is said', () => {
    expect(load()).toEqual({
      [GIVEN]: expect.anything() as unknown,
      environment: 'development',
      api: { host: '127.0.0.1', port: 8000 },
      ws: {
        enabled: true,
        host: '127.0.0.1',
        port: 8001,
        maxConnections: 100,
        maxConnectionsPerAgent: 50,
        pingIntervalMs: 20_000,
        pingTimeoutMs: 10_000,
        maxMessageBytes: 1_048_576,
      },
      sessions: { idleTimeoutSeconds: 3600, resumeTtlSeconds: 600 },
      auth: { enabled: false, clockSkewSeconds: 30 },
      trustedProxies: [],
      rateLimit: {
        enabled: true,
        requests: 1200,
        periodSeconds: 60,
        costlyRequests: 300,
        addressRequests: 12_000,
        failedSignIns: 60,
      },
      corsOrigins: [],
      log: { level: 'info', maxSizeBytes: 10 * 1024 ** 2, keepFiles: 10, keepDays: 30, slowMs: 1000 },
      stopDelayMs: 0,
      stdioEnabled: true,
      toolProfile: 'standard',
      dataDir: folder,
      database: { provider: 'sqlite', file: join(folder, 'tmws.db'), synchronous: 'normal' },
      audit: { enabled: true, keepDays: 365 },
      secretScan: 'warn',
      trashDays: 30,
      embedding: { provider: 'local', model: { kind: 'built-in' }, prefixes: {} },
      backups: { intervalMs: 86_400_000, keep: 7 },
      importMaxBytes: 2 * 1024 ** 3,
      workflows: {
        maxSteps: 100,
        maxTotalSteps: 1_000,
        maxDepth: 4,
        maxSeconds: 604_800,
        maxOutputBytes: 65_536,
        maxRunning: 100,
        keepDays: 30,
      },
      runtimeFile: join(homedir(), '.tmws', 'runtime.json'),
      warnings: [],
    })
  })

  test('come from the flag, then the variable, then the file, then the default', () => {
    const ports = () =>
      [load({ TMWS_API_PORT: '2' }, { api_port: '1' }), load({ TMWS_API_PORT: '2' }), load()].map((config) => config.api.port)
    settingsFile('{"api_port": 3}')
    expect(ports()).toEqual([1, 2, 3])
    settingsFile('{}')
    expect(ports()).toEqual([1, 2, 8000])
  })

  test('are each really read: another value makes another configuration', () => {
    const keyFile = join(folder, 'key')
    writeFileSync(keyFile, 'a passphrase of mine\n', { mode: 0o600 })
    const others: Record<Exclude<SettingName, 'config'>, string> = {
      environment: 'staging',
      api_host: 'localhost',
      api_port: '9',
      ws_enabled: 'false',
      ws_host: '::1',
      ws_port: '9',
      ws_max_connections: '9',
      ws_max_connections_per_agent: '9',
      ws_ping_interval: '9',
      ws_ping_timeout: '9',
      ws_max_message_size: '9000',
      session_timeout: '9',
      session_resume_ttl: '9',
      auth_enabled: 'true',
      secret_key: GOOD_SECRET,
      jwt_jwks_url: 'https://keys.example/jwks',
      jwt_issuer: 'https://other.example',
      jwt_audience: 'somebody',
      jwt_clock_skew: '9',
      public_url: 'https://memory.example',
      trusted_proxies: '["10.0.0.0/8"]',
      rate_limit_enabled: 'false',
      rate_limit_requests: '9',
      rate_limit_period: '9',
      rate_limit_costly_requests: '9',
      rate_limit_address_requests: '9',
      rate_limit_failed_sign_ins: '9',
      cors_origins: '["https://a.example"]',
      log_level: 'debug',
      log_format: 'json',
      log_max_size: '90000',
      log_keep_files: '9',
      log_keep_days: '9',
      log_slow: '9',
      trace_url: 'http://127.0.0.1:4318/v1/traces',
      trace_ratio: '0.5',
      trace_headers: '{"authorization":"Bearer x"}',
      stop_delay: '9',
      stdio_enabled: 'false',
      tool_profile: 'core',
      data_dir: join(folder, 'other'),
      database_url: 'volatile:',
      database_pool_size: '20',
      database_connect_timeout: '5',
      database_statement_timeout: '30',
      database_key: 'a passphrase of mine',
      database_key_file: keyFile,
      sqlite_synchronous: 'full',
      redis_url: 'redis://127.0.0.1:6379',
      redis_prefix: 'other:',
      audit_enabled: 'false',
      audit_keep_days: '9',
      secret_scan: 'mask',
      trash_days: '9',
      backup_interval: '9',
      backup_keep: '9',
      import_max_size: '9000000',
      embedding_provider: 'off',
      embedding_model: join(folder, 'model'),
      embedding_model_file: 'onnx/other.onnx',
      embedding_hub_url: 'http://hub.example',
      embedding_url: 'http://127.0.0.1:9/v1',
      embedding_api_key: 'key-of-mine',
      embedding_dimensions: '99',
      embedding_query_prefix: '"ask: "',
      embedding_text_prefix: '"tell: "',
      embedding_timeout: '9',
      embedding_batch_size: '9',
      workflow_max_steps: '9',
      workflow_max_total_steps: '9',
      workflow_max_depth: '9',
      workflow_max_seconds: '9',
      workflow_max_output_bytes: '9000',
      workflow_max_running: '9',
      workflow_keep_days: '9',
      runtime_file: join(folder, 'runtime.json'),
    }
    const ask = { TMWS_SECRET_KEY: GOOD_SECRET }
    const issuer = { TMWS_JWT_JWKS_URL: 'https://a.example/jwks', TMWS_JWT_ISSUER: 'https://a.example', TMWS_JWT_AUDIENCE: 'us' }
    for (const [name, value] of Object.entries(others) as [keyof typeof others, string][]) {
      // Those of Postgres count where there is one.
      const postgres = { TMWS_DATABASE_URL: 'postgresql://db.example/x' }
      const base = {
        ...(/^database_(?!url|key)/.test(name) && postgres),
        ...(name === 'auth_enabled' && ask),
        ...(/^jwt_(jwks|issuer|audience)/.test(name) && issuer),
        ...(isOfServers(name) && OLLAMA),
        ...(isOfHubs(name) && HUB),
        ...(/^trace_(ratio|headers)$/.test(name) && { TMWS_TRACE_URL: 'http://127.0.0.1:4318' }),
        ...((name as string) === 'redis_prefix' && { TMWS_REDIS_URL: 'redis://127.0.0.1' }),
      }
      expect([name, JSON.stringify(load({ ...base, [SETTINGS[name].env]: value })) === JSON.stringify(load(base))]).toEqual([name, false])
    }
    expect(Object.keys(others).toSorted()).toEqual(
      Object.keys(SETTINGS)
        .filter((name) => name !== 'config')
        .toSorted(),
    )
  })

  test.each<[string, Record<string, string>, string]>([
    ['a port', { TMWS_API_PORT: '70000' }, 'TMWS_API_PORT is "70000", but must be a port from 0 to 65535.'],
    ['a port with words', { TMWS_WS_PORT: '80a' }, 'TMWS_WS_PORT is "80a", but must be a port from 0 to 65535.'],
    ['a fraction', { TMWS_WS_PING_INTERVAL: '1.5' }, 'TMWS_WS_PING_INTERVAL is "1.5", but must be seconds from 1 to 3600.'],
    ['a switch', { TMWS_AUTH_ENABLED: 'maybe' }, 'TMWS_AUTH_ENABLED is "maybe", but must be true or false.'],
    ['a choice', { TMWS_LOG_LEVEL: 'loud' }, 'TMWS_LOG_LEVEL is "loud", but must be debug | info | warn | error.'],
    ['a share', { TMWS_TRACE_RATIO: '1.5' }, 'TMWS_TRACE_RATIO is "1.5", but must be a number from 0 to 1.'],
    [
      'headers',
      { TMWS_TRACE_HEADERS: '{"a": "b\\n"}' },
      'TMWS_TRACE_HEADERS is a value, but must be a JSON object of header names and their values.',
    ],
    ['a host', { TMWS_API_HOST: 'http://x' }, 'TMWS_API_HOST is "http://x", but must be a host name or an IP address.'],
    [
      'a list',
      { TMWS_CORS_ORIGINS: 'https://a.example' },
      'TMWS_CORS_ORIGINS is "https://a.example", but must be a JSON list of origins such as ["https://app.example.com"].',
    ],
    [
      'an origin with a path',
      { TMWS_CORS_ORIGINS: '["https://a.example/"]' },
      'TMWS_CORS_ORIGINS is "[\\"https://a.example/\\"]", but must be a JSON list of origins such as ["https://app.example.com"].',
    ],
    [
      'a database',
      { TMWS_DATABASE_URL: 'mysql:x' },
      'TMWS_DATABASE_URL is "mysql:x", but must be sqlite:PATH, postgresql://USER:PASSWORD@HOST:PORT/DATABASE or volatile:.',
    ],
  ])('of %s that is bad stop with one sentence', (_what, settings, sentence) => {
    expect(refusal(settings)).toBe(sentence)
  })

  test('that are bad name the way they came in', () => {
    expect(refusal({}, { api_port: 'x' })).toBe('--api-port is "x", but must be a port from 0 to 65535.')
    settingsFile('{"api_port": "x"}')
    expect(refusal({})).toBe(`api_port in ${join(folder, 'settings.json')} is "x", but must be a port from 0 to 65535.`)
  })

  test('that are secret are never shown', () => {
    expect(refusal({ TMWS_SECRET_KEY: 'hunter2' })).toBe('TMWS_SECRET_KEY is a value, but must be at least 32 characters.')
    const places = [
      'mysql://me:hunter2@db/x',
      'postgres:/me:hunter2@db/x',
      'postgresql://me:hunter2 @db/x',
      'postgresql://me:hunter2@[db/x',
    ]
    for (const url of places) expect(refusal({ TMWS_DATABASE_URL: url })).toMatch(/^TMWS_DATABASE_URL is (?!.*hunter2)/)
    expect(describeDatabase(load({ TMWS_DATABASE_URL: 'postgresql://me:hunter2@db.example/x' }).database)).toBe(
      'Postgres db.example:5432/x',
    )
    for (const secret of ['change-me-change-me-change-me-change-me', 'ab'.repeat(20)])
      expect(refusal({ TMWS_ENVIRONMENT: 'production', TMWS_SECRET_KEY: secret })).not.toContain(secret)
  })

  test('nobody knows are warned of, and those of the bridge are not', () => {
    expect(load({ TMWS_COLOUR: 'red', TMWS_AGENT_ID: 'x', TMWS_TOKEN: 'y' }).warnings).toEqual([
      'TMWS_COLOUR is not a setting of this version and is ignored.',
    ])
  })

  test('are read from the environment trimmed, and empty ones are not set', () => {
    const environment = readEnvironment({
      TMWS_API_PORT: ' 9 ',
      TMWS_LOG_LEVEL: '  ',
      OTHER: 'x',
      APPDATA: 'C:\\a',
      XDG_DATA_HOME: '/x',
      DISPLAY: ':0',
    })
    expect(environment).toEqual({ settings: { TMWS_API_PORT: '9' }, machine: { appData: 'C:\\a', xdgDataHome: '/x', display: ':0' } })
  })
})

describe('the settings file', () => {
  test('may hold comments and trailing commas, and values of their own type', () => {
    settingsFile('// mine\n{\n  "api_port": 9, /* a port */\n  "ws_enabled": false,\n  "cors_origins": ["https://a.example"],\n}\n')
    const config = load()
    expect([config.api.port, config.ws.enabled, config.corsOrigins, config.settingsFile]).toEqual([
      9,
      false,
      ['https://a.example'],
      join(folder, 'settings.json'),
    ])
  })

  test.each<[string, string, RegExp]>([
    ['an unknown key', '{"api_prot": 1}', /^"api_prot" in .*settings\.json is not a setting\. Settings: environment, api_host,/],
    ['a broken one', '{"api_port": }', /^The settings file .* is not JSON: \w+ at character \d+\.$/],
    ['an empty one', '', /is not JSON/],
    ['a list', '[]', /must hold a JSON object\.$/],
    ['null for a value', '{"api_port": null}', /^api_port in .* is null, but must be a port/],
    ['a key that is a word of the language', '{"constructor": 1}', /^"constructor" in .* is not a setting/],
  ])('%s stops the start', (_what, text, sentence) => {
    settingsFile(text)
    expect(refusal({})).toMatch(sentence)
  })

  test('that was named must be there', () => {
    expect(refusal({}, { config: join(folder, 'missing.json') })).toBe(
      `The settings file ${join(folder, 'missing.json')} cannot be read (ENOENT).`,
    )
    writeFileSync(join(folder, 'mine.json'), '{"api_port": 7}')
    expect(load({ TMWS_CONFIG: join(folder, 'mine.json') }).api.port).toBe(7)
  })
})

describe('the database', () => {
  test.each([
    [
      'postgresql://me:hunter2@db.example/x',
      {
        provider: 'postgres',
        url: 'postgresql://me:hunter2@db.example/x',
        poolSize: 10,
        connectTimeoutMs: 3_000,
        statementTimeoutMs: 8_000,
      },
    ],
    ['sqlite:/a/b.db', { provider: 'sqlite', file: '/a/b.db', synchronous: 'normal' }],
    ['sqlite:///a/b.db', { provider: 'sqlite', file: '/a/b.db', synchronous: 'normal' }],
    ['volatile:', { provider: 'volatile' }],
  ])('%s', (url, database) => {
    expect(load({ TMWS_DATABASE_URL: url }).database).toEqual(database)
  })
})

describe('production, and every bind that others can reach', () => {
  const ways: [string, Record<string, string>, RegExp][] = [
    ['production', { TMWS_ENVIRONMENT: 'production' }, /in production/],
    ['a public REST address', { TMWS_API_HOST: '0.0.0.0' }, /when the server listens on 0\.0\.0\.0/],
    ['a public WebSocket address', { TMWS_WS_HOST: '192.168.1.5' }, /when the server listens on 192\.168\.1\.5/],
  ]

  test.each(ways)('%s: sign-in, limits, a real secret and named origins', (_what, way, why) => {
    const safe = { ...way, TMWS_SECRET_KEY: GOOD_SECRET }
    expect(load(safe).auth).toEqual({ enabled: true, secretKey: GOOD_SECRET, clockSkewSeconds: 30 })
    expect(refusal(way)).toMatch(/^TMWS_SECRET_KEY is not set, but sign-in is on/)
    expect(refusal({ ...safe, TMWS_AUTH_ENABLED: 'false' })).toMatch(/^TMWS_AUTH_ENABLED is false, but must be true/)
    expect(refusal({ ...safe, TMWS_AUTH_ENABLED: 'false' })).toMatch(why)
    expect(refusal({ ...safe, TMWS_RATE_LIMIT_ENABLED: 'false' })).toMatch(/^TMWS_RATE_LIMIT_ENABLED is false, but must be true/)
    expect(refusal({ ...safe, TMWS_AUDIT_ENABLED: 'false' })).toMatch(/^TMWS_AUDIT_ENABLED is false, but must be true/)
    expect(refusal({ ...safe, TMWS_CORS_ORIGINS: '["*"]' })).toMatch(/^TMWS_CORS_ORIGINS holds "\*", but must name each origin/)
    expect(refusal({ ...way, TMWS_SECRET_KEY: 'please-change-this-secret-key-now!' })).toMatch(/^TMWS_SECRET_KEY looks like a sample value/)
    expect(refusal({ ...way, TMWS_SECRET_KEY: 'aaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbb' })).toMatch(
      /^TMWS_SECRET_KEY repeats too few characters/,
    )
    expect(refusal({ ...way, TMWS_SECRET_KEY: 'short' })).toMatch(/^TMWS_SECRET_KEY is a value, but must be at least 32 characters/)
  })

  test('a public WebSocket address that is not opened binds nobody', () => {
    expect(load({ TMWS_WS_HOST: '0.0.0.0', TMWS_WS_ENABLED: 'false' }).auth.enabled).toBe(false)
  })

  test('in development sign-in needs a secret, and takes any of 32 characters', () => {
    expect(refusal({ TMWS_AUTH_ENABLED: 'true' })).toMatch(/^TMWS_SECRET_KEY is not set/)
    expect(load({ TMWS_AUTH_ENABLED: 'true', TMWS_SECRET_KEY: 'a'.repeat(32) }).auth.enabled).toBe(true)
  })
})

test.each([
  ['127.0.0.1', true],
  ['127.8.8.8', true],
  ['::1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['::', false],
  ['10.0.0.1', false],
  ['127.0.0.1.evil.example', false],
  ['localhost.example', false],
])('%s is reached by this machine alone: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected)
})

test('a random secret is good enough', () => {
  expect(secretProblem(GOOD_SECRET)).toBeUndefined()
})

test.each<[NodeJS.Platform, Parameters<typeof defaultDataDir>[0], string]>([
  ['darwin', {}, join(homedir(), 'Library', 'Application Support', 'tmws')],
  ['win32', { appData: '/appdata' }, join('/appdata', 'tmws')],
  ['win32', {}, join(homedir(), 'AppData', 'Roaming', 'tmws')],
  ['linux', { xdgDataHome: '/xdg' }, join('/xdg', 'tmws')],
  ['linux', {}, join(homedir(), '.local', 'share', 'tmws')],
  ['freebsd', {}, join(homedir(), '.local', 'share', 'tmws')],
])('on %s with %j the data lies in %s', (platform, machine, path) => {
  expect(defaultDataDir(machine, platform)).toBe(path)
})

describe('the Redis that instances share', () => {
  test('is any address of one, and absent unless named', () => {
    for (const url of ['redis://h', 'redis://u:p@h:1/15', 'rediss://:p@[::1]:6380', 'unix:///run/redis.sock'])
      expect(load({ TMWS_REDIS_URL: url }).redis).toEqual({ url, prefix: 'tmws:' })
    expect(load().redis).toBeUndefined()
  })

  test('is refused in one sentence that shows no password when it is none', () => {
    for (const url of ['h:6379', 'http://h', 'redis://', 'redis://u:hunter2@h/name', 'unix:'])
      expect(refusal({ TMWS_REDIS_URL: url })).toMatch(/^TMWS_REDIS_URL is a value, but must be redis:\/\/HOST:PORT(?!.*hunter2)/)
    expect(refusal({ TMWS_REDIS_PREFIX: 'a b' })).toMatch(/^TMWS_REDIS_PREFIX is "a b", but must be/)
  })
})
