import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError, messageOf } from '../../base/errors.ts'
import { copyPrivately, PRIVATE_FOLDER } from '../../base/private-files.ts'
import { syncFile, syncFolder } from '../../base/sync-file.ts'
import { checkCopy } from './sqlite-check.ts'
import { openConnection } from './sqlite-driver.ts'
import { isBusy, isDamage } from './sqlite-errors.ts'

export interface RestoreOptions {
  /** A copy that `backup` made. It stays as it is. */
  readonly copy: string
  /** The database in use. */
  readonly file: string
  /** Where the database in use is kept, should it be wanted back. */
  readonly aside: string
  /** Passphrase of both, when they are encrypted. */
  readonly key?: string | undefined
}

/**
 * Puts a copy in the place of the database. The caller owns the data folder, so no server is at work on it; other processes are found
 * by SQLite's own locks. Everything is checked and on the disk before the one step that changes something, a rename: whenever the power
 * fails, there is either the old database or the new one. Returns whether there was one to keep.
 */
export function restoreDatabase({ copy, file, aside, key }: RestoreOptions): boolean {
  if (!existsSync(copy)) throw new AppError('not_found', `There is no file ${copy}.`)
  mkdirSync(dirname(file), { recursive: true, mode: PRIVATE_FOLDER })
  const arriving = `${file}.restoring`
  rmSync(arriving, { force: true })
  try {
    copyPrivately(copy, arriving)
    checkCopy(arriving, key)
    syncFile(arriving)
    const isKept = existsSync(file)
    if (isKept) {
      mkdirSync(dirname(aside), { recursive: true, mode: PRIVATE_FOLDER })
      keepAside(file, aside, key)
      // The log of the old database must not be taken for the new one's.
      for (const end of LOG_ENDINGS) rmSync(file + end, { force: true })
    }
    renameSync(arriving, file)
    syncFolder(dirname(file))
    return isKept
  } finally {
    rmSync(arriving, { force: true })
  }
}

/** A damaged database is kept with its log, as it was before SQLite had a look at it: a rescue may need both. */
function keepAside(file: string, aside: string, key: string | undefined): void {
  const logs = LOG_ENDINGS.filter((end) => existsSync(file + end))
  for (const end of logs) copyPrivately(file + end, aside + end)
  let isWhole = true
  try {
    isWhole = settleLog(file, key)
  } finally {
    if (isWhole) for (const end of logs) rmSync(aside + end, { force: true })
  }
  copyPrivately(file, aside)
  syncFile(aside)
}

const LOG_ENDINGS = ['-wal', '-shm'] as const

/**
 * Brings everything into the database file itself, which SQLite does only for the one process that has it open. Throws `conflict` when
 * it is not the only one. False for a database that is too damaged for that.
 */
export function settleLog(file: string, key?: string): boolean {
  try {
    const connection = openConnection(file, { fileMustExist: true, timeout: 500, key })
    try {
      const mode = connection.pragma('journal_mode = DELETE', { simple: true })
      if (mode !== 'delete') throw inUse(file)
      return true
    } finally {
      connection.close()
    }
  } catch (error) {
    if (isBusy(error)) throw inUse(file)
    if (isDamage(error)) return false
    throw error instanceof AppError ? error : new AppError('unavailable', `The database ${file} cannot be opened (${messageOf(error)}).`)
  }
}

function inUse(file: string): AppError {
  return new AppError(
    'conflict',
    `${file} is in use, perhaps by a bridge of an agent. Nothing was changed. Close the programs that use it, then try again.`,
  )
}
