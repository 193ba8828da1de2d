import { constants, createReadStream } from 'node:fs'
import { chmod, copyFile, mkdtemp, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AppError, messageOf } from '../../base/errors.ts'
import { silentLog } from '../../base/log.ts'
import { PRIVATE_FILE } from '../../base/private-files.ts'
import { importQuerySchema } from '../../contract/transfer.ts'
import type { Backup } from '../../contract/transfer.ts'
import type { ImportOptions } from '../../memory/transfer/import-data.ts'
import { sourceFromExport, sourceFromStore } from '../../memory/transfer/restore-data.ts'
import type { RestoreSource } from '../../memory/transfer/restore-data.ts'
import { SCRATCH_PREFIX } from '../../storage/backup-files.ts'
import { checkBackup, openStores } from '../../storage/open-stores.ts'

export interface OpenedBackup {
  readonly source: RestoreSource
  close(): Promise<void>
}

/**
 * Opens a backup to be read. The backup itself is not touched: a database is opened as a copy of it, which is checked from end to end and
 * brought to today's schema. Throws `unavailable` when it is damaged, of a newer version or has another key.
 */
export async function openBackup(backup: Backup, key: string | undefined, now: string): Promise<OpenedBackup> {
  if (backup.name.endsWith('.db')) return openDatabaseBackup(backup, key)
  const options: ImportOptions = { ...importQuerySchema.parse({}), now, actor: '' }
  try {
    return { source: await sourceFromExport(() => createReadStream(backup.file), options), close: () => Promise.resolve() }
  } catch (error) {
    throw unreadable(backup.name, error, messageOf(error))
  }
}

async function openDatabaseBackup({ name, file }: Backup, key: string | undefined): Promise<OpenedBackup> {
  const scratch = await mkdtemp(join(dirname(file), SCRATCH_PREFIX))
  const copy = join(scratch, basename(file))
  try {
    // Quick where the file system can share what both hold.
    await copyFile(file, copy, constants.COPYFILE_FICLONE)
    await chmod(copy, PRIVATE_FILE)
    await checkBackup(copy, key)
    const options = { provider: 'sqlite', file: copy, backupFolder: scratch, synchronous: 'normal', log: silentLog } as const
    const stores = await openStores({ ...options, ...(key !== undefined && { key }) })
    const close = async (): Promise<void> => {
      await stores.memories.close()
      await remove(scratch)
    }
    return await sourceFromStore(stores.transfer).then(
      (source) => ({ source, close }),
      async (error: unknown) => {
        await stores.memories.close()
        throw error
      },
    )
  } catch (error) {
    await remove(scratch)
    throw unreadable(name, error, messageOf(error).replaceAll(copy, name))
  }
}

function unreadable(name: string, cause: unknown, why: string): AppError {
  return new AppError('unavailable', `The backup ${name} cannot be read, and nothing was changed: ${why}`, { cause })
}

function remove(scratch: string): Promise<void> {
  return rm(scratch, { recursive: true, force: true, maxRetries: 3 })
}
