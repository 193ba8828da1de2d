import { AppError } from '../../base/errors.ts'
import type { Migration } from './migrations/migration.ts'
import { writeBackupBefore } from './sqlite-backup.ts'
import type { SqliteConnection } from './sqlite-driver.ts'

/** `PRAGMA application_id` of our files: "TMWS". */
export const APPLICATION_ID = 0x544d5753

/** Brings a database to the newest schema, each step in a transaction, with a copy of a database that holds anything before. */
export function migrate(connection: SqliteConnection, migrations: readonly Migration[], backupFolder: string, now: Date): void {
  const current = readVersion(connection)
  const pending = migrations.filter(({ version }) => version > current)
  const last = pending.at(-1)
  if (!last) return
  if (current > 0) writeBackupBefore(connection, backupFolder, now, last.version)
  for (const { version, sql } of pending) {
    connection
      .transaction(() => {
        // Another process may have opened the file at the same time, and have done it while we waited for the lock.
        if (readVersion(connection) >= version) return
        connection.exec(sql)
        connection.pragma(`application_id = ${APPLICATION_ID}`)
        connection.pragma(`user_version = ${version}`)
      })
      .immediate()
  }
}

/** Throws `unavailable` when the database is not ours, or of a newer program than this. */
export function requireKnownSchema(connection: SqliteConnection, file: string, migrations: readonly Migration[]): void {
  const version = readVersion(connection)
  const known = migrations.at(-1)?.version ?? 0
  const applicationId = connection.pragma('application_id', { simple: true })
  const tables = connection.prepare('SELECT count(*) FROM sqlite_schema').pluck().get()
  if (tables !== 0 && applicationId !== APPLICATION_ID) {
    throw new AppError('unavailable', `${file} is a database of another program. Nothing was changed; choose another file.`)
  }
  if (version > known) {
    throw new AppError(
      'unavailable',
      `The database ${file} was written by a newer version of this program (schema ${version}, known here: ${known}). Nothing was changed; install the newer version.`,
    )
  }
}

/** Throws `unavailable` when a database is to be used as it is, and its schema is an older one. */
export function requireNewestSchema(connection: SqliteConnection, file: string, migrations: readonly Migration[]): void {
  const [version, newest] = [readVersion(connection), migrations.at(-1)?.version ?? 0]
  if (version === newest) return
  throw new AppError(
    'unavailable',
    `The database ${file} has schema ${version}, and this program reads ${newest}. Start the server on it once, or work on a copy: that brings it up to date.`,
  )
}

function readVersion(connection: SqliteConnection): number {
  // The pragma always answers one integer.
  return connection.pragma('user_version', { simple: true }) as number
}
