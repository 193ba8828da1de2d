import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { silentLog } from '../base/log.ts'
import { openStores } from './open-stores.ts'
import { transferStoreConformance } from './transfer-store.conformance.ts'

const root = mkdtempSync(join(tmpdir(), 'tmws-transfer-'))
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

transferStoreConformance('SqliteTransferStore', openSqlite)
transferStoreConformance('VolatileTransferStore', () => openStores({ provider: 'volatile' }))
