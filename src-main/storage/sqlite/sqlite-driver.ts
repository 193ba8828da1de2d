import { createRequire } from 'node:module'
import type BetterSqlite3 from 'better-sqlite3'
import { AppError } from '../../base/errors.ts'

export type SqliteConnection = BetterSqlite3.Database

// Not named `require`: the bundler would add its own beside it.
const loadNative = createRequire(import.meta.url)

/** better-sqlite3 13 is built on Node-API 10 and takes the whole process down on anything older, so it is asked for first. */
const REQUIRED_NODE_API = 10

/** Opens a database file with the native driver. Throws `unavailable` when this Node cannot load it. */
export function openConnection(file: string, options: BetterSqlite3.Options = {}): SqliteConnection {
  if (Number(process.versions.napi) < REQUIRED_NODE_API) {
    throw new AppError('unavailable', `The SQLite store needs Node 22.14 or newer; this is Node ${process.versions.node}.`)
  }
  // Loaded here rather than imported above, for the check to come first.
  const Database = loadNative('better-sqlite3') as typeof BetterSqlite3
  return new Database(file, options)
}
