import { CompiledQuery, PostgresDialect, PostgresDriver } from 'kysely'
import type { DatabaseConnection, Driver, PostgresPool, TransactionSettings } from 'kysely'
import { AppError } from '../../base/errors.ts'
import { failureOf } from './postgres-errors.ts'

/** How long the outcome of a commit whose answer was lost is asked for, in milliseconds. */
const ASK_MS = 5_000
const ASK_PAUSE_MS = 100

/** Kysely's dialect with transactions whose outcome is always known, or said not to be. */
export class CertainPostgresDialect extends PostgresDialect {
  readonly #pool: PostgresPool

  constructor(pool: PostgresPool) {
    super({ pool })
    this.#pool = pool
  }

  override createDriver(): Driver {
    return new CertainDriver(this.#pool)
  }
}

/**
 * A connection that dies while COMMIT is under way leaves open whether it came through. Each transaction therefore learns its number
 * first, and a lost answer is asked for again over another connection: done is done, undone fails as a lost connection, so that it may
 * be tried again. Only when nobody can be asked does the caller hear that the outcome is not known.
 */
class CertainDriver extends PostgresDriver {
  readonly #pool: PostgresPool
  readonly #numbers = new WeakMap<DatabaseConnection, string>()

  constructor(pool: PostgresPool) {
    super({ pool })
    this.#pool = pool
  }

  override async beginTransaction(connection: DatabaseConnection, _settings: TransactionSettings): Promise<void> {
    const { rows } = await connection.executeQuery<{ xid: string }>(CompiledQuery.raw('begin; select pg_current_xact_id()::text as xid'))
    this.#numbers.set(connection, rows[0]?.xid ?? '')
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.commitTransaction(connection)
    } catch (error) {
      if (failureOf(error) !== 'connection') throw error
      if (!(await this.#hasCommitted(this.#numbers.get(connection) ?? '', error))) throw error
    }
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // On a lost connection there is nothing to roll back, and its own error would hide the one that matters.
    await super.rollbackTransaction(connection).catch(() => undefined)
  }

  async #hasCommitted(xid: string, cause: unknown): Promise<boolean> {
    const end = performance.now() + ASK_MS
    do {
      const status = await this.#statusOf(xid).catch(() => undefined)
      if (status === 'committed') return true
      if (status === 'aborted') return false
      await new Promise((resolve) => setTimeout(resolve, ASK_PAUSE_MS))
    } while (performance.now() < end)
    throw outcomeUnknown(cause)
  }

  async #statusOf(xid: string): Promise<string | undefined> {
    const client = await this.#pool.connect()
    try {
      const { rows } = await client.query<{ status: string | null }>('select pg_xact_status($1::text::xid8) as status', [xid])
      return rows[0]?.status ?? undefined
    } finally {
      client.release()
    }
  }
}

export function outcomeUnknown(cause?: unknown): AppError {
  return new AppError(
    'unavailable',
    'The database was lost before it had answered, so whether the change was made is not known. Look before you try again.',
    { cause },
  )
}
