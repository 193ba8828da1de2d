import { existsSync, statSync, utimesSync } from 'node:fs'
import { AppError, messageOf } from '../../base/errors.ts'
import type { ServerConfig } from '../../config/config.ts'
import { dataPaths } from '../../config/paths.ts'
import { listBackups } from '../../storage/backup-files.ts'
import { headOf } from '../../storage/database-head.ts'
import { changeDatabaseKey } from '../../storage/open-stores.ts'
import { becomeOwner } from '../owner.ts'
import { findServer } from './way-to-data.ts'

/**
 * Encrypts the database and its backups with the key of the settings, or makes them plain. What is so already stays as it is, so that a run
 * that was broken off can be repeated. Throws `conflict` while a server runs.
 */
export async function runEncrypt(config: ServerConfig, direction: 'encrypt' | 'decrypt'): Promise<number> {
  const { database, dataDir } = config
  if (database.provider !== 'sqlite')
    throw new AppError('invalid_request', `Only a SQLite database can be encrypted here; this one is ${database.provider}.`)
  const { file, key } = database
  if (key === undefined)
    throw new AppError(
      'invalid_request',
      'No key is given. Set TMWS_DATABASE_KEY or TMWS_DATABASE_KEY_FILE, and keep a copy of it in a safe place.',
    )
  const server = findServer(config)
  if (server) throw new AppError('conflict', `A server runs on this data, at ${server.apiUrl}. Nothing was changed. Stop it first.`)
  if (!existsSync(file)) throw new AppError('not_found', `There is no database ${file}. The first start makes an encrypted one.`)
  const lock = await becomeOwner(dataDir)
  try {
    const { backupFolder } = dataPaths(dataDir)
    const backups = listBackups(backupFolder)
    // First: when this fails, nothing was changed.
    await convert(file, key, direction)
    say(`${file} is ${direction === 'encrypt' ? 'encrypted' : 'plain'}.`)
    const failures: string[] = []
    for (const backup of backups.filter(({ name }) => name.endsWith('.db'))) {
      try {
        await convert(backup.file, key, direction)
        say(`${backup.file} is ${direction === 'encrypt' ? 'encrypted' : 'plain'}.`)
      } catch (error) {
        failures.push(`${backup.file} stays as it is: ${messageOf(error)}`)
      }
    }
    const exports = backups
      .filter(({ name }) => name.endsWith('.jsonl.gz'))
      .map((backup) => `${backup.file} is an export, and stays plain.`)
    for (const line of [...failures, ...(direction === 'encrypt' ? exports : [])]) process.stderr.write(`${line}\n`)
    if (direction === 'encrypt') say('Keep the key: without it nobody can read this database again.')
    else say('Unset TMWS_DATABASE_KEY before the next start.')
    return failures.length === 0 ? 0 : 1
  } finally {
    lock.release()
  }
}

async function convert(file: string, key: string, direction: 'encrypt' | 'decrypt'): Promise<void> {
  const { size, atimeMs, mtimeMs } = statSync(file)
  const head = headOf(file, size)
  if (head === (direction === 'encrypt' ? 'encrypted' : 'sqlite')) return
  await changeDatabaseKey(direction === 'encrypt' ? { file, to: key } : { file, from: key })
  // The time of a backup says up to when it holds all.
  utimesSync(file, atimeMs / 1000, mtimeMs / 1000)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
