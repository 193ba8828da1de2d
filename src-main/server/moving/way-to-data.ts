import { systemClock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { silentLog } from '../../base/log.ts'
import { readRuntimeFile } from '../../base/runtime-files.ts'
import { keyOf } from '../../config/config.ts'
import type { ServerConfig } from '../../config/config.ts'
import { dataPaths } from '../../config/paths.ts'
import { openStores } from '../../storage/open-stores.ts'
import type { Stores } from '../../storage/open-stores.ts'
import { storeOptions } from '../core-parts.ts'
import { becomeOwner } from '../owner.ts'
import { Backups } from './backups.ts'
import { MADE_BY } from './create-moving.ts'
import { DataMoving } from './data-moving.ts'
import { MovingClient } from './moving-client.ts'

/** How a command reaches the data: through the server that has it open, or by itself while none has. */
export type WayToData =
  | { readonly kind: 'server'; readonly client: MovingClient; close(): Promise<void> }
  | { readonly kind: 'direct'; readonly stores: Stores; readonly moving: DataMoving; readonly backups: Backups; close(): Promise<void> }

/** Throws `conflict` when a server has the data folder and cannot be asked, `unavailable` when there is nothing to reach. */
export async function findWay(config: ServerConfig): Promise<WayToData> {
  const server = findServer(config)
  if (server) return { kind: 'server', client: new MovingClient(server.apiUrl, server.token), close: () => Promise.resolve() }
  if (config.database.provider === 'volatile')
    throw new AppError('unavailable', 'TMWS_DATABASE_URL is volatile: and no server runs, so there is nothing.')
  return openDirect(config)
}

/** The running server of this configuration's data, if there is one. Throws `conflict` when it may not be asked. */
export function findServer(config: ServerConfig): { readonly apiUrl: string; readonly token: string } | undefined {
  const discovery = readRuntimeFile(config.runtimeFile)
  const found = discovery?.isAlive === true ? discovery : undefined
  // A volatile server owns no folder; any other is the one that the folder names.
  const owner = config.database.provider === 'volatile' ? found : readRuntimeFile(dataPaths(config.dataDir).ownerFile)
  if (owner?.isAlive !== true) return undefined
  if (found?.pid === owner.pid && found.token !== undefined) return { apiUrl: found.api_url, token: found.token }
  throw new AppError(
    'conflict',
    `A server has this data open, at ${owner.api_url} (process ${owner.pid}), but ${config.runtimeFile} holds no token for it. Set TMWS_RUNTIME_FILE to that server's discovery file, or stop it.`,
  )
}

/** The store, opened by this process as the owner of the data folder: no server can start on it meanwhile. */
export async function openDirect(config: ServerConfig): Promise<WayToData & { readonly kind: 'direct' }> {
  const lock = await becomeOwner(config.dataDir)
  try {
    const stores = await openStores(storeOptions(config, silentLog))
    const folder = dataPaths(config.dataDir).backupFolder
    const backups = new Backups({ stores, folder, clock: systemClock, madeBy: MADE_BY, databaseKey: keyOf(config.database) })
    const moving = new DataMoving({ stores, backups, clock: systemClock, madeBy: MADE_BY, importMaxBytes: Infinity })
    const close = async (): Promise<void> => {
      await stores.memories.close()
      lock.release()
    }
    return { kind: 'direct', stores, moving, backups, close }
  } catch (error) {
    lock.release()
    throw error
  }
}
