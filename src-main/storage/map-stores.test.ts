import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { silentLog } from '../base/log.ts'
import { openStores } from './open-stores.ts'
import { mapStoreConformance } from './map-store.conformance.ts'

const root = mkdtempSync(join(tmpdir(), 'tmws-map-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let serial = 0
function openSqlite() {
  const folder = join(root, String(serial++))
  return openStores({
    provider: 'sqlite',
    file: join(folder, 'tmws.db'),
    backupFolder: join(folder, 'backups'),
    synchronous: 'normal',
    log: silentLog,
  })
}

mapStoreConformance('SqliteMapStore', openSqlite)
mapStoreConformance('VolatileMapStore', () => openStores({ provider: 'volatile' }))
