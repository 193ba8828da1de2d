import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { silentLog } from '../../base/log.ts'
import { memoryStoreConformance } from '../memory-store.conformance.ts'
import { openSqliteMemoryStore } from './sqlite-memory-store.ts'

const root = mkdtempSync(join(tmpdir(), 'tmws-sqlite-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let serial = 0
memoryStoreConformance('SqliteMemoryStore', () => {
  const folder = join(root, String(serial++))
  return openSqliteMemoryStore({
    file: join(folder, 'memory.db'),
    backupFolder: join(folder, 'backups'),
    synchronous: 'normal',
    log: silentLog,
  })
})
