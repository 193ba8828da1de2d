import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { AppError } from '../base/errors.ts'
import type { SettingValues } from './settings-table.ts'

const MIN_CHARACTERS = 16

type KeySettings = Pick<SettingValues, 'database_key' | 'database_key_file' | 'database_url'>

/** The passphrase of the SQLite database, and where it was read. Throws `invalid_request` for a key file that others may read. */
export function databaseKeyOf({ database_key: key, database_key_file: file }: KeySettings): { key?: string; keyFile?: string } {
  if (file === undefined) return key === undefined ? {} : { key }
  if (key !== undefined)
    throw new AppError('invalid_request', 'TMWS_DATABASE_KEY and TMWS_DATABASE_KEY_FILE are both set; keep one of them.')
  const keyFile = resolve(file)
  return { key: readKeyFile(keyFile), keyFile }
}

/** A key that encrypts nothing would be trusted for nothing. */
export function unusedKeyWarning({ database_key: key, database_key_file: file, database_url: url }: KeySettings): string[] {
  const isUnused = url !== undefined && !url.startsWith('sqlite:') && (key !== undefined || file !== undefined)
  return isUnused ? ['TMWS_DATABASE_KEY counts for SQLite only, and is ignored: this database is not encrypted by it.'] : []
}

function readKeyFile(file: string): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
    throw new AppError('invalid_request', `TMWS_DATABASE_KEY_FILE is ${file}, which cannot be read (${code}).`, { cause: error })
  }
  // Windows has no such bits: there the folder's own rights count.
  const mode = statSync(file).mode & 0o777
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw new AppError(
      'invalid_request',
      `TMWS_DATABASE_KEY_FILE is ${file}, which others may read (mode ${mode.toString(8).padStart(4, '0')}). Run: chmod 600 ${file}`,
    )
  const key = text.split(/\r?\n/, 1)[0] ?? ''
  if (key.length < MIN_CHARACTERS)
    throw new AppError(
      'invalid_request',
      `TMWS_DATABASE_KEY_FILE is ${file}, whose first line has fewer than ${MIN_CHARACTERS} characters.`,
    )
  return key
}
