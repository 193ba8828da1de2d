import { existsSync, statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { AppError } from '../../base/errors.ts'
import { silentLog } from '../../base/log.ts'
import { keyOf } from '../../config/config.ts'
import type { ServerConfig } from '../../config/config.ts'
import { dataPaths } from '../../config/paths.ts'
import { changesIn, importQuerySchema } from '../../contract/transfer.ts'
import type { ImportNotice } from '../../contract/transfer.ts'
import { newBackupFile } from '../../storage/backup-files.ts'
import { headOf } from '../../storage/database-head.ts'
import { openStores, restoreDatabase } from '../../storage/open-stores.ts'
import { EVERYTHING } from '../../storage/transfer-store.ts'
import { traced } from '../audit/direct-trace.ts'
import { storeOptions } from '../core-parts.ts'
import { becomeOwner } from '../owner.ts'
import { ProgressLine } from './progress-line.ts'
import { summaryLines } from './summary-lines.ts'
import { findServer, openDirect } from './way-to-data.ts'

export async function runRestore(config: ServerConfig, file: string): Promise<number> {
  const source = resolve(file)
  if (!existsSync(source)) throw new AppError('not_found', `There is no file ${source}.`)
  if (config.database.provider === 'volatile')
    throw new AppError('invalid_request', 'TMWS_DATABASE_URL is volatile:, which keeps nothing; there is nothing to restore into.')
  const server = findServer(config)
  if (server) throw new AppError('conflict', `A server runs on this data, at ${server.apiUrl}. Nothing was changed. Stop it, then restore.`)
  return isDatabase(source) ? restoreFile(config, source) : restoreExport(config, source)
}

async function restoreFile(config: ServerConfig, copy: string): Promise<number> {
  const { database, dataDir } = config
  if (database.provider !== 'sqlite')
    throw new AppError(
      'invalid_request',
      `${copy} is a SQLite database, and the store is another. Bring it there with: tmws migrate --from sqlite:${copy} --to URL`,
    )
  const lock = await becomeOwner(dataDir)
  try {
    const aside = newBackupFile(dataPaths(dataDir).backupFolder, Date.now(), 'before-restore', 'db')
    const isKept = await restoreDatabase({ copy, file: database.file, aside, key: keyOf(database) })
    await noteRestored(config, copy)
    process.stdout.write(`${database.file} is now what ${copy} holds.\n${isKept ? `What was there is kept as ${aside}\n` : ''}`)
    return 0
  } finally {
    lock.release()
  }
}

/** The log came back with the rest: that this happened is its next entry. */
async function noteRestored(config: ServerConfig, copy: string): Promise<void> {
  const stores = await openStores(storeOptions(config, silentLog))
  try {
    const trace = { store: stores.audit, config, action: 'restore' } as const
    await traced(
      trace,
      () => Promise.resolve(),
      () => ({ copy: basename(copy) }),
    )
  } finally {
    await stores.memories.close()
  }
}

/** An export goes into an empty store, so that nothing that was made since can be mixed with it. */
async function restoreExport(config: ServerConfig, file: string): Promise<number> {
  const way = await openDirect(config)
  const progress = new ProgressLine('Restoring')
  try {
    const counts = Object.values(await way.stores.transfer.count(EVERYTHING))
    if (counts.some((count) => count > 0))
      throw new AppError(
        'conflict',
        'The store is not empty, and an export is restored into an empty one only. Nothing was changed. Merge it with "tmws import", or empty the store first.',
      )
    const query = importQuerySchema.parse({ continue_runs: true })
    const onProgress = (notice: ImportNotice): void => {
      if ('progress' in notice) progress.tell(notice.progress.records, notice.progress.total)
    }
    const summary = await traced(
      { store: way.stores.audit, config, action: 'restore' },
      () => way.moving.importFile(file, query, { onProgress, signal: new AbortController().signal }),
      changesIn,
    )
    progress.end()
    process.stdout.write(`${summaryLines(summary).join('\n')}\n`)
    return 0
  } finally {
    progress.end()
    await way.close()
  }
}

function isDatabase(file: string): boolean {
  return ['sqlite', 'encrypted'].includes(headOf(file, statSync(file).size))
}
