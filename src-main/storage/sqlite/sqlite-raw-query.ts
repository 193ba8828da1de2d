import type { Statement } from 'better-sqlite3'
import type { SqliteConnection } from './sqlite-driver.ts'

/** Their texts are few; values in them are bound. */
const MAX_STATEMENTS = 50

/**
 * The hot paths of a search: rows straight from the driver as arrays. Hundreds of them come back from one query there, and an object for
 * each would cost more than finding them.
 */
export class RawQueries {
  readonly #connection: SqliteConnection
  readonly #statements = new Map<string, Statement>()

  constructor(connection: SqliteConnection) {
    this.#connection = connection
  }

  /** All rows; `Row` says what the SELECT list holds. */
  rows<Row extends readonly unknown[]>(sql: string, parameters: readonly unknown[]): Row[] {
    return this.#prepare(sql).all(...parameters) as Row[]
  }

  #prepare(text: string): Statement {
    const known = this.#statements.get(text)
    if (known) return known
    if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear()
    const statement = this.#connection.prepare(text).raw()
    this.#statements.set(text, statement)
    return statement
  }
}
