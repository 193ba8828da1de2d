import { Kysely, SqliteDialect } from 'kysely'
import type { SqliteStatement } from 'kysely'
import type { MemoryDatabase } from '../sql/sql-schema.ts'
import type { SqliteConnection } from './sqlite-driver.ts'

/** More distinct statements than the store has; lists of ids make some of their texts vary. */
const MAX_STATEMENTS = 200

/** Kysely on an open connection, with each statement prepared once. Closing it is the connection's owner's business. */
export function createKysely(connection: SqliteConnection): Kysely<MemoryDatabase> {
  const statements = new Map<string, SqliteStatement>()
  const prepare = (text: string): SqliteStatement => {
    // SQLite ends a transaction by itself on errors such as a full disk; the rollback that follows would hide that error.
    if (text === 'rollback' && !connection.inTransaction) return NOTHING
    // All our transactions write. One that took the lock only when it comes to that would fail at once, without the busy
    // timeout, if another process had written since its first read (https://sqlite.org/rescode.html#busy_snapshot).
    if (text === 'begin') return prepare('begin immediate')
    const statement = statements.get(text) ?? connection.prepare(text)
    statements.delete(text)
    statements.set(text, statement)
    const oldest = statements.keys().next().value
    if (statements.size > MAX_STATEMENTS && oldest !== undefined) statements.delete(oldest)
    return statement
  }
  return new Kysely<MemoryDatabase>({ dialect: new SqliteDialect({ database: { prepare, close: () => undefined } }) })
}

const NOTHING: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [][Symbol.iterator](),
}
