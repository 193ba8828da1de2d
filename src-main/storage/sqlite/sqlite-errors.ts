import { AppError, messageOf } from '../../base/errors.ts'

/** What each family of SQLite result codes (https://sqlite.org/rescode.html) means to the person, by its name without the extension. */
const SENTENCES: readonly (readonly [string, string])[] = [
  ['SQLITE_BUSY', 'The database is in use by another program; try again in a moment.'],
  ['SQLITE_LOCKED', 'The database is in use by another program; try again in a moment.'],
  ['SQLITE_FULL', 'The disk is full; nothing was changed. Free some space, then try again.'],
  ['SQLITE_IOERR', 'The disk that holds the database could not be read or written; nothing was changed. Check the disk, then try again.'],
  ['SQLITE_CORRUPT', 'The database file is damaged. Stop the server and put the newest backup in its place.'],
  ['SQLITE_NOTADB', 'The database file is not a database. Stop the server and put the newest backup in its place.'],
  ['SQLITE_READONLY', 'The database file may not be written. Check the permissions of the file and its folder.'],
  ['SQLITE_CANTOPEN', 'The database file cannot be opened. Check that its folder exists and may be written.'],
  ['SQLITE_PERM', 'The database file may not be opened. Check the permissions of the file and its folder.'],
  ['SQLITE_NOMEM', 'There is not enough memory for this; try again in a moment.'],
]

/** The AppError for an outage of SQLite; anything else (an AppError, a bug) as it came. */
export function normalizeSqliteError(error: unknown): unknown {
  const code = codeOf(error)
  const sentence = SENTENCES.find(([family]) => code.startsWith(family))?.[1]
  return sentence === undefined ? error : new AppError('unavailable', sentence, { cause: error })
}

/** True if the file itself is broken. */
export function isDamage(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error))
}

/** True if another process is at work on the file, which passes. */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error))
}

/** The refusal of a damaged file: which it is, what is wrong, what to do. */
export function damagedDatabase(file: string, problem: unknown, newestBackup: string | undefined): AppError {
  const remedy =
    newestBackup === undefined
      ? 'There is no backup; move the file away to start with an empty memory, and keep it for a rescue.'
      : `Restore from the newest backup: put ${newestBackup} in its place.`
  return new AppError('unavailable', `The database ${file} is damaged (${messageOf(problem)}). Nothing was changed. ${remedy}`, {
    cause: problem,
  })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
