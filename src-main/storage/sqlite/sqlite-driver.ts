import { statSync } from 'node:fs'
import { createRequire } from 'node:module'
import type BetterSqlite3 from 'better-sqlite3'
import { AppError } from '../../base/errors.ts'
import { createPrivateFile } from '../../base/private-files.ts'
import { headOf } from '../database-head.ts'
import { derivedKey } from './sqlcipher-key.ts'
import { isDamage } from './sqlite-errors.ts'

export type SqliteConnection = BetterSqlite3.Database

export interface ConnectionOptions extends BetterSqlite3.Options {
  /** Passphrase of an encrypted file; a new file is made encrypted with it. Absent: the file is plain. */
  readonly key?: string | undefined
}

/** What the driver with ciphers can besides. */
export interface CipherConnection extends SqliteConnection {
  key(key: Buffer): number
  /** Encrypts the whole file with another key; an empty one makes it plain. */
  rekey(key: Buffer): number
}

// Not named `require`: the bundler would add its own beside it.
const loadNative = createRequire(import.meta.url)

/** SQLite's name for a database without a file. */
const IN_MEMORY = ':memory:'

/** better-sqlite3 13 is built on Node-API 10 and takes the whole process down on anything older, so it is asked for first. */
const REQUIRED_NODE_API = 10

/**
 * Opens a database file with the native driver, the one with ciphers only where there is a key. Throws `unavailable` when this Node cannot
 * load it, and `forbidden` with what to do when the key and the file do not belong together: a file is never taken for a damaged one, or
 * written to, for want of its key.
 */
export function openConnection(file: string, { key, ...options }: ConnectionOptions = {}): SqliteConnection {
  if (Number(process.versions.napi) < REQUIRED_NODE_API) {
    throw new AppError('unavailable', `The SQLite store needs Node 22.14 or newer; this is Node ${process.versions.node}.`)
  }
  const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  const head = headOf(file, bytes)
  if (bytes === 0 && file !== IN_MEMORY && options.readonly !== true && options.fileMustExist !== true) createPrivateFile(file)
  if (key === undefined) {
    if (head === 'encrypted') throw keyMissing(file)
    // Loaded here rather than imported above, for the check to come first.
    const Database = loadNative('better-sqlite3') as typeof BetterSqlite3
    return new Database(file, options)
  }
  if (head === 'sqlite') throw keyUnwanted(file)
  const connection = openCipherConnection(file, options)
  try {
    connection.key(head === 'empty' ? Buffer.from(key) : derivedKey(file, key))
    // Only reading something shows whether the key fits.
    if (head !== 'empty') connection.pragma('schema_version')
    return connection
  } catch (error) {
    connection.close()
    throw isDamage(error) ? keyWrong(file, error) : error
  }
}

/** A connection of the driver with ciphers that has no key yet, set to the format of SQLCipher 4, which other tools read as well. */
export function openCipherConnection(file: string, options: BetterSqlite3.Options = {}): CipherConnection {
  const Database = loadCipherDriver()
  const connection = new Database(file, options) as CipherConnection // the fork adds these two
  connection.pragma(`cipher = 'sqlcipher'`)
  connection.pragma('legacy = 4')
  return connection
}

function loadCipherDriver(): typeof BetterSqlite3 {
  try {
    return loadNative('better-sqlite3-multiple-ciphers') as typeof BetterSqlite3
  } catch (cause) {
    throw new AppError(
      'unavailable',
      'TMWS_DATABASE_KEY is set, but the package better-sqlite3-multiple-ciphers, which encrypts databases, is not installed. Install it beside TMWS (npm install better-sqlite3-multiple-ciphers), or unset the key.',
      { cause },
    )
  }
}

function keyMissing(file: string): AppError {
  return new AppError(
    'forbidden',
    `The database ${file} is encrypted, and no key is given. Nothing was changed. Set TMWS_DATABASE_KEY or TMWS_DATABASE_KEY_FILE.`,
  )
}

function keyUnwanted(file: string): AppError {
  return new AppError(
    'forbidden',
    `The database ${file} is not encrypted, but TMWS_DATABASE_KEY is set. Nothing was changed. Encrypt it with "tmws encrypt", or unset the key.`,
  )
}

function keyWrong(file: string, cause: unknown): AppError {
  return new AppError(
    'forbidden',
    `The database ${file} does not open with this TMWS_DATABASE_KEY: the key is another one, or the beginning of the file is damaged. Nothing was changed.`,
    { cause },
  )
}
