import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { newId } from '../base/ids.ts'
import { silentLog } from '../base/log.ts'
import { OWNER_SCOPE } from '../contract/scope.ts'
import { taskStoreConformance } from './task-store.conformance.ts'
import { openStores } from './open-stores.ts'

const root = mkdtempSync(join(tmpdir(), 'tmws-tasks-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let serial = 0
const sqliteIn = (folder: string) =>
  openStores({
    provider: 'sqlite',
    file: join(folder, 'tmws.db'),
    backupFolder: join(folder, 'backups'),
    synchronous: 'normal',
    log: silentLog,
  })

taskStoreConformance('SqliteTaskStore', () => sqliteIn(join(root, String(serial++))))
taskStoreConformance('VolatileTaskStore', () => openStores({ provider: 'volatile' }))

it('SQLite keeps tasks over a restart', async () => {
  const folder = join(root, 'kept')
  const first = await sqliteIn(folder)
  const task = await first.tasks.create(
    {
      id: newId(),
      title: 'Kept',
      type: 'task',
      priority: 'low',
      progress: 0,
      created_by: 'alice',
      dependencies: [],
      namespace: 'acme',
      notes: [],
      retry_count: 0,
    },
    { scope: OWNER_SCOPE, now: '2026-11-22T09:30:00.123Z' },
  )
  await first.memories.close()
  const second = await sqliteIn(folder)
  expect(await second.tasks.get(task.id, OWNER_SCOPE)).toEqual(task)
  await second.memories.close()
})
