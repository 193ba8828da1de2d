import pg from 'pg'
import { AppError } from '../../base/errors.ts'
import { MIGRATIONS } from './migrations/index.ts'
import type { Migration } from './migrations/migration.ts'
import { codeOf } from './postgres-errors.ts'
import { DEFAULT_SCHEMA, placeOf, quoted } from './postgres-options.ts'
import type { PostgresOptions } from './postgres-options.ts'
import { connectionConfig } from './postgres-pool.ts'

/** A step may index a large table; another server may be at it, and is waited for. In milliseconds. */
const STEP_TIMEOUT_MS = 30 * 60_000
/** Of pg_advisory_lock: whoever holds it changes the schema of this database. */
const SCHEMA_LOCK = 0x544d5753
const OLDEST_SERVER = 130_000
const OLDEST_VECTOR = [0, 8] as const

/**
 * Brings the database to the newest schema, by any number of servers at once: one does it, the others wait. Returns the schema where
 * the extension is. Throws `unavailable`, having changed nothing, when the database is not fit to use.
 */
export async function prepareDatabase(options: PostgresOptions, migrations: readonly Migration[] = MIGRATIONS): Promise<string> {
  return withClient(options, async (client) => {
    await requireServer(client)
    // Ends with the connection.
    await client.query('SELECT pg_advisory_lock($1)', [SCHEMA_LOCK])
    const current = await readVersion(client, options, migrations)
    const vectorSchema = await requireVector(client)
    await migrate(client, options.schema ?? DEFAULT_SCHEMA, migrations, current)
    return vectorSchema
  })
}

/** How far a database is, without changing it. Throws `unavailable` when it is not fit to use. */
export async function readState(
  options: PostgresOptions,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<'new' | 'outdated' | 'current'> {
  return withClient(options, async (client) => {
    await requireServer(client)
    const version = await readVersion(client, options, migrations)
    if (version === 0) return 'new'
    return version < (migrations.at(-1)?.version ?? 0) ? 'outdated' : 'current'
  })
}

async function withClient<T>(options: PostgresOptions, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    ...connectionConfig({ ...options, statementTimeoutMs: STEP_TIMEOUT_MS }),
    statement_timeout: STEP_TIMEOUT_MS,
  })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function requireServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ number: number; version: string }>(
    "SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version",
  )
  const [server] = rows
  if (server && server.number >= OLDEST_SERVER) return
  throw new AppError('unavailable', `The database is PostgreSQL ${server?.version ?? 'of unknown version'}; 13 or newer is needed.`)
}

async function requireVector(client: pg.Client): Promise<string> {
  const find = () =>
    client.query<{ version: string; schema: string }>(
      "SELECT e.extversion AS version, n.nspname AS schema FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'vector'",
    )
  let [found] = (await find()).rows
  if (!found) {
    await client.query('CREATE EXTENSION vector').catch((error: unknown) => {
      throw noExtension(error)
    })
    ;[found] = (await find()).rows
  }
  const [major = 0, minor = 0] = (found?.version ?? '').split('.').map(Number)
  if (found && (major > OLDEST_VECTOR[0] || minor >= OLDEST_VECTOR[1])) return found.schema
  throw new AppError(
    'unavailable',
    `The database has the extension pgvector in version ${found?.version ?? 'unknown'}; ${OLDEST_VECTOR.join('.')} or newer is needed. Install it, then run ALTER EXTENSION vector UPDATE there.`,
  )
}

function noExtension(cause: unknown): AppError {
  const isRefused = codeOf(cause) === '42501'
  return new AppError(
    'unavailable',
    isRefused
      ? 'The database lacks the extension pgvector, and the user of TMWS_DATABASE_URL may not add it. Run CREATE EXTENSION vector there once, as its administrator.'
      : 'The database server lacks the extension pgvector. Install it (Debian: postgresql-NN-pgvector), then start again.',
    { cause },
  )
}

async function migrate(client: pg.Client, schema: string, migrations: readonly Migration[], current: number): Promise<void> {
  for (const { version, sql } of migrations.filter((step) => step.version > current)) {
    // One text is one transaction: all of a step, or nothing.
    await client.query(`
      BEGIN;
      ${version === 1 ? createSchema(schema) : ''}
      SET LOCAL search_path = ${quoted(schema)};
      ${version === 1 ? 'CREATE TABLE schema_versions (version INTEGER PRIMARY KEY, applied_at TIMESTAMPTZ NOT NULL DEFAULT now());' : ''}
      ${sql};
      INSERT INTO schema_versions (version) VALUES (${version});
      COMMIT`)
  }
}

/** CREATE SCHEMA IF NOT EXISTS asks for the right to make one even where an administrator has made it. */
function createSchema(schema: string): string {
  return `DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = '${schema.replaceAll("'", "''")}') THEN CREATE SCHEMA ${quoted(schema)}; END IF;
  END $$;`
}

/** The version of the tables, 0 when there are none. Throws `unavailable` when they are not ours, or of a newer program than this. */
async function readVersion(
  client: pg.Client,
  { url, schema = DEFAULT_SCHEMA }: PostgresOptions,
  migrations: readonly Migration[],
): Promise<number> {
  const { rows } = await client.query<{ versions: string | null; memories: string | null }>(
    'SELECT to_regclass($1)::text AS versions, to_regclass($2)::text AS memories',
    [`${quoted(schema)}.schema_versions`, `${quoted(schema)}.memories`],
  )
  if (rows[0]?.versions == null) {
    if (rows[0]?.memories == null) return 0
    throw new AppError(
      'unavailable',
      `The schema "${schema}" of the database ${placeOf(url)} holds tables of another program. Nothing was changed; choose another database.`,
    )
  }
  const found = await client.query<{ version: number | null }>(`SELECT max(version) AS version FROM ${quoted(schema)}.schema_versions`)
  const version = found.rows[0]?.version ?? 0
  const known = migrations.at(-1)?.version ?? 0
  if (version <= known) return version
  throw new AppError(
    'unavailable',
    `The database ${placeOf(url)} was written by a newer version of this program (schema ${version}, known here: ${known}). Nothing was changed; install the newer version.`,
  )
}
