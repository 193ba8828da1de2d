import type { SettingSection, SettingEffect } from '../contract/settings.ts'
import type { SettingName } from './settings-table.ts'

/** How a setting is shown to the person, and when a change of it counts. */
interface Personal {
  readonly section: SettingSection
  /** `fixed`: decided where the server is started, never by a client. */
  readonly effect: SettingEffect
}

const live = (section: SettingSection): Personal => ({ section, effect: 'at_once' })
const later = (section: SettingSection): Personal => ({ section, effect: 'restart' })
const fixed = (section: SettingSection): Personal => ({ section, effect: 'fixed' })

/** Settings that mean something to the person, in the order they are shown. `at_once` is a promise: server/settings/live-config.ts keeps it. */
export const PERSONAL_SETTINGS: Partial<Record<SettingName, Personal>> = {
  // Where data lies is moved by tmws migrate, not by a word; keys and addresses with passwords do not cross this wire.
  data_dir: fixed('place'),
  database_url: fixed('place'),
  database_key: fixed('place'),
  redis_url: fixed('place'),
  sqlite_synchronous: later('place'),
  backup_interval: live('backups'),
  backup_keep: live('backups'),
  trash_days: live('keeping'),
  import_max_size: later('keeping'),

  embedding_provider: later('model'),
  embedding_model: later('model'),
  embedding_model_file: later('model'),
  embedding_hub_url: later('model'),
  embedding_url: later('model'),
  embedding_api_key: fixed('model'),
  embedding_dimensions: later('model'),
  embedding_query_prefix: later('model'),
  embedding_text_prefix: later('model'),
  embedding_timeout: later('model'),
  embedding_batch_size: later('model'),

  api_host: later('addresses'),
  api_port: later('addresses'),
  ws_enabled: later('addresses'),
  ws_host: later('addresses'),
  ws_port: later('addresses'),
  public_url: later('addresses'),
  ws_max_connections: later('sessions'),
  ws_max_connections_per_agent: later('sessions'),
  ws_max_message_size: later('sessions'),
  ws_ping_interval: later('sessions'),
  ws_ping_timeout: later('sessions'),
  session_timeout: live('sessions'),
  session_resume_ttl: later('sessions'),
  stdio_enabled: later('sessions'),
  stop_delay: later('sessions'),
  tool_profile: live('tools'),
  workflow_max_steps: live('tools'),
  workflow_max_total_steps: live('tools'),
  workflow_max_depth: live('tools'),
  workflow_max_seconds: live('tools'),
  workflow_max_output_bytes: live('tools'),
  workflow_max_running: live('tools'),
  workflow_keep_days: live('tools'),
  log_level: live('log'),
  log_format: later('log'),
  log_max_size: later('log'),
  log_keep_files: later('log'),
  log_keep_days: later('log'),
  log_slow: later('log'),
  trace_url: later('log'),
  trace_ratio: later('log'),
  trace_headers: fixed('log'),

  environment: later('sign_in'),
  auth_enabled: later('sign_in'),
  secret_key: fixed('sign_in'),
  jwt_jwks_url: later('sign_in'),
  jwt_issuer: later('sign_in'),
  jwt_audience: later('sign_in'),
  jwt_clock_skew: later('sign_in'),
  rate_limit_enabled: live('rates'),
  rate_limit_requests: live('rates'),
  rate_limit_period: live('rates'),
  rate_limit_costly_requests: live('rates'),
  rate_limit_address_requests: live('rates'),
  rate_limit_failed_sign_ins: live('rates'),
  cors_origins: later('pages'),
  trusted_proxies: later('pages'),
  secret_scan: live('records'),
  audit_enabled: later('records'),
  audit_keep_days: live('records'),
}

/** Settings for operators of shared databases and for tests: in example.env alone. */
export const OPERATORS_SETTINGS: readonly SettingName[] = [
  'database_key_file',
  'database_pool_size',
  'database_connect_timeout',
  'database_statement_timeout',
  'redis_prefix',
  'runtime_file',
  'config',
]
