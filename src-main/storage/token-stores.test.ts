import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { silentLog } from '../base/log.ts'
import { openStores } from './open-stores.ts'
import { aToken, tokenStoreConformance } from './token-store.conformance.ts'

const root = mkdtempSync(join(tmpdir(), 'tmws-tokens-'))
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

tokenStoreConformance('SqliteTokenStore', () => sqliteIn(join(root, String(serial++))))
tokenStoreConformance('VolatileTokenStore', () => openStores({ provider: 'volatile' }))

it('SQLite keeps tokens over a restart', async () => {
  const folder = join(root, 'kept')
  const first = await sqliteIn(folder)
  await first.tokens.add(aToken({ secretHash: 'a'.repeat(64) }))
  await first.memories.close()
  const second = await sqliteIn(folder)
  expect(await second.tokens.findBySecret('a'.repeat(64), 0)).toMatchObject({ agentId: 'scout' })
  await second.memories.close()
})
