import { DEFAULT_API_PORT, DEFAULT_HOST, DEFAULT_WS_PORT } from '../contract/protocol.ts'
import { boolean, choice, fraction, headers, integer, port, quotable, redisUrl, text, textList } from './setting-kinds.ts'
import type { SettingKind } from './setting-kinds.ts'

/** One setting: its names on each way in, what is allowed, and what it does. `example.env` and `--help` are checked against this table. */
export interface Setting<T, D extends T | undefined = T | undefined> {
  readonly env: `TMWS_${string}`
  readonly flag?: `--${string}`
  readonly kind: SettingKind<T>
  readonly default: D
  /** One line, with the unit. */
  readonly effect: string
  /** Never shown in a log or an error. */
  readonly isSecret?: true
}

function setting<T, const D extends T | undefined>(
  env: `TMWS_${string}`,
  kind: SettingKind<T>,
  fallback: D,
  effect: string,
  more: { flag?: `--${string}`; isSecret?: true } = {},
): Setting<T, D> {
  return { env, kind, default: fallback, effect, ...more }
}

const host = text('a host name or an IP address', /^[A-Za-z0-9.:_-]+$/)
const MIB = 1024 * 1024

/** Every setting of the server. The key is its name in the settings file. */
export const SETTINGS = {
  environment: setting(
    'TMWS_ENVIRONMENT',
    choice('development', 'staging', 'production'),
    'development',
    'production forces sign-in, rate limits, the audit log and strict secrets',
  ),
  api_host: setting(
    'TMWS_API_HOST',
    host,
    DEFAULT_HOST,
    'address of REST, /mcp and the dashboard; any but a loopback address brings the rules of production',
    { flag: '--api-host' },
  ),
  api_port: setting('TMWS_API_PORT', port, DEFAULT_API_PORT, 'port of REST, /mcp and the dashboard; 0 picks a free one', {
    flag: '--api-port',
  }),
  ws_enabled: setting('TMWS_WS_ENABLED', boolean, true, 'whether the WebSocket port is opened'),
  ws_host: setting('TMWS_WS_HOST', host, DEFAULT_HOST, 'address of the WebSocket port', { flag: '--ws-host' }),
  ws_port: setting('TMWS_WS_PORT', port, DEFAULT_WS_PORT, 'port of MCP over WebSocket; 0 picks a free one', { flag: '--ws-port' }),
  ws_max_connections: setting('TMWS_WS_MAX_CONNECTIONS', integer(1, 100_000), 100, 'connections at once; one more is refused with 503'),
  ws_max_connections_per_agent: setting(
    'TMWS_WS_MAX_CONNECTIONS_PER_AGENT',
    integer(1, 100_000),
    50,
    'connections at once of one agent, by the name it connects with; one more is refused with 503',
  ),
  ws_ping_interval: setting('TMWS_WS_PING_INTERVAL', integer(1, 3600, 'seconds'), 20, 'seconds between pings'),
  ws_ping_timeout: setting(
    'TMWS_WS_PING_TIMEOUT',
    integer(1, 3600, 'seconds'),
    10,
    'seconds after which an unanswered ping ends the connection',
  ),
  ws_max_message_size: setting(
    'TMWS_WS_MAX_MESSAGE_SIZE',
    integer(1024, 64 * MIB, 'bytes'),
    MIB,
    'bytes of one message; a larger one closes with 1009',
  ),
  session_timeout: setting(
    'TMWS_SESSION_TIMEOUT',
    integer(1, 30 * 86_400, 'seconds'),
    3600,
    'seconds without a request after which a connection is closed',
  ),
  session_resume_ttl: setting(
    'TMWS_SESSION_RESUME_TTL',
    integer(0, 86_400, 'seconds'),
    600,
    'seconds in which a lost connection can be resumed; 0 switches it off',
  ),
  auth_enabled: setting(
    'TMWS_AUTH_ENABLED',
    boolean,
    undefined,
    'whether every agent needs a token; default false in development, true in production',
  ),
  secret_key: setting(
    'TMWS_SECRET_KEY',
    text('at least 32 characters', /^.{32,}$/),
    undefined,
    'secret that signs tokens (JWT, HS256); needed when sign-in is on',
    { isSecret: true },
  ),
  jwt_jwks_url: setting(
    'TMWS_JWT_JWKS_URL',
    text('an https address, or http on this machine', /^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/])\S+$/),
    undefined,
    'where an issuer of tokens publishes its keys (JWKS); its JWTs, signed with RS256, ES256 or EdDSA, are then taken',
  ),
  jwt_issuer: setting(
    'TMWS_JWT_ISSUER',
    text('the issuer as its tokens name it'),
    undefined,
    'what iss of those tokens must be; needed with TMWS_JWT_JWKS_URL',
  ),
  jwt_audience: setting(
    'TMWS_JWT_AUDIENCE',
    text('the audience as the tokens name it'),
    undefined,
    'what aud of those tokens must hold; default TMWS_PUBLIC_URL and its /mcp',
  ),
  jwt_clock_skew: setting(
    'TMWS_JWT_CLOCK_SKEW',
    integer(0, 600, 'seconds'),
    30,
    'seconds by which the clocks of whoever signs a JWT and of this server may differ',
  ),
  public_url: setting(
    'TMWS_PUBLIC_URL',
    text('an address such as https://memory.example.com', /^https?:\/\/[^/\s?#]+$/),
    undefined,
    'where clients reach this server behind a proxy; its pages are then our own, and with https cookies and browsers keep to TLS',
  ),
  trusted_proxies: setting(
    'TMWS_TRUSTED_PROXIES',
    textList('a JSON list of IP addresses and networks such as ["10.0.0.0/8"]', /^[0-9A-Fa-f:.]+(\/\d{1,3})?$/),
    [],
    'proxies that are believed when X-Forwarded-For says whom they speak for',
  ),
  rate_limit_enabled: setting('TMWS_RATE_LIMIT_ENABLED', boolean, true, 'whether requests of an agent are limited'),
  rate_limit_requests: setting('TMWS_RATE_LIMIT_REQUESTS', integer(1, 1_000_000), 1200, 'requests of one agent in a period'),
  rate_limit_period: setting('TMWS_RATE_LIMIT_PERIOD', integer(1, 86_400, 'seconds'), 60, 'seconds of that period'),
  rate_limit_costly_requests: setting(
    'TMWS_RATE_LIMIT_COSTLY_REQUESTS',
    integer(1, 1_000_000),
    300,
    'of these, calls that make the server work for long: starting workflows, export, import and backup',
  ),
  rate_limit_address_requests: setting(
    'TMWS_RATE_LIMIT_ADDRESS_REQUESTS',
    integer(1, 10_000_000),
    12_000,
    'requests of one address in a period; clients of this very machine are told apart by agent only',
  ),
  rate_limit_failed_sign_ins: setting(
    'TMWS_RATE_LIMIT_FAILED_SIGN_INS',
    integer(1, 1_000_000),
    60,
    'failed sign-ins of one address in a period, then 429; good tokens are never slowed by them',
  ),
  cors_origins: setting(
    'TMWS_CORS_ORIGINS',
    textList('a JSON list of origins such as ["https://app.example.com"]', /^(\*|https?:\/\/[^/\s]+)$/),
    [],
    'origins of web pages that may use the server',
  ),
  log_level: setting('TMWS_LOG_LEVEL', choice('debug', 'info', 'warn', 'error'), 'info', 'least level that is logged', {
    flag: '--log-level',
  }),
  log_format: setting(
    'TMWS_LOG_FORMAT',
    choice('json', 'pretty'),
    undefined,
    'form of the log on stderr; default pretty on a terminal, else json',
  ),
  log_max_size: setting(
    'TMWS_LOG_MAX_SIZE',
    integer(64 * 1024, 1024 * MIB, 'bytes'),
    10 * MIB,
    'bytes at which the log file is set aside for a new one; that is also done each midnight',
  ),
  log_keep_files: setting('TMWS_LOG_KEEP_FILES', integer(1, 1000), 10, 'log files set aside that are kept'),
  log_keep_days: setting('TMWS_LOG_KEEP_DAYS', integer(1, 3650, 'days'), 30, 'days that log files set aside are kept'),
  log_slow: setting(
    'TMWS_LOG_SLOW',
    integer(0, 600_000, 'milliseconds'),
    1000,
    'milliseconds that a call waits for the store or the embedding model before a warning is logged; 0 for none',
  ),
  trace_url: setting(
    'TMWS_TRACE_URL',
    text('an address that begins with http:// or https://', /^https?:\/\/[^@\s]+$/),
    undefined,
    'where traces are sent: OTLP over HTTP such as http://127.0.0.1:4318/v1/traces; empty: none are made',
  ),
  trace_ratio: setting(
    'TMWS_TRACE_RATIO',
    fraction,
    1,
    'share of the traces that are sent; of a trace that a client began, the client decides',
  ),
  trace_headers: setting(
    'TMWS_TRACE_HEADERS',
    headers,
    undefined,
    'headers that the receiver of traces wants, such as {"Authorization": "Bearer ..."}',
    { isSecret: true },
  ),
  stop_delay: setting(
    'TMWS_STOP_DELAY',
    integer(0, 300, 'seconds'),
    0,
    'seconds between a stop signal, when /health/ready says no, and the end of accepting: time for a load balancer to notice',
  ),
  stdio_enabled: setting(
    'TMWS_STDIO_ENABLED',
    boolean,
    true,
    'whether a bridge may serve from the database itself while no server runs; never where sign-in is on',
  ),
  tool_profile: setting(
    'TMWS_TOOL_PROFILE',
    choice('core', 'standard', 'all'),
    'standard',
    'which tools models are shown; every tool can be called by name',
  ),
  data_dir: setting(
    'TMWS_DATA_DIR',
    text('a folder'),
    undefined,
    "folder of the database, logs and backups; default the platform's application-data folder + tmws",
    { flag: '--data-dir' },
  ),
  database_url: setting(
    'TMWS_DATABASE_URL',
    text('sqlite:PATH, postgresql://USER:PASSWORD@HOST:PORT/DATABASE or volatile:', /^(sqlite:.+|postgres(ql)?:\/\/\S+|volatile:)$/),
    undefined,
    'sqlite:PATH, a Postgres database with pgvector, or volatile: to keep nothing; default tmws.db in the data folder',
  ),
  database_key: setting(
    'TMWS_DATABASE_KEY',
    text('at least 16 characters', /^.{16,}$/),
    undefined,
    'passphrase that encrypts the SQLite database and its backups (SQLCipher 4); an existing one is converted by tmws encrypt',
    { isSecret: true },
  ),
  database_key_file: setting(
    'TMWS_DATABASE_KEY_FILE',
    text('a file'),
    undefined,
    'file that holds that passphrase in its first line, readable by its owner only; instead of TMWS_DATABASE_KEY',
  ),
  database_pool_size: setting('TMWS_DATABASE_POOL_SIZE', integer(1, 200), 10, 'connections to a Postgres database at once'),
  database_connect_timeout: setting(
    'TMWS_DATABASE_CONNECT_TIMEOUT',
    integer(1, 60, 'seconds'),
    3,
    'seconds that a call waits for a connection to Postgres',
  ),
  database_statement_timeout: setting(
    'TMWS_DATABASE_STATEMENT_TIMEOUT',
    integer(1, 3600, 'seconds'),
    8,
    'seconds after which Postgres gives a statement up; a caller hears of an outage a second later at the latest',
  ),
  redis_url: setting(
    'TMWS_REDIS_URL',
    redisUrl,
    undefined,
    'Redis that several instances share for sessions, limits and events; empty for one instance alone',
    { isSecret: true },
  ),
  redis_prefix: setting(
    'TMWS_REDIS_PREFIX',
    text('1 to 64 letters, digits or any of : . _ - { }', /^[A-Za-z0-9:._{}-]{1,64}$/),
    'tmws:',
    'begins every key and channel in Redis; instances that share it belong together',
  ),
  sqlite_synchronous: setting(
    'TMWS_SQLITE_SYNCHRONOUS',
    choice('normal', 'full'),
    'normal',
    'full also survives power loss at the cost of slower writes; normal survives a crash of the process',
  ),
  audit_enabled: setting(
    'TMWS_AUDIT_ENABLED',
    boolean,
    true,
    'whether every change and denial, and every read of the memories of others, is kept in the audit log',
  ),
  audit_keep_days: setting('TMWS_AUDIT_KEEP_DAYS', integer(1, 36_500, 'days'), 365, 'days that entries of the audit log are kept'),
  secret_scan: setting(
    'TMWS_SECRET_SCAN',
    choice('off', 'warn', 'mask'),
    'warn',
    'what is done about credentials in what agents store: warn tells the agent, mask also stores [masked: KIND] in their place',
  ),
  trash_days: setting('TMWS_TRASH_DAYS', integer(1, 3650, 'days'), 30, 'days that deleted memories stay in the trash'),
  backup_interval: setting(
    'TMWS_BACKUP_INTERVAL',
    integer(0, 8760, 'hours'),
    24,
    'hours between scheduled backups of the SQLite database; nothing is copied when nothing changed; 0 switches them off',
  ),
  backup_keep: setting('TMWS_BACKUP_KEEP', integer(1, 1000), 7, 'scheduled backups that are kept; other files are never removed'),
  import_max_size: setting(
    'TMWS_IMPORT_MAX_SIZE',
    integer(MIB, 1024 * 1024 * MIB, 'bytes'),
    2048 * MIB,
    'bytes of a file that may be imported through the server',
  ),
  embedding_provider: setting(
    'TMWS_EMBEDDING_PROVIDER',
    choice('local', 'openai', 'ollama', 'off', 'hash'),
    'local',
    'local: a model on this machine; openai: a server with /v1/embeddings; ollama; off: search by words only; hash: for tests',
  ),
  embedding_model: setting(
    'TMWS_EMBEDDING_MODEL',
    text('a folder (/..., ./...), a Hugging Face id such as intfloat/multilingual-e5-small, or a name that the server knows'),
    undefined,
    'model; default with local: the built-in all-MiniLM-L6-v2; a change embeds everything anew in the background',
  ),
  embedding_model_file: setting(
    'TMWS_EMBEDDING_MODEL_FILE',
    text('a path within the model such as onnx/model_quantized.onnx', /^(?!.*(^|[/\\])\.\.([/\\]|$))[\w.-][\w./-]*\.onnx$/),
    undefined,
    'ONNX graph of a local model; default onnx/model.onnx, or else the only one there is',
  ),
  embedding_hub_url: setting(
    'TMWS_EMBEDDING_HUB_URL',
    text('an address that begins with http:// or https://', /^https?:\/\/[^@\s]+$/),
    'https://huggingface.co',
    'where a local model given by its id is downloaded from',
  ),
  embedding_url: setting(
    'TMWS_EMBEDDING_URL',
    text('an address that begins with http:// or https://', /^https?:\/\/\S+$/),
    undefined,
    'address of the embedding server, such as https://api.openai.com/v1; default with ollama: http://127.0.0.1:11434',
  ),
  embedding_api_key: setting(
    'TMWS_EMBEDDING_API_KEY',
    text('letters, digits and signs without spaces', /^[\x21-\x7e]+$/),
    undefined,
    'key of the embedding server, or of the model hub',
    { isSecret: true },
  ),
  embedding_dimensions: setting(
    'TMWS_EMBEDDING_DIMENSIONS',
    integer(8, 8192),
    undefined,
    'numbers in a vector, of models of a server that can give fewer than they have',
  ),
  embedding_query_prefix: setting(
    'TMWS_EMBEDDING_QUERY_PREFIX',
    quotable,
    undefined,
    'words put before each question; default what the model is known to need',
  ),
  embedding_text_prefix: setting(
    'TMWS_EMBEDDING_TEXT_PREFIX',
    quotable,
    undefined,
    'words put before each memory; default what the model is known to need',
  ),
  embedding_timeout: setting(
    'TMWS_EMBEDDING_TIMEOUT',
    integer(1, 600, 'seconds'),
    30,
    'seconds that one request to the embedding server may take',
  ),
  embedding_batch_size: setting('TMWS_EMBEDDING_BATCH_SIZE', integer(1, 2048), 64, 'texts in one request to the embedding server'),
  workflow_max_steps: setting('TMWS_WORKFLOW_MAX_STEPS', integer(1, 500), 100, 'steps that one workflow may have'),
  workflow_max_total_steps: setting(
    'TMWS_WORKFLOW_MAX_TOTAL_STEPS',
    integer(1, 1_000_000),
    1_000,
    'steps that a run and all runs it starts may have together',
  ),
  workflow_max_depth: setting('TMWS_WORKFLOW_MAX_DEPTH', integer(0, 20), 4, 'how many runs deep a run may start others; 0 forbids it'),
  workflow_max_seconds: setting(
    'TMWS_WORKFLOW_MAX_SECONDS',
    integer(1, 366 * 86_400, 'seconds'),
    7 * 86_400,
    'seconds that one run may take, waits included',
  ),
  workflow_max_output_bytes: setting(
    'TMWS_WORKFLOW_MAX_OUTPUT_BYTES',
    integer(1024, 4 * MIB, 'bytes'),
    64 * 1024,
    'bytes of the output of a step, as JSON; a larger one is cut',
  ),
  workflow_max_running: setting(
    'TMWS_WORKFLOW_MAX_RUNNING',
    integer(1, 10_000),
    100,
    'runs of workflows under way at once; further ones wait in line',
  ),
  workflow_keep_days: setting('TMWS_WORKFLOW_KEEP_DAYS', integer(1, 3650, 'days'), 30, 'days that ended runs of workflows are kept'),
  runtime_file: setting(
    'TMWS_RUNTIME_FILE',
    text('a file'),
    undefined,
    'discovery file that clients of this machine read; default ~/.tmws/runtime.json',
  ),
  config: setting(
    'TMWS_CONFIG',
    text('a file'),
    undefined,
    'settings file (JSON with comments); default settings.json in the data folder',
    { flag: '--config' },
  ),
} as const

export type SettingName = keyof typeof SETTINGS
/** Every setting with its value; one without a default may be undefined. */
export type SettingValues = { readonly [N in SettingName]: ValueOf<(typeof SETTINGS)[N]> }
type ValueOf<S> = S extends { kind: SettingKind<infer T>; default: infer D } ? (D extends undefined ? T | undefined : T) : never

/** Variables that belong to the bridge, so that the server does not call them unknown. */
export const BRIDGE_VARIABLES: readonly string[] = [
  'TMWS_AGENT_ID',
  'TMWS_AGENT_NAMESPACE',
  'TMWS_AGENT_CAPABILITIES',
  'TMWS_BRIDGE_MODE',
  'TMWS_STDIO_FALLBACK',
  'TMWS_TOKEN',
]
