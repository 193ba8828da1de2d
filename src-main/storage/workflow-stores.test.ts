import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { silentLog } from '../base/log.ts'
import { executionStoreConformance } from './execution-store.conformance.ts'
import { openStores } from './open-stores.ts'
import type { Stores } from './open-stores.ts'
import { workflowStoreConformance } from './workflow-store.conformance.ts'

const root = mkdtempSync(join(tmpdir(), 'tmws-workflows-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let serial = 0
function openSqlite(): Promise<Stores> {
  const folder = join(root, String(serial++))
  return openStores({
    provider: 'sqlite',
    file: join(folder, 'tmws.db'),
    backupFolder: join(folder, 'backups'),
    synchronous: 'normal',
    log: silentLog,
  })
}
const openVolatile = (): Promise<Stores> => openStores({ provider: 'volatile' })

workflowStoreConformance('SqliteWorkflowStore', openSqlite)
workflowStoreConformance('VolatileWorkflowStore', openVolatile)
executionStoreConformance('SqliteExecutionStore', openSqlite)
executionStoreConformance('VolatileExecutionStore', openVolatile)
