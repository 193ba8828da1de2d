import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError, messageOf } from '../../base/errors.ts'
import { PRIVATE_FOLDER } from '../../base/private-files.ts'
import { MIGRATIONS } from './migrations/index.ts'
import type { Migration } from './migrations/migration.ts'
import { newestBackup } from './sqlite-backup.ts'
import { openConnection } from './sqlite-driver.ts'
import type { SqliteConnection } from './sqlite-driver.ts'
import { damagedDatabase, isBusy, isDamage, normalizeSqliteError } from './sqlite-errors.ts'
import { migrate, requireKnownSchema, requireNewestSchema } from './sqlite-migrator.ts'

export interface SqliteFileOptions {
  readonly file: string
  /** Where copies are written before a migration, and looked for when the file is damaged. */
  readonly backupFolder: string
  /** `full` survives a power cut with every answered write; `normal` may lose the last moments of one, never the file. */
  readonly synchronous: 'normal' | 'full'
  /** Passphrase of an encrypted file. */
  readonly key?: string | undefined
  /** Only to be read, and not changed in any way: it must be there, at today's schema. */
  readonly readOnly?: boolean
  /** For tests: another history of the schema. */
  readonly migrations?: readonly Migration[]
  /** For tests: the file may not grow beyond this. */
  readonly maxPages?: number
}

/**
 * Opens the file, new or not, at the newest schema. Other processes may open it in the same moment: it waits for them. Throws
 * `unavailable`, having changed nothing, when it is not fit to use.
 */
export function openDatabase(options: SqliteFileOptions): SqliteConnection {
  const end = Date.now() + OPEN_BUDGET_MS
  for (;;) {
    try {
      return openOnce(options)
    } catch (error) {
      if (!isBusy(error) || Date.now() > end) throw normalizeSqliteError(error)
      // This thread has nothing else to do.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20 + Math.random() * 60)
    }
  }
}

function openOnce(options: SqliteFileOptions): SqliteConnection {
  const migrations = options.migrations ?? MIGRATIONS
  if (options.readOnly === true) return openToRead(options, migrations)
  makeFolder(dirname(options.file))
  inspect(options, migrations)
  let connection: SqliteConnection | undefined
  try {
    connection = openConnection(options.file, { timeout: BUSY_TIMEOUT_MS, key: options.key })
    configure(connection, options)
    migrate(connection, migrations, options.backupFolder, new Date())
    return connection
  } catch (error) {
    connection?.close()
    throw error
  }
}

/** The file as it is. Throws `unavailable` when it is not there, damaged, or not at the newest schema. */
function openToRead(options: SqliteFileOptions, migrations: readonly Migration[]): SqliteConnection {
  if (!existsSync(options.file)) throw new AppError('unavailable', `There is no database ${options.file}.`)
  inspect(options, migrations)
  const connection = openConnection(options.file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS, key: options.key })
  try {
    requireNewestSchema(connection, options.file, migrations)
    connection.pragma(`mmap_size = ${MMAP_BYTES}`)
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

/** Problems of the file as SQLite sees them, empty when there are none. */
export function checkFile(connection: SqliteConnection): string[] {
  const rows = connection.pragma('integrity_check(20)') as { integrity_check: string }[]
  const orphans = connection.pragma('foreign_key_check') as { table: string; rowid: number | null }[]
  return [
    ...rows.map((row) => row.integrity_check).filter((problem) => problem !== 'ok'),
    ...orphans.slice(0, 20).map(({ table, rowid }) => `a row of ${table} (${rowid ?? 'no rowid'}) refers to a memory that is not there`),
  ]
}

/** How long a write waits for those of other processes. Each takes milliseconds; a long maintenance may take seconds. */
const BUSY_TIMEOUT_MS = 10_000
/** How long opening waits where SQLite itself does not, as for the change to WAL. */
const OPEN_BUDGET_MS = 10_000
const CACHE_KIB = 64 * 1024
const MMAP_BYTES = 256 * 1024 * 1024

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER })
  } catch (cause) {
    throw new AppError('unavailable', `The folder ${folder} of the database cannot be made (${messageOf(cause)}).`, { cause })
  }
}

/** Reads what is there before anything may write to it: a damaged or foreign file must stay as it was found. */
function inspect({ file, backupFolder, key }: SqliteFileOptions, migrations: readonly Migration[]): void {
  if (!existsSync(file)) return
  if (statSync(file).size === 0) {
    const backup = newestBackup(backupFolder)
    if (backup !== undefined) throw damagedDatabase(file, 'it is empty', backup)
    return
  }
  let connection: SqliteConnection | undefined
  try {
    connection = openConnection(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS, key })
    requireKnownSchema(connection, file, migrations)
    const verdict = connection.pragma('quick_check(1)', { simple: true })
    if (verdict !== 'ok') throw damagedDatabase(file, verdict, newestBackup(backupFolder))
  } catch (error) {
    throw isDamage(error) ? damagedDatabase(file, error, newestBackup(backupFolder)) : error
  } finally {
    connection?.close()
  }
}

function configure(connection: SqliteConnection, { synchronous, maxPages }: SqliteFileOptions): void {
  connection.pragma('journal_mode = WAL')
  connection.pragma(`synchronous = ${synchronous.toUpperCase()}`)
  connection.pragma('foreign_keys = ON')
  connection.pragma('trusted_schema = OFF')
  connection.pragma(`cache_size = -${CACHE_KIB}`)
  connection.pragma(`mmap_size = ${MMAP_BYTES}`)
  connection.pragma('temp_store = MEMORY')
  connection.pragma('secure_delete = FAST')
  // The log is cut back to this after a checkpoint, so that one large import does not leave it large for good.
  connection.pragma(`journal_size_limit = ${MMAP_BYTES / 4}`)
  if (maxPages !== undefined) connection.pragma(`max_page_count = ${maxPages}`)
}
