import { join, resolve } from 'node:path'
import { AppError } from '../base/errors.ts'
import { databaseKeyOf, unusedKeyWarning } from './database-key.ts'
import { embeddingOf } from './embedding-config.ts'
import type { EmbeddingConfig } from './embedding-config.ts'
import { dataPaths, defaultRuntimeFile } from './paths.ts'
import { readSettings } from './read-settings.ts'
import type { RawSettings } from './read-settings.ts'
import { assertSecure, authOf, securityWarnings } from './security-config.ts'
import type { AuthConfig } from './security-config.ts'

/** Key of the settings as they were given, to read them anew. A symbol, so that no listing and no JSON of a configuration holds them. */
export const GIVEN: unique symbol = Symbol('settings as they were given')

/** Everything the server is built from. Frozen; each part is handed only its own piece. */
export interface ServerConfig {
  readonly environment: 'development' | 'staging' | 'production'
  readonly api: { readonly host: string; readonly port: number }
  readonly ws: {
    readonly enabled: boolean
    readonly host: string
    readonly port: number
    readonly maxConnections: number
    readonly maxConnectionsPerAgent: number
    readonly pingIntervalMs: number
    readonly pingTimeoutMs: number
    readonly maxMessageBytes: number
  }
  readonly sessions: { readonly idleTimeoutSeconds: number; readonly resumeTtlSeconds: number }
  readonly auth: AuthConfig
  /** Where clients reach this server behind a proxy. */
  readonly publicUrl?: string
  readonly trustedProxies: readonly string[]
  readonly rateLimit: {
    readonly enabled: boolean
    readonly requests: number
    readonly periodSeconds: number
    readonly costlyRequests: number
    readonly addressRequests: number
    readonly failedSignIns: number
  }
  readonly corsOrigins: readonly string[]
  readonly log: {
    readonly level: 'debug' | 'info' | 'warn' | 'error'
    readonly format?: 'json' | 'pretty'
    readonly maxSizeBytes: number
    readonly keepFiles: number
    readonly keepDays: number
    /** What takes longer is logged as slow; 0: nothing is. */
    readonly slowMs: number
  }
  /** Absent: no traces are made. The headers may hold a token. */
  readonly tracing?: { readonly url: string; readonly ratio: number; readonly headers: Readonly<Record<string, string>> }
  /** Between a stop signal and the end of accepting. */
  readonly stopDelayMs: number
  /** Whether a bridge may serve from the database itself while no server runs. */
  readonly stdioEnabled: boolean
  readonly toolProfile: 'core' | 'standard' | 'all'
  readonly dataDir: string
  readonly database:
    /** The key is never shown or logged. */
    | {
        readonly provider: 'sqlite'
        readonly file: string
        readonly synchronous: 'normal' | 'full'
        readonly key?: string
        readonly keyFile?: string
      }
    /** The URL may hold a password: it is never shown or logged. */
    | {
        readonly provider: 'postgres'
        readonly url: string
        readonly poolSize: number
        readonly connectTimeoutMs: number
        readonly statementTimeoutMs: number
      }
    | { readonly provider: 'volatile' }
  /** Absent: this instance shares its state with no other. The URL may hold a password. */
  readonly redis?: { readonly url: string; readonly prefix: string }
  readonly audit: { readonly enabled: boolean; readonly keepDays: number }
  /** What is done about credentials in what agents store. */
  readonly secretScan: 'off' | 'warn' | 'mask'
  readonly trashDays: number
  readonly embedding: EmbeddingConfig
  /** `intervalMs` 0: none by themselves. */
  readonly backups: { readonly intervalMs: number; readonly keep: number }
  readonly importMaxBytes: number
  readonly workflows: {
    readonly maxSteps: number
    readonly maxTotalSteps: number
    readonly maxDepth: number
    readonly maxSeconds: number
    readonly maxOutputBytes: number
    readonly maxRunning: number
    readonly keepDays: number
  }
  readonly runtimeFile: string
  readonly settingsFile?: string
  readonly warnings: readonly string[]
  readonly [GIVEN]: RawSettings
}

/**
 * Settings as the server uses them. Throws `invalid_request` with one sentence for a bad value, and for what production (or any bind
 * that is not loopback) does not allow.
 */
