import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { PRIVATE_FOLDER } from '../../base/private-files.ts'
import { normalizeSqliteError } from './sqlite-errors.ts'
import { openConnection } from './sqlite-driver.ts'

export interface OwnerLock {
  /** Lets others own the folder. Idempotent. */
  release(): void
}

/**
 * Makes this process the one owner of a data folder, or returns undefined if another one is. The kernel holds the lock (SQLite's
 * own, on `owner.lock`), so it ends with the process, however that ends.
 */
export function lockDataFolder(folder: string): OwnerLock | undefined {
  return lock(folder, 'owner.lock')
}

/** Makes this process the one that gives the memories of a data folder their vectors, in the same way. */
export function lockIndexing(folder: string): OwnerLock | undefined {
  return lock(folder, 'indexing.lock')
}

function lock(folder: string, name: string): OwnerLock | undefined {
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER })
  const connection = openConnection(join(folder, name), { timeout: 0 })
  try {
    connection.pragma('locking_mode = EXCLUSIVE')
    connection.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    connection.close()
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')) return undefined
    throw normalizeSqliteError(error)
  }
  return { release: () => connection.close() }
}
