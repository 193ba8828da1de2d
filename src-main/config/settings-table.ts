import { DEFAULT_API_PORT, DEFAULT_HOST, DEFAULT_WS_PORT } from '../contract/protocol.ts'
import { EMBEDDING_SETTINGS } from './embedding-settings.ts'
import { SECURITY_SETTINGS } from './security-settings.ts'
import { setting } from './setting.ts'
import { boolean, choice, fraction, headers, integer, port, redisUrl, text } from './setting-kinds.ts'
import type { SettingKind } from './setting-kinds.ts'

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
  ...SECURITY_SETTINGS,
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
  ...EMBEDDING_SETTINGS,
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

export type { Setting } from './setting.ts'
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
