import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import pg from 'pg'
import { messageOf } from '../../base/errors.ts'
import { codeOf, failureOf } from './postgres-errors.ts'
import { Places } from './places.ts'
import { DEFAULT_SCHEMA, quoted } from './postgres-options.ts'
import type { PostgresOptions } from './postgres-options.ts'

/** How much longer than the database itself we wait for it, in milliseconds: an answer that is lost on the way never comes. */
export const ANSWER_MARGIN_MS = 1_000
const IDLE_MS = 60_000
const KEEP_ALIVE_MS = 10_000
/** A transaction that its server has forgotten holds its rows no longer than this, in milliseconds. */
const IDLE_TRANSACTION_MS = 30_000
/** See resources/docs/adr for how these were found. */
const NEAREST_LOOKED_AT = 300
const MOST_TUPLES_SCANNED = 10_000

/** What `pg` needs to connect, with whole numbers and sums as numbers: all of ours are below 2^53. */
export function connectionConfig({ url, connectTimeoutMs, statementTimeoutMs }: PostgresOptions): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: 'tmws',
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: statementTimeoutMs + ANSWER_MARGIN_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    types: { getTypeParser },
  }
}

const INT8: number = pg.types.builtins.INT8

function getTypeParser(id: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (id === INT8 && format !== 'binary') return Number
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- servers have types that the list does not name
  return pg.types.getTypeParser(id, format) as (value: string) => unknown
}

/** Connections of one store. Those that were lost are thrown away and made anew; none of it ends the process. */
export class ConnectionPool implements PostgresPool {
  readonly #pool: pg.Pool
  readonly #places: Places

  /** `searchPath`: schemas after our own, where the extension is. */
  constructor(options: PostgresOptions, searchPath: readonly string[]) {
    const settings = sessionSettings(options, searchPath)
    const prepare = (client: pg.ClientBase): Promise<unknown> => client.query(settings)
    // The pool's own line would take a busy database for one that cannot be reached.
    this.#places = new Places(options.poolSize, options.statementTimeoutMs)
    this.#pool = new pg.Pool({
      ...connectionConfig(options),
      max: options.poolSize,
      idleTimeoutMillis: IDLE_MS,
      // One round trip for all: the answer of each is the same.
      // eslint-disable-next-line @typescript-eslint/no-misused-promises -- its promise is awaited; the types do not say so
      onConnect: prepare,
    })
    this.#pool.on('error', (error) => options.log.warn({ problem: messageOf(error) }, 'an idle connection to the database was lost'))
    // A connection that is lent out and lost between two statements would otherwise end the process.
    this.#pool.on('connect', (client) => client.on('error', () => undefined))
  }

  async connect(): Promise<PostgresPoolClient> {
    await this.#places.take()
    try {
      const client = await this.#pool.connect()
      return lend(client, () => this.#places.leave())
    } catch (error) {
      this.#places.leave()
      throw error
    }
  }

  /** Connections that are there, those at work, and calls in line for one. */
  get use(): { readonly size: number; readonly busy: number; readonly waiting: number } {
    const { totalCount: size, idleCount } = this.#pool
    return { size, busy: size - idleCount, waiting: this.#places.waitingCount }
  }

  async end(): Promise<void> {
    await this.#pool.end()
  }
}

function sessionSettings({ statementTimeoutMs, schema = DEFAULT_SCHEMA }: PostgresOptions, searchPath: readonly string[]): string {
  const path = [schema, ...searchPath.filter((name) => name !== schema)].map(quoted).join(', ')
  return `
    SET search_path = ${path};
    SET statement_timeout = ${statementTimeoutMs};
    SET idle_in_transaction_session_timeout = ${IDLE_TRANSACTION_MS};
    SET jit = off;
    SET hnsw.iterative_scan = relaxed_order;
    SET hnsw.ef_search = ${NEAREST_LOOKED_AT};
    SET hnsw.max_scan_tuples = ${MOST_TUPLES_SCANNED}`
}

/** A connection as Kysely takes it. One that failed is not lent again; of several statements in one text, the last answers. */
function lend(client: pg.PoolClient, returned: () => void): PostgresPoolClient {
  let isBroken = false
  const query = async (text: string, values: readonly unknown[]): Promise<unknown> => {
    try {
      const result: unknown = await client.query(text, [...values])
      return Array.isArray(result) ? result.at(-1) : result
    } catch (error) {
      if (failureOf(error) === 'connection' || text === 'rollback' || codeOf(error) === '') isBroken = true
      throw error
    }
  }
  const release = (): void => {
    client.release(isBroken)
    returned()
  }
  return { query: query as <R>(text: string, values: readonly unknown[]) => Promise<PostgresQueryResult<R>>, release } as PostgresPoolClient
}
