import { sql } from 'kysely'
import type { Expression, SqlBool } from 'kysely'
import pg from 'pg'
import { normalizePostgresError } from './postgres-errors.ts'
import { DEFAULT_SCHEMA } from './postgres-options.ts'
import type { PostgresOptions } from './postgres-options.ts'
import { connectionConfig } from './postgres-pool.ts'

/** Leave to do what one process at a time should do. It ends with the connection, however that ends. */
export interface Turn {
  release(): void
}

/**
 * Turns among all that use a database, by advisory locks on a connection of their own. A lost connection loses the turns it held: then
 * two may be at the same work for a moment, so that work must stay right when done twice.
 */
export class TurnKeeper {
  readonly #options: PostgresOptions
  readonly #held = new Set<string>()
  #connecting: Promise<pg.Client> | undefined
  #isClosed = false

  constructor(options: PostgresOptions) {
    this.#options = options
  }

  /** The turn of that name, or undefined while another process, or another part of this one, has it. Throws `unavailable` when the database is away. */
  async take(name: string): Promise<Turn | undefined> {
    if (this.#isClosed || this.#held.has(name)) return undefined
    this.#held.add(name)
    try {
      const client = await this.#client()
      const key = `${this.#prefix}${name}`
      const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken', [key])
      if (rows[0]?.taken === true) return { release: once(() => this.#giveBack(client, name, key)) }
    } catch (error) {
      this.#held.delete(name)
      throw normalizePostgresError(error)
    }
    this.#held.delete(name)
    return undefined
  }

  /** In a query: whether a process, this one included, has the turn whose name is `before` and then the text of `rest`. */
  isTaken(before: string, rest: Expression<string>): Expression<SqlBool> {
    // https://www.postgresql.org/docs/current/view-pg-locks.html says how the two halves of a key of 64 bits are shown.
    return sql<SqlBool>`EXISTS (
      SELECT 1 FROM pg_locks
      WHERE locktype = 'advisory' AND objsubid = 1 AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND ((classid::bigint << 32) | objid::bigint) = hashtextextended(${this.#prefix + before}::text || ${rest}, 0)
    )`
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const client = await this.#connecting?.catch(() => undefined)
    await client?.end().catch(() => undefined)
  }

  get #prefix(): string {
    return `tmws/${this.#options.schema ?? DEFAULT_SCHEMA}/`
  }

  #giveBack(client: pg.Client, name: string, key: string): void {
    client
      .query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [key])
      // With a lost connection the lock is gone anyway; with one that does not answer it has to go.
      .catch(() => client.end().catch(() => undefined))
      .finally(() => this.#held.delete(name))
  }

  #client(): Promise<pg.Client> {
    const client = (this.#connecting ??= this.#connect())
    client.catch(() => (this.#connecting = undefined))
    return client
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client(connectionConfig(this.#options))
    const forget = () => {
      this.#connecting = undefined
      this.#held.clear()
    }
    client.on('error', forget)
    client.on('end', forget)
    await client.connect()
    return client
  }
}

function once(work: () => void): () => void {
  let isDone = false
  return () => {
    if (!isDone) work()
    isDone = true
  }
}
