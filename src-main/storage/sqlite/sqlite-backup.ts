import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createPrivateFile, PRIVATE_FOLDER } from '../../base/private-files.ts'
import type { SqliteConnection } from './sqlite-driver.ts'

/** Writes a copy of the whole database before its schema changes. */
export function writeBackupBefore(connection: SqliteConnection, folder: string, now: Date, version: number): void {
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER })
  const file = join(folder, `tmws-${stamp(now)}-before-schema-${version}.db`)
  // Two processes that open the file in the same moment would take the same name; either copy will do.
  if (existsSync(file)) return
  createPrivateFile(file)
  connection.prepare('VACUUM INTO ?').run(file)
}

/** The newest copy in a folder, by the time in its name. What a restore took out of use may be the damaged one, so it is none. */
export function newestBackup(folder: string): string | undefined {
  const names = listNames(folder).filter((name) => /^tmws-\d{4}-.*\.db$/.test(name) && !name.endsWith('-before-restore.db'))
  const newest = names.sort().at(-1)
  return newest === undefined ? undefined : join(folder, newest)
}

/** An instant as file names can hold it, in an order that is also theirs. */
function stamp(now: Date): string {
  return now.toISOString().replaceAll(':', '-').replace('.', '-')
}

function listNames(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // No folder yet: no copies.
    return []
  }
}
