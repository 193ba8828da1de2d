import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { silentLog } from '../../../src-main/base/log.ts'
import { openStores } from '../../../src-main/storage/open-stores.ts'
import type { Stores } from '../../../src-main/storage/open-stores.ts'

/** A store to be measured, and what only its dialect can tell. */
export interface ScaleStore {
  readonly label: string
  readonly stores: Stores
  /** Lets it finish what it does after a large change. */
  settle(): Promise<void>
  diskBytes(): Promise<number>
  facts(): Readonly<Record<string, unknown>>
  close(): Promise<void>
}

/** SQLite in `folder`. */
export async function openScaleStore(folder: string): Promise<ScaleStore> {
  const stores = await openStores({
    provider: 'sqlite',
    file: join(folder, 'tmws.db'),
    backupFolder: join(folder, 'backups'),
    synchronous: 'normal',
    log: silentLog,
  })
  return {
    label: 'SQLite',
    stores,
    settle: () => Promise.resolve(),
    diskBytes: () => Promise.resolve(readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)),
    facts: () => ({}),
    close: () => stores.memories.close(),
  }
}
