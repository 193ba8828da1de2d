import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { silentLog } from '../base/log.ts'
import { agentStoreConformance } from './agent-store.conformance.ts'
import { openStores } from './open-stores.ts'

const root = mkdtempSync(join(tmpdir(), 'tmws-agents-'))
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

agentStoreConformance('SqliteAgentStore', () => sqliteIn(join(root, String(serial++))))
agentStoreConformance('VolatileAgentStore', () => openStores({ provider: 'volatile' }))

it('SQLite keeps agents over a restart', async () => {
  const folder = join(root, 'kept')
  const first = await sqliteIn(folder)
  await first.agents.see('scout', 'acme', '2026-11-22T09:30:00.123Z')
  await first.memories.close()
  const second = await sqliteIn(folder)
  expect(await second.agents.get('scout')).toMatchObject({ agent_id: 'scout', namespace: 'acme' })
  await second.memories.close()
})
