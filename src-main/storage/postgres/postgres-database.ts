import { HandleEmptyInListsPlugin, Kysely, replaceWithNoncontingentExpression, sql } from 'kysely'
import { AppError } from '../../base/errors.ts'
import type { MemoryDatabase, MemoryDb } from '../sql/sql-schema.ts'
import { KeyedQueue } from './keyed-queue.ts'
import { callDatabase } from './postgres-calls.ts'
import type { InTurn } from './postgres-calls.ts'
import { CertainPostgresDialect } from './postgres-driver.ts'
import { prepareDatabase } from './postgres-migrator.ts'
import { placeOf } from './postgres-options.ts'
import type { PostgresOptions } from './postgres-options.ts'
import { ANSWER_MARGIN_MS, ConnectionPool } from './postgres-pool.ts'
import { isWordIndexCurrent, rebuildIfOutdated } from './postgres-text-index.ts'

const SLOW_MS = 250
/** For work on everything there is, which nobody waits for, in milliseconds: a graph of a million vectors takes an hour on a busy machine. */
const MAINTENANCE_TIMEOUT_MS = 6 * 3_600_000

export interface CallOptions {
  /** What the call changes: calls of one process on the same go one after another. */
  readonly keys?: readonly string[]
  /** The longest its caller waits, in milliseconds. */
  readonly budgetMs?: number
}

/** One database as the stores use it: reached and brought up to date when it is first needed, and again after a failure. */
export class PostgresDatabase {
  readonly #options: PostgresOptions
  readonly #queue = new KeyedQueue()
  #opening: Promise<Opened> | undefined
  #pool: ConnectionPool | undefined
  #isClosed = false

  constructor(options: PostgresOptions) {
    this.#options = options
  }

  /** How its connections are used now; undefined while it is not open. */
  get poolUse(): ConnectionPool['use'] | undefined {
    return this.#pool?.use
  }

  /** Throws `unavailable` with what to do when the database cannot be used. The next call tries again. */
  async open(): Promise<MemoryDb> {
    return (await this.#open()).db
  }

  /**
   * A question, one transaction, or a change that can be made twice. Throws `unavailable` within the budget; a change has then not been
   * made unless the error says that this is not known.
   */
  async run<T>(what: string, work: (db: MemoryDb) => Promise<T>, { keys, budgetMs }: CallOptions = {}): Promise<T> {
    const begun = performance.now()
    try {
      const inTurn: InTurn | undefined = keys && ((attempt) => this.#queue.run(keys, attempt))
      return await callDatabase(
        async () => work(await this.open()),
        budgetMs ?? this.#options.statementTimeoutMs + ANSWER_MARGIN_MS,
        inTurn,
      )
    } finally {
      const durationMs = Math.round(performance.now() - begun)
      if (durationMs > SLOW_MS && budgetMs === undefined)
        this.#options.log.warn({ operation: what, duration_ms: durationMs }, 'the store was slow')
    }
  }

  /** Statements that may take as long as they like, on a connection of their own. `signal` breaks off the one that is running, which throws. */
  async maintain<T>(work: (db: MemoryDb) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { db, vectorSchema } = await this.#open()
    return callDatabase(
      () => withMaintenance(this.#options, vectorSchema, (own) => (signal ? cancellable(own, db, signal, work) : work(own))),
      Infinity,
    )
  }

  /** Whether the database answers now. Throws `unavailable` within two seconds. */
  async ping(): Promise<void> {
    await callDatabase(async () => sql`SELECT name FROM index_state LIMIT 1`.execute(await this.open()), PING_BUDGET_MS)
  }

  /** Finishes what was asked. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true
    const opened = await this.#opening?.catch(() => undefined)
    this.#opening = undefined
    await opened?.db.destroy()
  }

  #open(): Promise<Opened> {
    if (this.#isClosed) return Promise.reject(new AppError('unavailable', 'The store has stopped.'))
    const opening = (this.#opening ??= openDatabase(this.#options))
    opening.then(
      ({ pool }) => (this.#pool = pool),
      () => {
        if (this.#opening === opening) this.#opening = undefined
      },
    )
    return opening
  }
}

const PING_BUDGET_MS = 2_000

interface Opened {
  readonly db: MemoryDb
  readonly pool: ConnectionPool
  readonly vectorSchema: string
}

async function openDatabase(options: PostgresOptions): Promise<Opened> {
  try {
    const vectorSchema = await callDatabase(() => prepareDatabase(options), Infinity)
    const pool = new ConnectionPool(options, ['public', vectorSchema])
    const db = connect(pool)
    try {
      if (!(await callDatabase(() => isWordIndexCurrent(db), Infinity)))
        await callDatabase(() => withMaintenance(options, vectorSchema, rebuildIfOutdated), Infinity)
    } catch (error) {
      await db.destroy()
      throw error
    }
    return { db, pool, vectorSchema }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    // The sentences for calls do not say which database; at the start that is what people need to know.
    throw error.message.includes('database at')
      ? error
      : new AppError(error.code, `${error.message} (database at ${placeOf(options.url)})`, { cause: error.cause })
  }
}

async function withMaintenance<T>(options: PostgresOptions, vectorSchema: string, work: (db: MemoryDb) => Promise<T>): Promise<T> {
  const db = connect(new ConnectionPool({ ...options, poolSize: 1, statementTimeoutMs: MAINTENANCE_TIMEOUT_MS }, ['public', vectorSchema]))
  try {
    return await work(db)
  } finally {
    await db.destroy()
  }
}

/** Work on `own`, whose one connection is told over another to stop when the signal comes. */
async function cancellable<T>(own: MemoryDb, other: MemoryDb, signal: AbortSignal, work: (db: MemoryDb) => Promise<T>): Promise<T> {
  const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(own)
  const cancel = (): void => {
    sql`SELECT pg_cancel_backend(${rows[0]?.pid ?? 0}::integer)`.execute(other).catch(() => undefined)
  }
  signal.addEventListener('abort', cancel, { once: true })
  try {
    signal.throwIfAborted()
    return await work(own)
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

function connect(pool: ConnectionPool): MemoryDb {
  return new Kysely<MemoryDatabase>({
    dialect: new CertainPostgresDialect(pool),
    // A list without entries is a question too; Postgres takes it for a mistake.
    plugins: [new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression })],
  })
}
