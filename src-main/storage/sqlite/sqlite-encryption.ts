import { existsSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError, messageOf } from '../../base/errors.ts'
import { copyPrivately } from '../../base/private-files.ts'
import { syncFile, syncFolder } from '../../base/sync-file.ts'
import { derivedKey } from './sqlcipher-key.ts'
import { checkCopy } from './sqlite-check.ts'
import { openCipherConnection, openConnection } from './sqlite-driver.ts'
import type { SqliteConnection } from './sqlite-driver.ts'
import { settleLog } from './sqlite-restore.ts'

export interface KeyChange {
  readonly file: string
  /** Absent: the file is plain now. */
  readonly from?: string | undefined
  /** Absent: the file becomes plain. */
  readonly to?: string | undefined
}

/**
 * Encrypts a database, makes it plain, or gives it another key. The caller owns the data folder. All work is done on a copy beside it, which
 * is checked from end to end and compared with the database table by table before it takes its place by one rename: whenever the power
 * fails, there is the old file or the new one. Throws `conflict` while another program has the file open, and what `openConnection` throws;
 * nothing is changed then.
 */
export function changeKey({ file, from, to }: KeyChange): void {
  if (!existsSync(file)) throw new AppError('not_found', `There is no file ${file}.`)
  if (!settleLog(file, from)) throw new AppError('unavailable', `The database ${file} is damaged; put a backup in its place first.`)
  const arriving = `${file}.rekeyed`
  const remove = (): void => {
    for (const end of ['', '-journal', '-wal', '-shm']) rmSync(arriving + end, { force: true })
  }
  remove()
  try {
    copyPrivately(file, arriving)
    rekey(arriving, from, to)
    checkCopy(arriving, to)
    compare({ file, key: from }, { file: arriving, key: to })
    syncFile(arriving)
    for (const end of ['-wal', '-shm']) rmSync(file + end, { force: true })
    renameSync(arriving, file)
    syncFolder(dirname(file))
  } catch (error) {
    throw error instanceof AppError ? error : new AppError('unavailable', `${file} stays as it was: ${messageOf(error)}.`, { cause: error })
  } finally {
    remove()
  }
}

function rekey(file: string, from: string | undefined, to: string | undefined): void {
  const connection = openCipherConnection(file, { fileMustExist: true })
  try {
    if (from !== undefined) connection.key(derivedKey(file, from))
    connection.pragma('journal_mode = DELETE')
    connection.rekey(Buffer.from(to ?? ''))
  } finally {
    connection.close()
  }
}

interface KeyedFile {
  readonly file: string
  readonly key: string | undefined
}

/** Every table has as many rows in both. That the pages are right, the checks of SQLite and of the cipher have shown. */
function compare(before: KeyedFile, after: KeyedFile): void {
  const [old, fresh] = [countRows(before), countRows(after)]
  const other = [...old].find(([table, rows]) => fresh.get(table) !== rows)
  if (other || old.size !== fresh.size)
    throw new AppError(
      'unavailable',
      `The copy of ${before.file} does not hold the same${other ? ` (${other[0]})` : ''}. Nothing was changed.`,
    )
}

function countRows({ file, key }: KeyedFile): Map<string, number> {
  const connection = openConnection(file, { readonly: true, fileMustExist: true, key })
  try {
    const tables = connection.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`).pluck().all() as string[]
    return new Map(tables.map((table) => [table, rowsOf(connection, table)]))
  } finally {
    connection.close()
  }
}

function rowsOf(connection: SqliteConnection, table: string): number {
  return connection
    .prepare(`SELECT count(*) FROM "${table.replaceAll('"', '""')}"`)
    .pluck()
    .get() as number
}