export function loadConfig(raw: RawSettings): ServerConfig {
  const { values, dataDir, settingsFile, warnings } = readSettings(raw)
  assertSecure(values)
  const { embedding, warnings: embeddingWarnings } = embeddingOf(values, dataDir)
  return Object.freeze({
    environment: values.environment,
    api: { host: values.api_host, port: values.api_port },
    ws: {
      enabled: values.ws_enabled,
      host: values.ws_host,
      port: values.ws_port,
      maxConnections: values.ws_max_connections,
      maxConnectionsPerAgent: values.ws_max_connections_per_agent,
      pingIntervalMs: values.ws_ping_interval * 1000,
      pingTimeoutMs: values.ws_ping_timeout * 1000,
      maxMessageBytes: values.ws_max_message_size,
    },
    sessions: { idleTimeoutSeconds: values.session_timeout, resumeTtlSeconds: values.session_resume_ttl },
    auth: authOf(values),
    ...(values.public_url !== undefined && { publicUrl: values.public_url }),
    trustedProxies: values.trusted_proxies,
    rateLimit: {
      enabled: values.rate_limit_enabled,
      requests: values.rate_limit_requests,
      periodSeconds: values.rate_limit_period,
      costlyRequests: values.rate_limit_costly_requests,
      addressRequests: values.rate_limit_address_requests,
      failedSignIns: values.rate_limit_failed_sign_ins,
    },
    corsOrigins: values.cors_origins,
    log: {
      level: values.log_level,
      ...(values.log_format !== undefined && { format: values.log_format }),
      maxSizeBytes: values.log_max_size,
      keepFiles: values.log_keep_files,
      keepDays: values.log_keep_days,
      slowMs: values.log_slow,
    },
    ...(values.trace_url !== undefined && {
      tracing: { url: values.trace_url, ratio: values.trace_ratio, headers: values.trace_headers ?? {} },
    }),
    stopDelayMs: values.stop_delay * 1000,
    stdioEnabled: values.stdio_enabled,
    toolProfile: values.tool_profile,
    dataDir,
    database: databaseOf(values, dataDir),
    ...(values.redis_url !== undefined && { redis: { url: values.redis_url, prefix: values.redis_prefix } }),
    audit: { enabled: values.audit_enabled, keepDays: values.audit_keep_days },
    secretScan: values.secret_scan,
    trashDays: values.trash_days,
    embedding,
    backups: { intervalMs: values.backup_interval * 3_600_000, keep: values.backup_keep },
    importMaxBytes: values.import_max_size,
    workflows: {
      maxSteps: values.workflow_max_steps,
      maxTotalSteps: values.workflow_max_total_steps,
      maxDepth: values.workflow_max_depth,
      maxSeconds: values.workflow_max_seconds,
      maxOutputBytes: values.workflow_max_output_bytes,
      maxRunning: values.workflow_max_running,
      keepDays: values.workflow_keep_days,
    },
    runtimeFile: resolve(values.runtime_file ?? defaultRuntimeFile()),
    ...(settingsFile !== undefined && { settingsFile }),
    warnings: [...warnings, ...securityWarnings(values), ...embeddingWarnings, ...unusedKeyWarning(values)],
    [GIVEN]: raw,
  })
}

function databaseOf(values: ReturnType<typeof readSettings>['values'], dataDir: string): ServerConfig['database'] {
  const { database_url: url, sqlite_synchronous: synchronous } = values
  if (url === 'volatile:') return { provider: 'volatile' }
  if (url?.startsWith('postgres') === true) {
    if (!URL.canParse(url))
      throw new AppError(
        'invalid_request',
        'TMWS_DATABASE_URL is no URL. It looks like postgresql://USER:PASSWORD@HOST:PORT/DATABASE; write special characters of the password as %XX.',
      )
    return {
      provider: 'postgres',
      url,
      poolSize: values.database_pool_size,
      connectTimeoutMs: values.database_connect_timeout * 1000,
      statementTimeoutMs: values.database_statement_timeout * 1000,
    }
  }
  const file = url === undefined ? dataPaths(dataDir).database : resolve(url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, ''))
  return { provider: 'sqlite', file: join(file), synchronous, ...databaseKeyOf(values) }
}

/** Where memories are kept, for people: a file, or host, port and name of a database without its user and password. */
export function describeDatabase(database: ServerConfig['database']): string | undefined {
  if (database.provider === 'volatile') return undefined
  if (database.provider === 'sqlite') return database.file
  const { hostname, port, pathname } = new URL(database.url)
  return `Postgres ${hostname || 'localhost'}:${port || '5432'}${pathname}`
}

/** The passphrase of the database, where it is an encrypted file. */
export function keyOf(database: ServerConfig['database']): string | undefined {
  return database.provider === 'sqlite' ? database.key : undefined
}
