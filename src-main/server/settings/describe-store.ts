import { statSync } from 'node:fs'
import { describeDatabase } from '../../config/config.ts'
import type { ServerConfig } from '../../config/config.ts'
import type { SettingsReport } from '../../contract/settings.ts'

/** Where memories are kept, for the person at the machine: no user and no password of a database is in it. */
export function describeStore(database: ServerConfig['database']): SettingsReport['store'] {
  const where = describeDatabase(database)
  const bytes = database.provider === 'sqlite' ? sizeOf(database.file) + sizeOf(`${database.file}-wal`) : undefined
  return {
    kind: database.provider,
    ...(where !== undefined && { where }),
    ...(bytes !== undefined && { bytes }),
    is_encrypted: database.provider === 'sqlite' && database.key !== undefined,
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
